"""The front door: wires a source, the engine and a renderer."""

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


def _unheard(_: str) -> None:
    pass


class Stoppable(Source, Protocol):
    """A source that a signal handler can reach."""

    def signal(self, name: str) -> None:
        """Deliver `interrupt` or `terminate`."""
        ...


class RunningSession(NamedTuple):
    """A session, ready to be iterated for its events, and the source that can stop it.

    `several`: the lines of the output must name the target that they are about;
    `show_namespaces`: its namespace, too.
    """

    source: Stoppable
    session: Session
    follow: bool = False
    several: bool = False
    show_namespaces: bool = False


def connect(connection: str = 'kubeconfig', **flags: Any) -> Connection:
    """A connection by the plugin of that name; `flags` as in `Flags`. Raises AccessError."""
    from kubectl_dog.model.connection import ConnectionFlags

    opened = entry_points.load(entry_points.CONNECTIONS, connection, 'connection')
    return cast('Connection', opened(ConnectionFlags(**flags)))


def connect_by_client(client: object, namespace: str = '') -> Connection:
    """A connection by a caller's own `kubernetes.client.ApiClient`, which stays open. Raises
    AccessError where its requests would be anonymous.
    """
    from kubectl_dog.cluster.connections import caller_client

    return caller_client.connect_by_client(client, namespace)


def live_source(connection: Connection) -> SharedSource:
    """The cluster as a source."""
    from kubectl_dog.cluster.source.live import LiveSource
    from kubectl_dog.cluster.source.watch_sharing import SharedSource

    return SharedSource(LiveSource(connection))


def trackers(
    rules: Sequence[str] = (), chosen: Sequence[str] = (), limit: entry_points.Limit = nullcontext
) -> Trackers:
    """What judges the targets of one call: the rules in these files, which win over everything
    else, then what is installed. `chosen` are texts `Kind.group=PACKAGE`, and `limit` is for what
    packages of others do. Raises UserError.
    """
    found: Sequence[Rule] = ()
    if rules:
        from kubectl_dog.rules import rule_files

        found = rule_files.load_rules(rules)
    return Trackers(found, chosen, limit)


def tracker_inventory(judges: Trackers) -> tuple[TrackerInfo, ...]:
    """Everything that could judge a kind, whose it is, and what is broken."""
    from kubectl_dog.tracking.plugins import inventory as entries

    return entries.read(judges)


def replay(
    path: str,
    speed: float | None,
    judges: Trackers | None = None,
    warn: Callable[[str], object] = _unheard,
) -> RunningSession:
    """A recording in a file; `speed` None plays it at once. Raises UserError.

    What was recorded with `trackers` of its own needs them again for the same verdict. `warn` is
    given a sentence where the run that wrote it was cut short, and where it has options that are
    not known here.
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


def demo(name: str, speed: float | None) -> RunningSession:
    """A recording that ships with the program. Raises UserError."""
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
    opened = session(source, recording.targets, recording.options, judges, recording.target_options)
    return play(source, opened, recording.targets, recording.options)


def play(
    source: Stoppable, session: Session, targets: Sequence[TargetOrGroup], options: Options
) -> RunningSession:
    """A session about these targets, with what renderers need to know of them."""
    groups = [one for one in targets if isinstance(one, Group)]
    homes = {one.namespace for one in targets if one.resource.namespaced}
    everywhere = any(one.resource.namespaced and not one.namespace for one in groups)
    several = len(targets) > 1 or bool(groups)
    return RunningSession(source, session, options.follow, several, everywhere or len(homes) > 1)


def recorder(
    path: str,
    started: float,
    targets: Sequence[TargetOrGroup],
    options: Options,
    own: Mapping[TargetOrGroup, Options] = NONE,
) -> RecordingWriter:
    """Writes a recording to a file, which it creates; `own` as in `session`. Raises UserError."""
    from kubectl_dog.recording.writer import Header
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.version import VERSION

    return RecordingWriter(path, Header(started, targets, options, VERSION, own))


def recording_source(source: Source, writer: RecordingWriter) -> Source:
    """A source whose items are written down as they are taken."""
    from kubectl_dog.recording.writer import RecordingSource

    return RecordingSource(source, writer)


def session(
    source: Source,
    targets: Sequence[TargetOrGroup],
    options: Options,
    judges: Trackers | None = None,
    own: Mapping[TargetOrGroup, Options] = NONE,
) -> Session:
    """Track the targets, and the members of groups, on a source: iterate it for its events.

    `judges` (see `trackers`) are those of the packages that are installed, where none are given.
    `own` are the options of targets that have their own, in place of `options`. Raises UserError.
    """
    chosen = judges or Trackers()

    def track(target: Target) -> TrackedTarget:
        judge = chosen.of(target.resource, asks_cluster=True)
        return TrackedTarget(target, judge, options.follow, own.get(target))

    named, groups = _parted(targets)
    for group in groups:
        # What cannot be tracked is told now, and not when the first member comes.
        chosen.of(group.resource, asks_cluster=True)
    tracks = [track(one) for one in named]
    for said in (options, *own.values()):
        tolerances.check_codes(said.tolerate, chosen.codes)
    return Session(source, tracks, options, Groups(groups, track), chosen.notices)


def _parted(targets: Sequence[TargetOrGroup]) -> tuple[list[Target], list[Group]]:
    named = [one for one in targets if isinstance(one, Target)]
    return named, [one for one in targets if isinstance(one, Group)]


def statuses_from_objects(
    things: Iterable[Object], judges: Trackers | None = None
) -> tuple[Status, ...]:
    """The status of each of these objects but kube events, in their order.

    They are judged by themselves and by each other: children, and the kube events about them. The
    objects are plain dicts as the API has them, and are not changed; anything in them may be
    missing. No cluster is asked, and no rule that counts seconds decides. Raises UserError where a
    package that was chosen cannot be used, else nothing.
    """
    from kubectl_dog.tracking.status import from_files

    return from_files.statuses_from_objects(things, (judges or Trackers()).of)


def live_statuses(
    source: Source, targets: Sequence[TargetOrGroup], judges: Trackers | None = None
) -> LiveStatuses:
    """The status of targets, and of members of groups, by one look at a source, which is closed
    then. Raises UserError.

    It is judged as by `statuses`; what could not be read is in `unseen`, with its verdict.
    """
    from kubectl_dog.tracking.status.live_status import live_statuses as take

    chosen = judges or Trackers()

    def track(target: Target) -> TrackedTarget:
        return TrackedTarget(target, chosen.of(target.resource))

    named, groups = _parted(targets)
    return take(source, [track(one) for one in named], Groups(groups, track))


def lines(follow: bool = False) -> Renderer:
    """Plain lines without colour about one target, tracked from now on."""
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
