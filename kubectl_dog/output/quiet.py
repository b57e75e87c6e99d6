"""Renderer of `-q`: the verdict of each target, and the summary of each failure."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model import events
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions

_NEEDED = (events.RunBegan, events.TargetEnded, events.RunEnded)


class QuietRenderer:
    """A renderer of the last lines of the plain output."""

    def __init__(self, options: RenderOptions) -> None:
        # The plain output of `follow` does not repeat that a target is ready.
        self._plain = PlainRenderer(options._replace(follow=False))
        self._has_lines = False

    def render(self, event: events.Event) -> Sequence[str]:
        """Return the lines of the verdict; none for other events."""
        if not isinstance(event, _NEEDED):
            return ()
        return self._without_blank_start(self._plain.render(event))

    def render_log(self, chunk: events.LogChunk) -> Sequence[tuple[int, str]]:
        """Return no lines."""
        return ()

    def flush(self, at: float) -> Sequence[str]:
        """Return the verdicts that were held back for a second at the time `at`."""
        return self._without_blank_start(self._plain.flush(at))

    def _without_blank_start(self, lines: Sequence[str]) -> Sequence[str]:
        if not lines:
            return ()
        if not self._has_lines and not lines[0]:
            lines = lines[1:]
        self._has_lines = True
        return lines

    def has_trusted_start(self, event: events.Event) -> bool:
        """Return whether no line begins with text from the cluster."""
        return self._plain.has_trusted_start(event)
