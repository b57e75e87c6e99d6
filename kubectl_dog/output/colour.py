"""Whether to colour, and the four colours there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# Colours that mean nothing by themselves: pods are told apart by them.
_HUES = (36, 35, 94, 96, 95, 34)
CHOICES = ('auto', 'always', 'never')


def wanted(choice: str, environment: Mapping[str, str], terminal: bool) -> bool:
    """Decide from `--color`, then NO_COLOR, FORCE_COLOR, TERM, and whether it is a terminal.

    As https://no-color.org has it, NO_COLOR counts unless it is empty, and beats FORCE_COLOR.
    """
    if choice != 'auto':
        return choice == 'always'
    if environment.get('NO_COLOR'):
        return False
    if environment.get('FORCE_COLOR'):
        return environment['FORCE_COLOR'] != '0'
    return terminal and environment.get('TERM') != 'dumb'


class Palette(NamedTuple):
    """Colours text where `on`; the text must be escaped before."""

    on: bool

    def _paint(self, code: int, text: str) -> str:
        return f'\x1b[{code}m{text}\x1b[0m' if self.on and text else text

    def bad(self, text: str) -> str:
        """Red: what failed."""
        return self._paint(31, text)

    def warn(self, text: str) -> str:
        """Yellow: what may fail."""
        return self._paint(33, text)

    def good(self, text: str) -> str:
        """Green: what is ready."""
        return self._paint(32, text)

    def pod(self, number: int, text: str) -> str:
        """One colour per pod, in turn: what belongs to the same pod."""
        return self._paint(_HUES[number % len(_HUES)], text)

    def dim(self, text: str) -> str:
        """Faint: what frames the text of others."""
        return self._paint(2, text)
