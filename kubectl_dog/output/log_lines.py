"""Log lines in plain text, with the name and colour of their pod, and marks for restarts."""

from __future__ import annotations

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import lines
from kubectl_dog.output.escape import safe_line_start
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.short_names import ShortNames

INDENT = ' ' * 5


class LogLineFormatter:
    """Renders chunks of log lines; with `timestamps`, each line shows when it was written."""

    def __init__(self, names: ShortNames, palette: Palette, timestamps: bool) -> None:
        self._names = names
        self._palette = palette
        self._timestamps = timestamps
        self._hues: dict[str, int] = {}
        self._prefixes: dict[tuple[object, str, str], tuple[str, str]] = {}
        self._runs: dict[tuple[str, str], int] = {}

    def render(self, chunk: LogChunk) -> list[str]:
        """The lines of a chunk, after a line that marks a new run of the container."""
        key = (chunk.target, chunk.pod, chunk.container)
        if key not in self._prefixes:
            self._prefixes[key] = self._prefix(chunk)
        name, prefix = self._prefixes[key]
        texts = lines([text for _, text in chunk.lines])
        if self._timestamps:
            texts = [
                f'{format_nano_timestamp(at)} {text}' for (at, _), text in zip(chunk.lines, texts)
            ]
        rendered = [prefix + text for text in texts]
        if chunk.instance != self._runs.get(key[1:], 0):
            self._runs[key[1:]] = chunk.instance
            # A new pod of the same name starts with its first run again.
            if chunk.instance:
                run = f'── started again ({ordinal(chunk.instance + 1)} run) ──'
                rendered.insert(0, f'{name} {self._palette.dim(run)}')
        return rendered

    def _prefix(self, chunk: LogChunk) -> tuple[str, str]:
        """The coloured name of pod and container, and the same with the separator."""
        hue = self._hues.setdefault(chunk.pod, len(self._hues))
        pod = self._names.pod(chunk.target, chunk.pod)
        name = safe_line_start(sentence(f'{pod} {chunk.container}'))
        painted = INDENT + self._palette.pod(hue, name)
        return painted, f'{painted} {self._palette.dim("│")} '
