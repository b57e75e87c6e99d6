"""From the store to what one tracker is shown."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.timeouts import ProgressMark


class World(NamedTuple):
    """What all targets of a call share; `started` is the server's time, in epoch seconds, at 0.

    `at_work` are the targets that are on their way, and have nothing standing in it; `may_heal`
    says that another target is open, so that one that hopes is not given up yet.
    """

    store: Store
    started: float
    options: Options
    progressing: frozenset[Target] = frozenset()
    others_may_recover: bool = False


def build_view(
    world: World, target: Target, thing: Object, at: float, reached: ProgressMark
) -> View:
    """One target's view of the world; the store's indexes are shared, not copied."""
    store = world.store
    return View(
        target=target,
        now=world.started + at,
        object=thing,
        children_by_owner_uid=store.children_by_owner_uid,
        kube_events_by_uid=store.kube_events_by_uid,
        baseline_terminations=store.baseline_terminations,
        baseline_backoff=store.baseline_backoff,
        logs=store.logs,
        nodes=store.nodes,
        answers=store.answers,
        listed_kinds=frozenset(store.listed_kinds),
        forbidden_kinds=frozenset(store.forbidden_kinds),
        run_history=RunHistory(
            world.started,
            world.started + reached.at,
            reached.revision_changed,
            _linked_at(world, at),
        ),
        stable_for=world.options.stable_for,
        strict_nodes=world.options.strict_nodes,
        objects_by_watch=store.objects_by_watch,
    )


def _linked_at(world: World, at: float) -> float:
    """Since when everything can be heard of; 0.0 where that was never otherwise."""
    if world.store.disconnected:
        return world.started + at
    return world.started + world.store.connected_since if world.store.connected_since else 0.0
