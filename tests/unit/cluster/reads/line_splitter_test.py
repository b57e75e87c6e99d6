from __future__ import annotations

import random

import pytest

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.log_resume import LogResume
from kubectl_dog.cluster.reads.worker import Backoff


@pytest.mark.parametrize(
    ('chunks', 'lines', 'rest'),
    (
        ((b'a\nb\n',), [b'a', b'b'], []),
        ((b'a', b'b', b'\nc'), [b'ab'], [b'c']),
        ((b'\n\n',), [b'', b''], []),
        ((b'a\nb', b'', b'c\nd\n'), [b'a', b'bc', b'd'], []),
        ((), [], []),
    ),
)
def test_lines(chunks, lines, rest):
    splitter = LineSplitter()
    assert [line for chunk in chunks for line in splitter.feed(chunk)] == lines
    assert splitter.last_block() == b''.join(line + b'\n' for line in rest)
    assert splitter.last_block() == b''


@pytest.mark.parametrize('limit', (8, None))
@pytest.mark.parametrize('seed', range(20))
def test_blocks_are_the_same_lines(limit, seed):
    dice = random.Random(seed)
    apart, at_once = LineSplitter(limit), LineSplitter(limit)
    for _ in range(50):
        chunk = bytes(dice.choices(b'ab\xc3\xa9\n\n', k=dice.choice((0, 1, 7, 40))))
        assert at_once.block(chunk) == b''.join(line + b'\n' for line in apart.feed(chunk))
    assert at_once.last_block() == apart.last_block()


def clipped(text, length):
    return f'{text} … [{length} bytes]'.encode()


@pytest.mark.parametrize(
    ('chunks', 'lines'),
    (
        ((b'12345678\n',), [b'12345678']),
        ((b'123456789\n',), [clipped('12345678', 9)]),
        ((b'x\n1234567890\ny\n',), [b'x', clipped('12345678', 10), b'y']),
        ((b'12345', b'67890', b'abc', b'\ny\n'), [clipped('12345678', 13), b'y']),
        (('1234567é\n'.encode(),), [clipped('1234567', 9)]),
        (('123456éa\n'.encode(),), [clipped('123456é', 9)]),
        ((b'1234567\xff9\n',), [b'1234567' + clipped('', 9)]),
        ((b'123456\xff89\n',), [b'123456\xff8' + clipped('', 9)]),
        ((b'\x80' * 9 + b'\n',), [b'\x80' * 8 + clipped('', 9)]),
    ),
)
def test_lines_over_the_limit_are_clipped_between_characters(chunks, lines):
    splitter = LineSplitter(8)
    assert [line for chunk in chunks for line in splitter.feed(chunk)] == lines
    splitter = LineSplitter(8)
    assert b''.join(map(splitter.block, chunks)).split(b'\n')[:-1] == lines


def test_an_endless_line_is_not_held_in_memory():
    splitter = LineSplitter(8)
    for _ in range(1000):
        splitter.feed(b'x' * 1000)
    assert sum(map(len, splitter._parts)) == 8
    assert splitter.last_block() == clipped('xxxxxxxx', 1_000_000) + b'\n'


@pytest.mark.parametrize(
    'line',
    (
        b'2023-13-14T22:13:20.000000005Z hello',
        b'2023-11-14T22:13:20.x0000000Z hello',
        b'9999 hello',
        b'hello',
        b'\xff hello',
    ),
)
def test_what_bears_no_time_is_a_notice(line):
    assert LogResume(None).read(line + b'\r\n') == ([], [line.decode('utf-8', 'replace')])


def test_empty_lines_are_nothing():
    assert LogResume(None).read(b'\n\r\n') == ([], [])


def test_times_in_one_second_and_in_two_zones():
    stamps = (
        b'2023-11-14T22:13:20.000000001Z a',
        b'2023-11-14T22:13:20.999999999Z b',
        b'2023-11-14T22:13:21.5Z c',
        b'2023-11-14T23:13:20.000000002+01:00 d',
        b'2023-11-14T22:13:20.000000003Z e',
        b'2023-11-14T22:13:20.000000003+01:00 f',
    )
    lines, _ = LogResume(None).read(b'\n'.join(stamps) + b'\n')
    second = 1_700_000_000_000_000_000
    assert [line.time - second for line in lines] == [
        1,
        999_999_999,
        1_500_000_000,
        2,
        3,
        3 - 3600 * 1_000_000_000,
    ]


@pytest.mark.parametrize(
    'line',
    (
        b'2023-11-14T22:13:20.000000003Z',
        b'2023-11-14T22:13:20.00000003Z  y',
        b'2023-11-14T22:13:20.00000000-Z y',
        b'2023-11-14T22:13:20.000000003+01:00 y',
        b'2023-11-14T22:13:20.5Z y',
        b'2023-11-14T22:13:21.000000003Z y',
        b'2023-11-14T22:13:20.',
        b'words of the kubelet',
        b'',
        b'\xff',
    ),
)
@pytest.mark.parametrize('order', (1, -1))
def test_a_strange_line_among_those_of_one_second(line, order):
    usual = b'2023-11-14T22:13:20.000000003Z x'
    lines = [usual, line][::order]
    known, fresh = LogResume(None), LogResume(None)
    known.read(usual + b'\n')
    assert known.read(b'\n'.join(lines) + b'\n') == fresh.read(b'\n'.join(lines) + b'\n')


@pytest.mark.parametrize(
    ('asked', 'expected'), (('7', 7.0), ('100000', 60.0), ('0', 0.2), ('Wed, 21 Oct', 0.2))
)
def test_retry_after(asked, expected):
    assert Backoff(0.2, 5.0, lambda: 1.0).delay({'Retry-After': asked}) == expected


def test_jitter_halves_at_most():
    assert Backoff(0.2, 5.0, lambda: 0.0).delay() == 0.1
