"""Layout of lines in columns for times, subjects and text; and lines that are held back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from math import inf

from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Target
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.renderer import HOLD
from kubectl_dog.output.short_names import WIDEST
from kubectl_dog.output.time_column import TimeColumn

# Width of the column for subjects, unless targets have longer names.
WIDTH = 14


class LineLayout:
    """The layout for a terminal of this many columns; 0 without a terminal."""

    def __init__(self, columns: int, times: TimeColumn) -> None:
        self.columns = columns
        self._times = times
        # Names are shortened so that most of a narrow terminal is left for facts.
        self.widest = max(WIDTH, min(WIDEST, columns // 3 - 4)) if columns else WIDEST
        self._width = WIDTH

    def widen(self, name: str) -> None:
        """Make room for a name in the column for subjects, from now on."""
        self._width = min(self.widest, max(self._width, len(name)))

    @property
    def indent(self) -> str:
        """The space below the column for times."""
        return self._times.indent

    @property
    def margin(self) -> str:
        """The space below the columns for times and subjects."""
        return self.indent + ' ' * (self._width + 2)

    def line(
        self, at: float, subject: str, text: str, paint: Callable[[str], str] = str
    ) -> list[str]:
        """Return the line of a fact, wrapped on a terminal."""
        if not self.columns:
            return [self.start(at, subject, paint) + sentence(text)]
        from kubectl_dog.output import text_wrap

        start, below = len(self.margin), self.margin
        if self.columns - start < text_wrap.NARROWEST:
            below = f'{self.indent}  '
        first, *more = text_wrap.wrap_at_words(sentence(text), self.columns, start, len(below))
        return [self.start(at, subject, paint) + first, *(below + part for part in more)]

    def start(self, at: float, subject: str, paint: Callable[[str], str] = str) -> str:
        """Return the time and the subject of a line."""
        column, time = sentence(subject), self._times.text(at)
        # A longer time takes from the space after the subject, so that the text is aligned.
        space = len(self.margin) - 1 - len(time) - len(column)
        return f'{time} {paint(column)}{" " * max(space, 1 if len(column) <= self._width else 2)}'


class _Held(NamedTuple):
    due_at: float
    render: Callable[[], list[str]]


class HeldLines:
    """Lines that are often outdated at once, at most one per topic.

    `render` makes a line when it is released.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], _Held] = {}
        # The topics by their first two parts, because a fleet has lines of hundreds of targets.
        self._by_owner: dict[tuple[object, ...], dict[tuple[object, ...], None]] = {}
        # No line is due before.
        self._due_at = 0.0

    def hold(
        self,
        topic: tuple[object, ...],
        at: float,
        render: Callable[[], list[str]],
        seconds: float = HOLD,
    ) -> None:
        """Hold a line from the time `at`, instead of an earlier one of the topic."""
        self._held[topic] = _Held(at + seconds, render)
        self._by_owner.setdefault(topic[:2], {})[topic] = None
        self._due_at = min(self._due_at, at + seconds)

    def __contains__(self, topic: tuple[object, ...]) -> bool:
        """Return whether a topic has a line."""
        return topic in self._held

    def drop(self, topic: tuple[object, ...]) -> None:
        """Drop the line of a topic: it does not hold any more."""
        if topic in self._held:
            self._take(topic)

    def flush(self, topics: Collection[tuple[object, ...]]) -> list[str]:
        """Return the lines of these topics, however new they are."""
        return [line for topic in topics if topic in self._held for line in self._pop(topic)]

    def topics(self, name: str, target: Target) -> list[tuple[object, ...]]:
        """Return the topics `(name, target, …)` that have a line."""
        return [*self._by_owner.get((name, target), ())]

    def _pop(self, topic: tuple[object, ...]) -> list[str]:
        return self._take(topic).render()

    def _take(self, topic: tuple[object, ...]) -> _Held:
        topics = self._by_owner[topic[:2]]
        del topics[topic]
        if not topics:
            del self._by_owner[topic[:2]]
        return self._held.pop(topic)

    def clear(self) -> None:
        """Drop all lines."""
        self._held.clear()
        self._by_owner.clear()

    def release(self, now: float) -> list[str]:
        """Return the lines that have held long enough."""
        if not self._held or now < self._due_at:
            return []
        due = [topic for topic, held in self._held.items() if held.due_at <= now]
        lines = self.flush(due)
        self._due_at = min((held.due_at for held in self._held.values()), default=inf)
        return lines
