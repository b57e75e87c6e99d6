from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.trackers import generic
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import view
from tests.unit.tracking.play import Play

FROBS = Target(Resource('x.example.com', 'v1', 'frobs', 'Frob', 'frob'), 'shop', 'web')
SEEN = 'the controller to see the change'


def frob(*conditions, generation=1, age=60, meta=None, spec=None, **status):
    metadata = {'name': 'web', 'uid': 'u', 'generation': generation, 'creationTimestamp': ago(age)}
    if conditions:
        status['conditions'] = list(conditions)
    obj = {'kind': 'Frob', 'metadata': {**metadata, **(meta or {})}, 'spec': spec or {}}
    return {**obj, 'status': status} if status else obj


def cond(kind, status='True', reason='', message='', **fields):
    return {'type': kind, 'status': status, 'reason': reason, 'message': message, **fields}


def judge(obj, **fields):
    return generic.assess(view(obj, target=FROBS, **fields))


READY = cond('Ready')
ERROR = cond('Ready', 'False', 'ReconcileError', 'access denied')
OLD = {'observedGeneration': 1}


@pytest.mark.parametrize(
    ('obj', 'state', 'text'),
    (
        pytest.param(
            frob(meta={'deletionTimestamp': ago(1)}), 'deleting', 'is being deleted', id='a'
        ),
        pytest.param(frob(READY), 'ready', '', id='Ready'),
        pytest.param(frob(READY, observedGeneration=1), 'ready', '', id='Ready, observed'),
        pytest.param(frob(READY, generation=2, **OLD), 'progressing', SEEN, id='behind'),
        pytest.param(
            frob(READY, generation=2, observedGeneration='1'), 'progressing', SEEN, id='as text'
        ),
        pytest.param(
            frob(READY, generation=2, observedGeneration='6f9c'), 'ready', '', id='a hash'
        ),
        pytest.param(
            frob({**READY, **OLD}, generation=2), 'progressing', SEEN, id='condition behind'
        ),
        pytest.param(
            frob({**ERROR, **OLD}, generation=2), 'progressing', SEEN, id='error is history'
        ),
        pytest.param(
            frob(READY, {**cond('Stalled'), **OLD}, generation=2, observedGeneration=2),
            'ready',
            '',
            id='stalled is history',
        ),
        pytest.param(
            frob({**cond('Stalled'), **OLD}, generation=2),
            'progressing',
            SEEN,
            id='nothing but history',
        ),
        pytest.param(
            frob(cond('Ready', 'False', 'Creating')),
            'progressing',
            'Ready=False (Creating) to change',
            id='Creating',
        ),
        pytest.param(
            frob(cond('Ready', 'Unknown', 'Failed')),
            'progressing',
            'Ready=Unknown (Failed) to change',
            id='Unknown is not False',
        ),
        pytest.param(
            frob(READY, cond('Synced', 'False')),
            'progressing',
            'Synced=False to change',
            id='Ready, but the newest spec was not taken',
        ),
        pytest.param(frob(READY, cond('Active', 'False')), 'ready', '', id='Ready sums up'),
        pytest.param(frob(cond('Synced')), 'ready', '', id='Synced alone'),
        pytest.param(
            frob(cond('Available'), cond('Synced', 'False')),
            'progressing',
            'Synced=False to change',
            id='without a summary all count',
        ),
        pytest.param(
            frob(cond('DiskReady', 'False')),
            'progressing',
            'DiskReady=False to change',
            id='only parts',
        ),
        pytest.param(frob(cond('DiskReady'), cond('NetReady')), 'ready', '', id='all parts'),
        pytest.param(
            frob(READY, cond('Reconciling')),
            'progressing',
            'Reconciling=True to change',
            id='at work',
        ),
        pytest.param(
            frob(READY, cond('Progressing', reason='NewReplicaSetAvailable')),
            'ready',
            '',
            id='over',
        ),
        pytest.param(frob(READY, cond('Progressing', 'False')), 'ready', '', id='not at work'),
        pytest.param(
            frob(cond('NotReady', reason='Creating')),
            'progressing',
            'NotReady=True (Creating) to change',
            id='NotReady while it is made',
        ),
        pytest.param(
            frob(ERROR, cond('Stalled', reason='InvalidSpec', message='no such field.')),
            'failed',
            'Stalled=True (InvalidSpec: no such field)',
            id='Stalled is final',
        ),
        pytest.param(
            frob(cond('Synced'), cond('DiskReady', 'False')),
            'progressing',
            'DiskReady=False to change',
            id='that it was taken says nothing about its parts',
        ),
        pytest.param(
            frob(cond('Ready', True), cond('Degraded', 'false')), 'ready', '', id='without case'
        ),
        pytest.param(
            frob(cond('Running', 'False'), cond('Succeeded'), completionTime=ago(5)),
            'ready',
            '',
            id='a run that is over',
        ),
        pytest.param(
            frob(cond('Running'), cond('Created'), startTime=ago(5)),
            'progressing',
            'Running=True to change',
            id='a run with conditions that goes on',
        ),
        pytest.param(
            frob(cond('Running', reason='MigrationInProgress')),
            'progressing',
            'Running=True (MigrationInProgress) to change',
            id='a run that goes on, and tells it by the reason',
        ),
        pytest.param(frob(cond('Running', reason='AllRunning')), 'ready', '', id='a server'),
        pytest.param(
            frob(cond('Ready', 'False'), cond('Completed')),
            'progressing',
            'Ready=False to change',
            id='a summary decides over what is over',
        ),
        pytest.param(
            frob(cond('Available', 'False'), {**cond('Completed'), **OLD}, generation=2),
            'progressing',
            'Available=False to change',
            id='over, but for an earlier generation',
        ),
        pytest.param(
            frob(phase='Started', startTime=ago(5)),
            'progressing',
            'status.phase=Started to change',
            id='a run that was started',
        ),
        pytest.param(
            frob(phase='Scheduled', startTime=ago(5), endTime=ago(1)), 'ready', '', id='it ended'
        ),
        pytest.param(frob(phase='Frobbed', ready=True), 'ready', '', id='another sign is ready'),
        pytest.param(
            frob(printableStatus='Provisioning'),
            'progressing',
            'status.printableStatus=Provisioning to change',
            id='printableStatus',
        ),
        pytest.param(
            frob(cond('Paused', reason='ByUser')),
            'paused',
            'is paused: Paused=True (ByUser)',
            id='p',
        ),
        pytest.param(
            frob(cond('Synced', 'False', 'ReconcilePaused')),
            'paused',
            'is paused: Synced=False (ReconcilePaused)',
            id='paused by reason',
        ),
        pytest.param(
            frob(phase='Suspended'), 'paused', 'is paused: status.phase=Suspended', id='by phase'
        ),
        pytest.param(
            frob(READY, spec={'suspend': True}), 'paused', 'is suspended by spec.suspend', id='s'
        ),
        pytest.param(frob(phase='Running'), 'ready', '', id='Running'),
        pytest.param(
            frob(phase='Running', startTime=ago(5)),
            'progressing',
            'status.phase=Running to change',
            id='a run that goes on',
        ),
        pytest.param(
            frob(state='Creating'), 'progressing', 'status.state=Creating to change', id='state'
        ),
        pytest.param(
            frob(health={'status': 'Progressing'}),
            'progressing',
            'status.health.status=Progressing to change',
            id='health',
        ),
        pytest.param(frob(ready=True), 'ready', '', id='ready: true'),
        pytest.param(
            frob(ready=False), 'progressing', 'status.ready=false to change', id='ready: false'
        ),
        pytest.param(frob(observedGeneration=1), 'ready', '', id='only a generation'),
        pytest.param(frob(cond('Drifted'), READY), 'ready', '', id='nobody knows Drifted'),
    ),
)
def test_state(obj, state, text):
    assessment = judge(obj)
    assert (assessment.state.value, assessment.waits_for or assessment.message) == (state, text)


@pytest.mark.parametrize(
    ('obj', 'reason', 'seconds'),
    (
        (frob(ERROR), 'ReconcileError', 30),
        (frob({**ERROR, **OLD}, observedGeneration=0), 'ReconcileError', 30),
        (frob(cond('Ready', 'False', 'SyncError', 'i/o timeout')), 'SyncError', 300),
        (frob(cond('Ready', 'False', 'Throttled')), 'Throttled', 300),
        (frob(cond('Ready', 'False', 'X', severity='Error')), 'X', 30),
        (frob(READY, cond('Degraded', reason='DiskFull')), 'DiskFull', 30),
        (frob(cond('Failed')), 'Failed=True', 10),
        (frob(cond('Failed', message='try again')), 'Failed=True', 300),
        (frob(cond('Progressing', 'False', 'LimitExceeded')), 'LimitExceeded', 30),
        (frob(cond('BackupFailed')), 'BackupFailed=True', 30),
        (frob(cond('Ready', 'False', 'NotFound', severity='Warning')), 'NotFound', 300),
        (frob(cond('Ready', 'False', 'Denied', severity='Warning')), 'Denied', 300),
        (frob(cond('Ready', 'False', 'VMINotExists')), 'VMINotExists', 300),
        (frob(phase='Failed'), 'status.phase=Failed', 30),
        (frob(phase='Failed', endTime=ago(5)), 'status.phase=Failed', 10),
        (frob(phase='CrashLoopBackOff', endTime=ago(5)), 'status.phase=CrashLoopBackOff', 30),
        (frob(phase='Error', message='try again'), 'status.phase=Error', 300),
        (frob(phase='Error', reason='ConnectionRefused'), 'ConnectionRefused', 300),
        (frob(phase='Error', reason='Not yet bound', message='see its log'), 'Not yet bound', 300),
        (frob(phase='ImagePullBackOff'), 'status.phase=ImagePullBackOff', 300),
        (frob(health='Degraded', reason='Shards'), 'Shards', 30),
        (frob(failureReason='CreateError', failureMessage='no quota'), 'CreateError', 10),
    ),
)
def test_what_speaks_against_it_may_stand_for_a_while(obj, reason, seconds):
    assessment = judge(obj)
    [cause] = assessment.causes
    assert assessment.state.value == 'progressing'
    assert (cause.code, cause.reason, cause.tolerance_seconds) == (
        'ConditionFailed',
        reason,
        seconds,
    )
    assert cause.suggested_commands == ('kubectl describe frobs.x.example.com -n shop web',)


@pytest.mark.parametrize(
    'obj',
    (
        frob(READY, cond('BackupFailed')),
        frob(cond('Ready', 'False', 'DependencyNotReady')),
        frob(cond('Ready', 'False', 'AccessError', severity='Info')),
        frob(cond('Degraded', 'False', 'AllError')),
        frob(cond('Failed', 'Unknown')),
    ),
)
def test_what_is_not_against_it(obj):
    assert judge(obj).causes == ()


def test_a_kind_without_namespaces_is_described_without_one():
    nodes = Target(Resource('', 'v1', 'frobs', 'Frob', 'frob', False), '', 'web')
    [cause] = generic.assess(view(frob(ERROR), target=nodes)).causes
    assert cause.suggested_commands == ('kubectl describe frobs web',)


def test_what_was_suspended_when_it_was_ready_is_ready_with_a_notice():
    assessment = judge(frob(READY, spec={'paused': True}, observedGeneration=1))
    assert assessment.state.value == 'ready'
    assert assessment.notices == (
        'is suspended by spec.paused: nothing changes until it is resumed',
    )


@pytest.mark.parametrize('status', (None, {}, {'frobs': 4}, {'phase': '7'}))
def test_what_says_nothing_is_ready_after_ten_seconds_with_a_notice(status):
    obj = {**frob(age=4), 'status': status}
    assessment = judge(obj)
    assert (assessment.state.value, assessment.recheck_at) == ('progressing', NOW + 6)
    assessment = judge(obj, now=NOW + 6)
    assert assessment.state.value == 'ready'
    assert assessment.notices[0].startswith('is treated as ready')


@pytest.mark.parametrize(
    ('status', 'message'),
    (
        ({}, 'cannot be assessed: it has no status (--require-status)'),
        (
            {'frobs': 4},
            'cannot be assessed: its status has no field that can be assessed (--require-status)',
        ),
    ),
)
def test_a_required_status_without_any_sign_is_unknown(status, message):
    seen = view({**frob(age=4), 'status': status}, target=FROBS)._replace(require_status=True)
    assert generic.assess(seen).state.value == 'progressing'
    assessment = generic.assess(seen._replace(now=NOW + 6))
    assert (assessment.state.value, assessment.message) == ('unknown', message)
    assert not is_unjudged(assessment)


@pytest.mark.parametrize(
    ('options', 'outcome'),
    (({'stall_timeout': 60.0}, ('timed-out', '', 60)), ({'timeout': 30.0}, ('timed-out', '', 30))),
)
def test_a_rollout_with_a_required_status_without_any_sign_times_out(options, outcome):
    play = Play(FROBS, tracker=generic, require_status=True, **options)
    play.listed(0.1, play.root, frob(age=60, frobs=4))
    assert play.until(100).outcome[:2] == outcome[:2]
    assert 'cannot be assessed' in ' '.join(play.ended.explanation.facts)


def test_a_required_status_changes_nothing_for_a_status_with_a_sign():
    seen = view(frob(READY, age=9999), target=FROBS)._replace(require_status=True)
    assert generic.assess(seen).state.value == 'ready'


@pytest.mark.parametrize('path', ('phase', 'state', 'health', 'currentState'))
def test_a_word_that_nobody_knows_is_no_success(path):
    assessment = judge(frob(age=9999, **{path: 'Frobbed'}))
    word = f'status.{path}=Frobbed'
    assert (assessment.state.value, assessment.waits_for) == ('progressing', f'{word} to change')
    assert assessment.notices == (
        f'reports the unknown state {word}: a rule can define what it means',
    )


def test_where_a_status_must_come_it_is_waited_for():
    assessment = generic.assess_status(view(frob(age=9999), target=FROBS), requires_status=True)
    assert assessment.waits_for == 'its controller to report a status'


def spec_written(seconds):
    return {'managedFields': [{'time': ago(seconds)}, {'time': None}]}


@pytest.mark.parametrize('obj', (READY, cond('Stalled')))
def test_a_controller_that_does_not_tell_what_it_saw_gets_a_moment(obj):
    assessment = judge(frob(obj, generation=2, meta=spec_written(2)))
    assert (assessment.state.value, assessment.waits_for) == ('progressing', SEEN)
    assert assessment.recheck_at == NOW + 3
    later = judge(frob(obj, generation=2, meta=spec_written(2)), now=NOW + 3)
    assert later.state.value in ('ready', 'failed')


@pytest.mark.parametrize(
    'obj',
    (
        frob(READY, generation=1, meta=spec_written(2)),
        frob(READY, generation=2, observedGeneration=2, meta=spec_written(2)),
        frob({**READY, 'observedGeneration': 2}, generation=2, meta=spec_written(2)),
        frob(READY, generation=2),
    ),
)
def test_nothing_is_waited_for_that_is_known(obj):
    assert judge(obj).state.value == 'ready'


def start(*conditions):
    play = Play(FROBS, tracker=generic)
    return play.listed(0, play.root, frob(*conditions))


def test_an_error_that_stands_fails_after_half_a_minute():
    play = start(ERROR).until(100)
    assert play.outcome == ('failed', 'ConditionFailed', 30)
    assert 'access denied' in play.ended.explanation.facts[0]


def test_an_error_that_heals_is_forgotten():
    play = start(ERROR).changed(20, Play(FROBS, tracker=generic).root, frob(READY))
    assert play.outcome == ('ready', '', 20)


def test_an_error_that_flickers_fails():
    play, working = start(ERROR), frob(cond('Ready', 'Unknown', 'Reconciling'))
    play.changed(10, play.root, working).changed(15, play.root, frob(ERROR)).until(60)
    assert play.outcome == ('failed', 'ConditionFailed', 30)


def test_another_generation_is_not_blamed_for_the_last_one():
    play = start({**ERROR, 'observedGeneration': 1})
    newer = frob({**ERROR, 'observedGeneration': 1}, generation=2)
    play.changed(10, play.root, newer).until(60)
    assert play.outcome is None


@pytest.mark.parametrize(
    'obj',
    (
        {},
        {'metadata': None, 'spec': None, 'status': None},
        {'metadata': [], 'spec': 'x', 'status': 4},
        {'metadata': {'generation': 'x', 'managedFields': 'x'}, 'status': {'conditions': {}}},
        {'metadata': {'generation': 2, 'managedFields': [{'time': 4}]}, 'status': {'phase': 7}},
        {'status': {'conditions': [None, 'x', {}, {'type': 3}, {'type': 'Ready', 'status': True}]}},
        {'status': {'health': [], 'state': {}, 'observedGeneration': [], 'ready': 'yes'}},
        {'status': {'phase': '\x1b[31m' * 1000, 'conditions': [cond('Ready', 'x' * 9999)]}},
    ),
)
def test_it_survives_what_is_missing_or_strange(obj):
    assert judge(obj).state in State
