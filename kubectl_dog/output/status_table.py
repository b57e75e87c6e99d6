"""Output of `status`: a table, or one JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import DeniedRead
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.times import epoch
from kubectl_dog.output import cell_width
from kubectl_dog.output import jsonl
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.status_tree import BROKEN
from kubectl_dog.output.status_tree import Row
from kubectl_dog.output.status_tree import message
from kubectl_dog.output.text_wrap import wrap
from kubectl_dog.output.wording import count_values

HEADERS = ('NAMESPACE', 'TARGET', 'STATE', 'READY', 'RESTARTS', 'AGE', 'MESSAGE')

_GAP = '  '
# Before the rows of broken objects, so that nothing depends on colour alone.
_SIGN = '✗ '
# Children deeper than this are not indented further.
_DEEPEST = 8
# A narrower column of messages is hard to read: then they have lines of their own.
_MIN_MESSAGE = 30
_MIN_NAME = 12
_STACKED_INDENT = ' ' * 4
_NONE = '–'


def document(statuses: Sequence[Status], denied: Sequence[DeniedRead] = ()) -> str:
    """Return all statuses as one line of JSON, as in docs/status-v1.schema.json.

    Missing targets have no item. `denied` are the reads that were denied.
    """
    items = [
        {
            'apiVersion': status.api_version,
            'kind': status.kind,
            'namespace': status.namespace,
            'name': status.name,
            'state': status.state.value,
            'reason': status.reason,
            'message': status.message,
            'causes': [jsonl.cause(cause) for cause in status.causes],
            'decidedBy': status.decided_by,
            'ready': status.ready,
            'desired': status.desired,
            'restarts': status.restarts,
            'created': status.created,
            'owner': _owner(status),
        }
        for status in statuses
        if status.state is not State.ABSENT
    ]
    return jsonl.dumps(
        {
            'apiVersion': jsonl.API_VERSION,
            'items': items,
            'deniedReads': jsonl.denied_reads(denied),
        }
    )


def _owner(status: Status) -> dict[str, str] | None:
    owner = status.owner
    if owner is None:
        return None
    return {'apiVersion': owner.api_version, 'kind': owner.kind, 'name': owner.name}


def summary(rows: Sequence[Row]) -> str:
    """Return the counts of the objects without an owner: `9 of 12 ready, 3 progressing`."""
    states = [row.status.state.value for row in rows if not row.depth]
    others = [state for state in states if state != State.READY.value]
    ready = f'{len(states) - len(others)} of {len(states)} ready'
    return ', '.join(filter(None, (ready, count_values(others))))


class _Layout(NamedTuple):
    """The columns of a table.

    - `first`: the index of the first shown column: 1 without the namespace.
    - `gutter`: spaces of the width of the symbol, if any row has it.
    - `widths`: of all shown columns but the last one.
    - `message`: the width of the last one; None: without limit; 0: messages have own lines.
    """

    first: int
    gutter: str
    widths: Sequence[int]
    message: int | None

    @property
    def headers(self) -> Sequence[str]:
        """The headers of the shown columns."""
        return HEADERS[self.first : -1] if self.message == 0 else HEADERS[self.first :]


def render(
    rows: Sequence[Row], palette: Palette, now: float, width: int | None = None
) -> list[str]:
    """Return the rows under a header; no lines if there are no rows.

    The namespace has a column if there are several. `now` is in epoch seconds. With a `width`, no
    line is longer, and text is wrapped; without one, each row is one line.
    """
    if not rows:
        return []
    cells = [_cells(row, now, width is not None) for row in rows]
    layout = _layout(rows, cells, width)
    lines = [layout.gutter + _join(layout.headers, layout.widths)]
    for row, texts in zip(rows, cells):
        lines += _row_lines(row, texts[layout.first :], layout, palette)
        if layout.message == 0 and width is not None and texts[-1] not in ('', _NONE):
            indent = layout.gutter + _STACKED_INDENT + _indent(row)
            room = max(_MIN_NAME, width - 1 - len(indent))
            lines += [indent + part for part in wrap(texts[-1], room)]
    return lines


def _layout(rows: Sequence[Row], cells: Sequence[Sequence[str]], width: int | None) -> _Layout:
    first = 0 if len({row.status.namespace for row in rows}) > 1 else 1
    gutter = ' ' * len(_SIGN) if any(row.status.state in BROKEN for row in rows) else ''
    columns = list(zip(HEADERS, *cells))[first:-1]
    widths = [max(map(cell_width.width, column)) for column in columns]
    if width is None:
        return _Layout(first, gutter, widths, None)
    # A line that fills the last column of a terminal may wrap.
    rest = width - 1 - len(gutter) - sum(widths) - len(_GAP) * len(widths)
    if rest >= _MIN_MESSAGE:
        return _Layout(first, gutter, widths, rest)
    _shrink(widths, first, rest + len(_GAP))
    return _Layout(first, gutter, widths, 0)


def _row_lines(row: Row, texts: Sequence[str], layout: _Layout, palette: Palette) -> Iterator[str]:
    state = row.status.state
    wrapped = [wrap(cell, size) for cell, size in zip(texts, layout.widths)]
    if layout.message != 0:
        text = texts[-1]
        wrapped.append([text] if layout.message is None else wrap(text, layout.message))
    sign = palette.bad(_SIGN) if state in BROKEN and not row.more else layout.gutter
    for number, parts in enumerate(zip_longest(*wrapped, fillvalue='')):
        line = _join(parts, layout.widths)
        if number:
            yield layout.gutter + line
            continue
        # The columns before the state; in characters, of which some take two columns.
        before = map(cell_width.pad, parts[: 2 - layout.first], layout.widths)
        at = len(''.join(f'{cell}{_GAP}' for cell in before))
        word = _paint(state.value, state, palette)
        yield f'{sign}{line[:at]}{word}{line[at + len(state.value) :]}'


def _join(parts: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(map(cell_width.pad, parts, [*widths, 0])).rstrip()


def _shrink(widths: list[int], first: int, rest: int) -> None:
    """Make the columns of names narrower if not all columns fit, so that `rest` is negative."""
    target = 1 - first
    for column, least in ((target, 2 * _MIN_NAME), (0, _MIN_NAME), (target, _MIN_NAME)):
        width = min(widths[column], max(least, widths[column] + min(0, rest)))
        rest += widths[column] - width
        widths[column] = width


def _cells(row: Row, now: float, on_terminal: bool) -> tuple[str, ...]:
    status = row.status
    indent = _indent(row)
    kind = status.short or status.kind.lower()
    if row.more:
        name = f'{indent}… {row.more} more'
        return (_one_line(status.namespace), name, status.state.value, '', '', '', '')
    text = '' if row.repeats and on_terminal else message(status) or _NONE
    return (
        _one_line(status.namespace) or _NONE,
        indent + _one_line(f'{kind}/{status.name or _NONE}'),
        status.state.value,
        _NONE if status.desired is None else f'{status.ready}/{status.desired}',
        _NONE if status.restarts is None else str(status.restarts),
        _age(status.created, now),
        _one_line(text),
    )


def _indent(row: Row) -> str:
    return '  ' * min(row.depth, _DEEPEST)


def _one_line(text: str) -> str:
    return sentence(text).replace('\t', ' ')


def _age(created: str, now: float) -> str:
    """Return the age in one unit, as `115s`, `12m` or `5d`."""
    since = epoch(created)
    if since is None:
        return _NONE
    seconds = max(0, int(now - since))
    for unit, size, limit in (('s', 1, 120), ('m', 60, 7200), ('h', 3600, 172_800)):
        if seconds < limit:
            return f'{seconds // size}{unit}'
    return f'{seconds // 86400}d'


def _paint(word: str, state: State, palette: Palette) -> str:
    if state is State.READY:
        return palette.good(word)
    if state in BROKEN:
        return palette.bad(word)
    return word if state is State.PROGRESSING else palette.warn(word)
