"""Test what the status of a custom resource of an unknown kind says, field by field."""

from __future__ import annotations

import pytest

from kubectl_dog.trackers import generic
from tests.unit.trackers.generic_test import OLD
from tests.unit.trackers.generic_test import READY
from tests.unit.trackers.generic_test import cond
from tests.unit.trackers.generic_test import frob
from tests.unit.trackers.generic_test import judge

GOOD = 'ready'
FAILING = 'failing'
WORKING = 'progressing'


def state_of(obj):
    assessment = judge(obj)
    return FAILING if assessment.causes else assessment.state.value


@pytest.mark.parametrize(
    ('status', 'state'),
    (
        # States at the top, by the last word of the name.
        ({'lifecycleState': 'FAILED'}, FAILING),
        ({'clusterPhase': 'Creating'}, WORKING),
        ({'deploymentStatus': 'Deployed'}, GOOD),
        ({'currentStatus': 'NotReconciled'}, WORKING),
        ({'lifecycle': 'Active'}, GOOD),
        ({'applicationState': {'state': 'SUBMISSION_FAILED'}}, FAILING),
        ({'applicationState': {'state': 'SUBMITTED'}}, WORKING),
        ({'desiredState': 'Failed', 'state': 'Running'}, GOOD),
        ({'state': 'Running', 'statusCode': 'Failed'}, GOOD),
        ({'state': 'NotHealthy'}, WORKING),
        ({'phase': 'Halted'}, 'paused'),
        ({'compliant': 'NonCompliant'}, FAILING),
        ({'current': {'stateSummary': 'Failed'}}, FAILING),
        ({'state': 'ONLINE', 'quorumState': 'NO_QUORUM'}, FAILING),
        ({'status': 'ERROR, ' + 'x' * 99}, FAILING),
        ({'currentState': 'ERROR, ' + 'x' * 99}, GOOD),
        ({'errMsg': 'boom'}, FAILING),
        ({'scale': {'statusReplicas': '0/1'}}, WORKING),
        # Deeper in the status, also in lists.
        ({'cluster': {'phase': 'Failed'}}, FAILING),
        ({'nodes': [{'state': 'Running'}, {'state': 'Failed'}]}, FAILING),
        ({'nodes': [{'state': 'Running'}, {'state': 'Pending'}]}, WORKING),
        ({'nodes': [{'state': 'Running'}]}, GOOD),
        ({'phase': 'Running', 'nodes': [{'state': 'Failed'}]}, GOOD),
        ({'phase': 'Creating', 'nodes': [{'state': 'Failed'}]}, WORKING),
        ({'a': {'b': {'c': {'d': {'phase': 'Failed'}}}}}, GOOD),
        # The past decides nothing.
        ({'phase': 'Running', 'lastBackup': {'phase': 'Failed'}}, GOOD),
        ({'phase': 'Running', 'lastError': 'boom'}, GOOD),
        ({'phase': 'Running', 'history': [{'state': 'Failed'}]}, GOOD),
        # Errors.
        ({'error': 'boom'}, FAILING),
        ({'errors': ['boom']}, FAILING),
        ({'errors': [{'message': 'boom'}]}, FAILING),
        ({'errors': []}, GOOD),
        ({'error': 'none'}, GOOD),
        ({'sync': {'errorMessage': 'boom'}}, FAILING),
        ({'phase': 'Pending', 'errorMessage': 'boom'}, FAILING),
        ({'phase': 'Running', 'sync': {'error': 'boom'}}, GOOD),
        ({'message': 'failed to create the bucket'}, FAILING),
        ({'message': 'no error'}, GOOD),
        ({'reason': 'InvalidSpec'}, FAILING),
        # Flags and counts.
        ({'healthy': False}, WORKING),
        ({'healthy': True}, GOOD),
        ({'failed': True}, FAILING),
        ({'failed': False}, GOOD),
        ({'ready': 'True'}, GOOD),
        ({'ready': 'false'}, WORKING),
        ({'ready': '1/3'}, WORKING),
        ({'ready': '3/3'}, GOOD),
        ({'desiredNumberScheduled': 3, 'numberReady': 2}, WORKING),
        ({'desiredNumberScheduled': 3, 'numberReady': 3, 'updatedNumberScheduled': 2}, WORKING),
        ({'desiredNumberScheduled': 3, 'numberReady': 3, 'updatedNumberScheduled': 3}, GOOD),
    ),
)
def test_fields(status, state):
    assert state_of(frob(**status)) == state


@pytest.mark.parametrize(('ready', 'state'), ((1, WORKING), (2, GOOD), (None, GOOD)))
@pytest.mark.parametrize('field', ('readyReplicas', 'readyInstances', 'ready'))
def test_counts(field, ready, state):
    status = {'frobs': 1} if ready is None else {field: ready}
    assert state_of(frob(spec={'replicas': 2}, **status)) == state


@pytest.mark.parametrize(
    ('conditions', 'state'),
    (
        ((cond('Irreconcilable', reason='ReconcileError'),), FAILING),
        ((cond('HasErrors', reason='BrokenLink'),), FAILING),
        ((cond('Deployed'), cond('Irreconcilable', reason='ReconcileError')), FAILING),
        ((cond('Deployed'), cond('BucketMade', 'False', 'AccessDenied')), FAILING),
        ((cond('Deployed'), cond('BucketMade', 'False', 'Creating')), GOOD),
        ((cond('Deployed'), cond('NoErrors', 'False', 'Error')), GOOD),
        ((cond('Deployed'), cond('LastUpdate', 'False', 'UpdateFailed')), GOOD),
        ((READY, cond('LastUpdate', 'False', 'UpdateFailed')), GOOD),
        ((READY, cond('BucketMade', 'False', 'AccessDenied')), GOOD),
        ((cond('DatabaseCreated', 'False'),), WORKING),
        ((cond('DatabaseCreated'),), GOOD),
        ((cond('Deployed'), cond('PodsHealthy', 'False')), WORKING),
        ((cond('Available'), cond('BucketMade', 'False', 'AccessDenied')), GOOD),
        ((cond('Available'), cond('HasErrors')), FAILING),
        ((cond('InvalidSpec'),), FAILING),
        ((cond('Available'), cond('PodsHealthy', 'False')), GOOD),
        ((cond('Available', 'False', 'MinimumReplicasUnavailable'),), WORKING),
        ((cond('Ready', 'False', 'InvalidDependencies'),), FAILING),
        ((cond('Accepted', 'False', 'HostAlreadyClaimed'),), FAILING),
        ((cond('Accepted', 'False', 'Pending'),), WORKING),
        ((cond('Ready', 'False', '', 'failed to find the item'),), FAILING),
        ((cond('Ready', 'False', 'Creating', 'failed to find the item'),), WORKING),
        ((cond('Running', reason='Running'),), WORKING),
        (({'type': 'Deployed', 'reason': 'history'},), GOOD),
        ((cond('ConfigUnsupported'),), FAILING),
        ((cond('ConfigUnsupported', 'False'),), GOOD),
        ((cond('Synchronizing'),), WORKING),
        ((cond('VaultPing'),), GOOD),
        ((cond('Synchronizing', 'False', 'Waiting'),), GOOD),
        ((cond('Finished', reason='Failed'),), FAILING),
        ((cond('Finished', reason='Succeeded'),), GOOD),
        ((cond('Stopped'),), 'paused'),
    ),
)
def test_conditions_of_unknown_types(conditions, state):
    assert state_of(frob(*conditions)) == state


@pytest.mark.parametrize(
    ('status', 'state', 'name'),
    (
        ({'parents': [{'conditions': [READY]}]}, GOOD, ''),
        (
            {'parents': [{'conditions': [READY]}, {'conditions': [cond('Ready', 'False')]}]},
            WORKING,
            'parents[1]: Ready=False',
        ),
        ({'sync': {'conditions': [cond('Ready', 'False')]}}, WORKING, 'sync: Ready=False'),
        ({'history': [{'conditions': [cond('Ready', 'False')]}]}, GOOD, ''),
    ),
)
def test_conditions_one_level_deeper(status, state, name):
    assert state_of(frob(**status)) == state
    assert name in judge(frob(**status)).waits_for


@pytest.mark.parametrize(
    ('obj', 'notice'),
    (
        (frob(READY, cluster={'phase': 'Failed'}), 'status.cluster.phase=Failed'),
        (frob(READY, error='boom'), 'status.error (boom)'),
        (frob(READY, lastError='boom'), 'status.lastError (boom)'),
        (frob(READY, cond('BackupFailed')), 'BackupFailed=True'),
    ),
)
def test_failures_that_ready_outranks_are_notices(obj, notice):
    assessment = judge(obj)
    assert (assessment.state.value, assessment.notices) == ('ready', (f'also reports {notice}',))


def test_a_failure_that_two_fields_report_is_one_cause():
    [cause] = judge(frob(phase='Failed', errorMessage='boom')).causes
    assert (cause.subject, 'boom' in cause.message) == ('status.phase=Failed', True)


@pytest.mark.parametrize(
    ('condition', 'state', 'text'),
    (
        (cond('Ready', 'False', 'DependencyNotReady', 'db not found'), WORKING, 'db not found'),
        (cond('Ready', 'False', 'AccessDenied'), FAILING, 'Ready=False'),
        (cond('Ready'), GOOD, ''),
        (cond('Accepted'), WORKING, 'the controller to see the change'),
    ),
)
def test_a_condition_of_the_present_generation_counts(condition, state, text):
    obj = frob({**condition, 'observedGeneration': 2}, generation=2, **OLD)
    assert state_of(obj) == state
    assert text in judge(obj).waits_for


def test_a_status_of_a_million_parts_is_read_in_bounded_time():
    status = {f'part{number}': {'phase': 'Running'} for number in range(100_000)}
    assert generic.read_signals({'status': status})


@pytest.mark.parametrize(
    ('obj', 'field'),
    (
        (frob(READY), 'status.conditions[type=Ready]'),
        (frob(cluster={'phase': 'Failed'}), 'status.cluster.phase'),
        (frob(phase='Frobbed'), 'status.phase'),
        (frob(parents=[{'conditions': [READY]}]), 'status.parents[0].conditions[type=Ready]'),
    ),
)
def test_names_the_field_that_decides(obj, field):
    assert judge(obj).decided_by == field


def test_good_conditions_do_not_outweigh_an_unknown_state():
    assert state_of(frob(cond('Deployed'), phase='Frobbed')) == WORKING
    assert state_of(frob(READY, phase='Frobbed')) == GOOD


def test_counts_that_are_too_low_outweigh_good_conditions_of_parts():
    obj = frob(cond('Deployed'), spec={'replicas': 2}, readyReplicas=1)
    assert state_of(obj) == WORKING
    assert state_of(frob(READY, spec={'replicas': 2}, readyReplicas=1)) == GOOD


def test_a_state_that_is_ready_outranks_an_old_error():
    assert state_of(frob(state='Ready', errorReason='old failure')) == GOOD
    assert state_of(frob(state='Running', errorReason='failure')) == FAILING


@pytest.mark.parametrize(
    ('status', 'state'),
    (
        # What Ready=True outranks.
        ({'conditions': [READY], 'backupStatus': 'Failed'}, GOOD),
        ({'conditions': [READY], 'syncStatus': 'Stopped'}, GOOD),
        ({'conditions': [READY, cond('Monitoring', reason='On')]}, GOOD),
        ({'conditions': [cond('Monitoring', reason='Enabled'), cond('Available')]}, GOOD),
        ({'phase': 'Ready', 'nodes': [{'conditions': [cond('Ready', 'Unknown')]}]}, GOOD),
        # A condition at the top that is at work is not outranked by parts.
        (
            {'conditions': [cond('Ready', 'False', 'Updating')], 'tasks': [{'state': 'Failed'}]},
            WORKING,
        ),
        (
            {'conditions': [cond('Ready', 'False', 'Updating')], 'nodes': [{'state': 'Stopped'}]},
            WORKING,
        ),
        # An accepted spec says nothing about the parts.
        (
            {'conditions': [cond('Accepted'), cond('DatabaseReady', 'False', 'ProvisionFailed')]},
            FAILING,
        ),
        ({'error': 'quota exceeded', 'members': [{'conditions': [READY]}]}, FAILING),
    ),
)
def test_ranks(status, state):
    assert state_of(frob(**status)) == state


def test_counts_do_not_matter_where_the_object_is_available():
    obj = frob(cond('Available'), spec={'replicas': 3}, readyReplicas=1)
    assert state_of(obj) == GOOD
