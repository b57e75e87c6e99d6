"""The front door: wires a source, the engine and a renderer."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import Protocol
from typing import cast

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import well_known
from kubectl_dog.model.sources import Source
from kubectl_dog.model.statuses import Status
from kubectl_dog.output.base import Renderer
from kubectl_dog.tracking import plugins
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.track import Track

if TYPE_CHECKING:
    from kubectl_dog.cluster.protocol import Connection
    from kubectl_dog.cluster.source import LiveSource
    from kubectl_dog.recording.reader import Recording
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.specs.targets import Spec
    from kubectl_dog.trackers.declarative.rules import Rule
    from kubectl_dog.trackers.protocol import Tracker
    from kubectl_dog.tracking.look import Look

# No target has options of its own.
NONE: Mapping[Target, Options] = MappingProxyType({})


class Stoppable(Source, Protocol):
    """A source that a signal handler can reach."""

    def signal(self, name: str) -> None:
        """Deliver `interrupt` or `terminate`."""
        ...


class Wanted(NamedTuple):
    """What a call is about; `own` are the options of targets that have their own."""

    targets: tuple[Target, ...]
    own: Mapping[Target, Options] = NONE

    @property
    def several(self) -> bool:
        """Whether lines of output must tell which target they are about."""
        return len(self.targets) > 1


class Play(NamedTuple):
    """A session, ready to be iterated for its events, and the source that can stop it."""

    source: Stoppable
    session: Session
    follow: bool = False
    several: bool = False


def connect(connection: str = 'kubeconfig', **flags: Any) -> Connection:
    """A connection by the plugin of that name; `flags` as in `Flags`. Raises AccessError."""
    from kubectl_dog.cluster.protocol import Flags

    opened = plugins.load(plugins.CONNECTIONS, connection, 'connection')
    return cast('Connection', opened(Flags(**flags)))


def resolver(connection: Connection) -> Callable[[str], Resource]:
    """From a TYPE, as kubectl takes it, to a resource that can be tracked.

    What it returns raises UserError for what is unknown, and AccessError.
    """
    discovered: Callable[[str], Resource] | None = None

    def resolve(word: str) -> Resource:
        nonlocal discovered
        known = well_known(word)
        if known is not None:
            return known
        if discovered is None:
            from kubectl_dog.cluster.discovery import Resolver

            discovered = Resolver(connection)
        return discovered(word)

    return resolve


def live(connection: Connection) -> LiveSource:
    """The cluster as a source."""
    from kubectl_dog.cluster.source import LiveSource

    return LiveSource(connection)


def rules(paths: Sequence[str]) -> list[Rule]:
    """The rules in these files, which win over everything else; raises UserError."""
    if not paths:
        return []
    from kubectl_dog.rules import files

    return files.load(paths)


def replay(path: str, speed: float | None, given: Sequence[Rule] = ()) -> Play:
    """A recording in a file; `speed` None plays it at once. Raises UserError.

    What was recorded with rules that were `given` needs them again for the same verdict.
    """
    from kubectl_dog.recording.reader import read

    return _replay(read(path), speed, given)


def demo(name: str, speed: float | None) -> Play:
    """A recording that ships with the program. Raises UserError."""
    from kubectl_dog.recording import library

    return _replay(library.load(name), speed)


def demos() -> dict[str, str]:
    """The recordings that ship, by name, with their titles."""
    from kubectl_dog.recording import library

    return library.titles()


def _replay(recording: Recording, speed: float | None, given: Sequence[Rule] = ()) -> Play:
    from kubectl_dog.recording.source import RecordedSource

    wanted = Wanted(recording.targets, recording.own)
    if not wanted.targets:
        raise UserError('the recording names no target: its first line should')
    source = RecordedSource(recording, speed)
    opened = session(source, wanted.targets, recording.options, given, wanted.own)
    return Play(source, opened, recording.options.follow, wanted.several)


def recorder(
    path: str,
    started: float,
    targets: Sequence[Target],
    options: Options,
    own: Mapping[Target, Options] = NONE,
) -> RecordingWriter:
    """Writes a recording to a file, which it creates; `own` as in `session`. Raises UserError."""
    from kubectl_dog.recording.writer import Header
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.version import VERSION

    return RecordingWriter(path, Header(started, targets, options, VERSION, own))


def tap(source: Source, writer: RecordingWriter) -> Source:
    """A source whose items are written down as they are taken."""
    from kubectl_dog.recording.writer import Tap

    return Tap(source, writer)


def session(
    source: Source,
    targets: Sequence[Target],
    options: Options,
    given: Sequence[Rule] = (),
    own: Mapping[Target, Options] = NONE,
) -> Session:
    """Track the targets on a source: iterate it for its events. Raises UserError.

    Rules that are `given` (see `rules`) win over trackers. `own` are the options of targets that
    have their own, in place of `options`.
    """
    return Session(source, [_track(one, options, given, own.get(one)) for one in targets], options)


def _track(target: Target, options: Options, given: Sequence[Rule], own: Options | None) -> Track:
    tracker = plugins.tracker(target.resource, given, asks_cluster=True)
    return Track(target, tracker, options.follow, own)


def spec(path: str) -> Spec:
    """What a spec in kubedog's JSON asks for, from a file or from `-`, which is standard input.

    Raises UserError that names the file and the JSON path. No cluster is asked.
    """
    from kubectl_dog.manifests import files
    from kubectl_dog.specs import targets
    from kubectl_dog.specs import text

    name = 'standard input' if path == files.STDIN else path
    return targets.parse(text.parse(files.content(path), name), name)


def specified(found: Spec, connection: Connection, options: Options) -> Wanted:
    """The targets that a spec asks for, with their options; raises UserError, and AccessError."""
    from kubectl_dog.specs.targets import targets

    own = targets(found, connection.namespace, resolver(connection), options)
    return Wanted(tuple(own), own)


def objects(names: Iterable[str], recursive: bool = False) -> Iterator[Object]:
    """The Kubernetes objects of files, of directories (`recursive`: to any depth) and of `-`,
    which is standard input. Raises UserError that names the file, and the document.
    """
    from kubectl_dog.manifests.files import read

    return read(names, recursive)


def statuses(things: Iterable[Object]) -> tuple[Status, ...]:
    """The status of each of these objects but kube events, in their order.

    They are judged by themselves and by each other: children, and the kube events about them. The
    objects are plain dicts as the API has them, and are not changed; anything in them may be
    missing. No cluster is asked, and no rule that counts seconds decides. Raises nothing.
    """
    from kubectl_dog.tracking import snapshot

    return snapshot.statuses(things, _tracker)


def _tracker(resource: Resource) -> Tracker:
    try:
        return plugins.tracker(resource)
    except UserError as error:
        # Of a thousand objects one cannot be judged: the others can.
        from kubectl_dog.tracking.untracked import Untracked

        return Untracked(str(error))


def look(source: Source, targets: Sequence[Target]) -> Look:
    """The status of targets by one look at a source, which is closed then. Raises UserError.

    It is judged as by `statuses`; what could not be read is in `unseen`, with its verdict.
    """
    from kubectl_dog.tracking.look import look as take

    return take(source, [Track(target, plugins.tracker(target.resource)) for target in targets])


def renderer(
    form: str, started: float, colour: bool, follow: bool = False, several: bool = False
) -> Renderer:
    """`plain` or `json`; `follow` as in `Options`, `several` as in `Wanted`."""
    if form == 'json':
        from kubectl_dog.output.jsonl import JsonRenderer

        return JsonRenderer(started)
    from kubectl_dog.output.plain import PlainRenderer

    return PlainRenderer(started, colour, several, follow)
