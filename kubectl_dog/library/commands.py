"""The commands as functions: they block until every target has its verdict, and print nothing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.library import target_inputs as naming
from kubectl_dog.library.connecting import Kube
from kubectl_dog.library.connecting import connection_for
from kubectl_dog.library.errors import StopTrack
from kubectl_dog.library.errors import TrackError
from kubectl_dog.library.results import Result
from kubectl_dog.library.session import Session
from kubectl_dog.library.target_inputs import Where
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.events import Event
from kubectl_dog.model.options import Options
from kubectl_dog.model.statuses import Status
from kubectl_dog.multitrack_spec.spec_targets import parse
from kubectl_dog.tracking.status.live_status import LiveStatuses

if TYPE_CHECKING:
    from typing_extensions import Unpack

OnEvent = Callable[[Event], object]


def rollout(
    targets: naming.Targets = (),
    *,
    options: Options | None = None,
    on_event: OnEvent | None = None,
    check: bool = True,
    **where: Unpack[Where],
) -> Result:
    """Track targets until each is ready, or one has failed.

    `targets` and `where` (`kube`, `namespace`, `selector`, `files`, …) are as in `Session`, times
    of `options` are in seconds. `on_event` is called with each event as it comes; what it raises
    ends the call, StopTrack without an error. Raises TrackError unless all is ready (with `check`
    False the result tells), UserError for what cannot be tracked, and AccessError where there is
    no way to the cluster.
    """
    return run(Session(targets, options=options, **where), on_event, check)


def follow(
    targets: naming.Targets = (),
    *,
    options: Options | None = None,
    on_event: OnEvent | None = None,
    check: bool = True,
    **where: Unpack[Where],
) -> Result:
    """Follow targets until they end: a Job or a Pod does, all else with `options.timeout` only.

    Nothing that goes wrong ends it, and what is not there is waited for. Arguments and errors are
    those of `rollout`; TrackError means a time-out, or that a target may not be read.
    """
    options = (options or Options())._replace(follow=True)
    return run(Session(targets, options=options, **where), on_event, check)


def status(targets: naming.Targets = (), **where: Unpack[Where]) -> tuple[Status, ...]:
    """One look at targets: state, reason, message and causes of each that is there.

    Arguments are those of `Session`. What was named and is not there has the state `absent`.
    Raises UserError, and AccessError where there is no way to the cluster, or a target may not be
    read.
    """
    asked = naming.parse_targets(targets, where)
    judges = api.trackers(*asked.judges)
    connection = connection_for(asked.kube, asked.namespace)
    try:
        wanted = naming.find(asked.inputs, connection)
        look = api.live_statuses(api.live_source(connection), wanted.targets, judges)
    finally:
        connection.close()
    return look.statuses + _absent(look)


def multitrack(
    specs: Mapping[str, Any],
    options: Options | None = None,
    *,
    kube: Kube = None,
    on_event: OnEvent | None = None,
    check: bool = True,
) -> Result:
    """Track what kubedog's MultitrackSpecs ask for until every target has its verdict.

    `specs` is the JSON of docs/multitrack.md as Python values, `options` are those of the whole
    call; all else is as in `rollout`. Raises UserError with the JSON path of what is wrong.
    """
    found, call = parse(specs), options or Options()
    if not found.entries:
        return Result(0)

    def find(connection: Connection) -> target_resolution.ResolvedTargets:
        return target_resolution.spec_targets(found, connection, call)

    return run(Session.for_targets(find, kube, call), on_event, check)


def run(session: Session, on_event: OnEvent | None = None, check: bool = True) -> Result:
    """Iterate a session to its end; arguments and errors are those of `rollout`."""
    with session:
        try:
            for event in session:
                if on_event is not None:
                    on_event(event)
        except StopTrack:
            ended = session.ended
            return Result(0, tuple((one.target, one.verdict) for one in ended), ended)
    result = session.result
    if check and not result.ok:
        raise TrackError(result)
    return result


def _absent(look: LiveStatuses) -> tuple[Status, ...]:
    from kubectl_dog.model.assessments import State
    from kubectl_dog.model.errors import AccessError
    from kubectl_dog.model.verdicts import Verdict

    for one in look.not_seen:
        if one.verdict is Verdict.NO_ACCESS:
            raise AccessError(f'{one.target.label} cannot be read: {one.message}')
        if one.verdict is not Verdict.NEVER_APPEARED:
            raise AccessError(f'{one.target.label}: the cluster did not answer in time')
    return tuple(
        Status(
            one.target.resource.api_version,
            one.target.resource.kind,
            one.target.namespace,
            one.target.name,
            State.ABSENT,
            one.reason,
            one.message,
        )
        for one in look.not_seen
        if one.target.name
    )
