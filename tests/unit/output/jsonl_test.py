from __future__ import annotations

import json
from typing import get_args

import pytest

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Change
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.jsonl import JsonRenderer
from kubectl_dog.output.jsonl import dumps
from kubectl_dog.output.renderer import RenderOptions

STARTED = 1_700_000_000.0
WEB = Target(DEPLOYMENTS, 'shop', 'web')
WEB_JSON = {'kind': 'Deployment', 'group': 'apps', 'namespace': 'shop', 'name': 'web'}
ROOT = Dependency(('svc/db:5432',), 'shop', 'sts/db', 'ImageNotFound', 'no image', '0 of 1')
CAUSE = Cause(
    *('CrashLoop', 'BackOff', 'main', 'exits', ('web-1',), 2),
    evidence=('code 3',),
    dependency=ROOT,
)
CAUSE_JSON = {
    'code': 'CrashLoop',
    'reason': 'BackOff',
    'subject': 'main',
    'message': 'exits',
    'pods': ['web-1'],
    'terminations': 2,
    'terminationsBefore': 0,
    'active': True,
    'recovering': False,
    'evidence': ['code 3'],
    'suggestedCommands': [],
    'dependency': {
        'services': ['svc/db:5432'],
        'namespace': 'shop',
        'root': 'sts/db',
        'code': 'ImageNotFound',
        'problem': 'no image',
        'state': '0 of 1',
    },
}
CHANGES = RevisionChanges(
    '8', '7', (Change('env', 'main', 'URL', 'removed'), Change('hostNetwork', after='true'))
)
DENIED = events.DeniedRead(('list', 'watch'), 'apps', 'replicasets', 'shop', 'no')
DENIED_JSON = {**DENIED._asdict(), 'verbs': ['list', 'watch']}
CHANGES_JSON = {
    'revision': '8',
    'earlier': '7',
    'changes': [
        {
            'field': 'env',
            'container': 'main',
            'name': 'URL',
            'change': 'removed',
            'before': None,
            'after': None,
        },
        {
            'field': 'hostNetwork',
            'container': None,
            'name': None,
            'change': 'changed',
            'before': None,
            'after': 'true',
        },
    ],
}
PROGRESS_JSON = {'desired': 3, 'updated': 2, 'ready': 1, 'available': 0, 'old': 0}
STATE = events.StateChanged(1.5, WEB, State.PROGRESSING, 'r', 'm', Progress(3, 2, 1), 'w')
STATE_JSON = {
    'state': 'progressing',
    'reason': 'r',
    'message': 'm',
    'progress': PROGRESS_JSON,
    'waitsFor': 'w',
}


def records(event):
    return [json.loads(line) for line in JsonRenderer(RenderOptions(STARTED)).render(event)]


@pytest.mark.parametrize(
    ('event', 'kind', 'fields'),
    [
        (
            events.RevisionSeen(1.5, WEB, Revision('8', '7', ('a',)), 3),
            'revision',
            {'revision': '8', 'previous': '7', 'changes': ['a'], 'desired': 3},
        ),
        (STATE, 'state', STATE_JSON),
        (STATE._replace(progress=None), 'state', {**STATE_JSON, 'progress': None}),
        (
            events.ChildChanged(1.5, WEB, 'Pod', 'web-1', 'running'),
            'child',
            {'kind': 'Pod', 'name': 'web-1', 'text': 'running', 'containers': []},
        ),
        (
            events.KubeEvent(1.5, WEB, 'Pod', 'web-1', 'Warning', 'BackOff', 'm', 2),
            'kube-event',
            {
                'kind': 'Pod',
                'name': 'web-1',
                'eventType': 'Warning',
                'reason': 'BackOff',
                'message': 'm',
                'times': 2,
            },
        ),
        (
            events.LogChunk(
                1.5, WEB, 'web-1', 'main', (LogLine(1_700_000_000_000_000_005, 'text'),)
            ),
            'log',
            {
                'pod': 'web-1',
                'container': 'main',
                'instance': 0,
                'written': '2023-11-14T22:13:20.000000005Z',
                'text': 'text',
            },
        ),
        (
            events.CauseSeen(1.5, WEB, CAUSE, 3, None, 3),
            'cause',
            {'cause': CAUSE_JSON, 'updatedPods': 3, 'secondsLeft': None, 'failsAt': 3},
        ),
        (events.CauseGone(1.5, WEB, CAUSE), 'cause-gone', {'cause': CAUSE_JSON}),
        (
            events.Notice(1.5, WEB, 'text', (DENIED,)),
            'notice',
            {'text': 'text', 'deniedReads': [DENIED_JSON]},
        ),
        (
            events.TargetEnded(
                1.5,
                WEB,
                Verdict.FAILED,
                'r',
                'm',
                None,
                Explanation(CAUSE, ('fact',), ('word',), ('kubectl x',), ('logs',), CHANGES),
            ),
            'ended',
            {
                'verdict': 'failed',
                'reason': 'r',
                'message': 'm',
                'progress': None,
                'cause': CAUSE_JSON,
                'facts': ['fact'],
                'logExcerpt': ['word'],
                'suggestedCommands': ['kubectl x'],
                'notFetched': ['logs'],
                'revisionChanges': CHANGES_JSON,
            },
        ),
    ],
)
def test_schema_of_events_about_a_target(event, kind, fields):
    head = {
        'apiVersion': 'kubectl-dog/v1',
        'type': kind,
        'time': '2023-11-14T22:13:21.500Z',
        'at': 1.5,
        'target': WEB_JSON,
    }
    assert records(event) == [{**head, **fields}]


def test_schema_of_events_about_all_targets():
    (report,) = records(events.StatusReport(1.5, (STATE,)))
    assert report['type'] == 'status'
    assert report['targets'] == [{'target': WEB_JSON, **STATE_JSON}]
    assert 'target' not in report
    (summary,) = records(events.RunEnded(1.5, 1, ((WEB, Verdict.FAILED),)))
    assert summary['type'] == 'summary'
    assert summary['exitCode'] == 1
    assert summary['verdicts'] == [{'target': WEB_JSON, 'verdict': 'failed'}]
    assert summary['deniedReads'] == []
    (notice,) = records(events.Notice(1.5, None, 'text'))
    assert (notice['target'], notice['deniedReads']) == (None, [])


def test_the_core_group_is_left_out():
    (notice,) = records(events.Notice(1.5, Target(PODS, 'shop', 'web-1'), 'text'))
    assert notice['target'] == {'kind': 'Pod', 'namespace': 'shop', 'name': 'web-1'}


def test_every_log_line_is_a_record():
    lines = (LogLine(1, 'a "quoted"'), LogLine(2, ''), LogLine(3, '\x1b[0m'))
    chunk = events.LogChunk(1.5, WEB, 'web-1', 'main', lines)
    assert [record['text'] for record in records(chunk)] == ['a "quoted"', '', '\x1b[0m']


@pytest.mark.parametrize(
    ('value', 'read'),
    [
        (float('nan'), None),
        ([float('inf')], [None]),
        ('a\ud800b', 'a\ufffdb'),
        ('\udc80', '\ufffd'),
        ('end \ud800', 'end \ufffd'),
        ('🐕 世', '🐕 世'),
        ({'k': ('\udfff',)}, {'k': ['\ufffd']}),
        (r'\ud800', r'\ud800'),
    ],
)
def test_any_json_parser_can_read_it(value, read):
    text = dumps(value)
    assert json.loads(text) == read
    assert text.isascii()


def test_a_time_left_without_end_is_null():
    (record,) = records(events.CauseSeen(1.5, WEB, CAUSE, 3, float('inf'), None))
    assert record['secondsLeft'] is None


def test_an_ending_without_a_cause_says_so():
    event = events.TargetEnded(1.5, WEB, Verdict.READY, '', '', None, Explanation())
    assert records(event)[0]['cause'] is None


# What is not written of a value, by its type; everything else has to be in a line.
UNWRITTEN = {
    Cause: {
        *('clock_paused', 'affects_some_pods', 'may_await_other_target', 'tolerance_seconds'),
        *('tolerance_terminations', 'tolerance_override', 'informational', 'logs', 'lookups'),
        'optional_lookups',
    },
    Dependency: set(),
    Target: set(),
    Progress: set(),
    Revision: set(),
    Explanation: set(),
    RevisionChanges: set(),
    # `name` and `after` show the contents.
    Change: {'references', 'contents_of'},
    events.RunBegan: set(),
    events.RevisionSeen: set(),
    events.StateChanged: set(),
    # The text says the same.
    events.ChildChanged: {
        *('container', 'exits', 'running_again', 'is_passing', 'problem', 'node'),
    },
    events.ContainerState: set(),
    events.KubeEvent: {'age'},
    events.LogChunk: set(),
    events.CauseSeen: {'run_limit'},
    events.CauseGone: set(),
    events.Notice: set(),
    events.DeniedRead: set(),
    events.StatusReport: set(),
    events.TargetEnded: set(),
    events.RunEnded: set(),
}
JOB = Target(PODS, 'till', 'job')
LIMIT = events.RunLimit(60.0, '--timeout')
OTHERS = {
    events.RunLimit: LIMIT._replace(seconds_left=9.0),
    Resource: PODS,
    Target: JOB,
    State: State.READY,
    Verdict: Verdict.READY,
    Progress: Progress(9),
    Revision: Revision('9'),
    Cause: CAUSE._replace(code='Other'),
    Dependency: ROOT._replace(root='svc/db'),
    Tolerance: Tolerance(1.0),
    Explanation: Explanation(CAUSE),
    RevisionChanges: CHANGES._replace(changes=CHANGES.changes[:1]),
}


def other(value):
    """Another value of the type; what a tuple holds may be seen in its length."""
    if type(value) in OTHERS:
        return OTHERS[type(value)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return value * 2 if value else ('new',)
    return f'{value}x' if isinstance(value, str) else value + 1


def ended(explanation):
    return events.TargetEnded(1.5, WEB, Verdict.FAILED, '', '', None, explanation)


# Events with a value, by its type.
HOLDERS = {
    Target: lambda value: events.Notice(1.5, value, ''),
    Progress: lambda value: STATE._replace(progress=value),
    Revision: lambda value: events.RevisionSeen(1.5, WEB, value, 3),
    Cause: lambda value: events.CauseGone(1.5, WEB, value),
    Explanation: ended,
    RevisionChanges: lambda value: ended(Explanation(CAUSE, revision_changes=value)),
    Change: lambda value: ended(Explanation(revision_changes=RevisionChanges('8', '7', (value,)))),
    Dependency: lambda value: events.CauseGone(1.5, WEB, CAUSE._replace(dependency=value)),
    events.DeniedRead: lambda value: events.RunEnded(1.5, 0, (), denied_reads=(value,)),
    events.ContainerState: lambda value: events.ChildChanged(1.5, WEB, '', '', '', (value,)),
}


def written(value):
    holder = HOLDERS.get(type(value))
    return records(holder(value) if holder else value)


@pytest.mark.parametrize(
    'value',
    [
        WEB,
        Progress(3),
        Revision('8'),
        CAUSE._replace(
            tolerance_seconds=1.0, tolerance_terminations=1, tolerance_override=Tolerance()
        ),
        Explanation(CAUSE, revision_changes=CHANGES),
        CHANGES,
        Change('image', 'main', 'x', 'added', '1', '2'),
        ROOT,
        events.RunBegan(1.5, 'rollout', (WEB,)),
        events.RevisionSeen(1.5, WEB, Revision('8'), 3),
        STATE,
        events.ContainerState('main', 'running', '', 1, 2, True),
        events.ChildChanged(
            *(1.5, WEB, 'Pod', 'web-1', 'x'),
            (events.ContainerState('main', '', '', None, 0, False),),
        ),
        events.KubeEvent(1.5, WEB, 'Pod', 'web-1', 'Normal', 'r', 'm', 1),
        events.LogChunk(1.5, WEB, 'web-1', 'main', (LogLine(5, 'x'),)),
        events.CauseSeen(1.5, WEB, CAUSE, 1, 2.0, 3, LIMIT),
        events.CauseGone(1.5, WEB, CAUSE),
        events.Notice(1.5, WEB, 'x', (DENIED,)),
        DENIED,
        events.StatusReport(1.5, (STATE,)),
        events.TargetEnded(1.5, WEB, Verdict.FAILED, 'r', 'm', Progress(3), Explanation()),
        events.RunEnded(1.5, 1, ((WEB, Verdict.FAILED),), 7, (DENIED,)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_field_is_written_or_known_not_to_be(value):
    kept = {
        field
        for field, part in zip(value._fields, value)
        if written(value._replace(**{field: other(part)})) == written(value)
    }
    assert kept == UNWRITTEN[type(value)]


def test_every_type_of_event_is_among_them():
    assert set(get_args(events.Event)) < set(UNWRITTEN)
