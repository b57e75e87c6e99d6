"""Whether the manifest of a target has been applied."""

from __future__ import annotations

import pytest

from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.tracking.verdict.file_pin import check_file

IMAGE = {'field': 'image', 'current': 'web:1', 'wanted': 'web:2', 'isImage': True}
ENV = {'field': 'env[A].value'}
DELETION = {'field': 'metadata.deletionTimestamp'}


def named(*fields):
    return [{'field': field} for field in fields]


@pytest.mark.parametrize(
    ('entries', 'was_met', 'expected'),
    (
        ([], False, ('', False)),
        ([IMAGE], False, ("the file's value of image (file: web:2, current: web:1)", True)),
        ([ENV], False, ("the file's value of env[A].value", False)),
        (
            [ENV, IMAGE],
            False,
            ("the file's values of image (file: web:2, current: web:1) and env[A].value", True),
        ),
        (named('a', 'b', 'c'), False, ("the file's values of a, b and c", False)),
        (named('a', 'b', 'c', 'd', 'e'), False, ("the file's values of a, b, c and 2 more", False)),
        ([DELETION], False, ('its replacement, as it is being deleted', False)),
        ([DELETION, IMAGE], False, ('its replacement, as it is being deleted', False)),
        ([DELETION], True, ('', False)),
        ([ENV], True, ('', False)),
        ([ENV, IMAGE], True, ("the file's value of image (file: web:2, current: web:1)", True)),
        ('odd', False, ('', False)),
    ),
)
def test_the_fields_that_differ_are_waited_for(entries, was_met, expected):
    assert check_file({FILE_DIFFERENCES: entries}, (), was_met) == expected
