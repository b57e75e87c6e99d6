from __future__ import annotations

import pytest

from kubectl_dog.model import events
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.output import log_record
from kubectl_dog.output.log_record import LogLimits
from kubectl_dog.output.log_record import LogRecord

WEB = Target(DEPLOYMENTS, 'shop', 'web')


def logged(numbers, at=3.2, instance=1):
    lines = tuple(LogLine(number, str(number)) for number in numbers)
    return events.LogChunk(at, WEB, 'web-1', 'main', lines, instance)


def numbers(entries):
    return [line.time for _, line in entries]


@pytest.fixture
def few_lines(monkeypatch):
    monkeypatch.setattr(log_record, 'MAX_LOG_LINES', 4)


def test_the_first_and_last_lines_are_kept():
    log, count = LogRecord(LogLimits()), log_record.MAX_LOG_LINES
    log.add(logged(range(count * 3)))
    log.add(logged([0], at=4.9, instance=2))
    assert (len(log.first), len(log.last)) == (count,) * 2
    assert (log.total, log.omitted) == (count * 3 + 1, count + 1)
    assert log.counts == {3: count * 3, 4: 1}
    assert log.last[-1] == (2, LogLine(0, '0'))


@pytest.mark.parametrize('size', (0, 1, 2, 3, 4, 5, 7, 8, 9, 20))
@pytest.mark.parametrize('limit', (0, 1, 2, 3, 4))
@pytest.mark.usefixtures('few_lines')
def test_the_gap_is_in_the_middle(size, limit):
    limits = LogLimits()
    log = LogRecord(limits)
    log.add(logged(range(size)))
    limits.lines = limit
    log.shorten(limit)
    kept = min(size, limit)
    assert numbers(log.first) == [*range(kept)]
    assert numbers(log.last) == [*range(max(kept, size - limit), size)]
    assert log.omitted == max(0, size - 2 * limit)
    log.add(logged(range(size, size + 2)))
    assert numbers([*log.first, *log.last]) == sorted(numbers([*log.first, *log.last]))
    assert log.omitted == max(0, size + 2 - 2 * limit)
    assert log.size == sum(map(log_record._size, [*log.first, *log.last]))


def test_containers_keep_less_when_the_limit_of_all_is_reached():
    limits = LogLimits(100_000)
    logs = [LogRecord(limits) for _ in range(3)]
    for log in logs:
        log.add(logged(range(300)))
    assert limits.lines < 300
    assert sum(log.size for log in logs) <= 100_000
    assert {(len(log.first), len(log.last)) for log in logs} == {(limits.lines, limits.lines)}
    logs[0].add(logged(range(300, 310)))
    assert numbers(logs[0].first) == [*range(limits.lines)]
    assert numbers(logs[0].last) == [*range(310 - limits.lines, 310)]


def test_no_line_is_kept_if_one_is_too_long():
    log = LogRecord(LogLimits(1000))
    log.add(logged(range(3)))
    log.add(events.LogChunk(4.0, WEB, 'web-1', 'main', (LogLine(9, 'x' * 2000),), 1))
    assert (log.first, [*log.last], log.omitted, log.size) == ([], [], 4, 0)


def test_counts_of_a_long_run_are_for_longer_times(monkeypatch):
    monkeypatch.setattr(log_record, 'MAX_COUNTS', 4)
    log = LogRecord(LogLimits())
    for second in range(10):
        log.add(logged([1], at=float(second)))
    assert (log.counts, log.count_seconds) == ({0: 4, 4: 4, 8: 2}, 4)
