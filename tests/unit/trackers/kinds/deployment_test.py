from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import template_diff
from kubectl_dog.trackers.kinds import deployment as tracker
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

BARE = {'containers': [container()]}


def missed(at=1.0, about='web-2'):
    return {
        'message': f'ReplicaSet "{about}" has timed out progressing.',
        'type': 'Progressing',
        'status': 'False',
        'reason': 'ProgressDeadlineExceeded',
        'lastUpdateTime': ago(at),
    }


@pytest.mark.parametrize(
    ('obj', 'state', 'waits_for'),
    (
        pytest.param(deployment(), 'ready', '', id='all counts equal'),
        pytest.param(deployment(0), 'ready', '', id='scaled to zero'),
        pytest.param(
            deployment(observedGeneration=2),
            'progressing',
            'the controller to see the change',
            id='generation not observed',
        ),
        pytest.param(deployment(observedGeneration='3'), 'ready', '', id='observed as text'),
        pytest.param(
            deployment(3, updatedReplicas=1, replicas=3),
            'progressing',
            '2 of 3 pods to be updated',
            id='not all updated',
        ),
        pytest.param(
            deployment(3, updatedReplicas=3, replicas=4),
            'progressing',
            '1 old pod to terminate',
            id='an old one left',
        ),
        pytest.param(
            deployment(3, availableReplicas=1),
            'progressing',
            '2 of 3 pods to become available',
            id='not available',
        ),
        pytest.param(
            deployment(1, updatedReplicas=3, replicas=3, availableReplicas=3),
            'progressing',
            '2 surplus pods to terminate',
            id='scaling down',
        ),
        pytest.param(
            deployment(
                updatedReplicas=0,
                replicas=0,
                conditions=[{'type': 'ReplicaFailure', 'status': 'True', 'message': 'exceeded'}],
            ),
            'progressing',
            'pods that cannot be created: exceeded',
            id='creation refused',
        ),
        pytest.param(
            deployment(
                availableReplicas=0,
                conditions=[{'type': 'ReplicaFailure', 'status': 'True', 'message': 'exceeded'}],
            ),
            'progressing',
            '1 of 1 pod to become available',
            id='all created after a refusal',
        ),
        pytest.param(
            deployment(meta={'deletionTimestamp': ago(1)}),
            'deleting',
            '',
            id='being deleted',
        ),
        pytest.param(deployment(spec={'paused': True}), 'ready', '', id='paused but rolled out'),
        pytest.param(
            deployment(updatedReplicas=0, spec={'paused': True}),
            'paused',
            '1 of 1 pod to be updated',
            id='paused with a new template',
        ),
        pytest.param({'kind': 'Deployment'}, 'progressing', None, id='nothing but a kind'),
    ),
)
def test_state_by_counts(obj, state, waits_for):
    assessment = tracker.assess(view(obj, replica_set()))
    assert assessment.state == state
    assert waits_for in (None, assessment.waits_for)


def test_a_pause_tells_how_to_end_it():
    assessment = tracker.assess(view(deployment(updatedReplicas=0, spec={'paused': True})))
    assert assessment.suggested_commands == ('kubectl rollout resume -n shop deploy/web',)


@pytest.mark.parametrize(
    ('condition', 'newest', 'memory', 'state', 'recheck'),
    (
        pytest.param(
            missed(), replica_set(), RunHistory(), 'failed', None, id='set for this revision'
        ),
        pytest.param(
            missed(at=60),
            replica_set(age=5),
            RunHistory(NOW - 4, NOW - 4),
            'progressing',
            NOW - 4 + 20,
            id='older than the revision',
        ),
        pytest.param(
            missed(about='web-1'),
            replica_set(age=9000),
            RunHistory(NOW - 4, NOW - 4),
            'progressing',
            NOW - 4 + 20,
            id='set for another revision, as after an undo',
        ),
        pytest.param(
            missed(),
            replica_set(),
            RunHistory(NOW - 9, NOW - 3, revision_changed=True),
            'progressing',
            NOW - 3 + 20,
            id='revision changed in this run',
        ),
        pytest.param(
            missed(at=60),
            replica_set(age=5),
            RunHistory(NOW - 40, NOW - 20),
            'failed',
            None,
            id='a full deadline without progress',
        ),
        pytest.param(
            {**missed(), 'status': 'True'},
            replica_set(),
            RunHistory(),
            'progressing',
            None,
            id='not missed',
        ),
    ),
)
def test_a_missed_deadline_is_believed_only_for_this_revision(
    condition, newest, memory, state, recheck
):
    obj = deployment(
        conditions=[condition],
        availableReplicas=0,
        spec={'progressDeadlineSeconds': 20},
    )
    assessment = tracker.assess(view(obj, newest, run_history=memory))
    assert (assessment.state, assessment.recheck_at) == (state, recheck)
    assert [cause.code for cause in assessment.causes] == (
        ['ProgressDeadlineExceeded'] if state == 'failed' else []
    )


@pytest.mark.parametrize(
    ('pods', 'extra', 'state', 'recheck'),
    (
        pytest.param([running(20)], {}, 'ready', None, id='has run for long'),
        pytest.param([running(3)], {}, 'progressing', NOW + 7, id='has just started'),
        pytest.param([running(3)], {'stable_for': 0.0}, 'ready', None, id='not asked for'),
        pytest.param([], {}, 'progressing', None, id='the pod is not seen yet'),
        pytest.param(
            [running(200)],
            {'stable_for': 70.0},
            'progressing',
            NOW + 10,
            id='asked to stay ready for longer',
        ),
    ),
)
def test_without_a_probe_ready_counts_once_it_has_lasted(pods, extra, state, recheck):
    living = [pod(status(state=state), owner='rs-2', ready=True) for state in pods]
    assessment = tracker.assess(view(deployment(template=BARE), replica_set(), *living, **extra))
    assert (assessment.state, assessment.recheck_at) == (state, recheck)


@pytest.mark.parametrize(
    ('since', 'extra', 'state', 'recheck'),
    (
        (4, {}, 'progressing', NOW + 6),
        (11, {}, 'ready', None),
        (11, {'stable_for': 30.0}, 'progressing', NOW + 19),
    ),
)
def test_where_pods_may_not_be_read_availability_has_to_last(since, extra, state, recheck):
    conditions = [
        {'type': 'Available', 'status': 'True', 'lastTransitionTime': ago(since)},
        {'type': 'Progressing', 'status': 'True', 'lastUpdateTime': ago(60)},
    ]
    obj = deployment(template=BARE, conditions=conditions)
    assessment = tracker.assess(view(obj, forbidden_kinds=frozenset(['Pod']), **extra))
    assert (assessment.state, assessment.recheck_at) == (state, recheck)


def test_with_min_ready_seconds_availability_is_enough():
    obj = deployment(template=BARE, spec={'minReadySeconds': 5})
    assert tracker.assess(view(obj, replica_set())).state is State.READY


def test_updated_pods_are_the_living_ones_of_the_revision():
    ours = pod(owner='rs-2', name='ours')
    others = [
        pod(owner='rs-1', name='old'),
        pod(owner='rs-2', name='dying', deleting=True),
        pod(owner='rs-2', name='evicted', phase='Failed'),
    ]
    assessment = tracker.assess(view(deployment(), replica_set(), replica_set('1'), ours, *others))
    assert assessment.pods == (ours,)
    assert [child['metadata']['name'] for child in assessment.children] == ['web-2']


def test_tells_the_revision_before_and_what_changed():
    old = replica_set('1', ready=1, template={'containers': [container(image='web:0.9')]})
    assessment = tracker.assess(view(deployment(), replica_set(), old))
    assert assessment.revision == ('2', '1', ('image main 0.9 → 1',))
    assert assessment.still_serving == 'the old revision 1 still serves: 1 of 1 pod ready'
    assert assessment.suggested_commands == ('kubectl rollout undo -n shop deploy/web',)


def test_what_changed_is_described_once(monkeypatch):
    monkeypatch.setattr(tracker, '_known_changes', {})
    monkeypatch.setattr(tracker, '_MAX_KNOWN', 2)
    described, describe = [], template_diff.describe_template_diff
    monkeypatch.setattr(
        template_diff,
        'describe_template_diff',
        lambda *templates: described.append(templates) or describe(*templates),
    )

    def changes(image, **fields):
        old = replica_set('1', ready=1, template={'containers': [container(image=image)]})
        return tracker.assess(view(deployment(**fields), replica_set(), old)).revision.changes

    assert [changes('web:0.8') for _ in range(3)] == [('image main 0.8 → 1',)] * 3
    assert len(described) == 1
    # The template of a ReplicaSet can be edited.
    assert changes('web:0.9') == ('image main 0.9 → 1',)
    for key in ('a', 'b'):
        tracker._known_changes[key] = ({}, {}, ())
    assert changes('web:0.8') == ('image main 0.8 → 1',)
    assert len(tracker._known_changes) == 1


def test_knows_no_revision_before_the_controller_has_seen_the_change():
    assessment = tracker.assess(view(deployment(observedGeneration=1), replica_set()))
    assert assessment.revision is None


@pytest.mark.parametrize(
    ('spec', 'template', 'seconds'),
    (
        ({}, None, 660),
        ({'progressDeadlineSeconds': 900}, None, 960),
        (
            {'minReadySeconds': 1000, 'progressDeadlineSeconds': 1100},
            None,
            1160,
        ),
        (
            {},
            {'containers': [container(startupProbe={'failureThreshold': 90})]},
            960,
        ),
    ),
)
def test_min_stall_timeout_follows_the_longest_of_its_own_deadlines(spec, template, seconds):
    assert (
        tracker.assess(view(deployment(spec=spec, template=template))).min_stall_timeout == seconds
    )


def test_wants_its_replica_sets_and_pods_by_its_selector():
    selector = {
        'matchLabels': {'app': 'web'},
        'matchExpressions': [
            {'key': 'tier', 'operator': 'In', 'values': ['a', 'b']},
            {'key': 'x', 'operator': 'DoesNotExist'},
            {'key': 'y', 'operator': 'Exists'},
            {'key': 'z', 'operator': 'NotIn', 'values': ['c']},
        ],
    }
    labels = 'app=web,tier in (a,b),!x,y,z notin (c)'
    assert tracker.wants(view(deployment(spec={'selector': selector}))) == (
        Watch(REPLICASETS, 'shop', labels),
        Watch(PODS, 'shop', labels),
    )


def test_a_sidecar_without_a_probe_has_to_last_too():
    template = {
        'containers': [container(**PROBED)],
        'initContainers': [container('proxy', restartPolicy='Always')],
    }
    living = pod(
        status(state=running(50)),
        owner='rs-2',
        ready=True,
        containers=[container(**PROBED)],
        inits=[container('proxy', restartPolicy='Always')],
        init_statuses=[status('proxy', running(4))],
    )
    assessment = tracker.assess(view(deployment(template=template), replica_set(), living))
    assert assessment.recheck_at == NOW + 6


def test_going_back_is_no_remedy_to_a_revision_that_does_not_work():
    assessment = tracker.assess(view(deployment(), replica_set(), replica_set('1', ready=0)))
    assert assessment.revision.previous == '1'
    assert assessment.suggested_commands == ()


GONE = replica_set('1', age=500, replicas=0)


def available(state, since):
    return {'type': 'Available', 'status': state, 'lastTransitionTime': ago(since)}


def assess_replaced(condition, *past, age=30.0, strategy='Recreate', **spec):
    """Assess a Deployment created 1000 s ago; only its newest revision has pods."""
    obj = deployment(
        conditions=[condition],
        meta={'creationTimestamp': ago(1000)},
        spec={'strategy': {'type': strategy, **spec}},
        revision='9',
        availableReplicas=0,
    )
    return tracker.assess(view(obj, replica_set('9', age=age), *past))


def replaced(*args, **extra):
    """The undo proposals of such a Deployment."""
    commands = assess_replaced(*args, **extra).suggested_commands
    prefix = 'kubectl rollout undo -n shop deploy/web'
    assert all(command.startswith(prefix) for command in commands)
    return [command[len(prefix) :].strip() for command in commands]


@pytest.mark.parametrize(
    ('proposed', 'condition', 'past', 'extra'),
    (
        pytest.param([''], available('False', 31), [GONE], {}, id='made room'),
        pytest.param([], available('False', 31), [], {}, id='there is none'),
        pytest.param([], {}, [GONE], {}, id='no condition'),
        pytest.param([], available('False', 31), [GONE], {'age': 3600}, id='long ago'),
        pytest.param([], available('False', 999), [GONE], {}, id='never available'),
        pytest.param([], available('False', 9), [GONE], {}, id='the newest was available'),
        pytest.param(
            ['--to-revision=1'],
            available('False', 101),
            [GONE, replica_set('2', age=99, replicas=0)],
            {},
            id='the last one was broken',
        ),
        pytest.param(
            [''], available('True', 400), [GONE], {'strategy': 'RollingUpdate'}, id='rolling'
        ),
        pytest.param(
            [],
            available('True', 400),
            [GONE, replica_set('2', age=450, replicas=0)],
            {'strategy': 'RollingUpdate'},
            id='rolling, either of two',
        ),
        pytest.param(
            [],
            available('True', 400),
            [GONE],
            {'strategy': 'RollingUpdate', 'rollingUpdate': {'maxUnavailable': '100%'}},
            id='rolling, available without pods',
        ),
        pytest.param(
            ['--to-revision=1'],
            available('True', 400),
            [replica_set('1', ready=1), replica_set('2', replicas=1)],
            {},
            id='an earlier one still serves',
        ),
    ),
)
def test_an_undo_restores_a_revision_that_is_known_to_have_been_ready(
    proposed, condition, past, extra
):
    assert replaced(condition, *past, **extra) == proposed


@pytest.mark.parametrize(
    ('earlier', 'condition', 'past', 'extra'),
    (
        pytest.param('1', available('False', 31), [GONE], {}, id='it was available'),
        pytest.param('1', available('False', 9), [GONE], {}, id='nothing is known'),
        pytest.param(
            *('2', available('False', 9), [GONE, replica_set('2', replicas=0)], {}), id='the last'
        ),
        pytest.param(
            *('1', available('False', 101), [GONE, replica_set('2', age=99, replicas=0)], {}),
            id='the last one was broken',
        ),
        pytest.param(
            *('1', available('True', 9), [replica_set('1', ready=1), replica_set('2')], {}),
            id='an earlier one still serves',
        ),
        pytest.param('', available('False', 31), [], {}, id='the first revision'),
        pytest.param('', available('False', 999), [GONE], {}, id='never available'),
        pytest.param(
            '', available('True', 9), [replica_set('1')], {}, id='the old pods are broken'
        ),
        pytest.param('', available('False', 31), [GONE], {'age': 3600}, id='long ago'),
    ),
)
def test_a_revision_is_compared_with_the_last_one_that_worked(earlier, condition, past, extra):
    templates = assess_replaced(condition, *past, **extra).templates
    assert (templates.earlier if templates else '') == earlier
    assert templates is None or templates.revision == '9'


def test_templates_are_those_of_the_replica_sets():
    old = replica_set('1', ready=1, template={'containers': [container(image='web:0.9')]})
    obj = deployment(updatedReplicas=0)
    templates = tracker.assess(view(obj, replica_set(), old)).templates
    images = [
        part['spec']['containers'][0]['image']
        for part in (templates.earlier_template, templates.template)
    ]
    assert images == ['web:0.9', 'web:1']
    assert templates.earlier_created == created_at(old)
    unseen = deployment(updatedReplicas=0, observedGeneration=1)
    assert tracker.assess(view(unseen, replica_set(), old)).templates is None
    assert tracker.assess(view(obj, old)).templates is None


def test_a_ready_revision_is_not_compared():
    ready = pod(status(), owner='rs-2', ready=True, containers=[container(**PROBED)])
    shown = view(deployment(), replica_set(ready=1), GONE, ready)
    assessment = tracker.assess(shown)
    assert (assessment.state, assessment.templates) == (State.READY, None)


def test_a_target_whose_pods_cannot_be_read_says_why_it_waits():
    obj = deployment(conditions=[available('True', 1)])
    assessment = tracker.assess(view(obj, forbidden_kinds=frozenset(['Pod'])))
    assert assessment.waits_for.endswith('more (its pods cannot be read)')


@pytest.mark.parametrize(
    ('is_ready', 'waits_for'),
    ((False, '1 new pod to become ready'), (True, '1 old pod to terminate')),
)
def test_the_new_pods_are_waited_for_before_the_old_ones(is_ready, waits_for):
    obj = deployment(replicas=2, conditions=[])
    new = pod(status(ready=is_ready), owner='rs-2', ready=is_ready)
    old = pod(status(ready=True), name='old', owner='rs-1', ready=True)
    seen = view(obj, replica_set(), replica_set('1'), new, old)
    assert tracker.assess(seen).waits_for == waits_for
