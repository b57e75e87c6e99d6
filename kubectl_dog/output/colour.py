"""Colours for terminals, and whether to use them."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_dog.model.named_tuple import NamedTuple

# Colours without a meaning, to distinguish pods.
_POD_COLOURS = (36, 35, 94, 96, 95, 34)
CHOICES = ('auto', 'always', 'never')


def is_enabled(choice: str, environment: Mapping[str, str], terminal: bool) -> bool:
    """Return whether to use colours, by flag, environment and kind of stream.

    `NO_COLOR` counts unless it is empty (https://no-color.org), and wins over `FORCE_COLOR`.
    """
    if choice != 'auto':
        return choice == 'always'
    if environment.get('NO_COLOR'):
        return False
    if environment.get('FORCE_COLOR'):
        return environment['FORCE_COLOR'] != '0'
    return terminal and environment.get('TERM') != 'dumb'


class Palette(NamedTuple):
    """A palette that colours text if `on`; the text must be escaped before."""

    on: bool

    def _paint(self, code: int, text: str) -> str:
        return f'\x1b[{code}m{text}\x1b[0m' if self.on and text else text

    def bad(self, text: str) -> str:
        """Colour a text red, for failures."""
        return self._paint(31, text)

    def warn(self, text: str) -> str:
        """Colour a text yellow, for warnings."""
        return self._paint(33, text)

    def good(self, text: str) -> str:
        """Colour a text green, for ready targets."""
        return self._paint(32, text)

    def pod(self, number: int, text: str) -> str:
        """Return the colour of a pod, by its number."""
        return self._paint(_POD_COLOURS[number % len(_POD_COLOURS)], text)

    def dim(self, text: str) -> str:
        """Make a text faint, for frames around text."""
        return self._paint(2, text)
