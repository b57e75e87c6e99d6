from __future__ import annotations

import errno
import json
import os

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.reader import Recording
from kubectl_dog.recording.reader import parse
from kubectl_dog.recording.reader import read
from tests.unit.needs import NO_FILE

HEADER = b'{"recording": "kubectl-dog/v1", "started": "1970-01-01T00:00:05.5Z", "targets": []}\n'
CLOCK = b'{"at": 1.5, "clock": 2}\n'
RESOURCE = b'{"group":"","version":"v1","plural":"pods","kind":"Pod","short":"po"}'
NAMED = (
    b'{"at":1,"key":3,"want":{"lookup":{"resource":'
    + RESOURCE
    + b',"namespace":"shop","name":"a"}}}\n'
)
WANT = b'{"at":1,"key":3,"want":{"watch":{"resource":' + RESOURCE + b',"namespace":"shop"}}}\n'
POD = {'resource': json.loads(RESOURCE), 'namespace': 'shop', 'name': 'web-1'}


def test_the_smallest_recording():
    assert parse([HEADER], 'x') == Recording(5.5, (), Options(), ())


@pytest.mark.parametrize(
    ('lines', 'items'),
    [
        ([CLOCK], (Item(1.5, None, ServerClock(2)),)),
        ([WANT, b'{"at":1,"key":3,"listed":[]}'], (Item(1, Watch(PODS, 'shop'), Listed(())),)),
        ([b'\r\n', CLOCK.replace(b'\n', b'\r\n')], (Item(1.5, None, ServerClock(2)),)),
        ([CLOCK, b'{"at": 2, "changed": "MODI'], (Item(1.5, None, ServerClock(2)),)),
        ([CLOCK, b'{"at": 2, "logGap": "\xe4'], (Item(1.5, None, ServerClock(2)),)),
        ([b'{"at": 1.5, "clock": 2, "mood": "good"}\n'], (Item(1.5, None, ServerClock(2)),)),
        ([b'{"at": 0, "heartbeat": 1}\n', b'{"note": "by hand"}\n'], ()),
    ],
)
def test_additions_of_people_and_newer_versions_are_ignored(lines, items):
    assert parse([HEADER, *lines], 'x').items == items


def test_header_has_the_title():
    header = {**json.loads(HEADER), 'title': 'a crash loop', 'colour': 'red'}
    assert parse([json.dumps(header).encode()], 'x').title == 'a crash loop'


@pytest.mark.parametrize(
    ('fields', 'unknown'),
    [
        ({}, ()),
        ({'formatVersion': 1, 'options': {'tail': 5}}, ()),
        ({'options': {'glow': 5}}, ('glow',)),
        ({'targets': [{**POD, 'options': {'dim': 1}}], 'options': {'glow': 5}}, ('glow', 'dim')),
    ],
)
def test_options_that_are_not_known_are_named(fields, unknown):
    assert parse([changed(**fields)], 'x').unknown == unknown


def changed(**fields):
    return json.dumps({**json.loads(HEADER), **fields}).encode() + b'\n'


@pytest.mark.parametrize(
    ('lines', 'message'),
    [
        ([], 'run.jsonl is not a recording of kubectl dog'),
        ([b'hello'], 'run.jsonl is not a recording of kubectl dog'),
        ([b'hello\n'], 'run.jsonl, line 1: is not JSON: '),
        ([b'\xff\xfe\xff\n'], 'run.jsonl, line 1: is not JSON: '),
        ([b'[' * 100_000 + b'\n'], 'run.jsonl, line 1: is not JSON: '),
        (
            # The output of -o json.
            [b'{"type": "run"}\n'],
            'run.jsonl, line 1: is not the header of a recording ("recording": "kubectl-dog/v1"): '
            'use a file that --record has written',
        ),
        ([b'[]\n'], 'run.jsonl, line 1: must be a mapping, not a list'),
        (
            [changed(recording='kubectl-dog/v2')],
            'run.jsonl, line 1: the format is kubectl-dog/v2; this version reads kubectl-dog/v1',
        ),
        (
            [changed(formatVersion=2)],
            'run.jsonl, line 1: the version of the format is 2; this version of kubectl dog reads '
            'up to 1: replay it with the version that wrote it, or with a newer one',
        ),
        ([changed(formatVersion=0)], 'run.jsonl, line 1: the version of the format is 0'),
        ([changed(formatVersion='1')], 'run.jsonl, line 1: formatVersion: must be a whole number'),
        ([changed(started='today')], 'run.jsonl, line 1: started: must be an RFC 3339 time'),
        ([changed(started=5)], 'run.jsonl, line 1: started: must be text'),
        ([changed(targets=[1])], 'run.jsonl, line 1: targets[0]: must be a mapping'),
        (
            [changed(targets=[{**POD, 'options': {'tail': 'x'}}])],
            'run.jsonl, line 1: targets[0].options.tail: must be a whole number',
        ),
        ([changed(title=1)], 'run.jsonl, line 1: title: must be text'),
        ([changed(options=[])], 'run.jsonl, line 1: options: must be a mapping'),
        ([HEADER, b'{\n', CLOCK], 'run.jsonl, line 2: is not JSON: '),
        ([HEADER, b'{"at": NaN, "clock": 0}\n'], 'run.jsonl, line 2: is not JSON: NaN is'),
        (
            [HEADER, b'{"at": 1e999, "clock": 0}\n'],
            'run.jsonl, line 2: at: must be a number, not null',
        ),
        (
            [HEADER, NAMED, b'{"at": 1, "key": 3, "answer": {"status": "found"}}\n'],
            'run.jsonl, line 3: answer: has no object, although its status is "found"',
        ),
        (
            [HEADER, b'{"at": 1e9, "clock": 0}\n'],
            'run.jsonl, line 2: at: must be at least 0.0 and less than 31622400.0, not 1000000000',
        ),
        (
            [HEADER, b'{"at": 1%s, "clock": 0}\n' % (b'0' * 400)],
            'run.jsonl, line 2: at: must be a number of at most 15 digits',
        ),
        (
            [HEADER, b'{"at": 1, "clock": -1e300}\n'],
            'run.jsonl, line 2: clock: must be a number of at most 15 digits',
        ),
        (
            [HEADER, b'{"at": 1%s, "clock": 0}\n' % (b'0' * 9_000)],
            'run.jsonl, line 2: is not JSON: ',
        ),
        (
            [changed(options={'tail': 10**400})],
            'run.jsonl, line 1: options.tail: must be a number of at most 40 digits',
        ),
        (
            [changed(options={'status_period': 1e-12})],
            'run.jsonl, line 1: options.status_period: must be at least 1, not 1e-12',
        ),
        ([HEADER, b'{"at": "1", "clock": 0}\n'], 'run.jsonl, line 2: at: must be a number'),
        ([HEADER, b'{"clock": 0}\n'], 'run.jsonl, line 2: at: is missing'),
        (
            [HEADER, CLOCK, b'\n', b'{"at": 1, "clock": 0}\n'],
            'run.jsonl, line 4: at: must be at least 1.5 and less than 31622400.0, not 1.0',
        ),
        (
            [HEADER, b'{"at": 1, "key": 4, "listed": []}\n'],
            'run.jsonl, line 2: key: no line before',
        ),
        ([HEADER, b'{"at": 1, "key": 4, "want": {}}\n'], 'run.jsonl, line 2: want: must have one'),
    ],
)
def test_errors_name_file_line_and_problem(lines, message):
    with pytest.raises(UserError) as raised:
        parse(lines, 'run.jsonl')
    assert str(raised.value).startswith(message)


def test_a_report_in_json_is_no_recording():
    with pytest.raises(UserError, match=r'line 1: is not JSON: .*; use a file that --record has'):
        parse([b'{\n', b'}\n'], 'run.jsonl')


def test_unreadable_file_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=f'cannot read the recording .*none: {NO_FILE}'):
        read(tmp_path / 'none')
    with pytest.raises(UserError, match=os.strerror(errno.EISDIR)):
        read(tmp_path)
