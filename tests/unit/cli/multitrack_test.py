"""`kubectl dog multitrack`, on a cluster in memory and on none."""

from __future__ import annotations

import io
import json
import re
import sys
from types import SimpleNamespace

import pytest

import kubectl_dog
from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import main as program
from kubectl_dog.cli.parser import parse
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import well_known
from tests import schema
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import stateful_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.builders import workload
from tests.unit.in_memory import Cluster
from tests.unit.needs import NO_FILE

PAGE = (schema.DOCS / 'multitrack.md').read_text(encoding='utf-8')
EXAMPLES = re.findall(r'```json\n(.*?)```', PAGE, re.S)
_LISTS = {
    'StatefulSets': stateful_set,
    'Deployments': deployment,
    'Pods': lambda: pod(status(), ready=True),
    'Jobs': lambda: workload('Job', conditions=[{'type': 'Complete', 'status': 'True'}]),
    'Generics': lambda: manifest('ConfigMap'),
}


def called(obj, name, namespace='shop'):
    """The same object under another name."""
    revision = {'deployment.kubernetes.io/revision': '2'}
    meta = {'name': name, 'namespace': namespace, 'uid': f'{namespace}-{name}'}
    return {**obj, 'metadata': {**obj['metadata'], **meta, 'annotations': revision}}


def asked_for(spec):
    """Whatever a spec names, as it is when it is ready."""
    for kind, create in _LISTS.items():
        for entry in spec.get(kind, ()):
            yield called(create(), entry.get('ResourceName', entry.get('Name')), entry['Namespace'])


@pytest.fixture
def multitrack(monkeypatch, capsys, tmp_path):
    def run(spec, *flags, objects=()):
        text = spec if isinstance(spec, str) else json.dumps(spec)
        stdin = SimpleNamespace(buffer=io.BytesIO(text.encode()), isatty=lambda: False)
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
        monkeypatch.setattr(sys, 'stdin', stdin)
        monkeypatch.setattr(api, 'connect', lambda **flags: SimpleNamespace(namespace='shop'))
        monkeypatch.setattr(api, 'live_source', lambda connection: Cluster(*objects))
        monkeypatch.setattr(target_resolution, 'resolver', lambda connection: resolve)
        return (program.main(['multitrack', *flags]), *capsys.readouterr())

    return run


def resolve(word):
    resource = CONFIGMAPS if word == 'ConfigMap' else well_known(word)
    if resource is None:
        raise UserError(f'the server has no resource type "{word}"')
    return resource


def verdicts(out):
    lines = [json.loads(line) for line in out.splitlines()]
    assert not [fault for line in lines for fault in schema.faults(line)]
    return {entry['target']['name']: entry['verdict'] for entry in lines[-1]['verdicts']}


@pytest.mark.parametrize('example', EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_page_run(multitrack, example):
    spec = json.loads(example)
    objects = list(asked_for(spec))
    code, out, err = multitrack(example, '-o', 'json', objects=objects)
    assert (code, err) == (0, '')
    assert verdicts(out) == {obj['metadata']['name']: 'ready' for obj in objects}


def test_kubedog_s_own_examples_are_among_them():
    named = [re.findall(r'"ResourceName": "([^"]+)"', example) for example in EXAMPLES]
    assert named[0] == ['mysts1', 'mydeploy22']
    assert named[1] == ['etcd-minikube', 'tiller-deploy', 'coredns', 'myjob']


def crashed(name, ends=2):
    container_status = status(state=ended(3), last=ended(3), restarts=ends - 1)
    return called(pod(container_status, age=1), name)


def pods(**fields):
    return {'Pods': [{'ResourceName': name, **target} for name, target in fields.items()]}


def test_each_target_is_judged_by_its_own_fields(multitrack):
    spec = pods(
        strict={'AllowFailuresCount': 1},
        lenient={'AllowFailuresCount': 2},
    )
    code, out, _ = multitrack(
        spec, '-o', 'json', '-t', '60', objects=[crashed('strict'), crashed('lenient')]
    )
    assert code == 1
    assert verdicts(out)['strict'] == 'failed'
    assert '"lenient"' in out


def starting(name):
    container_status = status(state=waiting('ContainerCreating'))
    return called(pod(container_status, phase='Pending', age=1), name)


def test_a_directory_of_reports_has_a_recording(multitrack, tmp_path):
    spec = {'Pods': [{'ResourceName': 'web', 'Namespace': 'shop'}]}
    folder, record = tmp_path / 'reports', tmp_path / 'own.jsonl'
    flags = ('--report', f'dir={folder}', '--record', str(record))
    code, *_ = multitrack(spec, *flags, objects=asked_for(spec))
    assert code == 0
    names = {path.name for path in folder.iterdir()}
    assert {'recording.jsonl', 'report.html', 'summary.json', 'trace.json'} <= names
    recorded = [path.read_text().splitlines() for path in (folder / 'recording.jsonl', record)]
    assert len(recorded[0]) == len(recorded[1]) > 2
    assert '"end": true' in recorded[0][-1]


def test_a_recording_replays_with_the_options_of_each_target(multitrack, tmp_path, capsys):
    path = str(tmp_path / 'run.jsonl')
    spec = pods(strict={'AllowFailuresCount': 1}, lenient={})
    objects = [crashed('strict'), starting('lenient')]
    flags = ('-o', 'json', '-t', '20')
    code, out, _ = multitrack(spec, *flags, '--record', path, objects=objects)
    assert program.main(['replay', path, '--instant', '-o', 'json']) == code
    replayed = capsys.readouterr()
    assert replayed.out.splitlines()[1:] == out.splitlines()[1:]
    assert replayed.err == ''


def test_a_readiness_probe_may_fail_for_so_long(multitrack):
    probe = {'readinessProbe': {'exec': {'command': ['false']}}}
    unready = called(pod(status(), age=100, containers=[container(**probe)]), 'web')
    probe_event = {
        'kind': 'Event',
        'metadata': {'name': 'x', 'namespace': 'shop', 'uid': 'e'},
        'involvedObject': {
            'kind': 'Pod',
            'uid': 'shop-web',
            'name': 'web',
            'fieldPath': 'spec.containers{main}',
        },
        'reason': 'Unhealthy',
        'message': 'Readiness probe failed: no',
        'type': 'Warning',
        'count': 1,
        'lastTimestamp': ago(1),
    }
    spec = pods(web={'IgnoreReadinessProbeFailsByContainerName': {'main': '20s'}})
    code, out, _ = multitrack(spec, '-o', 'json', '-t', '60', objects=[unready, probe_event])
    assert code == 1
    end = next(json.loads(line) for line in out.splitlines() if '"type": "ended"' in line)
    assert (end['reason'], end['at']) == ('NotReady', 20)
    code, _, _ = multitrack(pods(web={}), '-t', '60', objects=[unready, probe_event])
    assert code == 3


def test_a_threshold_ends_what_stands_for_too_long(multitrack):
    unpulled = status(state=waiting('ImagePullBackOff', 'not found'))
    objects = [called(pod(unpulled, phase='Pending'), 'web')]
    spec = pods(web={'FailureThresholdSeconds': 7, 'SkipLogs': True})
    code, out, _ = multitrack(spec, objects=objects)
    assert code == 1
    assert 'failed after 7s: ImageNotFound' in out


def test_two_targets_of_one_name_are_told_apart(multitrack):
    spec = {'Deployments': [{'ResourceName': 'web'}, {'ResourceName': 'web', 'Namespace': 'db'}]}
    objects = [*asked_for({'Deployments': [{'ResourceName': 'web', 'Namespace': 'db'}]})]
    objects += [called(deployment(), 'web'), replica_set()]
    code, out, _ = multitrack(spec, '-o', 'json', objects=objects)
    ended = [json.loads(line)['verdicts'] for line in out.splitlines() if '"summary"' in line]
    assert code == 0
    assert [entry['target']['namespace'] for entry in ended[0]] == ['shop', 'db']


@pytest.mark.parametrize(
    ('spec', 'flags', 'message'),
    (
        ('', (), 'standard input is empty'),
        ('[]', ('-',), 'standard input: must be a mapping'),
        ('{"Jobs": [{}]}', (), 'standard input: Jobs[0]: needs a ResourceName'),
        (
            '{"Generics": [{"Name": "x", "GroupVersionKind": {"Kind": "Y"}}]}',
            (),
            'input: Generics[0]: the',
        ),
        ('{}', ('/nowhere.json',), f'cannot read /nowhere.json: {NO_FILE}'),
        ('{"\\u001b[31m": 1}', (), "['\\x1b[31m']: unknown field"),
        ('{}', ('a', 'b'), 'unexpected argument "b"'),
        ('{}', ('--status-progress-period', 'x'), '"x": use a duration'),
        ('{"Pods": [{"ResourceName": "a"}]}', ('--rules', '/nowhere'), '/nowhere: cannot be read'),
    ),
)
def test_what_is_wrong_is_exit_2_and_a_sentence(multitrack, spec, flags, message):
    code, out, err = multitrack(spec, *flags)
    assert (code, out) == (2, '')
    assert message in err


def test_the_error_that_the_page_shows(multitrack, tmp_path, monkeypatch):
    [shown] = re.findall(r'```\n\$ kubectl dog multitrack spec.json\n(.*?)```', PAGE, re.S)
    monkeypatch.chdir(tmp_path)
    spec = {'Deployments': [{'ResourceName': 'web', 'FailMod': ''}]}
    (tmp_path / 'spec.json').write_text(json.dumps(spec))
    assert multitrack('', 'spec.json') == (2, '', shown)


def test_an_empty_spec_is_done_at_once(multitrack, monkeypatch):
    code, out, err = multitrack({'Jobs': []})
    assert (code, out, err) == (0, '', 'the spec has no targets: there is nothing to track\n')


def test_a_terminal_is_not_waited_for(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'stdin', SimpleNamespace(isatty=lambda: True))
    assert program.main(['multitrack']) == 2
    assert 'the spec is missing' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('flags', 'timeout', 'period'),
    (
        (('-t', '-1'), None, 30.0),
        (('-t', '0'), None, 30.0),
        (('-t', '3'), 3.0, 30.0),
        (('--status-progress-period', '5'), None, 5.0),
        (('--status-progress-period', '-5'), None, 1e7),
        (('--logs-since', 'now', '--output-prefix', 'x '), None, 30.0),
    ),
)
def test_kubedog_s_flags_are_understood(flags, timeout, period):
    from kubectl_dog.cli import rollout_flags

    args = parse(['multitrack', *flags])
    options = rollout_flags.options(args)
    assert (options.timeout, options.status_period) == (timeout, period)


def test_every_field_is_on_the_page():
    from kubectl_dog.multitrack_spec import spec_entries

    for field in (*spec_entries._SPEC, *spec_entries._GENERIC, *spec_entries._LISTS):
        for name in (field.name, *field.others):
            assert f'`{name}`' in PAGE


class StopTestError(Exception):
    pass


def test_the_library_takes_the_same(monkeypatch):
    cluster = Cluster(called(deployment(), 'web'))
    monkeypatch.setattr(api, 'live_source', lambda connection: cluster)
    monkeypatch.setattr(api, 'connect', lambda **flags: SimpleNamespace(namespace='shop'))
    events = []
    spec = {'Deployments': [{'ResourceName': 'web'}]}
    ended = kubectl_dog.multitrack(spec, Options(timeout=5.0), on_event=events.append)
    assert (ended.exit_code, ended.verdicts) == (0, events[-1].verdicts)
    assert cluster.is_closed

    def stop(event):
        raise StopTestError

    cluster.is_closed = False
    with pytest.raises(StopTestError):
        kubectl_dog.multitrack(spec, on_event=stop)
    assert cluster.is_closed
    assert kubectl_dog.multitrack({}).verdicts == ()
    assert not hasattr(kubectl_dog, 'nothing')
    with pytest.raises(UserError, match=r'^spec: Jobs: must be a list'):
        kubectl_dog.multitrack({'Jobs': 1})
