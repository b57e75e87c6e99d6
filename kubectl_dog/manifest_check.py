"""Check objects before they are applied: read the cluster, run the checks, return events."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from kubectl_dog import cluster_snapshot
from kubectl_dog import target_resolution
from kubectl_dog.checks import rights
from kubectl_dog.checks.batch import Batch
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import namespace_lookup
from kubectl_dog.checks.dry_runs import DryRun
from kubectl_dog.checks.rights import Right
from kubectl_dog.checks.run_checks import CheckResult
from kubectl_dog.checks.run_checks import run_checks
from kubectl_dog.checks.run_checks import unread_notices
from kubectl_dog.manifests import crds
from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.manifests.manifest_targets import find_targets
from kubectl_dog.model import events
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import mask_secrets
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.tracking.verdict.explain import missing_evidence

MODE = 'check'
_NO_DRY_RUN = 'there was no dry run: this connection cannot send one'


class ObjectsToCheck(NamedTuple):
    """The objects to check.

    - `notices`: sentences about objects that are not checked.
    - `present`: objects that are not checked, but count as present.
    - `is_served`: returns whether the server has a kind.
    """

    entries: tuple[Entry, ...]
    notices: tuple[str, ...]
    present: tuple[Entry, ...]
    is_served: Callable[[Resource], bool]


def roles(objects: ObjectsToCheck, has_dry_run: bool) -> list[str]:
    """Return the smallest Roles for a check and for tracking the objects, as lines of YAML."""
    tracking = rights.needed_rights(objects.entries)
    return list(rights.write_roles(sorted({*tracking, *needed_rights(objects, has_dry_run)})))


def needed_rights(objects: ObjectsToCheck, has_dry_run: bool) -> list[Right]:
    """Return the rights that a check of the objects needs, without those for tracking."""
    from kubectl_dog.checks import call_rights

    batch = Batch(objects.entries, objects.present)
    return call_rights.check_rights(batch, has_dry_run, objects.is_served)


class CheckRun:
    """The events of a finished check, with the interfaces of a source and of a session."""

    def __init__(self, started: float, seconds: float, batch: Sequence[Event]) -> None:
        self.started = started
        self.batch = tuple(batch)
        self._seconds = seconds

    @property
    def exit_code(self) -> int:
        """The exit code of the check: 1 if it has found a problem."""
        last = self.batch[-1]
        return last.exit_code if isinstance(last, events.RunEnded) else 0

    def now(self) -> float:
        """Return the seconds that the check took."""
        return self._seconds

    def __iter__(self) -> Iterator[Event]:
        """Return all events."""
        return iter(self.batch)

    def event_batches(self, has_room: Callable[[], bool]) -> Iterator[Sequence[Event]]:
        """Yield all events."""
        yield self.batch

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return no item: all were read."""
        return None

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Do nothing: no read is open."""

    def signal(self, name: str) -> None:
        """Do nothing: the run has ended."""

    def close(self) -> None:
        """Do nothing: no read is open."""


def objects_to_check(
    placed: Iterable[Placed],
    namespace: str,
    has_namespace_flag: bool,
    kinds: target_resolution.KindResolver,
) -> ObjectsToCheck:
    """Return the objects of files, also those of unknown kinds; raises UserError, AccessError.

    The namespace and the flag are those of `manifest_targets.find_targets`.
    """
    every = list(placed)
    lookup = _Kinds(kinds, crds.resources(part.object for part in every))
    entries: dict[Target, Entry] = {}
    present: list[Entry] = []
    notices = []
    for part in every:
        resolved = find_targets([part], namespace, has_namespace_flag, lookup.of_kind)
        notices += [text.replace(' is ignored: ', ' is not checked: ') for text in resolved.notices]
        if not resolved.targets:
            present += _without_target(part.object, namespace, lookup)
        for target in resolved.targets:
            if target in entries:
                notices.append(f'{part.place} is not checked: {target.label} is in the files twice')
                continue
            reason = lookup.unserved.get(target.resource, '')
            is_defined = target.resource in lookup.defined
            entries[target] = Entry(target, part.object, reason, is_defined)
    if not entries:
        raise UserError(f'no objects found{f": {notices[0]}" if notices else ""}')
    return ObjectsToCheck(tuple(entries.values()), tuple(notices), tuple(present), lookup.is_served)


def _without_target(obj: Object, namespace: str, kinds: _Kinds) -> Iterator[Entry]:
    """Yield an object that cannot be tracked, if it has a name."""
    resource = kinds.of_kind(get_str(obj, 'apiVersion'), get_str(obj, 'kind'))
    if name(obj) and not isinstance(resource, str):
        own = (get_str(obj, 'metadata', 'namespace') or namespace) if resource.namespaced else ''
        yield Entry(Target(resource, own, name(obj)), obj)


class _Kinds:
    """A resolver that also returns resources for unknown kinds.

    - `unserved`: the reason why the server does not have a kind.
    - `defined`: kinds that a CustomResourceDefinition in the files defines.
    """

    def __init__(
        self,
        kinds: target_resolution.KindResolver,
        defined: dict[tuple[str, str], Resource],
    ) -> None:
        self._kinds = kinds
        self._defined = defined
        self.unserved: dict[Resource, str] = {}
        self.defined: set[Resource] = set()

    def of_kind(self, api_version: str, kind: str) -> Resource | str:
        """Return the resource of objects with these fields."""
        resource = self._kinds.of_kind(api_version, kind)
        if not isinstance(resource, str):
            return resource
        own = self._defined.get((api_version, kind))
        if own is not None:
            self.defined.add(own)
            return own
        group, _, version = api_version.rpartition('/')
        word = kind.lower()
        unknown = Resource(group, version, f'{word}s', kind, word)
        self.unserved[unknown] = resource
        return unknown

    def is_served(self, resource: Resource) -> bool:
        """Return whether the server has a kind."""
        return not isinstance(self._kinds.of_kind(resource.api_version, resource.kind), str)


def check(
    connection: Connection, objects: ObjectsToCheck, has_dry_run: bool, started: float
) -> CheckRun:
    """Read the cluster and check the objects; raises AccessError."""
    batch, notices = Batch(objects.entries, objects.present), list(objects.notices)
    snapshot = cluster_snapshot.ClusterSnapshot(connection, objects.is_served)
    needed: dict[Lookup, None] = {}
    checked = _run(batch, snapshot, {}, needed)
    if has_dry_run:
        entries = [entry for entry in batch.entries if _may_exist(entry, snapshot)]
        answers = cluster_snapshot.dry_runs(connection, entries)
        if answers is None:
            notices.append(_NO_DRY_RUN)
        else:
            checked = _run(batch, snapshot, answers, needed)
    unread = list(unread_notices(snapshot.answers, needed))
    notices += unread
    missing = snapshot.missing_rights(rights.needed_rights(batch.entries))
    if missing:
        notices.append(
            f'tracking needs more permissions: {rights.describe(missing)} (--print-rbac)'
        )
    seconds = time.time() - started
    run = _Result(batch, checked, tuple(dict.fromkeys(notices)), snapshot, bool(unread))
    return CheckRun(started, seconds, mask_secrets([*_events(run, seconds)]))


class _Result(NamedTuple):
    batch: Batch
    checked: CheckResult
    notices: tuple[str, ...]
    snapshot: cluster_snapshot.ClusterSnapshot
    is_partial: bool


def _run(
    batch: Batch,
    snapshot: cluster_snapshot.ClusterSnapshot,
    dry_runs: Mapping[Target, DryRun],
    needed: dict[Lookup, None],
) -> CheckResult:
    """Run the checks, and read what they look up, until all lookups are answered.

    Adds the lookups whose answers the checks need to `needed`.
    """
    checked = run_checks(batch, snapshot.answers, dry_runs)
    while checked.lookups:
        needed.update((want, None) for want, is_needed in checked.lookups.items() if is_needed)
        snapshot.read(checked.lookups)
        checked = run_checks(batch, snapshot.answers, dry_runs)
    return checked


def _may_exist(entry: Entry, snapshot: cluster_snapshot.ClusterSnapshot) -> bool:
    """Return whether the server has the kind and the namespace of an object."""
    if entry.unserved or entry.is_defined_here:
        return False
    lookup = namespace_lookup(entry.target.namespace)
    answer = snapshot.answers.get(lookup)
    return not entry.target.namespace or answer is None or answer.status != 'missing'


def _events(run: _Result, at: float) -> Iterator[Event]:
    targets = tuple(entry.target for entry in run.batch.entries)
    yield events.RunBegan(0.0, MODE, targets)
    for text in run.notices:
        yield events.Notice(at, None, text)
    for target, text in run.checked.notices:
        yield events.Notice(at, target, text)
    # Formats without notices show that not everything was checked, too.
    passed = 'no problem found' + (' in what may be read' if run.is_partial else '')
    verdicts = []
    for target in targets:
        causes = run.checked.causes.get(target, ())
        for cause in causes:
            yield events.CauseSeen(at, target, cause, 0, None, None)
        verdict = Verdict.WOULD_FAIL if causes else Verdict.PASSED
        verdicts.append((target, verdict))
        reason = causes[0].code if causes else ''
        message = causes[0].message if causes else passed
        explanation = _explanation(run, target, causes)
        yield events.TargetEnded(at, target, verdict, reason, message, None, explanation)
    code = exit_code(tuple(verdict for _, verdict in verdicts))
    yield events.RunEnded(at, code, tuple(verdicts))


def _explanation(run: _Result, target: Target, causes: Sequence[Cause]) -> Explanation:
    if not causes:
        return Explanation()
    main, *others = causes
    view = View(target, 0.0, answers=run.snapshot.answers)
    also = [f'also {cause.code}: {"; ".join((cause.message, *cause.evidence))}' for cause in others]
    commands = dict.fromkeys(text for cause in causes for text in cause.suggested_commands)
    unread = dict.fromkeys(text for cause in causes for text in missing_evidence(view, cause))
    facts = (main.message, *main.evidence, *also)
    return Explanation(main, facts, (), tuple(commands), tuple(unread))
