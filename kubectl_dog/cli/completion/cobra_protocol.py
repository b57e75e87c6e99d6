"""What a shell is told: values, and what to do with them, by cobra's protocol."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.output.escape import sentence

# cobra's directives; a shell that is told none of them offers files where nothing else fits.
FILES = 0
NO_SPACE = 2
NO_FILES = 4
ENDINGS = 8
FOLDERS = 16
IN_ORDER = 32
# What a shell may take for more than a part of a word: it would run, and the cluster named it.
_PLAIN = frozenset('-_.:/@+=,%')


class Answer(NamedTuple):
    """Values with what they mean, which may be empty; with `ENDINGS`, those of files' names."""

    values: tuple[tuple[str, str], ...] = ()
    directive: int = NO_FILES


NOTHING = Answer()


def of(values: Iterable[str] | Mapping[str, str], directive: int = NO_FILES) -> Answer:
    """An answer of values, or of values and what they mean."""
    if isinstance(values, Mapping):
        return Answer(tuple(values.items()), directive)
    return Answer(tuple((value, '') for value in values), directive)


def starting(answer: Answer, word: str) -> Answer:
    """Those of the values that go on from a word; endings of files are left alone."""
    if answer.directive & ENDINGS:
        return answer
    fit = ((value, text) for value, text in answer.values if value.startswith(word))
    if not word.startswith('-'):
        # No object has such a name, but a server may say so; the command would take it for a flag.
        fit = ((value, text) for value, text in fit if not value.startswith('-'))
    return answer._replace(values=tuple(one for one in fit if _is_plain(one[0])))


def lines(answer: Answer, described: bool = True) -> list[str]:
    """The lines that a shell reads: a value and what it means in each, then the directive."""
    shown = [
        f'{value}\t{sentence(text)}' if text and described else value
        for value, text in answer.values
    ]
    return [*shown, f':{answer.directive}']


def _is_plain(value: str) -> bool:
    # Shells of old hand values to `compgen -W`, which runs what is in `$(…)`.
    return bool(value) and all(one.isalnum() or one in _PLAIN for one in value)
