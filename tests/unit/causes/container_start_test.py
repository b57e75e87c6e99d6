from __future__ import annotations

import pytest

from kubectl_dog.causes import container_start
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import Target
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
        (
            ended(3),
            'CrashLoop',
            'container "main" exited with code 3, less than 2s after it started',
        ),
        (
            ended(139),
            'CrashLoop',
            'container "main" exited with code 139: segmentation fault (SIGSEGV), '
            'less than 2s after it started',
        ),
        (
            ended(1, lived=42),
            'CrashLoop',
            'container "main" exited with code 1, 42s after it started',
        ),
        (
            {'terminated': {'exitCode': 1}},
            'CrashLoop',
            'container "main" exited with code 1',
        ),
        (
            OOM,
            'OOMKilled',
            'container "main" was killed (OOMKilled) because it used more than its memory limit '
            'of 24Mi, '
            'less than 2s after it started',
        ),
        (
            ended(127),
            'CommandNotFound',
            'container "main" exited with code 127: command not found, less than 2s after it '
            'started',
        ),
        (
            ended(126),
            'PermissionDenied',
            'container "main" exited with code 126: its command is not executable, '
            'less than 2s after it started',
        ),
        (
            ended(0, 'Completed'),
            'ExitsNormally',
            'container "main" exited with code 0, but it should keep running, '
            'less than 2s after it started',
        ),
        (start_error('executable file not found in $PATH'), 'CommandNotFound', None),
        (start_error('stat x: no such file or directory'), 'CommandNotFound', None),
        (start_error('permission denied'), 'PermissionDenied', None),
        (start_error('exec format error'), 'WrongArchitecture', None),
        (
            ended(128, 'ContainerCannotRun', message='runc create failed: caused: bad cgroup'),
            'ExecFailed',
            'container "main" cannot be started: bad cgroup',
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


@pytest.mark.parametrize(
    ('state', 'code', 'message', 'evidence'),
    (
        (
            waiting('CrashLoopBackOff', 'back-off 5m0s'),
            'CrashLoop',
            'container "main" terminates again and again',
            ('kubelet: back-off 5m0s',),
        ),
        (
            waiting('RunContainerError', 'exec: "x": executable file not found in $PATH'),
            'CommandNotFound',
            'container "main" cannot be started: exec: "x": executable file not found in $PATH',
            ('kubelet: exec: "x": executable file not found in $PATH',),
        ),
        (waiting('RunContainerError'), 'ExecFailed', 'container "main" cannot be started', ()),
    ),
)
def test_a_status_without_the_last_termination_has_the_reason_of_the_kubelet(
    state, code, message, evidence
):
    [cause] = find(pod(status(state=state, restarts=3)))
    assert (cause.code, cause.message, cause.evidence) == (code, message, evidence)
    assert (cause.active, cause.terminations) == (True, 3)


def test_a_container_that_is_created_has_no_cause():
    assert find(pod(status(state=waiting('ContainerCreating')))) == []


@pytest.mark.parametrize(
    ('memory', 'command'),
    (
        ('12Mi', 'kubectl set resources -n shop deploy/web -c main --limits=memory=24Mi'),
        ('1G', 'kubectl set resources -n shop deploy/web -c main --limits=memory=2G'),
        ('1.5Gi', 'kubectl describe pod -n shop web-1'),
        ('', 'kubectl describe pod -n shop web-1'),
    ),
)
def test_a_container_without_memory_gets_more_and_its_log_is_not_read_again(memory, command):
    spec = container(resources={'limits': {'memory': memory}} if memory else {})
    [cause] = find(pod(status(state=OOM), containers=[spec]))
    assert cause.code == 'OOMKilled'
    assert cause.suggested_commands == (command,)


def test_the_memory_of_a_job_cannot_be_changed():
    obj = pod(status(state=OOM), containers=[container(resources={'limits': {'memory': '12Mi'}})])
    [cause] = container_start.find(view(target=Target(JOBS, 'shop', 'web')), obj)
    assert cause.suggested_commands == ('kubectl describe pod -n shop web-1',)
