"""The trace report: JSON of the Trace Event Format, which Perfetto and chrome://tracing open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_dog.model import events
from kubectl_dog.output import wording
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.jsonl import dumps
from kubectl_dog.output.report import lanes as drawing
from kubectl_dog.output.report.lanes import Lane
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.output.run_record import TargetRecord
from kubectl_dog.version import VERSION

Fields = dict[str, Any]


def create_report(run: RunRecord) -> str:
    """Return the trace: a process per target, a thread per object, pod, container and cause."""
    rows = [dumps(event) for event in _events(run)]
    # One event per line: a trace may be long.
    body = ',\n'.join(rows)
    metadata = dumps({'program': f'kubectl-dog {VERSION}', 'started': run.started})
    return f'{{"displayTimeUnit":"ms","otherData":{metadata},"traceEvents":[\n{body}\n]}}\n'


def _events(run: RunRecord) -> Iterator[Fields]:
    process, records = 0, iter(run.targets.values())
    depths: list[int] = []
    for thread, lane in enumerate(drawing.lanes(run), 1):
        depths.append(0 if lane.parent is None else depths[lane.parent] + 1)
        if lane.parent is None:
            process += 1
            yield _name('process', process, 0, lane.name)
            yield from _causes(next(records), process, run.seconds)
        where = {'pid': process, 'tid': thread}
        yield _name('thread', process, thread, '  ' * depths[-1] + lane.name)
        yield {'ph': 'M', 'name': 'thread_sort_index', **where, 'args': {'sort_index': thread}}
        yield from _lane(lane, where)


def _name(kind: str, process: int, thread: int, name: str) -> Fields:
    where = {'pid': process, 'tid': thread}
    return {'ph': 'M', 'name': f'{kind}_name', **where, 'args': {'name': sentence(name)}}


def _lane(lane: Lane, where: Fields) -> Iterator[Fields]:
    for span in lane.spans:
        yield {
            'ph': 'X',
            'name': span.state.value,
            'cat': lane.kind,
            'ts': _microseconds(span.start),
            'dur': _microseconds(span.end - span.start),
            **where,
            'args': {'text': sentence(span.text), 'object': sentence(lane.full_name)},
        }
    for mark in lane.marks:
        yield {
            'ph': 'i',
            's': 't',
            'name': sentence(mark.text.partition(':')[0]),
            'cat': mark.kind,
            'ts': _microseconds(mark.at),
            **where,
            'args': {'text': sentence(mark.text)},
        }
    if lane.log:
        end = -1
        for second, count in sorted(lane.log.counts.items()):
            if 0 <= end < second:
                yield _lines(lane, where, end, 0)
            yield _lines(lane, where, second, count)
            end = second + lane.log.count_seconds
        yield _lines(lane, where, end, 0)


def _lines(lane: Lane, where: Fields, second: int, count: int) -> Fields:
    return {
        'ph': 'C',
        'name': sentence(f'log lines per second: {lane.full_name}'),
        'ts': _microseconds(second),
        'pid': where['pid'],
        'args': {'lines': count},
    }


def _causes(record: TargetRecord, process: int, seconds: float) -> Iterator[Fields]:
    """Yield the causes of a target as slices of an asynchronous track, as they may overlap."""
    end = record.end.at if record.end else seconds
    active: dict[tuple[str, str], str] = {}
    for event in record.causes:
        key = event.cause.key
        name = sentence(wording.cause_title(event.cause))
        common = {'cat': 'cause', 'name': name, 'pid': process, 'tid': 0}
        common['id'] = sentence(f'{process} {" ".join(key)}')
        if isinstance(event, events.CauseSeen) and key not in active:
            active[key] = name
            args = {'subject': sentence(event.cause.subject), 'text': sentence(event.cause.message)}
            yield {'ph': 'b', **common, 'ts': _microseconds(event.at), 'args': args}
        elif isinstance(event, events.CauseGone) and key in active:
            yield {'ph': 'e', **common, 'name': active.pop(key), 'ts': _microseconds(event.at)}
    for key, name in active.items():
        identity = sentence(f'{process} {" ".join(key)}')
        where = {'pid': process, 'tid': 0, 'id': identity}
        yield {'ph': 'e', 'cat': 'cause', 'name': name, **where, 'ts': _microseconds(end)}


def _microseconds(seconds: float) -> int:
    return round(seconds * 1e6)
