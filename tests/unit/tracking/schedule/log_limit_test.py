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


def test_logs_that_are_open_stay_open():
    limit = LogLimit(1)
    assert limit.limit(frozenset({WATCH, log('b')}), {}) == {WATCH, log('b')}
    both = frozenset({WATCH, log('a'), log('b')})
    assert limit.limit(both, {}) == {WATCH, log('b')}
    assert limit.limit(frozenset({log('a')}), {}) == {log('a')}
    assert limit.streams == {log('a').stream}


@pytest.mark.parametrize(
    ('read', 'new'), ((LINES[:2], LINES[2:]), ((), LINES)), ids=('some lines', 'no line')
)
def test_lines_of_a_log_that_is_opened_again_are_not_repeated(read, new):
    limit = LogLimit(1)
    limit.limit(frozenset({log('a')}), {})
    assert limit.new_lines(log('a'), LINES) == LINES
    # It is the same log after a restart of its container.
    limit.limit(frozenset({log('a', restarts=1)}), {log('a').stream: read})
    assert limit.new_lines(log('a'), LINES) == LINES
    limit.limit(frozenset(), {log('a').stream: read})
    assert limit.new_lines(log('a'), LINES) == new
