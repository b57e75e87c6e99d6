"""Widths of text in the cells of a terminal: wide and combining characters, and shortened text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ELLIPSIS = '…'
_EMOJI_PRESENTATION = '\ufe0f'


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    if unicodedata.category(character) in ('Mn', 'Me', 'Cf'):
        return 0
    # Python may be older than the terminal, and not know an emoji.
    is_emoji = '\U0001f300' <= character <= '\U0001faff'
    return 2 if is_emoji or unicodedata.east_asian_width(character) in 'WF' else 1


def width(text: str) -> int:
    """Return the number of cells of a text without control characters.

    Where terminals differ, it is the largest number: a row may be too short, but never wraps.
    """
    if text.isascii():
        return len(text)
    # The presentation selector makes a narrow symbol wide in some terminals.
    return sum(map(_cells, text)) + text.count(_EMOJI_PRESENTATION)


def displayable(text: str) -> str:
    """Return text whose width is known: one space for a tab, and no invisible characters."""
    if text.isascii():
        return text.replace('\t', ' ')
    return ''.join(map(_displayable, text))


@lru_cache(maxsize=4096)
def _displayable(character: str) -> str:
    category = unicodedata.category(character)
    if category == 'Cf':
        return ''
    if category[0] == 'Z' or category == 'Cc':
        return ' '
    return '?' if category[0] == 'C' else character


def cut(text: str, columns: int, mark: str = ELLIPSIS) -> str:
    """Shorten a text to at most `columns` cells, with `mark` at its end."""
    if width(text) <= columns:
        return text
    if columns < width(mark):
        return ''
    return _start(text, columns - width(mark)) + mark


def cut_middle(text: str, columns: int, mark: str = ELLIPSIS) -> str:
    """Shorten a name to at most `columns` cells; its beginning and its end stay."""
    if width(text) <= columns:
        return text
    kept = columns - width(mark)
    if kept < 2:
        return cut(text, columns, mark)
    begin = _start(text, (kept + 1) // 2)
    return begin + mark + _end(text, kept - width(begin))


def pad(text: str, columns: int) -> str:
    """Append spaces up to `columns` cells."""
    return text + ' ' * (columns - width(text))


def _start(text: str, columns: int) -> str:
    """Return the beginning of a text that is wider than `columns` cells."""
    end = 0
    while (columns := columns - width(text[end])) >= 0:
        end += 1
    return text[:end]


def _end(text: str, columns: int) -> str:
    """Return the end of a text that is wider than `columns` cells."""
    begin = at = len(text)
    while (columns := columns - width(text[at - 1])) >= 0:
        at -= 1
        # A combining character needs the one before it.
        begin = at if _cells(text[at]) else begin
    return text[begin:]
