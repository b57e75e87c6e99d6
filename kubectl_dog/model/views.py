"""What a tracker or a cause is shown: plain data about one target at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set
from typing import NamedTuple

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch


class RunHistory(NamedTuple):
    """What one look cannot tell: times are the server's, in epoch seconds.

    `progressed_at` is when the counts of the target last changed in this run, `revised` whether
    another revision was being rolled out earlier in this run. `linked_at` is since when everything
    can be heard of: `now` while the server is away.
    """

    started: float = 0.0
    progressed_at: float = 0.0
    revision_changed: bool = False
    connected_since: float = 0.0


class View(NamedTuple):
    """One target's world. Mappings are shared with the store: read, never written.

    `owned` maps an owner's uid to the objects it controls, `about` an object's uid to its kube
    events (oldest first), `history` (pod uid, container) to the ends it had before tracking began;
    `stuck` holds those that were in a back-off then, and `logs` maps the same key to the last
    lines seen; `nodes` maps names to the nodes that are watched. `blind` holds the kinds
    (`Kind.group`) that may not be read: absence of those means nothing. `known` holds the kinds
    that have been listed: only of those may be said that there is none. `watched` is what each
    watch has brought, whoever owns it; see `found`. `timeless` says that one look is all there is
    (`status`): `now` is then a time at which every grace period is over, so that nothing can be
    told to have expired by it, and `memory` is empty.
    """

    target: Target
    now: float
    object: Object | None = None
    children_by_owner_uid: Mapping[str, tuple[Object, ...]] = {}
    kube_events_by_uid: Mapping[str, tuple[Object, ...]] = {}
    baseline_terminations: Mapping[tuple[str, str], int] = {}
    baseline_backoff: Set[tuple[str, str]] = frozenset()
    logs: Mapping[tuple[str, str], tuple[LogLine, ...]] = {}
    nodes: Mapping[str, tuple[Object, ...]] = {}
    answers: Mapping[Lookup, Answer] = {}
    listed_kinds: frozenset[str] = frozenset()
    forbidden_kinds: frozenset[str] = frozenset()
    run_history: RunHistory = RunHistory()
    stable_for: float | None = None
    strict_nodes: bool = False
    objects_by_watch: Mapping[Watch, tuple[Object, ...]] = {}
    is_snapshot: bool = False

    def objects_of(self, watch: Watch) -> tuple[Object, ...]:
        """The objects that a watch has brought; none before it was listed (it is in `watched`)."""
        return self.objects_by_watch.get(watch, ())
