from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.output import cell_width
from tests.unit.ci import SETTINGS

TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from('日本e\u0301👍🏽\ufe0f⚠한\u200bｆ\tab-')),
    max_size=30,
).map(cell_width.displayable)


@pytest.mark.parametrize(
    ('text', 'width'),
    (
        ('', 0),
        ('web', 3),
        ('日本語', 6),
        ('ｆｕｌｌ', 8),
        ('e\u0301', 1),
        ('⚠', 1),
        ('⚠\ufe0f', 2),
        ('👍', 2),
        # An emoji that Python 3.9 does not know.
        ('\U0001fae8', 2),
    ),
)
def test_width(text, width):
    assert cell_width.width(text) == width


@pytest.mark.parametrize(
    ('text', 'shown'),
    (
        ('a\tb', 'a b'),
        ('é\tb', 'é b'),
        ('é\u200b\u202eb', 'éb'),
        ('é\ue000\U000e0fff', 'é??'),
        ('é\u2028\u3000', 'é  '),
    ),
)
def test_text_has_a_known_width(text, shown):
    assert cell_width.displayable(text) == shown


@pytest.mark.parametrize(
    ('text', 'columns', 'cut', 'middle'),
    (
        ('deploy/web', 10, 'deploy/web', 'deploy/web'),
        ('deploy/web', 7, 'deploy…', 'dep…web'),
        ('日本語', 5, '日本…', '日…語'),
        ('日本語', 4, '日…', '日…'),
        ('ee\u0301e', 2, 'e…', 'e…'),
        ('abce\u0301', 3, 'ab…', 'a…e\u0301'),
        ('abc', 1, '…', '…'),
        ('abc', 0, '', ''),
    ),
)
def test_shortened(text, columns, cut, middle):
    assert cell_width.cut(text, columns) == cut
    assert cell_width.cut_middle(text, columns) == middle


def test_mark_of_three_characters():
    assert cell_width.cut('abcdef', 5, '...') == 'ab...'
    assert cell_width.cut_middle('abcdef', 5, '...') == 'a...f'
    assert cell_width.cut('abcdef', 2, '...') == ''


@SETTINGS
@given(TEXT, st.integers(0, 30))
def test_shortened_text_is_never_too_wide(text, columns):
    for shorten in (cell_width.cut, cell_width.cut_middle):
        shown = shorten(text, columns)
        assert cell_width.width(shown) <= columns
        assert shown == text or cell_width.width(text) > columns
    assert cell_width.width(cell_width.pad(text, 200)) == 200
