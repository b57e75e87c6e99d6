from __future__ import annotations

import pytest

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.schedule.log_limit import LogLimit

WATCH = Watch(PODS, 'shop')
LINES = (LogLine(1, 'a'), LogLine(2, 'b'), LogLine(3, 'c'))


def log(name, **fields):
    return Logs('shop', name, f'uid-{name}', 'main', **fields)


def limited(limit, *wants, read=None):
    logs = [want for want in wants if isinstance(want, Logs)]
    return limit.limit(frozenset(wants), logs, read or {})


def test_logs_that_are_open_stay_open():
    limit = LogLimit(1)
    assert limited(limit, WATCH, log('b')) == {WATCH, log('b')}
    assert limited(limit, WATCH, log('a'), log('b')) == {WATCH, log('b')}
    assert limited(limit, log('a')) == {log('a')}
    assert limit.streams == {log('a').stream}


@pytest.mark.parametrize(
    ('read', 'new'), ((LINES[:2], LINES[2:]), ((), LINES)), ids=('some lines', 'no line')
)
def test_lines_of_a_log_that_is_opened_again_are_not_repeated(read, new):
    limit = LogLimit(1)
    limited(limit, log('a'))
    assert limit.new_lines(log('a'), LINES) == LINES
    # It is the same log after a restart of its container.
    limited(limit, log('a', restarts=1), read={log('a').stream: read})
    assert limit.new_lines(log('a'), LINES) == LINES
    limited(limit, read={log('a').stream: read})
    assert limit.new_lines(log('a'), LINES) == new
