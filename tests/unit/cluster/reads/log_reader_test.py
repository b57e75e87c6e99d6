from __future__ import annotations

import threading
import time

import pytest

from kubectl_dog.cluster.reads.log_reader import LogReader
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.wants import Logs
from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse
from tests.unit.cluster.server import stream
from tests.unit.cluster.server import until

PATH = '/api/v1/namespaces/ns/pods/web-1/log'
START = 1_700_000_000  # 2023-11-14T22:13:20Z
WAITING = 'container "main" in pod "web-1" is waiting to start: ContainerCreating'
NO_PREVIOUS = 'previous terminated container "main" in pod "web-1" not found'


def line(text, second=20, nanos=0):
    return f'2023-11-14T22:13:{second:02}.{nanos:09}Z {text}\n'.encode()


def want(**fields):
    return Logs('ns', 'web-1', 'u1', 'main', **fields)


@pytest.fixture
def begin(start, connection, world):
    world.slow = 1.0

    def begin(**fields):
        return start(lambda emit: LogReader(want(**fields), connection, emit, world.environment))

    return begin


def texts(payload):
    return [line.text for line in payload.lines]


def take_items(run, count):
    """The next things that came: texts of lines one by one, and the rest as it is."""
    items = []
    while len(items) < count:
        payload = run.next()
        items += texts(payload) if isinstance(payload, LogLines) else [payload]
    return items


def queries(server):
    common = {'container': 'main', 'timestamps': 'true'}
    asked = [request.query for request in server.requests]
    assert all(query.items() >= common.items() for query in asked)
    return [{key: query[key] for key in query if key not in common} for query in asked]


def test_lines_come_with_their_time(server, begin):
    server.on(PATH, stream(line('one', 20, 5), line(' two ', 21), line('', 22), then='hold'))
    run = begin()
    lines = []
    while len(lines) < 3:
        lines += run.next().lines
    assert lines == [
        (START * 10**9 + 5, 'one'),
        ((START + 1) * 10**9, ' two '),
        ((START + 2) * 10**9, ''),
    ]
    assert queries(server) == [{'follow': 'true'}]


@pytest.mark.parametrize('stamp', ('2023-11-14T23:13:20.000000005+01:00', '2023-11-14T22:13:20Z'))
def test_any_form_of_time_is_read(server, begin, stamp):
    server.on(PATH, stream(f'{stamp} one\n'.encode(), then='hold'))
    assert begin().next().lines[0].time // 10**9 == START


def test_the_first_opening_may_be_limited(server, begin):
    server.on(
        PATH,
        stream(line('old', 29, 9), line('one', 30, 500_000_001), then='cut'),
        stream(line('one', 30, 500_000_001), line('two', 31), then='hold'),
    )
    run = begin(since=START + 10.5, tail=100)
    assert take_items(run, 2) == ['one', 'two']
    assert queries(server) == [
        {'follow': 'true', 'sinceTime': '2023-11-14T22:13:30Z', 'tailLines': '100'},
        {'follow': 'true', 'sinceTime': '2023-11-14T22:13:30Z'},
    ]


@pytest.mark.parametrize('how', ('cut', 'reset'))
def test_goes_on_after_a_cut_without_doubles(server, begin, how):
    second = (line('a', 20, 1), line('b', 20, 7), line('c', 20, 7), line('d', 20, 7))
    server.on(
        PATH,
        stream(line('before', 19), *second[:3], b'2023-11-14T22:13:20.00', then=how),
        stream(*second, line('e', 21), then='hold'),
    )
    assert take_items(begin(), 6) == ['before', 'a', 'b', 'c', 'd', 'e']
    assert queries(server)[1]['sinceTime'] == '2023-11-14T22:13:20Z'


@pytest.mark.parametrize(
    'served',
    (
        pytest.param((), id='nothing'),
        pytest.param((line('b', 20, 8),), id='a part'),
        pytest.param((line('a', 20, 7), line('b', 20, 8)), id='all'),
    ),
)
def test_what_was_rotated_away_while_the_connection_was_cut_is_told(server, begin, served):
    first = stream(line('a', 20, 7), line('b', 20, 8), then='cut')
    server.on(PATH, first, stream(*served, line('z', 29), line('zz', 29), then='hold'))
    run = begin()
    assert take_items(run, 2) == ['a', 'b']
    if not served:
        [gap] = run.get()
        assert gap.message.startswith(
            'lines written between 22:13:20 and 22:13:29 UTC may be missing'
        )
    assert take_items(run, 2) == ['z', 'zz']


def test_the_next_run_need_not_begin_with_lines_of_the_one_before(server, begin):
    server.on(PATH, stream(line('a')), stream(line('a')), stream(line('b', 21), then='hold'))
    run = begin(running=True)
    assert take_items(run, 1) == ['a']
    run.reader.update(want(restarts=1))
    assert take_items(run, 2) == [LogEnd(0), 'b']


def test_equal_times_are_counted_again_after_a_second_cut(server, begin):
    server.on(
        PATH,
        stream(line('a', 20, 7), then='cut'),
        stream(line('a', 20, 7), line('b', 20, 7), then='cut'),
        stream(line('a', 20, 7), line('b', 20, 7), line('c', 20, 7), then='hold'),
    )
    assert take_items(begin(), 3) == ['a', 'b', 'c']


def test_lines_of_stdout_and_stderr_out_of_order_are_both_kept(server, begin):
    server.on(PATH, stream(line('err', 20, 9), line('out', 20, 8), then='hold'))
    assert take_items(begin(), 2) == ['err', 'out']


def test_long_lines_are_clipped(server, begin):
    text = 'é' * 500_000
    server.on(PATH, stream(line(text), line('next', 21), then='hold'))
    long, following = take_items(begin(), 2)
    shown, _, note = long.partition(' … ')
    assert note == f'[{len(line(text)) - 1} bytes]'
    assert set(shown) == {'é'}
    assert 15_000 < len(shown.encode()) < 16_384
    assert following == 'next'


def test_invalid_utf8_is_replaced(server, begin):
    server.on(PATH, stream(line('x').replace(b'x', b'a\xffb'), then='hold'))
    assert take_items(begin(), 1) == ['a\ufffdb']


def test_a_last_line_without_line_feed_is_delivered(server, begin):
    server.on(PATH, stream(line('one'), line('two', 21)[:-1]))
    assert take_items(begin(running=False), 3) == ['one', 'two', LogEnd(0)]


def test_what_the_kubelet_says_itself_is_a_gap_and_told_once(server, begin):
    message = b'unable to retrieve container logs for containerd://abc'
    server.on(PATH, stream(line('one'), message + b'\n', message))
    assert take_items(begin(running=False), 3) == ['one', LogGap(message.decode()), LogEnd(0)]


def test_a_removed_log_file_is_reported_without_its_path(server, begin):
    message = b'failed to try resolving symlinks in path "/0.log": lstat /0.log: no such file'
    server.on(PATH, stream(message))
    gap = LogGap('the log no longer exists: its container was removed')
    assert take_items(begin(running=False), 2) == [gap, LogEnd(0)]


def test_what_every_opening_of_a_run_meets_is_told_once(server, begin, world):
    world.slow = 2.0
    message = b'failed to create fsnotify watcher: too many open files'
    met, gap = stream(line('one'), message), LogGap(message.decode())
    more = stream(line('one'), line('two', 25), message)
    server.on(PATH, met, more, more, stream(), stream(line('three', 26), message))
    run = begin()
    assert take_items(run, 3) == ['one', gap, 'two']
    assert run.quiet()
    run.reader.update(want(restarts=1))
    assert take_items(run, 3) == [LogEnd(0), 'three', gap]


def test_an_end_that_the_pod_confirms_later_is_an_end(server, begin):
    server.on(PATH, stream(line('one')), stream(line('one')), stream(line('two', 25), then='hold'))
    run = begin()
    assert take_items(run, 1) == ['one']
    assert run.quiet()
    run.reader.update(want(restarts=1))
    assert take_items(run, 2) == [LogEnd(0), 'two']
    assert queries(server) == [
        {'follow': 'true'},
        {'previous': 'true', 'sinceTime': '2023-11-14T22:13:20Z'},
        {'follow': 'true', 'sinceTime': '2023-11-14T22:13:20Z'},
    ]


def test_a_container_that_stays_ended_is_asked_once_more(server, begin):
    server.on(PATH, stream(line('one')), stream(line('one')))
    run = begin()
    assert take_items(run, 1) == ['one']
    run.reader.update(want(running=False))
    assert take_items(run, 1) == [LogEnd(0)]
    assert run.quiet()
    assert queries(server) == [
        {'follow': 'true'},
        {'follow': 'true', 'sinceTime': '2023-11-14T22:13:20Z'},
    ]


def test_a_container_that_had_ended_before_is_asked_once(server, begin):
    server.on(PATH, stream(line('one')))
    run = begin(running=False)
    assert take_items(run, 2) == ['one', LogEnd(0)]
    assert run.quiet()
    assert len(server.requests) == 1


LAST = (line('one', 20, 7), line('two', 20, 7), line('three', 20, 9), line('four', 21))


@pytest.mark.parametrize(
    ('restarts', 'running', 'kind'), ((0, False, 'follow'), (1, True, 'previous'))
)
@pytest.mark.parametrize('seen', range(len(LAST)))
def test_a_tail_that_a_server_kept_when_it_shut_down_is_had(
    server, begin, seen, restarts, running, kind
):
    server.on(
        PATH,
        stream(*LAST[:seen], then='pause'),
        refuse(503, 'shutting down'),
        stream(*LAST[:3], then='cut'),
        stream(*LAST),
    )
    run = begin()
    assert take_items(run, seen) == ['one', 'two', 'three'][:seen]
    run.reader.update(want(restarts=restarts, running=running))
    server.resume.set()
    rest = ['one', 'two', 'three', 'four'][seen:]
    assert take_items(run, len(rest) + 1) == [*rest, LogEnd(0)]
    assert [query[kind] for query in queries(server)[1:4]] == ['true'] * 3


def test_a_run_that_ended_whole_is_no_gap_when_it_is_gone(server, begin):
    server.on(
        PATH, stream(line('one')), refuse(400, NO_PREVIOUS), stream(line('two', 30), then='hold')
    )
    run = begin()
    take_items(run, 1)
    run.reader.update(want(restarts=1))
    assert take_items(run, 2) == [LogEnd(0), 'two']


def test_what_was_not_wanted_is_not_read_to_be_sure_either(server, begin):
    server.on(PATH, stream(), stream(), stream(line('two', 30), then='hold'))
    run = begin(tail=0)
    until(lambda: server.requests)
    run.reader.update(want(running=False, tail=0))
    assert take_items(run, 1) == [LogEnd(0)]
    run.reader.update(want(restarts=1, tail=0))
    assert take_items(run, 1) == ['two']
    assert [query.get('tailLines') for query in queries(server)] == ['0', '0', None]


def test_an_end_while_the_container_runs_on_was_the_connections(server, begin, world):
    world.slow = 2.0
    server.on(
        PATH,
        stream(line('one')),
        stream(line('one'), line('two', 25)),
        stream(line('two', 25), line('three', 26), then='hold'),
    )
    assert take_items(begin(), 3) == ['one', 'two', 'three']
    assert world.waits == [1.0, 1.0]


def test_an_update_that_came_while_reading_does_not_shorten_the_wait(server, begin):
    server.on(PATH, stream(line('one'), then='pause'))
    run = begin()
    take_items(run, 1)
    run.reader.update(want())
    server.resume.set()
    assert run.quiet()
    assert len(server.requests) == 1


def test_a_container_that_came_back_from_its_end_is_read_on(server, begin, world):
    world.slow = 2.0
    server.on(PATH, stream(line('one')), stream(line('two', 25), then='hold'))
    run = begin(running=False)
    assert take_items(run, 2) == ['one', LogEnd(0)]
    run.reader.update(want(running=True))
    assert take_items(run, 1) == ['two']


def test_a_run_that_begins_while_the_one_before_is_opened_is_not_taken_for_it(server, begin):
    server.on(
        PATH,
        stream(line('b', 25), then='hold'),
        stream(line('a', 24)),
        stream(line('b', 25), then='hold'),
    )
    run = begin(running=False)
    assert run.quiet()
    run.reader.update(want(restarts=1, running=True))
    payloads = run.get(3)
    assert payloads[1] == LogEnd(0)
    assert [(texts(payload), payload.run) for payload in payloads[::2]] == [(['a'], 0), (['b'], 1)]


def test_what_is_held_back_of_an_ended_run_comes_once_it_runs_on(server, begin):
    held = stream(line('a', 24), line('b', 25), then='hold')
    server.on(PATH, held, held)
    run = begin(running=False)
    assert run.quiet()
    run.reader.update(want(running=True))
    assert take_items(run, 2) == ['a', 'b']


def test_much_of_an_ended_run_is_not_held_back(server, begin):
    lines = [line('x' * 1000, 24) for _ in range(300)]
    server.on(PATH, stream(*lines, then='hold'))
    assert len(take_items(begin(running=False), 250)) >= 250


def test_a_restart_told_late_is_told_before_the_next_run_ends(server, begin, world):
    world.slow = 2.0
    server.on(
        PATH,
        stream(line('one')),
        stream(line('one'), line('two', 25), then='hold'),
        stream(line('one')),
        stream(line('two', 25), line('three', 26), then='hold'),
    )
    run = begin()
    assert take_items(run, 2) == ['one', 'two']
    run.reader.update(want(restarts=1))
    assert take_items(run, 2) == [LogEnd(0), 'three']
    assert [query.get('previous') for query in queries(server)] == [None, None, 'true', None]


def test_a_restart_told_while_the_log_is_opened_again(server, begin, world):
    world.slow = 2.0

    begun = threading.Event()

    def late(wire):
        begun.wait(5)
        run.reader.update(want(restarts=1))
        stream(line('two', 25), then='hold')(wire)

    server.on(PATH, stream(line('one')), late, stream(line('one')), stream(line('two', 25)))
    run = begin()
    begun.set()
    assert take_items(run, 3) == ['one', LogEnd(0), 'two']


def test_runs_that_ended_while_the_container_waits_again_are_a_gap(server, begin):
    server.on(PATH, stream(line('one')), stream(line('three', 30)))
    run = begin()
    take_items(run, 1)
    run.reader.update(want(restarts=2, running=False))
    gap = LogGap('an earlier run of main ended before the log could be read')
    assert take_items(run, 4) == [LogEnd(0), gap, 'three', LogEnd(2)]


def test_two_restarts_at_once_are_caught_up(server, begin):
    server.on(
        PATH, stream(line('one')), stream(line('two', 25)), stream(line('three', 30), then='hold')
    )
    run = begin()
    assert take_items(run, 1) == ['one']
    run.reader.update(want(restarts=2))
    assert take_items(run, 4) == [LogEnd(0), 'two', LogEnd(1), 'three']
    assert [query.get('previous') for query in queries(server)] == [None, 'true', None]


def test_runs_that_cannot_be_had_are_a_gap(server, begin):
    server.on(
        PATH, stream(line('one')), stream(line('four', 25)), stream(line('five', 30), then='hold')
    )
    run = begin()
    assert take_items(run, 1) == ['one']
    run.reader.update(want(restarts=4))
    gap = LogGap('2 earlier runs of main ended before the log could be read')
    assert take_items(run, 5) == [LogEnd(0), gap, 'four', LogEnd(3), 'five']


def test_a_cut_in_a_run_that_has_ended_since_is_finished_first(server, begin):
    server.on(
        PATH,
        stream(line('one'), then='pause'),
        stream(line('one'), line('last', 21)),
        stream(line('two', 30), then='hold'),
    )
    run = begin()
    assert take_items(run, 1) == ['one']
    run.reader.update(want(restarts=1))
    server.then = 'cut'
    server.resume.set()
    assert take_items(run, 3) == ['last', LogEnd(0), 'two']


def test_a_container_that_had_restarted_begins_with_the_run_before(server, begin):
    server.on(PATH, stream(line('one')), stream(line('two', 30), then='hold'))
    assert take_items(begin(restarts=3, tail=5), 3) == ['one', LogEnd(2), 'two']
    assert queries(server) == [
        {'previous': 'true', 'tailLines': '5'},
        {'follow': 'true', 'tailLines': '5', 'sinceTime': '2023-11-14T22:13:20Z'},
    ]


def test_history_that_is_gone_is_no_gap(server, begin):
    server.on(PATH, refuse(400, NO_PREVIOUS), stream(line('two', 30), then='hold'))
    assert take_items(begin(restarts=1), 2) == [LogEnd(0), 'two']


def test_a_run_that_is_gone_later_is_a_gap(server, begin):
    server.on(
        PATH, stream(line('one')), refuse(400, NO_PREVIOUS), stream(line('x', 30), then='hold')
    )
    run = begin()
    take_items(run, 1)
    run.reader.update(want(restarts=2))
    assert take_items(run, 4) == [LogEnd(0), LogGap(NO_PREVIOUS), LogEnd(1), 'x']


def test_a_container_in_back_off_has_one_log_only(server, begin):
    server.on(PATH, stream(line('last')))
    assert take_items(begin(restarts=3, running=False), 2) == ['last', LogEnd(3)]
    assert queries(server) == [{'follow': 'true'}]


def test_a_container_that_waits_to_start_is_asked_again_when_it_runs(server, begin):
    server.on(PATH, refuse(400, WAITING), stream(line('one'), then='hold'))
    run = begin(running=False)
    assert run.quiet()
    run.reader.update(want(running=True))
    assert take_items(run, 1) == ['one']


def test_a_container_that_should_run_is_asked_again_by_and_by(server, begin, world):
    world.slow = 9.0
    server.on(PATH, *[refuse(400, WAITING)] * 4, stream(line('one'), then='hold'))
    assert take_items(begin(), 1) == ['one']
    assert world.waits == [1.0, 2.0, 4.0, 5.0]


def test_a_refusal_while_catching_up(server, begin):
    server.on(PATH, refuse(403, 'forbidden'))
    run = begin(restarts=2)
    assert run.next().reason == 'denied'


def test_tries_on_when_not_signed_in(server, begin):
    server.on(PATH, refuse(401), refuse(401), stream(line('one'), then='hold'))
    items = take_items(begin(), 3)
    assert [item.reason for item in items[:2]] == ['unauthorized', 'recovered']
    assert items[2] == 'one'


def test_a_refusal_that_breaks_off_is_one_all_the_same(server, begin):
    def cut(wire):
        wire.head(403)
        wire.send(b'{"message"')
        wire.cut()

    server.on(PATH, cut)
    assert begin().next().reason == 'denied'


def test_ends_with_the_pod(server, begin):
    server.on(PATH, stream(line('one')), refuse(404, 'pods "web-1" not found'))
    run = begin()
    take_items(run, 1)
    run.reader.update(want(restarts=1))
    assert take_items(run, 2) == [LogEnd(0), LogEnd(1)]
    assert run.ended()


@pytest.mark.parametrize(
    ('status', 'message', 'reason'),
    (
        (403, 'pods/log is forbidden', 'denied'),
        (400, 'container nope is not valid for pod web-1', 'invalid'),
    ),
)
def test_ends_where_asking_again_is_of_no_use(server, begin, status, message, reason):
    server.on(PATH, refuse(status, message))
    run = begin()
    trouble = run.next()
    assert (trouble.reason, message in trouble.message) == (reason, True)
    assert run.ended()


def test_a_kubelet_out_of_reach_is_told_at_the_third_refusal(server, begin, world):
    world.slow = 9.0
    away = refuse(500, 'dial tcp 10.0.0.1:10250: connect: connection refused')
    late = refuse(404, 'the server could not find the requested resource ( pods/log web-1)')
    server.on(PATH, away, late, away, away, stream(line('one'), then='hold'))
    assert [getattr(item, 'reason', item) for item in take_items(begin(), 3)] == [
        'unreachable',
        'recovered',
        'one',
    ]


def test_tries_on_when_the_connection_fails(server, begin, world, connection):
    server.on(PATH, Wire.cut, Wire.cut, page(line('one')))
    assert take_items(begin(), 1) == ['one']
    assert world.waits[0] == 0.2


@pytest.mark.parametrize('parts', ((), (line('payload'),)), ids=('following', 'waiting'))
def test_stops_at_once(server, begin, parts):
    server.on(PATH, stream(*parts, then=None if parts else 'hold'))
    run = begin()
    until(lambda: server.requests)
    time.sleep(0.05)
    began = time.monotonic()
    run.reader.stop()
    assert run.ended()
    assert time.monotonic() - began < 0.5
