"""Bundled recordings end like the recorded runs, and changed recordings are assessed again."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from kubectl_dog.cli.main import main
from kubectl_dog.recording import bundled

DEMOS = {
    'good': (0, 'ready', None, 'ready: 3/3 updated, none of the old left'),
    'crash-loop': (1, 'failed', 'CrashLoop', 'last log line: FATAL: schema version is 41, need 42'),
    'image-not-found': (1, 'failed', 'ImageNotFound', 'catalog/search:3.8.l" was not found'),
    'missing-configmap': (
        1,
        'failed',
        'ConfigMapMissing',
        'a similar ConfigMap exists: "checkout-settings"',
    ),
    'ten-services': (1, 'progressing', 'ImageNotFound', '10 targets wait for svc/db:5432'),
    'three-services': (1, 'failed', 'SecretMissing', 'needs Secret "worker-key"'),
    'twelve-services': (1, 'progressing', 'ImageNotFound', 'PAYMENT_URL is not set'),
}


def text_of(name):
    path = resources.files('kubectl_dog.recording').joinpath('demo', f'{name}.jsonl')
    return path.read_text(encoding='ascii')


def lines_of(name):
    return [json.loads(line) for line in text_of(name).splitlines()]


@pytest.fixture
def replay(capsys, tmp_path):
    """replay(lines) returns the exit code, and the verdict and cause of the last target."""

    def run(lines):
        path = tmp_path / 'recording.jsonl'
        path.write_text('\n'.join(map(json.dumps, lines)) + '\n')
        code = main(['replay', str(path), '--instant', '-o', 'json'])
        *_, ended, _ = map(json.loads, capsys.readouterr().out.splitlines())
        return code, ended['verdict'], ended['cause'] and ended['cause']['code']

    return run


def states(lines):
    """The states of first containers in the changes of pods, in order."""
    pods = [line['object'] for line in lines if line.get('object', {}).get('kind') == 'Pod']
    container_statuses = [pod['status'].get('containerStatuses') for pod in pods]
    return [statuses[0]['state'] for statuses in container_statuses if statuses]


def test_all_that_ship_are_tested():
    assert bundled.names() == sorted(DEMOS)


@pytest.mark.parametrize('name', DEMOS)
def test_demo_ends_as_the_run_did(replay, name):
    assert replay(lines_of(name)) == DEMOS[name][:3]


@pytest.mark.parametrize('name', DEMOS)
def test_demo_prints_its_verdict(capsys, name):
    code = main(['demo', name, '--instant'])
    output = capsys.readouterr().out
    assert code == DEMOS[name][0]
    assert DEMOS[name][3] in output.partition('✗')[2] or DEMOS[name][3] in output.splitlines()[-1]


@pytest.mark.parametrize('name', DEMOS)
def test_demo_is_small_and_has_no_data_of_the_recording_machine(name):
    text = text_of(name)
    assert len(text) < 500_000
    assert not any(word in text for word in ('127.0.0.1', 'localhost', 'admin', 'redacted'))


@pytest.mark.parametrize(
    ('name', 'number', 'state', 'ending'),
    [
        # The third crash did not happen.
        ('crash-loop', -1, {'running': {}}, (3, 'timed-out', 'CrashLoop')),
        # The first attempt to pull tells something else.
        (
            'image-not-found',
            1,
            {'waiting': {'reason': 'InvalidImageName', 'message': 'cannot parse it'}},
            (1, 'failed', 'InvalidImageName'),
        ),
        # The first new pod does not stay ready.
        (
            'good',
            0,
            {'waiting': {'reason': 'InvalidImageName', 'message': 'cannot parse it'}},
            (1, 'failed', 'InvalidImageName'),
        ),
    ],
)
def test_one_changed_status_changes_the_ending(replay, name, number, state, ending):
    lines = lines_of(name)
    chosen = states(lines)[number]
    chosen.clear()
    chosen.update(state)
    assert replay(lines) == ending
