"""What every renderer is, so that the rest of the program need not tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.model.events import Event


class Renderer(Protocol):
    """Turns events into lines; remembers what it said, and does no I/O."""

    def render(self, event: Event) -> Sequence[str]:
        """The lines to print for one event, without line ends; often none."""
        ...
