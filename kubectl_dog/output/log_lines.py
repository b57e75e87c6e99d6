"""Log lines in plain text: whose they are, a colour per pod, and where a new run begins."""

from __future__ import annotations

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import head
from kubectl_dog.output.escape import lines
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.short_names import ShortNames

INDENT = ' ' * 5


class LogLines:
    """`timestamps` puts before each line when it was written."""

    def __init__(self, names: ShortNames, palette: Palette, timestamps: bool) -> None:
        self._names = names
        self._palette = palette
        self._timestamps = timestamps
        self._hues: dict[str, int] = {}
        self._heads: dict[tuple[object, str, str], tuple[str, str]] = {}
        self._runs: dict[tuple[str, str], int] = {}

    def render(self, chunk: LogChunk) -> list[str]:
        """The lines of a chunk; before those of another run than the first, a line that says so."""
        key = (chunk.target, chunk.pod, chunk.container)
        if key not in self._heads:
            self._heads[key] = self._head(chunk)
        whose, prefix = self._heads[key]
        texts = lines([text for _, text in chunk.lines])
        if self._timestamps:
            texts = [
                f'{format_nano_timestamp(at)} {text}' for (at, _), text in zip(chunk.lines, texts)
            ]
        told = [prefix + text for text in texts]
        if chunk.instance != self._runs.get(key[1:], 0):
            self._runs[key[1:]] = chunk.instance
            # A pod of the same name that is new begins anew.
            if chunk.instance:
                run = f'── started again ({ordinal(chunk.instance + 1)} run) ──'
                told.insert(0, f'{whose} {self._palette.dim(run)}')
        return told

    def _head(self, chunk: LogChunk) -> tuple[str, str]:
        """Whose a line is: without, and with what is between that and the line."""
        hue = self._hues.setdefault(chunk.pod, len(self._hues))
        pod = self._names.pod(chunk.target, chunk.pod)
        name = head(sentence(f'{pod} {chunk.container}'))
        whose = INDENT + self._palette.pod(hue, name)
        return whose, f'{whose} {self._palette.dim("│")} '
