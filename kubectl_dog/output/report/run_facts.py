"""Facts about a run that reports and CI output share: outcomes, last log lines, active causes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import line
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.failure_groups import FailureGroup
from kubectl_dog.output.failure_groups import failure_groups
from kubectl_dog.output.failure_summary import failure_summary
from kubectl_dog.output.failure_summary import group_blocks
from kubectl_dog.output.failure_summary import group_commands
from kubectl_dog.output.failure_summary import group_headline
from kubectl_dog.output.failure_summary import group_reasons
from kubectl_dog.output.log_record import Entry
from kubectl_dog.output.log_record import LogRecord
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.output.run_record import TargetRecord
from kubectl_dog.output.short_names import ShortNames

GOOD = (Verdict.READY, Verdict.ENDED, Verdict.PASSED)
STOPPED = (Verdict.PAUSED, Verdict.INTERRUPTED, Verdict.TERMINATED)
_MAX_CONTAINERS = 5


class Outcome(NamedTuple):
    """A target with its display name and its end; texts are escaped and have no line breaks.

    - `headline`: one line, such as `deploy/web failed after 13s: CrashLoop`.
    - `why`: the blocks WHY, NOW and NEXT; empty for targets that are ready.
    - `code`: the code of the cause, or the verdict.
    - `title`: the headline of all targets that `why` explains, if several wait for the same root.
    - `reasons`, `commands`: the lines of WHY and NEXT, if others wait for the same root.
    - `explained_by`: the name of the target whose outcome has the reasons; empty for most.
    """

    record: TargetRecord
    name: str
    end: TargetEnded
    headline: str
    why: tuple[str, ...]
    code: str
    title: str = ''
    reasons: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    explained_by: str = ''

    @property
    def is_good(self) -> bool:
        """Whether the target has become ready."""
        return self.end.verdict in GOOD

    @property
    def is_successful(self) -> bool:
        """Whether the target has become ready, or was in progress without any cause."""
        is_failing = self.end.explanation.cause is not None
        return self.is_good or (self.end.verdict is Verdict.PROGRESSING and not is_failing)

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        if not self.is_successful and self.end.verdict is Verdict.PROGRESSING:
            return 'failing'
        return self.end.verdict.value.replace('-', ' ')


def names_of(run: RunRecord) -> ShortNames:
    """Return the short names of a run's targets and pods."""
    namespaces = {target.namespace for target in run.targets if target.namespace}
    return ShortNames(len(run.targets) > 1, len(namespaces) > 1)


def outcomes(run: RunRecord) -> list[Outcome]:
    """Return the targets with an end: failures first, with a cause before those without.

    Otherwise they are in the order of the run. CI systems show the first annotations only.
    """
    names = names_of(run)
    ended = [
        _outcome(record, record.end, names.target(record.target))
        for record in run.targets.values()
        if record.end
    ]
    ended.sort(key=_severity)
    if len(ended) < 2:
        return ended
    groups = failure_groups([outcome.end for outcome in ended if not outcome.is_successful])
    shared = {
        event.target: group
        for group in groups
        if group.waiting
        for event in (*group.events[:1], *group.waiting)
    }
    return [
        _shared(outcome, shared[outcome.record.target], names)
        if outcome.record.target in shared
        else outcome
        for outcome in ended
    ]


def _shared(outcome: Outcome, group: FailureGroup, names: ShortNames) -> Outcome:
    """Return the outcome of a target whose root is also that of others.

    One has the reasons for all; the others name it.
    """
    leader = group.leader
    if outcome.record.target == leader.target:
        reasons = tuple(group_reasons(group, names.target))
        why = tuple(group_blocks(group, names.target))
        title = '' if group.events else group_headline(group, names.target)
        commands = tuple(group_commands(group))
        return outcome._replace(title=title, reasons=reasons, commands=commands, why=why)
    name = sentence(names.target(leader.target))
    problem = sentence(group.root.problem) if group.root else ''
    service = sentence(_service(outcome.end))
    why = (f'  WHY   it waits for {service}: {problem}', f'        {name} has the details')
    return outcome._replace(why=why, explained_by=name)


def _service(end: TargetEnded) -> str:
    cause = end.explanation.cause
    return cause.dependency.services[0] if cause and cause.dependency else ''


def _severity(outcome: Outcome) -> tuple[int, bool]:
    if outcome.is_successful:
        return 3 if outcome.is_good else 2, False
    return int(outcome.end.verdict in STOPPED), outcome.end.explanation.cause is None


def _outcome(record: TargetRecord, end: TargetEnded, name: str) -> Outcome:
    shown = sentence(name)
    cause = end.explanation.cause
    plain = Outcome(record, shown, end, f'{shown} {end.verdict.value}', (), end.verdict.value)
    if plain.is_successful:
        return plain
    code = sentence(cause.code) if cause else end.verdict.value
    headline, *blocks = failure_summary(end, Palette(False), name)
    # Without its symbol: formats have their own.
    headline = headline.partition(' ')[2]
    return plain._replace(headline=headline, why=tuple(blocks[1:]), code=code)


def run_verdict(run: RunRecord) -> Verdict:
    """Return the verdict that the exit code of the run comes from."""
    code = run.end.exit_code if run.end else EXIT_CODES[Verdict.UNKNOWN]
    ended = [verdict for _, verdict in run.end.verdicts] if run.end else []
    # Without a target that shows it, it is the first verdict with this exit code.
    matching = (verdict for verdict in (*ended, *Verdict) if EXIT_CODES[verdict] == code)
    return next(matching, Verdict.UNKNOWN)


def other_causes(outcome: Outcome) -> list[Cause]:
    """Return the causes that were active at the end, except that of the explanation."""
    main = outcome.end.explanation.cause
    active: dict[tuple[str, str], Cause] = {}
    for event in outcome.record.causes:
        if isinstance(event, CauseSeen):
            active[event.cause.key] = event.cause
        else:
            active.pop(event.cause.key, None)
    return [cause for key, cause in active.items() if main is None or key != main.key]


def _tail(log: LogRecord, count: int) -> tuple[int, list[str]]:
    """Return the last lines of a log, escaped, and the number of lines before them.

    There is a line before each new run, and one for lines that were not kept. A run that has
    written the same lines as the one before is one line.
    """
    last = list(log.last)[-count:]
    first = log.first[max(0, len(log.first) + len(last) - count) :]
    earlier = log.total - len(first) - len(last)
    if not log.omitted or not first:
        return earlier, _by_runs([*first, *last])
    gap = f'── {log.omitted:,} {_lines(log.omitted)} left out ──'
    return earlier - log.omitted, [*_by_runs(first), gap, *_by_runs(last)]


def _lines(number: int) -> str:
    return 'line' if number == 1 else 'lines'


def _by_runs(entries: Sequence[Entry]) -> list[str]:
    shown: list[str] = []
    before: list[str] = []
    for number, (instance, lines) in enumerate(groupby(entries, lambda entry: entry[0])):
        texts = [line(text) for _, (_, text) in lines]
        run = f'── started again ({ordinal(instance + 1)} run)'
        if texts == before:
            shown.append(f'{run}: the same {count_noun(len(texts), "line")} ──')
            continue
        shown += [f'{run} ──'] if number else []
        shown += [f'│ {text}' for text in texts]
        before = texts
    return shown


def last_log_lines(outcome: Outcome, names: ShortNames, count: int) -> Iterator[str]:
    """Yield the last `count` lines of each of a few logs, with the names of their containers.

    The logs of containers that the cause is about come first. A log that has the same last lines
    as another pod's is one line.
    """
    cause = outcome.end.explanation.cause
    pods = cause.pods if cause else ()
    subject = cause.subject if cause else ''
    logs = sorted(
        outcome.record.logs.items(),
        key=lambda entry: (entry[0][0] not in pods, entry[0][1] != subject),
    )
    shown: dict[tuple[str, tuple[str, ...]], str] = {}
    for (pod, container), log in logs[:_MAX_CONTAINERS]:
        prefix = sentence(f'{names.pod(outcome.record.target, pod)} {container}')
        earlier, lines = _tail(log, count)
        # Of pods that have crashed, one may have been restarted more often.
        key = (container, tuple(text for text in lines if text.startswith('│')))
        if key in shown:
            yield f'{prefix} ── the same lines as {shown[key]} ──'
            continue
        shown[key] = prefix
        if earlier:
            yield f'{prefix} ── {earlier:,} earlier {_lines(earlier)} ──'
        yield from (f'{prefix} {text}' for text in lines)
    if len(logs) > _MAX_CONTAINERS:
        yield f'… and the logs of {len(logs) - _MAX_CONTAINERS} other containers'
