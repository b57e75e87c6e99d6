"""The data of the HTML report's script: lanes with states, marks and log lines, within limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import LogLine
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.jsonl import dumps
from kubectl_dog.output.log_record import BIN
from kubectl_dog.output.report import lanes as drawing
from kubectl_dog.output.report.lanes import Lane
from kubectl_dog.output.report.lanes import Mark
from kubectl_dog.output.report.lanes import Span
from kubectl_dog.output.run_record import RunRecord

# Characters of JSON, with which the page stays below 5 MB.
MAX_LOGS = 1_800_000
MAX_CHANGES = 1_000_000
MAX_LANES = 2500
# Counts of log lines: of all lanes, and of one.
MAX_COUNTS = 50_000
MAX_LANE_COUNTS = 200
MAX_TEXT = 1000
# Characters of the numbers and brackets of an entry.
_OVERHEAD = 26
_MARKS = (
    *(drawing.WARNING, drawing.EVENT, drawing.CAUSE, drawing.GONE),
    *(drawing.RESTART, drawing.REVISION, drawing.NOTICE, drawing.VERDICT),
)
_STATES = tuple(State)

Fields = dict[str, Any]


def page_data(run: RunRecord, lanes: Sequence[Lane]) -> Fields:
    """Return the data; texts are escaped, and repeated ones are in `texts` once.

    What does not fit is counted: log lines per container, and states and events in `omitted`.
    """
    shown = lanes[:MAX_LANES]
    changes: list[list[Span | Mark]] = [[*lane.spans, *lane.marks] for lane in shown]
    for entries in changes:
        entries.sort(key=lambda entry: entry[0])
    ends = _fit([[_size(entry.text) for entry in entries] for entries in changes], MAX_CHANGES)
    logs = [_kept(lane) for lane in shown]
    log_ends = _fit([[_size(entry.text) for entry in log] for log in logs], MAX_LOGS)
    bins = min(MAX_LANE_COUNTS, MAX_COUNTS // max(1, sum(map(bool, logs))))
    width = max(BIN, math.ceil(run.seconds / bins))
    texts: dict[str, int] = {}
    rows = []
    for number, lane in enumerate(shown):
        head, tail = ends[number]
        kept = changes[number][:head] + changes[number][len(changes[number]) - tail :]
        row = _changes(kept, texts)
        rows.append({**_names(lane), **row, **_log(lane, log_ends[number], run.started, width)})
    omitted = sum(len(lane.spans) + len(lane.marks) for lane in lanes)
    omitted -= sum(head + tail for head, tail in ends)
    omitted += sum(record.omitted for record in run.targets.values())
    return {
        'started': run.started,
        'seconds': round(run.seconds, 3),
        'states': [state.value for state in _STATES],
        'marks': _MARKS,
        'omitted': omitted,
        'countSeconds': width,
        'texts': list(texts),
        'lanes': rows,
    }


def _shown(text: str) -> str:
    return sentence(clip(text, MAX_TEXT))


def _size(text: str) -> int:
    return len(dumps(_shown(text))) + _OVERHEAD


def _names(lane: Lane) -> Fields:
    return {
        'kind': lane.kind,
        'name': _shown(lane.name),
        'fullName': _shown(lane.full_name),
        'parent': -1 if lane.parent is None else lane.parent,
    }


def _changes(entries: Sequence[Span | Mark], texts: dict[str, int]) -> Fields:
    spans, marks = [], []
    for entry in entries:
        text = texts.setdefault(_shown(entry.text), len(texts))
        if isinstance(entry, Span):
            times = round(entry.start, 3), round(entry.end, 3)
            spans.append((*times, _STATES.index(entry.state), text))
        else:
            marks.append((round(entry.at, 3), _MARKS.index(entry.kind), text))
    return {'spans': spans, 'marks': marks}


def _kept(lane: Lane) -> list[LogLine]:
    return [entry for _, entry in (*lane.log.first, *lane.log.last)] if lane.log else []


def _log(lane: Lane, ends: tuple[int, int], started: float, width: int) -> Fields:
    """Return the log, with the position of the lines that were left out.

    `counts` are numbers of lines per `width` seconds.
    """
    log = lane.log
    if log is None:
        return {'counts': [], 'log': [], 'omitted': 0, 'omittedAt': 0}
    counts: dict[int, int] = {}
    for second, count in log.counts.items():
        start = second - second % width
        counts[start] = counts.get(start, 0) + count
    # No lines of `last` are in the head: there may be a gap before them.
    head = [entry for _, entry in log.first[: ends[0]]]
    rest = [*log.first[len(head) :], *log.last]
    kept = ends[1] + ends[0] - len(head)
    tail = [entry for _, entry in rest[len(rest) - kept :]]
    return {
        'counts': sorted(counts.items()),
        'log': [_line(entry, started) for entry in (*head, *tail)],
        'omitted': log.total - len(head) - len(tail),
        'omittedAt': len(head),
    }


def _line(entry: LogLine, started: float) -> tuple[float, str]:
    return round(entry.time / 1e9 - started, 3), _shown(entry.text)


def _fit(sizes: Sequence[Sequence[int]], limit: int) -> list[tuple[int, int]]:
    """Return how many entries of each row are kept from its start and from its end.

    The limit is divided so that small rows are kept as a whole, and the others get the same.
    """
    share = float(limit)
    rest, number = float(limit), len(sizes)
    for size in sorted(map(sum, sizes)):
        share = rest / number
        if size > share:
            break
        rest, number, share = rest - size, number - 1, float(limit)
    return [_ends(row, share) for row in sizes]


def _ends(sizes: Sequence[int], share: float) -> tuple[int, int]:
    if sum(sizes) <= share:
        return len(sizes), 0
    return _count(sizes, share / 2), _count(sizes[::-1], share / 2)


def _count(sizes: Sequence[int], share: float) -> int:
    """Return how many of the first sizes fit into the share."""
    return sum(total <= share for total in accumulate(sizes))
