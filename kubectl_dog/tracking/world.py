"""Build the view of one target from the store that all targets share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.tracking.store import Store

if TYPE_CHECKING:
    from kubectl_dog.tracking.command_state import CommandState


class World(NamedTuple):
    """The state that all targets of a call share.

    `started` is the server's time, in epoch seconds, at the engine's time 0. `progressing` holds
    the targets that proceed without an active cause. `others_may_recover` says that other targets
    are still open, so that a failed target may yet recover. `is_ending` says that the call ends
    within seconds, because a target has failed. `command` is that of `kubectl dog run`.
    """

    store: Store
    started: float
    options: Options
    progressing: frozenset[Target] = frozenset()
    others_may_recover: bool = False
    is_ending: bool = False
    command: CommandState | None = None


def build_view(world: World, target: Target, obj: Object, at: float, history: RunHistory) -> View:
    """Build the view of one target; it shares the store's indexes and copies nothing."""
    store, options = world.store, world.options
    return View(
        target=target,
        now=world.started + at,
        object=obj,
        children_by_owner_uid=store.children_by_owner_uid,
        kube_events_by_uid=store.kube_events_by_uid,
        baseline_terminations=store.baseline_terminations,
        baseline_backoff=store.baseline_backoff,
        logs=store.logs,
        nodes=store.nodes,
        answers=store.answers,
        listed_kinds=frozenset(store.listed_kinds),
        forbidden_kinds=frozenset(store.forbidden_kinds),
        run_history=history,
        stable_for=options.stable_for,
        strict_nodes=options.strict_nodes,
        objects_by_watch=store.objects_by_watch,
        is_single_look=options.once,
        require_status=options.require_status,
    )


def connected_since(world: World, at: float) -> float:
    """Return when the last interrupted watch was connected again; 0.0 if there was none."""
    if world.store.disconnected:
        return world.started + at
    return world.started + world.store.connected_since if world.store.connected_since else 0.0
