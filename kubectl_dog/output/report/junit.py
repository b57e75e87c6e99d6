"""The JUnit report, in the dialect that GitLab, Jenkins, Azure and reporters for GitHub read."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.escape import escape
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.report.run_facts import Outcome
from kubectl_dog.output.run_record import RunRecord

SUITE = 'kubectl dog'
# Characters: GitLab rejects large texts.
MAX_OUTPUT = 64_000
_LOG_LINES = 200
FAILURES = (
    Verdict.FAILED,
    Verdict.WOULD_FAIL,
    Verdict.DELETED,
    Verdict.NEVER_APPEARED,
    Verdict.SUPERSEDED,
)
# Verdicts without a final state: a failure if a cause was active, otherwise an error.
_FAILURES_WITH_CAUSE = (Verdict.TIMED_OUT, Verdict.PROGRESSING)
# Characters that XML 1.0 forbids and `escape` lets through.
_FORBIDDEN = re.compile('[\ufffe\uffff]')
# CI systems obey these at the beginning of a line, if a log shows the file.
_LINE_START = re.compile(r'(?m)^([^!-~\n]*)([:+~^-])(?=[^!-~\n]*[:+~^-])')


def create_report(run: RunRecord) -> str:
    """Return the report: one test case per target, and one for the run if only that has failed."""
    outcomes = run_facts.outcomes(run)
    results = Counter(_result(outcome) for outcome in outcomes)
    run_case = [] if results['failure'] or results['error'] else _run_case(run)
    results['error'] += bool(run_case)
    results['test'] = len(outcomes) + bool(run_case)
    counts = (
        f'tests="{results["test"]}" '
        f'failures="{results["failure"]}" errors="{results["error"]}" '
        f'skipped="{results["skipped"]}" time="{run.seconds:.3f}" '
        f'timestamp="{time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(run.started))}"'
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="{SUITE}" {counts}>',
        f'<testsuite name="{SUITE}" {counts} hostname="localhost">',
        *_cases(run, outcomes),
        *run_case,
        '</testsuite>',
        '</testsuites>',
    ]
    return '\n'.join(lines) + '\n'


def _result(outcome: Outcome) -> str:
    """Return the element of an outcome; GitLab lists failures above errors."""
    verdict = outcome.end.verdict
    if outcome.is_good:
        return ''
    if verdict is Verdict.PAUSED or outcome.is_successful:
        return 'skipped'
    has_failed = outcome.end.explanation.cause and verdict in _FAILURES_WITH_CAUSE
    return 'failure' if has_failed or verdict in FAILURES else 'error'


def _run_case(run: RunRecord) -> list[str]:
    """Return a test case for an exit code that no target shows; that of a pause is no error."""
    if run.end is None or run.end.exit_code in (0, EXIT_CODES[Verdict.PAUSED]):
        return []
    verdict = run_facts.run_verdict(run)
    labels = [target.label for target, ended in run.end.verdicts if ended is verdict]
    text = sentence(f'{", ".join(labels) or "the run"}: {verdict.value.replace("-", " ")}')
    text = f'{text} (exit code {run.end.exit_code})'
    attributes = _attributes(message=text, type=verdict.value)
    return [
        f'<testcase {_attributes(classname=SUITE, name="run")} time="{run.end.at:.3f}">',
        f'<error {attributes}>{_escape(text)}</error>',
        '</testcase>',
    ]


def _cases(run: RunRecord, outcomes: Iterable[Outcome]) -> Iterator[str]:
    names = run_facts.names_of(run)
    seen: set[tuple[str, str]] = set()
    for outcome in outcomes:
        target = outcome.record.target
        scope = f'{target.namespace}.' if target.namespace else ''
        key = (scope + target.resource.kind, target.name)
        if key in seen:
            # Readers drop test cases with the same names: another group has the same kind.
            key = (scope + target.resource.key, target.name)
        seen.add(key)
        start = f'<testcase {_attributes(classname=key[0], name=key[1] or target.label)}'
        start += f' time="{outcome.end.at:.3f}"'
        result = _result(outcome)
        if not result:
            yield f'{start}/>'
            continue
        yield f'{start}>'
        text = '\n'.join((outcome.headline, *outcome.why))
        attributes = _attributes(message=outcome.headline, type=outcome.code)
        yield f'<{result} {attributes}>{_escape(text[:MAX_OUTPUT])}</{result}>'
        log = '\n'.join(run_facts.last_log_lines(outcome, names, _LOG_LINES))[-MAX_OUTPUT:]
        if log:
            yield f'<system-out>{_escape(log)}</system-out>'
        yield '</testcase>'


def _attributes(**values: str) -> str:
    return ' '.join(f'{name}="{_escape(value)}"' for name, value in values.items())


def _escape(text: str) -> str:
    """Escape text for XML; `#` is written so that no CI system obeys a log with the file."""
    safe = _FORBIDDEN.sub('?', '\n'.join(map(escape, text.split('\n'))))
    safe = safe.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    safe = safe.replace('"', '&quot;').replace('#', '&#35;')
    return _LINE_START.sub(lambda match: f'{match[1]}&#{ord(match[2])};', safe)
