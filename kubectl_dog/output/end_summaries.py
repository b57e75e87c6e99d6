"""The end of the plain output: summaries of failures, and a line for each other target."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.failure_summary import failure_summaries
from kubectl_dog.output.text_wrap import wrap_at_words

_SIGNALS = (Verdict.INTERRUPTED, Verdict.TERMINATED)


def end_summaries(
    events: Sequence[TargetEnded],
    palette: Palette,
    name_of: Callable[[Target], str],
    columns: int = 0,
    progressing: Sequence[TargetEnded] = (),
) -> list[str]:
    """Return the summaries of targets that are not ready; arguments as of `failure_summaries`.

    A target in which nothing was wrong when a signal ended the run has one line.
    """
    healthy = [event for event in events if _was_healthy(event)]
    failures = [event for event in events if not _was_healthy(event)]
    lines = [line for event in healthy for line in _healthy_line(event, palette, name_of, columns)]
    if lines and failures:
        lines.append('')
    return lines + failure_summaries(failures, palette, name_of, columns, progressing)


def _was_healthy(event: TargetEnded) -> bool:
    return event.verdict in _SIGNALS and not any(event.explanation._replace(facts=()))


def _healthy_line(
    event: TargetEnded, palette: Palette, name_of: Callable[[Target], str], columns: int
) -> list[str]:
    bare = event._replace(explanation=Explanation(), progress=None)
    [headline] = failure_summaries([bare], palette, name_of)
    text = next((sentence(fact) for fact in event.explanation.facts if fact), '')
    if event.progress and (not text or not _is_done(event.progress)):
        text = wording.counts(event.progress, event.target.resource.kind)
    mark, _, rest = headline.partition(' ')
    first, *more = wrap_at_words(f'{rest}: {text}' if text else rest, columns, 2)
    return [f'{mark} {first}', *(f'  {line}' for line in more)]


def _is_done(progress: Progress) -> bool:
    """Return whether the counts do not show what the target waits for."""
    return min(progress.ready, progress.updated) >= progress.desired and not progress.old
