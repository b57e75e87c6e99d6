"""The summary of a target that did not become ready: what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import line
from kubectl_dog.output.escape import sentence

MAX_LOG_LINES = 10
MAX_COMMANDS = 2
_HEADLINES = {
    Verdict.FAILED: ('failed', ' after {}'),
    Verdict.TIMED_OUT: ('timed out', ' after {}'),
    Verdict.DELETED: ('was deleted', ' after {}'),
    Verdict.NEVER_APPEARED: ('did not appear', ' within {}'),
    Verdict.SUPERSEDED: ('was superseded', ''),
    Verdict.NO_ACCESS: ('cannot be read', ''),
    Verdict.PAUSED: ('is paused', ''),
    Verdict.UNKNOWN: ('cannot be judged', ''),
    Verdict.INTERRUPTED: ('interrupted', ' after {}'),
    Verdict.TERMINATED: ('terminated', ' after {}'),
}
_UNDECIDED = {Verdict.TIMED_OUT, Verdict.INTERRUPTED, Verdict.TERMINATED}
_STOPPED = {Verdict.PAUSED, Verdict.INTERRUPTED, Verdict.TERMINATED}


def _headline(event: TargetEnded, palette: Palette, subject: str) -> str:
    mark = palette.warn('⚠') if event.verdict in _STOPPED else palette.bad('✗')
    outcome, when = _HEADLINES[event.verdict]
    detail = sentence(_detail(event))
    # A message may repeat the outcome: "is paused (spec.paused)".
    if not detail.startswith(outcome):
        detail = (
            outcome + when.format(format_duration(event.at)) + (f': {detail}' if detail else '')
        )
    return f'{mark} {sentence(subject)} {detail}'


def _detail(event: TargetEnded) -> str:
    """The detail of the headline: the cause, or else the reason and the message."""
    if event.explanation.cause:
        return wording.cause_title(event.explanation.cause)
    # The reason of other verdicts repeats the headline.
    reason = event.reason if event.verdict is Verdict.FAILED else ''
    return ': '.join(part for part in (reason, event.message) if part)


def _why_lines(event: TargetEnded) -> list[str]:
    facts, cause = event.explanation.facts, event.explanation.cause
    if not facts and cause:
        facts = (cause.message, *cause.evidence)
    lines = [sentence(fact) for fact in facts if fact]
    # Every instance of a crashing container logs the same lines.
    excerpt = [line(text) for text in dict.fromkeys(event.explanation.log_excerpt)][-MAX_LOG_LINES:]
    if len(excerpt) == 1:
        lines.append(f'last words: {excerpt[0]}')
    elif excerpt:
        lines += ['last words:', *(f'│ {text}' for text in excerpt)]
    return lines + [f'not seen: {sentence(text)}' for text in event.explanation.not_fetched]


def _block(label: str, lines: Iterable[str]) -> list[str]:
    return [f'  {"" if number else label:<5} {text}'.rstrip() for number, text in enumerate(lines)]


def failure_summary(event: TargetEnded, palette: Palette, subject: str) -> list[str]:
    """The headline, then the blocks WHY, NOW and NEXT unless they are empty.

    `subject` is the display name of the target.
    """
    headline = _headline(event, palette, subject)
    now = []
    if event.progress and event.verdict in _UNDECIDED:
        now = [wording.counts(event.progress)]
    commands = map(sentence, event.explanation.suggested_commands[:MAX_COMMANDS])
    blocks = _block('WHY', _why_lines(event)) + _block('NOW', now) + _block('NEXT', commands)
    return [headline, '', *blocks] if blocks else [headline]
