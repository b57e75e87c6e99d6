"""`multitrack`: kubedog's JSON spec, with many targets in one call and options per target."""

from __future__ import annotations

import json
import re
from pathlib import Path

from . import manifests
from .stage import scene

PAGE = Path(__file__).parents[2] / 'docs' / 'multitrack.md'


def track(stage, spec, *flags):
    """One run, its standard input the spec."""
    text = spec if isinstance(spec, str) else json.dumps(spec)
    return stage.dog('multitrack', '-o', 'json', '--timeout', '50s', *flags, stdin=text)


def lines(result, kind):
    records = map(json.loads, result.stdout.splitlines())
    return [record for record in records if record['type'] == kind]


def verdicts(result):
    """By name: the verdict, and its reason."""
    return {
        record['target']['name']: (record['verdict'], record['reason'])
        for record in lines(result, 'ended')
    }


def named(name, **fields):
    return {'ResourceName': name, **fields}


def kubedogs_example(stage):
    stage.apply([manifests.statefulset('mysts1'), manifests.deployment('mydeploy22', probe='true')])
    [example, *_] = re.findall(r'```json\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.S)
    return track(stage, example.replace('myns', stage.namespace))


@scene(kubedogs_example)
def test_kubedog_s_own_example_runs(played):
    assert (played.code, played.stderr) == (0, '')
    assert {name: verdict for name, (verdict, _) in verdicts(played).items()} == {
        'mysts1': 'ready',
        'mydeploy22': 'ready',
    }


def one_of_three_fails(stage):
    stage.apply(
        [
            manifests.deployment('good', probe='true'),
            manifests.deployment('bad', 'echo FATAL: no; exit 3'),
            manifests.job('migrate', 'echo migrated'),
        ]
    )
    spec = {
        'Deployments': [
            named('good', Namespace=stage.namespace),
            named('bad', AllowFailuresCount=1, FailMode='HopeUntilEndOfDeployProcess'),
        ],
        'Jobs': [named('migrate')],
        'Generics': [
            {
                'Name': 'kube-root-ca.crt',
                'GroupVersionKind': {'Version': 'v1', 'Kind': 'ConfigMap'},
            },
            {
                'Name': 'system-node-critical',
                'GroupVersionKind': {
                    'Group': 'scheduling.k8s.io',
                    'Version': 'v1',
                    'Kind': 'PriorityClass',
                },
            },
        ],
    }
    path = str(stage.folder / 'recording.jsonl')
    live = track(stage, spec, '--record', path)
    return live, stage.dog('replay', path, '--instant', '-o', 'json')


@scene(one_of_three_fails)
def test_one_failure_of_several_is_the_verdict_of_the_call(played):
    live, _ = played
    assert (live.code, live.stderr) == (1, '')
    results = verdicts(live)
    assert results.pop('bad') == ('failed', 'CrashLoop')
    assert {verdict for verdict, _ in results.values()} == {'ready'}
    assert set(results) == {'good', 'migrate', 'kube-root-ca.crt', 'system-node-critical'}
    [end] = [record for record in lines(live, 'ended') if record['verdict'] == 'failed']
    # One termination is allowed, so the second fails; by default it would be the third.
    assert '(2 times)' in end['facts'][0]


@scene(one_of_three_fails)
def test_a_recording_keeps_what_each_target_was_allowed(played):
    live, replayed = played
    assert replayed.code == live.code
    assert verdicts(replayed) == verdicts(live)
    assert [record['at'] for record in lines(replayed, 'ended')] == [
        record['at'] for record in lines(live, 'ended')
    ]


def problems_that_stand(stage):
    stage.apply(
        [
            manifests.deployment('unready', probe='echo no; exit 1'),
            manifests.deployment('unpulled', image='localhost/nowhere:1'),
            manifests.deployment('patient', image='localhost/nowhere:1'),
        ]
    )
    ignored = {'IgnoreReadinessProbeFailsByContainerName': {'main': '5s'}}
    spec = {
        'Deployments': [
            named('unready', FailMode='HopeUntilEndOfDeployProcess', **ignored),
            named('unpulled', FailMode='HopeUntilEndOfDeployProcess', FailureThresholdSeconds=6),
            named('patient'),
        ]
    }
    return track(stage, spec, '--timeout', '25s')


@scene(problems_that_stand)
def test_a_problem_may_stand_for_as_long_as_the_spec_says(played):
    assert played.code == 1
    ended = {record['target']['name']: record for record in lines(played, 'ended')}
    assert (ended['unready']['verdict'], ended['unready']['reason']) == ('failed', 'NotReady')
    assert ended['unpulled']['verdict'] == 'failed'
    assert ended['patient']['verdict'] == 'timed-out'


def misspelt(stage):
    spec = {'Deployments': [named('web', LogRegex='[[:alpha:]]')]}
    return track(stage, spec), track(stage, {'Generics': [generic('Gadget')]})


def generic(kind):
    return {'Name': 'x', 'GroupVersionKind': {'Kind': kind, 'Group': 'example.com'}}


@scene(misspelt)
def test_what_is_wrong_is_exit_2_and_a_sentence_with_its_path(played):
    regex, kind = played
    for result, path in ((regex, 'Deployments[0].LogRegex: '), (kind, 'Generics[0]: ')):
        assert (result.code, result.stdout) == (2, '')
        assert result.stderr.startswith(f'error: standard input: {path}')
