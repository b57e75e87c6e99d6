from __future__ import annotations

import pytest

from kubectl_dog.causes import container_start
from kubectl_dog.model.causes import LogRef
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

BACK_OFF = waiting('CrashLoopBackOff', 'back-off 10s restarting failed container')
OOM = ended(137, 'OOMKilled')


def start_error(message):
    return ended(128, 'StartError', message=f'failed to create task: exec: "x": {message}')


def find(obj, *events, **fields):
    return list(container_start.find(view(None, *events, **fields), obj))


@pytest.mark.parametrize(
    ('state', 'code', 'message'),
    (
        (ended(3), 'CrashLoop', 'container main exits with 3, within a second of starting'),
        (
            ended(139),
            'CrashLoop',
            'container main exits with 139: segmentation fault (SIGSEGV), '
            'within a second of starting',
        ),
        (
            ended(1, lived=42),
            'CrashLoop',
            'container main exits with 1, 42s after starting',
        ),
        (
            {'terminated': {'exitCode': 1}},
            'CrashLoop',
            'container main exits with 1',
        ),
        (
            OOM,
            'OOMKilled',
            'container main is killed (OOMKilled) for using more than its memory limit of 24Mi, '
            'within a second of starting',
        ),
        (
            ended(127),
            'CommandNotFound',
            'container main exits with 127: command not found, within a second of starting',
        ),
        (
            ended(126),
            'PermissionDenied',
            'container main exits with 126: its command may not be run, '
            'within a second of starting',
        ),
        (
            ended(0, 'Completed'),
            'ExitsNormally',
            'container main exits with 0, though it is meant to keep running, '
            'within a second of starting',
        ),
        (start_error('executable file not found in $PATH'), 'CommandNotFound', None),
        (start_error('stat x: no such file or directory'), 'CommandNotFound', None),
        (start_error('permission denied'), 'PermissionDenied', None),
        (start_error('exec format error'), 'WrongArchitecture', None),
        (
            ended(128, 'ContainerCannotRun', message='runc create failed: caused: bad cgroup'),
            'ExecFailed',
            'container main cannot be started: bad cgroup, within a second of starting',
        ),
    ),
)
def test_diagnoses_terminations(state, code, message):
    spec = container(resources={'limits': {'memory': '24Mi'}})
    [cause] = find(pod(status(state=state), containers=[spec]))
    assert cause.code == code
    assert cause.subject == 'main'
    assert message in (None, cause.message)


def test_an_oom_kill_without_a_limit():
    [cause] = find(pod(status(state=OOM)))
    assert 'memory limit,' in cause.message


@pytest.mark.parametrize(
    ('container_status', 'terminations', 'active', 'instance', 'reason'),
    (
        (status(state=ended(3)), 1, True, 0, 'Error'),
        (status(state=running(1), last=ended(3), restarts=1), 1, False, 0, 'Error'),
        (status(state=ended(3), last=ended(3), restarts=1), 2, True, 1, 'Error'),
        (status(state=BACK_OFF, last=ended(3), restarts=1), 2, True, 1, 'CrashLoopBackOff'),
        (status(state=running(1), last=ended(3), restarts=2), 2, False, 1, 'Error'),
    ),
)
def test_counts_terminations(container_status, terminations, active, instance, reason):
    [cause] = find(pod(container_status))
    assert (cause.terminations, cause.active, cause.reason) == (terminations, active, reason)
    assert cause.logs[0].instance == instance


@pytest.mark.parametrize(
    'obj',
    (
        pytest.param(pod(status()), id='never ended'),
        pytest.param(
            pod(status(state=running(11), last=ended(3), restarts=1)),
            id='has run for a while',
        ),
        pytest.param(
            pod(status(state=ended(0, 'Completed')), restartPolicy='OnFailure'),
            id='may end, and has ended well',
        ),
        pytest.param(pod(), id='nothing told yet'),
    ),
)
def test_a_healthy_container_has_no_cause(obj):
    assert find(obj) == []


def test_explains_a_failed_pod():
    [cause] = find(pod(status(state=ended(5)), phase='Failed', restartPolicy='Never'))
    assert cause.code == 'ContainerFailed'
    [cause] = find(pod(status(state=ended(127)), phase='Failed', restartPolicy='Never'))
    assert cause.code == 'CommandNotFound'


def test_ignores_terminations_before_tracking():
    was = {('pod-web-1', 'main'): 4}
    back = status(state=running(1), last=ended(3), restarts=4)
    assert find(pod(back), baseline_terminations=was) == []
    [cause] = find(
        pod(status(state=ended(3), last=ended(3), restarts=4)), baseline_terminations=was
    )
    assert (cause.terminations, cause.terminations_before) == (1, 4)


def test_a_failed_container_is_informational_while_others_run():
    [cause] = find(pod(status(state=ended(3)), restartPolicy='Never'))
    assert cause.code == 'ContainerFailed'


def test_a_ready_container_that_just_crashed_has_a_cause():
    crashed = status(state=running(2), last=ended(3), restarts=1)
    [cause] = find(pod(crashed, ready=True, containers=[container(**PROBED)]))
    assert not cause.active


@pytest.mark.parametrize(('before', 'tolerance'), ((5, 30), (2, None)))
def test_a_back_off_from_before_tracking_is_active(before, tolerance):
    key = ('pod-web-1', 'main')
    obj = pod(status(state=BACK_OFF, last=ended(3), restarts=before - 1))
    [cause] = find(obj, baseline_terminations={key: before}, baseline_backoff={key})
    assert (cause.terminations, cause.terminations_before, cause.active) == (0, before, True)
    assert cause.tolerance_seconds == tolerance
    assert find(obj, baseline_terminations={key: before}) == []


@pytest.mark.parametrize('probe', ('Liveness', 'Startup'))
def test_a_container_killed_by_a_probe_is_not_a_crash(probe):
    obj = pod(status(state=ended(137, lived=20), restarts=0))
    message = f'Container main failed {probe.lower()} probe, will be restarted'
    event = kube_event(obj, 'Killing', message, 'spec.containers{main}', at=5)
    [cause] = find(obj, event)
    assert cause.code == f'{probe}ProbeFailed'


@pytest.mark.parametrize(
    ('reason', 'field', 'at'),
    (
        ('Killing', 'spec.containers{main}', 100),
        ('Killing', 'spec.containers{other}', 1),
        ('Unhealthy', 'spec.containers{main}', 1),
    ),
)
def test_ignores_other_kube_events_of_probes(reason, field, at):
    obj = pod(status(state=ended(137, lived=20)))
    event = kube_event(obj, reason, 'failed liveness probe', field, at=at)
    [cause] = find(obj, event)
    assert cause.code == 'CrashLoop'


def test_ignores_killing_for_another_reason():
    obj = pod(status(state=ended(137, lived=20)))
    event = kube_event(obj, 'Killing', 'Stopping container main', 'spec.containers{main}')
    assert find(obj, event)[0].code == 'CrashLoop'


def test_a_failing_post_start_hook_is_named():
    state = waiting('PostStartHookError', 'command exited with 1')
    [cause] = find(pod(status(state=state, last=ended(137), restarts=1)))
    assert cause.code == 'PostStartHook'


def test_reads_a_back_off_from_the_kube_event():
    obj = pod(status(state=ended(3), last=ended(3), restarts=1))
    event = kube_event(obj, 'BackOff', 'Back-off restarting', 'spec.containers{main}')
    assert find(obj, event)[0].reason == 'CrashLoopBackOff'


def test_the_termination_message_is_evidence():
    [cause] = find(pod(status(state=ended(1, message='a\nno space left\n'))))
    assert cause.evidence == ('termination message: no space left',)


def test_the_log_command_reads_the_instance_that_crashed():
    [now] = find(pod(status(state=ended(1))))
    [before] = find(pod(status(state=running(1), last=ended(1), restarts=1)))
    assert now.suggested_commands == ('kubectl logs -n shop web-1 -c main',)
    assert before.suggested_commands == ('kubectl logs -n shop web-1 -c main --previous',)


def test_containers_do_not_explain_a_stopped_pod():
    obj = pod(status(state=ended(0)), phase='Failed', activeDeadlineSeconds=9)
    obj['status']['reason'] = 'DeadlineExceeded'
    [cause] = find(obj)
    assert (cause.code, cause.reason) == ('ContainerFailed', 'DeadlineExceeded')
    assert 'activeDeadlineSeconds 9' in cause.message
    assert cause.logs == (LogRef('pod-web-1', 'main', 0),)
    obj['status']['reason'] = 'Evicted'
    assert find(obj) == []
    assert find(pod(status(state=ended(0)), phase='Succeeded', restartPolicy='Always')) == []
    obj = pod(status(state=ended(0)), phase='Succeeded')
    assert find(obj, kube_event(obj, 'Evicted', 'no room')) == []
    assert find(obj) != []
