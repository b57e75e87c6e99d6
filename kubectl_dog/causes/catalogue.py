"""Every code: its family, what it tolerates by default, and what it means.

Tolerances follow what a real kubelet does: a crashed container is started again at once, then
after 10 and 20 seconds, so the third end comes 12 to 18 s after the first; an image is pulled
three times within 45 s; a missing ConfigMap is looked for again every 12 to 14 s.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance


class Code(NamedTuple):
    """One kind of cause; `rank` orders explanations, the lowest first."""

    name: str
    family: str
    tolerance: Tolerance
    meaning: str
    rank: int = 50


THIRD_END = Tolerance(ends=3, span=10.0)
EXPLAINS = Tolerance()

# Where a back-off of 3 or more restarts stood already when tracking began, the next end may be
# minutes away: then standing this long is enough.
STANDING_BACK_OFF = 30.0
OLD_RESTARTS = 3

# A cause that vanishes and comes back within this many seconds was there all the time: between
# two attempts the kubelet shows nothing.
GAP = 15.0

# By how much a tolerance is stretched when the missing thing is seen to be there now: the kubelet
# needs one more of its rounds to notice.
HEALING = 2.0

_ALL = (
    Code('OOMKilled', 'container start', THIRD_END, 'used more memory than its limit', 10),
    Code('CommandNotFound', 'container start', THIRD_END, 'its command does not exist', 10),
    Code('ExecFailed', 'container start', THIRD_END, 'the runtime cannot start it', 10),
    Code('PermissionDenied', 'container start', THIRD_END, 'its command may not be run', 10),
    Code('WrongArchitecture', 'container start', THIRD_END, 'built for another processor', 10),
    Code('PostStartHook', 'container start', THIRD_END, 'its postStart hook fails', 10),
    Code(
        'ExitsNormally',
        'container start',
        THIRD_END,
        'ends without an error, though it must run',
        10,
    ),
    Code('CrashLoop', 'container start', THIRD_END, 'ends with an error again and again', 10),
    Code('ContainerFailed', 'container start', EXPLAINS, 'ended with an error, for good', 10),
    Code('LivenessProbeFailed', 'probes', THIRD_END, 'killed by its liveness probe', 10),
    Code('StartupProbeFailed', 'probes', THIRD_END, 'killed by its startup probe', 10),
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
    Code('InitNotFinished', 'init', EXPLAINS, 'an init container is still running', 60),
    Code('NotReady', 'probes', EXPLAINS, 'the readiness probe fails', 70),
)
CODES = {code.name: code for code in _ALL}

# A missing ConfigMap or Secret in a volume is retried less often than one in the environment.
_IN_VOLUME = Tolerance(35)


def tolerance(cause: Cause) -> Tolerance:
    """What this cause may do before it fails its target."""
    code = CODES[cause.code]
    if code.family == 'configuration' and cause.subject.startswith('volume/'):
        return _IN_VOLUME
    if code.tolerance.ends is not None and cause.ends_before >= OLD_RESTARTS:
        return code.tolerance._replace(seconds=STANDING_BACK_OFF)
    return code.tolerance
