"""The report `json` is what docs/summary-v1.schema.json says."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from kubectl_dog.model import events
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.report import summary
from kubectl_dog.recording import bundled
from tests import schema
from tests.unit.output.report.runs import WEB
from tests.unit.output.report.runs import child
from tests.unit.output.report.runs import container
from tests.unit.output.report.runs import demo
from tests.unit.output.report.runs import kube_event
from tests.unit.output.report.runs import log
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import state
from tests.unit.output.schema_test import CRASH
from tests.unit.output.schema_test import WHY

SCHEMA = json.loads((schema.DOCS / 'summary-v1.schema.json').read_text(encoding='utf-8'))
SEEN = events.CauseSeen(3.0, WEB, CRASH, 1, 20.0, None)
END = events.TargetEnded(9.0, WEB, Verdict.FAILED, 'r', 'm', None, WHY)


def strict():
    result = copy.deepcopy(SCHEMA)
    for node in schema.nodes(result):
        if node.get('type') == 'object':
            node['additionalProperties'] = False
    return jsonschema.Draft202012Validator(result)


STRICT = strict()


def parse(run):
    document = json.loads(summary.create_report(run))
    STRICT.validate(document)
    return document


def test_the_schema_is_valid_and_describes_all():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for node in schema.nodes(SCHEMA):
        for name, field in node.get('properties', {}).items():
            assert field.get('description') or field.get('$ref'), name
        if node.get('type') == 'object' and 'properties' in node:
            # In JSON, `group` is omitted for the core group.
            assert set(node['required']) == set(node['properties']) - {'group'}


def test_shared_definitions_are_those_of_the_lines():
    shared = set(SCHEMA['$defs']) & set(schema.DEFINITIONS)
    assert {'Target', 'State', 'Verdict', 'ExitCode', 'Progress', 'Cause', 'Container'} < shared
    for name in shared:
        assert SCHEMA['$defs'][name] == schema.DEFINITIONS[name], name
    for name, line in (
        ('Revision', 'revision'),
        ('Child', 'child'),
        ('Warning', 'kube-event'),
        ('LastState', 'Judgement'),
    ):
        fields = dict(SCHEMA['$defs'][name]['properties'])
        fields.pop('at', None)
        lines = dict(schema.DEFINITIONS[line]['properties'])
        lines.pop('target', None)
        assert fields == lines
    result, ended = SCHEMA['$defs']['Result'], schema.DEFINITIONS['ended']
    for name in set(ended['properties']) - {'verdict'}:
        assert result['properties'][name] == ended['properties'][name]


@pytest.mark.parametrize('name', bundled.names())
def test_documents_of_recordings_follow_the_schema(name):
    run = demo(name)
    document = parse(run)
    assert document['exitCode'] == run.end.exit_code
    assert len(document['targets']) == len(run.targets)


def test_a_run_without_an_end_follows_the_schema():
    document = parse(record(events.RunBegan(0.0, 'rollout', (WEB,))))
    (target,) = document['targets']
    assert (document['exitCode'], target['verdict'], target['lastState']) == (None, None, None)


def test_each_cause_and_warning_is_listed_once():
    gone = events.CauseGone(5.0, WEB, CRASH)
    other = SEEN._replace(at=6.0, cause=CRASH._replace(subject='x'))
    document = parse(
        record(
            events.RunBegan(0.0, 'follow', (WEB,)),
            state(1.0),
            SEEN,
            gone,
            other,
            kube_event(2.0),
            kube_event(4.0, times=5),
            kube_event(4.0, type='Normal'),
            child(1.0, 'running', container()),
            child(2.0, 'ready', container(ready=True)),
            log(3.0, 'a', 'b'),
            events.Notice(3.0, WEB, 'x'),
            events.Notice(3.0, None, 'all'),
            END,
        )
    )
    (target,) = document['targets']
    assert [(cause['seenAt'], cause['goneAt']) for cause in target['causes']] == [(3, 5), (6, None)]
    assert [(event['at'], event['times']) for event in target['warnings']] == [(4, 5)]
    assert [(entry['text'], len(entry['containers'])) for entry in target['children']] == [
        ('ready', 1)
    ]
    assert [entry['lines'] for entry in target['logs']] == [2]
    assert (document['notices'], target['notices']) == (['all'], ['x'])
    assert (target['lastState']['state'], target['seconds']) == ('failing', 9)


def test_no_text_forms_a_command_of_a_ci_system():
    notice = events.Notice(1.0, None, '##[error]x \ud800\n')
    text = summary.create_report(record(events.RunBegan(0.0, 'once', ()), notice))
    assert '##' not in text and text.isascii()
    assert json.loads(text)['notices'] == ['##[error]x \ufffd\n']


def test_explanation_of_nothing():
    run = record(events.RunBegan(0.0, 'rollout', (WEB,)), END._replace(explanation=Explanation()))
    assert parse(run)['targets'][0]['cause'] is None
