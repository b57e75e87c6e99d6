"""From the store to what one tracker is shown."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.tracking.patience import Advance
from kubectl_dog.tracking.store import Store


class World(NamedTuple):
    """What all targets of a call share; `started` is the server's time, in epoch seconds, at 0.

    `at_work` are the targets that are on their way, and have nothing standing in it; `may_heal`
    says that another target is open, so that one that hopes is not given up yet.
    """

    store: Store
    started: float
    options: Options
    at_work: frozenset[Target] = frozenset()
    may_heal: bool = False


def build(world: World, target: Target, thing: Object, at: float, reached: Advance) -> View:
    """One target's view of the world; the store's indexes are shared, not copied."""
    store = world.store
    return View(
        target=target,
        now=world.started + at,
        object=thing,
        children_by_owner_uid=store.owned,
        kube_events_by_uid=store.about,
        baseline_terminations=store.history,
        baseline_backoff=store.stuck,
        logs=store.logs,
        nodes=store.nodes,
        answers=store.answers,
        listed_kinds=frozenset(store.known),
        forbidden_kinds=frozenset(store.blind),
        run_history=RunHistory(
            world.started,
            world.started + reached.at,
            reached.revised,
            _linked_at(world, at),
        ),
        stable_for=world.options.stable_for,
        strict_nodes=world.options.strict_nodes,
        objects_by_watch=store.watched,
    )


def _linked_at(world: World, at: float) -> float:
    """Since when everything can be heard of; 0.0 where that was never otherwise."""
    if world.store.cut:
        return world.started + at
    return world.started + world.store.cut_until if world.store.cut_until else 0.0
