"""Commands as functions that block until every target has a verdict, and print nothing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.library import target_inputs
from kubectl_dog.library.connecting import Kube
from kubectl_dog.library.connecting import connection_for
from kubectl_dog.library.errors import StopTrack
from kubectl_dog.library.errors import TrackError
from kubectl_dog.library.option_values import check_options
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
    targets: target_inputs.Targets = (),
    *,
    options: Options | None = None,
    on_event: OnEvent | None = None,
    check: bool = True,
    **where: Unpack[Where],
) -> Result:
    """Track targets until all of them are ready, or one has failed.

    `targets` and `where` (`kube`, `namespace`, `selector`, `files`, …) are as in `Session`. Times
    in `options` are in seconds. `on_event` is called with each event. An exception that it raises
    ends the call; StopTrack ends it without an error. Raises TrackError unless all targets are
    ready (with `check` False the result says so instead), UserError if a target is invalid, and
    AccessError if the cluster cannot be reached.
    """
    options = check_options(options)
    if targets and options.create_timeout == Options().create_timeout:
        options = options._replace(needs_namespace=True)
    return run(Session(targets, options=options, **where), on_event, check)


def follow(
    targets: target_inputs.Targets = (),
    *,
    options: Options | None = None,
    on_event: OnEvent | None = None,
    check: bool = True,
    **where: Unpack[Where],
) -> Result:
    """Follow targets until they end; only Jobs and Pods end before `options.timeout`.

    A failure does not end the call, and a target that does not exist yet is waited for. Arguments
    and errors are those of `rollout`; TrackError means a timeout, or that reading a target is
    forbidden.
    """
    options = check_options(options)._replace(follow=True)
    return run(Session(targets, options=options, **where), on_event, check)


def status(
    targets: target_inputs.Targets = (),
    *,
    options: Options | None = None,
    **where: Unpack[Where],
) -> tuple[Status, ...]:
    """Assess targets once: state, reason, message and causes of each object.

    Arguments are those of `Session`; of `options`, only `require_status` and
    `ignore_foreign_annotations` apply. A named target that does not exist has the state `absent`.
    Raises UserError, and AccessError if the cluster cannot be reached or reading a target is
    forbidden.
    """
    given = check_options(options)
    judgement = Options(
        require_status=given.require_status,
        ignore_foreign_annotations=given.ignore_foreign_annotations,
    )
    parsed = target_inputs.parse_targets(targets, where)
    trackers = api.trackers(parsed.rules, parsed.trackers)
    connection = connection_for(parsed.kube, parsed.namespace)
    try:
        resolved = target_inputs.find(parsed.inputs, connection)
        source = api.live_source(connection)
        live = api.live_statuses(source, resolved.targets, trackers, judgement)
    finally:
        connection.close()
    return live.statuses + _absent(live)


def multitrack(
    specs: Mapping[str, Any],
    options: Options | None = None,
    *,
    kube: Kube = None,
    on_event: OnEvent | None = None,
    check: bool = True,
) -> Result:
    """Track the targets of kubedog's MultitrackSpecs until all of them have a verdict.

    `specs` is the JSON of docs/multitrack.md as Python values. `options` apply to the whole call.
    Other arguments are those of `rollout`. Raises UserError with the JSON path of an error.
    """
    spec, call = parse(specs), check_options(options)
    if not spec.entries:
        return Result(0)

    def find(connection: Connection) -> target_resolution.ResolvedTargets:
        return target_resolution.spec_targets(spec, connection, call)

    return run(Session.for_targets(find, kube, call), on_event, check)


def run(session: Session, on_event: OnEvent | None = None, check: bool = True) -> Result:
    """Iterate a session until it ends. Arguments and errors are those of `rollout`."""
    if on_event is not None and not callable(on_event):
        raise TypeError(f'on_event must be a function, not {type(on_event).__name__}')
    with session:
        try:
            for event in session:
                if on_event is not None:
                    on_event(event)
        except StopTrack:
            ended = session.ended
            return Result(0, tuple((end.target, end.verdict) for end in ended), ended)
    result = session.result
    if check and not result.ok:
        raise TrackError(result)
    return result


def _absent(statuses: LiveStatuses) -> tuple[Status, ...]:
    from kubectl_dog.model.assessments import State
    from kubectl_dog.model.errors import AccessError
    from kubectl_dog.model.verdicts import Verdict

    for missing in statuses.not_seen:
        if missing.verdict is Verdict.NO_ACCESS:
            raise AccessError(f'{missing.target.label} cannot be read: {missing.message}')
        if missing.verdict is not Verdict.NEVER_APPEARED:
            raise AccessError(f'{missing.target.label}: the cluster did not answer in time')
    return tuple(
        Status(
            missing.target.resource.api_version,
            missing.target.resource.kind,
            missing.target.namespace,
            missing.target.name,
            State.ABSENT,
            missing.reason,
            missing.message,
        )
        for missing in statuses.not_seen
        if missing.target.name
    )
