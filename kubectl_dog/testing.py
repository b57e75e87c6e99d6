"""A kit for the tests of trackers: views from YAML, judgements, and recordings.

    def test_a_broken_lamp_has_failed():
        check(tracker, LAMP + 'status: {glow: broken}', state='failed', reason='Broken')

Nothing here asks a cluster or reads a clock, and it works with any test runner: what is not as it
should be is an AssertionError.
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
from kubectl_dog.manifests.manifest_objects import parse
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
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.plugins.fault_barrier import GuardedTracker
from kubectl_dog.tracking.plugins.registry import Trackers
from kubectl_dog.tracking.status.from_files import resource_of
from kubectl_dog.tracking.status.ownership import FileObjectsByWatch
from kubectl_dog.tracking.status.ownership import kind_key
from kubectl_dog.tracking.status.ownership import resolve_owners

__all__ = ['ReplayResult', 'assess', 'check', 'replay', 'view', 'wants']

# The time of a view, unless it is told: in epoch seconds, and as it is written in YAML.
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
    """A view of what several YAML documents hold: first the target, then children, kube events, …

    A document must have `apiVersion` and `kind`. What else every object has is made up where it is
    missing: a name (`x`), the namespace `default`, a uid. A child needs `ownerReferences` with
    `kind` and `name`, a kube event `involvedObject` with them. `now` is the time at which it is
    judged and `started` that at which tracking began (default: 30 s before), as RFC 3339 text or in
    epoch seconds. `answers` are those to lookups. Other `fields` replace those of the View.
    """
    objects = [_complete(one.object) for one in parse(yaml.encode(), 'the YAML of the view')]
    kin = resolve_owners(objects)
    if not kin.objects:
        raise ValueError('the first document must be the target, and not a kube event')
    thing, at = kin.objects[0], _seconds(now)
    began = at - 30.0 if started is None else _seconds(started)
    made = View(
        target=Target(resource_of(thing), get_str(thing, 'metadata', 'namespace'), name(thing)),
        now=at,
        object=thing,
        children_by_owner_uid=kin.children_by_owner_uid,
        kube_events_by_uid=kin.kube_events_by_uid,
        answers=answers or {},
        listed_kinds=frozenset(map(kind_key, kin.objects)),
        run_history=RunHistory(began, began),
        objects_by_watch=FileObjectsByWatch(kin.objects),
    )
    return made._replace(**fields)


def _complete(thing: Object) -> Object:
    meta = thing.get('metadata') or {}
    return {**thing, 'metadata': {'name': 'x', 'namespace': 'default', **meta}}


def _seconds(time: Time) -> float:
    found = epoch(time) if isinstance(time, str) else float(time)
    if found is None:
        raise ValueError(f'{time!r} is no time: write it like {NOW_TEXT}')
    return found


def wants(tracker: object, shown: ViewOrYaml) -> tuple[Want, ...]:
    """What a tracker wants to read, checked as in a run; `shown` is a View, or its YAML."""
    return tuple(_strict(tracker).wants(_view(shown)))


def assess(tracker: object, shown: ViewOrYaml) -> Assessment:
    """A tracker's judgement, checked as in a run; `shown` is a View, or its YAML.

    Everything that the tracker wants to watch counts as listed, so that what is not there is known
    to be missing. AssertionError where the tracker raises, gives anything of another shape than it
    must have or a cause whose code it does not declare, changes what it is shown, or says something
    else the second time.
    """
    judge, given = _strict(tracker), _view(shown)
    before = copy.deepcopy(given)
    watches = [want for want in judge.wants(given) if isinstance(want, Watch)]
    keys = {watch.resource.key for watch in watches}
    seen = given._replace(listed_kinds=given.listed_kinds | (keys - given.forbidden_kinds))
    judged = judge.assess(seen)
    codes = {*CODES, *judge.codes}
    unknown = [one.code for one in judged.causes if one.code not in codes]
    assert not unknown, f'{unknown[0]} is not among the codes of the tracker'
    assert judge.assess(seen) == judged, 'assess(view) says something else the second time'
    assert _read(given, watches) == _read(before, watches), 'the tracker changes what it reads'
    return judged


def _read(given: View, watches: Iterable[Watch]) -> View:
    """A view with all that was brought written out, so that it can be compared."""
    return given._replace(objects_by_watch={watch: given.objects_of(watch) for watch in watches})


def check(
    tracker: object,
    shown: ViewOrYaml,
    *,
    says: str | Sequence[str] = (),
    causes: Sequence[str] | None = None,
    **fields: object,
) -> Assessment:
    """Assert what a tracker makes of a view, and give it back.

    `fields` are compared with those of the Assessment (`state='ready'`, `reason='Broken'`,
    `progress=Progress(3, 1)`). `says` are texts that have to be in the message, in what it waits
    for, in a notice or in a cause; `causes` are the codes of its causes in their order. TypeError
    for a field that an Assessment does not have.
    """
    strange = [field for field in fields if field not in Assessment._fields]
    if strange:
        known = ', '.join(Assessment._fields)
        raise TypeError(f'an Assessment has no {strange[0]}: it has {known}')
    judged = assess(tracker, shown)
    faults = [
        f'{field} is {getattr(judged, field)!r}, and not {value!r}'
        for field, value in fields.items()
        if getattr(judged, field) != value
    ]
    codes = tuple(cause.code for cause in judged.causes)
    if causes is not None and codes != tuple(causes):
        faults.append(f'the causes are {codes}, and not {tuple(causes)}')
    words = '\n'.join(_words(judged))
    texts = (says,) if isinstance(says, str) else says
    faults += [f'nothing says {one!r}' for one in texts if one not in words]
    assert not faults, '; '.join(faults) + f'\n{judged}'
    return judged


def _words(judged: Assessment) -> Iterable[str]:
    yield from (judged.message, judged.waits_for, judged.still_serving, *judged.notices)
    for cause in judged.causes:
        yield from (cause.message, *cause.evidence)


class ReplayResult(NamedTuple):
    """How a recording ended; `lines` are those that a terminal would show, without colours."""

    exit_code: int
    verdict: Verdict
    reason: str
    message: str
    lines: tuple[str, ...]
    events: tuple[Event, ...]


def replay(path: str | os.PathLike[str], tracker: object) -> ReplayResult:
    """Play a recording (`rollout --record FILE`) at once, and judge its first target by a tracker.

    The other targets have the trackers that are installed. AssertionError where the tracker fails.
    """
    from kubectl_dog import api
    from kubectl_dog.recording.reader import read

    file = os.fspath(path)
    recorded = read(file)
    of = recorded.targets[0].resource
    played = api.replay(file, None, _Chosen(of, _strict(tracker)))
    events = tuple(played.session)
    shown = api.renderer('plain', played, colour=False)
    lines = tuple(line for event in events for line in shown.render(event))
    ended = next(event for event in events if isinstance(event, TargetEnded))
    code = next(event.exit_code for event in events if isinstance(event, RunEnded))
    return ReplayResult(code, ended.verdict, ended.reason, ended.message, lines, events)


def _view(shown: ViewOrYaml) -> View:
    return view(shown) if isinstance(shown, str) else shown


def _strict(tracker: object) -> GuardedTracker:
    """The tracker as a run has it, but nothing takes over where it fails."""

    def fail(why: str) -> None:
        raise AssertionError(why)

    # Nothing is copied: what it changes has to be seen.
    return GuardedTracker(tracker, 'this package', lambda: None, fail, limit=None)


class _Chosen(Trackers):
    """What is installed, but for one kind."""

    def __init__(self, resource: Resource, judge: Tracker) -> None:
        super().__init__()
        self._resource = resource
        self._judge = judge

    def of(self, resource: Resource, asks_cluster: bool = False) -> Tracker:
        """The tracker of the test for its kind."""
        return self._judge if resource == self._resource else super().of(resource, asks_cluster)
