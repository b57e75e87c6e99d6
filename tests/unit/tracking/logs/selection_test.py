"""Which logs are read, and which of them are shown."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.options import Options
from kubectl_dog.model.wants import Logs
from kubectl_dog.tracking.logs import selection
from tests.unit.builders import NOW
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import Play

RUNNING = {'state': {'running': {}}, 'restartCount': 0}


def make_pod(name='web-1', ready=False, probed=False, names=('prepare', 'proxy', 'main'), age=1):
    init, sidecar, main = names
    obj = pod(status(), name=name, ready=ready, age=age)
    spec = obj['spec']
    spec['initContainers'] = [{'name': init}, {'name': sidecar, 'restartPolicy': 'Always'}]
    spec['containers'] = [{'name': main, **({'readinessProbe': {'exec': {}}} if probed else {})}]
    spec['ephemeralContainers'] = [{'name': 'debugger'}]
    obj['status']['initContainerStatuses'] = [
        {'name': init, 'state': {'terminated': {'exitCode': 0}}, 'restartCount': 0},
        {'name': sidecar, **RUNNING},
    ]
    obj['status']['containerStatuses'] = [{'name': main, **RUNNING}]
    obj['status']['ephemeralContainerStatuses'] = [{'name': 'debugger', **RUNNING}]
    return obj


def read(*pods, failing=(), **options):
    chosen = {obj['metadata']['uid'] for obj in pods}
    return list(selection.log_wants(pods, chosen, failing, NOW, Options(**options)))


@pytest.mark.parametrize(
    ('failing', 'chosen', 'expected'),
    (
        ((), (), 'abc'),
        ((), 'bcd', 'bcd'),
        # A failing pod takes the place of none, whether it was chosen before or not.
        ('e', (), 'abce'),
        ('e', 'ae', 'abce'),
        ('a', 'abc', 'abcd'),
    ),
)
def test_failing_pods_do_not_count_against_the_limit(failing, chosen, expected):
    pods = [pod(name=pod_name, age=9 - place) for place, pod_name in enumerate('abcdef')]
    uids = {obj['metadata']['name']: obj['metadata']['uid'] for obj in pods}
    result = selection.choose_pods(pods, failing, {uids[pod_name] for pod_name in chosen}, 3)
    assert result == {uids[pod_name] for pod_name in expected}


@pytest.mark.parametrize(
    ('options', 'shown'),
    (
        ({}, ['prepare', 'proxy', 'main', 'debugger']),
        ({'containers': ('main', 'debugger')}, ['main', 'debugger']),
        ({'skip_containers': ('proxy',)}, ['prepare', 'main', 'debugger']),
        ({'containers': ('main', 'proxy'), 'skip_containers': ('proxy',)}, ['main']),
        ({'logs': False}, []),
    ),
)
def test_containers_of_every_sort_are_shown_unless_they_are_not_wanted(options, shown):
    assert [want.container for want, is_shown in read(make_pod(), **options) if is_shown] == shown


def test_of_what_fails_all_is_read_and_only_what_is_wanted_is_shown():
    wants = read(make_pod(), failing=('web-1',), containers=('main',))
    assert [(want.container, shown) for want, shown in wants] == [
        ('prepare', False),
        ('proxy', False),
        ('main', True),
    ]


def test_one_look_reads_no_log_that_is_not_shown():
    assert read(make_pod(), failing=('web-1',), logs=False, once=True) == []


@pytest.mark.parametrize(
    ('options', 'probed', 'goes_on'),
    (
        ({}, True, False),
        ({}, False, True),
        ({'logs_until': 'ready'}, False, False),
        ({'logs_until': 'available'}, True, True),
        ({'logs_until': 'end'}, True, True),
        ({'follow': True}, True, True),
        ({'follow': True, 'logs_until': 'ready'}, True, False),
    ),
)
def test_how_long_the_log_of_a_ready_pod_is_read(options, probed, goes_on):
    assert bool(read(make_pod(ready=True, probed=probed), **options)) == goes_on


@pytest.mark.parametrize(
    ('options', 'age', 'previous'),
    (
        ({}, 900, True),
        ({'follow': True}, 900, False),
        ({'follow': True}, -1, True),
        ({'follow': True, 'previous': True}, 900, True),
    ),
)
def test_when_a_log_begins_with_the_run_before(options, age, previous):
    assert {want.previous for want, _ in read(make_pod(age=age), **options)} == {previous}


@pytest.mark.parametrize(
    ('options', 'since'),
    (
        ({}, None),
        ({'since': 60.0}, NOW - 60),
        ({'logs_from_time': 5.0}, 5.0),
        ({'since': 60.0, 'logs_from_time': 5.0}, 5.0),
    ),
)
def test_from_when_a_log_is_read(options, since):
    assert {want.since for want, _ in read(make_pod(), **options)} == {since}


@pytest.mark.parametrize(
    ('options', 'desired', 'note'),
    (
        ({}, 3, ''),
        ({}, 40, 'logs of 3 of 40 pods are shown (--logs-all shows all)'),
        ({'logs_all': True}, 40, ''),
        ({'logs': False}, 40, ''),
        ({'containers': ('other',)}, 40, ''),
        (
            {'logs_all': True, 'max_log_streams': 20},
            40,
            'logs of 5 of 40 pods are shown (--max-log-',
        ),
        (
            {'follow': True, 'max_log_streams': 8},
            40,
            'logs of 2 of 40 pods are shown (--max-log-str',
        ),
        (
            {'max_log_streams': 4},
            2,
            'logs of 1 of 2 pods are shown (--max-log-streams raises the limit)',
        ),
    ),
)
def test_what_is_left_out_is_told_once(options, desired, note):
    streams = selection.Streams()
    notice = streams.capped_notice((make_pod(),), desired, Options(**options))
    assert notice.startswith(note) and bool(notice) == bool(note)
    assert streams.capped_notice((make_pod(),), desired, Options(**options)) == ''


def test_no_more_streams_than_allowed_and_failing_pods_go_first():
    pods = tuple(make_pod(f'web-{number}') for number in range(5))
    streams = selection.Streams()
    options = Options(logs_all=True, max_log_streams=6)
    before = [want.stream for want in streams.wants(0, pods, (), NOW, options)]
    assert len(before) == 6
    later = [want.stream for want in streams.wants(1, pods, ('web-4',), NOW, options)]
    assert later == before
    fresh = selection.Streams().wants(0, pods, ('web-4',), NOW, options)
    assert [want.pod for want in fresh].count('web-4') == 4


def play(**options):
    waits = deployment(availableReplicas=0)
    crashed = pod(status(state=ended(3), last=ended(3), restarts=2), owner='rs-2', age=1)
    replica_sets = [replica_set('1'), replica_set('2')]
    return Play(**options).rollout(waits, crashed, replica_sets=replica_sets)


@pytest.mark.parametrize(
    ('options', 'shown'),
    (
        ({}, ['starting', 'FATAL: no disk']),
        ({'exclude': ('FATAL',)}, ['starting']),
        ({'include': ('nothing',)}, []),
        ({'logs': False}, []),
        ({'skip_containers': ('main',)}, []),
    ),
)
def test_what_is_not_shown_explains_all_the_same(options, shown):
    run = play(**options)
    [want] = [want for want in run.step.wants if isinstance(want, Logs)]
    lines = (LogLine(1, 'starting'), LogLine(2, 'FATAL: no disk'))
    run.give(0.1, want, LogLines(lines, 2)).give(0.2, want, LogEnd(2))
    assert run.until(60).ended.explanation.log_excerpt == ('FATAL: no disk',)
    assert [line.text for chunk in run.of(LogChunk) for line in chunk.lines] == shown


@pytest.mark.parametrize(('logs', 'read'), ((True, ['web-1']), (False, [])))
def test_where_no_logs_are_shown_those_are_read_that_explain_a_cause(logs, read):
    waits = deployment(2, updatedReplicas=1)
    going = pod(status(state={'running': {}}), name='web-old', owner='rs-1', deleting=True)
    new = pod(status(state={'running': {}}), owner='rs-2')
    replica_sets = [replica_set('1'), replica_set('2')]
    run = Play(logs=logs).rollout(waits, going, new, replica_sets=replica_sets)
    wanted = [want.pod for want in run.step.wants if isinstance(want, Logs)]
    assert sorted(wanted) == sorted(read)


@pytest.mark.parametrize(('run', 'instance'), ((2, 2), (None, 2)))
def test_each_line_tells_its_run(run, instance):
    played = play()
    [want] = [want for want in played.step.wants if isinstance(want, Logs)]
    played.give(0.1, want, LogLines((LogLine(1, 'a'),), run))
    assert [chunk.instance for chunk in played.of(LogChunk)] == [instance]


def test_that_only_some_logs_are_shown_is_told_once_in_a_run():
    pods = [pod(status(), name=f'web-{number}', owner='rs-2', age=1) for number in range(5)]
    waits = deployment(replicas=5, availableReplicas=0)
    run = Play().rollout(waits, *pods, replica_sets=[replica_set('2')])
    run.changed(1, POD_WATCH, pods[0])
    notices = [event.text for event in run.of(Notice) if 'logs' in event.text]
    assert notices == ['logs of 3 of 5 pods are shown (--logs-all shows all)']
