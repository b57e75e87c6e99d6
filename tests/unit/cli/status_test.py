"""`kubectl dog status`, on files and on a cluster that does not exist."""

from __future__ import annotations

import io
import json
import re
import sys
import time
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog.cli import main as program
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.options import Options
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking.status.live_status import LiveStatuses
from tests import schema
from tests.unit.builders import DEPLOY
from tests.unit.needs import NO_FILE

POD = '{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: %s}}\n---\n'
OK, FAILED, PENDING = (POD % phase for phase in ('Succeeded', 'Failed', 'Pending'))
GOING = '{apiVersion: v1, kind: ConfigMap, metadata: {name: c, deletionTimestamp: x}}\n---\n'
HELD = '{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {suspend: true}}\n---\n'
STALE = 'metadata: {name: w, generation: 2}, status: {observedGeneration: 1}'
ODD = f'{{apiVersion: example.com/v1, kind: Widget, {STALE}}}\n---\n'


@pytest.fixture
def status(monkeypatch, capsys, tmp_path):
    def run(*argv, stdin=''):
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
        monkeypatch.setattr(sys, 'stdin', SimpleNamespace(buffer=io.BytesIO(stdin.encode())))
        monkeypatch.setenv('KUBECONFIG', str(tmp_path / 'no' / 'kubeconfig'))
        return (program.main(['status', *argv]), *capsys.readouterr())

    return run


def local(status, text, *flags):
    return status('--local', '-f', '-', *flags, stdin=text)


def test_prints_a_table_and_asks_no_cluster(status, monkeypatch):
    monkeypatch.setattr(api, 'connect', None)
    code, out, err = local(status, OK + FAILED)
    assert (code, err) == (0, '')
    assert out.splitlines() == [
        '  TARGET  STATE   READY  RESTARTS  AGE  MESSAGE',
        '✗ po/a    failed  0/0    0         –    Failed: has failed and will not be restarted',
        '  po/a    ready   0/0    0         –    has completed',
    ]


def test_prints_one_json_document(status):
    code, out, _ = local(status, OK + ODD, '-o', 'json')
    data = json.loads(out)
    assert (code, data['apiVersion']) == (0, 'kubectl-dog/v1')
    assert [(entry['kind'], entry['state']) for entry in data['items']] == [
        ('Pod', 'ready'),
        ('Widget', 'progressing'),
    ]


def test_reads_files_and_directories(status, tmp_path):
    (tmp_path / 'a.yaml').write_text(OK)
    (tmp_path / 'deep').mkdir()
    (tmp_path / 'deep' / 'b.json').write_text(json.dumps({'apiVersion': 'v1', 'kind': 'Secret'}))
    file, folder = str(tmp_path / 'a.yaml'), str(tmp_path)
    for flags, count in (((file, '-f', file), 2), ((folder,), 1), ((folder, '-R'), 2)):
        _, out, _ = status('--local', '-f', *flags, '-o', 'json')
        assert len(json.loads(out)['items']) == count


@pytest.mark.parametrize(
    ('text', 'code'),
    [
        (OK, 0),
        (OK + HELD, 6),
        (HELD + PENDING, 3),
        (ODD, 3),
        (PENDING + GOING, 4),
        (GOING + FAILED + OK, 1),
        ('{apiVersion: v1, kind: List, items: []}', 2),
    ],
)
def test_states_are_the_exit_code_only_if_asked_for(status, text, code):
    assert local(status, text)[0] == 0
    assert local(status, text, '--exit-code')[0] == code


def test_an_empty_list_is_no_error(status):
    text = '{apiVersion: v1, kind: List, items: []}'
    assert local(status, text) == (0, '', 'no objects found\n')
    assert json.loads(local(status, text, '-o', 'json')[1])['items'] == []


def test_objects_of_files_are_chosen_by_their_labels(status):
    web = OK.replace('name: a', 'name: web, labels: {tier: web}')
    lines = local(status, OK + web, '-l', 'tier=web')[1].splitlines()
    assert [line.split()[0] for line in lines] == ['TARGET', 'po/web']


@pytest.mark.parametrize(
    ('argv', 'message'),
    [
        (['--local', '--helm-release', 'x'], '--local assesses objects in files'),
        ([], 'no targets: use TYPE/NAME, such as deploy/web, TYPE -l SELECTOR, -f FILE'),
        (['--local'], '--local needs -f FILE'),
        (
            ['--local', 'deploy/web', '-f', '-'],
            '--local assesses objects in files: use -f FILE, without targets',
        ),
        (
            ['--local', '-f', '-', '--context', 'x'],
            '--local cannot be combined with --context: it uses no cluster',
        ),
        (['--local', '-f', '-', '-v', '0'], '--local cannot be combined with --v: it uses no'),
        (['-f', '-', 'deploy/web'], 'cannot be provided when a path is specified'),
        (['deploy'], 'incomplete target "deploy"'),
        (['--local', '-f', '-'], 'standard input is empty'),
        (['--local', '-f', '/nowhere.yaml'], f'cannot read /nowhere.yaml: {NO_FILE}'),
        (['--local', '-f', '-', '-o', 'yaml'], 'invalid --output "yaml": use table or json'),
    ],
)
def test_what_is_wrong_is_exit_2_and_a_sentence(status, argv, message):
    code, out, err = status(*argv)
    assert (code, out) == (2, '')
    assert message in err
    assert 'Traceback' not in err


def test_objects_without_a_name_are_noted(status):
    nameless = '{apiVersion: v1, kind: Pod, metadata: {}}\n---\n'
    code, out, err = local(status, OK + nameless + nameless)
    assert (code, out.count('po/–')) == (0, 2)
    place = 'standard input, document 2 (line 2)'
    assert err == f'note: objects without metadata.name: {place} and 1 more\n'


def test_yaml_that_is_no_object_is_named_and_escaped(status):
    code, out, err = local(status, OK + 'a: \x1b[31m')
    assert (code, out) == (2, '')
    code, out, err = local(status, OK + '{apiVersion: v1}')
    assert (code, out) == (2, '')
    assert err == (
        'error: standard input, document 2 (line 2) is not a Kubernetes object: it has no kind\n'
    )


PAGE = (schema.DOCS / 'status.md').read_text(encoding='utf-8')


def test_the_page_shows_what_is_printed(status):
    [written] = re.findall(r'```yaml\n(.*?)```', PAGE, re.S)
    [shown] = re.findall(r'```\n\$ kubectl get .* \| kubectl dog (.*)\n((?:.*\n)*?)```', PAGE)
    code, out, err = status(*shown[0].split()[1:], stdin=written)
    assert (code, out, err) == (0, shown[1], '')


def test_without_a_cluster_there_is_no_live_look(status):
    code, out, err = status('deploy/web')
    assert (code, out, err.count('\n')) == (5, '', 1)


def absent(verdict):
    return TargetEnded(1.0, DEPLOY, verdict, '', 'no \x1b', None, Explanation())


WEB = Status('apps/v1', 'Deployment', 'shop', 'web', State.FAILED, short='deploy')


@pytest.mark.parametrize(
    ('statuses', 'unseen', 'flags', 'code', 'message'),
    [
        ((WEB,), (), (), 0, ''),
        ((WEB,), (), ('--exit-code',), 1, ''),
        ((), (absent(Verdict.NEVER_APPEARED),), (), 4, 'does not exist in namespace shop'),
        ((), (absent(Verdict.NO_ACCESS),), (), 5, 'deploy/web cannot be read: no \\x1b'),
        ((), (absent(Verdict.TIMED_OUT),), (), 3, 'the cluster did not answer in time'),
        ((WEB,), (absent(Verdict.NEVER_APPEARED),), (), 4, 'does not exist'),
        ((WEB,), (absent(Verdict.NEVER_APPEARED),), ('--exit-code',), 1, 'does not exist'),
    ],
)
def test_a_live_look(status, monkeypatch, statuses, unseen, flags, code, message):
    monkeypatch.setattr(
        api, 'connect', lambda **flags: SimpleNamespace(namespace='shop', clock_offset=0.0)
    )
    monkeypatch.setattr(api, 'live_source', lambda connection: None)
    monkeypatch.setattr(api, 'live_statuses', lambda *_: LiveStatuses(statuses, unseen))
    got, out, err = status('deploy/web', *flags)
    assert got == code
    assert message in err
    assert ('deploy/web' in out) == bool(statuses)


@pytest.mark.parametrize('offset', (0.0, 3600.0, -3600.0))
def test_the_age_is_that_by_the_clock_of_the_server(status, monkeypatch, offset):
    connection = SimpleNamespace(namespace='shop', clock_offset=offset)
    created = format_timestamp(time.time() + offset - 100)
    monkeypatch.setattr(api, 'connect', lambda **flags: connection)
    monkeypatch.setattr(api, 'live_source', lambda connection: None)
    seen = LiveStatuses((WEB._replace(created=created),), ())
    monkeypatch.setattr(api, 'live_statuses', lambda *_: seen)
    assert ' 1m4' in status('deploy/web')[1] or ' 100s' in status('deploy/web')[1]


@pytest.mark.parametrize(
    ('flags', 'state'), (((), 'ready'), (('--require-status', '--exit-code'), 'unknown'))
)
def test_flags_about_judgement_reach_a_local_look(status, flags, state):
    text = 'apiVersion: x.example.com/v1\nkind: Frob\nmetadata: {name: a}\nstatus: {frobs: 4}\n'
    code, out, _ = local(status, text, *flags)
    assert (code, state in out) == (3 if flags else 0, True)


def test_flags_about_judgement_reach_a_live_look(status, monkeypatch):
    given = []

    def look(source, targets, judges, options):
        given.append(options)
        return LiveStatuses((WEB,), ())

    monkeypatch.setattr(
        api, 'connect', lambda **flags: SimpleNamespace(namespace='shop', clock_offset=0.0)
    )
    monkeypatch.setattr(api, 'live_source', lambda connection: None)
    monkeypatch.setattr(api, 'live_statuses', look)
    status('deploy/web', '--require-status', '--ignore-foreign-annotations')
    assert given == [Options(require_status=True, ignore_foreign_annotations=True)]


def test_what_there_is_to_say_of_trackers_goes_to_standard_error(status, packages, tmp_path):
    for package in ('zinc', 'acme'):
        packages.install(package, code='def assess(view): oops', Widget_example_com='')
    file = tmp_path / 'widget.yaml'
    file.write_text(ODD)
    code, out, err = status('--local', '-f', str(file))
    assert (code, 'unknown' in out) == (0, True)
    rivals, failure, other = err.splitlines()
    assert 'using acme 1.0, not zinc 1.0' in rivals
    assert 'the tracker of acme 1.0 for Widget.example.com failed on widget/w, and ' in failure
    assert 'zinc 1.0' in other
    _, _, err = status('--local', '-f', str(file), '--tracker', 'Widget.example.com=zinc')
    assert err.startswith('the tracker of zinc 1.0')


def test_the_namespace_flag_filters_the_objects_of_files(status):
    shop, other = (
        OK.replace('name: a', f'name: {name}, namespace: {name}') for name in ('shop', 'other')
    )
    lines = local(status, shop + other + GOING, '-n', 'shop')[1].splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [['–', 'cm/c'], ['shop', 'po/shop']]
    code, out, err = local(status, other, '-n', 'shop', '--exit-code')
    assert (code, out) == (2, '')
    assert err == 'error: no objects found: --exit-code needs at least one\n'


def test_a_namespace_that_selects_nothing_of_files_is_an_error(status):
    code, out, err = local(status, GOING, '-n', 'shop')
    assert (code, out) == (2, '')
    assert err == 'error: -n has no effect: no object in the files has a namespace\n'


def test_rules_judge_objects_of_files(status, tmp_path):
    rules = tmp_path / 'rules.yaml'
    rules.write_text('{group: example.com, kind: Widget, failed: [{path: spec.glow, is: broken}]}')
    broken = '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {glow: broken}}'
    code, out, err = local(status, broken, '--rules', str(rules))
    assert (code, err) == (0, '')
    assert out.splitlines()[1].split()[2] == 'failed'
