"""Wrapping by the columns of a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.output.cell_width import pad
from kubectl_dog.output.cell_width import width as cells
from kubectl_dog.output.text_wrap import wrap
from kubectl_dog.output.text_wrap import wrap_at_words
from tests.unit.oddities import SETTINGS


@pytest.mark.parametrize(
    ('text', 'width'), [('abc', 3), ('日本', 4), ('e\u0301', 1), ('a\u200db', 2), ('✗…–', 3)]
)
def test_wide_characters_take_two_columns_and_combining_ones_none(text, width):
    assert cells(text) == width
    assert pad(text, 6) == text + ' ' * (6 - width)


@pytest.mark.parametrize(
    ('text', 'lines'),
    [
        ('', ['']),
        ('one two', ['one two']),
        ('one two three', ['one two', 'three']),
        ('one  two     three', ['one two', 'three']),
        ('abcdefghijklmnop', ['abcdefgh', 'ijklmnop']),
        ('web-front-end-1', ['web-', 'front-', 'end-1']),
        ('a bcdefghijkl', ['a', 'bcdefghi', 'jkl']),
        ('日本語日本語', ['日本語日', '本語']),
        ('  deploy/web-1', ['  deploy', '  /web-1']),
    ],
)
def test_wraps_at_words(text, lines):
    assert wrap(text, 8) == lines


@SETTINGS
@given(st.text(), st.integers(2, 30))
def test_lines_fit_and_keep_every_character(text, width):
    lines = wrap(text, width)
    indent = len(text) - len(text.lstrip(' '))
    assert all(cells(line) <= max(width, indent + 2) for line in lines)
    if cells(text) > width:
        assert ''.join(''.join(lines).split()) == ''.join(text.split())


TEXT = 'container "main" needs Secret "api-token", which does not exist'


@pytest.mark.parametrize(
    ('columns', 'start', 'lines'),
    (
        (0, 20, [TEXT]),
        (200, 20, [TEXT]),
        # Too narrow for a hanging indent.
        (40, 20, [TEXT]),
        (50, 20, ['container "main" needs Secret', '"api-token", which does not', 'exist']),
    ),
)
def test_facts_are_wrapped_at_words(columns, start, lines):
    assert wrap_at_words(TEXT, columns, start) == lines


def test_wide_characters_of_a_fact_take_two_columns():
    assert wrap_at_words('日本語日本語日本 日本語日本語日本', 50, 20) == [
        '日本語日本語日本',
        '日本語日本語日本',
    ]


def test_a_long_word_of_a_fact_is_not_broken():
    image = 'registry.example/' + 'x' * 50
    assert wrap_at_words(f'the image {image} is gone', 50, 20) == ['the image', image, 'is gone']


@SETTINGS
@given(st.text(max_size=60))
def test_no_wrapped_line_of_a_fact_is_wider_than_its_column(text):
    for line in wrap_at_words(text, 50, 20):
        assert cells(line) <= 30 or ' ' not in line
