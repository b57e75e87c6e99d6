"""A run as lanes of a drawing: targets, their objects, pods and containers over time."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple
from typing import Union

from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.log_record import LogRecord
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.output.run_record import TargetRecord
from kubectl_dog.output.short_names import ShortNames

# Kinds of lanes.
TARGET, OBJECT, POD, CONTAINER = 'target', 'object', 'pod', 'container'
# Kinds of marks. A warning and an event are Kubernetes events.
WARNING, EVENT, CAUSE, GONE = 'warning', 'event', 'cause', 'gone'
RESTART, REVISION, NOTICE, VERDICT = 'restart', 'revision', 'notice', 'verdict'

# Descriptions of pods by tracking/targets/pod_summary.py: all of the text, or its beginning.
_POD_STATES = {
    'ready': State.READY,
    'completed': State.READY,
    'terminating': State.DELETING,
    'waiting for a node': State.ABSENT,
}
_POD_STARTS = {'failed: ': State.FAILED, 'not scheduled: ': State.FAILING}

_Change = Union[events.StateChanged, events.CauseSeen, events.CauseGone]


class Span(NamedTuple):
    """A state from `start` to `end`, in seconds since the start of the run."""

    start: float
    end: float
    state: State
    text: str


class Mark(NamedTuple):
    """Something that happened at one moment."""

    at: float
    kind: str
    text: str


class Lane(NamedTuple):
    """What is known of one target, object, pod or container, in the order of time.

    `name` is its display name, `full_name` that of the object; texts are not escaped. `parent` is
    the index of the lane that it belongs to; None for targets.
    """

    kind: str
    name: str
    full_name: str
    parent: int | None
    spans: list[Span]
    marks: list[Mark]
    log: LogRecord | None = None


def lanes(run: RunRecord) -> list[Lane]:
    """Return the lanes of all targets, each before the lanes that belong to it."""
    names = run_facts.names_of(run)
    result: list[Lane] = []
    for record in run.targets.values():
        result += target_lanes(record, names, run.seconds, len(result))
    return result


def failing_causes(changes: Iterable[events.CauseSeen]) -> list[Cause]:
    """Return the causes that fail their target if they stay."""
    return [
        event.cause
        for event in changes
        if event.seconds_left is not None or event.fails_at is not None
    ]


def target_lanes(
    record: TargetRecord, names: ShortNames, seconds: float, index: int = 0
) -> list[Lane]:
    """Return the lane of a target, and the lanes that belong to it.

    seconds: the duration of the run. index: that of the lane of the target, for `Lane.parent`.
    """
    target = record.target
    end = record.end.at if record.end else seconds
    marks = sorted(_target_marks(record), key=lambda mark: mark.at)
    name = names.target(target)
    result = [Lane(TARGET, name, target.label, None, target_spans(record, end), marks)]
    by_object: dict[tuple[str, str], list[Mark]] = {}
    for event in record.kube_events:
        if (event.kind, event.name) != (target.resource.kind, target.name):
            by_object.setdefault((event.kind, event.name), []).append(_kube_mark(event))
    pods = dict.fromkeys(name for name, _ in record.logs)
    for key in [key for key in by_object if key not in record.children]:
        if key[0] == 'Pod' and key[1] in pods:
            continue
        shown = names.subject(target, *key)
        result.append(Lane(OBJECT, shown, '/'.join(key), index, [], by_object[key]))
    children = dict.fromkeys([*record.children, *(('Pod', name) for name in pods)])
    for kind, child in children:
        changes = record.children.get((kind, child), [])
        shown = names.subject(target, kind, child)
        lane = index + len(result)
        result.append(
            Lane(
                POD if kind == 'Pod' else OBJECT,
                shown,
                f'{kind}/{child}',
                index,
                _spans([(event.at, _pod_state(event), event.text) for event in changes], end),
                by_object.get((kind, child), []),
            )
        )
        if kind == 'Pod':
            result.extend(_containers(record, child, changes, lane, end))
    return result


def _kube_mark(event: events.KubeEvent) -> Mark:
    kind = WARNING if event.type == 'Warning' else EVENT
    times = f' (×{event.times})' if event.times > 1 else ''
    return Mark(event.at, kind, f'{event.reason}: {event.message}'.rstrip(': \n') + times)


def _target_marks(record: TargetRecord) -> Iterator[Mark]:
    target = record.target
    for event in record.kube_events:
        if (event.kind, event.name) == (target.resource.kind, target.name):
            yield _kube_mark(event)
    for number, revision in enumerate(record.revisions):
        yield Mark(revision.at, REVISION, wording.revision(revision, newer=number > 0))
    for notice in record.notices:
        yield Mark(notice.at, NOTICE, notice.text)
    for change in record.causes:
        title = wording.cause_title(change.cause)
        if isinstance(change, events.CauseGone):
            yield Mark(change.at, GONE, f'{title} is gone')
        else:
            facts = (change.cause.message, wording.failure_condition(change))
            yield Mark(change.at, CAUSE, ': '.join((title, '; '.join(filter(None, facts)))))
    if record.end:
        yield Mark(record.end.at, VERDICT, _verdict(record.end))


def _verdict(end: events.TargetEnded) -> str:
    if end.verdict is Verdict.PROGRESSING and end.explanation.cause:
        # The run has ended because another target has failed.
        return 'failing'
    return end.verdict.value.replace('-', ' ')


def target_spans(record: TargetRecord, end: float) -> list[Span]:
    """Return the states; `failing` while a cause is active that will fail the target."""
    changes: list[_Change] = [*record.states, *record.causes]
    # Stable: changes of the same moment stay in their order.
    changes.sort(key=lambda event: event.at)
    active: dict[tuple[str, str], events.CauseSeen] = {}
    row: events.StateChanged | None = None
    points = []
    for event in changes:
        if isinstance(event, events.StateChanged):
            row = event
        elif isinstance(event, events.CauseSeen):
            active[event.cause.key] = event
        else:
            active.pop(event.cause.key, None)
        if row is None:
            continue
        causes = failing_causes(active.values())
        titles = dict.fromkeys(map(wording.cause_title, causes))
        is_failing = row.state is State.PROGRESSING and causes
        state = State.FAILING if is_failing else row.state
        points.append((event.at, state, '; '.join((wording.state_text(row), *titles))))
    return _spans(points, end)


def _spans(points: Iterable[tuple[float, State, str]], end: float) -> list[Span]:
    """Return the states between their changes; the last one lasts until `end`."""
    spans: list[Span] = []
    for at, state, text in points:
        if spans and spans[-1][2:] == (state, text):
            continue
        if spans:
            spans[-1] = spans[-1]._replace(end=at)
            if spans[-1].start == at:
                # It was replaced at the same moment.
                spans.pop()
        spans.append(Span(at, max(at, end), state, text))
    return spans


def _pod_state(event: events.ChildChanged) -> State:
    known = _POD_STATES.get(event.text)
    if known:
        return known
    for start, state in _POD_STARTS.items():
        if event.text.startswith(start):
            return state
    states = {_container_state(container) for container in event.containers}
    return State.FAILING if states & {State.FAILING, State.FAILED} else State.PROGRESSING


def _container_state(container: events.ContainerState) -> State:
    if container.state == 'terminated':
        return State.FAILED if container.exit_code else State.READY
    if container.state == 'running':
        return State.READY if container.ready else State.PROGRESSING
    if container.reason:
        return State.FAILING
    return State.PROGRESSING if container.state else State.ABSENT


def _container_text(container: events.ContainerState) -> str:
    if container.state == 'running':
        return 'running, ready' if container.ready else 'running'
    if container.state == 'terminated':
        reason = f' ({container.reason})' if container.reason else ''
        code = '' if container.exit_code is None else f', exit code {container.exit_code}'
        return f'terminated{reason}{code}'
    return ': '.join(filter(None, (container.state or 'not created', container.reason)))


def _containers(
    record: TargetRecord,
    pod: str,
    changes: list[events.ChildChanged],
    parent: int,
    end: float,
) -> Iterator[Lane]:
    points: dict[str, list[tuple[float, State, str]]] = {}
    restarts: dict[str, list[Mark]] = {}
    last: dict[str, int] = {}
    for event in changes:
        for container in event.containers:
            name = container.name
            state = _container_state(container), _container_text(container)
            points.setdefault(name, []).append((event.at, *state))
            if container.restarts > last.get(name, container.restarts):
                code = container.exit_code
                reason = '' if code is None else f' after exit code {code}'
                text = f'restart {container.restarts}{reason}'
                restarts.setdefault(name, []).append(Mark(event.at, RESTART, text))
            last[name] = container.restarts
    logged = [name for owner, name in record.logs if owner == pod]
    for name in dict.fromkeys([*points, *logged]):
        yield Lane(
            CONTAINER,
            name,
            f'{pod}/{name}',
            parent,
            _spans(points.get(name, []), end),
            restarts.get(name, []),
            record.logs.get((pod, name)),
        )
