from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model.json_decoding import DEEPEST
from kubectl_dog.model.json_decoding import clip
from kubectl_dog.model.json_decoding import decode
from kubectl_dog.model.json_decoding import is_deeper
from kubectl_dog.model.json_decoding import whole
from tests.unit.oddities import SETTINGS

# Strings that look like structure, and escapes that look like the ends of strings.
TEXTS = st.text(alphabet='[]{}"\\,: ü\n', max_size=6)
VALUES = st.recursive(
    st.none() | TEXTS | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def depth(value):
    if isinstance(value, (list, dict)):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(depth, inner), default=0)
    return 0


def without_depths(value, levels):
    if not isinstance(value, (list, dict)):
        return value
    if not levels:
        return None
    if isinstance(value, list):
        return [without_depths(item, levels - 1) for item in value]
    return {key: without_depths(item, levels - 1) for key, item in value.items()}


@SETTINGS
@given(VALUES, st.integers(1, 5), st.sampled_from((None, 1)), st.booleans())
def test_replaces_deep_values_by_null(value, levels, indent, ascii):
    data = json.dumps(value, indent=indent, ensure_ascii=ascii).encode()
    assert is_deeper(data, levels) == (depth(value) > levels)
    assert decode(data, levels) == without_depths(value, levels)


@SETTINGS
@given(st.binary(max_size=40) | st.text('[]{}"\\:,1a', max_size=40).map(str.encode))
def test_garbage_raises_value_error(data):
    try:
        decode(data, 3)
    except ValueError:
        return


@pytest.mark.parametrize(('open_', 'close'), (('[', ']'), ('{"a":', '}'), ('[{"[{":', '}]')))
@pytest.mark.parametrize('levels', (990, 2_500, 100_000))
def test_deep_nesting_does_not_overflow(open_, close, levels):
    data = f'{{"metadata":{{"name":"a"}},"deep":{open_ * levels}1{close * levels}}}'.encode()
    value = decode(data)
    assert value['metadata'] == {'name': 'a'}
    assert depth(value) == DEEPEST
    with pytest.raises(json.JSONDecodeError):
        decode(data[: len(data) // 2])


def test_the_small_stack_of_a_thread_is_enough():
    code = (
        'import threading\n'
        'from kubectl_dog.model.json_decoding import decode\n'
        'threading.stack_size(256 * 1024)\n'
        "data = b'[' * 50_000 + b']' * 50_000\n"
        "thread = threading.Thread(target=lambda: print('read' if decode(data) else ''))\n"
        'thread.start()\n'
        'thread.join()\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, b'read', b'')


def test_does_not_copy_shallow_text():
    data = json.dumps([[{}] * 500, ['{[' * 500], '\\"' * 500]).encode()
    assert clip(data) is data


@pytest.mark.parametrize(
    'data',
    (b'["' * 300_000, b'"\\' * 300_000, b'[{}' * 300_000, b'{"a":' * 200_000, b'{}' * 300_000),
)
def test_takes_linear_time(data):
    began = time.process_time()
    with pytest.raises(json.JSONDecodeError):
        decode(data)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ('data', 'value'),
    (
        (b'[NaN, -Infinity, 1e999, 1.5]', [None, None, None, 1.5]),
        (b'[%s, 7]' % (b'9' * 5000), ['9' * 5000, 7]),
        (b'"\xff"', '\ufffd'),
    ),
)
def test_decodes_unusual_numbers_and_bytes(data, value):
    assert decode(data) == value


def test_a_very_long_number_stays_text():
    assert (whole('12'), whole('9' * 1_000_000)) == (12, '9' * 1_000_000)
