"""Determine whether a target is ready: by its tracker, then by the conditions of the user.

Each step is a pure function that returns `Met`, `Unmet`, or None if it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from kubectl_dog.causes.pod_termination import describe_terminating
from kubectl_dog.causes.rolling_update import max_unavailable
from kubectl_dog.causes.rollout import terminating
from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import template_images
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import NOT_UPDATED
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.views import View
from kubectl_dog.trackers.stability import stable_at
from kubectl_dog.tracking.verdict.foreign_annotations import NONE
from kubectl_dog.tracking.verdict.foreign_annotations import ForeignOptions
from kubectl_dog.tracking.verdict.foreign_annotations import apply_foreign

MAX_UNAVAILABLE = 'maxUnavailable'
PINNED = 'Pinned'
# Seconds. The deadline is calculated with epoch seconds, and may be rounded down.
_ROUNDING = 0.001


class Met(NamedTuple):
    """The target is ready."""

    reason: str
    message: str


class Unmet(NamedTuple):
    """The target is not ready.

    - `waits_for`: what is missing, as text after "waiting for".
    - `cause`: why it is missing, if that is known.
    - `is_other`: the target certainly has another revision or image than expected.
    - `is_newer`: that revision is newer than the expected one.
    - `timeout`: time limit for it in seconds; None for that of `--create-timeout`.
    """

    reason: str
    waits_for: str
    cause: Cause | None = None
    is_other: bool = False
    is_newer: bool = False
    timeout: float | None = None


class Failed(NamedTuple):
    """The target has failed, as its status says."""

    reason: str
    message: str


class Subject(NamedTuple):
    """The input of a step; `causes` have the tolerances of the user.

    `foreign` are the conditions in annotations of other tools. `was_met` says that the target had
    the expected revision, images and fields before.
    """

    view: View
    assessed: Assessment
    options: Options
    causes: tuple[Cause, ...] = ()
    foreign: ForeignOptions = NONE
    was_met: bool = False


class Readiness(NamedTuple):
    """The assessment after all steps, and the steps that are not met.

    `pin` is the unmet revision or image; causes of another revision do not matter. `cause` is the
    cause that an unmet step has added.
    """

    assessed: Assessment
    pin: Unmet | None = None
    cause: Cause | None = None


def check_readiness(subject: Subject, seen_at: float) -> Readiness:
    """Run all steps that follow the tracker.

    seen_at: when the object was first evaluated, in the engine's seconds.
    """
    assessed, cause = subject.assessed, None
    if not is_unjudged(assessed):
        assessed = apply_foreign(subject.view, assessed, subject.foreign)
    if is_unjudged(assessed):
        return Readiness(assessed)
    for step in STEPS:
        result = step(subject._replace(assessed=assessed))
        if isinstance(result, Met):
            assessed = assessed._replace(
                state=State.READY, reason=result.reason, message=result.message
            )
        elif isinstance(result, Failed):
            assessed = assessed._replace(
                state=State.FAILED, reason=result.reason, message=result.message, waits_for=''
            )
        elif result is not None:
            assessed, cause = _apply_unmet(assessed, result), result.cause
            if result.reason == PINNED:
                recheck_at = subject.view.run_history.started + seen_at
                recheck_at += _pin_timeout(result, subject.options)
                return Readiness(assessed._replace(causes=(), recheck_at=recheck_at), result)
    return Readiness(assessed, None, cause)


def _apply_unmet(assessed: Assessment, unmet: Unmet) -> Assessment:
    return assessed._replace(
        state=State.PROGRESSING,
        reason=unmet.reason,
        message='',
        is_terminal=False,
        waits_for=unmet.waits_for,
    )


def _meets_condition(subject: Subject) -> Met | Unmet | None:
    """Check `--ready-when`; failures and pauses are kept."""
    assessed, text = subject.assessed, subject.options.ready_when
    if not text or assessed.state not in (State.READY, State.PROGRESSING):
        return None
    from kubectl_dog.tracking.verdict import ready_when

    obj = subject.view.object or {}
    unmet = ready_when.unmet_condition(text, obj)
    if is_observed(obj) and not unmet:
        return Met('ReadyWhen', f'meets {" and ".join(text.splitlines())}')
    return Unmet('ReadyWhen', assessed.waits_for or unmet or text)


def _has_revision(subject: Subject) -> Unmet | None:
    """Check `--revision`."""
    wanted, revision = subject.options.revision, subject.assessed.revision
    known = revision.name if revision else ''
    if not wanted or wanted == known:
        return None
    if not known:
        return Unmet(PINNED, f'revision {wanted}')
    is_newer = _number(known) > _number(wanted)
    return Unmet(PINNED, f'revision {wanted} (current: {known})', None, True, is_newer)


def _has_generation(subject: Subject) -> Unmet | None:
    """Check `--expect-generation`."""
    wanted = subject.options.expect_generation
    current = get_int(subject.view.object or {}, 'metadata', 'generation')
    if wanted is None or current >= wanted:
        return None
    return Unmet(PINNED, f'generation {wanted} (current: {current})')


def _has_git_revision(subject: Subject) -> Unmet | Failed | None:
    """Check `--at-revision`."""
    if not subject.options.at_revision:
        return None
    from kubectl_dog.tracking.verdict import at_revision

    return at_revision.check(subject)


def _has_complete_status(subject: Subject) -> Unmet | None:
    """Require the inventory of an application whose objects are tracked."""
    if not subject.options.with_managed or subject.assessed.state is not State.READY:
        return None
    from kubectl_dog.tracking.verdict import at_revision

    return at_revision.check_complete(subject)


def _has_images(subject: Subject) -> Unmet | None:
    """`--expect-image`."""
    if not subject.options.expect_images:
        return None
    from kubectl_dog.model.images import normal_image

    images = [image for _, image in template_images(subject.view.object or {})]
    normal_images = set(map(normal_image, images))
    for image in subject.options.expect_images:
        if normal_image(image) not in normal_images:
            current = ', '.join(images) or 'none'
            return Unmet(PINNED, f'image {image} (current: {current})', None, True)
    return None


def _matches_file(subject: Subject) -> Unmet | None:
    """Require the fields of the file that names the target: others were not applied by it."""
    obj = subject.view.object or {}
    if FILE_DIFFERENCES not in obj and not subject.options.file_images:
        return None
    from kubectl_dog.tracking.verdict import file_pin

    waits_for, is_other = file_pin.check_file(obj, subject.options.file_images, subject.was_met)
    return Unmet(PINNED, waits_for, None, is_other) if waits_for else None


def _has_min_available(subject: Subject) -> Met | None:
    """Check `--min-available`, and `--allow-failures` if failing pods are tolerated."""
    progress = subject.assessed.progress
    if progress is None:
        return None
    obj, desired = subject.view.object or {}, progress.desired
    thresholds = []
    if subject.options.min_available:
        thresholds.append(_threshold(obj, desired, subject.options.min_available))
    allowed = parse_pod_share(subject.options.allow_failures).of(desired)
    if allowed and any(
        cause.tolerance_override == ALWAYS and cause.pods for cause in subject.causes
    ):
        thresholds.append(max(0, desired - allowed))
    return _has_available(subject, min(thresholds)) if thresholds else None


def _has_available(subject: Subject, threshold: int) -> Met | None:
    view, assessed = subject.view, subject.assessed
    desired = assessed.progress.desired if assessed.progress else 0
    if assessed.state not in (State.PROGRESSING, State.FAILED) or assessed.is_terminal:
        return None
    available = sum(_is_available(view, pod) for pod in assessed.pods)
    if not desired or not is_observed(view.object or {}) or available < threshold:
        return None
    message = f'{available} of {desired} pods are available (minimum: {threshold})'
    return Met('MinAvailable', message)


def _has_no_old_pods(subject: Subject) -> Unmet | None:
    """Check `--wait-for-termination`."""
    view, assessed = subject.view, subject.assessed
    if not subject.options.wait_for_termination or assessed.state is not State.READY:
        return None
    reason = 'TerminatingPods'
    if 'Pod' not in view.listed_kinds | view.forbidden_kinds:
        return Unmet(reason, 'pod status')
    pods = [pod for pod in assessed.other_pods if is_deleting(pod)]
    if not pods:
        return None
    return Unmet(reason, describe_terminating(view, pods), terminating(view, pods))


# Each step sees the assessment that the steps before it have left.
STEPS: tuple[Callable[[Subject], Met | Unmet | Failed | None], ...] = (
    _meets_condition,
    _has_git_revision,
    _has_complete_status,
    _has_revision,
    _has_generation,
    _has_images,
    _matches_file,
    _has_min_available,
    _has_no_old_pods,
)


def pin_verdict(
    pin: Unmet | None, was_met: bool, age: float, options: Options
) -> tuple[Verdict, str, str] | None:
    """Return (verdict, reason, message) if expected revision or images will not appear.

    `was_met` says that they were there before; `age` is for how many seconds the object has been
    known.
    """
    if pin is None:
        return None
    if pin.is_newer or (was_met and pin.is_other):
        return Verdict.SUPERSEDED, 'Superseded', f'was superseded: expected {pin.waits_for}'
    if options.once:
        return Verdict.NEVER_APPEARED, NOT_UPDATED, f'does not have {pin.waits_for}'
    timeout = _pin_timeout(pin, options)
    if age >= timeout - _ROUNDING:
        within = format_duration(timeout)
        message = f'did not get {pin.waits_for} within {within} (--create-timeout)'
        return Verdict.NEVER_APPEARED, NOT_UPDATED, message
    return None


def _pin_timeout(pin: Unmet, options: Options) -> float:
    return options.create_timeout if pin.timeout is None else pin.timeout


def check_min_available(text: str) -> None:
    """Raise UserError unless the value is a number of pods, a percentage or `maxUnavailable`."""
    if text == MAX_UNAVAILABLE:
        return
    try:
        parse_pod_share(text)
    except UserError:
        message = f'invalid value {text!r}: use 3, 80% or {MAX_UNAVAILABLE}'
        raise UserError(message) from None


def _threshold(obj: Object, desired: int, minimum: str) -> int:
    """Return the sufficient number of pods."""
    if minimum == MAX_UNAVAILABLE:
        return max(0, desired - max_unavailable(obj, desired))
    share = parse_pod_share(minimum)
    # A percentage is rounded up to whole pods.
    return -(-desired * share.value // 100) if share.is_percent else min(share.value, desired)


def _is_available(view: View, pod: Object) -> bool:
    available_at = stable_at([pod], view.stable_for, view.run_history.connected_since)
    return is_ready(pod) and (available_at is None or available_at <= view.now)


def _number(revision: str) -> int:
    return int(revision) if revision.isdecimal() else 0
