from __future__ import annotations

import re

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.multitrack_spec.spec_text import parse


@pytest.mark.parametrize(
    ('content', 'value'),
    (
        (b'{"Jobs": [{"a": 1.5}]}', {'Jobs': [{'a': 1.5}]}),
        (b'\xef\xbb\xbf{}', {}),
        ('{"Jobs": null}'.encode('utf-16'), {'Jobs': None}),
    ),
)
def test_a_spec_is_json(content, value):
    assert parse(content, 'x') == value


@pytest.mark.parametrize(
    ('content', 'message'),
    (
        (b'', 'spec.json is empty'),
        (b' \n', 'spec.json is empty'),
        (b'Jobs: []', 'spec.json is not JSON: '),
        (b'{} {}', 'spec.json is not JSON: '),
        (b'\xff\xfe\xff', 'spec.json is not JSON: '),
        (b'[' * 100_000, 'spec.json is not JSON: '),
        (b'[' * 201 + b']' * 201, 'spec.json is nested more than 200 levels deep'),
        (b'[' * 5_000 + b']' * 5_000, 'spec.json is nested more than 200 levels deep'),
        (b'{"a": NaN}', 'spec.json is not JSON: NaN is not a number that JSON has'),
        (b'{"Jobs": [], "Jobs": []}', "spec.json is not JSON: the key 'Jobs' stands twice"),
    ),
)
def test_invalid_json_is_an_error(content, message):
    with pytest.raises(UserError, match=f'^{re.escape(message)}'):
        parse(content, 'spec.json')
