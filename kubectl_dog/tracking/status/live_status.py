"""Read targets from a live source and assess them once (see `assess_once`)."""

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

# How long, in seconds, the answers of the server are waited for.
READ_TIMEOUT = 30.0


class LiveStatuses(NamedTuple):
    """The statuses of the targets that were seen, and the verdicts of the others."""

    statuses: tuple[Status, ...]
    not_seen: tuple[TargetEnded, ...]


def live_statuses(
    source: Source, targets: Sequence[TrackedTarget], groups: Groups | None = None
) -> LiveStatuses:
    """Read the wants of the targets and of the members of groups once, and close the source."""
    options = Options(timeout=READ_TIMEOUT, stable_for=0.0, logs=False, once=True)
    session = Session(source, targets, options, groups)
    for _ in session:
        # The events of a rollout depend on clocks, so they are not used here.
        pass
    statuses, not_seen = [], list(groups.ended if groups else ())
    for tracked in session.targets:
        if tracked.view is not None:
            statuses.append(assess_once.assess_once(tracked.view, tracked.tracker))
        elif tracked.ended is not None:
            not_seen.append(tracked.ended)
    return LiveStatuses(tuple(statuses), tuple(not_seen))
