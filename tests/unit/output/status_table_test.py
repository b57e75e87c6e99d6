"""The table and the document of `status`."""

from __future__ import annotations

import copy
import json
import re

import jsonschema
import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.statuses import Owner
from kubectl_dog.model.statuses import Status
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.status_table import document
from kubectl_dog.output.status_table import render
from kubectl_dog.output.status_table import summary
from kubectl_dog.output.status_tree import arrange
from tests import schema
from tests.unit.builders import NOW
from tests.unit.builders import ago

CRASH = Cause('CrashLoop', 'CrashLoopBackOff', 'main', 'container main exits with 3', ('web-1',))
WEB = Status('apps/v1', 'Deployment', 'shop', 'web', State.READY, '', '3/3 ready', short='deploy')
BAD = WEB._replace(
    state=State.FAILING, reason='CrashLoop', message='waiting for a pod', causes=(CRASH,)
)
MOVING = BAD._replace(state=State.PROGRESSING)
LATE = BAD._replace(state=State.FAILED, reason='ProgressDeadlineExceeded', message='too late')
COUNTED = BAD._replace(
    ready=1, desired=2, restarts=3, created='2026-01-01T00:00:00Z', owner=Owner('v1', 'Node', 'n')
)
WIDGET = Status('example.com/v1', 'Widget', '', '', State.UNKNOWN, 'NoTracker', 'no tracker')

SCHEMA = json.loads((schema.DOCS / 'status-v1.schema.json').read_text(encoding='utf-8'))


def strict():
    """Without fields that are not documented."""
    closed = copy.deepcopy(SCHEMA)
    for node in [node for node in schema.nodes(closed) if node.get('type') == 'object']:
        node['additionalProperties'] = False
    return jsonschema.Draft202012Validator(closed)


def table(statuses, palette, now, width=None):
    return render(arrange(statuses, folds=width is not None), palette, now, width)


def plain(*statuses, width=None):
    return table(statuses, Palette(False), NOW, width)


def test_one_namespace_needs_no_column_and_broken_objects_come_first_with_a_sign():
    busy = WEB._replace(ready=2, desired=3, restarts=4, created=ago(190))
    assert plain(busy, BAD) == [
        '  TARGET      STATE    READY  RESTARTS  AGE  MESSAGE',
        '✗ deploy/web  failing  –      –         –    CrashLoop: container main exits with 3',
        '  deploy/web  ready    2/3    4         3m   3/3 ready',
    ]


def test_without_broken_objects_there_is_no_column_for_the_sign():
    assert plain(WEB) == [
        'TARGET      STATE  READY  RESTARTS  AGE  MESSAGE',
        'deploy/web  ready  –      –         –    3/3 ready',
    ]


def test_several_namespaces_have_a_column():
    assert plain(WEB, WIDGET) == [
        'NAMESPACE  TARGET      STATE    READY  RESTARTS  AGE  MESSAGE',
        '–          widget/–    unknown  –      –         –    NoTracker: no tracker',
        'shop       deploy/web  ready    –      –         –    3/3 ready',
    ]


@pytest.mark.parametrize(
    ('seconds', 'age'),
    [
        *((-5, '0s'), (0, '0s'), (119, '119s'), (120, '2m'), (7199, '119m'), (7200, '2h')),
        *((172_799, '47h'), (172_800, '2d'), (4e7, '462d')),
    ],
)
def test_an_age_has_one_unit(seconds, age):
    assert plain(WEB._replace(created=ago(seconds)))[1].split()[4] == age


def test_a_cause_that_is_not_the_reason_is_named():
    [_, line] = plain(LATE)
    assert line.endswith('ProgressDeadlineExceeded: CrashLoop: container main exits with 3')


def test_the_cause_of_a_paused_object_does_not_hide_the_message():
    assert plain(BAD._replace(state=State.PAUSED))[1].endswith('CrashLoop: waiting for a pod')


def test_a_cause_without_a_message_leaves_that_of_the_object():
    assert plain(BAD._replace(causes=(CRASH._replace(message=''),)))[1].endswith(
        'CrashLoop: waiting for a pod'
    )


def test_no_objects_no_table():
    assert plain() == []


LONG = BAD._replace(causes=(CRASH._replace(message='many words ' * 40 + 'end'),))
NAMED = LONG._replace(name='a-very-long-name-of-a-deployment-that-nobody-wants-to-type')


@pytest.mark.parametrize('width', [60, 80, 81, 100, 120, 200])
@pytest.mark.parametrize('status', [LONG, NAMED])
def test_lines_fit_the_terminal_and_nothing_is_cut(width, status):
    lines = plain(WEB, status, width=width)
    assert max(map(len, lines)) < width
    assert ''.join(lines).count('many') == 40
    assert ''.join(lines).endswith('3/3 ready')
    if status is NAMED and width < 100:
        assert ''.join(line[2 : lines[0].index('STATE')].strip() for line in lines[1:3]) == (
            f'deploy/{NAMED.name}'
            if width > 60
            else 'deploy/a-very-long-name-of-a-deployment-that-'
        )


def test_messages_wrap_with_a_hanging_indent():
    short = BAD._replace(causes=(CRASH._replace(message='it exits at once, as always so far'),))
    assert plain(short, width=80)[1:] == [
        '✗ deploy/web  failing  –      –         –    CrashLoop: it exits at once, as',
        '                                             always so far',
    ]


def test_messages_are_below_their_rows_if_their_column_would_be_too_narrow():
    short = BAD._replace(causes=(CRASH._replace(message='it exits at once, as always so far'),))
    assert plain(short, WEB._replace(message=''), width=60) == [
        '  TARGET      STATE    READY  RESTARTS  AGE',
        '✗ deploy/web  failing  –      –         –',
        '      CrashLoop: it exits at once, as always so far',
        '  deploy/web  ready    –      –         –',
    ]


def test_off_a_terminal_each_object_is_one_line():
    [_, line] = plain(LONG)
    assert line.count('many') == 40


def test_text_of_the_cluster_is_escaped():
    hostile = WEB._replace(name='a\x1b[2Jb\nc\td', namespace='\u202e', message='::error::\x9b')
    for width in (None, 80):
        text = '\n'.join(plain(hostile, WEB, width=width))
        assert not any(sign in text for sign in '\x1b\x9b\u202e\t')
        assert width or text.count('\n') == 2


def test_states_are_coloured_and_columns_stay_aligned():
    lines = table([LATE, BAD, WIDGET, MOVING, WEB], Palette(True), NOW)
    assert '\x1b[31m✗ \x1b[0m' in lines[1]
    assert '\x1b[31mfailed\x1b[0m' in lines[1]
    assert '\x1b[33munknown\x1b[0m' in lines[3]
    assert '\x1b' not in lines[4]
    assert '\x1b[32mready\x1b[0m' in lines[5]
    bare = [re.sub('\x1b\\[[0-9]*m', '', line) for line in lines]
    assert bare == table([LATE, BAD, WIDGET, MOVING, WEB], Palette(False), NOW)


def test_the_summary_counts_objects_without_an_owner():
    kid = BAD._replace(uid='p', parent='d')
    rows = arrange([WEB, BAD._replace(uid='d'), kid, MOVING], folds=False)
    assert summary(rows) == '1 of 3 ready, 1 failing, 1 progressing'


def test_the_document_is_one_line_of_ascii_with_the_documented_fields():
    text = document([BAD, WIDGET._replace(message='ü\ud800')])
    assert text.isascii() and '\n' not in text
    data = json.loads(text)
    assert data['apiVersion'] == 'kubectl-dog/v1'
    first, second = data['items']
    assert (
        list(first)
        == list(second)
        == [
            *(
                'apiVersion',
                'kind',
                'namespace',
                'name',
                'state',
                'reason',
                'message',
                'causes',
                'decidedBy',
                'ready',
                'desired',
                'restarts',
                'created',
                'owner',
            ),
        ]
    )
    assert first['causes'][0]['code'] == 'CrashLoop'
    assert second['state'] == 'unknown'


@pytest.mark.parametrize(
    'statuses',
    [
        (),
        (WEB, BAD, LATE, WIDGET, COUNTED),
        *([WEB._replace(state=s)] for s in State if s is not State.ABSENT),
    ],
)
def test_the_document_follows_its_schema(statuses):
    strict().validate(json.loads(document(statuses)))


def test_a_field_can_neither_vanish_nor_lose_its_type():
    whole = json.loads(document([COUNTED]))
    item = whole['items'][0]
    for holder in (whole, item, item['causes'][0], item['owner']):
        for key in list(holder):
            before = holder.pop(key)
            assert not strict().is_valid(whole), key
            holder[key] = 3 if not isinstance(before, int) else 'x'
            assert not strict().is_valid(whole), key
            holder[key] = before
    assert strict().is_valid(whole)


def test_a_missing_object_has_no_item():
    assert json.loads(document([BAD._replace(state=State.ABSENT)]))['items'] == []


def test_the_schema_says_the_same_as_that_of_the_lines():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA['$defs']['Cause'] == schema.DEFINITIONS['Cause']
    states = [state.value for state in State if state is not State.ABSENT]
    assert SCHEMA['$defs']['Item']['properties']['state']['enum'] == states


def test_everything_is_described():
    for node in schema.nodes(SCHEMA):
        for name, field in node.get('properties', {}).items():
            assert field.get('description') or field.get('$ref'), name


@pytest.mark.parametrize('namespaces', (('shop', 'shop'), ('店舗', 'shop')))
def test_only_the_state_is_coloured_behind_a_name_with_wide_characters(namespaces):
    first, second = (BAD._replace(namespace=name) for name in namespaces)
    statuses = (first._replace(name='設定サーバー'), second)
    coloured = table(statuses, Palette(True), NOW)
    red = Palette(True).bad('failing')
    assert all(f'  {red}  –' in line for line in coloured[1:])
    assert any('deploy/設定サーバー  ' in line for line in coloured)
