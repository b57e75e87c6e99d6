"""Measure the progress of a rollout, to detect that it has stalled."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.pods import containers


class ProgressMark(NamedTuple):
    """The highest counts that a revision has reached, so that flapping is no progress.

    `at` is when it last made progress, in the engine's seconds; `revision_changed` says that it is
    not the first revision since tracking began.
    """

    revision: str = ''
    counts: tuple[int, ...] = ()
    at: float = 0.0
    revision_changed: bool = False


def advance_progress(before: ProgressMark, assessed: Assessment, at: float) -> ProgressMark:
    """Return the mark after one more assessment."""
    revision = assessed.revision.name if assessed.revision else before.revision
    counts = _counts(assessed)
    if revision != before.revision or not before.counts:
        changed = before.revision_changed or bool(before.revision and revision != before.revision)
        return ProgressMark(revision, counts, at, changed)
    highest = tuple(max(pair) for pair in zip(before.counts, counts))
    return before if highest == before.counts else before._replace(counts=highest, at=at)


def _counts(assessed: Assessment) -> tuple[int, ...]:
    """Return numbers that grow as a rollout proceeds."""
    progress = assessed.progress
    started = sum(container.has_started for pod in assessed.pods for container in containers(pod))
    if progress is None:
        return (0, 0, 0, 0, started)
    return (progress.updated, progress.ready, progress.available, -progress.old, started)
