"""Internal API for the commands and the library: connects sources, sessions and renderers.

That of recordings is in recorded_runs.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol
from typing import cast

from kubectl_dog.causes import tolerances
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.sources import EventBatches
from kubectl_dog.model.sources import Source
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.output import formats
from kubectl_dog.output.renderer import Renderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.target_resolution import NONE
from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins.registry import Trackers
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.schedule.groups import Members
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

if TYPE_CHECKING:
    from kubectl_dog.cluster.source.watch_sharing import SharedSource
    from kubectl_dog.model.connection import Connection
    from kubectl_dog.model.statuses import Status
    from kubectl_dog.model.tracker_info import KindInfo
    from kubectl_dog.model.tracker_info import TrackerInfo
    from kubectl_dog.trackers.declarative.rule_model import Rule
    from kubectl_dog.tracking.status.everything import Inventory
    from kubectl_dog.tracking.status.live_status import LiveReader
    from kubectl_dog.tracking.status.live_status import LiveStatuses


_DEFAULTS = Options()


class Stoppable(Source, Protocol):
    """A source to which signal handlers can deliver a signal."""

    def signal(self, name: str) -> None:
        """Deliver `interrupt` or `terminate`."""
        ...


class RunningSession(NamedTuple):
    """A session, which yields the events, and its source, through which it can be stopped.

    - `several`: there are several targets, so lines must name their target.
    - `show_namespaces`: lines must also name the namespace of their target.
    - `logs_all`: log lines that repeat others are printed.
    - `shares_terminal`: another program may write to the terminal at the same time.
    """

    source: Stoppable
    session: EventBatches
    follow: bool = False
    several: bool = False
    show_namespaces: bool = False
    logs_all: bool = False
    shares_terminal: bool = False


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
    """Return a source that reads from the cluster."""
    from kubectl_dog.cluster.source.live import LiveSource
    from kubectl_dog.cluster.source.watch_sharing import SharedSource

    def resolve(want: ManagedObjects) -> ManagedTargets:
        from kubectl_dog import managed_targets

        return managed_targets.resolve(connection, want)

    return SharedSource(LiveSource(connection, resolve=resolve))


def trackers(
    rules: Sequence[str] = (), chosen: Sequence[str] = (), limit: entry_points.Limit = nullcontext
) -> Trackers:
    """Return the trackers of one call: the rules in these files first, then the installed packages.

    `chosen` are texts `Kind.group=PACKAGE`; `limit` is a context manager that limits the time of
    calls to packages. Raises UserError.
    """
    loaded: Sequence[Rule] = ()
    if rules:
        from kubectl_dog.rules import rule_files

        loaded = rule_files.load_rules(rules)
    return Trackers(loaded, chosen, limit)


def tracker_inventory(judges: Trackers) -> tuple[TrackerInfo, ...]:
    """Return all trackers with their kind and package, and whether they are used or broken."""
    from kubectl_dog.tracking.plugins import inventory as entries

    return entries.read(judges)


def kind_info(
    judges: Trackers, resource: Resource, definition: Mapping[str, Any] = MappingProxyType({})
) -> KindInfo:
    """How a kind is assessed; `definition` is its CustomResourceDefinition, if it is known."""
    from kubectl_dog.tracking.plugins import kind_info as infos

    return infos.read(judges, resource, definition)


def play(
    source: Stoppable, session: Session, targets: Sequence[TargetOrGroup], options: Options
) -> RunningSession:
    """Return a session, with the properties of its targets that renderers need."""
    _, groups = _split_groups(targets)
    namespaces = {target.namespace for target in targets if target.resource.namespaced}
    has_all_namespaces = any(group.resource.namespaced and not group.namespace for group in groups)
    several = len(targets) > 1 or bool(groups) or options.with_managed
    show_namespaces = has_all_namespaces or len(namespaces) > 1 or options.with_managed
    return RunningSession(
        source,
        session,
        options.follow,
        several,
        show_namespaces,
        options.logs_all,
        bool(options.command),
    )


def session(
    source: Source,
    targets: Sequence[TargetOrGroup],
    options: Options,
    judges: Trackers | None = None,
    target_options: Mapping[TargetOrGroup, Options] = NONE,
) -> Session:
    """Return a session that tracks targets and members of groups; iterate it for its events.

    `judges` (see `trackers`) default to the trackers of the installed packages. `target_options`
    replace `options` for single targets. Raises UserError.
    """
    chosen = judges or Trackers()
    reads_foreign = not options.ignore_foreign_annotations

    tracked_type, groups_type = _tracking_types(options)

    def track(target: Target, own: Options | None = None) -> TrackedTarget:
        judge = chosen.of(target.resource, asks_cluster=True, reads_foreign=reads_foreign)
        return tracked_type(target, judge, options.follow, own or target_options.get(target))

    named, groups = _split_groups(targets)
    for group in groups:
        # A kind without a usable tracker is an error now, and not when the first member appears.
        chosen.of(group.resource, asks_cluster=True)
    tracks = [track(target) for target in named]
    if not options.with_managed:
        chosen.note_unused_rules({target.resource for target in targets})
    for checked in (options, *target_options.values()):
        for text in checked.tolerate:
            try:
                tolerances.check_codes([text], chosen.codes)
            except UserError as error:
                message = f'invalid tolerance "{text}": {error} (`kubectl dog explain` lists them)'
                raise UserError(message) from None
    members: Members = groups_type(groups, track)
    if options.with_managed:
        from kubectl_dog.tracking.schedule.applications import Applications

        members = Applications(tracks, track)
    return Session(source, tracks, options, members, chosen.notices)


def _tracking_types(options: Options) -> tuple[type[TrackedTarget], type[Groups]]:
    """Return the classes of targets and groups; other ones are used beside a command."""
    if not options.command:
        return TrackedTarget, Groups
    from kubectl_dog.tracking.schedule.command_changes import ChangedObjects
    from kubectl_dog.tracking.targets.command_target import CommandTarget

    return CommandTarget, ChangedObjects


def check_tolerance(text: str) -> None:
    """Check a text `CODE=LIMIT`; raises UserError. Codes of packages are checked by `session`."""
    scope, _, limit = text.partition('=')
    try:
        tolerances.parse_tolerance(text)
    except UserError as error:
        # An unknown code is another error than an invalid limit.
        tolerances.parse_tolerance(f'{scope}=always')
        if limit.strip().isdecimal():
            raise
        forms = f'{scope}=5 (terminations), {scope}=5m, {scope}=always or {scope}=never'
        raise UserError(f'use {forms}') from error


def check_code(text: str) -> None:
    """Raise UserError if no package can have the code of `CODE=LIMIT`, before a cluster is read."""
    from kubectl_dog.tracking.plugins import entry_points

    if not entry_points.has_other_packages(entry_points.TRACKERS):
        try:
            tolerances.check_codes([text], ())
        except UserError as error:
            raise UserError(f'{error} (`kubectl dog explain` lists them)') from None


def _split_groups(targets: Sequence[TargetOrGroup]) -> tuple[list[Target], list[Group]]:
    named = [target for target in targets if isinstance(target, Target)]
    return named, [target for target in targets if isinstance(target, Group)]


def statuses_from_objects(
    objects: Iterable[Object], judges: Trackers | None = None, options: Options = _DEFAULTS
) -> tuple[Status, ...]:
    """Return the status of each of these objects except Kubernetes events, in input order.

    The assessment of an object uses its children and the Kubernetes events about it. The objects
    are plain dicts as in the API, and are not changed; any field may be missing. No cluster is
    read, and no rule with a duration applies. Of `options`, those on annotations and missing
    statuses apply. Raises UserError if a chosen package cannot be used.
    """
    from kubectl_dog.tracking.status import from_files

    reads_foreign = not options.ignore_foreign_annotations
    tracker = partial((judges or Trackers()).of, reads_foreign=reads_foreign)
    return from_files.statuses_from_objects(objects, tracker, options)


def live_statuses(
    source: Source,
    targets: Sequence[TargetOrGroup],
    judges: Trackers | None = None,
    options: Options = _DEFAULTS,
) -> LiveStatuses:
    """Return the status of targets, and of members of groups, by a single read of a source.

    The source is closed afterwards. Targets that cannot be read are in `unseen` with their
    verdict. Of `options`, those on annotations and missing statuses apply. Raises UserError.
    """
    reader = live_reader(source, targets, judges or Trackers(), options._replace(once=True))
    for event in reader.session:
        reader.note(event)
    return reader.statuses()


def live_reader(
    source: Source,
    targets: Sequence[TargetOrGroup],
    judges: Trackers,
    options: Options,
) -> LiveReader:
    """Return a session that has the statuses of targets; arguments are as for `live_statuses`.

    With the option `once`, each object is read once; otherwise it is watched.
    """
    from kubectl_dog.tracking.status.live_status import LiveReader

    reads_foreign = not options.ignore_foreign_annotations

    def track(target: Target) -> TrackedTarget:
        judge = judges.of(target.resource, asks_cluster=True, reads_foreign=reads_foreign)
        return TrackedTarget(target, judge, follow=not options.once)

    named, groups = _split_groups(targets)
    judges.note_unused_rules({target.resource for target in targets})
    tracks = [track(target) for target in named]
    tracker = partial(judges.of, reads_foreign=reads_foreign)
    return LiveReader(source, tracks, Groups(groups, track), options, tracker)


def inventory(
    connection: Connection, namespace: str, judges: Trackers, options: Options
) -> tuple[Inventory, tuple[str, ...]]:
    """Read all objects that have a state, in a namespace or, if it is empty, in all namespaces.

    Returns the objects, and notices about kinds that cannot be read. Raises AccessError if no kind
    can be read, or if discovery fails.
    """
    from kubectl_dog import target_resolution
    from kubectl_dog.cluster.reads import list_kinds
    from kubectl_dog.tracking.status import everything

    kinds = everything.choose_kinds(target_resolution.resolver(connection).listed(), namespace)
    tracker = partial(judges.of, reads_foreign=not options.ignore_foreign_annotations)
    objects = everything.Inventory(kinds, namespace, tracker, options)
    answers = list_kinds.list_kinds(connection, (*kinds.rows, *kinds.evidence), namespace)
    notices = objects.fill(answers)
    definitions = list_kinds.in_parallel(
        partial(target_resolution.find_definition, connection), objects.custom_kinds
    )
    objects.definitions = [definition for definition in definitions if definition]
    return objects, notices


def lines(follow: bool = False) -> Renderer:
    """Return a renderer of plain lines without colour, for one target tracked from now on."""
    import time

    return formats.create_renderer('plain', RenderOptions(time.time(), follow=follow))


def renderer(format_name: str, play: RunningSession, colour: bool, **fields: Any) -> Renderer:
    """Return the renderer of an output format (a key of `formats.FORMATS`) for a session.

    `fields` are further fields of RenderOptions.
    """
    options = RenderOptions(
        play.source.started,
        colour,
        play.several,
        play.follow,
        play.show_namespaces,
        all_logs=play.logs_all,
        **fields,
    )
    return formats.create_renderer(format_name, options)
