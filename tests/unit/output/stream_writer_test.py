from __future__ import annotations

import errno
import io
import os
import subprocess
import sys

import pytest

from kubectl_dog.output.background_stream import BackgroundStream
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError
from kubectl_dog.output.stream_writer import Writer

FANCY = '✗ a │ b … ⚠ x → y – é 世'


class Counting(io.StringIO):
    flushes = 0

    def flush(self):
        self.flushes += 1


def written(encoding, line=FANCY):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline='\n')
    Writer(stream).write([line, 'next'])
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ('encoding', 'shown'),
    [
        ('utf-8', FANCY),
        ('ascii', 'x a | b ... ! x -> y - ? ?'),
        ('cp1252', 'x a | b … ! x -> y – é ?'),
    ],
)
def test_an_encoding_that_lacks_a_character_gets_the_nearest(encoding, shown):
    assert written(encoding) == f'{shown}\nnext\n'


def test_a_lone_surrogate_does_not_end_the_program():
    assert written('utf-8', 'a\udc80b') == 'a?b\nnext\n'


def test_one_flush_per_batch_and_none_for_nothing():
    stream = Counting()
    writer = Writer(stream)
    writer.write(['a', 'b'])
    writer.write([])
    assert (stream.getvalue(), stream.flushes) == ('a\nb\n', 1)


def test_a_closed_pipe_is_one_error_of_ours():
    read, write = os.pipe()
    os.close(read)
    with open(write, 'w', encoding='utf-8') as stream:
        writer = Writer(stream)
        with pytest.raises(OutputClosedError):
            writer.write(['nobody reads this'])


def test_a_stream_without_a_descriptor_may_break_too():
    class Broken(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with pytest.raises(OutputClosedError):
        Writer(Broken()).write(['x'])


def test_python_does_not_complain_at_exit_after_the_reader_left():
    program = (
        'import sys\n'
        'from kubectl_dog.output.stream_writer import OutputClosedError, Writer\n'
        'try:\n'
        '    while True: Writer(sys.stdout).write(["x" * 1000])\n'
        'except OutputClosedError: sys.exit(7)\n'
    )
    with subprocess.Popen(
        [sys.executable, '-c', program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b''
        assert process.wait(10) == 7


def test_an_unfinished_line_that_cannot_be_encoded_does_not_stop_later_ones():
    raw = io.BytesIO()
    writer = Writer(io.TextIOWrapper(raw, encoding='ascii'))
    writer.write_text('first\nunfinished ✓')
    writer.write(['next'])
    assert raw.getvalue().count(b'first') == 1
    assert raw.getvalue().endswith(b'next\n')
    assert b'unfinished' in raw.getvalue()


class Full(io.StringIO):
    def flush(self):
        raise OSError(errno.ENOSPC, 'disk is full')


def test_a_full_disk_is_an_error_with_its_reason():
    with pytest.raises(OutputFailedError, match='disk is full'):
        Writer(Full()).write(['a'])


def test_a_full_disk_behind_a_background_stream_is_ignored():
    stream = BackgroundStream(Full())
    stream.write('a')
    assert stream.close()


GROUP = (Command('::group::│ \x1b[2J'), '::error::x ##[a]', '--- y', Command('', '\x1b[0K\r'))


@pytest.mark.parametrize(('encoding', 'bar'), (('utf-8', '│'), ('ascii', '|')))
def test_commands_are_written_between_lines_and_the_lines_are_none(encoding, bar):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline='\n')
    writer = BackgroundWriter(Writer(stream))
    writer.write(['before'])
    writer.write_mixed(GROUP)
    writer.write_mixed([])
    assert writer.close()
    assert raw.getvalue().decode(encoding) == (
        f'before\n::group::{bar} \\x1b[2J\n\\::error::x #\\#[a]\n\\--- y\n\x1b[0K\r\n'
    )


def test_a_closed_pipe_is_an_error_for_commands_too():
    read, write = os.pipe()
    os.close(read)
    with open(write, 'w', encoding='utf-8') as stream, pytest.raises(OutputClosedError):
        Writer(stream).write_commands([Command('x')])
