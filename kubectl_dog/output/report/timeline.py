"""A timeline of a run as text: one row of symbols for each target and each of its pods."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import State
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.report.lanes import CONTAINER
from kubectl_dog.output.report.lanes import Lane
from kubectl_dog.output.report.lanes import target_lanes
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.output.run_record import TargetRecord
from kubectl_dog.output.short_names import ShortNames

WIDTH = 40
WAITING, RUNNING, READY, FAILING = '·', '▒', '█', '✗'
LEGEND = f'{WAITING} waiting  {RUNNING} progressing  {READY} ready  {FAILING} failing'
_MAX_ROWS = 12
_MAX_NAME = 36
_STATES = {
    State.READY: READY,
    State.PROGRESSING: RUNNING,
    State.FAILING: FAILING,
    State.FAILED: FAILING,
}


def timeline(run: RunRecord, records: Sequence[TargetRecord], width: int = WIDTH) -> list[str]:
    """Return a scale, the rows of the targets and a legend; empty if nothing lasted a second."""
    if run.seconds < 1 or not records:
        return []
    names = run_facts.names_of(run)
    rows: list[tuple[str, str]] = []
    for record in records:
        rows += _target_rows(record, names, run.seconds, width)
    column = min(_MAX_NAME, max(len(name) for name, _ in rows))
    end = format_duration(run.seconds)
    scale = f'{"":{column}} 0s{end:>{width - 2}}'
    lines = [f'{_shorten(name, column):{column}} {signs}'.rstrip() for name, signs in rows]
    return [scale, *lines, f'{"":{column}} {LEGEND}']


def _shorten(name: str, width: int) -> str:
    return name if len(name) <= width else f'…{name[1 - width :]}'


def _target_rows(
    record: TargetRecord, names: ShortNames, seconds: float, width: int
) -> list[tuple[str, str]]:
    own, *others = target_lanes(record, names, seconds)
    points = _points(own)
    if record.end and record.end.verdict in run_facts.GOOD:
        points.append((record.end.at, READY))
    elif record.end and record.end.verdict is not Verdict.PROGRESSING:
        points.append((record.end.at, FAILING))
    rows = [(sentence(own.name), _signs(points, seconds, width))]
    children = [
        (f'  {sentence(lane.name)}', _signs(_points(lane), seconds, width))
        for lane in others
        if lane.spans and lane.kind != CONTAINER
    ]
    # Stable: in the order of their first change, but those with a problem first.
    children.sort(key=lambda row: FAILING not in row[1])
    rows += children[:_MAX_ROWS]
    if len(children) > _MAX_ROWS:
        rows.append((f'  … {len(children) - _MAX_ROWS} more', ''))
    return rows


def _points(lane: Lane) -> list[tuple[float, str]]:
    return [(span.start, _STATES.get(span.state, WAITING)) for span in lane.spans]


def _signs(points: Sequence[tuple[float, str]], seconds: float, width: int) -> str:
    """Return one symbol per column: a failure if there is one, otherwise the last symbol."""
    cells = [' '] * width
    last, column = ' ', 0
    for at, sign in points:
        new = min(width - 1, int(at / seconds * width))
        for between in range(column + 1, new + 1):
            cells[between] = last
        if not (new == column and cells[new] == FAILING):
            cells[new] = sign
        last, column = sign, new
    for after in range(column + 1, width):
        cells[after] = last
    return ''.join(cells)
