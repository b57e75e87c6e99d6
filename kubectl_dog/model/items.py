"""What a source delivers: objects, log lines, answers and signals, each stamped with its time."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.wants import Want

Object = dict[str, Any]


class LogLine(NamedTuple):
    """`time` is in nanoseconds since the epoch, as the container runtime wrote it."""

    time: int
    text: str


class Listed(NamedTuple):
    """The whole collection of a watch at one moment: replaces what was known of it.

    Until a watch has been listed, nothing may be said to be absent.
    """

    objects: tuple[Object, ...]


class Changed(NamedTuple):
    """One watch event; `change` is ADDED, MODIFIED or DELETED."""

    change: str
    object: Object


class LogLines(NamedTuple):
    """Consecutive lines of one run of a container, counted by its restarts; None: not known."""

    lines: tuple[LogLine, ...]
    run: int | None = None


class LogEnd(NamedTuple):
    """Everything the kubelet still serves of the instance with `restarts` has been delivered."""

    restarts: int


class LogGap(NamedTuple):
    """Lines that were lost and cannot be had again, told in words."""

    message: str


class Answer(NamedTuple):
    """Reply to a Lookup: `status` is found, missing, denied or failed; objects are metadata."""

    status: str
    objects: tuple[Object, ...] = ()
    message: str = ''


class ReadFailure(NamedTuple):
    """A want cannot be served now.

    `reason` is denied (403), unauthorized (401), unreachable, invalid (the server refuses the
    request) or recovered. The source keeps trying after every reason but denied and invalid.
    """

    reason: str
    message: str


class ServerClock(NamedTuple):
    """Seconds to add to local wall-clock time to get the API server's."""

    offset: float


SIGNALS = ('interrupt', 'terminate', 'end')


class Signal(NamedTuple):
    """The wish to stop: the user's (`interrupt`, `terminate`), or a recording's (`end`)."""

    name: str


Payload = Union[Listed, Changed, LogLines, LogEnd, LogGap, Answer, ReadFailure, ServerClock, Signal]


class Item(NamedTuple):
    """`at` is in seconds since tracking began; `want` is None for signals and clocks."""

    at: float
    want: Want | None
    payload: Payload
