"""Timestamps are split off, and no line is lost or doubled when a log is opened again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.log_resume import LogResume
from kubectl_dog.cluster.reads.log_resume import split_timestamps
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.times import format_nano_timestamp
from tests.unit import ci

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


@pytest.mark.parametrize(
    'line',
    (
        b'2023-13-14T22:13:20.000000005Z hello',
        b'2023-11-14T22:13:20.x0000000Z hello',
        b'2023-11-14T22:13:20.',
        b'9999 hello',
        b'hello',
        b'\xff hello',
    ),
)
def test_a_line_without_a_timestamp_is_a_notice(line):
    assert split_timestamps(line + b'\r\n') == ([], [line.decode('utf-8', 'replace')])


@pytest.mark.parametrize('block', (b'', b'\n', b'\n\r\n'))
def test_empty_lines_are_dropped(block):
    assert split_timestamps(block) == ([], [])


@pytest.mark.parametrize(
    ('line', 'nanos', 'text'),
    (
        (b'2023-11-14T22:13:20.000000001Z a', 1, 'a'),
        (b'2023-11-14T22:13:20.000000001Z', 1, ''),
        (b'2023-11-14T22:13:20.000000001Z  a ', 1, ' a '),
        (b'2023-11-14T22:13:20.999999999Z a\xff', 999_999_999, 'a\ufffd'),
        (b'2023-11-14T22:13:20.00000003Z a', 30, 'a'),
        (b'2023-11-14T22:13:21.5Z a', 1_500_000_000, 'a'),
        (b'2023-11-14T22:13:21Z a', SECOND, 'a'),
        (b'2023-11-14T22:13:20.0000000025Z a', 2, 'a'),
        (b'2023-11-14T23:13:20.000000002+01:00 a', 2, 'a'),
        (b'2023-11-14T22:13:20.000000003+01:00 a', 3 - 3600 * SECOND, 'a'),
    ),
)
def test_a_timestamp_is_split_off_whatever_the_lines_around_it(line, nanos, text):
    usual, after = b'2023-11-14T22:13:20.000000007Z x\n', b'2023-11-14T22:13:22.000000001Z y\n'
    lines, notices = split_timestamps(usual + line + b'\n' + usual + after)
    assert [(at - START, text) for at, text in lines] == [
        (7, 'x'),
        (nanos, text),
        (7, 'x'),
        (2 * SECOND + 1, 'y'),
    ]
    assert notices == []


def log_lines(fractions):
    """Lines of three seconds: each second in its order, but in any order within a second."""
    return [
        LogLine(START + second * SECOND + fraction, f'{second}-{number}')
        for second, fractions_of_second in enumerate(fractions)
        for number, fraction in enumerate(fractions_of_second)
    ]


FRACTIONS = st.tuples(*[st.lists(st.integers(0, 5), max_size=6)] * 3)
UNIQUE_FRACTIONS = st.tuples(*[st.lists(st.integers(0, 9), max_size=6, unique=True)] * 3)
# The position of a cut, the sizes of the chunks, and how many lines at the start are rotated away.
CUTS = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90), st.integers(0, 20)), max_size=4)


def read_stream(resume, written, cut_at, chunk_size):
    """Read what a kubelet serves of the written lines, cut after some bytes."""
    resume.reopen()
    served = b''.join(
        f'{format_nano_timestamp(at)} {text}\n'.encode()
        for at, text in written
        if at // SECOND >= resume.since
    )[:cut_at]
    splitter = LineSplitter()
    delivered, gap_messages = [], []
    for start in range(0, len(served), chunk_size):
        lines, _ = split_timestamps(splitter.block(served[start : start + chunk_size]))
        lines, gap_message = resume.new_lines(lines)
        delivered += lines
        gap_messages += [(lines[0], gap_message)] if gap_message else []
    return delivered, gap_messages


@ci.SETTINGS
@given(FRACTIONS, CUTS)
def test_no_line_is_lost_or_doubled_by_cuts(fractions, cuts):
    written = log_lines(fractions)
    resume, delivered = LogResume(None), []
    for cut_at, chunk_size, _ in [*cuts, (None, 7, 0)]:
        lines, gap_messages = read_stream(resume, written, cut_at, chunk_size)
        delivered += lines
        assert gap_messages == []
    assert delivered == written


@ci.SETTINGS
@given(UNIQUE_FRACTIONS, CUTS)
def test_lost_lines_are_reported_if_the_log_was_rotated(fractions, cuts):
    written = log_lines(fractions)
    resume, delivered, first = LogResume(None), [], 0
    for cut_at, chunk_size, rotated in [*cuts, (None, 7, 0)]:
        if delivered:
            first = max(first, rotated)
        lines, gap_messages = read_stream(resume, written[first:], cut_at, chunk_size)
        if lines and delivered:
            skips = written.index(lines[0]) != written.index(delivered[-1]) + 1
            assert not skips or gap_messages
        delivered += lines
    positions = list(map(written.index, delivered))
    assert positions == sorted(set(positions))


@ci.SETTINGS
@given(FRACTIONS, st.sampled_from((0, 3, SECOND // 2, SECOND, 2 * SECOND + SECOND // 2)))
def test_reading_starts_with_the_first_line_since_a_time(fractions, offset):
    written = log_lines(fractions)
    since = (START + offset) / SECOND
    lines, _ = read_stream(LogResume(since), written, None, 50)
    times = [line.time >= int(since * SECOND) for line in written]
    assert lines == written[times.index(True) if True in times else len(times) :]


def test_a_late_line_of_the_second_before_is_kept():
    late = [LogLine(START + SECOND, 'a'), LogLine(START + SECOND - 1, 'late')]
    resume = LogResume(None)
    assert [resume.new_lines([line]) for line in late] == [([line], '') for line in late]


def test_only_times_of_the_last_second_are_kept():
    resume = LogResume(None)
    for second in range(100):
        resume.new_lines([LogLine(START + second * SECOND, 'x')] * 3)
    assert len(resume._recent_times) == 3
