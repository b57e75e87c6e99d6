"""The codes of causes, with family, default tolerance and meaning.

Tolerances follow what a real kubelet does: a crashed container is started again at once, then
after 10 and 20 seconds, so the third termination comes 12 to 18 s after the first; an image is
pulled three times within 45 s; a missing ConfigMap is looked up again every 12 to 14 s.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance


class Code(NamedTuple):
    """A kind of cause; `rank` orders explanations, the lowest first."""

    name: str
    family: str
    tolerance: Tolerance
    meaning: str
    rank: int = 50


THIRD_TERMINATION = Tolerance(terminations=3, min_seconds=10.0)
THIRD_REPLACEMENT = Tolerance(terminations=3)
INFORMATIONAL = Tolerance()

# If a container had a back-off after 3 or more restarts when tracking began, its next termination
# may be minutes away: then it is enough that the cause is active this long.
BASELINE_BACKOFF_SECONDS = 30.0
BASELINE_RESTARTS = 3

# A pod of at most this age (seconds) when tracking began belongs to the tracked rollout: its past
# terminations count, so that the time between `apply` and the start of the program does not matter.
YOUNG_POD_SECONDS = 120.0

# A cause that disappears and returns within this many seconds counts as active all the time: the
# kubelet shows nothing between two attempts.
GAP_SECONDS = 15.0

# Factor for the tolerance of a recovering cause: the kubelet needs one more of its rounds to see
# that the missing object exists.
RECOVERING_FACTOR = 2.0

_ALL = (
    Code('OOMKilled', 'container start', THIRD_TERMINATION, 'used more memory than its limit', 10),
    Code('CommandNotFound', 'container start', THIRD_TERMINATION, 'its command does not exist', 10),
    Code('ExecFailed', 'container start', THIRD_TERMINATION, 'the runtime cannot start it', 10),
    Code(
        'PermissionDenied', 'container start', THIRD_TERMINATION, 'its command may not be run', 10
    ),
    Code(
        'WrongArchitecture', 'container start', THIRD_TERMINATION, 'built for another processor', 10
    ),
    Code('PostStartHook', 'container start', THIRD_TERMINATION, 'its postStart hook fails', 10),
    Code(
        'ExitsNormally',
        'container start',
        THIRD_TERMINATION,
        'ends without an error, though it must run',
        10,
    ),
    Code(
        'CrashLoop', 'container start', THIRD_TERMINATION, 'ends with an error again and again', 10
    ),
    Code('ContainerFailed', 'container start', INFORMATIONAL, 'ended with an error, for good', 10),
    Code('LivenessProbeFailed', 'probes', THIRD_TERMINATION, 'killed by its liveness probe', 10),
    Code('StartupProbeFailed', 'probes', THIRD_TERMINATION, 'killed by its startup probe', 10),
    Code('InvalidImageName', 'image', Tolerance(5), 'the image name cannot be parsed', 10),
    Code('ImageNeverPull', 'image', Tolerance(5), 'not on the node, and may not be pulled', 10),
    Code('ImageNotFound', 'image', Tolerance(45), 'the registry does not have the image', 10),
    Code('ImageUnauthorized', 'image', Tolerance(45), 'the registry refuses the credentials', 10),
    Code('RegistryUnreachable', 'image', Tolerance(60), 'the registry cannot be reached', 10),
    Code('ImageRateLimited', 'image', Tolerance(300), 'the registry limits pulls', 10),
    Code('ConfigMapMissing', 'configuration', Tolerance(20), 'a ConfigMap does not exist', 10),
    Code('SecretMissing', 'configuration', Tolerance(20), 'a Secret does not exist', 10),
    Code('KeyMissing', 'configuration', Tolerance(20), 'a ConfigMap or Secret lacks a key', 10),
    Code('RunAsNonRoot', 'configuration', Tolerance(10), 'must not run as root, but would', 10),
    Code('InvalidConfig', 'configuration', Tolerance(10), 'the container cannot be created', 10),
    Code(
        'ProgressDeadlineExceeded', 'rollout', Tolerance(0), 'no progress within the deadline', 90
    ),
    Code('BackoffLimitExceeded', 'job', Tolerance(0), 'its pods failed too often', 80),
    Code('DeadlineExceeded', 'job', Tolerance(0), 'ran longer than it may', 80),
    Code('PodFailurePolicy', 'job', Tolerance(0), 'a pod failed as its policy forbids', 80),
    Code('FailedIndexes', 'job', Tolerance(0), 'some of its indexes failed for good', 80),
    Code('MaxFailedIndexesExceeded', 'job', Tolerance(0), 'too many of its indexes failed', 80),
    Code('JobFailed', 'job', Tolerance(0), 'failed for a reason of its own', 80),
    Code('Unschedulable', 'scheduling', Tolerance(30), 'no node takes the pod', 10),
    Code('VolumeMissing', 'volumes', Tolerance(35), 'a volume claim does not exist', 10),
    Code('VolumeInvalid', 'volumes', Tolerance(35), 'a volume cannot be used as asked', 10),
    Code('PVCPending', 'volumes', Tolerance(120), 'a volume claim is not bound', 10),
    Code('MountFailed', 'volumes', Tolerance(150), 'a node cannot mount a volume', 12),
    Code('AttachFailed', 'volumes', Tolerance(420), 'a volume cannot be attached to a node', 12),
    Code('QuotaExceeded', 'creation', Tolerance(30), 'a quota leaves no room for a pod', 10),
    Code('LimitRange', 'creation', Tolerance(30), 'a LimitRange forbids the pod', 10),
    Code('PodSecurity', 'creation', Tolerance(30), 'the security rules forbid the pod', 10),
    Code('WebhookDenied', 'creation', Tolerance(30), 'an admission webhook denies the pod', 10),
    Code('WebhookUnreachable', 'creation', Tolerance(45), 'an admission webhook is silent', 10),
    Code('ServiceAccountMissing', 'creation', Tolerance(30), 'no such service account', 10),
    Code('PriorityClassMissing', 'creation', Tolerance(30), 'no such PriorityClass', 10),
    Code('CreateFailed', 'creation', Tolerance(30), 'the API server refuses the pod', 10),
    Code('NodeNotReady', 'infrastructure', Tolerance(360), 'its node does not answer', 10),
    Code('SandboxFailed', 'infrastructure', Tolerance(180), 'no network or sandbox for it', 10),
    Code(
        'Evicted', 'infrastructure', THIRD_REPLACEMENT, 'put out by its node, again and again', 15
    ),
    Code('Preempted', 'infrastructure', THIRD_REPLACEMENT, 'had to make room, again and again', 15),
    Code('NodeShutdown', 'infrastructure', THIRD_REPLACEMENT, 'its node shut down', 15),
    Code('OutOfResources', 'infrastructure', THIRD_REPLACEMENT, 'refused by its node', 15),
    Code('StuckOnOldPod', 'rollout', Tolerance(30), 'an old broken pod is in the way', 20),
    Code('TerminatingPods', 'rollout', INFORMATIONAL, 'old pods are still terminating', 65),
    Code('Partitioned', 'rollout', INFORMATIONAL, 'a partition keeps pods at the old revision', 66),
    Code('ConditionFailed', 'condition', Tolerance(30), 'its controller tells of an error', 60),
    Code('InitNotFinished', 'init', INFORMATIONAL, 'an init container is still running', 60),
    Code('NotReady', 'probes', INFORMATIONAL, 'the readiness probe fails', 70),
)
CODES = {code.name: code for code in _ALL}

# Codes that only a tracker knows count like a failed condition of a controller.
_UNKNOWN_CODE = CODES['ConditionFailed']

# A missing ConfigMap or Secret in a volume is retried less often than one in the environment.
_IN_VOLUME = Tolerance(35)

# Families whose causes may come from one bad node: their tolerance is larger if other pods prove
# that the revision works, and if the rollout can continue without the failing pods.
_ONE_BAD_NODE = ('container start', 'probes', 'infrastructure')
SOME_PODS_FACTOR = 3.0
SOME_PODS_EXTRA_TERMINATIONS = 2

# Containers that crash until another target of the same call, such as a database, is ready.
_WAITS_BY_CRASHING = 'container start'

# Causes whose clock restarts when the target makes progress: some room became free.
_MAKING_ROOM = ('QuotaExceeded', 'Unschedulable')


def code_of(name: str) -> Code:
    """The entry of a code; a code that is not in the catalogue is one of a plugin."""
    return CODES.get(name) or _UNKNOWN_CODE._replace(name=name, meaning='a word of its tracker')


def tolerance_of(cause: Cause) -> Tolerance:
    """The tolerance that applies to a cause, with all overrides and factors."""
    if cause.tolerance_override is not None:
        return cause.tolerance_override
    family, tolerance = code_of(cause.code).family, _base_tolerance(cause)
    if cause.informational:
        return INFORMATIONAL
    is_partial = cause.affects_some_pods and family in _ONE_BAD_NODE
    seconds, terminations = tolerance.seconds, tolerance.terminations
    if is_partial and seconds is not None:
        seconds *= SOME_PODS_FACTOR
    if terminations is not None and (
        is_partial or (cause.may_await_other_target and family == _WAITS_BY_CRASHING)
    ):
        terminations += SOME_PODS_EXTRA_TERMINATIONS
    return tolerance._replace(seconds=seconds, terminations=terminations)


def _base_tolerance(cause: Cause) -> Tolerance:
    code = code_of(cause.code)
    if cause.tolerance_seconds is not None:
        return code.tolerance._replace(seconds=cause.tolerance_seconds)
    if code.family == 'configuration' and cause.subject.startswith('volume/'):
        return _IN_VOLUME
    return code.tolerance


def clock_restarts_on_progress(cause: Cause) -> bool:
    """Whether progress of the target restarts the clock of this cause."""
    return cause.code in _MAKING_ROOM
