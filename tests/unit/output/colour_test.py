from __future__ import annotations

import pytest

from kubectl_dog.output.colour import Palette
from kubectl_dog.output.colour import is_enabled


@pytest.mark.parametrize(
    ('choice', 'environment', 'terminal', 'expected'),
    [
        ('auto', {}, True, True),
        ('auto', {}, False, False),
        ('auto', {'TERM': 'dumb'}, True, False),
        ('auto', {'NO_COLOR': '1'}, True, False),
        ('auto', {'NO_COLOR': ''}, True, True),
        ('auto', {'FORCE_COLOR': '1'}, False, True),
        ('auto', {'FORCE_COLOR': '1', 'TERM': 'dumb'}, False, True),
        ('auto', {'FORCE_COLOR': '0'}, True, False),
        ('auto', {'NO_COLOR': '1', 'FORCE_COLOR': '1'}, True, False),
        ('always', {'NO_COLOR': '1'}, False, True),
        ('never', {'FORCE_COLOR': '1'}, True, False),
    ],
)
def test_colour_follows_the_flag_then_the_environment_then_the_terminal(
    choice, environment, terminal, expected
):
    assert is_enabled(choice, environment, terminal) is expected


def test_paint_only_where_on():
    assert Palette(True).bad('x') == '\x1b[31mx\x1b[0m'
    assert Palette(False).bad('x') == 'x'
    assert Palette(True).dim('') == ''
