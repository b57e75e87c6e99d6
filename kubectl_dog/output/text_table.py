"""State of several targets as a table, for the periodic status report."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.text_wrap import wrap_at_words

HEADERS = ('TARGET', 'STATE', 'READY', 'UPDATED', 'WAITS FOR')
WAITS = 200
# Spaces between columns, in the format "plain" of tabulate.
_GAP = 2


def summary(
    rows: Sequence[StateChanged], causes: Mapping[Target, Cause], ended: Iterable[Verdict]
) -> str:
    """Return the counts of states: `9 of 12 ready`; `ended` are verdicts without a row."""
    states = [_state(row, causes.get(row.target)) for row in rows]
    values = [*(verdict.value for verdict in ended), *states]
    others = [value.replace('-', ' ') for value in values if value != State.READY.value]
    ready = f'{len(values) - len(others)} of {len(values)} ready'
    return ', '.join(part for part in (ready, wording.count_values(others)) if part)


def _state(row: StateChanged, cause: Cause | None) -> str:
    """Return the state of a target; one that a cause will fail is not merely progressing."""
    is_failing = row.state is State.PROGRESSING and cause is not None and wording.can_fail(cause)
    return State.FAILING.value if is_failing else row.state.value


def _cells(row: StateChanged, subject: str, cause: Cause | None) -> tuple[str, ...]:
    progress = row.progress
    ready = f'{progress.ready}/{progress.desired}' if progress else '–'
    updated = f'{progress.updated}/{progress.desired}' if progress else '–'
    waits = f'⚠ {cause.code} {cause.subject}' if cause else row.waits_for or row.message
    texts = (subject, _state(row, cause), ready, updated, clip(waits, WAITS))
    return tuple(sentence(text) for text in texts)


def table(
    rows: Sequence[StateChanged],
    causes: Mapping[Target, Cause],
    name_of: Callable[[Target], str],
    columns: int = 0,
) -> list[str]:
    """Return one line per target that is not ready, under a header; none if all are ready.

    `causes` has the active cause of each target; `name_of` returns the display name of a target.
    The last column is wrapped to a width of `columns`, unless that is 0.
    """
    cells = [
        _cells(row, name_of(row.target), causes.get(row.target))
        for row in rows
        if row.state is not State.READY
    ]
    if not cells:
        return []
    if columns:
        widths = [max(map(len, column)) for column in zip(HEADERS, *cells)]
        start = sum(widths[:-1]) + _GAP * (len(widths) - 1)
        cells = [(*row[:-1], '\n'.join(wrap_at_words(row[-1], columns, start))) for row in cells]
    from tabulate import tabulate  # its import costs more than a whole run with one target prints

    text = tabulate(cells, headers=HEADERS, tablefmt='plain', disable_numparse=True)
    return [line.rstrip() for line in text.split('\n')]
