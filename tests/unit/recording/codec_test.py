from __future__ import annotations

import json

import pytest

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.items import Trouble
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording import codec
from kubectl_dog.recording.shapes import FormatError

NODES = Resource('', 'v1', 'nodes', 'Node', 'no', namespaced=False)
POD = {'metadata': {'name': 'web-1', 'labels': {}}, 'status': {'ready': None}}


def through_json(data):
    return json.loads(json.dumps(data))


@pytest.mark.parametrize(
    'want',
    [
        Watch(PODS, 'shop'),
        Watch(NODES, '', fields='metadata.name=node-1'),
        Watch(PODS, 'shop', labels='app=web'),
        Lookup(DEPLOYMENTS, 'shop'),
        Lookup(PODS, 'shop', 'web-1', labels='a=b', whole=True),
        Logs('shop', 'web-1', 'uid-1', 'main'),
        Logs('shop', 'web-1', 'uid-1', 'main', 3, False, 1.5, None),
        Logs('shop', 'web-1', 'uid-1', 'main', tail=100),
    ],
)
def test_wants_come_back_the_same(want):
    back = codec.decode_want(through_json(codec.encode_want(want)))
    assert back == want
    assert type(back) is type(want)


@pytest.mark.parametrize(
    'payload',
    [
        Listed(()),
        Listed((POD, {})),
        Changed('DELETED', POD),
        LogLines((LogLine(1_700_000_000_000_000_001, 'a\udc80\x1b世'), LogLine(5, ''))),
        LogEnd(0),
        LogGap('rotated away'),
        Answer('missing'),
        Answer('found', (POD,), 'words'),
        Trouble('denied', 'forbidden: …'),
        ServerClock(-0.25),
        ServerClock(0.0),
        Signal('interrupt'),
    ],
)
def test_payloads_come_back_the_same(payload):
    back = codec.decode_payload(through_json(codec.encode_payload(payload)))
    assert back == payload
    assert type(back) is type(payload)


@pytest.mark.parametrize(
    'target',
    [
        Target(DEPLOYMENTS, 'shop', 'web'),
        Target(NODES, '', 'n'),
        Group(DEPLOYMENTS, 'shop', 'app=web'),
        Group(NODES, '', ''),
    ],
)
@pytest.mark.parametrize('own', [None, Options(), Options(tolerate=('CrashLoop=5',))])
def test_targets_come_back_the_same(target, own):
    assert codec.decode_target(through_json(codec.encode_target(target, own))) == (target, own)


def test_options_that_were_changed_come_back_and_others_are_not_written():
    other = {bool: True, str: 'new', tuple: ('one', 'two')}
    changed = Options(
        **{
            name: default is not True and other.get(type(default), 7)
            for name, default in Options._field_defaults.items()
        }
    )
    assert codec.decode_options(through_json(codec.encode_options(changed))) == changed
    assert codec.encode_options(Options(timeout=5.0)) == {'timeout': 5.0}
    assert codec.decode_options({'tail': None, 'from the future': 1}) == Options(tail=None)


RESOURCE = codec.encode_want(Watch(PODS, ''))['watch']['resource']


@pytest.mark.parametrize(
    ('decode', 'data', 'message'),
    [
        (codec.decode_want, [], 'must be an object'),
        (codec.decode_want, {'look': {}}, 'must hold one of watch, lookup, logs'),
        (codec.decode_want, {'watch': {}}, 'watch: resource: is missing'),
        (
            codec.decode_want,
            {'watch': {'resource': {**RESOURCE, 'namespaced': 1}, 'namespace': ''}},
            'watch: resource: namespaced: must be true or false',
        ),
        (
            codec.decode_want,
            {'lookup': {'resource': RESOURCE, 'namespace': '', 'whole': 1}},
            'lookup: whole: must be true or false',
        ),
        (codec.decode_payload, {'listed': {}}, 'listed: must be a list'),
        (codec.decode_payload, {'listed': [1]}, 'listed: must be an object'),
        (codec.decode_payload, {'changed': 'GONE', 'object': {}}, 'changed: must be ADDED, '),
        (codec.decode_payload, {'changed': 'ADDED'}, 'object: is missing'),
        (codec.decode_payload, {'lines': [['today', 'x']]}, "lines: holds 'today', which is not"),
        (codec.decode_payload, {'lines': [['x']]}, 'lines: must hold pairs'),
        (codec.decode_payload, {'logEnd': 1.5}, 'logEnd: must be a whole number'),
        (codec.decode_payload, {'clock': True}, 'clock: must be a number'),
        (codec.decode_payload, {'answer': {}}, 'answer: status: is missing'),
        (codec.decode_payload, {'trouble': {'reason': 'x'}}, 'trouble: message: is missing'),
        (codec.decode_options, {'logs': 1}, 'logs: must be true or false'),
        (codec.decode_options, {'timeout': '5s'}, 'timeout: must be a number or null'),
        (codec.decode_target, {'resource': RESOURCE, 'namespace': ''}, 'name: is missing'),
    ],
)
def test_what_is_wrong_is_named(decode, data, message):
    with pytest.raises(FormatError) as raised:
        decode(data)
    assert str(raised.value).startswith(message)


def test_a_payload_from_the_future_is_none():
    assert codec.decode_payload({'at': 1, 'heartbeat': {}}) is None
