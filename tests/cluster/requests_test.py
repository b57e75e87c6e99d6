"""Requests of a rollout to the API server. `pytest -rP` shows the printed figures."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from . import manifests
from . import options
from .harness import settings
from .harness.paths import default_state
from .harness.requests import AuditLog
from .stage import scene

WATCHES = {'watch deployments', 'watch replicasets', 'watch pods', 'watch events'}
IDLE = 10
ACCOUNT = 'system:serviceaccount:'


class PluginRequests:
    """The plugin's requests about a namespace, and about none: nothing else may be asked."""

    def __init__(self, stage):
        if options.external_kubeconfig():
            pytest.skip("Needs the audit log of a cluster of the harness's own.")
        self._log = AuditLog(settings.load(default_state()).audit_log)
        self._namespace = stage.namespace

    def all(self):
        """How often each was made, as in {"watch pods": 1, "get pods/log": 2}."""
        return self._count(lambda stage: True)

    def open(self):
        """How often each was made that is still open."""
        return self._count(lambda stage: stage == 'ResponseStarted')

    def _count(self, wanted):
        # The last entry of a request has its current stage.
        entries = {entry['auditID']: entry for entry in self._log.read()}.values()
        return Counter(
            _name(entry)
            for entry in entries
            if self._is_from_plugin(entry) and wanted(entry['stage'])
        )

    def _is_from_plugin(self, entry):
        namespace = entry.get('objectRef', {}).get('namespace', self._namespace)
        # Plays whose requests have no namespace make them as another user.
        if 'impersonatedUser' in entry or entry['user']['username'].startswith(ACCOUNT):
            return False
        return entry['userAgent'].startswith('kubectl-dog/') and namespace == self._namespace


def _name(entry):
    reference = entry.get('objectRef', {})
    resource = '/'.join(filter(None, (reference.get('resource'), reference.get('subresource'))))
    return f'{entry["verb"]} {resource or entry["requestURI"]}'


def finished(stage):
    requests = PluginRequests(stage)
    stage.apply(manifests.deployment('web', probe='true', replicas=2))
    stage.kubectl('rollout', 'status', 'deployment/web', '--timeout=40s')
    # For a Deployment that has just become available, more requests are made.
    time.sleep(32)
    return stage.dog('rollout', 'deploy/web'), requests.all()


def in_progress(stage):
    requests = PluginRequests(stage)
    # No probe: its failures would be kube events, and the rollout would not be idle.
    late = {'exec': {'command': ['true']}, 'initialDelaySeconds': 600}
    stage.apply(manifests.deployment('web', probe=late, replicas=2))
    run = stage.dog.start('rollout', 'deploy/web')
    stage.kubectl(
        'wait', 'pods', '--all', '--for=jsonpath={.status.phase}=Running', '--timeout=40s'
    )
    time.sleep(4)
    before, opened = requests.all(), requests.open()
    time.sleep(IDLE)
    more = requests.all() - before
    run.interrupt()
    return run.wait().code, before, opened, more


@scene(finished)
def test_a_finished_rollout_costs_one_request(played):
    result, requests = played
    print('finished rollout:', dict(requests))
    assert result.code == 0
    assert requests == {'watch deployments': 1}


@scene(in_progress)
def test_a_rollout_in_progress_keeps_a_few_watches_and_asks_nothing_more(played):
    code, requests, opened, more = played
    print(f'in progress: {dict(requests)}, open: {dict(opened)}, within {IDLE} s: {dict(more)}')
    assert code == 130
    logs = opened.pop('get pods/log', 0)
    # The Deployment, its ReplicaSet and its two pods have their kube events watched one by one.
    assert opened.pop('watch events') == 4
    assert opened == dict.fromkeys(WATCHES - {'watch events'}, 1)
    assert logs <= 2
    assert not more
