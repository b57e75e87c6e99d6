"""Make text from a cluster, which may be hostile, safe for terminals and CI systems."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.text_format import may_hold_secret

LIMIT = 4_000
# Characters of a message that are searched for secrets; the rest is not shown.
_SEARCHED = 4 * LIMIT

# - C0 without the tab, DEL and C1, the separators that end a line, and lone surrogates;
# - bidi marks, embeddings, overrides and isolates: they let text show up as something it is not;
# - characters without width, tags and their variation selectors: they hide text in a text.
# The variation selectors of emoji stay, but not the joiner: an emoji of several shows its parts.
_UNSAFE = lazy_compile(
    '[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff'
    '\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f'
    '\xad\u034f\u180b-\u180f\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb'
    '\U000e0000-\U000e0fff]',
)
# The rest of ASCII: the tab, and printable characters.
_SAFE_ASCII = bytes([9, *range(32, 127)])
_ESCAPES = {'\n': r'\n', '\r': r'\r'}

# CI systems compare strings by the rules of a culture: GitHub's runner takes a `##[` with a soft
# hyphen or an escape sequence in it for `##[`. Streams may drop what their encoding lacks, too. So
# only printable ASCII between the characters of a token breaks it.
_COLOUR = r'(?:\[[0-9;]*m)?'
_IGNORED = rf'(?:[^ -~\n\r]{_COLOUR})*'
_BLANK = rf'(?:[^!-~\n\r]{_COLOUR})*'
# Obeyed after a `#` anywhere in a line: GitHub, Azure, TeamCity.
_TOKENS_ANYWHERE = ('#[', '#vso', '#team')
# Obeyed at the beginning of a line, also after spaces: GitHub (::) and Buildkite.
_TOKENS_AT_START = ('::', '---', '+++', '~~~', '^^^')


def _escape_character(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code > 0xFFFF:
        return f'\\U{code:08x}'
    return _ESCAPES.get(character) or (f'\\x{code:02x}' if code < 0x100 else f'\\u{code:04x}')


def _is_safe(text: str) -> bool:
    # For ASCII, which most text is, this takes a tenth of the time of a search.
    if text.isascii():
        return not text.encode('ascii').translate(None, _SAFE_ASCII)
    return not _UNSAFE.search(text)


def escape(text: str) -> str:
    """Escape everything that a terminal would obey, such as `\\x1b`."""
    # Nearly every line is safe, and the check costs a fraction of a substitution.
    return text if _is_safe(text) else _UNSAFE.sub(_escape_character, text)


def remove_controls(text: str) -> str:
    """Return text without the characters that `escape` escapes, and without tabs."""
    return _UNSAFE.sub('', text).replace('\t', '')


def clip(text: str, limit: int = LIMIT) -> str:
    """Shorten text of more than `limit` characters, and append its length."""
    return text if len(text) <= limit else f'{text[:limit]}… ({len(text):,} characters)'


def line(text: str) -> str:
    """Return a log line, shortened and escaped."""
    return escape(clip(text))


def lines(texts: Sequence[str]) -> Sequence[str]:
    """Shorten and escape log lines; check them together first, as nearly all are safe."""
    if max(map(len, texts), default=0) <= LIMIT and _is_safe(''.join(texts)):
        return texts
    return [line(text) for text in texts]


def sentence(text: str) -> str:
    """Return a message in one line, without secrets, shortened and escaped.

    Line breaks become spaces.
    """
    if may_hold_secret(text):
        from kubectl_dog.model.secret_texts import mask_text

        length, text = len(text), mask_text(text[:_SEARCHED])
        if length > _SEARCHED:
            return f'{sentence(text[:LIMIT])}… ({length:,} characters)'
    if '\n' in text or '\r' in text:
        text = ' '.join(part.strip() for part in clip(text).splitlines())
    return escape(clip(text))


def _token(text: str) -> str:
    return _IGNORED.join(map(re.escape, text))


_COMMAND = lazy_compile(f'#(?={_IGNORED}(?i:{"|".join(map(_token, _TOKENS_ANYWHERE))}))')
# A quick check for lines without colours, and the exact pattern for any line.
_MAYBE_AT_START = lazy_compile(r'\n[^!-~\n]*[:+~^-]')
_TOKEN_AT_START = lazy_compile(rf'[\n\r]{_BLANK}(?={"|".join(map(_token, _TOKENS_AT_START))})')


def break_tokens(text: str) -> str:
    """Break the commands that CI systems obey anywhere in a line: `##[` becomes `#\\#[`."""
    return _COMMAND.sub(r'#\\', text) if '#' in text else text


def break_commands(text: str) -> str:
    """Break the commands of CI systems, anywhere in lines and at their beginning.

    This must be the last step for a text: any later change might form a command again.
    """
    text = '\n' + break_tokens(text)
    if '\x1b' in text or '\r' in text or _MAYBE_AT_START.search(text):
        text = _TOKEN_AT_START.sub(r'\g<0>\\', text)
    return text[1:]


def safe_line_start(text: str) -> str:
    """Return text to begin lines with, so that no later text is at the beginning of a line."""
    text = break_commands(text)
    return text if any(char.isascii() and char.isalnum() for char in text) else f'\\{text}'
