"""The input and the result of the modules for CI systems, and what these modules share."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import Target
from kubectl_dog.output import wording
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.escape import break_tokens
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.report.run_facts import Outcome
from kubectl_dog.output.report.timeline import timeline
from kubectl_dog.output.run_record import RunRecord

DETAILS = 'kubectl dog: timeline, events and last log lines'
_LOG_LINES = 50
_MAX_EVENTS = 30
_MAX_TARGETS = 20


class Location(NamedTuple):
    """A line of a file; the path is relative to the checkout, with `/` and without `./`."""

    file: str
    line: int


Located = Mapping[tuple[Target, str, str], Location]


class Context(NamedTuple):
    """The input of the modules for CI systems.

    - `locations`: lines of manifests by target, code and subject; of the target itself with the
      code and the subject ''.
    - `environment`: environment variables.
    - `reports`: files that were written for `--report`, by kind.
    - `token`: random text that no text of the cluster contains.
    """

    run: RunRecord
    locations: Located = MappingProxyType({})
    environment: Mapping[str, str] = MappingProxyType({})
    reports: Mapping[str, str] = MappingProxyType({})
    token: str = ''

    def locate(self, target: Target, cause: Cause | None) -> Location | None:
        """Return the line that a cause of a target is about, or that of the target."""
        key = (target, cause.code, cause.subject) if cause else (target, '', '')
        return self.locations.get(key) or self.locations.get((target, '', ''))


Line = Union[str, Command]


class FileText(NamedTuple):
    """Text for a file; `limit` is the size in bytes that the file must not exceed, if any."""

    path: str
    text: str
    append: bool = False
    limit: int | None = None

    @property
    def action(self) -> str:
        """The action as text for error messages."""
        return f'write {self.path}'


class Program(NamedTuple):
    """A program to run, with its standard input."""

    words: tuple[str, ...]
    input: str

    @property
    def action(self) -> str:
        """The action as text for error messages."""
        return f'run {" ".join(self.words[:2])}'


class CiOutput(NamedTuple):
    """What to write when a run has ended.

    - `commands`: commands without text around them, such as annotations.
    - `details`: lines that the system collapses, with the commands around them.
    """

    commands: Sequence[Command] = ()
    details: Sequence[Line] = ()
    files: Sequence[FileText] = ()
    programs: Sequence[Program] = ()


class Annotation(NamedTuple):
    """A cause, or a verdict without a cause; texts are escaped.

    - `level`: error or warning.
    - `lines`: the location and the facts, one per line.
    """

    level: str
    title: str
    code: str
    target: Target
    lines: tuple[str, ...]
    location: Location | None


def cause_annotations(context: Context) -> Iterator[Annotation]:
    """Yield one annotation per cause of the targets that have not become ready, errors first."""
    failures = [outcome for outcome in run_facts.outcomes(context.run) if not outcome.is_successful]
    # One annotation is for all targets that wait for the same root.
    explained = (outcome for outcome in failures if not outcome.explained_by)
    yield from (_of_outcome(context, outcome) for outcome in explained)
    for outcome in failures:
        for cause in run_facts.other_causes(outcome):
            if not cause.informational and cause.active:
                yield _of_cause(context, outcome, cause)


def _of_outcome(context: Context, outcome: Outcome) -> Annotation:
    end = outcome.end
    cause = end.explanation.cause
    stopped = end.verdict in run_facts.STOPPED
    facts = [sentence(fact) for fact in end.explanation.facts if fact]
    if not facts:
        facts = [sentence(cause.message if cause else end.message)]
    lasts = {
        'last log line': end.explanation.log_excerpt[-1:],
        'next': end.explanation.suggested_commands[:1],
    }
    if outcome.reasons:
        facts, lasts = list(outcome.reasons), {'next': outcome.commands[:1]}
    facts += [
        f'{label}: {sentence(text)}' for label, texts in lasts.items() for text in texts if text
    ]
    location = context.locate(outcome.record.target, cause)
    return Annotation(
        'warning' if stopped else 'error',
        break_tokens(outcome.title or outcome.headline),
        break_tokens(outcome.code),
        outcome.record.target,
        _with_place(location, facts),
        location,
    )


def _of_cause(context: Context, outcome: Outcome, cause: Cause) -> Annotation:
    location = context.locate(outcome.record.target, cause)
    facts = [sentence(text) for text in (cause.message, *cause.evidence) if text]
    return Annotation(
        'warning',
        break_tokens(f'{outcome.name}: {sentence(wording.cause_title(cause))}'),
        break_tokens(sentence(cause.code)),
        outcome.record.target,
        _with_place(location, facts),
        location,
    )


def _with_place(location: Location | None, facts: Sequence[str]) -> tuple[str, ...]:
    """Return the facts. The first one has the location, which logs do not show otherwise."""
    place = f'{sentence(location.file)}:{location.line}: ' if location else ''
    first, *rest = [fact for fact in facts if fact] or ['no details']
    return tuple(break_tokens(fact) for fact in (place + first, *rest))


def details(run: RunRecord, begin: Command, *end: Command) -> list[Line]:
    """Return a timeline, warning events and last log lines of failed targets, between commands.

    Empty if all targets are ready. Lines may begin with text from the cluster.
    """
    lines = _detail_lines(run)
    return [begin, *lines, *end] if lines else []


def _detail_lines(run: RunRecord) -> list[str]:
    failures = [outcome for outcome in run_facts.outcomes(run) if not outcome.is_successful]
    shown = failures[:_MAX_TARGETS]
    if not shown:
        return []
    names = run_facts.names_of(run)
    lines = timeline(run, [outcome.record for outcome in shown])
    for outcome in shown:
        lines += ['', outcome.headline]
        warnings = [event for event in outcome.record.kube_events if event.type == 'Warning']
        # Repeated events differ in their count; the last one has the final count.
        last = {(event.kind, event.name, event.reason, event.message): event for event in warnings}
        for event in list(last.values())[-_MAX_EVENTS:]:
            times = f' ({event.times} times)' if event.times > 1 else ''
            subject = names.subject(outcome.record.target, event.kind, event.name)
            lines.append(sentence(f'{subject} ⚠ {event.reason}: {event.message}{times}'))
        lines += run_facts.last_log_lines(outcome, names, _LOG_LINES)
    if len(failures) > len(shown):
        lines += ['', f'… and {len(failures) - len(shown)} more targets']
    return lines


def clip_lines(lines: Sequence[str], limit: int) -> str:
    """Join lines, up to `limit` characters; a mark shows that the rest is left out."""
    text = '\n'.join(lines)
    return text if len(text) <= limit else f'{text[: limit - 1]}…'


def ascii_word(text: str) -> str:
    """Return a text as a word of ASCII letters, digits and `_`."""
    return ''.join(char if char.isascii() and char.isalnum() else '_' for char in text)
