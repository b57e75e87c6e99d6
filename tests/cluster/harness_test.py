"""The harness itself: the node runs containers, and registries fail as configured."""

from __future__ import annotations

import json
import signal

import pytest

from . import manifests
from .harness import dog as dogs
from .harness import node
from .harness.processes import until
from .harness.requests import count


def phase(kubectl, name):
    return kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}').stdout


def waiting(kubectl, name):
    status = json.loads(kubectl('get', 'pod', name, '-o', 'json').stdout)['status']
    states = [container['state'] for container in status.get('containerStatuses', ())]
    return ' '.join(state['waiting'].get('message', '') for state in states if 'waiting' in state)


def test_node_is_ready(own_cluster):
    assert node.ready(own_cluster.kubectl)


def test_second_up_starts_nothing(own_cluster, capfd):
    own_cluster.up()
    assert capfd.readouterr().err == ''


def test_log_of_a_container(kubectl, apply):
    apply(manifests.pod('hello', 'echo good morning', restartPolicy='Never'))
    assert until(lambda: phase(kubectl, 'hello') == 'Succeeded', 30)
    assert kubectl('logs', 'hello').stdout == 'good morning\n'


def test_deployment_with_probe(kubectl, apply):
    apply(
        [
            manifests.configmap('c', key='value'),
            manifests.deployment('web', probe='test -e /bin/sh', replicas=2),
        ]
    )
    kubectl('rollout', 'status', 'deployment/web', '--timeout=40s')


@pytest.mark.parametrize('mode, reason', [('notfound', 'not found'), ('auth', '401 Unauthorized')])
def test_failing_registry(kubectl, apply, registry, mode, reason):
    apply(manifests.pod('x', image=registry(mode).image()))
    assert until(lambda: reason in waiting(kubectl, 'x'), 30)


def test_working_registry(kubectl, apply, registry):
    apply(manifests.pod('x', image=registry('ok').image()))
    assert until(lambda: phase(kubectl, 'x') == 'Running', 30)


def test_late_registry(kubectl, apply, registry):
    apply(manifests.pod('x', image=registry('late', delay=3).image()))
    assert until(lambda: 'not found' in waiting(kubectl, 'x'), 20)
    assert until(lambda: phase(kubectl, 'x') == 'Running', 60)


def test_metrics_count_requests(kubectl, metrics):
    before = metrics()
    kubectl('get', 'pods')
    requests = metrics().requests - before.requests
    assert count(requests, verb='LIST', resource='pods', scope='namespace', code='200') >= 1
    assert count(before.watches, resource='pods') >= 1


def test_audit_log_tells_who_asked(kubectl, audit, namespace):
    kubectl('get', 'pods')
    entries = [
        entry
        for entry in audit.read(verb='list')
        if entry['objectRef'].get('namespace') == namespace
    ]
    assert [entry['userAgent'].split('/')[0] for entry in entries] == ['kubectl']


@pytest.fixture
def plugin(kubectl, tmp_path, monkeypatch):
    """plugin(script): runs a shell script that stands in for the plugin."""
    monkeypatch.setattr(dogs, 'SCRIPTS', tmp_path)

    def make(script):
        (tmp_path / 'kubectl-dog').write_text(f'#!/bin/sh\n{script}\n')
        (tmp_path / 'kubectl-dog').chmod(0o755)
        return dogs.Dog(kubectl, tmp_path)

    return make


def test_plugin_is_run_by_kubectl(plugin, namespace):
    show = 'kubectl config view --minify -o jsonpath="{.contexts[0].context.namespace}"'
    done = plugin(f'echo "$@"; cat; {show} >&2; exit 3')('rollout', 'deploy/x', stdin='in')
    assert (done.code, done.stdout, done.stderr) == (3, 'rollout deploy/x\nin', namespace)


def test_plugin_can_be_interrupted(plugin):
    run = plugin('echo ready; exec sleep 100').start()
    run.wait_for('ready')
    run.interrupt()
    assert run.wait(30).code == -signal.SIGINT


def test_plugin_that_takes_too_long_is_killed(plugin):
    with pytest.raises(AssertionError, match='not done after 1 s'):
        plugin('echo ready; sleep 100')(timeout=1)
