from __future__ import annotations

import pytest

from tests.commit_subject import LIMIT
from tests.commit_subject import fault


@pytest.mark.parametrize(
    ('message', 'is_fine'),
    (
        ('Split cluster/ by concern', True),
        (
            'Fix it\n\n' + 'A long body. ' * 10,
            True,
        ),
        ('X' * LIMIT, True),
        ('X' * (LIMIT + 1), False),
        ('fix it', False),
        ('Fix it.', False),
        ('', False),
        (
            'Merge branch ' + 'x' * LIMIT,
            True,
        ),
    ),
)
def test_subjects(message, is_fine):
    assert (fault(message) == '') is is_fine
