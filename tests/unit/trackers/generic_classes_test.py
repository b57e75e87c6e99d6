"""Test how a status without a rule is read, by classes of statuses that operators write."""

from __future__ import annotations

import pytest

from tests.unit.trackers.generic_test import READY
from tests.unit.trackers.generic_test import cond
from tests.unit.trackers.generic_test import frob
from tests.unit.trackers.generic_test import judge

PAUSED_UPDATE = {'replicas': 3, 'updateStrategy': {'rollingUpdate': {'paused': True}}}


def state_of(obj):
    assessment = judge(obj)
    is_failing = assessment.causes and assessment.state.value == 'progressing'
    return 'failing' if is_failing else assessment.state.value


@pytest.mark.parametrize(
    ('kind', 'state'),
    (
        ('Backup', 'progressing'),
        ('PipelineRun', 'progressing'),
        ('Workflow', 'progressing'),
        ('ScheduledBackup', 'ready'),
        ('ScaledJob', 'ready'),
        ('Server', 'ready'),
    ),
)
def test_running_is_work_for_kinds_that_end(kind, state):
    assert state_of({**frob(phase='Running'), 'kind': kind}) == state
    assert state_of({**frob(cond('Running', reason='TaskRunning')), 'kind': kind}) == state


@pytest.mark.parametrize(
    ('obj', 'state'),
    (
        pytest.param(frob(startTime='2025-01-01T00:00:00Z'), 'progressing', id='started'),
        pytest.param(
            frob(startTime='2025-01-01T00:00:00Z', completionTime='2025-01-01T00:00:01Z'),
            'ready',
            id='started and ended',
        ),
        pytest.param(
            frob(cond('Succeeded', 'False', 'CouldntGetTask'), completionTime='x'),
            'failing',
            id='ended without success',
        ),
        pytest.param(frob(cond('Succeeded', 'False', 'X')), 'progressing', id='no success yet'),
        pytest.param(
            frob(READY, cond('Completed', reason='Failed')), 'failing', id='completed as failed'
        ),
        # A `last…` field about the current spec.
        pytest.param(frob(lastOperation={'state': 'Processing'}), 'progressing', id='operates'),
        pytest.param(frob(lastOperation={'state': 'Failed'}), 'failing', id='operation failed'),
        pytest.param(frob(lastBackup={'state': 'Failed'}), 'ready', id='history'),
        # Words beside a state that nobody knows.
        pytest.param(frob(state='Frobbed', errorDescription='boom'), 'failing', id='error beside'),
        pytest.param(frob(state='Frobbed', lastError='boom'), 'progressing', id='old error beside'),
        pytest.param(frob(currentState='Odd', desiredState='Odd'), 'ready', id='as desired'),
        pytest.param(
            frob(currentState='Odd', desiredState='Even'), 'progressing', id='not as desired'
        ),
        pytest.param(
            frob(state='Odd', pods={'phase': 'Running'}), 'progressing', id='a part is good'
        ),
        # A person must act.
        pytest.param(frob(phase='RequiresApproval'), 'paused', id='approval as a state'),
        pytest.param(frob(phase='Waiting for user action'), 'paused', id='user action'),
        pytest.param(frob(cond('Ready', 'False', 'ApprovalPending')), 'paused', id='approval'),
        pytest.param(frob(cond('Active', 'False', 'Stopped')), 'paused', id='stopped'),
        pytest.param(
            frob(cond('Progressing', 'False', 'Paused')), 'paused', id='progress is paused'
        ),
        pytest.param(
            frob(spec=PAUSED_UPDATE, readyReplicas=3, updatedReplicas=1), 'paused', id='update'
        ),
        pytest.param(
            frob(spec=PAUSED_UPDATE, readyReplicas=3, updatedReplicas=3), 'ready', id='updated'
        ),
        pytest.param(frob(spec={'pause': True}, state='stopping'), 'progressing', id='stopping'),
        # Errors in the message, or in the field `error` of a condition.
        pytest.param(
            frob(cond('Synced', 'False', '', 'no key could decrypt it')), 'failing', id='no key'
        ),
        pytest.param(
            frob(cond('Ready', 'False', 'NotApplied', 'Failed to apply')), 'failing', id='message'
        ),
        pytest.param(
            frob(cond('Ready', 'False', 'Error', 'Waiting for pods')), 'progressing', id='waits'
        ),
        pytest.param(frob(cond('Ready', 'False', error='boom')), 'failing', id='error'),
        pytest.param(frob(cond('Ready', 'False', 'NoMatchingHost')), 'failing', id='no match'),
        pytest.param(frob(cond('Accepted', reason='RefsNotValid')), 'failing', id='in part'),
        pytest.param(frob(cond('ACK.Recoverable', message='boom')), 'failing', id='recoverable'),
        pytest.param(frob(cond('NoMatchingFrob')), 'failing', id='type says no match'),
        pytest.param(frob(cond('Account', reason='AccountNotFound')), 'failing', id='not found'),
        pytest.param(
            frob(cond('WellFormed', 'False', '', 'Pod a is not ready')), 'progressing', id='formed'
        ),
        pytest.param(
            frob(READY, cond('WellFormed', 'False', '', 'Pod a is not ready')), 'ready', id='Ready'
        ),
        pytest.param(
            frob(
                cond('Ready', 'False', 'Creating'),
                cond('LastAsyncOperation', 'False', 'AsyncCreateFailure'),
            ),
            'failing',
            id='the last operation',
        ),
        # What is being created does not exist yet.
        pytest.param(
            frob(cond('Ready', 'False', 'PodNotExists'), phase='Scheduling'),
            'progressing',
            id='no pod yet',
        ),
        pytest.param(
            frob(cond('Ready', 'False', 'PodNotExists'), phase='Odd'), 'failing', id='no pod'
        ),
        pytest.param(
            frob(
                cond('Ready', 'False', 'TokenNotFound'),
                cond('Reconciling', reason='ProgressingWithRetry'),
            ),
            'failing',
            id='retries',
        ),
        # Each state has a condition, which stays True.
        pytest.param(frob(cond('error'), cond('ready'), state='ready'), 'ready', id='log'),
        pytest.param(frob(cond('error'), cond('ready'), state='error'), 'failing', id='log, now'),
        pytest.param(frob(phase='ready', isRollingUpdate=True), 'progressing', id='rolling update'),
        pytest.param(frob(READY, cond('RollingUpdate')), 'progressing', id='rolls an update out'),
        pytest.param(frob(READY, cond('PendingProposal')), 'ready', id='pending, but ready'),
        pytest.param(frob(cond('PendingProposal')), 'progressing', id='pending'),
        pytest.param(frob(cond('UpgradeInProgress')), 'progressing', id='in progress'),
        pytest.param(frob(operatorProgress='Updating'), 'progressing', id='progress'),
        pytest.param(frob(progress='42%'), 'ready', id='a percentage'),
        pytest.param(frob(phase='RolledBack'), 'failing', id='rolled back'),
        pytest.param(frob(state='MaxLimitReached'), 'failing', id='a limit'),
        pytest.param(frob(attached=False), 'progressing', id='not attached'),
        pytest.param(frob(readyToUse=True), 'ready', id='ready to use'),
        pytest.param(
            frob(
                message="couldn't ensure the registry",
                reason='X',
                connection={'lastObservedState': 'READY'},
            ),
            'failing',
            id='the message outranks a part',
        ),
        pytest.param(
            frob(racks={'a': {'members': 3, 'readyMembers': 2}}), 'progressing', id='a part'
        ),
        pytest.param(
            frob(cond('Available'), spec={'replicas': 2}, updatedReplicas=1, readyReplicas=2),
            'progressing',
            id='available, but not updated',
        ),
    ),
)
def test_state_without_a_rule(obj, state):
    assert state_of(obj) == state
