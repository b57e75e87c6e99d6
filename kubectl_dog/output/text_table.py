"""The state of several targets as a table, for the periodic status report."""

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

HEADERS = ('TARGET', 'STATE', 'READY', 'UPDATED', 'WAITS FOR')
WAITS = 200


def summary(rows: Sequence[StateChanged], ended: Iterable[Verdict]) -> str:
    """The counts of states: `9 of 12 ready, 3 progressing`; `ended` are verdicts without a row."""
    values = [*(verdict.value for verdict in ended), *(row.state.value for row in rows)]
    others = [value.replace('-', ' ') for value in values if value != State.READY.value]
    ready = f'{len(values) - len(others)} of {len(values)} ready'
    return ', '.join(part for part in (ready, wording.count_values(others)) if part)


def _cells(row: StateChanged, subject: str, cause: Cause | None) -> tuple[str, ...]:
    progress = row.progress
    ready = f'{progress.ready}/{progress.desired}' if progress else '–'
    updated = f'{progress.updated}/{progress.desired}' if progress else '–'
    waits = f'⚠ {cause.code} {cause.subject}' if cause else row.waits_for or row.message
    texts = (subject, row.state.value, ready, updated, clip(waits, WAITS))
    return tuple(sentence(text) for text in texts)


def table(
    rows: Sequence[StateChanged], causes: Mapping[Target, Cause], name_of: Callable[[Target], str]
) -> list[str]:
    """One line per target that is not ready, under a header; no lines if all are ready.

    `causes` has the active cause of each target; `name_of` returns the display name of a target.
    """
    cells = [
        _cells(row, name_of(row.target), causes.get(row.target))
        for row in rows
        if row.state is not State.READY
    ]
    if not cells:
        return []
    from tabulate import tabulate  # its import costs more than a whole run with one target prints

    text = tabulate(cells, headers=HEADERS, tablefmt='plain', disable_numparse=True)
    return [line.rstrip() for line in text.split('\n')]
