"""`kubectl dog check`, and `rollout --check`, with an API server in memory."""

from __future__ import annotations

import json
import os

import jsonschema
import pytest
import yaml

from kubectl_dog import api
from kubectl_dog.cli import main as program
from kubectl_dog.model.resources import DEPLOYMENTS
from tests import schema
from tests.unit.api_server import UNREACHABLE
from tests.unit.api_server import ApiServer
from tests.unit.checked import SHOP
from tests.unit.checked import container
from tests.unit.checked import node
from tests.unit.checked import obj
from tests.unit.checked import workload
from tests.unit.in_memory import Cluster

SETTINGS = obj('ConfigMap', 'settings', data={'a': 'b'})


def needs_settings(name='web', namespace='shop', config='settings'):
    source = [container(envFrom=[{'configMapRef': {'name': config}}])]
    return workload(name=name, namespace=namespace, containers=source)


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run a command on a cluster with objects; returns the exit code and both outputs."""
    monkeypatch.chdir(tmp_path)

    def write(*objects):
        tmp_path.joinpath('all.yaml').write_text(yaml.safe_dump_all(objects))

    def main(*words, cluster=(SHOP, node()), **options):
        server = ApiServer(*cluster, **options)
        monkeypatch.setattr(api, 'connect', lambda **flags: server)
        main.server = server
        return (program.main(list(words)), *capsys.readouterr())

    main.write = write
    return main


def test_without_a_problem_the_exit_code_is_0(run):
    run.write(needs_settings(), SETTINGS)
    code, out, err = run('check', '-f', 'all.yaml')
    assert (code, err) == (0, '')
    assert 'passed' in out
    assert run.server.is_closed


def test_a_problem_is_explained_and_the_exit_code_is_1(run):
    run.write(needs_settings(config='setings'))
    code, out, err = run('check', '-f', 'all.yaml', cluster=(SHOP, node(), SETTINGS))
    assert (code, err) == (1, '')
    headline, *lines = out.splitlines()[1:]
    assert headline == ('✗ deploy/web would fail: ConfigMapMissing (CreateContainerConfigError)')
    assert [line[:6].strip() for line in lines] == ['WHY', '', 'NEXT']


@pytest.mark.parametrize('flags', ([], ['-q'], ['--brief'], ['-o', 'plain']))
@pytest.mark.parametrize('config', ('settings', 'gone'))
def test_no_word_is_about_a_rollout(run, flags, config):
    run.write(needs_settings(config=config), SETTINGS)
    _, out, _ = run('check', '-f', 'all.yaml', *flags)
    assert out
    assert 'ready' not in out
    assert 'rollout' not in out


@pytest.mark.parametrize(
    ('words', 'text', 'code'),
    [
        (['check'], None, 2),
        (['check', '-f', 'gone.yaml'], None, 2),
        (['check', '-f', 'all.yaml'], 'a: [', 2),
        (['check', '-f', 'all.yaml'], 'a: b', 2),
        (['check', '-f', 'all.yaml', '--dry-run', 'client'], 'a: b', 2),
        (['check', '-f', 'all.yaml', '-o', 'yaml'], 'a: b', 2),
        (['check', 'deploy/web'], None, 2),
        (['rollout', 'deploy/web', '--check'], None, 2),
        (['rollout', '-f', '-', '--check'], None, 2),
        (
            ['check', '-f', 'all.yaml'],
            '{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}',
            2,
        ),
    ],
)
def test_wrong_input_is_one_sentence(run, tmp_path, words, text, code):
    if text:
        tmp_path.joinpath('all.yaml').write_text(text)
    result, out, err = run(*words)
    assert (result, out) == (code, '')
    assert err.startswith('error: ')
    assert err.count('\n') == 1


@pytest.mark.parametrize('status', (401, UNREACHABLE))
@pytest.mark.parametrize('objects', ([workload()], [SETTINGS], [obj('Service')]))
def test_no_access_is_exit_code_5(run, status, objects):
    run.write(*objects)
    code, out, err = run('check', '-f', 'all.yaml', status=status)
    assert (code, out) == (5, '')
    assert err.startswith('error: ')


def test_rights_that_are_missing_are_notices(run):
    run.write(needs_settings())
    code, out, _ = run('check', '-f', 'all.yaml', forbidden=('configmaps', 'nodes'))
    assert code == 0
    assert sum('were not checked' in line for line in out.splitlines()) == 2


def test_json_is_that_of_a_run(run):
    run.write(needs_settings(), SETTINGS, needs_settings('api', config='gone'))
    code, out, _ = run('check', '-f', 'all.yaml', '-o', 'json')
    lines = schema.read(out)
    assert lines[0]['mode'] == 'check'
    ends = {line['target']['name']: line['verdict'] for line in lines if line['type'] == 'ended'}
    assert ends == {'web': 'passed', 'settings': 'passed', 'api': 'would-fail'}
    assert lines[-1]['exitCode'] == code == 1


def test_reports_are_written(run, tmp_path):
    run.write(needs_settings(config='gone'), SETTINGS)
    code, _, err = run('check', '-f', 'all.yaml', '--report', 'dir=out')
    assert (code, err) == (1, '')
    summary = json.loads(tmp_path.joinpath('out', 'summary.json').read_text())
    definition = json.loads((schema.DOCS / 'summary-v1.schema.json').read_text())
    jsonschema.Draft202012Validator(definition).validate(summary)
    assert 'failures="1"' in tmp_path.joinpath('out', 'junit.xml').read_text()
    markdown = tmp_path.joinpath('out', 'report.md').read_text()
    assert '1 of 2 objects would fail' in markdown
    html = tmp_path.joinpath('out', 'report.html').read_text()
    assert 'would fail' in html
    assert 'did not become ready' not in markdown + html


def test_reports_without_a_problem(run, tmp_path):
    run.write(SETTINGS, obj('ConfigMap', 'b'))
    assert run('check', '-f', 'all.yaml', '--report', 'markdown=r.md')[0] == 0
    assert '2 objects checked' in tmp_path.joinpath('r.md').read_text()


def test_annotations_are_on_the_line_of_the_manifest(run, monkeypatch, tmp_path):
    run.write(SETTINGS, needs_settings(config='gone'))
    monkeypatch.setenv('GITHUB_WORKSPACE', os.getcwd())
    _, out, _ = run('check', '-f', 'all.yaml', '--ci', 'github')
    [annotation] = [line for line in out.splitlines() if line.startswith('::error')]
    lines = tmp_path.joinpath('all.yaml').read_text().splitlines()
    number = next(at for at, line in enumerate(lines, 1) if 'name: gone' in line)
    assert f'file=all.yaml,line={number},' in annotation


def test_objects_that_are_there_twice_are_checked_once(run):
    run.write(SETTINGS, SETTINGS, {**workload(), 'metadata': {'generateName': 'a-'}})
    code, out, _ = run('check', '-f', 'all.yaml')
    assert code == 0
    assert sum('is not checked' in line for line in out.splitlines()) == 2


def test_objects_that_helm_deletes_again_count_as_present(run):
    hook = {'helm.sh/hook': 'pre-install', 'helm.sh/hook-delete-policy': 'hook-succeeded'}
    run.write(needs_settings(), obj('ConfigMap', 'settings', annotations=hook))
    code, out, _ = run('check', '-f', 'all.yaml')
    assert code == 0
    assert 'is not checked: helm deletes it' in out


def test_a_check_of_200_manifests_needs_at_most_30_reads(run):
    kinds = ('Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob')
    pod = {
        'serviceAccountName': 'robot',
        'priorityClassName': 'high',
        'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'data'}}],
    }
    objects = []
    for number in range(200):
        source = [
            {'configMapRef': {'name': f'settings-{number}'}},
            {'secretRef': {'name': f'secret-{number}'}},
        ]
        objects.append(
            workload(
                kinds[number % 5],
                f'app-{number}',
                f'team-{number % 4}',
                pod,
                [container(image='App', envFrom=source)],
                replicas=2,
            )
        )
    run.write(*objects)
    teams = [obj('Namespace', f'team-{number}') for number in range(4)]
    quotas = [
        obj('ResourceQuota', 'q', f'team-{number}', spec={'hard': {'pods': '1'}})
        for number in range(4)
    ]
    code, _, _ = run(
        'check', '-f', 'all.yaml', '--dry-run=none', '-q', cluster=(node(), *teams, *quotas)
    )
    assert code == 1
    assert len(run.server.requests) <= 30
    assert run.server.dry_runs == {}


def test_the_limit_of_reads_is_a_notice(run, monkeypatch):
    monkeypatch.setattr('kubectl_dog.cluster_snapshot.MAX_READS', 1)
    run.write(needs_settings(config='gone'))
    code, out, _ = run('check', '-f', 'all.yaml')
    assert code == 0
    assert 'were not checked' in out


def test_names_are_tried_if_the_list_is_forbidden(run, monkeypatch):
    run.write(*(needs_settings(name, config=f'c-{name}') for name in 'abcd'))
    get = ApiServer.get

    def by_name_only(server, path, *rest, **more):
        if path.endswith('/configmaps'):
            return get(ApiServer(forbidden=('configmaps',)), path, *rest, **more)
        return get(server, path, *rest, **more)

    monkeypatch.setattr(ApiServer, 'get', by_name_only)
    present = [obj('ConfigMap', f'c-{name}') for name in 'abc']
    code, out, _ = run('check', '-f', 'all.yaml', '-o', 'json', cluster=(SHOP, node(), *present))
    ends = [json.loads(line) for line in out.splitlines() if '"type": "ended"' in line]
    assert [end['verdict'] for end in ends] == ['passed'] * 3 + ['would-fail']
    assert code == 1


PULL_SECRET = {'imagePullSecrets': [{'name': 'gone'}]}


@pytest.fixture
def tracked(monkeypatch):
    """The connections on which something was tracked; each target is ready at once."""
    ready = workload(pod=PULL_SECRET)
    ready['metadata'].update(uid='u', generation=1)
    ready['spec'].update(replicas=0)
    ready['status'] = {'observedGeneration': 1}
    connections = []

    def live_source(connection):
        connections.append(connection)
        return Cluster(ready)

    monkeypatch.setattr(api, 'live_source', live_source)
    return connections


def test_rollout_with_check_ends_before_tracking_if_there_is_a_problem(run, tracked):
    run.write(needs_settings(config='gone'))
    code, out, _ = run('rollout', '-f', 'all.yaml', '--check')
    assert (code, tracked) == (1, [])
    assert 'would fail' in out


def test_rollout_with_check_tracks_if_there_is_none(run, tracked):
    applied = workload(pod=PULL_SECRET)
    applied['spec'].update(replicas=0)
    run.write(applied)
    code, out, err = run('rollout', '-f', 'all.yaml', '--check', '-o', 'json')
    first, *_, last = [json.loads(line) for line in out.splitlines()]
    assert first['mode'] == 'rollout'
    assert first['targets'][0]['kind'] == DEPLOYMENTS.kind
    assert (code, last['exitCode'], len(tracked)) == (0, 0, 1)
    [note] = [line for line in err.splitlines() if 'pull secret' in line]
    assert note.startswith('note: deploy/web: ')


def test_roles_are_printed_without_a_check(run):
    run.write(needs_settings(config='gone'))
    code, out, err = run('check', '-f', 'all.yaml', '--print-rbac')
    cluster_role, role = yaml.safe_load_all(out)
    assert (code, err, role['kind'], role['metadata']['namespace']) == (0, '', 'Role', 'shop')
    assert (cluster_role['kind'], 'namespaces' in out) == ('ClusterRole', True)
