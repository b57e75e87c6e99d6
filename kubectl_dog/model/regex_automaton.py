"""A finite automaton that is made while it is used: each character costs one look-up, then."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Union

# Places a pattern may have, and what may be remembered of ways through them.
_PLACES = 2_000
_REMEMBERED = 20_000


class TooLargeError(Exception):
    """A pattern would take too much memory and time."""


class _Place(NamedTuple):
    """A place in a pattern: `takes` a character, or needs a `condition`; then on to `to`."""

    to: list[int]
    takes: Union[Callable[[str], object], None] = None
    condition: str = ''


class _State:
    """Where one can be after what was read; `moves` are the ways on, None being the goal."""

    __slots__ = ('at_begin', 'moves', 'places', 'word')

    def __init__(self, places: frozenset[int], at_begin: bool, word: bool) -> None:
        self.places = places
        self.at_begin = at_begin
        self.word = word
        self.moves: dict[str, _State | None] = {}


class Automaton:
    """Tells whether a text holds a match anywhere; places are numbered as they are added."""

    def __init__(self) -> None:
        self._places = [_Place([])]
        self._first = 0
        self._forget()

    @property
    def end(self) -> int:
        """The place after the whole pattern."""
        return 0

    def begin_with(self, place: int) -> None:
        """Where a match begins."""
        self._first = place
        self._forget()

    def character(self, takes: Callable[[str], object], to: int) -> int:
        """A place that is left with a character for which `takes` is true."""
        return self._add(_Place([to], takes))

    def condition(self, name: str, to: int) -> int:
        """A place that is left where the condition holds, by the names of Python's parser."""
        return self._add(_Place([to], None, name))

    def either(self, to: Sequence[int]) -> int:
        """A place that is left in any of these ways."""
        return self._add(_Place(list(to)))

    def also(self, place: int, to: int) -> None:
        """One more way to leave a place."""
        self._places[place].to.append(to)

    def _add(self, place: _Place) -> int:
        if len(self._places) >= _PLACES:
            raise TooLargeError
        self._places.append(place)
        return len(self._places) - 1

    def _forget(self) -> None:
        self._remembered = 0
        self._states: dict[tuple[frozenset[int], bool, bool], _State] = {}
        self._start = self._state(frozenset(), at_begin=True, word=False)

    def _state(self, places: frozenset[int], at_begin: bool, word: bool) -> _State:
        key = (places, at_begin, word)
        if key not in self._states:
            self._states[key] = _State(*key)
        return self._states[key]

    def matches(self, text: str) -> bool:
        """Whether the text holds a match."""
        state = self._start
        for character in text:
            try:
                following = state.moves[character]
            except KeyError:
                following = self._move(state, character)
            if following is None:
                return True
            state = following
        try:
            return state.moves[''] is None
        except KeyError:
            return self._move(state, '') is None

    def _move(self, state: _State, character: str) -> _State | None:
        """On by one character, or to the end of the text where there is none."""
        if self._remembered >= _REMEMBERED:
            self._forget()
        self._remembered += 1
        open_places = self._reached(state, character)
        if self.end in open_places:
            state.moves[character] = None
            return None
        taken = {
            place.to[0]
            for place in map(self._places.__getitem__, open_places)
            if character and place.takes is not None and place.takes(character)
        }
        following = self._state(frozenset(taken), at_begin=False, word=_is_word(character))
        state.moves[character] = following
        return following

    def _reached(self, state: _State, character: str) -> set[int]:
        """Where one can be, without reading, just before this character."""
        found: set[int] = set()
        waiting = [self._first, *state.places]
        while waiting:
            number = waiting.pop()
            place = self._places[number]
            if number in found or (
                place.condition and not _holds(place.condition, state, character)
            ):
                continue
            found.add(number)
            if place.takes is None:
                waiting += place.to
        return found


def _holds(condition: str, state: _State, character: str) -> bool:
    if condition in ('AT_BEGINNING', 'AT_BEGINNING_STRING'):
        return state.at_begin
    if condition in ('AT_END', 'AT_END_STRING'):
        return not character
    at_boundary = state.word != _is_word(character)
    return at_boundary == (condition == 'AT_BOUNDARY')


def _is_word(character: str) -> bool:
    return character.isalnum() or character == '_'
