from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import FieldError
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import ObjectReference
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording import codec
from kubectl_dog.recording import run_options
from kubectl_dog.recording.json_fields import Table
from kubectl_dog.recording.json_fields import pack
from kubectl_dog.recording.json_fields import unpack

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
        Lookup(PODS, 'shop', 'web-1', labels='a=b', full_object=True),
        Logs('shop', 'web-1', 'uid-1', 'main'),
        Logs('shop', 'web-1', 'uid-1', 'main', 3, False, 1.5, None),
        Logs('shop', 'web-1', 'uid-1', 'main', tail=100),
        ManagedObjects((ObjectReference('apps/v1', 'Deployment', 'shop', 'web'),)),
        ManagedObjects((), ('shop', 'web')),
    ],
)
def test_wants_come_back_the_same(want):
    back = codec.decode_want(Field(through_json(codec.encode_want(want))))
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
        ReadFailure('denied', 'forbidden: …'),
        ManagedTargets((Target(DEPLOYMENTS, 'shop', 'web'),), ('ignored',)),
        ManagedTargets((), failure='forbidden'),
        ServerClock(-0.25),
        ServerClock(0.0),
        Signal('interrupt'),
        Signal('command-started'),
        Signal('command-ended', 137),
    ],
)
def test_payloads_come_back_the_same(payload):
    back = codec.decode_payload(Field(through_json(codec.encode_payload(payload))))
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
    assert codec.decode_target(Field(through_json(codec.encode_target(target, own)))) == (
        target,
        own,
    )


def test_options_that_were_changed_come_back_and_others_are_not_written():
    other = {bool: True, str: 'new', tuple: ('one', 'two')}
    changed = Options(
        **{
            name: default is not True and other.get(type(default), 7)
            for name, default in Options._field_defaults.items()
        }
    )._replace(explicit=('strict_nodes', 'stable_for'))
    assert run_options.decode(Field(through_json(run_options.encode(changed)))) == changed
    assert run_options.encode(Options(timeout=5.0)) == {'timeout': 5.0}
    assert run_options.decode(Field({'tail': None, 'future': 1})) == Options(tail=None)


def test_the_names_in_the_format_are_written_down():
    """They must not change when fields of the code are renamed."""
    changed = run_options.encode(
        Options(*(object() for _ in Options._fields))._replace(explicit=())
    )
    assert ' '.join(changed) == (
        'timeout stall_timeout create_timeout stable_for status_period since logs_from_time '
        'tail logs follow once tolerate allow_failures on_pause revision expect_images '
        'expect_generation file_images wait_for_termination strict_nodes keep_going fail_mode '
        'blocking min_available ready_when require_status ignore_foreign_annotations '
        'exit_when_ready emit_timer_changes show_events logs_all containers skip_containers '
        'include exclude logs_until previous max_log_streams needs_namespace at_revision at_source '
        'revision_timeout with_managed command exit_with_verdict helm_release'
    )
    assert run_options.encode(Options(explicit=('stable_for',))) == {'explicit': ('stable_for',)}
    node = codec.encode_want(Lookup(NODES, 'a', 'b', 'c', full_object=True))
    assert node == {
        'lookup': {
            'resource': {
                'group': '',
                'version': 'v1',
                'plural': 'nodes',
                'kind': 'Node',
                'short': 'no',
                'namespaced': False,
            },
            'namespace': 'a',
            'name': 'b',
            'labels': 'c',
            'full_object': True,
        }
    }
    logs = codec.encode_want(Logs('a', 'b', 'c', 'd', 1, False, 2.0, 3, previous=False))
    names = ('namespace', 'pod', 'uid', 'container', 'restarts', 'running')
    assert tuple(logs['logs']) == (*names, 'since', 'tail', 'previous')
    assert tuple(codec.encode_payload(Answer('found', (POD,), 'words'))['answer']) == (
        'status',
        'objects',
        'message',
    )


class Lamp(NamedTuple):
    glow: int
    colour: str = ''


@pytest.mark.parametrize(
    ('rows', 'differ'),
    [
        ({'glow': ('glow', Field.whole)}, 'colour'),
        ({'glow': ('glow', Field.whole), 'colour': ('tint', Field.text)}, 'colour, tint'),
        ({'glow': ('glow', Field.whole), 'colour': ('glow', Field.text)}, 'colour'),
        (
            {
                'glow': ('glow', Field.whole),
                'colour': ('colour', Field.text),
                'tint': ('colour', Field.text),
            },
            'a field is there twice',
        ),
    ],
)
def test_a_field_that_is_renamed_and_not_in_its_table_is_an_error(rows, differ):
    with pytest.raises(TypeError, match=f'^Lamp and its table in the format differ: {differ}$'):
        Table(Lamp, rows)


def test_a_table_keeps_the_name_in_the_format():
    table = Table(Lamp, {'brightness': ('glow', Field.whole)}, unwritten=('colour',))
    assert pack(Lamp(3, 'red'), table) == {'brightness': 3}
    assert unpack(table, Field({'brightness': 3})) == Lamp(3)


@pytest.mark.parametrize(
    ('data', 'unknown'),
    [
        ({}, ()),
        ({'tail': 5, 'explicit': ['stable_for']}, ()),
        ({'tail': 5, 'head': 1, 'explicit': ['stable_for', 'dark']}, ('head', 'dark')),
    ],
)
def test_unknown_options_are_named(data, unknown):
    assert run_options.unknown(data) == unknown
    assert run_options.decode(Field(data)).explicit == tuple(data.get('explicit', ()))[:1]


RESOURCE = codec.encode_want(Watch(PODS, ''))['watch']['resource']


@pytest.mark.parametrize(
    ('decode', 'data', 'message'),
    [
        (codec.decode_want, [], 'must be a mapping'),
        (codec.decode_want, {'look': {}}, 'must have one of watch, lookup, logs'),
        (codec.decode_want, {'watch': {}}, 'watch.resource: is missing'),
        (
            codec.decode_want,
            {'watch': {'resource': {**RESOURCE, 'namespaced': 1}, 'namespace': ''}},
            'watch.resource.namespaced: must be true or false',
        ),
        (
            codec.decode_want,
            {'lookup': {'resource': RESOURCE, 'namespace': '', 'full_object': 1}},
            'lookup.full_object: must be true or false',
        ),
        (codec.decode_payload, {'listed': {}}, 'listed: must be a list'),
        (codec.decode_payload, {'listed': [1]}, 'listed[0]: must be a mapping'),
        (
            codec.decode_payload,
            {'changed': 'GONE', 'object': {}},
            'changed: must be one of ADDED',
        ),
        (codec.decode_payload, {'changed': 'ADDED'}, 'object: is missing'),
        (codec.decode_payload, {'lines': [['today', 'x']]}, 'lines[0][0]: "today" is not an RFC'),
        (codec.decode_payload, {'lines': [['x']]}, 'lines[0]: must be a pair'),
        (codec.decode_payload, {'logEnd': 1.5}, 'logEnd: must be a whole number'),
        (codec.decode_payload, {'clock': True}, 'clock: must be a number'),
        (codec.decode_payload, {'answer': {}}, 'answer.status: is missing'),
        (codec.decode_payload, {'trouble': {'reason': 'x'}}, 'trouble.message: is missing'),
        (run_options.decode, {'logs': 1}, 'logs: must be true or false'),
        (run_options.decode, {'create_timeout': 0}, 'create_timeout: must be more than 0, not 0'),
        (run_options.decode, {'timeout': '5s'}, 'timeout: must be a number, not text'),
        (codec.decode_target, {'resource': RESOURCE, 'namespace': ''}, 'name: is missing'),
    ],
)
def test_errors_name_the_field(decode, data, message):
    with pytest.raises(FieldError) as raised:
        decode(Field(data))
    assert str(raised.value).startswith(message)


def test_a_payload_from_the_future_is_none():
    assert codec.decode_payload(Field({'at': 1, 'heartbeat': {}})) is None


def test_reads_names_of_older_recordings():
    want = codec.encode_want(Lookup(NODES, 'a', full_object=True))
    want['lookup']['whole'] = want['lookup'].pop('full_object')
    assert codec.decode_want(Field(want)) == Lookup(NODES, 'a', full_object=True)
    old = {'told': ['stable_for'], 'attentive': True}
    expected = Options(explicit=('stable_for',), emit_timer_changes=True)
    assert run_options.decode(Field(old)) == expected
    assert run_options.unknown(old) == ()
