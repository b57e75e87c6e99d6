"""The Markdown report: for pull requests, step summaries of CI systems, chats and e-mails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.model.times import format_duration
from kubectl_dog.output.escape import break_commands
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.report.run_facts import Outcome
from kubectl_dog.output.report.timeline import timeline
from kubectl_dog.output.run_record import RunRecord

# Bytes in UTF-8: a comment on GitHub has at most 65,536 characters.
LIMIT = 60_000
_LOG_LINES = 20
_MAX_ROWS = 100
_MAX_FAILURES = 20
_BACKTICKS = re.compile('`+')


def create_report(run: RunRecord, limit: int = LIMIT) -> str:
    """Return the report; sections that do not fit into `limit` bytes are left out, and named."""
    text, omitted = '', []
    for name, lines in _sections(run):
        # Text from the cluster is in code only; a CI log may still show the file.
        section = break_commands('\n'.join((*lines, '', '')))
        # The note on omitted sections needs room, too.
        if len((text + section).encode()) > limit - 200:
            omitted.append(name)
        else:
            text += section
    if omitted:
        text += f'{len(omitted)} sections were left out, as the report would be too long.\n\n'
    return f'{text.rstrip()}\n'


def _sections(run: RunRecord) -> Iterator[tuple[str, Iterable[str]]]:
    outcomes = run_facts.outcomes(run)
    failures = [outcome for outcome in outcomes if not outcome.is_successful]
    yield 'title', [f'### {_title(run, outcomes)}']
    yield 'verdicts', _table(outcomes)
    explained = [outcome for outcome in failures if not outcome.explained_by]
    for outcome in explained[:_MAX_FAILURES]:
        if outcome.why:
            name = code(outcome.title or outcome.name)
            title = [f'**{name}**', ''] if len(outcomes) > 1 else []
            yield 'why', [*title, *fence(outcome.why)]
    if len(explained) > _MAX_FAILURES:
        yield 'more', [f'… and {len(explained) - _MAX_FAILURES} more targets.']
    names = run_facts.names_of(run)
    for outcome in failures[:_MAX_FAILURES]:
        lines = list(run_facts.last_log_lines(outcome, names, _LOG_LINES))
        if lines:
            yield 'log', _folded(f'Last log lines of {outcome.name}', lines)
    shown = [outcome.record for outcome in (failures or outcomes)[:_MAX_FAILURES]]
    drawing = timeline(run, shown)
    if drawing:
        yield 'timeline', _folded('Timeline', drawing)


def _title(run: RunRecord, outcomes: list[Outcome]) -> str:
    rest = [outcome for outcome in outcomes if not outcome.is_good]
    if not rest and (run.end is None or run.end.exit_code):
        # For example, a signal came before any verdict.
        note = f' (exit code {run.end.exit_code})' if run.end else ''
        return f'❌ {len(outcomes)} of {len(run.targets)} targets ready{note}'
    if len(outcomes) == 1:
        (only,) = outcomes
        sign = _sign(only)
        took = f' after {format_duration(only.end.at)}' if only.end.at >= 0.5 else ''
        return f'{sign} {code(only.name)} {only.verdict}{took}'
    if run.mode == 'check' and rest:
        return f'{_sign(rest[0])} {len(rest)} of {len(outcomes)} objects would fail'
    if run.mode == 'check':
        return f'✅ {len(outcomes)} objects checked: no problem found'
    if rest:
        return f'{_sign(rest[0])} {len(rest)} of {len(outcomes)} targets did not become ready'
    return f'✅ {len(outcomes)} targets ready after {format_duration(run.seconds)}'


def _sign(outcome: Outcome) -> str:
    if outcome.is_successful:
        return '✅' if outcome.is_good else '⏳'
    return '⚠️' if outcome.end.verdict in run_facts.STOPPED else '❌'


def _table(outcomes: list[Outcome]) -> Iterator[str]:
    yield '| Target | Verdict | Cause | After |'
    yield '| :--- | :--- | :--- | ---: |'
    for outcome in outcomes[:_MAX_ROWS]:
        cause = outcome.end.explanation.cause
        cell = code(outcome.code, is_cell=True) if cause and not outcome.is_successful else ''
        cells = (
            code(outcome.name, is_cell=True),
            f'{_sign(outcome)} {outcome.verdict}',
            cell,
            format_duration(outcome.end.at),
        )
        yield f'| {" | ".join(cells)} |'
    if len(outcomes) > _MAX_ROWS:
        yield f'| … {len(outcomes) - _MAX_ROWS} more | | | |'


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    escaped = title.replace('&', '&amp;').replace('<', '&lt;').replace('@', '@\u200b')
    return [f'<details><summary>{escaped}</summary>', '', *fence(lines), '', '</details>']


def _longest_run(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)


def fence(lines: Iterable[str]) -> list[str]:
    """Return lines as a block of code that none of them can end."""
    listed = [text.replace('\n', ' ') for text in lines]
    ticks = '`' * max(3, _longest_run('\n'.join(listed)) + 1)
    return [f'{ticks}text', *listed, ticks]


def code(text: str, is_cell: bool = False) -> str:
    """Return a text without line breaks as code; in a cell of a table, it has no `|`."""
    shown = text.replace('\n', ' ') or ' '
    if is_cell:
        # A pipe ends a cell even in code, and no escape works after a backslash.
        shown = shown.replace('|', '¦')
    ticks = '`' * (_longest_run(shown) + 1)
    pad = ' ' if '`' in shown else ''
    return f'{ticks}{pad}{shown}{pad}{ticks}'
