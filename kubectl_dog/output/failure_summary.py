"""Summaries of targets that did not become ready: what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import NOT_UPDATED
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import line
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.failure_groups import FailureGroup
from kubectl_dog.output.failure_groups import failure_groups
from kubectl_dog.output.failure_groups import waiting_sentences
from kubectl_dog.output.text_wrap import wrap_at_words

MAX_LOG_LINES = 10
MAX_COMMANDS = 2
# Targets with the same cause that are named in the headline.
MAX_TARGETS = 5
_HEADLINES = {
    Verdict.FAILED: ('failed', ' after {}'),
    Verdict.WOULD_FAIL: ('would fail', ''),
    Verdict.TIMED_OUT: ('timed out', ' after {}'),
    Verdict.DELETED: ('was deleted', ' after {}'),
    Verdict.NEVER_APPEARED: ('did not appear', ' within {}'),
    Verdict.SUPERSEDED: ('was superseded', ''),
    Verdict.NO_ACCESS: ('cannot be read', ''),
    Verdict.PAUSED: ('is paused', ''),
    Verdict.UNKNOWN: ('cannot be assessed', ''),
    Verdict.INTERRUPTED: ('interrupted', ' after {}'),
    Verdict.TERMINATED: ('terminated', ' after {}'),
    # Only targets that had a cause get a summary.
    Verdict.PROGRESSING: ('was failing when the run ended', ''),
}
_UNDECIDED = {Verdict.TIMED_OUT, Verdict.INTERRUPTED, Verdict.TERMINATED}
_STOPPED = {Verdict.PAUSED, Verdict.INTERRUPTED, Verdict.TERMINATED}
# Words that are the same for one target and for several.
_VERBS = ('failed', 'would fail', 'timed out', 'did not appear')
# Facts about single targets that wait for the same root.
_MAX_OWN_FACTS = 5
_INDENT = 8


def failure_summaries(
    events: Sequence[TargetEnded],
    palette: Palette,
    name_of: Callable[[Target], str],
    columns: int = 0,
    progressing: Sequence[TargetEnded] = (),
) -> list[str]:
    """Return the summaries, with blank lines between them; targets with the same root share one.

    `progressing` are targets that may wait for the root of a failure.
    A summary is a headline and the blocks WHY, NOW and NEXT unless they are empty. It is wrapped at
    words to a width of `columns`, unless that is 0, except for commands.
    """
    lines: list[str] = []
    for group in failure_groups(events, progressing):
        if lines:
            lines.append('')
        lines += group_summary(group, palette, name_of, columns)
    return lines


def failure_summary(event: TargetEnded, palette: Palette, subject: str) -> list[str]:
    """Return the summary of one target, with a blank line below its headline if there is more.

    `subject` is its display name.
    """
    headline, *blocks = failure_summaries([event], palette, lambda target: subject)
    return [headline, '', *blocks] if blocks else [headline]


def outcome(event: TargetEnded) -> str:
    """Return the verdict in words: `failed: CrashLoop (CrashLoopBackOff)`."""
    return _with_detail(event, _word(event))


def group_summary(
    group: FailureGroup,
    palette: Palette,
    name_of: Callable[[Target], str],
    columns: int = 0,
    commands: Iterable[str] | None = None,
) -> list[str]:
    """Return the summary of a group; `commands` replace those of its targets."""
    event = group.leader
    mark = palette.warn('⚠') if event.verdict in _STOPPED else palette.bad('✗')
    headline, *more = wrap_at_words(group_headline(group, name_of), columns, 2)
    return [
        f'{mark} {headline}',
        *(f'  {part}' for part in more),
        *group_blocks(group, name_of, columns, commands),
    ]


def group_blocks(
    group: FailureGroup,
    name_of: Callable[[Target], str],
    columns: int = 0,
    commands: Iterable[str] | None = None,
) -> list[str]:
    """Return the blocks WHY, NOW and NEXT of a group."""
    event, now = group.leader, []
    if event.progress and event.verdict in _UNDECIDED and group.events:
        now = [wording.counts(event.progress, event.target.resource.kind)]
    shown = group_commands(group) if commands is None else commands
    return [
        *_block('WHY', group_reasons(group, name_of), columns),
        *_block('NOW', now, columns),
        *_block('NEXT', map(sentence, shown), 0),
    ]


def group_headline(group: FailureGroup, name_of: Callable[[Target], str]) -> str:
    """Return the headline of a group, without its mark."""
    events = group.events or group.waiting
    if len(events) == 1:
        first = events[0]
        when = _HEADLINES[first.verdict][1].format(format_duration(first.at))
        word = _word(first)
        return f'{sentence(name_of(first.target))} {_with_detail(first, word, when)}'
    shown = [sentence(name_of(event.target)) for event in events[:MAX_TARGETS]]
    if len(events) > MAX_TARGETS:
        shown.append(f'{len(events) - MAX_TARGETS} more')
    targets = f'{", ".join(shown[:-1])} and {shown[-1]}'
    words = ['failing' if end.verdict is Verdict.PROGRESSING else _word(end) for end in events]
    # Other words need another form for several targets: "were deleted".
    is_verb = len(set(words)) == 1 and words[0] in _VERBS
    states = f' {words[0]}' if is_verb else f': {wording.count_values(words)}'
    return f'{targets}{states}: {sentence(_group_detail(group))}'


def _group_detail(group: FailureGroup) -> str:
    if group.root is None or group.events:
        return _detail(group.leader)
    return f'{group.root.root}: {group.root.code}' if group.root.code else group.root.problem


def _word(event: TargetEnded) -> str:
    return 'was not updated' if event.reason == NOT_UPDATED else _HEADLINES[event.verdict][0]


def _with_detail(event: TargetEnded, word: str, when: str = '') -> str:
    detail = sentence(_detail(event))
    # A message may repeat the outcome: "is paused (spec.paused)", "did not get revision 7".
    if detail.startswith(word) or event.reason == NOT_UPDATED:
        return detail
    return word + when + (f': {detail}' if detail else '')


def _detail(event: TargetEnded) -> str:
    """Return the detail of the headline: the cause, or else the reason and the message."""
    if event.explanation.cause:
        return wording.cause_title(event.explanation.cause)
    # The reason of other verdicts repeats the headline.
    reason = event.reason if event.verdict is Verdict.FAILED else ''
    return ': '.join(part for part in (reason, event.message) if part)


def _facts(event: TargetEnded) -> tuple[str, ...]:
    facts, cause = event.explanation.facts, event.explanation.cause
    return (cause.message, *cause.evidence) if cause and not facts else facts


def group_reasons(group: FailureGroup, name_of: Callable[[Target], str]) -> list[str]:
    """Return the lines of WHY: the root first, and the last log lines at the end."""
    waiting = [sentence(text) for text in waiting_sentences(group, name_of)]
    if not group.events and group.root is not None:
        lines = [sentence(group.root.problem)]
    else:
        lines = [sentence(fact) for fact in _facts(group.leader) if fact]
    for other in group.events[1:]:
        name = sentence(name_of(other.target))
        lines += [f'{name}: {fact}' for fact in _own_facts(other) if fact not in lines]
    facts = _facts_of_waiting(group, name_of)
    lines += [*waiting, *(fact for fact in facts if fact not in lines)]
    lines += _log_lines(group.leader)
    if group.leader.verdict is Verdict.PROGRESSING:
        # Nothing was requested that only the verdict needs.
        return lines
    missing = dict.fromkeys(sentence(text) for text in group.leader.explanation.not_fetched)
    return [*lines, f'not available: {"; ".join(missing)}'] if missing else lines


def _own_facts(event: TargetEnded) -> list[str]:
    """Return the facts of a target that are not those of the group.

    The first one is the cause. The evidence of a dependency is about the root.
    """
    cause = event.explanation.cause
    shared = cause.evidence if cause and cause.dependency else ()
    return [sentence(fact) for fact in _facts(event)[1:] if fact and fact not in shared]


def _facts_of_waiting(group: FailureGroup, name_of: Callable[[Target], str]) -> list[str]:
    """Return what else is known about the targets that wait; what holds for all is there once."""
    names: dict[str, list[str]] = {}
    for event in group.waiting:
        for fact in _own_facts(event):
            # The target that it waits for says more.
            if fact.startswith('it was waiting for '):
                continue
            names.setdefault(fact, []).append(sentence(name_of(event.target)))
    lines = [
        fact if len(known) == len(group.waiting) else f'{", ".join(known[:MAX_TARGETS])}: {fact}'
        for fact, known in names.items()
    ]
    return lines[:_MAX_OWN_FACTS]


def _log_lines(event: TargetEnded) -> list[str]:
    # Every instance of a crashing container logs the same lines.
    excerpt = [line(text) for text in dict.fromkeys(event.explanation.log_excerpt)][-MAX_LOG_LINES:]
    if len(excerpt) == 1:
        return [f'last log line: {excerpt[0]}']
    return ['last log lines:', *(f'│ {text}' for text in excerpt)] if excerpt else []


def group_commands(group: FailureGroup) -> Iterable[str]:
    """Return the commands of the targets of a group, each once; of a root, if it is no target."""
    # The commands of those that wait show no more than the first one's.
    events = group.events or group.waiting[:1]
    own = (
        command
        for event in events
        for command in event.explanation.suggested_commands[:MAX_COMMANDS]
    )
    return dict.fromkeys((*group.root_commands, *own))


def _block(label: str, lines: Iterable[str], columns: int) -> list[str]:
    parts = [part for text in lines for part in wrap_at_words(text, columns, _INDENT)]
    return [f'  {"" if number else label:<5} {text}'.rstrip() for number, text in enumerate(parts)]
