"""Log lines in plain text, with the name and colour of their pod, and marks for restarts."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import lines
from kubectl_dog.output.escape import safe_line_start
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.short_names import ShortNames

if TYPE_CHECKING:
    from kubectl_dog.output.log_repeats import LogRepeats

INDENT = ' ' * 5


class LogLineFormatter:
    """A formatter for chunks of log lines; `indent` is the margin of all lines."""

    def __init__(
        self, names: ShortNames, palette: Palette, options: RenderOptions, indent: str = INDENT
    ) -> None:
        self._names = names
        self._palette = palette
        self._timestamps = options.timestamps
        self._indent = indent
        self._compares = not options.all_logs
        self._follow = options.follow
        self._repeats: LogRepeats | None = None
        self._hues: dict[str, int] = {}
        self._pods = 0
        # By target and pod, and then by container.
        self._prefixes: dict[tuple[object, str], dict[str, tuple[str, str]]] = {}
        # By pod, and then by container.
        self._runs: dict[str, dict[str, int]] = {}

    def render(self, chunk: LogChunk) -> list[tuple[int, str]]:
        """Return the lines of a chunk with their times.

        A line that marks a new run of the container comes before its first line.
        """
        if self._compares and self._repeats is None:
            # A finished rollout prints no log.
            from kubectl_dog.output.log_repeats import LogRepeats

            self._repeats = LogRepeats(self._follow)
        new = self._repeats.new_lines(chunk) if self._repeats else chunk.lines
        if not new:
            return []
        prefixes = self._prefixes.setdefault((chunk.target, chunk.pod), {})
        if chunk.container not in prefixes:
            prefixes[chunk.container] = self._prefix(chunk)
        name, prefix = prefixes[chunk.container]
        texts = lines([text for _, text in new])
        if self._timestamps:
            texts = [f'{format_nano_timestamp(at)} {text}' for (at, _), text in zip(new, texts)]
        rendered = [(line.time, prefix + text) for line, text in zip(new, texts)]
        runs = self._runs.setdefault(chunk.pod, {})
        if chunk.instance != runs.get(chunk.container, 0):
            runs[chunk.container] = chunk.instance
            # A new pod of the same name starts with its first run again.
            if chunk.instance:
                run = f'── restart {chunk.instance} ──'
                rendered.insert(0, (new[0].time, f'{name} {self._palette.dim(run)}'))
        return rendered

    def forget(self, target: Target, pod: str) -> None:
        """Forget a pod that is gone."""
        self._prefixes.pop((target, pod), None)
        self._hues.pop(pod, None)
        self._runs.pop(pod, None)
        if self._repeats is not None:
            self._repeats.forget(target, pod)

    def has_remark(self, target: Target, pod: str) -> bool:
        """Return whether `remark` would return a text."""
        return self._repeats is not None and self._repeats.has_remark(target, pod)

    def remark(self, target: Target, pods: Collection[str], exits: int | None = None) -> str:
        """Return what was left out of the logs of pods since the last remark; empty if nothing.

        With `exits`, only of the runs that have ended when there were so many exits.
        """
        if self._repeats is None:
            return ''
        text, origin = self._repeats.remark(target, pods, exits)
        if not text.endswith(' as'):
            return text
        return f'{text} {self._names.pod(target, origin)}' if origin else f'{text} before'

    def _prefix(self, chunk: LogChunk) -> tuple[str, str]:
        """Return the coloured name of pod and container, and the same with the separator."""
        hue = self._hues.setdefault(chunk.pod, self._pods)
        self._pods += hue == self._pods
        pod = self._names.pod(chunk.target, chunk.pod)
        name = safe_line_start(sentence(f'{pod} {chunk.container}'))
        painted = self._indent + self._palette.pod(hue, name)
        return painted, f'{painted} {self._palette.dim("│")} '
