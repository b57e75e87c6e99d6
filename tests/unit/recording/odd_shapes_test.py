"""Objects of any shape and depth in recordings."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.json_decoding import DEEPEST
from kubectl_dog.model.json_decoding import decode
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.reader import parse
from kubectl_dog.recording.redact import Redactor
from kubectl_dog.recording.writer import Header
from kubectl_dog.recording.writer import RecordingWriter
from tests.unit.builders import DEPLOY
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.oddities import OBJECTS
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen

HIDDEN = 'hunter2'
SECRET = {
    'kind': 'Secret',
    'metadata': {'name': 'a', 'annotations': {'a': HIDDEN}},
    'data': {'a': HIDDEN},
    'stringData': {'a': HIDDEN},
}
ENV = {'env': [{'name': 'A', 'value': HIDDEN}], 'template': {'data': {'a': HIDDEN}}}
WANTS = (Watch(PODS, 'ns'), Watch(SECRETS, 'ns'), Watch(CONFIGMAPS, 'ns'), Lookup(SECRETS, 'ns'))


def recorded(*items):
    """The text of a recording of these items, and the items read from it."""
    file = io.StringIO()
    writer = RecordingWriter(file, Header(0.0, (DEPLOY,), Options()))
    for item in items:
        writer.write(item)
    text = file.getvalue()
    return text, parse(io.BytesIO(text.encode()), 'x').items


@SETTINGS
@given(
    st.lists(misshapen(SECRET, ENV, pod(), deployment()) | OBJECTS, max_size=3),
    st.sampled_from(WANTS),
)
def test_whatever_is_recorded_can_be_read_again(objects, want):
    payloads = (Listed(tuple(objects)), *(Changed('ADDED', obj) for obj in objects))
    if isinstance(want, Lookup):
        payloads = (Answer('found', tuple(objects)),)
    _, items = recorded(*(Item(1.0, want, payload) for payload in payloads))
    redactor = Redactor(b'x')
    assert [type(item.payload) for item in items] == list(map(type, payloads))
    for item, payload in zip(items, payloads):
        assert json.dumps(item.payload).count('redacted-') == json.dumps(
            redactor.payload(payload, want)
        ).count('redacted-')


@pytest.mark.parametrize('odd', (HIDDEN, [HIDDEN], [[HIDDEN]], {'a': [HIDDEN]}, [{'b': HIDDEN}]))
@pytest.mark.parametrize('kind', ('Secret', 'ConfigMap'))
@pytest.mark.parametrize('field', ('data', 'stringData', 'annotations'))
def test_no_value_is_kept_for_its_odd_shape(odd, kind, field):
    if kind == 'ConfigMap' and field == 'stringData':
        field = 'binaryData'
    obj = {
        'kind': kind,
        **({'metadata': {field: odd}} if field == 'annotations' else {field: odd}),
    }
    assert HIDDEN not in json.dumps(Redactor(b'x').redact(obj))


def nested(levels, shape):
    begin, end = (('{"a":', '}'), ('[', ']'), ('{"env":[{"value":', '}]}'))[shape]
    return f'{{"kind":"ControllerRevision","data":{begin * levels}1{end * levels}}}'.encode()


@pytest.mark.parametrize('shape', (0, 1, 2))
@pytest.mark.parametrize('levels', (990, 2_500, 30_000))
def test_deep_objects_are_redacted_written_and_read_again(levels, shape):
    obj = decode(nested(levels, shape))
    text, items = recorded(Item(1.0, WANTS[0], Listed((obj,))))
    read_back = items[0].payload.objects[0]
    assert read_back['kind'] == 'ControllerRevision'
    assert shape == 2 or read_back == obj
    line = text.splitlines()[-1].replace(json.dumps(obj), nested(levels, shape).decode())
    again = parse(io.BytesIO(f'{text}{line}\n'.encode()), 'x').items[-1].payload.objects[0]
    assert again['kind'] == 'ControllerRevision'


def test_deeply_nested_recording_is_read():
    text, _ = recorded(Item(1.0, WANTS[0], Listed(({'a': 1},))))
    line = text.splitlines()[-1].replace('1}', f'{"[" * 5_000}{"]" * 5_000}}}')
    value = parse(io.BytesIO(f'{text}{line}\n'.encode()), 'x').items[-1].payload.objects[0]['a']
    depth = 0
    while value:
        value, depth = value[0], depth + 1
    assert DEEPEST < depth < DEEPEST + 20
