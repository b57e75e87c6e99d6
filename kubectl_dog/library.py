"""What Python programs call: `kubectl_dog.multitrack` and the like."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog import api
from kubectl_dog import finding
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.options import Options
from kubectl_dog.specs.targets import parse

if TYPE_CHECKING:
    from kubectl_dog.cluster.protocol import Connection


def multitrack(
    specs: Mapping[str, Any],
    options: Options | None = None,
    *,
    connection: Connection | None = None,
    on_event: Callable[[Event], object] | None = None,
) -> RunEnded:
    """Track what kubedog's MultitrackSpecs ask for until every target has its verdict.

    `specs` is the JSON of docs/multitrack.md as Python values, `options` are those of the whole
    call (times in seconds), `connection` comes from `kubectl_dog.api.connect()`, which is the
    default. `on_event` is called with each event as it comes; what it raises ends the call.
    Returns the last event, which has the exit code and the verdicts. Raises UserError with the
    JSON path of what is wrong in the specs, and AccessError where there is no way to the cluster.
    """
    ended, call = RunEnded(0.0, 0, ()), options or Options()
    found = parse(specs)
    if not found.entries:
        return ended
    connection = connection or api.connect()
    wanted = finding.specified(found, connection, call)
    session = api.session(api.live(connection), wanted.targets, call, own=wanted.own)
    for event in session:
        if on_event is not None:
            on_event(event)
        if isinstance(event, RunEnded):
            ended = event
    return ended
