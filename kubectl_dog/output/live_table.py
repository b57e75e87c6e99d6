"""The table of the live view: a row per target, the failing ones first. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Union

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import cell_width
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import sentence

# The narrowest terminal with a table, in columns.
MIN_COLUMNS = 40
# Percent of a row for the name of the target.
_NAME_PERCENT = 30
_GAP = '  '
# Parts of a condition that the lines of the run show, too.
_DETAILS = re.compile(r' unless it recovers| \([^()]*\)$')
# Followed targets that have ended, and still have a row.
_MAX_ENDED = 100
# Characters of a text that can reach the screen.
_LONGEST = 500
FAILED, FAILING, PROGRESSING, OTHER, READY = range(5)
_SIGNS = {FAILED: '✗', FAILING: '⚠', PROGRESSING: '→', OTHER: '–', READY: '✓'}
_SUCCESSFUL = (Verdict.READY, Verdict.ENDED, Verdict.PASSED)
# Events that change a row.
_Change = Union[events.StateChanged, events.CauseSeen, events.CauseGone, events.TargetEnded]
_CHANGES = (events.StateChanged, events.CauseSeen, events.CauseGone, events.TargetEnded)
SHOWN = (events.RunBegan, events.StatusReport, *_CHANGES)
_RANKS = {State.FAILED: FAILED, State.PROGRESSING: PROGRESSING, State.READY: READY}


class _Row:
    """What is known about a target."""

    def __init__(self, target: Target, at: float) -> None:
        self.target = target
        self.state: events.StateChanged | None = None
        self.causes: dict[tuple[str, str], events.CauseSeen] = {}
        self.end: events.TargetEnded | None = None
        # The present word of its state, and since when it applies.
        self.word = self._word()
        self.since = at

    def update(self, at: float) -> None:
        """Note the time if the state is another one."""
        if self._word() != self.word:
            self.word, self.since = self._word(), at

    def failing(self, now: float) -> tuple[float, events.CauseSeen] | None:
        """Return the cause that fails the target first, and the seconds until then."""
        causes = [
            (_seconds_left(cause, now), cause)
            for cause in self.causes.values()
            if cause.seconds_left is not None or cause.fails_at is not None
        ]
        return min(causes, key=lambda item: item[0], default=None)

    @property
    def rank(self) -> int:
        """The place in the table: the most urgent rows have the least rank."""
        if self.end:
            if self.end.verdict in _SUCCESSFUL:
                return READY
            return OTHER if self.end.verdict is Verdict.PROGRESSING else FAILED
        if self.state is None:
            return OTHER
        if self.word == State.FAILING.value:
            return FAILING
        return _RANKS.get(self.state.state, OTHER)

    def _word(self) -> str:
        if self.end:
            return self.end.verdict.value.replace('-', ' ')
        if self.state is None:
            return 'without status'
        if self.state.state is State.PROGRESSING and self.failing(0.0):
            return State.FAILING.value
        return self.state.state.value

    @property
    def progress(self) -> Progress | None:
        """The counts of pods, if the target has any."""
        row = self.end if self.end and self.end.progress else self.state
        return row.progress if row else None

    def text(self, now: float) -> str:
        """Describe the state: what the target waits for, or why and when it fails."""
        if self.end:
            details = self.end.reason, self.end.message
            text = ': '.join(detail for detail in details if detail)
            return self.word if self.rank == READY or not text else f'{self.word}: {text}'
        if self.state is None:
            return 'no status received yet'
        failing = self.failing(now)
        if failing and self.word == State.FAILING.value:
            left, seen = failing
            if seen.seconds_left is not None:
                seen = seen._replace(seconds_left=left)
            cause = f'{seen.cause.code} {seen.cause.subject}'.strip()
            # The time comes first: a narrow screen cuts the end.
            condition = _DETAILS.sub('', wording.failure_condition(seen))
            return ': '.join(filter(None, (condition, cause)))
        text = wording.state_text(self.state._replace(progress=None))
        has_word = text.startswith(self.word) or self.rank == PROGRESSING
        return text if has_word else f'{self.word}: {text}'


class _Cells(NamedTuple):
    """A row in text: the columns of the table."""

    rank: int
    word: str
    name: str
    progress: str
    age: str
    text: str


def _seconds_left(seen: events.CauseSeen, now: float) -> float:
    if seen.seconds_left is None:
        return float('inf')
    passed = 0.0 if seen.cause.clock_paused else max(0.0, now - seen.at)
    return max(0.0, seen.seconds_left - passed)


def _count(progress: Progress, fails: bool) -> str:
    """Describe how many pods are updated and ready.

    `ready` may include pods of the old revision: if the target fails, they are those that work.
    """
    ready = max(0, progress.ready - progress.old) if fails else progress.ready
    return f'{min(ready, progress.updated)}/{progress.desired}'


class LiveTable:
    """The states of all targets, from the events of a run.

    `name_of` returns the name of a target; `encode` replaces characters that the terminal lacks.
    """

    def __init__(
        self,
        name_of: Callable[[Target], str],
        palette: Palette,
        encode: Callable[[str], str] = str,
    ) -> None:
        self._name_of = name_of
        self._palette = palette
        self._encode = encode
        self._rows: dict[Target, _Row] = {}

    def add(self, event: events.Event) -> None:
        """Add an event; only those of SHOWN change the table."""
        if isinstance(event, events.RunBegan):
            for target in event.targets:
                self._of(target, event.at)
        elif isinstance(event, events.StatusReport):
            for state in event.rows:
                self._change(state)
        elif isinstance(event, _CHANGES):
            self._change(event)

    def _of(self, target: Target, at: float) -> _Row:
        row = self._rows.get(target)
        if row is None:
            row = self._rows[target] = _Row(target, at)
        return row

    def _change(self, event: _Change) -> None:
        row = self._of(event.target, event.at)
        if isinstance(event, events.StateChanged):
            row.state = event
        elif isinstance(event, events.CauseSeen):
            row.causes[event.cause.key] = event
        elif isinstance(event, events.CauseGone):
            row.causes.pop(event.cause.key, None)
        else:
            row.end = event
            self._forget_ended(event)
        row.update(event.at)

    def _forget_ended(self, event: events.TargetEnded) -> None:
        """Forget the first of many followed targets that have ended: members come and go."""
        if event.verdict is Verdict.ENDED:
            rows = self._rows.values()
            ended = [row.target for row in rows if row.end and row.end.verdict is Verdict.ENDED]
            for target in ended[:-_MAX_ENDED]:
                del self._rows[target]

    def lines(self, now: float, columns: int, rows: int) -> list[str]:
        """Return the table at a time for a screen of this size; no line is as wide as the screen.

        It is empty if the screen is too small.
        """
        room = rows // 3 - 1
        if columns < MIN_COLUMNS or room < 1 or not self._rows:
            return []
        ordered = sorted(self._rows.values(), key=lambda row: row.rank)
        hidden: Sequence[_Row] = ()
        if len(ordered) > room:
            ordered, hidden = ordered[: room - 1], ordered[room - 1 :]
        cells = [self._cells(row, now) for row in ordered]
        lines = self._layout(cells, columns - 1)
        return [*lines, self._more(hidden, columns - 1)] if hidden else lines

    def _cells(self, row: _Row, now: float) -> _Cells:
        progress = row.progress
        return _Cells(
            row.rank,
            row.word,
            self._clean(self._name_of(row.target)),
            _count(progress, row.rank <= FAILING) if progress else self._encode('–'),
            format_duration(now - row.since),
            self._clean(row.text(now)),
        )

    def _clean(self, text: str) -> str:
        return self._encode(cell_width.displayable(sentence(clip(text, _LONGEST))))

    def _layout(self, cells: Sequence[_Cells], columns: int) -> list[str]:
        mark = self._encode(cell_width.ELLIPSIS)
        signs = {rank: self._encode(sign) for rank, sign in _SIGNS.items()}
        sign_width = max(cell_width.width(signs[row.rank]) for row in cells) if cells else 0
        names = [
            cell_width.cut_middle(row.name, columns * _NAME_PERCENT // 100, mark) for row in cells
        ]
        name_width = max(map(cell_width.width, names), default=0)
        progress_width = max((cell_width.width(row.progress) for row in cells), default=0)
        age_width = max((len(row.age) for row in cells), default=0)
        lines = []
        for row, name in zip(cells, names):
            start = _GAP.join(
                (
                    cell_width.pad(name, name_width),
                    cell_width.pad(row.progress, progress_width),
                    row.age.rjust(age_width),
                    '',
                )
            )
            sign = cell_width.pad(signs[row.rank], sign_width)
            start = cell_width.cut(start, columns - sign_width - 1, mark)
            room = columns - sign_width - 1 - cell_width.width(start)
            paint = self._paint(row.rank)
            text = paint(cell_width.cut(row.text, room, mark))
            lines.append(f'{paint(sign)} {start}{text}'.rstrip(' '))
        return lines

    def _paint(self, rank: int) -> Callable[[str], str]:
        palette = self._palette
        paints = {FAILED: palette.bad, FAILING: palette.warn, READY: palette.good}
        return paints.get(rank, str)

    def _more(self, hidden: Sequence[_Row], columns: int) -> str:
        mark = self._encode(cell_width.ELLIPSIS)
        words = [row.word for row in hidden]
        counts = wording.count_values(words) if len(set(words)) > 1 else f'all {words[0]}'
        text = f'{mark} {len(hidden)} more: {counts}'
        return self._palette.dim(cell_width.cut(text, columns, mark))
