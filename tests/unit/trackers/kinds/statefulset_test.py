from __future__ import annotations

import pytest

from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import statefulset as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import controller_revision
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import stateful_set
from tests.unit.builders import status
from tests.unit.builders import view

TARGET = Target(STATEFULSETS, 'shop', 'web')
BARE = {'containers': [container()]}
ON_DELETE = {'updateStrategy': {'type': 'OnDelete'}}
BEHIND = stateful_set(updatedReplicas=1)


def member(ordinal, revision='web-b', ready=True, since=60.0, **fields):
    new_pod = pod(
        status(state=running(since)),
        name=f'web-{ordinal}',
        owner='statefulset-web',
        ready=ready,
        **fields,
    )
    return labelled(new_pod, controller_revision_hash=revision)


def partition(number):
    return {'updateStrategy': {'rollingUpdate': {'partition': number}}}


def without(obj, field):
    status_fields = {key: value for key, value in obj['status'].items() if key != field}
    return {**obj, 'status': status_fields}


def assess(obj, *others, **fields):
    return tracker.assess(view(obj, *others, target=TARGET, **fields))


@pytest.mark.parametrize(
    ('obj', 'state', 'waits_for'),
    (
        pytest.param(stateful_set(), 'ready', '', id='all counts equal'),
        pytest.param(stateful_set(0), 'ready', '', id='scaled to zero'),
        pytest.param(
            stateful_set(0, replicas=2),
            'progressing',
            '2 surplus pods to terminate',
            id='scaling to zero',
        ),
        pytest.param(
            stateful_set(observedGeneration=2),
            'progressing',
            'the controller to see the change',
            id='generation not observed',
        ),
        pytest.param(
            without(stateful_set(currentReplicas=3, currentRevision='web-b'), 'updatedReplicas'),
            'ready',
            '',
            id='counted as current',
        ),
        pytest.param(
            without(stateful_set(currentReplicas=3, currentRevision='web-a'), 'updatedReplicas'),
            'progressing',
            '3 of 3 pods to be updated',
            id='the current revision is old',
        ),
        pytest.param(stateful_set(observedGeneration='3'), 'ready', '', id='observed as text'),
        pytest.param(
            stateful_set(0, observedGeneration=None),
            'progressing',
            'the controller to see the change',
            id='never observed',
        ),
        pytest.param(BEHIND, 'progressing', '2 of 3 pods to be updated', id='not all updated'),
        pytest.param(
            stateful_set(availableReplicas=2),
            'progressing',
            '1 of 3 pods to become available',
            id='ready, but not available yet',
        ),
        pytest.param(
            stateful_set(availableReplicas=None, readyReplicas=2),
            'progressing',
            '1 of 3 pods to become ready',
            id='an old server, not ready',
        ),
        pytest.param(stateful_set(availableReplicas=None), 'ready', '', id='an old server, ready'),
        pytest.param(
            stateful_set(updatedReplicas=1, spec=partition(2)), 'ready', '', id='partition'
        ),
        pytest.param(
            stateful_set(updatedReplicas=1, spec=partition(1)),
            'progressing',
            '1 of 2 pods to be updated',
            id='partition not reached',
        ),
        pytest.param(
            stateful_set(updatedReplicas=0, spec=partition(9)),
            'ready',
            '',
            id='partition over all',
        ),
        pytest.param(
            stateful_set(meta={'deletionTimestamp': ago(1)}), 'deleting', '', id='being deleted'
        ),
        pytest.param(
            {'kind': 'StatefulSet'},
            'progressing',
            '1 of 1 pod to be updated',
            id='nothing but a kind',
        ),
    ),
)
def test_state_by_counts(obj, state, waits_for):
    assessment = assess(obj)
    assert (assessment.state, assessment.waits_for) == (state, waits_for)


def test_updated_pods_are_the_living_ones_of_the_update_revision():
    ours = [member(1), member(2)]
    others = [member(0, 'web-a'), member(3, deleting=True), member(4, phase='Failed')]
    assessment = assess(stateful_set(), *others, *reversed(ours))
    assert assessment.pods == tuple(ours)
    assert [pod['metadata']['name'] for pod in assessment.other_pods] == ['web-0', 'web-3', 'web-4']


def test_pods_of_another_set_with_the_same_labels_are_not_its_pods():
    foreign = member(0)
    foreign['metadata']['ownerReferences'][0]['uid'] = 'other'
    assert assess(stateful_set(), foreign).pods == ()


@pytest.mark.parametrize(
    'obj', (stateful_set(observedGeneration=2), stateful_set(updateRevision=''))
)
def test_has_no_updated_pods_while_the_revision_is_not_known(obj):
    nameless = member(0, '')
    assessment = assess(obj, member(1), nameless)
    assert (assessment.pods, assessment.revision) == ((), None)


@pytest.mark.parametrize(
    ('pods', 'fields', 'state', 'recheck'),
    (
        pytest.param([member(0), member(1)], {}, 'ready', None, id='have run for long'),
        pytest.param(
            [member(0), member(1, since=4)], {}, 'progressing', NOW + 6, id='one has just started'
        ),
        pytest.param([member(0)], {}, 'progressing', None, id='one is not seen yet'),
        pytest.param([], {'stable_for': 0.0}, 'ready', None, id='not asked for'),
        pytest.param(
            [],
            {'forbidden_kinds': frozenset(['Pod']), 'run_history': RunHistory(NOW - 9, NOW - 3)},
            'progressing',
            NOW + 7,
            id='pods may not be read, counts moved a moment ago',
        ),
        pytest.param(
            [],
            {'forbidden_kinds': frozenset(['Pod']), 'run_history': RunHistory(NOW - 30, NOW - 11)},
            'ready',
            None,
            id='pods may not be read, counts have stood',
        ),
    ),
)
def test_without_a_probe_ready_counts_once_it_has_lasted(pods, fields, state, recheck):
    assessment = assess(stateful_set(2, template=BARE), *pods, **fields)
    assert (assessment.state, assessment.recheck_at) == (state, recheck)
    assert assessment.reason == ('Settling' if recheck else '')


def test_under_a_partition_only_the_updated_have_to_last():
    obj = stateful_set(3, updatedReplicas=1, template=BARE, spec=partition(2))
    assessment = assess(obj, member(2), member(1, 'web-a', since=1))
    assert assessment.state == 'ready'
    assert assessment.notices == ('has partition 2: the first 2 pods keep the old revision',)


@pytest.mark.parametrize(
    ('obj', 'notices'),
    (
        (
            stateful_set(3, updatedReplicas=2, spec=partition(1)),
            ('has partition 1: the first pod keeps the old revision',),
        ),
        (stateful_set(3, spec=partition(1)), ()),
        (stateful_set(3, updatedReplicas=2, observedGeneration=1, spec=partition(1)), ()),
    ),
)
def test_tells_of_a_partition_that_keeps_something_back(obj, notices):
    assert assess(obj).notices == notices


@pytest.mark.parametrize(
    ('obj', 'pods', 'state', 'waits_for', 'notices'),
    (
        pytest.param(
            stateful_set(2, updatedReplicas=0, spec=ON_DELETE),
            [member(1, 'web-a'), member(0, 'web-a')],
            'ready',
            '',
            ('has updateStrategy OnDelete: delete its old pods to update them: web-0, web-1',),
            id='all old',
        ),
        pytest.param(
            stateful_set(2, updatedReplicas=0, spec=ON_DELETE),
            [],
            'progressing',
            'pod status',
            (),
            id='names not known yet',
        ),
        pytest.param(
            stateful_set(2, updatedReplicas=1, availableReplicas=1, spec=ON_DELETE),
            [member(1), member(0, 'web-a', ready=False)],
            'progressing',
            '1 of 2 pods to become available',
            ('has updateStrategy OnDelete: delete its old pods to update them: web-0',),
            id='not all ready',
        ),
        pytest.param(
            stateful_set(2, replicas=3, spec=ON_DELETE),
            [],
            'progressing',
            '1 surplus pod to terminate',
            (),
            id='scaling down',
        ),
        pytest.param(stateful_set(2, spec=ON_DELETE), [], 'ready', '', (), id='all new'),
    ),
)
def test_on_delete_leaves_the_update_to_people(obj, pods, state, waits_for, notices):
    assessment = assess(obj, *pods)
    assert (assessment.state, assessment.waits_for, assessment.notices) == (
        state,
        waits_for,
        notices,
    )


def test_on_delete_is_ready_also_where_pods_may_not_be_read():
    obj = stateful_set(2, updatedReplicas=0, spec=ON_DELETE)
    assert assess(obj, forbidden_kinds=frozenset(['Pod'])).state == 'ready'


@pytest.mark.parametrize(
    ('obj', 'pods', 'waits_for'),
    (
        pytest.param(
            BEHIND,
            [member(0, 'web-a'), member(1, 'web-a', ready=False)],
            'old pod "web-1" to become ready',
            id='old and broken',
        ),
        pytest.param(
            stateful_set(updatedReplicas=1, spec={'podManagementPolicy': 'Parallel'}),
            [member(1, 'web-a', ready=False)],
            '2 of 3 pods to be updated',
            id='parallel: broken ones are replaced',
        ),
        pytest.param(
            BEHIND,
            [member(1, 'web-a', ready=False, deleting=True)],
            '2 of 3 pods to be updated',
            id='old and going',
        ),
        pytest.param(
            stateful_set(),
            [member(1, 'web-a', ready=False)],
            '',
            id='the count knows of no old one',
        ),
    ),
)
def test_names_the_old_pod_that_it_will_not_replace(obj, pods, waits_for):
    assert assess(obj, *pods).waits_for == waits_for


def test_tells_the_revision_before_and_what_changed():
    revisions = [
        controller_revision(7, 'b', 'statefulset-web', 'web:2'),
        controller_revision(6, 'a', 'statefulset-web', 'web:1'),
        controller_revision(5, 'z', 'statefulset-web', 'web:0'),
    ]
    assessment = assess(BEHIND, *revisions, member(0, 'web-a'), member(2))
    assert assessment.revision == ('7', '6', ('image main 1 → 2',))
    assert assessment.still_serving == 'the old revision 6 still serves: 1 of 3 pods ready'
    assert assessment.suggested_commands == ('kubectl rollout undo -n shop sts/web',)


def test_an_undo_names_the_revision_that_serves_unless_it_is_the_last():
    revisions = [
        controller_revision(n, label, 'statefulset-web')
        for n, label in ((7, 'b'), (6, 'x'), (5, 'a'))
    ]
    assessment = assess(BEHIND, *revisions, member(0, 'web-a'), member(2))
    command = 'kubectl rollout undo -n shop sts/web --to-revision=5'
    assert assessment.suggested_commands == (command,)


def revision(number, label, age=9000.0):
    obj = controller_revision(number, label, 'statefulset-web')
    return {**obj, 'metadata': {**obj['metadata'], 'creationTimestamp': ago(age)}}


NEWEST = revision(7, 'b', age=30.0)


@pytest.mark.parametrize(
    ('earlier', 'revisions', 'pods'),
    (
        pytest.param('6', [NEWEST, revision(6, 'a')], [member(0, 'web-a')], id='it serves'),
        pytest.param(
            '', [NEWEST, revision(6, 'a')], [member(0, 'web-a', ready=False)], id='broken'
        ),
        pytest.param(
            *('5', [NEWEST, revision(6, 'x'), revision(5, 'a')]),
            [member(0, 'web-a'), member(1, 'web-x', ready=False)],
            id='the one before is broken',
        ),
        pytest.param(
            '5', [NEWEST, revision(6, 'x'), revision(5, 'a')], [member(0)], id='the complete one'
        ),
        pytest.param('6', [NEWEST, revision(6, 'x')], [member(0)], id='the one before'),
        pytest.param('', [revision(7, 'b'), revision(6, 'a')], [member(0)], id='long ago'),
        pytest.param('', [NEWEST], [member(0)], id='the first'),
        pytest.param('', [revision(6, 'a')], [member(0)], id='not seen yet'),
    ),
)
def test_a_revision_is_compared_with_the_last_one_that_worked(earlier, revisions, pods):
    templates = assess(BEHIND, *revisions, *pods).templates
    assert (templates.earlier if templates else '') == earlier
    assert templates is None or templates.revision == '7'


def test_tells_no_revision_before_where_nothing_is_left_of_it():
    revisions = [
        controller_revision(n, label, 'statefulset-web') for n, label in ((6, 'a'), (7, 'b'))
    ]
    assessment = assess(stateful_set(), *revisions, member(0))
    assert assessment.revision == ('7', '', ())
    assert (assessment.still_serving, assessment.suggested_commands) == ('', ())


@pytest.mark.parametrize(
    ('spec', 'template', 'seconds'),
    (
        ({}, None, 60),
        ({'minReadySeconds': 700}, None, 760),
        ({}, {'containers': [container(startupProbe={'failureThreshold': 90})]}, 960),
    ),
)
def test_min_stall_timeout_follows_its_own_settings(spec, template, seconds):
    assert assess(stateful_set(spec=spec, template=template)).min_stall_timeout == seconds


def test_counts():
    obj = stateful_set(3, updatedReplicas=1, readyReplicas=2, availableReplicas=1)
    assert assess(obj).progress == (3, 1, 2, 1, 2)


def test_wants_its_pods_and_revisions_by_its_selector():
    assert tracker.wants(view(stateful_set(), target=TARGET)) == (
        Watch(PODS, 'shop', 'app=web'),
        Watch(CONTROLLERREVISIONS, 'shop', 'app=web'),
    )


def test_pods_come_in_the_order_of_their_ordinals():
    names = [
        pod['metadata']['name']
        for pod in assess(stateful_set(), member(10), member(9), member('x')).pods
    ]
    assert names == ['web-x', 'web-9', 'web-10']
