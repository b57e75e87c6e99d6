"""Detect lines that CI systems execute as commands, and generate text that tries to be one."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.needs import examples

_COLOURS = re.compile(r'\x1b\[[0-9;]*m')
# Control characters of terminals: C0 except tab and line feed, DEL, C1, bidi controls, and
# characters that nobody sees.
_CONTROLS = re.compile(
    '[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\u061c\u200b-\u200f\u2060-\u2064\ufeff'
    '\U000e0000-\U000e007f]'
)
PIECES = (
    *('#', '##', '##[', '[', 'error]x', '[add-mask]e', 'vso[task.setvariable a]b', '##VSO['),
    *('teamcity[', '##TeamCity[', '::', ':', 'error::x', '-', '---', '+', '+++', '~~~', '^^^ +++'),
    *('\r', '\n', '\r\n', '\u2028', '\x85', '\x1b[0m', '\x1b[', '\x1b', '31m', '\x00', '\x7f'),
    *('\u200b', '\xad', '\ufeff', '\u0301', '\u202e', '\ud800', '\uff03', ' ', '\t', '\xa0'),
    *('\u200e', '\u061c', '\U000e0041'),
    *('—', '…', '%0A', '%23', '\\', '"', "'", '{', 'é', 'web', 'BackOff', '7', '/', ''),
)
TEXT = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map(''.join),
    st.text(max_size=12),
)
# Text that is clipped in the middle of a command, or so that it looks like one.
LONG = st.builds(
    lambda count, text: 'x' * count + text * 9,
    st.integers(3_980, 4_000),
    st.sampled_from(PIECES) | st.just('##[error]'),
)
SETTINGS = settings(
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


# Characters that .NET's IndexOf(string) and StartsWith(string) ignore, as ICU does.
_IGNORED = {
    code: None
    for code in (*range(0x10000), *range(0xE0000, 0xE0200))
    if unicodedata.category(chr(code)) in ('Cc', 'Cf', 'Mn', 'Cs') and chr(code) != '\t'
}


def _variants(line):
    """The line, and the line without colours, ignored characters, or non-ASCII characters."""
    uncoloured = _COLOURS.sub('', line)
    yield from (line, uncoloured)
    for text in (line, uncoloured):
        yield text.translate(_IGNORED)
        yield text.encode('ascii', 'ignore').decode()


def _github(line):
    return '##[' in line or line.lstrip().startswith('::')


def _azure(line):
    return '##vso' in line.lower()


def _teamcity(line):
    return '##teamcity' in line.lower()


def _buildkite(line):
    return line.startswith(('---', '+++', '~~~', '^^^'))


_SYSTEMS = (_github, _azure, _teamcity, _buildkite)


def obeyed(output):
    """(system, line) of the lines of an output that a system would execute."""
    return [
        (system.__name__, line)
        for line in re.split('\r\n|\r|\n', output)
        for system in _SYSTEMS
        if any(map(system, _variants(line)))
    ]


def controls(output):
    """The terminal controls in an output, except for our own colours."""
    return _CONTROLS.findall(_COLOURS.sub('', output))
