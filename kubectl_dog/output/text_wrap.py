"""Wrap text at words, by the columns that it takes on a terminal."""

from __future__ import annotations

from kubectl_dog.model.lazy_regex import lazy_compile

# The narrowest column that is wrapped to: below it, the terminal wraps.
NARROWEST = 24
# A name without spaces is broken after one of these characters if it is too long.
_BREAKS = '-/.,:='
# Below and between these ranges, no character takes two columns.
_MAY_BE_WIDE = lazy_compile('[\u1100-\u1fff\u2300-\U0010ffff]')


def wrap(text: str, columns: int) -> list[str]:
    """Return the lines of a text, each of at most `columns` columns; nothing is left out.

    A word that is longer than a line is broken, after a character such as `-` if possible. Spaces
    at the start begin every line.
    """
    if _width(text) <= columns:
        return [text]
    indent = len(text) - len(text.lstrip(' '))
    if indent:
        return [' ' * indent + part for part in wrap(text[indent:], max(1, columns - indent))]
    lines, line = [], ''
    for word in text.split():
        joined = f'{line} {word}' if line else word
        if _width(joined) <= columns:
            line = joined
            continue
        if line:
            lines.append(line)
        *parts, line = _pieces(word, columns)
        lines += parts
    return [*lines, line] if line or not lines else lines


def wrap_at_words(text: str, columns: int, start: int, below: int | None = None) -> list[str]:
    """Return the lines of a text that begins in column `start` of a terminal.

    The further lines begin in column `below`; without it, in the same. With 0 columns (no terminal)
    it is not wrapped. A longer word, such as the name of an image, is not broken, so that it can be
    copied.
    """
    room, room_below = columns - start, columns - (start if below is None else below)
    if _surely_fits(text, room) or room_below < NARROWEST or _width(text) <= room:
        return [text]
    lines = ['']
    for word in text.split(' '):
        if lines[-1] and _width(lines[-1]) + 1 + _width(word) > room:
            lines.append(word)
            room = room_below
        else:
            lines[-1] += f' {word}' if lines[-1] else word
    return lines


def _surely_fits(text: str, columns: int) -> bool:
    """Return whether a text fits, as far as that is known without tables of widths."""
    return len(text) <= columns and not _MAY_BE_WIDE.search(text)


def _width(text: str) -> int:
    # Most lines fit, and a run that ends soon need not load the tables.
    from kubectl_dog.output import cell_width

    return cell_width.width(text)


def _pieces(word: str, columns: int) -> list[str]:
    """Return the parts of a word that may be longer than a line."""
    pieces = []
    while _width(word) > columns:
        end = _break_at(word, columns)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _break_at(word: str, columns: int) -> int:
    """Return the number of characters that fit; at least one."""
    used, end = _width(word[0]), 1
    while end < len(word) and used + _width(word[end]) <= columns:
        used += _width(word[end])
        end += 1
    after_sign = max(word.rfind(sign, 0, end) for sign in _BREAKS) + 1
    return after_sign if after_sign and 2 * after_sign >= end else end
