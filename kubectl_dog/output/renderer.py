"""Interface of all renderers, and the options that they are created with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.named_tuple import NamedTuple

# Seconds for which a renderer may hold back a line that the next event may make obsolete.
HOLD = 1.0


class RenderOptions(NamedTuple):
    """The options of a renderer; a format may ignore those that it does not support.

    `started` is the local time of the start, in epoch seconds. `several`: the run has more than one
    target, so that lines must name theirs. `show_namespaces`: the targets are in more than one
    namespace. `follow`: the run continues when a target is ready or has failed. `timestamps`: log
    lines show when they were written. `clock`: lines begin with the time of day in UTC instead of
    the seconds since the start. `notes`: sentences for the end of the brief output, such as the
    path of the recording. `all_logs`: also log lines that repeat others. `columns`: width of the
    terminal; 0 without a terminal, so that no line is wrapped.
    """

    started: float
    colour: bool = False
    several: bool = False
    follow: bool = False
    show_namespaces: bool = False
    timestamps: bool = False
    clock: bool = False
    notes: tuple[str, ...] = ()
    all_logs: bool = False
    columns: int = 0


class Renderer(Protocol):
    """A converter of events to lines; it remembers what it has rendered, and does no I/O."""

    def render(self, event: Event) -> Sequence[str]:
        """Return the lines to print for one event, without line ends; often none.

        Lines are only ever added: a renderer never corrects a line that it has returned.
        """
        ...

    def render_log(self, chunk: LogChunk) -> Sequence[tuple[int, str]]:
        """Return the lines for a LogChunk, each with the time to sort it by.

        The times are those of the log lines, in nanoseconds since the epoch. log_merge.py sorts
        the lines of several chunks.
        """
        ...

    def flush(self, at: float) -> Sequence[str]:
        """Return lines that were held back, if they are due at the time `at`.

        Called when there was no event for HOLD seconds; `at` is in seconds since the start. A line
        is held back no longer than that.
        """
        ...

    def has_trusted_start(self, event: Event) -> bool:
        """Return whether each line for an event begins with our own text, whatever the event holds.

        Lines that may begin with text from the cluster are searched for commands that CI systems
        obey at the beginning of a line. False is always right.
        """
        ...
