from __future__ import annotations

import signal
import threading
import time

import pytest

from kubectl_dog.cluster.reads.inbox import Inbox
from kubectl_dog.cluster.reads.inbox import LogBuffer
from kubectl_dog.cluster.reads.inbox import Subscription
from kubectl_dog.cluster.reads.lookup import LookupQueue
from kubectl_dog.cluster.source.live import LiveSource
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import Target
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import Watch
from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse
from tests.unit.cluster.server import stream
from tests.unit.cluster.server import until
from tests.unit.needs import posix

PATH = '/api/v1/namespaces/ns/pods'
WATCH = Watch(PODS, 'ns')
END = {
    'type': 'BOOKMARK',
    'object': {
        'metadata': {
            'resourceVersion': '7',
            'annotations': {'k8s.io/initial-events-end': 'true'},
        }
    },
}
LINE = b'2023-11-14T22:13:20.000000001Z one\n'
SECOND = b'2023-11-14T22:13:21.000000001Z two\n'


@pytest.fixture
def source(server, connection):
    before = threading.active_count()
    source = LiveSource(connection)
    yield source
    source.close()
    until(lambda: threading.active_count() <= before + len(server.threads))
    assert not [
        thread for thread in threading.enumerate() if thread.name.startswith(('watch', 'logs'))
    ]


def take(source, seconds=5.0):
    return source.take(source.now() + seconds)


def logs(pod='web-1', **fields):
    return Logs('ns', pod, f'uid-{pod}', 'main', **fields)


def log_path(pod='web-1'):
    return f'{PATH}/{pod}/log'


def test_items_are_stamped_and_bear_their_want(server, source):
    server.on(PATH, stream(END, then='hold'))
    source.reconcile({WATCH})
    before = source.now()
    item = take(source)
    assert (item.want, item.payload) == (WATCH, Listed(()))
    assert before <= item.at <= source.now()
    assert abs(source.started + source.now() - time.time()) < 0.5


def pod_with_policy(policy):
    return {
        'apiVersion': 'v1',
        'kind': 'Pod',
        'metadata': {'name': 'web-1', 'namespace': 'ns', 'uid': 'u'},
        'spec': {'dnsPolicy': policy},
    }


@pytest.mark.parametrize('is_streamed', (True, False))
def test_objects_of_files_are_compared_before_they_are_pruned(server, source, is_streamed):
    current, wanted = pod_with_policy('Default'), pod_with_policy('None')
    if is_streamed:
        server.on(PATH, stream({'type': 'ADDED', 'object': current}, END, then='hold'))
    else:
        items = {'kind': 'PodList', 'items': [current], 'metadata': {'resourceVersion': '1'}}
        server.on(PATH, refuse(400), page(items), stream(then='hold'))
    server.on(f'{PATH}/web-1', page(wanted))
    source.compare_with_files({Target(PODS, 'ns', 'web-1'): wanted})
    source.reconcile({WATCH})
    [obj] = take(source).payload.objects
    assert obj[FILE_DIFFERENCES] == [{'field': 'spec.dnsPolicy'}]
    assert obj['spec'] == {}
    [applied] = [request for request in server.requests if request.method == 'PATCH']
    assert (applied.path, applied.query['dryRun']) == (f'{PATH}/web-1', 'All')


def test_nothing_to_take(source):
    began = time.monotonic()
    assert take(source, 0.05) is None
    assert 0.04 < time.monotonic() - began < 1
    assert take(source, -1) is None


def test_time_that_is_over_goes_before_items(source):
    source.signal('interrupt')
    assert source.take(0.0) is None
    assert take(source).payload == Signal('interrupt')


def test_the_servers_clock_comes_before_the_first_list(server, source):
    server.ahead = 3600
    server.on(PATH, stream(END, then='hold'))
    source.reconcile({WATCH})
    first, second = take(source), take(source)
    assert (first.want, type(first.payload)) == (None, ServerClock)
    assert first.payload.offset == pytest.approx(3600, abs=1)
    assert second.payload == Listed(())


@pytest.mark.parametrize(
    ('ahead', 'jump'), ((0, 3600), (0, -3600), (3600, 3600), (3600, -3600), (-3600, 0))
)
def test_the_servers_clock_is_right_though_the_local_one_is_set(
    server, source, monkeypatch, ahead, jump
):
    """`jump`: the local clock is set by so many seconds after the start, as NTP does."""
    # The server reads the clock of the test, too.
    server.ahead = ahead - jump
    real = time.time
    monkeypatch.setattr('time.time', lambda: real() + jump)
    server.on(PATH, stream(END, then='hold'))
    source.reconcile({WATCH})
    first = take(source).payload
    offset = first.offset if isinstance(first, ServerClock) else 0.0
    # What the engine adds to the time of the start.
    assert offset == pytest.approx(ahead, abs=1.5)


def test_the_stacks_of_other_threads_of_the_process_stay_as_they_are(server, source, monkeypatch):
    asked = []
    monkeypatch.setattr(threading, 'stack_size', lambda *size: asked.append(size) or 0)
    server.on(PATH, stream(END, then='hold'))
    source.reconcile({WATCH})
    assert take(source).payload == Listed(())
    assert asked == []


def test_reconcile_starts_each_read_once(server, source):
    server.on(PATH, stream(END, then='hold'))
    for _ in range(3):
        source.reconcile({Watch(PODS, 'ns')})
    take(source)
    assert take(source, 0.05) is None
    assert len(server.requests) == 1


def test_a_read_that_is_no_longer_wanted_ends_and_its_late_items_are_dropped(server, source):
    server.on(PATH, stream(END, then='hold'))
    source.reconcile({WATCH})
    until(lambda: source._inbox._queue._items)
    source.reconcile(frozenset())
    assert take(source, 0.05) is None
    until(lambda: not [thread for thread in source._threads if thread.is_alive()])


def test_a_read_that_is_wanted_again_starts_again(server, source):
    server.on(PATH, stream(END, then='hold'), stream(END, then='hold'))
    for wants in ({WATCH}, set(), {WATCH}):
        source.reconcile(wants)
        assert take(source, 5 if wants else 0.01) or not wants


def test_log_streams_go_on_when_only_the_pods_state_changes(server, source):
    server.on(log_path(), stream(LINE), stream(LINE), stream(SECOND, then='hold'))
    source.reconcile({logs()})
    assert take(source).payload.lines[0].text == 'one'
    source.reconcile({logs(restarts=1)})
    items = [take(source), take(source)]
    assert [item.want for item in items] == [logs(restarts=1)] * 2
    assert items[0].payload == LogEnd(0)
    assert items[1].payload.lines[0].text == 'two'
    assert len(source._threads) == 1


def test_trouble_of_a_log_stream(server, source):
    server.on(log_path(), refuse(403, 'forbidden'))
    source.reconcile({logs()})
    assert take(source).payload == ReadFailure('denied', 'forbidden')


METADATA = {'name': 'a', 'managedFields': []}


@pytest.mark.parametrize(
    ('want', 'script', 'status', 'names'),
    (
        (Lookup(SECRETS, 'ns', 'a'), page({'metadata': METADATA, 'data': {}}), 'found', ['a']),
        (Lookup(SECRETS, 'ns', 'a'), refuse(404, 'not found'), 'missing', []),
        (Lookup(SECRETS, 'ns', 'a'), refuse(403, 'forbidden'), 'denied', []),
        (Lookup(SECRETS, 'ns', 'a'), refuse(401, 'who'), 'denied', []),
        (Lookup(SECRETS, 'ns', 'a'), refuse(500, 'etcd'), 'failed', []),
        (Lookup(SECRETS, 'ns', 'a'), page(b'<html>'), 'failed', []),
        (Lookup(SECRETS, 'ns'), page({'items': [{'metadata': METADATA}]}), 'found', ['a']),
        (Lookup(SECRETS, 'ns', labels='x=y'), page({'items': []}), 'found', []),
        (Lookup(SECRETS, 'ns'), Wire.cut, 'failed', []),
    ),
)
def test_lookups(server, source, want, script, status, names):
    root = '/api/v1/namespaces/ns/secrets'
    server.on(f'{root}/{want.name}' if want.name else root, script, script)
    source.reconcile({want})
    item = take(source)
    assert (item.want, item.payload.status) == (want, status)
    kinds = [{'metadata': {'name': name}, 'kind': 'Secret', 'apiVersion': 'v1'} for name in names]
    assert list(item.payload.objects) == kinds
    assert bool(item.payload.message) == (status != 'found')
    request = server.requests[0]
    suffix = '' if want.name else 'List'
    assert f'as=PartialObjectMetadata{suffix};g=meta.k8s.io;v=v1,' in request.headers['accept']
    expected = {} if want.name else {'limit': '500'}
    assert request.query == {**expected, **({'labelSelector': 'x=y'} if want.labels else {})}


@pytest.mark.parametrize(
    ('resource', 'fields', 'kept'),
    (
        (CONFIGMAPS, 'f:data', True),
        (SECRETS, 'f:data', True),
        (CONFIGMAPS, 'f:metadata', False),
        (SERVICES, 'f:spec', False),
    ),
)
def test_metadata_has_the_time_when_contents_were_last_written(
    server, source, resource, fields, kept
):
    time = '2026-01-01T00:00:00Z'
    entry = {'manager': 'kubectl', 'time': time, 'fieldsV1': {fields: {'f:password': {}}}}
    path = f'/api/v1/namespaces/ns/{resource.plural}/a'
    server.on(path, page({'metadata': {'name': 'a', 'managedFields': [entry]}}))
    source.reconcile({Lookup(resource, 'ns', 'a')})
    [obj] = take(source).payload.objects
    assert obj['metadata'].get('managedFields') == ([{'time': time}] if kept else None)


def test_a_lookup_is_answered_once_and_an_unwanted_one_never(server, source):
    path = '/api/v1/namespaces/ns/configmaps/a'
    server.on(path, page({'metadata': {'name': 'a'}}))
    wanted = Lookup(CONFIGMAPS, 'ns', 'a')
    source.reconcile({wanted})
    assert isinstance(take(source).payload, Answer)
    source.reconcile({wanted, WATCH})
    source.reconcile({wanted})
    assert take(source, 0.05) is None
    assert [request.path for request in server.requests].count(path) == 1


@posix
def test_a_signal_handler_may_interrupt_the_wait(source):
    before = signal.signal(signal.SIGALRM, lambda *_: source.signal('interrupt'))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert source.take(None).payload == Signal('interrupt')
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_defect_in_a_reader_ends_the_program(source, monkeypatch):
    def defect(*args):
        raise ZeroDivisionError

    monkeypatch.setattr('kubectl_dog.cluster.reads.watcher.Watcher.work', defect)
    source.reconcile({WATCH})
    with pytest.raises(ZeroDivisionError):
        take(source)


def test_close_is_prompt_and_final(server, source):
    server.on(PATH, stream(END, then='hold'))
    server.on(log_path(), stream(LINE, then='hold'))
    server.on(log_path('web-2'), Wire.hold)
    source.reconcile({WATCH, logs(), logs('web-2'), Lookup(CONFIGMAPS, 'ns', 'silent')})
    until(lambda: len(server.requests) == 4)
    began = time.monotonic()
    source.close()
    source.close()
    source.reconcile({WATCH})
    assert time.monotonic() - began < 1.5
    until(lambda: not [thread for thread in source._threads if thread.is_alive()])
    with pytest.raises(SourceEndedError):
        while True:
            source.take(None)


def test_close_lets_a_reader_go_that_waits_for_room(server, source):
    def endless(wire):
        wire.head()
        while not server.closing.is_set():
            wire.send(LINE * 200)

    server.on(log_path(), endless)
    source.reconcile({logs()})
    buffer = source._reads[logs().stream].buffer
    until(lambda: buffer._lines >= 1000)
    source.close()
    assert not [thread for thread in source._threads if thread.is_alive()]


def lines(*texts):
    return LogLines(tuple(LogLine(0, text) for text in texts))


def test_objects_go_first_and_log_streams_in_turn():
    inbox = Inbox()
    subscriptions = [Subscription(logs('a')), Subscription(logs('b')), Subscription(WATCH)]
    first, second = inbox.buffer(subscriptions[0]), inbox.buffer(subscriptions[1])
    for text in ('1', '2'):
        first.put(lines(text))
    first.put(LogEnd(0))
    second.put(lines('3'))
    inbox.put(subscriptions[2], Listed(()))
    assert [inbox.take(1.0) for _ in range(4)] == [
        (subscriptions[2], Listed(())),
        (subscriptions[0], lines('1', '2')),
        (subscriptions[0], LogEnd(0)),
        (subscriptions[1], lines('3')),
    ]
    assert inbox.take(0.0) is None


def test_a_full_buffer_stops_its_reader_until_its_lines_are_released():
    buffer = LogBuffer(Subscription(logs()), lambda _: None, capacity=2)
    buffer.put(lines('1', '2', '3'))
    thread = threading.Thread(target=buffer.put, args=(lines('4'),), daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    [taken] = buffer.take()
    assert taken == lines('1', '2', '3')
    buffer.release(taken)
    thread.join(5)
    assert buffer.take() == [lines('4')]


def test_a_closed_buffer_forgets_what_it_has_and_what_comes():
    inbox = Inbox()
    buffer = inbox.buffer(Subscription(logs()))
    buffer.put(lines('1'))
    buffer.close()
    buffer.put(lines('2'))
    assert inbox.take(0.0) is None


def test_lookups_that_are_no_longer_wanted_are_not_made(server, connection):
    lookups = LookupQueue(connection, None)
    subscription = Subscription(Lookup(CONFIGMAPS, 'ns', 'a'))
    subscription.live = False
    lookups.ask(subscription)
    lookups.stop()
    lookups.run()
    assert server.requests == []


def test_inventories_are_resolved_in_a_thread_of_their_own(server, connection):
    threads = []

    def resolve(want):
        threads.append(threading.current_thread())
        return ManagedTargets((), ('resolved',))

    want = ManagedObjects(())
    source = LiveSource(connection, resolve=resolve)
    try:
        source.reconcile({want})
        item = source.take(source.now() + 5)
        assert (item.want, item.payload) == (want, ManagedTargets((), ('resolved',)))
        assert threads != [threading.current_thread()]
    finally:
        source.close()
