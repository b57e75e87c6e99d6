from __future__ import annotations

import random

import pytest

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.worker import Backoff
from kubectl_dog.cluster.reads.worker import Environment


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
    ('asked', 'expected'), (('7', 7.0), ('100000', 60.0), ('0', 0.2), ('Wed, 21 Oct', 0.2))
)
def test_retry_after(asked, expected):
    assert Backoff(0.2, 5.0, lambda: 1.0).delay({'Retry-After': asked}) == expected


def test_jitter_halves_at_most():
    assert Backoff(0.2, 5.0, lambda: 0.0).delay() == 0.1


def test_random_numbers_are_from_0_to_1():
    numbers = [Environment().random() for _ in range(9)]
    assert 0.0 <= min(numbers) < max(numbers) < 1.0
