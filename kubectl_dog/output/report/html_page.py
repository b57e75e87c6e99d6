"""The HTML report: one page that needs no other file, and no script for its verdicts."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from importlib import resources
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.assessments import State
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import line
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.jsonl import dumps
from kubectl_dog.output.report import html_data
from kubectl_dog.output.report import lanes as drawing
from kubectl_dog.output.report import run_facts
from kubectl_dog.output.report.lanes import Lane
from kubectl_dog.output.report.picture import SIGNS
from kubectl_dog.output.report.picture import picture
from kubectl_dog.output.report.run_facts import Outcome
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.version import VERSION

# Characters of the text without script: the page stays below 5 MB, with what html_data.py adds.
MAX_OUTCOMES = 300_000
MAX_TARGETS = 1000
# Outcomes that are shown without a click.
MAX_OPEN = 10
MAX_PHASES = 400
_MAX_TEXT = 400

_TITLES = {'WHY': 'Why', 'NOW': 'Now', 'NEXT': 'Next'}
_MARK_SIGNS = {
    drawing.WARNING: '⚠',
    drawing.CAUSE: '✗',
    drawing.GONE: '✓',
    drawing.RESTART: '↻',
    drawing.REVISION: '△',
    drawing.NOTICE: '•',
    drawing.VERDICT: '■',
}
_TONES = {'✓': 'good', '✗': 'bad', '⚠': 'warn'}
# Columns of numbers.
_NUMBERS = ('After', 'Time', 'Lasted')
_NUMBER = ' class="number"'
_BAD_STATES = (State.FAILING, State.FAILED)
_BAD_MARKS = (drawing.CAUSE, drawing.RESTART)


def create_report(run: RunRecord) -> str:
    """Return the page."""
    outcomes = run_facts.outcomes(run)
    lanes = drawing.lanes(run)
    style, script = (_asset(name) for name in ('page.css', 'page.js'))
    title = _title(run, outcomes)
    data = _json(html_data.page_data(run, lanes))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return ''.join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            '<meta name="referrer" content="no-referrer">\n',
            '<link rel="icon" href="data:,">\n',
            f'<title>{_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n',
            _header(run, title),
            '<main>\n',
            *_outcomes(outcomes),
            *_targets(outcomes),
            '<section id="timeline" aria-labelledby="timeline-title" hidden>\n',
            '<h2 id="timeline-title">Timeline</h2>\n</section>\n',
            '<noscript>\n<section>\n<h2>Timeline</h2>\n',
            '<div class="scroll" tabindex="0" role="region" aria-label="Drawing">\n',
            picture(lanes, run.seconds),
            '</div>\n<p>Zoom, search and the log need JavaScript.</p>\n</section>\n</noscript>\n',
            *_phases(lanes),
            '</main>\n',
            f'<script type="application/json" id="data">{data}</script>\n',
            f'<script>{script}</script>\n</body>\n</html>\n',
        )
    )


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding='utf-8')


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f'sha256-{base64.b64encode(digest).decode()}'


def _text(text: str) -> str:
    """Return text for an element: escaped for terminals as well, so that it cannot mislead."""
    return html.escape(sentence(text), quote=False)


def _json(value: Any) -> str:
    """Return JSON that cannot end the element that contains it."""
    text = dumps(value)
    return text.replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026')


def _title(run: RunRecord, outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) == 1:
        return f'{_sign(outcomes[0])} {outcomes[0].headline}'
    took = format_duration(run.seconds)
    if not outcomes:
        return f'{len(run.targets)} targets without a verdict after {took}'
    counts = wording.count_values(outcome.verdict for outcome in outcomes)
    return f'{_sign(outcomes[0])} {len(outcomes)} targets: {counts} after {took}'


def _sign(outcome: Outcome) -> str:
    if outcome.is_successful:
        return '▸' if outcome.end.verdict is Verdict.PROGRESSING else '✓'
    return '⚠' if outcome.end.verdict in run_facts.STOPPED else '✗'


def _header(run: RunRecord, title: str) -> str:
    exit_code = f', exit code {run.end.exit_code}' if run.end else ''
    return (
        f'<header>\n<h1><bdi>{_text(title)}</bdi></h1>\n<p class="meta">Started '
        f'{format_timestamp(run.started)}, took {format_duration(run.seconds)}, '
        f'mode {_text(run.mode)}{exit_code}, kubectl-dog {VERSION}</p>\n</header>\n'
    )


def _outcomes(outcomes: Sequence[Outcome]) -> Iterator[str]:
    failures = [
        outcome
        for outcome in outcomes
        if not outcome.explained_by and (outcome.why or not outcome.is_successful)
    ]
    size = 0
    for number, outcome in enumerate(failures):
        headline = (
            '' if len(outcomes) == 1 else f'{_sign(outcome)} {outcome.title or outcome.headline}'
        )
        text = _outcome(outcome, headline, number < MAX_OPEN)
        size += len(text)
        if size > MAX_OUTCOMES:
            is_check = outcome.end.verdict is Verdict.WOULD_FAIL
            words = 'would fail' if is_check else 'did not become ready'
            yield f'<p>{len(failures) - number:,} more targets {words}.</p>\n'
            return
        yield text


def _outcome(outcome: Outcome, headline: str, is_open: bool) -> str:
    """Return WHY and NEXT of an outcome; without `headline` if it is the title of the page."""
    parts: list[str] = []
    for label, lines in _blocks(outcome.why):
        if label:
            tag = 'h3' if headline else 'h2'
            parts.append(f'<{tag} class="label">{_TITLES[label]}</{tag}>\n')
        texts = '\n'.join(html.escape(line(text), quote=False) for text in lines)
        parts.append(f'<pre><bdi>{texts}</bdi></pre>\n')
    kind = 'stopped' if outcome.end.verdict in run_facts.STOPPED else 'failed'
    title = f'<h2><bdi>{_text(headline)}</bdi></h2>'
    if not is_open:
        start = f'<details class="outcome {kind}">\n<summary>{title}</summary>\n'
        return f'{start}{"".join(parts)}</details>\n'
    if headline:
        parts.insert(0, f'{title}\n')
    return f'<section class="outcome {kind}">\n{"".join(parts)}</section>\n' if parts else ''


def _blocks(lines: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the blocks WHY, NOW and NEXT of a failure summary, without their margins."""
    blocks: list[tuple[str, list[str]]] = []
    for text in lines:
        label, shown = text[:8].strip(), text[8:]
        if label in _TITLES or not blocks:
            blocks.append((label if label in _TITLES else '', []))
        blocks[-1][1].append(shown if label in ('', *_TITLES) else text)
    return blocks


def _targets(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if len(outcomes) < 2:
        return
    yield '<section>\n<h2 id="targets-title">Targets</h2>\n'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="targets-title">\n<table>'
    yield _head('Target', 'Verdict', 'Cause', 'After')
    for outcome in outcomes[:MAX_TARGETS]:
        tone = _TONES.get(_sign(outcome), '')
        cause = '' if outcome.is_successful else outcome.code
        yield (
            f'<tr><td><bdi>{_text(outcome.name)}</bdi></td>'
            f'<td class="state {tone}">{_sign(outcome)} {outcome.verdict}</td>'
            f'<td><bdi>{_text(cause)}</bdi></td>'
            f'<td class="time">{format_duration(outcome.end.at)}</td></tr>\n'
        )
    yield '</tbody>\n</table>\n</div>\n'
    if len(outcomes) > MAX_TARGETS:
        yield f'<p>{len(outcomes) - MAX_TARGETS:,} more targets are in the timeline.</p>\n'
    yield '</section>\n'


def _head(*titles: str) -> str:
    cells = ''.join(
        f'<th scope="col"{_NUMBER if title in _NUMBERS else ""}>{title}</th>' for title in titles
    )
    return f'<thead>\n<tr>{cells}</tr>\n</thead>\n<tbody>\n'


class _Phase(NamedTuple):
    """A row of the table of phases."""

    at: float
    seconds: float | None
    lane: Lane
    sign: str
    tone: str
    state: str
    text: str


def _phases(lanes: Sequence[Lane]) -> Iterator[str]:
    rows = sorted((row for lane in lanes for row in _phases_of(lane)), key=lambda row: row.at)
    yield '<section class="phases">\n<h2 id="phases-title">Phases</h2>\n'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="phases-title">\n<table>'
    yield _head('Time', 'Lasted', 'Object', 'State', 'Details')
    first, last = rows[: MAX_PHASES // 2], rows[MAX_PHASES // 2 :][-MAX_PHASES // 2 :]
    omitted = len(rows) - len(first) - len(last)
    yield from map(_phase, first)
    if omitted:
        note = f'{omitted:,} more rows are in the timeline'
        yield f'<tr><td class="text" colspan="5">{note}</td></tr>\n'
    yield from map(_phase, last)
    yield '</tbody>\n</table>\n</div>\n</section>\n'


def _phases_of(lane: Lane) -> Iterator[_Phase]:
    if lane.kind != drawing.CONTAINER:
        for span in lane.spans:
            tone = 'bad' if span.state in _BAD_STATES else ''
            state = span.state.value
            lasted = span.end - span.start
            yield _Phase(span.start, lasted, lane, SIGNS[span.state], tone, state, span.text)
    for mark in lane.marks:
        # Normal events are in the timeline only.
        if mark.kind != drawing.EVENT:
            sign, tone = _MARK_SIGNS[mark.kind], 'bad' if mark.kind in _BAD_MARKS else ''
            yield _Phase(mark.at, None, lane, sign, tone, mark.kind, mark.text)


def _phase(row: _Phase) -> str:
    lasted = '' if row.seconds is None else f'{row.seconds:.1f}s'
    name = row.lane.full_name if row.lane.kind == drawing.CONTAINER else row.lane.name
    return (
        f'<tr><td class="time">{row.at:.1f}s</td><td class="time lasted">{lasted}</td>'
        f'<td><bdi>{_text(name)}</bdi></td>'
        f'<td class="state {row.tone}">{row.sign} {row.state}</td>'
        f'<td class="text"><bdi>{_text(clip(row.text, _MAX_TEXT))}</bdi></td></tr>\n'
    )
