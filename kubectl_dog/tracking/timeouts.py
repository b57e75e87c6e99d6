"""How long to wait when nothing happens (design §4.4). Pure; the engine's seconds."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import containers

STALL_TIMEOUT = 600.0

# How long a target may be gone before it counts as deleted and not as being replaced.
RECREATE_GRACE = 5.0

# How long after the first member of a group others may come: nothing applies them all at once.
GROUP_GRACE = 2.0

# How long a pause may last before it is a verdict: tools pause and resume within seconds.
PAUSE_GRACE = 10.0

# What decides nothing, but explains, is told once it has stood for so long.
EXPLANATION_WAIT = 20.0

# How long a verdict may wait for its evidence.
EVIDENCE_WAIT = 1.0


class ProgressMark(NamedTuple):
    """The best that a revision has reached: counts only ever grow, so flapping is no progress."""

    revision: str = ''
    counts: tuple[int, ...] = ()
    at: float = 0.0
    revision_changed: bool = False


def advance_progress(before: ProgressMark, assessed: Assessment, at: float) -> ProgressMark:
    """The high-water mark after one more look; `at` moves when anything got better."""
    revision = assessed.revision.name if assessed.revision else before.revision
    counts = _counts(assessed)
    if revision != before.revision or not before.counts:
        revised = before.revision_changed or bool(before.revision and revision != before.revision)
        return ProgressMark(revision, counts, at, revised)
    highest = tuple(max(pair) for pair in zip(before.counts, counts))
    return before if highest == before.counts else before._replace(counts=highest, at=at)


def _counts(assessed: Assessment) -> tuple[int, ...]:
    progress = assessed.progress
    started = sum(one.has_started for pod in assessed.pods for one in containers(pod))
    if progress is None:
        return (0, 0, 0, 0, started)
    return (progress.updated, progress.ready, progress.available, -progress.old, started)


def stall_timeout(options: Options, assessed: Assessment | None) -> float:
    """How long, in seconds, a target may stand still."""
    if options.stall_timeout is not None:
        return options.stall_timeout
    return max(STALL_TIMEOUT, assessed.min_stall_timeout if assessed else 0.0)
