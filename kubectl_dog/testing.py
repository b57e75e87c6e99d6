"""Helpers for tests of trackers: views from YAML, assessments, and replays of recordings.

    def test_a_broken_lamp_has_failed():
        check(tracker, LAMP + 'status: {glow: broken}', state='failed', reason='Broken')

They need no cluster and no clock, and work with any test runner: failures are AssertionErrors.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import Union

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import epoch
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.target_resolution import parse_manifests
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.plugins.fault_barrier import GuardedTracker
from kubectl_dog.tracking.plugins.registry import Trackers
from kubectl_dog.tracking.status.from_files import resource_of
from kubectl_dog.tracking.status.ownership import FileObjectsByWatch
from kubectl_dog.tracking.status.ownership import kind_key
from kubectl_dog.tracking.status.ownership import resolve_owners

__all__ = ['ReplayResult', 'assess', 'check', 'replay', 'view', 'wants']

# The default time of a view, as text and in epoch seconds.
NOW_TEXT = '2026-01-01T12:00:00Z'
NOW = epoch(NOW_TEXT) or 0.0

ViewOrYaml = Union[str, View]
Time = Union[float, str]


def view(
    yaml: str,
    *,
    now: Time = NOW_TEXT,
    started: Time | None = None,
    answers: Mapping[Lookup, Answer] | None = None,
    **fields: Any,
) -> View:
    """Build a View from YAML documents: first the target, then children, Kubernetes events, …

    A document must have `apiVersion` and `kind`. Missing names (`x`), namespaces (`default`) and
    uids are added. A child needs `ownerReferences` with `kind` and `name`, a Kubernetes event
    `involvedObject` with them. `now` is the time of the assessment, `started` the time when
    tracking began (default: 30 s before), as RFC 3339 text or in epoch seconds. `answers` are the
    answers to lookups. Other `fields` replace those of the View.
    """
    parsed = parse_manifests(yaml.encode(), 'the YAML of the view')
    objects = [_add_defaults(entry.object) for entry in parsed]
    kin = resolve_owners(objects)
    if not kin.objects:
        raise ValueError('the first document must be the target, not a Kubernetes event')
    obj, at = kin.objects[0], _to_seconds(now)
    began = at - 30.0 if started is None else _to_seconds(started)
    result = View(
        target=Target(resource_of(obj), get_str(obj, 'metadata', 'namespace'), name(obj)),
        now=at,
        object=obj,
        children_by_owner_uid=kin.children_by_owner_uid,
        kube_events_by_uid=kin.kube_events_by_uid,
        answers=answers or {},
        listed_kinds=frozenset(map(kind_key, kin.objects)),
        run_history=RunHistory(began, began),
        objects_by_watch=FileObjectsByWatch(kin.objects),
    )
    return result._replace(**fields)


def _add_defaults(obj: Object) -> Object:
    meta = obj.get('metadata') or {}
    return {**obj, 'metadata': {'name': 'x', 'namespace': 'default', **meta}}


def _to_seconds(time: Time) -> float:
    seconds = epoch(time) if isinstance(time, str) else float(time)
    if seconds is None:
        raise ValueError(f'invalid time {time!r}: use a time like {NOW_TEXT}')
    return seconds


def wants(tracker: object, view_or_yaml: ViewOrYaml) -> tuple[Want, ...]:
    """Return the wants of a tracker for a View or its YAML, checked as in a run."""
    return tuple(_guarded(tracker).wants(_view(view_or_yaml)))


def assess(tracker: object, view_or_yaml: ViewOrYaml) -> Assessment:
    """Return the Assessment of a View or its YAML by a tracker, checked as in a run.

    Everything that the tracker wants to watch counts as listed, so that absent objects are known to
    be missing. Raises AssertionError if the tracker raises, returns a value of another type or a
    cause whose code it does not declare, changes the view, or returns another result the second
    time.
    """
    guarded, given = _guarded(tracker), _view(view_or_yaml)
    before = copy.deepcopy(given)
    watches = [want for want in guarded.wants(given) if isinstance(want, Watch)]
    keys = {watch.resource.key for watch in watches}
    seen = given._replace(listed_kinds=given.listed_kinds | (keys - given.forbidden_kinds))
    assessment = guarded.assess(seen)
    codes = {*CODES, *guarded.codes}
    unknown = [cause.code for cause in assessment.causes if cause.code not in codes]
    assert not unknown, f'the tracker does not declare the code {unknown[0]}'
    assert guarded.assess(seen) == assessment, 'assess(view) returns another result the second time'
    assert _read(given, watches) == _read(before, watches), 'the tracker changes its view'
    return assessment


def _read(given: View, watches: Iterable[Watch]) -> View:
    """Return a view with the objects of its watches as a dict, so that it can be compared."""
    return given._replace(objects_by_watch={watch: given.objects_of(watch) for watch in watches})


def check(
    tracker: object,
    view_or_yaml: ViewOrYaml,
    *,
    says: str | Sequence[str] = (),
    causes: Sequence[str] | None = None,
    **fields: object,
) -> Assessment:
    """Check that a tracker returns this Assessment for a View or its YAML, and return it.

    `fields` are compared with those of the Assessment (`state='ready'`, `reason='Broken'`,
    `progress=Progress(3, 1)`). `says` are texts that must occur in the message, in `waits_for`, in
    a notice or in a cause. `causes` are the codes of its causes, in order. Raises TypeError for a
    field that Assessment does not have.
    """
    unknown_fields = [field for field in fields if field not in Assessment._fields]
    if unknown_fields:
        known = ', '.join(Assessment._fields)
        raise TypeError(f'unknown field {unknown_fields[0]}: use {known}')
    assessment = assess(tracker, view_or_yaml)
    failures = [
        f'{field} is {getattr(assessment, field)!r}, expected {value!r}'
        for field, value in fields.items()
        if getattr(assessment, field) != value
    ]
    codes = tuple(cause.code for cause in assessment.causes)
    if causes is not None and codes != tuple(causes):
        failures.append(f'the causes are {codes}, expected {tuple(causes)}')
    all_text = '\n'.join(_texts_of(assessment))
    texts = (says,) if isinstance(says, str) else says
    failures += [f'no text contains {text!r}' for text in texts if text not in all_text]
    assert not failures, '; '.join(failures) + f'\n{assessment}'
    return assessment


def _texts_of(assessment: Assessment) -> Iterable[str]:
    yield from (
        assessment.message,
        assessment.waits_for,
        assessment.still_serving,
        *assessment.notices,
    )
    for cause in assessment.causes:
        yield from (cause.message, *cause.evidence)


class ReplayResult(NamedTuple):
    """The result of a replay. `lines` are the lines of the terminal output, without colours."""

    exit_code: int
    verdict: Verdict
    reason: str
    message: str
    lines: tuple[str, ...]
    events: tuple[Event, ...]


def replay(path: str | os.PathLike[str], tracker: object) -> ReplayResult:
    """Replay a recording (`rollout --record FILE`) without delay.

    `tracker` is used for the kind of the first target, the installed trackers for other kinds.
    Raises AssertionError if the tracker fails.
    """
    from kubectl_dog import api
    from kubectl_dog import recorded_runs

    file = os.fspath(path)
    resource = recorded_runs.recorded_targets(file)[0].resource
    run = recorded_runs.replay(file, None, _TrackersOfTest(resource, _guarded(tracker)))
    events = tuple(run.session)
    renderer = api.renderer('plain', run, colour=False)
    lines = tuple(line for event in events for line in renderer.render(event))
    ended = next(event for event in events if isinstance(event, TargetEnded))
    code = next(event.exit_code for event in events if isinstance(event, RunEnded))
    return ReplayResult(code, ended.verdict, ended.reason, ended.message, lines, events)


def _view(view_or_yaml: ViewOrYaml) -> View:
    return view(view_or_yaml) if isinstance(view_or_yaml, str) else view_or_yaml


def _guarded(tracker: object) -> GuardedTracker:
    """Check the tracker as in a run, but raise its errors instead of replacing the tracker."""

    def fail(why: str) -> None:
        raise AssertionError(why)

    # With limit=None, views are not copied, so that changes by the tracker are seen.
    return GuardedTracker(tracker, 'this package', lambda: None, fail, limit=None)


class _TrackersOfTest(Trackers):
    """The installed trackers, except for the kind under test."""

    def __init__(self, resource: Resource, tracker: Tracker) -> None:
        super().__init__()
        self._resource = resource
        self._tracker = tracker

    def of(
        self, resource: Resource, asks_cluster: bool = False, reads_foreign: bool = True
    ) -> Tracker:
        """Return the tracker under test for its kind, the installed tracker for other kinds."""
        if resource == self._resource:
            return self._tracker
        return super().of(resource, asks_cluster, reads_foreign)
