"""Items that a source delivers: objects, log lines, answers and signals, each with its time."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.wants import Want

Object = dict[str, Any]


class LogLine(NamedTuple):
    """A log line; `time` is in nanoseconds since the epoch, as the container runtime wrote it."""

    time: int
    text: str


class Listed(NamedTuple):
    """All objects of a watch at one moment, which replace those received before.

    Objects may be judged as missing only after their watch was listed.
    """

    objects: tuple[Object, ...]


class Changed(NamedTuple):
    """An event of a watch; `change` is ADDED, MODIFIED or DELETED."""

    change: str
    object: Object


class LogLines(NamedTuple):
    """Consecutive log lines of a container; `run` is its number of restarts, None if unknown."""

    lines: tuple[LogLine, ...]
    run: int | None = None


class LogEnd(NamedTuple):
    """All log lines of the instance with this number of restarts were delivered."""

    restarts: int


class LogGap(NamedTuple):
    """Log lines were lost, and cannot be read again; `message` is a sentence about them."""

    message: str


class Answer(NamedTuple):
    """Answer to a lookup.

    - `status`: found, missing, denied or failed.
    - `objects`: metadata only, unless the lookup asks for full objects.
    """

    status: str
    objects: tuple[Object, ...] = ()
    message: str = ''


class ReadFailure(NamedTuple):
    """A want cannot be served now, or can be served again.

    - `reason`: denied (403), unauthorized (401), unreachable, invalid (the server rejects the
      request) or recovered. The source retries, except after denied and invalid.
    """

    reason: str
    message: str


class ServerClock(NamedTuple):
    """Seconds to add to the local wall clock for the time of the API server."""

    offset: float


SIGNALS = ('interrupt', 'terminate', 'end')


class Signal(NamedTuple):
    """A request to stop: by the user (`interrupt`, `terminate`), or at the end of a recording."""

    name: str


Payload = Union[Listed, Changed, LogLines, LogEnd, LogGap, Answer, ReadFailure, ServerClock, Signal]


class Item(NamedTuple):
    """A delivered item.

    - `at`: seconds since tracking began.
    - `want`: the want that it belongs to; None for signals and clocks.
    """

    at: float
    want: Want | None
    payload: Payload
