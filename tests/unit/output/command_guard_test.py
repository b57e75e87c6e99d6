from __future__ import annotations

import io
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.command_guard import CommandGuard
from kubectl_dog.output.command_guard import guard_stream
from kubectl_dog.output.command_guard import guarded_streams
from kubectl_dog.output.command_guard import is_obeyed
from kubectl_dog.output.escape import break_commands
from kubectl_dog.output.stream_writer import Writer
from tests.unit import ci

HOSTILE = '::error::x ##[error]y\n'
BROKEN = '\\::error::x #\\#[error]y\n'


class Terminal(io.StringIO):
    def isatty(self):
        return True


@ci.SETTINGS
@given(st.lists(ci.TEXT | st.just(None), max_size=12))
def test_what_is_written_in_pieces_is_no_command_either(pieces):
    stream = io.StringIO(newline='')
    guarded = CommandGuard(stream)
    for piece in pieces:
        if piece is None:
            guarded.flush()
        else:
            guarded.write(piece)
    guarded.release()
    assert ci.obeyed(stream.getvalue()) == []


@ci.SETTINGS
@given(st.lists(st.sampled_from(['a', ' ', '# ', '\n', '|', None]), max_size=30))
def test_what_is_harmless_arrives_as_it_is(pieces):
    stream = io.StringIO(newline='')
    guarded = CommandGuard(stream)
    for piece in pieces:
        guarded.flush() if piece is None else guarded.write(piece)
    guarded.release()
    assert stream.getvalue() == ''.join(piece for piece in pieces if piece)


@ci.SETTINGS
@given(ci.TEXT)
def test_a_second_look_finds_nothing(text):
    assert break_commands(break_commands(text)) == break_commands(text)


@pytest.mark.parametrize(
    'pieces', (('#', '#[error]'), ('##', '[error]'), (':', ':a::'), ('##v', 'so['))
)
def test_no_command_is_put_together_across_a_flush(pieces):
    stream = io.StringIO()
    guarded = CommandGuard(stream)
    for piece in pieces:
        guarded.write(piece)
        guarded.flush()
    assert ci.obeyed(stream.getvalue()) == []
    assert stream.getvalue().replace('\\', '') == ''.join(pieces)


def test_a_line_without_an_end_is_shown_when_it_is_flushed():
    stream = io.StringIO()
    print('password: ', end='', file=CommandGuard(stream), flush=True)
    assert stream.getvalue() == 'password: '


def test_a_line_that_never_ends_is_not_kept():
    stream = io.StringIO()
    guarded = CommandGuard(stream)
    for _ in range(1_000):
        guarded.write('x' * 99 + '#')
    assert len(stream.getvalue()) > 90_000


def test_a_person_at_a_terminal_sees_what_there_is():
    stream = Terminal()
    CommandGuard(stream, {}).write(HOSTILE)
    assert stream.getvalue() == HOSTILE


@pytest.mark.parametrize('name', ('CI', 'BUILDKITE', 'TF_BUILD', 'TEAMCITY_VERSION'))
def test_a_terminal_of_a_ci_system_is_none(name):
    stream = Terminal()
    CommandGuard(stream, {name: 'true'}).write(HOSTILE)
    assert stream.getvalue() == BROKEN
    assert not is_obeyed(stream, {name: ''})


def test_a_stream_that_is_closed_or_no_file_is_no_terminal():
    closed = Terminal()
    closed.close()
    closed.isatty = io.StringIO.isatty.__get__(closed)
    assert is_obeyed(closed, {})
    assert is_obeyed(object(), {})


def test_each_standard_stream_is_looked_at_by_itself(monkeypatch):
    for name in ('CI', 'GITHUB_ACTIONS', 'BUILDKITE', 'TF_BUILD', 'TEAMCITY_VERSION'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, 'stdout', Terminal())
    monkeypatch.setattr(sys, 'stderr', io.StringIO())
    before = sys.stdout, sys.stderr
    with guarded_streams():
        print(HOSTILE, end='')
        print(HOSTILE, end='', file=sys.stderr)
        print('no end', end='', file=sys.stderr)
    assert (sys.stdout, sys.stderr) == before
    assert [stream.getvalue() for stream in before] == [HOSTILE, f'{BROKEN}no end']


def test_a_guard_is_enough():
    once = CommandGuard(io.StringIO())
    assert guard_stream(once) is once


def test_only_a_command_of_our_own_gets_past():
    stream = io.StringIO()
    guarded = CommandGuard(stream)
    Writer(guarded).write(['::group::x'])
    guarded.write('no end')
    guarded.write_command(Command('::group::deploy/web'))
    guarded.write_command(Command('::error::a\n::error::b'))
    assert stream.getvalue() == (
        '\\::group::x\nno end\n::group::deploy/web\n::error::a\\n::error::b\n'
    )


@pytest.mark.parametrize(
    'text',
    (
        '#' * 300_000,
        '#\u200b' * 150_000,
        ('#' + '\u200b' * 500) * 600,
        '\n' * 300_000,
        '\r \t' * 100_000,
        ' ' * 300_000 + ':',
        '\x1b[' * 150_000,
        '\x1b[0' * 100_000 + ':',
        ':\u200b' * 150_000,
        '-' * 300_000,
    ),
    ids=range(10),
)
def test_hostile_text_takes_no_more_time_than_other_text(text):
    begin = time.process_time()
    break_commands(text)
    assert time.process_time() - begin < 2
