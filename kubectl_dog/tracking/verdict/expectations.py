"""Check what the user expects of a target: a revision, images, enough pods, no old pods."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes.pod_termination import describe_terminating
from kubectl_dog.causes.rollout import terminating
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.options import Options
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.views import View
from kubectl_dog.tracking.verdict import min_available


class Expectations(NamedTuple):
    """What a target lacks of what the user expects of it.

    - `unmet`: the first unmet expectation, as text after "waiting for"; empty if all are met.
    - `is_other`: the target certainly has another revision or image.
    - `is_newer`: the other revision is newer than the expected one.
    """

    unmet: str = ''
    is_other: bool = False
    is_newer: bool = False


def check_expectations(view: View, assessed: Assessment, options: Options) -> Expectations:
    """Check whether the target has the revision and the images that the user expects."""
    if is_unjudged(assessed):
        return Expectations()
    wanted, known = options.revision, assessed.revision.name if assessed.revision else ''
    if wanted and not known:
        return Expectations(f'revision {wanted}')
    if wanted and wanted != known:
        return Expectations(
            f'revision {wanted}: it is at {known}', True, _number(known) > _number(wanted)
        )
    images = _images(view.object or {})
    normal_images = set(map(_normal, images))
    for image in options.expect_images:
        if _normal(image) not in normal_images:
            has = f'it has {", ".join(images)}' if images else 'it has none'
            return Expectations(f'image {image} in its template: {has}', True)
    return Expectations()


def apply_expectations(
    view: View, assessed: Assessment, expected: Expectations, seen_at: float, options: Options
) -> Assessment:
    """The assessment with the expectations of the user applied.

    `seen_at` is when the object was first evaluated, in the engine's seconds.
    """
    if expected.unmet:
        return assessed._replace(
            state=State.PROGRESSING,
            reason='Pinned',
            message='',
            causes=(),
            is_terminal=False,
            recheck_at=view.run_history.started + seen_at + options.create_timeout,
            waits_for=expected.unmet,
        )
    if options.min_available:
        assessed = min_available.apply_min_available(view, assessed, options.min_available)
    if not options.wait_for_termination or assessed.state is not State.READY:
        return assessed
    if 'Pod' not in view.listed_kinds | view.forbidden_kinds:
        return assessed._replace(state=State.PROGRESSING, waits_for='a look at its pods')
    going = [pod for pod in assessed.other_pods if is_deleting(pod)]
    if not going:
        return assessed
    return assessed._replace(
        state=State.PROGRESSING,
        reason='TerminatingPods',
        waits_for=describe_terminating(view, going),
        causes=(*assessed.causes, terminating(view, going)),
    )


def verdict(
    expected: Expectations, was_met: bool, age: float, options: Options
) -> tuple[Verdict, str, str] | None:
    """(verdict, reason, message) if the expectations will not be met any more.

    `was_met` says that they were met before; `age` is for how many seconds the object has been
    known.
    """
    unmet = expected.unmet
    if not unmet:
        return None
    if expected.is_newer or (was_met and expected.is_other):
        return Verdict.SUPERSEDED, 'Superseded', f'was superseded: it was to have {unmet}'
    if options.once or age >= options.create_timeout:
        within = '' if options.once else f' within {format_duration(options.create_timeout)}'
        return Verdict.NEVER_APPEARED, 'NotFound', f'did not appear{within} with {unmet}'
    return None


def _number(revision: str) -> int:
    return int(revision) if revision.isdecimal() else 0


def _images(obj: Object) -> list[str]:
    """The images of a pod template, or of a Pod itself; init containers last."""
    spec = get_dict(obj, 'spec')
    nested = get_dict(spec, 'jobTemplate', 'spec', 'template', 'spec')
    pod_spec = get_dict(spec, 'template', 'spec') or nested or spec
    specs = (*get_dicts(pod_spec, 'containers'), *get_dicts(pod_spec, 'initContainers'))
    return [get_str(container, 'image') for container in specs]


def _normal(image: str) -> str:
    """The full name of an image, as the container runtime completes it: `web` is `web:latest`."""
    name, _, digest = image.partition('@')
    first, slash, rest = name.partition('/')
    is_host = bool(slash) and ('.' in first or ':' in first or first == 'localhost')
    host, path = (first, rest) if is_host else ('docker.io', name)
    if host in ('index.docker.io', 'docker.io'):
        host, path = 'docker.io', path if '/' in path else f'library/{path}'
    if ':' not in path.rpartition('/')[2] and not digest:
        path += ':latest'
    return f'{host}/{path}{"@" + digest if digest else ""}'
