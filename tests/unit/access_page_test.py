"""docs/access.md says what happens without a permission; `KUBECTL_DOG_WRITE=1` writes the table."""

from __future__ import annotations

import json
import os

import pytest

from kubectl_dog import api
from kubectl_dog.cli.main import main
from kubectl_dog.tracking import denied_reads
from kubectl_dog.tracking import timeouts
from tests import permission_rows
from tests.permission_rows import ROLLOUTS
from tests.permission_rows import ROWS
from tests.unit import builders
from tests.unit.rbac_server import USER
from tests.unit.rbac_server import RbacServer

OVERDUE = {
    'type': 'Progressing',
    'status': 'False',
    'reason': 'ProgressDeadlineExceeded',
    'message': 'ReplicaSet "web-2" has timed out progressing.',
    'lastTransitionTime': builders.ago(60),
    'lastUpdateTime': builders.ago(60),
}
SHORT = {'readyReplicas': 0, 'availableReplicas': 0, 'conditions': [OVERDUE]}
FAILED_MOUNT = 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'


def cluster(rollout):
    """The objects of a rollout."""
    if rollout == 'good':
        pod = builders.pod(builders.status(ready=True), owner='rs-2', ready=True, age=600)
        return builders.deployment(), builders.replica_set(age=600, ready=1), pod
    if rollout == 'crash':
        crashed = builders.status(
            state=builders.waiting('CrashLoopBackOff'), last=builders.ended(3), restarts=5
        )
        pod, kube_events = builders.pod(crashed, owner='rs-2', age=600), []
    else:
        creating = builders.status(state=builders.waiting('ContainerCreating'))
        volumes = [{'name': 'tls', 'secret': {'secretName': 'tls'}}]
        pod = builders.pod(creating, owner='rs-2', phase='Pending', age=600, volumes=volumes)
        kube_events = [builders.kube_event(pod, 'FailedMount', FAILED_MOUNT)]
        kube_events[0]['metadata']['namespace'] = 'shop'
    # Without the ReplicaSets, it is not known which of them has missed the deadline.
    obj = builders.deployment(spec={'progressDeadlineSeconds': 0}, **SHORT)
    return obj, builders.replica_set(age=600), pod, *kube_events


@pytest.fixture
def attempt(monkeypatch, capsys):
    """Track a rollout with some permissions; returns its outcome."""
    # Nothing depends on how fast the machine is: the notice comes with the verdict, and the verdict
    # with all that may be read.
    monkeypatch.setattr(denied_reads, 'WAIT', 60.0)
    monkeypatch.setattr(timeouts, 'EVIDENCE_WAIT', 60.0)

    def attempt(rollout, granted, *words):
        log = '2027-01-15T08:00:00.000000000Z FATAL: no database\n'
        server = RbacServer(*cluster(rollout), granted=granted, logs=log)
        monkeypatch.setattr(api, 'connect', lambda **flags: server)
        code = main([*(words or ('rollout', 'deploy/web', '-o', 'json'))])
        out, err = capsys.readouterr()
        return code, out, err

    return attempt


def test_the_table_says_what_happens_without_each_permission(attempt):
    lines = []
    for title, granted in ROWS.items():
        results = [attempt(rollout, granted) for rollout in ROLLOUTS]
        outcomes = [permission_rows.outcome(*result) for result in results]
        lines.append(permission_rows.row(title, outcomes))
    page = permission_rows.PAGE.read_text(encoding='utf-8')
    lines = [*permission_rows.TABLE.search(page)[2].splitlines()[:2], *lines]
    text = permission_rows.TABLE.sub(lambda match: match[1] + '\n'.join(lines) + match[3], page)
    if os.environ.get('KUBECTL_DOG_WRITE'):
        permission_rows.PAGE.write_text(text, encoding='utf-8')
    assert text == permission_rows.PAGE.read_text(encoding='utf-8')


ONLY_DEPLOYMENTS = frozenset((verb, 'deployments.apps') for verb in ('list', 'watch'))


def test_the_status_says_what_is_not_seen(attempt):
    code, out, err = attempt('crash', ONLY_DEPLOYMENTS, 'status', 'deploy/web')
    assert (code, 'failed' in out) == (0, True)
    assert err.count('\n') == 1
    for text in ('events, pods, replicasets.apps', 'pods, their problems', '--print-rbac'):
        assert text in err
    _, out, _ = attempt('crash', ONLY_DEPLOYMENTS, 'status', 'deploy/web', '-o', 'json')
    denied = json.loads(out)['deniedReads']
    assert [read['resource'] for read in denied] == ['events', 'pods', 'replicasets']
    assert USER in denied[0]['message']


def test_the_status_needs_no_right_to_watch(attempt):
    lists = {('list', resource) for _, resource in permission_rows.ENOUGH}
    code, out, err = attempt('crash', lists, 'status', 'deploy/web')
    assert (code, err, 'CrashLoop' in out) == (0, '', True)
