"""The stage of an expected revision in an application: waiting, applying, applied or failed.

Git is not read, so the order of two revisions is known only if the application has recorded it, or
if this run has seen one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from kubectl_dog.gitops import flux_status
from kubectl_dog.gitops.argo_status import application
from kubectl_dog.gitops.inventory import APPLICATION
from kubectl_dog.gitops.inventory import KUSTOMIZATION
from kubectl_dog.gitops.revision_facts import RevisionFacts
from kubectl_dog.gitops.revision_text import Revision
from kubectl_dog.gitops.revision_text import is_same
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import Resource


class Stage(Enum):
    """The stages of an expected revision."""

    WAITING = 'waiting'
    APPLYING = 'applying'
    APPLIED = 'applied'
    FAILED = 'failed'


class RevisionState(NamedTuple):
    """The stage of an expected revision.

    - `current`: the revision that is applied now, or attempted.
    - `newer`: the revision that has failed, if it is not the expected one, but a newer one.
    - `reason`, `message`: of the failure; while it waits, why the last attempt did not succeed.
    - `is_unordered`: the applied revision has changed in this run, and is not known to be newer.
    - `has_inventory`: the inventory is that of the expected revision, or of a newer one.
    """

    stage: Stage
    current: str = ''
    reason: str = ''
    message: str = ''
    is_unordered: bool = False
    has_inventory: bool = False
    newer: str = ''


class SeenRevisions(NamedTuple):
    """The revisions of an application that this run has seen.

    - `order`: in the order in which they appeared.
    - `first`: those that were applied at first; None before that.
    - `is_nested`: another application at the expected revision manages this one, from the same
      source, so that every change leads to that revision or a newer one.
    """

    order: tuple[str, ...] = ()
    first: tuple[str, ...] | None = None
    is_nested: bool = False


NOTHING_SEEN = SeenRevisions()


def read_facts(obj: Object, resource: Resource) -> RevisionFacts:
    """Return the revisions in the status of an application."""
    if resource.key == APPLICATION:
        return application(obj)
    if resource.key == KUSTOMIZATION:
        return flux_status.kustomization(obj)
    return flux_status.helm_release(obj)


def revision_state(
    facts: RevisionFacts, expected: Revision, seen: SeenRevisions = NOTHING_SEEN
) -> RevisionState:
    """Return the stage of an expected revision in an application."""

    def is_reached(revisions: Iterable[str]) -> bool:
        return any(
            is_same(expected, revision)
            or _is_after(revision, expected, facts.recorded)
            or _is_after(revision, expected, seen.order)
            or (seen.is_nested and revision not in (seen.first or ()))
            for revision in revisions
        )

    applied, attempted = is_reached(facts.applied), is_reached(facts.attempted)
    current = next(iter((*facts.applied, *facts.attempted)), '')
    first = facts.applied if seen.first is None else seen.first
    is_other = bool(facts.applied) and not set(facts.applied) & set(first)
    state = RevisionState(Stage.WAITING, current, facts.reason, facts.message, is_other)
    if attempted and facts.has_failed:
        is_ours = any(is_same(expected, revision) for revision in facts.attempted)
        newer = '' if is_ours else facts.attempted[0]
        return state._replace(stage=Stage.FAILED, has_inventory=facts.has_inventory, newer=newer)
    if applied:
        return state._replace(stage=Stage.APPLIED, has_inventory=True)
    if attempted:
        return state._replace(stage=Stage.APPLYING, has_inventory=facts.has_inventory)
    return state


def advance_seen(seen: SeenRevisions, facts: RevisionFacts) -> SeenRevisions:
    """Return the revisions that have been seen so far, with those of now, each once."""
    order = tuple(dict.fromkeys((*seen.order, *facts.newest)))
    return SeenRevisions(order, facts.applied if seen.first is None else seen.first)


def _is_after(revision: str, expected: Revision, order: Sequence[str]) -> bool:
    """Return whether a revision appears in an order only after the expected one."""
    places = [place for place, known in enumerate(order) if is_same(expected, known)]
    return bool(places) and revision in order[places[0] :] and revision not in order[: places[0]]
