"""Tracking that begins before a file is applied, through the command line."""

from __future__ import annotations

import io
import types

import pytest

from kubectl_dog import api
from kubectl_dog.cli import main
from tests.page import ROOT
from tests.unit import in_memory
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import replica_set

PAGE = ROOT.joinpath('docs', 'before-apply.md').read_text(encoding='utf-8')
FILE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: main, image: "web:2", env: [{name: MODE, value: fast}]}
"""


@pytest.fixture
def rollout(monkeypatch, capsys):
    """Run the command with FILE and a Deployment in the cluster; returns exit code and output."""

    def run(*argv, command='rollout', inputs=('-f', '-'), image='web:2', **fields):
        obj = deployment(template={'containers': [container(image=image, **PROBED, **fields)]})
        obj['apiVersion'] = 'apps/v1'
        connection = types.SimpleNamespace(namespace='shop')
        monkeypatch.setattr(api, 'connect', lambda **flags: connection)
        cluster = in_memory.Cluster(obj, replica_set())
        monkeypatch.setattr(api, 'live_source', lambda connection: cluster)
        monkeypatch.setattr('sys.stdin', types.SimpleNamespace(buffer=io.BytesIO(FILE.encode())))
        return (main.main([command, *inputs, *argv]), *capsys.readouterr())

    return run


ENV = {'env': [{'name': 'MODE', 'value': 'fast'}, {'name': 'INJECTED', 'value': 'x'}]}


@pytest.mark.parametrize('argv', ((), ('--watch=false',)))
def test_an_applied_file_is_ready_at_once(rollout, argv):
    code, out, err = rollout(*argv, **ENV)
    assert (code, err) == (0, '')
    assert 'waiting for' not in out


def test_a_field_that_differs_ends_after_the_create_timeout(rollout):
    code, out, _ = rollout('--create-timeout', '5s')
    assert code == 4
    assert 'spec.template.spec.containers[main].env within 5s (--create-timeout)' in out


def test_the_names_of_a_file_are_not_compared(rollout):
    """Names as `kubectl get -o name` prints them."""
    assert 'kubectl get -f base.yaml -o name' in PAGE
    _, out, _ = rollout('deployment.apps/web', inputs=(), image='web:1')
    assert "the file's value" not in out


def test_one_look_ends_at_once(rollout):
    assert rollout('--watch=false')[0] == 4


def test_values_of_variables_are_not_printed(rollout):
    _, out, _ = rollout(env=[{'name': 'MODE', 'value': 'slow'}])
    assert 'containers[main].env[MODE].value' in out
    assert 'slow' not in out
    assert 'fast' not in out


def test_the_example_of_the_page_is_printed(rollout):
    _, out, _ = rollout(image='web:1', **ENV)
    example = PAGE.split('```\n')[1].replace('\n', ' ').strip()
    assert example in [line.strip() for line in out.splitlines()]


@pytest.mark.parametrize('argv', (('--expect-image', 'web:1'), ('--revision', '1')))
def test_what_the_user_expects_replaces_the_file(rollout, argv):
    _, out, _ = rollout(*argv, image='web:1')
    assert "the file's value" not in out


def test_follow_does_not_compare(rollout):
    _, out, _ = rollout('--timeout', '1s', command='follow')
    assert "the file's value" not in out


def test_a_recording_replays_to_the_same_verdict(rollout, tmp_path, capsys):
    path = str(tmp_path / 'run.jsonl')
    fields = {'env': [{'name': 'MODE', 'value': 'slow'}]}
    code, out, _ = rollout('--record', path, **fields)
    text = tmp_path.joinpath('run.jsonl').read_text(encoding='utf-8')
    assert (code, 'slow' in text, 'fast' in text) == (4, False, False)
    assert main.main(['replay', path, '--instant']) == 4
    assert capsys.readouterr().out == out
