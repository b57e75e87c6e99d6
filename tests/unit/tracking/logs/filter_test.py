from __future__ import annotations

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.options import Options
from kubectl_dog.tracking.logs import filter

LINES = ('level=error no', 'GET /healthz', 'GET /pay', 'debug: GET')


def kept(container='main', known=('main', 'proxy'), **options):
    select = filter.line_filter(container, known, Options(**options))
    return [line.text for line in select(tuple(LogLine(at, text) for at, text in enumerate(LINES)))]


@pytest.mark.parametrize(
    ('options', 'indexes'),
    (
        ({}, (0, 1, 2, 3)),
        ({'include': ('GET',)}, (1, 2, 3)),
        ({'include': ('^GET /p', 'level')}, (0, 2)),
        ({'exclude': ('healthz', '^debug')}, (0, 2)),
        ({'include': ('GET',), 'exclude': ('debug',)}, (1, 2)),
        # Not a container's name, so all of it is the pattern.
        ({'include': ('level=error',)}, (0,)),
        # Its own patterns in place of those for all.
        ({'include': ('nothing', 'main=pay')}, (2,)),
        ({'include': ('GET', 'proxy=pay')}, (1, 2, 3)),
        ({'exclude': ('main=GET',)}, (0,)),
        ({'exclude': ('proxy=GET',)}, (0, 1, 2, 3)),
    ),
)
def test_lines_are_kept_by_the_patterns_for_their_container(options, indexes):
    assert kept(**options) == [LINES[index] for index in indexes]


@pytest.mark.parametrize('pattern', ('(', 'main=(', r'main=(a)\1'))
def test_a_wrong_pattern_is_told(pattern):
    with pytest.raises(UserError):
        filter.check_pattern(pattern)
