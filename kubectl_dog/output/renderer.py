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

    def heads(self, event: Event) -> bool:
        """Whether each line for an event begins with words of our own, whatever the event holds.

        Lines that may begin with text from the cluster are looked through for what CI systems obey
        at the beginning of a line. False is always right.
        """
        ...
