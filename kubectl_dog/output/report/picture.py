"""The timeline of a run as a static SVG picture: for pages without script, and for documents."""

from __future__ import annotations

import html
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.assessments import State
from kubectl_dog.model.times import format_duration
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.report import lanes as drawing
from kubectl_dog.output.report.lanes import Lane
from kubectl_dog.output.report.lanes import Mark

WIDTH = 1000
MAX_LANES = 150
MAX_ENTRIES = 200
SIGNS = {
    State.READY: '✓',
    State.PROGRESSING: '▸',
    State.FAILING: '✗',
    State.FAILED: '✗',
    State.PAUSED: '‖',
    State.DELETING: '−',
    State.ABSENT: '·',
    State.UNKNOWN: '?',
}
_LABELS = 230
_ROW = 24
_AXIS = 22
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600)
_MAX_TEXT = 200


def picture(lanes: Sequence[Lane], seconds: float, style: str = '') -> str:
    """Return an `svg` element; `style` is CSS for its classes, unless a page has it."""
    shown = lanes[:MAX_LANES]
    depths: list[int] = []
    for lane in shown:
        depths.append(0 if lane.parent is None else depths[lane.parent] + 1)
    omitted = len(lanes) - len(shown)
    height = _AXIS + _ROW * (len(shown) + bool(omitted)) + 4
    scale = (WIDTH - _LABELS - 80) / max(seconds, 0.1)
    parts = list(_axis(seconds, scale, height))
    for number, (lane, depth) in enumerate(zip(shown, depths)):
        parts += _lane(lane, depth, _AXIS + number * _ROW, scale)
    if omitted:
        parts.append(_label(0, height - _ROW, f'… {omitted:,} more', 'muted'))
    styled = f'<style>{style}</style>\n' if style else ''
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="Timeline">\n{styled}{"".join(parts)}</svg>\n'
    )


def _text(text: str) -> str:
    return html.escape(sentence(clip(text, _MAX_TEXT)))


def _number(value: float) -> str:
    return f'{value:.1f}'.rstrip('0').rstrip('.')


def _label(x: float, top: float, text: str, kind: str) -> str:
    return f'<text x="{_number(x)}" y="{_number(top + 16)}" class="{kind}">{_text(text)}</text>\n'


def _box(x: float, top: float, width: float, height: float, kind: str) -> str:
    place = f'x="{_number(x)}" y="{_number(top)}"'
    size = f'width="{_number(width)}" height="{_number(height)}"'
    return f'<rect {place} {size} class="{kind}"/>\n'


def _axis(seconds: float, scale: float, height: float) -> Iterator[str]:
    step = next((step for step in _STEPS if step * scale >= 70), 86400.0)
    for number in range(int(seconds / step) + 1):
        x = _LABELS + number * step * scale
        yield _box(x, 0, 1, height, 'grid')
        at = number * step
        shown = f'{at:g}s' if at < 60 else format_duration(at)
        yield _label(x + 4, -2, shown, 'muted')


def _lane(lane: Lane, depth: int, top: float, scale: float) -> Iterator[str]:
    # A nested element clips its text.
    name = _label(4 + 14 * depth, 0, lane.name, lane.kind)
    yield f'<svg y="{_number(top)}" width="{_LABELS - 6}" height="{_ROW}">{name}</svg>\n'
    for span in lane.spans[:MAX_ENTRIES]:
        x, width = _LABELS + span.start * scale, max(1.0, (span.end - span.start) * scale)
        yield _box(x, top + 3, width, _ROW - 6, span.state.value)
        if width > 30:
            text = _label(4, 0, f'{SIGNS[span.state]} {span.text}', 'bar')
            place = f'x="{_number(x)}" y="{_number(top)}" width="{_number(width - 3)}"'
            yield f'<svg {place} height="{_ROW}">{text}</svg>\n'
    if lane.log:
        most = max(lane.log.counts.values(), default=1)
        for second, count in sorted(lane.log.counts.items())[:MAX_ENTRIES]:
            high = max(2.0, 8 * (count / most) ** 0.5)
            x = _LABELS + second * scale
            yield _box(x, top + _ROW - 2 - high, max(1.0, scale - 1), high, 'log')
    for mark in lane.marks[:MAX_ENTRIES]:
        yield _mark(mark, _LABELS + mark.at * scale, top)


def _mark(mark: Mark, x: float, top: float) -> str:
    title = f'<title>{_text(mark.text)}</title>'
    if mark.kind in (drawing.WARNING, drawing.CAUSE):
        rest = 'h-10z' if mark.kind == drawing.WARNING else 'l-5 9l-5 -9z'
        path = f'M{_number(x)} {_number(top + 1)}l5 9{rest}'
        return f'<path d="{path}" class="{mark.kind}">{title}</path>\n'
    if mark.kind == drawing.VERDICT:
        line = _box(x - 1, top + 2, 2, _ROW - 4, 'verdict')
        return line + _label(x + 4, top, mark.text, 'verdict')
    if mark.kind == drawing.RESTART:
        return _box(x - 1, top + 2, 3, _ROW - 4, 'gap') + _label(x + 2, top - 4, '↻', 'restart')
    return f'<path d="M{_number(x)} {_number(top + 2)}v6" class="event">{title}</path>\n'
