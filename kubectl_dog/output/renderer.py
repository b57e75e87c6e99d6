"""The interface of all renderers, and the options that they are created with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from typing import Protocol

from kubectl_dog.model.events import Event


class RenderOptions(NamedTuple):
    """What a renderer needs to know of the run; it may ignore what its format does not have.

    `started` is the local wall-clock time, in epoch seconds, from which the times of events count.
    `several` tells that the run has more than one target, so that lines must name theirs;
    `show_namespaces` that the targets are in more than one namespace; `follow` that the run goes
    on when a target is ready or has failed; `timestamps` that log lines show when they were
    written.
    """

    started: float
    colour: bool = False
    several: bool = False
    follow: bool = False
    show_namespaces: bool = False
    timestamps: bool = False


class Renderer(Protocol):
    """Turns events into lines; remembers what it has rendered, and does no I/O."""

    def render(self, event: Event) -> Sequence[str]:
        """The lines to print for one event, without line ends; often none."""
        ...

    def has_trusted_start(self, event: Event) -> bool:
        """Whether each line for an event begins with our own text, whatever the event holds.

        Lines that may begin with text from the cluster are searched for commands that CI systems
        obey at the beginning of a line. False is always right.
        """
        ...
