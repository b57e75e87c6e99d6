"""A finite automaton for patterns; states are computed at first use."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Union

# Limits of the places of a pattern and of the moves that are kept.
_MAX_PLACES = 2_000
_MAX_MOVES = 20_000


class TooLargeError(Exception):
    """A pattern takes too much memory and time."""


class _Place(NamedTuple):
    """A place in a pattern.

    - `to`: numbers of the next places.
    - `takes`: predicate for the character that leads there; None if no character is read.
    - `condition`: condition for leaving the place, such as AT_END; empty if there is none.
    """

    to: list[int]
    takes: Union[Callable[[str], object], None] = None
    condition: str = ''


class _State:
    """The places that are possible after a part of a text.

    - `at_begin`: nothing was read yet.
    - `word`: the last character belongs to a word.
    - `moves`: next character -> next state; None for a match. An empty key is the end of the text.
    """

    __slots__ = ('at_begin', 'moves', 'places', 'word')

    def __init__(self, places: frozenset[int], at_begin: bool, word: bool) -> None:
        self.places = places
        self.at_begin = at_begin
        self.word = word
        self.moves: dict[str, _State | None] = {}


class Automaton:
    """An automaton that decides whether a text contains a match; places are numbered."""

    def __init__(self) -> None:
        self._places = [_Place([])]
        self._first = 0
        self._reset()

    @property
    def end(self) -> int:
        """The place after the whole pattern."""
        return 0

    def begin_with(self, place: int) -> None:
        """Set the place where a match begins."""
        self._first = place
        self._reset()

    def character(self, takes: Callable[[str], object], to: int) -> int:
        """Add a place that is left with a character for which `takes` is true."""
        return self._add(_Place([to], takes))

    def condition(self, name: str, to: int) -> int:
        """Add a place that is left if a condition holds; the names are those of Python's parser."""
        return self._add(_Place([to], None, name))

    def either(self, to: Sequence[int]) -> int:
        """Add a place that is left to any of these places."""
        return self._add(_Place(list(to)))

    def also(self, place: int, to: int) -> None:
        """Add one more next place to a place."""
        self._places[place].to.append(to)

    def _add(self, place: _Place) -> int:
        if len(self._places) >= _MAX_PLACES:
            raise TooLargeError
        self._places.append(place)
        return len(self._places) - 1

    def _reset(self) -> None:
        self._moves_stored = 0
        self._states: dict[tuple[frozenset[int], bool, bool], _State] = {}
        self._start = self._state(frozenset(), at_begin=True, word=False)

    def _state(self, places: frozenset[int], at_begin: bool, word: bool) -> _State:
        key = (places, at_begin, word)
        if key not in self._states:
            self._states[key] = _State(*key)
        return self._states[key]

    def matches(self, text: str) -> bool:
        """Return whether the text holds a match."""
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
        """Compute the next state for a character, or for the end of the text if it is empty."""
        if self._moves_stored >= _MAX_MOVES:
            self._reset()
        self._moves_stored += 1
        open_places = self._reachable(state, character)
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

    def _reachable(self, state: _State, character: str) -> set[int]:
        """Return the places that can be reached before this character without reading it."""
        reached: set[int] = set()
        pending = [self._first, *state.places]
        while pending:
            number = pending.pop()
            place = self._places[number]
            if number in reached or (
                place.condition and not _condition_holds(place.condition, state, character)
            ):
                continue
            reached.add(number)
            if place.takes is None:
                pending += place.to
        return reached


def _condition_holds(condition: str, state: _State, character: str) -> bool:
    if condition in ('AT_BEGINNING', 'AT_BEGINNING_STRING'):
        return state.at_begin
    if condition in ('AT_END', 'AT_END_STRING'):
        return not character
    at_boundary = state.word != _is_word(character)
    return at_boundary == (condition == 'AT_BOUNDARY')


def _is_word(character: str) -> bool:
    return character.isalnum() or character == '_'
