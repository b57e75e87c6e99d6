"""The table and the document of `status`."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.statuses import Status
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.status_table import document
from kubectl_dog.output.status_table import table
from tests import schema

CRASH = Cause('CrashLoop', 'CrashLoopBackOff', 'main', 'container main exits with 3', ('web-1',))
WEB = Status('apps/v1', 'Deployment', 'shop', 'web', State.READY, '', '3/3 ready', short='deploy')
BAD = WEB._replace(
    state=State.PROGRESSING, reason='CrashLoop', message='waiting for a pod', causes=(CRASH,)
)
LATE = BAD._replace(state=State.FAILED, reason='ProgressDeadlineExceeded', message='too late')
WIDGET = Status('example.com/v1', 'Widget', '', '', State.UNKNOWN, 'NoTracker', 'no tracker')

SCHEMA = json.loads((schema.DOCS / 'status-v1.schema.json').read_text(encoding='utf-8'))


def strict():
    """Without fields that are not documented."""
    closed = copy.deepcopy(SCHEMA)
    for node in [node for node in schema.nodes(closed) if node.get('type') == 'object']:
        node['additionalProperties'] = False
    return jsonschema.Draft202012Validator(closed)


def plain(*statuses, width=None):
    return table(statuses, Palette(False), width)


def test_one_namespace_needs_no_column():
    assert plain(WEB, BAD) == [
        'TARGET      STATE        REASON     MESSAGE',
        'deploy/web  ready        –          3/3 ready',
        'deploy/web  progressing  CrashLoop  container main exits with 3',
    ]


def test_several_namespaces_have_one():
    assert plain(WEB, WIDGET) == [
        'NAMESPACE    TARGET      STATE    REASON     MESSAGE',
        'shop         deploy/web  ready    –          3/3 ready',
        '–            widget/     unknown  NoTracker  no tracker',
    ]


def test_a_cause_that_is_not_the_reason_is_named():
    assert plain(LATE)[1].endswith(
        'failed   ProgressDeadlineExceeded  CrashLoop: container main exits with 3'
    )


def test_a_cause_of_what_is_paused_does_not_hide_why():
    assert plain(BAD._replace(state=State.PAUSED))[1].endswith('waiting for a pod')


def test_a_cause_without_words_leaves_the_message():
    assert plain(BAD._replace(causes=(CRASH._replace(message=''),)))[1].endswith(
        'waiting for a pod'
    )


def test_no_objects_no_table():
    assert plain() == []


@pytest.mark.parametrize('width', [60, 80])
def test_lines_fit_the_terminal(width):
    lines = plain(WEB, BAD._replace(causes=(CRASH._replace(message='x' * 500),)), width=width)
    assert max(map(len, lines)) == width
    assert lines[2].endswith('x…')


def test_long_messages_are_cut_anywhere():
    [_, line] = plain(WEB._replace(message='x' * 500))
    assert line.endswith('x… (500 characters)')


def test_what_the_cluster_says_is_escaped():
    hostile = WEB._replace(name='a\x1b[2Jb\nc', namespace='\u202e', message='::error::\x9b')
    text = '\n'.join(plain(hostile, WEB))
    assert not any(sign in text for sign in '\x1b\x9b\u202e')
    assert text.count('\n') == 2


def test_states_are_coloured_and_columns_stay_in_line():
    lines = table([WEB, LATE, BAD, WIDGET], Palette(True))
    assert '\x1b[32mready\x1b[0m' in lines[1]
    assert '\x1b[31mfailed\x1b[0m' in lines[2]
    assert '\x1b' not in lines[3]
    assert '\x1b[33munknown\x1b[0m' in lines[4]
    bare = [line.replace('\x1b[32m', '').replace('\x1b[0m', '') for line in lines]
    assert bare[1].index('–') == bare[0].index('REASON')


def test_the_document_is_one_line_of_ascii_with_the_fields_of_the_issue():
    text = document([BAD, WIDGET._replace(message='ü\ud800')])
    assert text.isascii() and '\n' not in text
    data = json.loads(text)
    assert data['apiVersion'] == 'kubectl-dog/v1'
    first, second = data['items']
    assert (
        list(first)
        == list(second)
        == [
            *('apiVersion', 'kind', 'namespace', 'name', 'state', 'reason', 'message', 'causes'),
        ]
    )
    assert first['causes'][0]['code'] == 'CrashLoop'
    assert second['state'] == 'unknown'


@pytest.mark.parametrize(
    'statuses',
    [
        (),
        (WEB, BAD, LATE, WIDGET),
        *([WEB._replace(state=s)] for s in State if s is not State.ABSENT),
    ],
)
def test_the_document_follows_its_schema(statuses):
    strict().validate(json.loads(document(statuses)))


def test_a_field_can_neither_vanish_nor_lose_its_type():
    whole = json.loads(document([BAD]))
    item = whole['items'][0]
    for holder in (whole, item, item['causes'][0]):
        for key in list(holder):
            before = holder.pop(key)
            assert not strict().is_valid(whole), key
            holder[key] = 3 if not isinstance(before, int) else 'x'
            assert not strict().is_valid(whole), key
            holder[key] = before
    assert strict().is_valid(whole)


def test_the_schema_says_the_same_as_that_of_the_lines():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA['$defs']['Cause'] == schema.DEFINITIONS['Cause']
    states = [state.value for state in State if state is not State.ABSENT]
    assert SCHEMA['$defs']['Item']['properties']['state']['enum'] == states


def test_everything_is_described():
    for node in schema.nodes(SCHEMA):
        for name, field in node.get('properties', {}).items():
            assert field.get('description') or field.get('$ref'), name
