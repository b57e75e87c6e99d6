"""What `-o json` prints is what docs/json-v1.schema.json says, and docs/json.md tells no tales."""

from __future__ import annotations

import copy
import json
import re
import shlex
import shutil
import subprocess
from typing import get_args

import jsonschema
import pytest

from kubectl_dog.cli import main as program
from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import HUNG_UP
from kubectl_dog.model.verdicts import Change
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.jsonl import TYPES
from kubectl_dog.output.jsonl import JsonRenderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.recording import bundled
from tests import schema

WEB = Target(DEPLOYMENTS, 'shop', 'web')
POD = Target(PODS, 'shop', 'web-1')
NODE = Target(Resource('', 'v1', 'nodes', 'Node', 'no', namespaced=False), '', 'node-4')
COUNTS = Progress(3, 2, 1, 1, 1)
CRASH = Cause(
    'CrashLoop',
    'CrashLoopBackOff',
    'main',
    'container main exits with 3',
    pods=('web-1', 'web-2'),
    terminations=2,
    evidence=('no line of it says why',),
    suggested_commands=('kubectl logs web-1 -c main',),
    dependency=Dependency(('svc/db:80',), 'shop', 'sts/db', 'CrashLoop', 'it exits', 'not ready'),
)
CONTAINER = events.ContainerState('main', 'terminated', 'Error', 3, 1, True)
CREATED = events.ContainerState('main', '', '', None, 0, False)
HEALING = Cause('ConfigMapMissing', '', 'configmap/a', '', active=False, recovering=True)
LIMIT = Change('resources', 'main', 'limits.memory', 'changed', '64Mi', '16Mi')
CHANGES = RevisionChanges('8', '7', (LIMIT,))
WHY = Explanation(
    CRASH, ('it exits',), ('FATAL: no',), ('kubectl logs web-1',), ('no log',), CHANGES
)
ROW = events.StateChanged(0.0, WEB, State.PROGRESSING, 'r', 'm', COUNTS, '2 pods')
LINE = LogLine(1_700_000_000_000_000_005, 'listening')

DENIED = events.DeniedRead(('list', 'watch'), 'apps', 'replicasets', 'shop', 'no')

# Of each event a full one first, then empty, unknown and odd ones.
SAMPLES = (
    events.RunBegan(0, 'rollout', (WEB, POD)),
    events.RunBegan(0, 'once', ()),
    events.RevisionSeen(1, WEB, Revision('8', '7', ('image web 1 → 2',)), 3),
    events.RevisionSeen(1, WEB, Revision(''), 0),
    ROW,
    ROW._replace(at=2 / 3, target=NODE, reason='', message='', progress=None, waits_for=''),
    *(ROW._replace(state=state) for state in State),
    events.ChildChanged(1, WEB, 'Pod', 'web-1', 'running', (CONTAINER,)),
    events.ChildChanged(1, WEB, 'Pod', 'web-1', 'x', (CREATED,)),
    events.ChildChanged(1, WEB, '', '', ''),
    events.KubeEvent(1, WEB, 'Pod', 'web-1', 'Warning', 'BackOff', 'no', 2),
    events.KubeEvent(1, WEB, '', '', '', '', '', 1),
    events.LogChunk(1, WEB, 'web-1', 'main', (LINE, LogLine(0, ''), LogLine(1, 'a\x1b\ud800\n'))),
    events.LogChunk(1, WEB, 'web-1', 'main', ()),
    events.CauseSeen(1, WEB, CRASH, 3, 20.5, 3),
    events.CauseSeen(1, WEB, HEALING, 0, None, None),
    events.CauseSeen(1, WEB, CRASH, 3, float('inf'), None),
    events.CauseGone(1, WEB, CRASH),
    events.CauseGone(1, POD, HEALING),
    events.Notice(1, WEB, 'deploy/web is there now', (DENIED,)),
    events.Notice(1, None, ''),
    events.StatusReport(1, (ROW,)),
    events.StatusReport(1, (ROW._replace(progress=None), ROW._replace(target=POD))),
    events.StatusReport(1, ()),
    events.TargetEnded(1, WEB, Verdict.FAILED, 'CrashLoop', 'exits', COUNTS, WHY),
    events.TargetEnded(
        1,
        WEB,
        Verdict.FAILED,
        '',
        '',
        None,
        WHY._replace(
            revision_changes=CHANGES._replace(changes=(Change('affinity', kind='added'),))
        ),
    ),
    *(events.TargetEnded(1, POD, verdict, '', '', None, Explanation()) for verdict in Verdict),
    events.TargetEnded(
        30,
        Group(DEPLOYMENTS, '', 'a').placeholder,
        Verdict.NEVER_APPEARED,
        '',
        '',
        None,
        Explanation(),
    ),
    events.RunEnded(1, 1, ((WEB, Verdict.FAILED), (POD, Verdict.READY)), denied_reads=(DENIED,)),
    *(events.RunEnded(1, EXIT_CODES[verdict], ((WEB, verdict),)) for verdict in Verdict),
)


def render(event):
    return [json.loads(line) for line in JsonRenderer(RenderOptions(1_700_000_000.0)).render(event)]


FULL = [next(render(event)[0] for event in SAMPLES if type(event) is kind) for kind in TYPES]


def leaves(value, path=()):
    """(path, value) of a record's fields and items, by name and number."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key), part
        if isinstance(part, (dict, list)):
            yield from leaves(part, (*path, key))


def holder(record, path):
    """What holds the last of the path."""
    for key in path[:-1]:
        record = record[key]
    return record


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema.SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema.STRICT.schema)


def test_every_event_has_a_sample_a_renderer_and_a_definition_that_is_used():
    kinds = set(get_args(events.Event))
    assert {type(event) for event in SAMPLES} == kinds == set(TYPES)
    names = [name for name, _ in TYPES.values()]
    assert sorted(schema.TYPES) == sorted(names)
    references = [
        (branch['if']['properties']['type']['const'], branch['then']['$ref'])
        for branch in schema.SCHEMA['allOf']
    ]
    assert references == [(name, f'#/$defs/{name}') for name in names]


@pytest.mark.parametrize('event', SAMPLES, ids=lambda event: type(event).__name__)
def test_every_sample_follows_the_schema(event):
    for record in render(event):
        assert schema.faults(record) == schema.faults(record, schema.OPEN) == []


@pytest.mark.parametrize(
    ('definition', 'values'),
    [
        ('State', [state.value for state in State]),
        ('Verdict', [verdict.value for verdict in Verdict]),
        ('ExitCode', sorted({*EXIT_CODES.values(), HUNG_UP})),
    ],
)
def test_lists_of_values_are_those_of_the_code(definition, values):
    assert schema.DEFINITIONS[definition]['enum'] == values


@pytest.mark.parametrize('code', sorted(set(EXIT_CODES.values())))
def test_every_exit_code_is_told_with_its_verdicts(code):
    verdicts = [verdict.value for verdict in Verdict if EXIT_CODES[verdict] == code]
    description = schema.DEFINITIONS['ExitCode']['description']
    assert f'{code}: {", ".join(verdicts)}.' in description


def test_everything_is_described():
    for name, definition in schema.DEFINITIONS.items():
        assert definition.get('description'), name
    for node in schema.nodes(schema.SCHEMA['$defs']):
        for name, field in node.get('properties', {}).items():
            assert field.get('description') or field.get('$ref'), name


@pytest.mark.parametrize('record', FULL, ids=lambda record: record['type'])
def test_a_field_can_neither_vanish_nor_lose_its_type(record):
    for path, _ in leaves(record):
        less, wrong = copy.deepcopy(record), copy.deepcopy(record)
        holder(wrong, path)[path[-1]] = [[3]]
        assert schema.faults(wrong, schema.OPEN), path
        del holder(less, path)[path[-1]]
        may_miss = path[-1] == 'group' or not isinstance(path[-1], str)
        assert may_miss or schema.faults(less, schema.OPEN), path


@pytest.mark.parametrize('record', FULL, ids=lambda record: record['type'])
def test_a_new_field_must_be_documented_but_does_not_trouble_consumers(record):
    for path in [(), *(path for path, value in leaves(record) if isinstance(value, dict))]:
        more = copy.deepcopy(record)
        holder(more, (*path, 'new'))['new'] = 1
        assert schema.faults(more, schema.OPEN) == []
        assert '(unevaluatedProperties)' in ' '.join(schema.faults(more)), path


@pytest.mark.parametrize('record', FULL, ids=lambda record: record['type'])
def test_a_full_sample_shows_every_field(record):
    assert [path for path, value in leaves(record) if value in (None, '', [], {})] == []


def test_a_new_type_must_be_documented_but_does_not_trouble_consumers():
    line = {**FULL[0], 'type': 'new'}
    assert schema.faults(line, schema.OPEN) == []
    assert '(enum)' in ' '.join(schema.faults(line))


@pytest.mark.parametrize('line', [None, 3, [], {}, {'type': 'log'}, {**FULL[0], 'time': 'today'}])
def test_what_is_no_line_of_ours_is_refused(line):
    assert schema.faults(line, schema.OPEN)


def demo(name, capsys):
    code = program.main(['demo', name, '-o', 'json', '--instant'])
    out, err = capsys.readouterr()
    assert err == ''
    return code, out


def test_there_are_recordings():
    assert len(bundled.names()) >= 4


@pytest.mark.parametrize('name', bundled.names())
def test_every_recording_follows_the_schema(name, capsys):
    code, out = demo(name, capsys)
    records = schema.read(out)
    assert records[-1]['exitCode'] == code


PAGE = (schema.DOCS / 'json.md').read_text(encoding='utf-8')
# A title; the demo and the filter that is applied to its output; what that prints.
EXAMPLES = re.findall(
    r'^## (.+)\n(?:(?!## ).*\n)*?```\n\$ kubectl dog demo (\S+) --instant -o json \| (jq .*)\n'
    r'((?:.*\n)*?)```',
    PAGE,
    re.M,
)
# The same in Python, for where there is no jq.
ANSWERS = {
    'Did it work?': lambda lines: [
        f'{entry["target"]["kind"]}/{entry["target"]["name"]} {entry["verdict"]}'
        for entry in lines[-1]['verdicts']
    ],
    'Only succeed if every target did': lambda lines: [json.dumps(lines[-1]['exitCode'] == 0)],
    'Why did it fail?': lambda lines: [
        '{code} ({reason}) in {subject}'.format(**line['cause'])
        for line in of(lines, 'ended')
        if line['cause']
    ],
    'What should I run next?': lambda lines: of(lines, 'ended')[0]['suggestedCommands'],
    'Know of trouble before the verdict': lambda lines: [
        f'{line["cause"]["code"]}, {round(line["secondsLeft"])} s left'
        for line in of(lines, 'cause')
    ],
    'What was rolled out?': lambda lines: [
        text
        for line in of(lines, 'revision')
        for text in (f'{line["previous"]} -> {line["revision"]}', *line['changes'])
    ],
    'Which change may be the reason?': lambda lines: [
        '{field}: {before} -> {after}'.format(**change)
        for line in of(lines, 'ended')
        if line['revisionChanges']
        for change in line['revisionChanges']['changes']
    ],
    'Just the log lines': lambda lines: sorted(
        {f'{line["container"]}: {line["text"]}' for line in of(lines, 'log')}
    ),
    'Which warnings did Kubernetes give?': lambda lines: [
        json.dumps(
            sorted({e['reason'] for e in of(lines, 'kube-event') if e['eventType'] == 'Warning'})
        )
    ],
}


def of(lines, kind):
    return [line for line in lines if line['type'] == kind]


def test_every_example_was_found():
    assert [title for title, *_ in EXAMPLES] == list(ANSWERS)
    assert len(EXAMPLES) == PAGE.count('| jq ')


@pytest.mark.parametrize(
    ('title', 'name', 'filtered', 'shown'), EXAMPLES, ids=[title for title, *_ in EXAMPLES]
)
def test_examples_print_what_is_shown(title, name, filtered, shown, capsys):
    _, out = demo(name, capsys)
    assert ANSWERS[title]([json.loads(line) for line in out.splitlines()]) == shown.splitlines()
    if shutil.which('jq'):
        printed = subprocess.run(
            shlex.split(filtered), input=out, capture_output=True, encoding='utf-8', check=True
        )
        assert printed.stdout == shown


def test_links_lead_somewhere():
    for page in schema.DOCS.glob('*.md'):
        for link in re.findall(r'\]\(([^)#:]+)\)', page.read_text(encoding='utf-8')):
            assert (schema.DOCS / link).exists(), link
