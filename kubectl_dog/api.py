"""The internal API of commands and library: connects sources, sessions and renderers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import Protocol
from typing import cast

from kubectl_dog.causes import tolerances
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.sources import Source
from kubectl_dog.model.statuses import Status
from kubectl_dog.output import formats
from kubectl_dog.output.renderer import Renderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.target_resolution import NONE
from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins.registry import Trackers
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

if TYPE_CHECKING:
    from kubectl_dog.cluster.source.watch_sharing import SharedSource
    from kubectl_dog.model.connection import Connection
    from kubectl_dog.model.tracker_info import TrackerInfo
    from kubectl_dog.recording.reader import Recording
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.trackers.declarative.rule_model import Rule
    from kubectl_dog.tracking.status.live_status import LiveStatuses


def _ignore(_: str) -> None:
    pass


class Stoppable(Source, Protocol):
    """A source that accepts signals, for signal handlers."""

    def signal(self, name: str) -> None:
        """Deliver `interrupt` or `terminate`."""
        ...


class RunningSession(NamedTuple):
    """A session, which is iterated for its events, and the source that can stop it.

    `several`: the lines of the output must name the target that they are about;
    `show_namespaces`: its namespace, too.
    """

    source: Stoppable
    session: Session
    follow: bool = False
    several: bool = False
    show_namespaces: bool = False


def connect(connection: str = 'kubeconfig', **flags: Any) -> Connection:
    """Open a connection with a connection plug-in; `flags` are fields of ConnectionFlags.

    Raises AccessError.
    """
    from kubectl_dog.model.connection import ConnectionFlags

    factory = entry_points.load(entry_points.CONNECTIONS, connection, 'connection')
    return cast('Connection', factory(ConnectionFlags(**flags)))


def connect_by_client(client: object, namespace: str = '') -> Connection:
    """Connect through a caller's own `kubernetes.client.ApiClient`, which stays open.

    Raises AccessError if its requests would be anonymous.
    """
    from kubectl_dog.cluster.connections import caller_client

    return caller_client.connect_by_client(client, namespace)


def live_source(connection: Connection) -> SharedSource:
    """A source that reads from the cluster."""
    from kubectl_dog.cluster.source.live import LiveSource
    from kubectl_dog.cluster.source.watch_sharing import SharedSource

    return SharedSource(LiveSource(connection))


def trackers(
    rules: Sequence[str] = (), chosen: Sequence[str] = (), limit: entry_points.Limit = nullcontext
) -> Trackers:
    """The trackers of one call: the rules in these files first, then the installed packages.

    `chosen` are texts `Kind.group=PACKAGE`; `limit` is a context manager that limits the time of
    calls to packages. Raises UserError.
    """
    loaded: Sequence[Rule] = ()
    if rules:
        from kubectl_dog.rules import rule_files

        loaded = rule_files.load_rules(rules)
    return Trackers(loaded, chosen, limit)


def tracker_inventory(judges: Trackers) -> tuple[TrackerInfo, ...]:
    """All trackers with their kind and package, and whether they are used or broken."""
    from kubectl_dog.tracking.plugins import inventory as entries

    return entries.read(judges)


def replay(
    path: str,
    speed: float | None,
    judges: Trackers | None = None,
    warn: Callable[[str], object] = _ignore,
) -> RunningSession:
    """A session that plays a recording; `speed` None plays it at once. Raises UserError.

    A recording of a run with chosen trackers needs the same trackers for the same verdict. `warn`
    is called with a sentence if the recording is incomplete or has unknown options.
    """
    from kubectl_dog.recording.reader import read

    recording = read(path)
    if not recording.is_complete:
        last = recording.items[-1].at if recording.items else 0.0
        warn(
            f'{path} breaks off after {last:.0f}s, without the end of its run: what is told after '
            'that holds only if nothing more happened'
        )
    if recording.unknown:
        names = ', '.join(recording.unknown)
        warn(f'{path} has options that are not known here, and are left out: {names}')
    return _replay(recording, speed, judges)


def recorded_targets(path: str) -> Sequence[TargetOrGroup]:
    """The targets of a recording in a file; raises UserError."""
    from kubectl_dog.recording.reader import read

    return read(path).targets


def demo(name: str, speed: float | None) -> RunningSession:
    """A session that plays a recording that ships with the program. Raises UserError."""
    from kubectl_dog.recording import bundled

    return _replay(bundled.load(name), speed)


def demos() -> dict[str, str]:
    """The recordings that ship, by name, with their titles."""
    from kubectl_dog.recording import bundled

    return bundled.titles()


def _replay(
    recording: Recording, speed: float | None, judges: Trackers | None = None
) -> RunningSession:
    from kubectl_dog.recording.recorded_source import RecordedSource

    if not recording.targets:
        raise UserError('the recording names no target: its first line should')
    source = RecordedSource(recording, speed)
    played = session(source, recording.targets, recording.options, judges, recording.target_options)
    return play(source, played, recording.targets, recording.options)


def play(
    source: Stoppable, session: Session, targets: Sequence[TargetOrGroup], options: Options
) -> RunningSession:
    """A session with what renderers need to know of its targets."""
    _, groups = _split_groups(targets)
    namespaces = {target.namespace for target in targets if target.resource.namespaced}
    has_all_namespaces = any(group.resource.namespaced and not group.namespace for group in groups)
    several = len(targets) > 1 or bool(groups)
    show_namespaces = has_all_namespaces or len(namespaces) > 1
    return RunningSession(source, session, options.follow, several, show_namespaces)


def recorder(
    path: str,
    started: float,
    targets: Sequence[TargetOrGroup],
    options: Options,
    target_options: Mapping[TargetOrGroup, Options] = NONE,
) -> RecordingWriter:
    """Create a recording file; `target_options` as in `session`. Raises UserError."""
    from kubectl_dog.recording.writer import Header
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.version import VERSION

    return RecordingWriter(path, Header(started, targets, options, VERSION, target_options))


def recording_source(source: Source, writer: RecordingWriter) -> Source:
    """A source that records each item as it is taken."""
    from kubectl_dog.recording.writer import RecordingSource

    return RecordingSource(source, writer)


def session(
    source: Source,
    targets: Sequence[TargetOrGroup],
    options: Options,
    judges: Trackers | None = None,
    target_options: Mapping[TargetOrGroup, Options] = NONE,
) -> Session:
    """A session that tracks targets, and members of groups; iterate it for its events.

    `judges` (see `trackers`) default to the trackers of the installed packages. `target_options`
    replace `options` for single targets. Raises UserError.
    """
    chosen = judges or Trackers()

    def track(target: Target) -> TrackedTarget:
        judge = chosen.of(target.resource, asks_cluster=True)
        return TrackedTarget(target, judge, options.follow, target_options.get(target))

    named, groups = _split_groups(targets)
    for group in groups:
        # A kind without a usable tracker is an error now, and not when the first member appears.
        chosen.of(group.resource, asks_cluster=True)
    tracks = [track(target) for target in named]
    for checked in (options, *target_options.values()):
        tolerances.check_codes(checked.tolerate, chosen.codes)
    return Session(source, tracks, options, Groups(groups, track), chosen.notices)


def _split_groups(targets: Sequence[TargetOrGroup]) -> tuple[list[Target], list[Group]]:
    named = [target for target in targets if isinstance(target, Target)]
    return named, [target for target in targets if isinstance(target, Group)]


def statuses_from_objects(
    objects: Iterable[Object], judges: Trackers | None = None
) -> tuple[Status, ...]:
    """The status of each of these objects except kube events, in their order.

    The judgement of an object uses the others: its children, and the kube events about it. The
    objects are plain dicts as in the API, and are not changed; any field may be missing. No
    cluster is read, and no rule with a duration decides. Raises UserError if a chosen package
    cannot be used.
    """
    from kubectl_dog.tracking.status import from_files

    return from_files.statuses_from_objects(objects, (judges or Trackers()).of)


def live_statuses(
    source: Source, targets: Sequence[TargetOrGroup], judges: Trackers | None = None
) -> LiveStatuses:
    """The status of targets, and of members of groups, by a single read of a source.

    The source is closed afterwards. Targets that cannot be read are in `unseen` with their
    verdict. Raises UserError.
    """
    from kubectl_dog.tracking.status.live_status import live_statuses as take

    chosen = judges or Trackers()

    def track(target: Target) -> TrackedTarget:
        return TrackedTarget(target, chosen.of(target.resource))

    named, groups = _split_groups(targets)
    return take(source, [track(target) for target in named], Groups(groups, track))


def lines(follow: bool = False) -> Renderer:
    """A renderer of plain lines without colour, for one target that is tracked from now on."""
    import time

    return formats.create_renderer('plain', RenderOptions(time.time(), follow=follow))


def renderer(
    format_name: str, play: RunningSession, colour: bool, timestamps: bool = False
) -> Renderer:
    """The renderer of an output format (a key of `formats.FORMATS`) for a session."""
    options = RenderOptions(
        play.source.started, colour, play.several, play.follow, play.show_namespaces, timestamps
    )
    return formats.create_renderer(format_name, options)
