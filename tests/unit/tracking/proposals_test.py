"""Commands that undo or delete something are proposed only if something is broken."""

from __future__ import annotations

import pytest

from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Target
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import controller_revision
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import stateful_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.tracking.play import EVENT_WATCH
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import REPLICA_SETS
from tests.unit.tracking.play import Play

UNDO = 'kubectl rollout undo -n shop deploy/web'
DATABASE = Target(STATEFULSETS, 'shop', 'web')
READY = pod(status(), owner='rs-2', ready=True, containers=[container(**PROBED)])
STARTING = pod(status(state=running(1)), owner='rs-2', age=1, containers=[container(**PROBED)])
UNREADY = kube_event(
    STARTING, 'Unhealthy', 'Readiness probe failed: HTTP 503', 'spec.containers{main}'
)
BROKEN = pod(status(state=waiting('ImagePullBackOff')), owner='rs-2', age=1)
SERVING = replica_set('1', ready=1)
PROGRESSING = deployment(replicas=2, availableReplicas=1, readyReplicas=1)


def commands(play):
    return [text for text in play.ended.explanation.suggested_commands if 'undo' in text]


def play_of(obj, *pods, **options):
    return Play(**options).rollout(obj, *pods, replica_sets=[replica_set(), SERVING])


@pytest.mark.parametrize(
    ('obj', 'pods', 'options', 'proposed'),
    (
        pytest.param(deployment(), [READY], {'follow': True}, [], id='followed, ready'),
        pytest.param(
            deployment(), [READY], {'ready_when': 'condition=Foo'}, [], id='ready but for a flag'
        ),
        pytest.param(PROGRESSING, [STARTING], {}, [], id='starting'),
        pytest.param(PROGRESSING, [BROKEN], {}, [UNDO], id='bad image'),
        pytest.param(PROGRESSING, [BROKEN], {'follow': True}, [UNDO], id='followed, bad image'),
    ),
)
@pytest.mark.parametrize('is_interrupted', (True, False))
def test_an_undo_is_proposed_only_if_something_is_broken(
    obj, pods, options, proposed, is_interrupted
):
    play = play_of(obj, *pods, timeout=None if is_interrupted else 3.0, **options)
    play.give(3.0, None, Signal('interrupt'))
    assert play.ended.verdict == ('interrupted' if is_interrupted else 'timed-out')
    assert commands(play) == proposed


@pytest.mark.parametrize(('timeout', 'proposed'), ((30.0, []), (150.0, [UNDO])))
def test_a_readiness_probe_that_fails_for_long_is_broken(timeout, proposed):
    play = play_of(PROGRESSING, STARTING, timeout=timeout).listed(1.0, EVENT_WATCH, UNREADY)
    assert (play.until(200).ended.reason, commands(play)) == ('NotReady', proposed)


def test_nothing_is_undone_while_the_target_is_being_deleted():
    obj = deployment(replicas=2, meta={'deletionTimestamp': '2027-01-01T00:00:00Z'})
    play = play_of(obj, BROKEN).give(3.0, None, Signal('interrupt'))
    assert commands(play) == []


@pytest.mark.parametrize('options', ({'follow': True}, {}))
def test_a_deleted_target_has_neither_counts_nor_commands(options):
    play = play_of(PROGRESSING, BROKEN, **options)
    play.changed(1.0, play.root, PROGRESSING, 'DELETED').give(2.0, None, Signal('interrupt'))
    ended = play.ended
    assert (ended.verdict, ended.message, ended.progress) == ('interrupted', 'was deleted', None)
    assert not any(ended.explanation)


def test_a_target_deleted_during_a_rollout_has_no_counts():
    play = play_of(PROGRESSING, BROKEN)
    play.changed(1.0, play.root, PROGRESSING, 'DELETED').until(60)
    assert (play.ended.verdict, play.ended.progress) == ('deleted', None)


def member(ordinal, revision, ready):
    state = status() if ready else status(state=ended(3), last=ended(3), restarts=2)
    obj = pod(state, name=f'web-{ordinal}', owner='statefulset-web', ready=ready, age=5)
    return labelled(obj, controller_revision_hash=revision)


@pytest.mark.parametrize(
    ('spec', 'deletes'),
    (
        ({}, ' && kubectl delete pod -n shop web-1'),
        ({'podManagementPolicy': 'Parallel'}, ''),
    ),
)
def test_an_undo_of_a_stateful_set_deletes_the_pod_that_blocks_it(spec, deletes):
    obj = stateful_set(2, updatedReplicas=1, readyReplicas=1, availableReplicas=1, spec=spec)
    revisions = [
        controller_revision(n, label, 'statefulset-web') for n, label in ((1, 'a'), (2, 'b'))
    ]
    listed = {PODS: [member(0, 'web-a', True), member(1, 'web-b', False)]}
    play = Play(DATABASE)
    play.listed(0, play.root, obj)
    for watch in [want for want in play.step.wants if want[0] in (PODS, CONTROLLERREVISIONS)]:
        play.listed(0, watch, *listed.get(watch[0], revisions))
    assert play.until(60).ended.reason == 'CrashLoop'
    assert commands(play) == [f'kubectl rollout undo -n shop sts/web{deletes}']


@pytest.mark.parametrize(('ready', 'proposed'), ((1, [UNDO]), (0, [])))
def test_a_revision_that_was_ready_in_this_run_may_be_restored(ready, proposed):
    play = Play().rollout(PROGRESSING, replica_sets=[replica_set(), replica_set('1', ready=ready)])
    gone = replica_set('1', replicas=0)
    play.changed(5, REPLICA_SETS, gone).changed(6, POD_WATCH, BROKEN, 'ADDED')
    play.changed(7, play.root, deployment(availableReplicas=0, readyReplicas=0))
    assert play.until(120).ended.verdict == 'failed'
    assert commands(play) == proposed
