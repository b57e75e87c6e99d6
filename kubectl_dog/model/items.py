"""Items that a source delivers: objects, log lines, answers and signals, each with its time."""

from __future__ import annotations

from typing import Any
from typing import Union

from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Target
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


class ManagedTargets(NamedTuple):
    """Answer to a ManagedObjects.

    - `notices`: sentences about objects that cannot be tracked.
    - `failure`: why the objects are not known, as a sentence; empty if they are.
    """

    targets: tuple[Target, ...]
    notices: tuple[str, ...] = ()
    failure: str = ''


class ReadFailure(NamedTuple):
    """A want that cannot be served now, or that can be served again.

    - `reason`: denied (403), unauthorized (401), unreachable, invalid (the server rejects the
      request), unwatched (403 to a watch: the objects are read at intervals instead) or recovered.
      The source retries, except after denied and invalid.
    """

    reason: str
    message: str


class ServerClock(NamedTuple):
    """The seconds to add to the local wall clock to get the time of the API server."""

    offset: float


COMMAND_STARTED, COMMAND_ENDED = 'command-started', 'command-ended'
SIGNALS = ('interrupt', 'terminate', 'hangup', 'end', COMMAND_STARTED, COMMAND_ENDED)


class Signal(NamedTuple):
    """A request to stop, or news about the command of `kubectl dog run`.

    The user stops (`interrupt`, `terminate`), the terminal was closed (`hangup`), or a recording
    has its `end`. `code` is the exit code of a command that has ended, as a shell reports it.
    """

    name: str
    code: int = 0


Payload = Union[
    Listed,
    Changed,
    LogLines,
    LogEnd,
    LogGap,
    Answer,
    ManagedTargets,
    ReadFailure,
    ServerClock,
    Signal,
]


class Item(NamedTuple):
    """A delivered item.

    - `at`: seconds since tracking began.
    - `want`: the want that it belongs to; None for signals and clocks.
    """

    at: float
    want: Want | None
    payload: Payload
