"""`kubectl dog status`, on files and on a cluster that is not there."""

from __future__ import annotations

import io
import json
import re
import sys
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog.cli import main as program
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from tests import schema
from tests.unit.builders import DEPLOY
from tests.unit.needs import NO_FILE

POD = '{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: %s}}\n---\n'
OK, FAILED, PENDING = (POD % phase for phase in ('Succeeded', 'Failed', 'Pending'))
GOING = '{apiVersion: v1, kind: ConfigMap, metadata: {name: c, deletionTimestamp: x}}\n---\n'
HELD = '{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {suspend: true}}\n---\n'
STALE = 'metadata: {generation: 2}, status: {observedGeneration: 1}'
ODD = f'{{apiVersion: example.com/v1, kind: Widget, {STALE}}}\n---\n'


@pytest.fixture
def status(monkeypatch, capsys, tmp_path):
    def run(*argv, stdin=''):
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
        monkeypatch.setattr(sys, 'stdin', SimpleNamespace(buffer=io.BytesIO(stdin.encode())))
        monkeypatch.setenv('KUBECONFIG', str(tmp_path / 'no' / 'kubeconfig'))
        try:
            code = program.main(['status', *argv])
        except SystemExit as stop:
            code = stop.code
        return (code, *capsys.readouterr())

    return run


def local(status, text, *flags):
    return status('--local', '-f', '-', *flags, stdin=text)


def test_prints_a_table_and_asks_no_cluster(status, monkeypatch):
    monkeypatch.setattr(api, 'connect', None)
    code, out, err = local(status, OK + FAILED)
    assert (code, err) == (0, '')
    assert out.splitlines() == [
        'TARGET    STATE    REASON     MESSAGE',
        'po/a      ready    Succeeded  has completed',
        'po/a      failed   Failed     has failed and will not be started again',
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
        ('{apiVersion: v1, kind: List, items: []}', 0),
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
        (['--local', '--helm-release', 'x'], '--local looks at files'),
        ([], 'name a target, like deploy/web; or choose with TYPE -l SELECTOR, -f FILE'),
        (['--local'], '--local needs -f FILE'),
        (['--local', 'deploy/web', '-f', '-'], '--local looks at files (-f FILE), not at targets'),
        (['-f', '-', 'deploy/web'], 'cannot be provided when a path is specified'),
        (['deploy'], 'which deploy?'),
        (['--local', '-f', '-'], 'standard input is empty'),
        (['--local', '-f', '/nowhere.yaml'], f'cannot read /nowhere.yaml: {NO_FILE}'),
        (['--local', '-f', '-', '-o', 'yaml'], "'yaml'"),
    ],
)
def test_what_is_wrong_is_exit_2_and_a_sentence(status, argv, message):
    code, out, err = status(*argv)
    assert (code, out) == (2, '')
    assert message in err
    assert 'Traceback' not in err


def test_yaml_that_is_no_object_is_named_and_escaped(status):
    code, out, err = local(status, OK + 'a: \x1b[31m')
    assert (code, out) == (2, '')
    code, out, err = local(status, OK + '{apiVersion: v1}')
    assert (code, out) == (2, '')
    assert err == (
        'kubectl dog: standard input, document 2 (line 2) is no Kubernetes object: it has no kind\n'
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
        ((), (absent(Verdict.NEVER_APPEARED),), (), 4, 'is not there in namespace shop'),
        ((), (absent(Verdict.NO_ACCESS),), (), 5, 'deploy/web cannot be read: no \\x1b'),
        ((), (absent(Verdict.TIMED_OUT),), (), 3, 'the cluster did not answer in time'),
        ((WEB,), (absent(Verdict.NEVER_APPEARED),), (), 4, 'is not there'),
        ((WEB,), (absent(Verdict.NEVER_APPEARED),), ('--exit-code',), 1, 'is not there'),
    ],
)
def test_a_live_look(status, monkeypatch, statuses, unseen, flags, code, message):
    monkeypatch.setattr(api, 'connect', lambda **flags: SimpleNamespace(namespace='shop'))
    monkeypatch.setattr(api, 'live_source', lambda connection: None)
    monkeypatch.setattr(api, 'live_statuses', lambda source, targets, judges: (statuses, unseen))
    got, out, err = status('deploy/web', *flags)
    assert got == code
    assert message in err
    assert ('deploy/web' in out) == bool(statuses)


def test_what_there_is_to_say_of_trackers_goes_to_standard_error(status, packages, tmp_path):
    for package in ('zinc', 'acme'):
        packages.install(package, code='def assess(view): oops', Widget_example_com='')
    file = tmp_path / 'widget.yaml'
    file.write_text(ODD)
    code, out, err = status('--local', '-f', str(file))
    assert (code, 'unknown' in out) == (0, True)
    rivals, failure, other = err.splitlines()
    assert 'that of acme 1.0 is used' in rivals
    assert 'the tracker of acme 1.0 for Widget.example.com failed on widget, which is' in failure
    assert 'zinc 1.0' in other
    _, _, err = status('--local', '-f', str(file), '--tracker', 'Widget.example.com=zinc')
    assert err.startswith('the tracker of zinc 1.0')
