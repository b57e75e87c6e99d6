"""The ending of a target that is not ready: what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import line
from kubectl_dog.output.escape import sentence

VERDICT_WORDS = 10
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
    happened, when = _HEADLINES[event.verdict]
    detail = sentence(_detail(event))
    # A message may be the whole predicate: «is paused (spec.paused)».
    if not detail.startswith(happened):
        detail = (
            happened + when.format(format_duration(event.at)) + (f': {detail}' if detail else '')
        )
    return f'{mark} {sentence(subject)} {detail}'


def _detail(event: TargetEnded) -> str:
    """What completes the headline; the cause, if there is one, is the best summary."""
    if event.explanation.cause:
        return wording.cause_title(event.explanation.cause)
    # The reason of other verdicts is our own word for what the headline says already.
    reason = event.reason if event.verdict is Verdict.FAILED else ''
    return ': '.join(part for part in (reason, event.message) if part)


def _why(event: TargetEnded) -> list[str]:
    facts, cause = event.explanation.facts, event.explanation.cause
    if not facts and cause:
        facts = (cause.message, *cause.evidence)
    lines = [sentence(fact) for fact in facts if fact]
    # Every instance of a crashing container says the same.
    words = [line(word) for word in dict.fromkeys(event.explanation.log_excerpt)][-VERDICT_WORDS:]
    if len(words) == 1:
        lines.append(f'last words: {words[0]}')
    elif words:
        lines += ['last words:', *(f'│ {word}' for word in words)]
    return lines + [f'not seen: {sentence(what)}' for what in event.explanation.not_fetched]


def _block(label: str, lines: Iterable[str]) -> list[str]:
    return [f'  {"" if number else label:<5} {text}'.rstrip() for number, text in enumerate(lines)]


def failure_summary(event: TargetEnded, palette: Palette, subject: str) -> list[str]:
    """Headline, then the blocks WHY, NOW and NEXT, as far as there is something to say.

    `subject` is what the target is called.
    """
    headline = _headline(event, palette, subject)
    now = []
    if event.progress and event.verdict in _UNDECIDED:
        now = [wording.counts(event.progress)]
    commands = [sentence(remedy) for remedy in event.explanation.suggested_commands[:MAX_COMMANDS]]
    blocks = _block('WHY', _why(event)) + _block('NOW', now) + _block('NEXT', commands)
    return [headline, '', *blocks] if blocks else [headline]
