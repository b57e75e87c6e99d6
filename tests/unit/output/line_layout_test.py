from __future__ import annotations

import pytest

from kubectl_dog.output.line_layout import LineLayout
from kubectl_dog.output.time_column import TimeColumn

TIMES = TimeColumn(0.0, clock=False)


def test_the_text_column_stays_where_it_is_when_times_get_longer():
    layout = LineLayout(0, TIMES)
    lines = [layout.line(at, 'po/web-0', 'ready')[0] for at in (1.0, 61.0, 3600.0)]
    assert lines == [
        '  1s po/web-0        ready',
        '1m1s po/web-0        ready',
        '  1h po/web-0        ready',
    ]
    assert layout.line(754.0, 'po/web-0', 'ready') == ['12m34s po/web-0      ready']
    assert layout.line(1.0, 'x' * 20, 'ready') == [f'  1s {"x" * 20}  ready']


@pytest.mark.parametrize(('columns', 'widest'), ((0, 28), (40, 14), (80, 22), (120, 28)))
def test_names_are_shortened_before_facts(columns, widest):
    layout = LineLayout(columns, TIMES)
    assert layout.widest == widest
    layout.widen('x' * 50)
    assert len(layout.margin) == 5 + widest + 2


@pytest.mark.parametrize(
    ('columns', 'lines'),
    (
        (0, ['  1s po/web-0        1/3 ready: waiting for 2 of 3 pods to be ready']),
        (48, ['  1s po/web-0        1/3 ready: waiting for 2 of', f'{" " * 21}3 pods to be ready']),
        (40, ['  1s po/web-0        1/3 ready: waiting', '       for 2 of 3 pods to be ready']),
        (30, ['  1s po/web-0        1/3 ready: waiting for 2 of 3 pods to be ready']),
    ),
)
def test_text_is_wrapped_below_the_subject_on_a_narrow_terminal(columns, lines):
    layout = LineLayout(columns, TIMES)
    text = '1/3 ready: waiting for 2 of 3 pods to be ready'
    assert layout.line(1.0, 'po/web-0', text) == lines
