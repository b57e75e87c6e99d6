"""The flag `--on-failure`: run a command of the user once after a failed run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog import platform_compat
from kubectl_dog.cli import limited_process
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model import events
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import NOT_UPDATED
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.escape import remove_controls
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.tracking.verdict.readiness import PINNED

_PREFIX = 'KUBECTL_DOG_'
# Seconds for the command, unless `--on-failure-timeout` is given.
_TIMEOUT = 60.0
# Characters of a value in the environment.
_MAX_VALUE = 1000
# Somebody has paused a paused target; the other codes say nothing about the rollout.
_FAILED = tuple(EXIT_CODES[v] for v in (Verdict.FAILED, Verdict.TIMED_OUT, Verdict.DELETED))
# The events that the input of the command is made from.
_RECORDED = (
    events.RunBegan,
    events.RevisionSeen,
    events.StateChanged,
    events.TargetEnded,
    events.RunEnded,
)


class ParsedCommand(NamedTuple):
    """The words of a command, the first as the user has written it, and the path of its program."""

    words: tuple[str, ...]
    path: str


def parse(text: str) -> ParsedCommand:
    """Split a command into words as a shell does, and find its program; raises UserError."""
    try:
        words = platform_compat.split_command(text)
    except ValueError:
        raise UserError('a quotation mark is not closed') from None
    if not words or not words[0]:
        raise UserError('use a command, like "./notify.sh" or "kubectl rollout undo deploy/web"')
    name = words[0]
    path = shutil.which(name)
    if path and os.path.dirname(name):
        path = os.path.abspath(path)
    # On Windows, which() searches the current folder first. Do not run a program from there.
    if not path or not os.path.isabs(path):
        raise UserError(_why_not_found(name))
    return ParsedCommand(tuple(words), path)


def _why_not_found(name: str) -> str:
    if not os.path.dirname(name):
        return f'program "{name}" was not found in PATH (no shell runs the command)'
    if os.path.isfile(name):
        return f'"{name}" is not executable: use chmod +x'
    return f'program "{name}" was not found'


class FailureCommand:
    """A command to run if the run fails. `add` gets the events of the run."""

    def __init__(
        self,
        command: ParsedCommand,
        started: float,
        args: Arguments,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._command = command
        limit = args.on_failure_timeout
        self._timeout = _TIMEOUT if limit is None else limit
        self._report = os.path.abspath(args.report[0].path) if args.report else ''
        self._environment = environment
        self._record = RunRecord(started)

    def add(self, batch: Sequence[events.Event]) -> None:
        """Record the events of a batch that the command needs."""
        self._record.add(event for event in batch if isinstance(event, _RECORDED))

    def run(self) -> None:
        """Run the command if the run has failed; problems are one line on standard error."""
        end = self._record.end
        if end is None or end.exit_code not in _FAILED:
            return
        superseded = [target for target, verdict in end.verdicts if verdict is Verdict.SUPERSEDED]
        if superseded:
            self._print(f'is not run: {superseded[0].label} was superseded by a newer revision')
            return
        path, words = self._command.path, self._command.words[1:]
        variables = {**self._environment, **environment_of(self._record, self._report)}
        limit = self._timeout or float('inf')
        try:
            ended = limited_process.run([path, *words], variables, self._summary(end), limit)
        except OSError as error:
            self._print(f'cannot be run: {error.strerror or error}')
            return
        if ended.stopped_by == limited_process.TIME_LIMIT:
            within = format_duration(limit)
            self._print(f'did not end within {within} (--on-failure-timeout) and was stopped')
        elif ended.stopped_by:
            self._print('was interrupted')
        elif ended.code < 0:
            self._print(f'was ended by signal {-ended.code}')
        elif ended.code:
            self._print(f'ended with exit code {ended.code}')

    def _summary(self, end: events.RunEnded) -> bytes:
        """Return the last line of `-o json`."""
        from kubectl_dog.output.jsonl import JsonRenderer

        renderer = JsonRenderer(RenderOptions(started=self._record.started))
        return '\n'.join([*renderer.render(end), '']).encode('ascii')

    def _print(self, text: str) -> None:
        sys.stderr.write(f'{sentence(f"--on-failure: {self._command.words[0]} {text}")}\n')


def environment_of(record: RunRecord, report: str) -> dict[str, str]:
    """Return the variables for a command about a run; what is unknown is empty.

    A target is one that the exit code comes from; targets with a cause come first.
    """
    verdict = run_facts.run_verdict(record)
    outcomes = run_facts.outcomes(record)
    matching = [outcome for outcome in outcomes if outcome.end.verdict is verdict]
    values = {'VERDICT': verdict.value, 'REPORT': report}
    for outcome in matching[:1]:
        target, revisions = outcome.record.target, outcome.record.revisions
        cause = outcome.end.explanation.cause
        values['TARGET'] = target.label
        values['NAMESPACE'] = target.namespace
        values['CAUSE'] = cause.code if cause else ''
        if revisions and not _is_not_updated(outcome):
            values['REVISION'] = revisions[-1].revision.name
    names = ('VERDICT', 'CAUSE', 'TARGET', 'NAMESPACE', 'REVISION', 'REPORT')
    return {_PREFIX + name: _safe(values.get(name, '')) for name in names}


def _is_not_updated(outcome: run_facts.Outcome) -> bool:
    """Return whether the expected revision was never there; a command must not undo another one."""
    if outcome.end.verdict is Verdict.TIMED_OUT:
        states = outcome.record.states
        return bool(states) and states[-1].reason == PINNED
    return outcome.end.reason == NOT_UPDATED


def _safe(text: str) -> str:
    """Return a text that every environment can have."""
    encoding = sys.getfilesystemencoding()
    kept = remove_controls(text)[:_MAX_VALUE]
    return kept.encode(encoding, 'replace').decode(encoding)
