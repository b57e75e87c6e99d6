"""Forget objects that are gone, so that a run of days needs no more memory than one of minutes."""

from __future__ import annotations

from collections.abc import Collection

from kubectl_dog.model import pods
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.logs.selection import Stream
from kubectl_dog.tracking.store import Store

# Seconds between two sweeps. What is gone at one of them is forgotten at the next, because other
# watches may be about to list it, and causes survive gaps of seconds.
INTERVAL = 60.0


class Forgetting:
    """The watches that nobody wants and the log streams of pods that are gone, at the last sweep.

    Only followed runs need it: a rollout ends.
    """

    def __init__(self) -> None:
        self.due_at = INTERVAL
        self._unwanted: frozenset[Watch] = frozenset()
        self._gone: frozenset[Stream] = frozenset()

    def sweep(self, at: float, store: Store, wants: Collection[Want]) -> frozenset[Stream]:
        """Remove from the store what was gone at the last sweep; returns those log streams."""
        self.due_at = at + INTERVAL
        unwanted = frozenset(watch for watch in store.listed if watch not in wants)
        for watch in unwanted & self._unwanted:
            store.forget(watch)
        self._unwanted = unwanted
        for lookup in [lookup for lookup in store.answers if lookup not in wants]:
            del store.answers[lookup]
        living = {
            key
            for watch in store.objects_by_watch
            if watch.resource == PODS
            for key in store.uids(watch)
        }
        known = (*store.logs, *store.log_ends, *store.baseline_terminations)
        gone = frozenset(stream for stream in known if stream[0] not in living)
        forgotten = gone & self._gone
        store.forget_streams(forgotten)
        pods.forget_others(living)
        self._gone = gone
        return forgotten
