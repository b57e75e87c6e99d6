from __future__ import annotations

import time
import unicodedata

import pytest

from kubectl_dog.output.escape import LIMIT
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import escape
from kubectl_dog.output.escape import line
from kubectl_dog.output.escape import lines
from kubectl_dog.output.escape import sentence


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('plain text', 'plain text'),
        ('tabs\tstay', 'tabs\tstay'),
        ('Grüße 世界 🐕', 'Grüße 世界 🐕'),
        ('\x1b[2Jcleared', r'\x1b[2Jcleared'),
        ('over\rwritten', r'over\rwritten'),
        ('two\nlines', r'two\nlines'),
        ('bell\x07 nul\x00 del\x7f', r'bell\x07 nul\x00 del\x7f'),
        ('c1 csi \x9b31m nel \x85', r'c1 csi \x9b31m nel \x85'),
        ('\u202egnp.exe \u2066x\u2069', r'\u202egnp.exe \u2066x\u2069'),
        ('line\u2028separator\u2029', r'line\u2028separator\u2029'),
        ('byte \udc80', r'byte \udc80'),
        ('zero\u200bwidth\u200d\ufeff\u2060', r'zero\u200bwidth\u200d\ufeff\u2060'),
        ('marks \u200e\u200f\u061c', r'marks \u200e\u200f\u061c'),
        ('soft\xadhyphen', r'soft\xadhyphen'),
        ('tags \U000e0041\U000e0100', r'tags \U000e0041\U000e0100'),
        ('\u2764\ufe0f', '\u2764\ufe0f'),
    ],
)
def test_what_a_terminal_would_obey_is_made_visible(text, shown):
    assert escape(text) == shown


def test_every_control_character_but_the_tab_is_escaped():
    controls = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
    assert [char for char in controls if escape(char) == char] == ['\t']


def test_every_character_that_nobody_sees_is_escaped():
    # Format characters, except those that have a form of their own, such as the Arabic number sign.
    shown = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    codes = [code for code in range(0x110000) if unicodedata.category(chr(code)) == 'Cf']
    hidden = [code for code in codes if escape(chr(code)) == chr(code)]
    # Controls of hieroglyphs, shorthand and musical symbols only format these.
    formats = (*range(0x13430, 0x13440), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B))
    assert set(hidden) <= {*shown, *formats}


def test_long_lines_are_clipped_with_their_length():
    assert clip('x' * 4000) == 'x' * 4000
    assert line('x' * 1_234_567) == 'x' * 4000 + '… (1,234,567 characters)'


def test_escaping_comes_after_clipping_so_that_megabytes_cost_nothing():
    assert line('\x1b' * 5000) == r'\x1b' * 4000 + '… (5,000 characters)'


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('one\n  two\r\nthree\n', 'one two three'),
        ('no break', 'no break'),
        ('a\x1b\nb', r'a\x1b b'),
    ],
)
def test_a_message_becomes_one_line(text, shown):
    assert sentence(text).rstrip() == shown


def test_a_message_shows_no_secret():
    assert sentence('cannot read https://app:hunter2@h/x') == 'cannot read https://redacted@h/x'
    long = f'password={"x" * 19_000} hunter2'
    assert sentence(long) == 'password=redacted… (19,017 characters)'
    assert sentence('a=b' + 'x' * 30_000).endswith('x… (30,003 characters)')


def test_hostile_spaces_do_not_take_long():
    before = time.perf_counter()
    sentence((' ' * 100_000 + 'x') * 10 + '\n')
    assert time.perf_counter() - before < 1


def test_many_lines_are_shown_as_each_of_them_would_be():
    many = ['clean', 'a\x1b[31m', 'x' * (LIMIT + 1), '\ud800', '']
    for batch in (many, ['clean', 'too'], ['x' * LIMIT] * 2, many[2:3], []):
        assert list(lines(batch)) == [line(text) for text in batch]
