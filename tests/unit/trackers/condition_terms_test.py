from __future__ import annotations

import pytest

from kubectl_dog.trackers import condition_roles
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers.condition_roles import Role
from kubectl_dog.trackers.condition_terms import Meaning

TYPES = {
    Role.SUMMARY: 'Ready ready example.com/Ready',
    Role.GATE: 'Synced Accepted Programmed ResolvedRefs Reconciled Valid Established Applied',
    Role.GOOD: 'Available Healthy Succeeded Complete Completed Deployed Installed Bound',
    Role.COMPONENT: 'ConfigurationsReady RoutesReady ACK.ResourceSynced ElasticsearchAvailable '
    'DashboardSynchronized',
    Role.STALLED: 'Stalled',
    Role.FAILED: 'Failed Failure Error ACK.Terminal Aborted',
    Role.BAD: 'Degraded Unhealthy NotReady Invalid ReconcileError BackupFailed StorageDegraded',
    Role.WORKING: 'Reconciling Progressing Creating Updating Upgrading RollingOut ScalingUp',
    Role.PAUSED: 'Paused Suspended ReconciliationPaused',
    Role.IGNORED: 'Drifted Active2 Consolidatable PodRunning NotAllReady Fallback x NoError '
    'NotFailed GitPolling',
}
REASONS = {
    Meaning.BAD: 'InvalidSpec ReconcileError AccessDenied SecretSyncedError HealthCheckFailed '
    'NotAllowedByListeners ErrInitIssuer UnhealthyPackageRevision Forbidden CrashLoopBackOff '
    'ProgressDeadlineExceeded CreatingFailed UnsupportedVersion WrongSecretType',
    Meaning.TRANSIENT: 'ReconcileTimeout ThrottlingError NetworkUnavailable Unreachable '
    'ConnectionRefused RetryAfterFailure ImagePullBackOff TimedOut BackendNotFound '
    'NodeClassNotFound VMINotExists SecretDoesNotExist LookupFailedNotReady',
    Meaning.WORKING: 'Progressing Pending Creating Reconciling DependencyNotReady Provisioning '
    'DependencyFailed WaitingForInfrastructure InProgress ProgressingWithRetry Initializing '
    'DependencyNotFound NotYetObserved Queued InsufficientReplicas MinimumReplicasUnavailable',
    Meaning.PAUSED: 'ReconcilePaused Suspended Stopped ApprovalPending',
    Meaning.NEUTRAL: 'NoErrors NoUnsupportedOverrides ContainerStopped DoNotKnow '
    'NotReady MinimumReplicas AsExpected 42',
}
STATES = {
    Meaning.GOOD: 'Ready,Running,Active,Available,Bound,healthy,Succeeded,Completed,Synced,green,'
    'Cluster in healthy state,online,OK,Deployed,NO_ERROR,NoErrors,Started,Scheduled,Skipped,on,'
    'Warning,Initialized',
    Meaning.BAD: 'Failed,Error,CreateFailed,Degraded,PartiallyFailed,Invalid,red,Lost,not found,'
    'CrashLoopBackOff,faulted,Cancelled,Canceled,Timeout,TimedOut,Expired,Killed,Evicted,Dead,'
    'Critical,Interrupted,No errors but a crash',
    Meaning.TRANSIENT: 'Unavailable,ImagePullBackOff,Unschedulable,Offline,Down,Unreachable,'
    'Blocked,Node is down',
    Meaning.WORKING: 'Pending,Creating,Provisioning,InProgress,yellow,Unknown,NotReady,'
    'Upgrading cluster,WaitingPromotion,Terminating,Setting up primary,Non-Ready,Unready,'
    'Failing over,ScalingDown,Cancelling,Shutting down',
    Meaning.PAUSED: 'Paused,Suspended,Hibernated',
    Meaning.NEUTRAL: 'Frob,detached,,7,Scaled down',
}


def rows(table, separator=None):
    return [
        pytest.param(word, means, id=f'{means.value}: {word}')
        for means, words in table.items()
        for word in words.split(separator)
    ]


@pytest.mark.parametrize(('word', 'role'), rows(TYPES))
def test_what_a_type_of_condition_is_for(word, role):
    assert condition_roles.role(word) is role


@pytest.mark.parametrize(('word', 'meaning'), rows(REASONS))
def test_what_a_reason_says(word, meaning):
    assert condition_terms.reason(word) is meaning


@pytest.mark.parametrize(('word', 'meaning'), rows(STATES, ','))
def test_what_a_state_says(word, meaning):
    assert condition_terms.state(word) is meaning


@pytest.mark.parametrize(
    ('word', 'settled'),
    (
        ('NewReplicaSetAvailable', True),
        ('AsExpected', True),
        ('Completed', True),
        ('ReplicaSetUpdated', False),
        ('NotAvailable', False),
        ('MinimumReplicasUnavailable', False),
        ('', False),
    ),
)
def test_progress_that_is_over_keeps_its_condition(word, settled):
    assert condition_terms.is_settled_reason(word) is settled


@pytest.mark.parametrize(
    ('message', 'passing'),
    (
        ('dial tcp 10.0.0.1:443: connect: connection refused', True),
        ('the object has been modified; please apply your changes to the latest version', True),
        ('context deadline exceeded', True),
        ('429 Too Many Requests', True),
        ('failed calling webhook "v.example.com"', True),
        ('referenced field was empty (referenced resource may not yet be ready)', True),
        ('permission denied', False),
        ('x' * 1_000_000 + 'timeout', False),
    ),
)
def test_what_the_next_attempt_may_get_over(message, passing):
    assert condition_terms.is_transient_message(message) is passing


@pytest.mark.parametrize(
    ('word', 'ends'), (('TimedOut', True), ('Failed', True), ('Degraded', False), ('', False))
)
def test_how_a_run_ends(word, ends):
    assert condition_terms.is_terminal_state(word) is ends


@pytest.mark.parametrize(
    ('kind', 'whole'), (('Degraded', True), ('x.y/Degraded', True), ('BackupFailed', False))
)
def test_a_part_that_failed_is_not_the_whole(kind, whole):
    assert condition_roles.is_bad_for_object(kind) is whole
