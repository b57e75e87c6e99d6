"""One look at targets on a live source, judged without a clock (see `glance`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import Source
from kubectl_dog.model.statuses import Status
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.status import assess_once
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

# A server that has not answered after this time, in seconds, will be waited for no longer.
READ_TIMEOUT = 30.0


class LiveStatuses(NamedTuple):
    """`statuses` of the targets that were seen, and how it ended with those that were not."""

    statuses: tuple[Status, ...]
    not_seen: tuple[TargetEnded, ...]


def live_statuses(
    source: Source, tracks: Sequence[TrackedTarget], members: Groups | None = None
) -> LiveStatuses:
    """Read what the tracks, and those of the members, ask for, once, and close the source."""
    options = Options(timeout=READ_TIMEOUT, stable_for=0.0, logs=False, once=True)
    session = Session(source, tracks, options, members)
    for _ in session:
        # What a rollout would tell of it, with clocks, is not what was asked for.
        pass
    statuses, unseen = [], list(members.ended if members else ())
    for track in session.targets:
        if track.view is not None:
            statuses.append(assess_once.assess_once(track.view, track.tracker))
        elif track.ended is not None:
            unseen.append(track.ended)
    return LiveStatuses(tuple(statuses), tuple(unseen))
