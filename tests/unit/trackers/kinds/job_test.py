from __future__ import annotations

import pytest

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import job as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

TARGET = Target(JOBS, 'shop', 'web')
QUEUED = {'labels': {'kueue.x-k8s.io/queue-name': 'gpu'}}


def true(kind, reason='', message=''):
    return {'type': kind, 'status': 'True', 'reason': reason, 'message': message}


def job(*conditions, meta=None, **fields):
    spec = {'selector': {'matchLabels': {'controller-uid': 'x'}}, **fields.pop('spec', {})}
    base = {'observedGeneration': None, 'active': 1, 'conditions': list(conditions)}
    return manifest('Job', meta=meta, spec=spec, **{**base, **fields})


def worker(name, *statuses, **fields):
    return pod(*statuses, name=name, owner='job-web', **fields)


def assess(obj, *others, **fields):
    return tracker.assess(view(obj, *others, target=TARGET, **fields))


def names(pods):
    return [pod['metadata']['name'] for pod in pods]


@pytest.mark.parametrize(
    ('obj', 'state', 'reason', 'has_ended'),
    (
        pytest.param(job(), 'progressing', '', False, id='running'),
        pytest.param(
            job(true('Complete', 'CompletionsReached')),
            'ready',
            'CompletionsReached',
            True,
            id='complete',
        ),
        pytest.param(job(true('Complete')), 'ready', 'Complete', True, id='an old server'),
        pytest.param(
            job(true('SuccessCriteriaMet', 'SuccessPolicy')),
            'ready',
            'SuccessPolicy',
            False,
            id='success policy, the other pods still go',
        ),
        pytest.param(
            job(true('Failed', 'DeadlineExceeded')), 'failed', 'DeadlineExceeded', True, id='failed'
        ),
        pytest.param(job(true('Failed')), 'failed', 'Failed', True, id='failed without a word'),
        pytest.param(
            job(true('FailureTarget', 'PodFailurePolicy')),
            'failed',
            'PodFailurePolicy',
            False,
            id='about to fail',
        ),
        pytest.param(
            job({**true('Failed'), 'status': 'False'}, {**true('Complete'), 'status': 'False'}),
            'progressing',
            '',
            False,
            id='neither',
        ),
        pytest.param(job(spec={'suspend': True}), 'paused', 'JobSuspended', False, id='suspended'),
        pytest.param(
            job(true('Complete'), spec={'suspend': True}),
            'ready',
            'Complete',
            True,
            id='suspended after it was done',
        ),
        pytest.param(
            job(spec={'suspend': True}, meta=QUEUED), 'progressing', '', False, id='queued'
        ),
        pytest.param(
            job(meta={'deletionTimestamp': ago(1)}), 'deleting', '', False, id='being deleted'
        ),
        pytest.param(
            job(true('Complete'), meta={'deletionTimestamp': ago(1)}),
            'ready',
            'Complete',
            True,
            id='deleted after it was done',
        ),
        pytest.param({'kind': 'Job'}, 'progressing', '', False, id='nothing but a kind'),
    ),
)
def test_state_by_conditions(obj, state, reason, has_ended):
    assessment = assess(obj)
    assert (assessment.state, assessment.reason, assessment.is_terminal) == (
        state,
        reason,
        has_ended,
    )


@pytest.mark.parametrize('kind', ('Complete', 'FailureTarget'))
@pytest.mark.parametrize(
    ('fields', 'state'),
    (
        ({'listed_kinds': ()}, 'progressing'),
        ({'listed_kinds': ['Job.batch']}, 'progressing'),
        ({'listed_kinds': (), 'forbidden_kinds': frozenset(['Pod'])}, None),
        ({'listed_kinds': ['Pod']}, None),
    ),
)
def test_has_not_ended_before_its_pods_are_known(kind, fields, state):
    assessment = assess(job(true(kind)), **fields)
    final = 'ready' if kind == 'Complete' else 'failed'
    assert assessment.state == (state or final)
    assert assessment.waits_for == ('pod status' if state else '')
    assert not (state and assessment.is_terminal)


@pytest.mark.parametrize(
    ('obj', 'waits_for'),
    (
        (job(), '1 of 1 pod to succeed'),
        (job(spec={'completions': 5}, succeeded=2), '3 of 5 pods to succeed'),
        (job(spec={'parallelism': 3}), '3 of 3 pods to succeed'),
        (job(failed=1), '1 of 1 pod to succeed (1 pod failed so far)'),
        # Without completions, more pods than expected may have succeeded.
        (job(succeeded=2), '0 of 1 pod to succeed'),
        (job(spec={'suspend': True}, meta=QUEUED), 'queue "gpu" to admit it (spec.suspend)'),
        ({'kind': 'Job'}, 'the controller to start it'),
    ),
)
def test_waits_for(obj, waits_for):
    assert assess(obj).waits_for == waits_for


@pytest.mark.parametrize(
    ('reason', 'code'),
    (
        ('BackoffLimitExceeded', 'BackoffLimitExceeded'),
        ('DeadlineExceeded', 'DeadlineExceeded'),
        ('PodFailurePolicy', 'PodFailurePolicy'),
        ('FailedIndexes', 'FailedIndexes'),
        ('MaxFailedIndexesExceeded', 'MaxFailedIndexesExceeded'),
        ('EvictedByQueue', 'JobFailed'),
    ),
)
def test_a_failed_job_has_a_cause_of_its_own(reason, code):
    [cause] = assess(job(true('Failed', reason, 'so it is'))).causes
    assert cause[:3] == (code, reason, 'web')
    assert cause.message
    assert CODES[code].family == 'job'
    assert CODES[code].rank > CODES['ContainerFailed'].rank


@pytest.mark.parametrize(
    ('reason', 'spec', 'text'),
    (
        (
            'DeadlineExceeded',
            {'activeDeadlineSeconds': 4},
            'it ran longer than allowed (activeDeadlineSeconds 4)',
        ),
        (
            'BackoffLimitExceeded',
            {'backoffLimit': 0},
            'its pods failed more often than allowed (backoffLimit 0)',
        ),
        ('BackoffLimitExceeded', {}, 'its pods failed more often than allowed'),
        ('', {}, 'the controller of the Job reported a failure'),
    ),
)
def test_a_failure_tells_the_limit(reason, spec, text):
    [cause] = assess(job(true('Failed', reason), spec=spec)).causes
    assert (cause.message, cause.evidence) == (text, ())


def test_a_failure_tells_the_counts_and_the_indexes():
    failed = true('Failed', 'FailedIndexes', 'Job has failed indexes')
    assessment = assess(job(failed, failedIndexes='1,3-5', failed=4))
    text = 'has failed: Job has failed indexes (FailedIndexes); failed indexes: 1,3-5'
    assert assessment.message == text
    assert assessment.causes[0].evidence == ('4 pods failed',)


def test_a_pause_tells_how_to_end_it():
    [command] = assess(job(spec={'suspend': True})).suggested_commands
    assert command.startswith('kubectl patch -n shop job/')
    assert '"suspend":false' in command


@pytest.mark.parametrize(
    ('obj', 'message'),
    (
        (
            job(true('Complete'), spec={'completions': 3}, succeeded=2),
            'has completed: 2 of 3 pods succeeded',
        ),
        (job(true('Complete')), 'has completed'),
    ),
)
def test_tells_how_many_were_enough(obj, message):
    assert assess(obj).message == message


def test_counts():
    obj = job(spec={'completions': 5}, active=2, ready=1, succeeded=2)
    assert assess(obj).progress == (5, 4, 3, 2, 0)


BROKEN = ended(1)
PULLING = waiting('ImagePullBackOff')


@pytest.mark.parametrize(
    ('reason', 'pods', 'shown'),
    (
        pytest.param('', [worker('a')], ['a'], id='living'),
        pytest.param(
            '', [worker('a', status(state=BROKEN), phase='Failed')], ['a'], id='failed by itself'
        ),
        pytest.param(
            '', [worker('a', status(state=PULLING), phase='Failed')], [], id='lost with its node'
        ),
        pytest.param(
            '',
            [worker('a', status(state=ended(0, 'Completed')), phase='Succeeded')],
            ['a'],
            id='succeeded',
        ),
        pytest.param(
            '',
            [worker('a', status(state=ended(0), restarts=2), phase='Succeeded')],
            [],
            id='succeeded after failures',
        ),
        pytest.param('', [worker('a', deleting=True)], [], id='going for some other reason'),
        pytest.param(
            'BackoffLimitExceeded', [worker('a', deleting=True)], ['a'], id='failed and going'
        ),
        pytest.param(
            'DeadlineExceeded', [worker('a', status(), deleting=True)], [], id='just too slow'
        ),
        pytest.param(
            'DeadlineExceeded',
            [worker('a', status(restarts=2), deleting=True)],
            ['a'],
            id='crashed until it was too late',
        ),
        pytest.param(
            'DeadlineExceeded',
            [worker('a', status(state=PULLING), phase='Pending', deleting=True)],
            ['a'],
            id='never came to run',
        ),
        pytest.param(
            'BackoffLimitExceeded',
            [worker('a', status(state=BROKEN), phase='Failed', deleting=True)],
            ['a'],
            id='failed and cleaned up, told once',
        ),
    ),
)
def test_pods_that_tell_something(reason, pods, shown):
    conditions = [true('FailureTarget', reason)] if reason else []
    assessment = assess(job(*conditions), *pods)
    assert names(assessment.pods) == shown
    assert len(assessment.other_pods) == (0 if reason else len(pods) - len(shown))


def test_of_many_that_have_ended_the_newest_are_enough():
    failed = [worker(f'f{n:02}', phase='Failed', age=100 - n) for n in range(12)]
    done = [worker(f's{n}', phase='Succeeded', age=100 - n) for n in range(5)]
    assessment = assess(job(), *failed, *done)
    assert names(assessment.pods) == [f'f{n:02}' for n in range(2, 12)] + ['s2', 's3', 's4']


@pytest.mark.parametrize(
    ('obj', 'pods', 'stall_timeout'),
    (
        pytest.param(job(), [], 60, id='no pods'),
        pytest.param(job(spec={'activeDeadlineSeconds': 900}), [], 960, id='its own deadline'),
        pytest.param(job(), [worker('a', status())], 5600, id='at work'),
        pytest.param(job(), [worker('a', status(state=PULLING))], 60, id='cannot start'),
        pytest.param(job(), [worker('a', status(), phase='Failed')], 60, id='has ended'),
    ),
)
def test_is_patient_while_its_pods_are_at_work(obj, pods, stall_timeout):
    assert (
        assess(obj, *pods, run_history=RunHistory(0, NOW - 5000)).min_stall_timeout == stall_timeout
    )


@pytest.mark.parametrize(
    ('manager', 'notices'),
    (
        ('', ()),
        ('kubernetes.io/job-controller', ()),
        (
            'kueue.x-k8s.io/multikueue',
            ('is managed by "kueue.x-k8s.io/multikueue": its pods may run in another cluster',),
        ),
    ),
)
def test_tells_of_a_controller_that_is_not_the_built_in_one(manager, notices):
    assert assess(job(spec={'managedBy': manager})).notices == notices


@pytest.mark.parametrize(
    ('obj', 'watches'),
    (
        (job(), (Watch(PODS, 'shop', 'controller-uid=x'),)),
        (job(spec={'selector': {}}), ()),
    ),
)
def test_wants_its_pods_where_it_says_which(obj, watches):
    assert tracker.wants(view(obj, target=TARGET)) == watches


def test_is_as_patient_as_the_startup_probe_of_a_sidecar():
    sidecar = container(restartPolicy='Always', startupProbe={'failureThreshold': 90})
    template = {'spec': {'initContainers': [sidecar]}}
    assert assess(job(spec={'template': template})).min_stall_timeout == 960
