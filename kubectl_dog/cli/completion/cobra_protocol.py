"""Answers to shells in the completion protocol of cobra."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.output.escape import sentence

# The directives of cobra; without one, a shell offers files if nothing else fits.
FILES = 0
NO_SPACE = 2
NO_FILES = 4
ENDINGS = 8
FOLDERS = 16
IN_ORDER = 32
# Characters that are safe in a shell, besides letters and digits; names come from the cluster.
_SAFE = frozenset('-_.:/@+=,%')


class Answer(NamedTuple):
    """Values with their descriptions; with `ENDINGS`, the values are file extensions."""

    values: tuple[tuple[str, str], ...] = ()
    directive: int = NO_FILES


NOTHING = Answer()


def create_answer(values: Iterable[str] | Mapping[str, str], directive: int = NO_FILES) -> Answer:
    """Return an answer with values, or with values and their descriptions."""
    if isinstance(values, Mapping):
        return Answer(tuple(values.items()), directive)
    return Answer(tuple((value, '') for value in values), directive)


def filter_by_prefix(answer: Answer, prefix: str) -> Answer:
    """Return the values that start with a prefix; file extensions are all kept."""
    if answer.directive & ENDINGS:
        return answer
    matches = ((value, text) for value, text in answer.values if value.startswith(prefix))
    if not prefix.startswith('-'):
        # No object has such a name, but a server may send one, and the shell would pass a flag.
        matches = ((value, text) for value, text in matches if not value.startswith('-'))
    return answer._replace(values=tuple(entry for entry in matches if _is_safe(entry[0])))


def lines(answer: Answer, described: bool = True) -> list[str]:
    """Return the lines for the shell: one per value with its description, then the directive."""
    shown = [
        f'{value}\t{sentence(text)}' if text and described else value
        for value, text in answer.values
    ]
    return [*shown, f':{answer.directive}']


def _is_safe(value: str) -> bool:
    # Old shells pass values to `compgen -W`, which executes `$(…)`.
    return bool(value) and all(char.isalnum() or char in _SAFE for char in value)
