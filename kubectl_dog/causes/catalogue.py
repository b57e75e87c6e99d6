"""Catalogue of the codes of causes, with their family and default tolerance.

Tolerances follow what a real kubelet does: a crashed container is started again at once, then
after 10 and 20 seconds, so the third termination comes 12 to 18 s after the first; an image is
pulled three times within 45 s; a missing ConfigMap is looked up again every 12 to 14 s.
"""

from __future__ import annotations

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.named_tuple import NamedTuple


class Code(NamedTuple):
    """A code of a cause; the cause with the lowest `rank` is the best explanation."""

    name: str
    family: str
    tolerance: Tolerance
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

_ALL = (
    Code('OOMKilled', 'container start', THIRD_TERMINATION, 10),
    Code('CommandNotFound', 'container start', THIRD_TERMINATION, 10),
    Code('ExecFailed', 'container start', THIRD_TERMINATION, 10),
    Code('PermissionDenied', 'container start', THIRD_TERMINATION, 10),
    Code('WrongArchitecture', 'container start', THIRD_TERMINATION, 10),
    Code('PostStartHook', 'container start', THIRD_TERMINATION, 10),
    Code('ExitsNormally', 'container start', THIRD_TERMINATION, 10),
    Code('CrashLoop', 'container start', THIRD_TERMINATION, 10),
    Code('ContainerFailed', 'container start', INFORMATIONAL, 10),
    Code('LivenessProbeFailed', 'probes', THIRD_TERMINATION, 10),
    Code('StartupProbeFailed', 'probes', THIRD_TERMINATION, 10),
    Code('InvalidImageName', 'image', Tolerance(5), 10),
    Code('ImageNeverPull', 'image', Tolerance(5), 10),
    Code('ImageNotFound', 'image', Tolerance(45), 10),
    Code('ImageUnauthorized', 'image', Tolerance(45), 10),
    Code('ImagePullFailed', 'image', Tolerance(60), 10),
    Code('RegistryUnreachable', 'image', Tolerance(60), 10),
    Code('ImageRateLimited', 'image', Tolerance(300), 10),
    Code('ConfigMapMissing', 'configuration', Tolerance(20), 10),
    Code('SecretMissing', 'configuration', Tolerance(20), 10),
    Code('KeyMissing', 'configuration', Tolerance(20), 10),
    Code('RunAsNonRoot', 'configuration', Tolerance(10), 10),
    Code('InvalidConfig', 'configuration', Tolerance(10), 10),
    Code('ProgressDeadlineExceeded', 'rollout', Tolerance(0), 90),
    Code('BackoffLimitExceeded', 'job', Tolerance(0), 80),
    Code('DeadlineExceeded', 'job', Tolerance(0), 80),
    Code('PodFailurePolicy', 'job', Tolerance(0), 80),
    Code('FailedIndexes', 'job', Tolerance(0), 80),
    Code('MaxFailedIndexesExceeded', 'job', Tolerance(0), 80),
    Code('JobFailed', 'job', Tolerance(0), 80),
    Code('Unschedulable', 'scheduling', Tolerance(30), 10),
    Code('VolumeMissing', 'volumes', Tolerance(35), 10),
    Code('VolumeInvalid', 'volumes', Tolerance(35), 10),
    Code('PVCPending', 'volumes', Tolerance(120), 10),
    Code('MountFailed', 'volumes', Tolerance(150), 12),
    Code('AttachFailed', 'volumes', Tolerance(420), 12),
    Code('QuotaExceeded', 'creation', Tolerance(30), 10),
    Code('LimitRange', 'creation', Tolerance(30), 10),
    Code('PodSecurity', 'creation', Tolerance(30), 10),
    Code('WebhookDenied', 'creation', Tolerance(30), 10),
    Code('WebhookUnreachable', 'creation', Tolerance(45), 10),
    Code('ServiceAccountMissing', 'creation', Tolerance(30), 10),
    Code('PriorityClassMissing', 'creation', Tolerance(30), 10),
    Code('CreateFailed', 'creation', Tolerance(30), 10),
    Code('NodeNotReady', 'infrastructure', Tolerance(360), 10),
    Code('SandboxFailed', 'infrastructure', Tolerance(180), 10),
    Code('Evicted', 'infrastructure', THIRD_REPLACEMENT, 15),
    Code('Preempted', 'infrastructure', THIRD_REPLACEMENT, 15),
    Code('NodeShutdown', 'infrastructure', THIRD_REPLACEMENT, 15),
    Code('OutOfResources', 'infrastructure', THIRD_REPLACEMENT, 15),
    Code('StuckOnOldPod', 'rollout', Tolerance(30), 20),
    Code('TerminatingPods', 'rollout', INFORMATIONAL, 65),
    Code('Partitioned', 'rollout', INFORMATIONAL, 66),
    Code('ConditionFailed', 'condition', Tolerance(30), 60),
    Code('InitNotFinished', 'init', INFORMATIONAL, 60),
    Code('NotReady', 'probes', INFORMATIONAL, 70),
)
CODES = {code.name: code for code in _ALL}

# Codes that only a tracker knows count like a failed condition of a controller.
_UNKNOWN_CODE = CODES['ConditionFailed']

# Causes whose clock restarts when the target makes progress: some room became free.
_MAKING_ROOM = ('QuotaExceeded', 'Unschedulable')


def code_of(name: str) -> Code:
    """Return the entry of a code; a code that is not in the catalogue belongs to a plugin."""
    return CODES.get(name) or _UNKNOWN_CODE._replace(name=name)


def clock_restarts_on_progress(cause: Cause) -> bool:
    """Return whether progress of the target restarts the clock of this cause."""
    return cause.code in _MAKING_ROOM
