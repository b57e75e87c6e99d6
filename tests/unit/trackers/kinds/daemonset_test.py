from __future__ import annotations

import pytest

from kubectl_dog.model.objects import created_at
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import daemonset as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import controller_revision
from tests.unit.builders import daemon_set
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

TARGET = Target(DAEMONSETS, 'shop', 'web')
BARE = {'containers': [container()]}
ON_DELETE = {'updateStrategy': {'type': 'OnDelete'}}
GENERATION = {'annotations': {'deprecated.daemonset.template.generation': '4'}}
REVISIONS = [
    controller_revision(7, 'b', 'daemonset-web', 'web:2'),
    controller_revision(6, 'a', 'daemonset-web', 'web:1'),
]
NO_REVISIONS = frozenset(['ControllerRevision.apps'])


def member(node, revision='b', since=60.0, generation='4', ready=True, **fields):
    new_pod = pod(
        status(state=running(since)),
        name=f'web-{node}',
        owner='daemonset-web',
        ready=ready,
        **fields,
    )
    return labelled(new_pod, controller_revision_hash=revision, pod_template_generation=generation)


def assess(obj, *others, **fields):
    return tracker.assess(view(obj, *others, target=TARGET, **fields))


def names(pods):
    return [pod['metadata']['name'] for pod in pods]


@pytest.mark.parametrize(
    ('obj', 'state', 'waits_for'),
    (
        pytest.param(daemon_set(), 'ready', '', id='all counts equal'),
        pytest.param(daemon_set(0, template=BARE), 'ready', '', id='no node wants one'),
        pytest.param(
            daemon_set(0, observedGeneration=None),
            'progressing',
            'the controller to see the change',
            id='a new one, whose status is full of zeros',
        ),
        pytest.param(
            daemon_set(updatedNumberScheduled=1),
            'progressing',
            '1 of 2 pods to be updated',
            id='not all updated',
        ),
        pytest.param(
            daemon_set(numberAvailable=1),
            'progressing',
            '1 of 2 pods to become available',
            id='not all available',
        ),
        pytest.param(
            daemon_set(updatedNumberScheduled=None, numberAvailable=None),
            'progressing',
            '2 of 2 pods to be updated',
            id='zeros are left out',
        ),
        pytest.param(
            daemon_set(meta={'deletionTimestamp': ago(1)}), 'deleting', '', id='being deleted'
        ),
        pytest.param({'kind': 'DaemonSet'}, 'ready', '', id='nothing but a kind'),
    ),
)
def test_state_by_counts(obj, state, waits_for):
    assessment = assess(obj)
    assert (assessment.state, assessment.waits_for) == (state, waits_for)


def test_updated_pods_are_the_living_ones_of_the_newest_revision():
    others = [member('b', 'a'), member('c', deleting=True), member('d', '')]
    assessment = assess(daemon_set(), member('a'), *others, *REVISIONS)
    assert names(assessment.pods) == ['web-a']
    assert names(assessment.other_pods) == ['web-b', 'web-c', 'web-d']


def test_after_an_undo_the_old_revision_is_the_newest():
    undone = {**REVISIONS[1], 'revision': 8}
    assessment = assess(daemon_set(), member('a'), member('b', 'a'), REVISIONS[0], undone)
    assert names(assessment.pods) == ['web-b']
    assert assessment.revision == ('8', '7', ('image main 2 → 1',))


@pytest.mark.parametrize('obj', (daemon_set(observedGeneration=2), daemon_set()))
def test_has_no_updated_pods_while_the_revision_is_not_known(obj):
    revisions = REVISIONS if obj['status']['observedGeneration'] == 2 else ()
    assessment = assess(obj, member('a'), *revisions)
    assert (assessment.pods, assessment.revision) == ((), None)


def test_tells_the_revision_before_and_what_serves():
    assessment = assess(daemon_set(3), member('a'), member('b', 'a'), *REVISIONS)
    assert assessment.revision == ('7', '6', ('image main 1 → 2',))
    assert assessment.still_serving == 'the old revision 6 still serves: 1 of 3 pods ready'
    assert assessment.suggested_commands == ('kubectl rollout undo -n shop ds/web',)


def test_a_revision_is_compared_with_the_one_that_serves():
    templates = assess(daemon_set(3), member('a'), member('b', 'a'), *REVISIONS).templates
    assert (templates.revision, templates.earlier) == ('7', '6')
    images = [
        part['spec']['containers'][0]['image']
        for part in (templates.earlier_template, templates.template)
    ]
    assert images == ['web:1', 'web:2']
    assert templates.earlier_created == created_at(REVISIONS[0])
    assert assess(daemon_set(3), member('a'), *REVISIONS).templates is None


def test_an_old_pod_that_is_going_tells_the_revision_before_too():
    assessment = assess(daemon_set(1), member('a', 'a', deleting=True), *REVISIONS)
    assert assessment.revision == ('7', '6', ('image main 1 → 2',))
    assert assessment.still_serving == ''


def test_tells_no_revision_before_pods_are_known():
    assert assess(daemon_set(1), *REVISIONS, listed_kinds=()).revision is None


@pytest.mark.parametrize(
    ('obj', 'generation', 'pod_names'),
    (
        (daemon_set(meta=GENERATION), '4', ['web-a']),
        (daemon_set(meta=GENERATION), '3', []),
        (daemon_set(meta=GENERATION, observedGeneration=1), '4', []),
        (daemon_set(), '', []),
    ),
)
def test_where_revisions_may_not_be_read_pods_are_told_apart_by_generation(
    obj, generation, pod_names
):
    new_pod = member('a', generation=generation)
    assert names(assess(obj, new_pod, forbidden_kinds=NO_REVISIONS).pods) == pod_names


@pytest.mark.parametrize(
    ('others', 'state', 'recheck'),
    (
        pytest.param([member('a'), *REVISIONS], 'ready', None, id='has run for long'),
        pytest.param([member('a', since=3), *REVISIONS], 'progressing', NOW + 7, id='new'),
        pytest.param([member('a')], 'progressing', None, id='its revision is not seen yet'),
    ),
)
def test_without_a_probe_ready_counts_once_it_has_lasted(others, state, recheck):
    assessment = assess(daemon_set(1, template=BARE), *others)
    assert (assessment.state, assessment.recheck_at) == (state, recheck)


@pytest.mark.parametrize(
    ('updated', 'others', 'fields', 'state', 'notices'),
    (
        pytest.param(
            0,
            [member('b', 'a'), member('a', 'a'), *REVISIONS],
            {},
            'ready',
            ('has updateStrategy OnDelete: delete its old pods to update them: web-a, web-b',),
            id='all old',
        ),
        pytest.param(0, [member('a', 'a')], {}, 'progressing', (), id='revisions not known yet'),
        pytest.param(0, REVISIONS, {}, 'progressing', (), id='pods not known yet'),
        pytest.param(
            0, [], {'forbidden_kinds': frozenset(['Pod'])}, 'ready', (), id='pods may not be read'
        ),
        pytest.param(
            1,
            [member('a', generation='3')],
            {'forbidden_kinds': NO_REVISIONS},
            'ready',
            ('has updateStrategy OnDelete: delete its old pods to update them: web-a',),
            id='revisions may not be read',
        ),
        pytest.param(2, [], {}, 'ready', (), id='all new'),
    ),
)
def test_on_delete_leaves_the_update_to_people(updated, others, fields, state, notices):
    obj = daemon_set(2, updatedNumberScheduled=updated, meta=GENERATION, spec=ON_DELETE)
    assessment = assess(obj, *others, **fields)
    assert (assessment.state, assessment.notices) == (state, notices)


def test_on_delete_waits_for_all_to_be_available():
    assessment = assess(daemon_set(numberAvailable=0, spec=ON_DELETE))
    assert assessment.waits_for == '2 of 2 pods to become available'


def test_counts():
    obj = daemon_set(5, updatedNumberScheduled=1, numberReady=3, numberAvailable=2)
    assert assess(obj).progress == (5, 1, 3, 2, 4)


def test_wants_its_pods_and_revisions_by_its_selector():
    assert tracker.wants(view(daemon_set(), target=TARGET)) == (
        Watch(PODS, 'shop', 'app=web'),
        Watch(CONTROLLERREVISIONS, 'shop', 'app=web'),
    )


def node(name, ready='False', since=600.0):
    condition = {'type': 'Ready', 'status': ready, 'lastTransitionTime': ago(since)}
    return {'kind': 'Node', 'metadata': {'name': name}, 'status': {'conditions': [condition]}}


def lost(name, revision='b', **fields):
    """A pod whose kubelet said last that it was well."""
    containers = status(state=running(), ready=True)
    new_pod = pod(
        containers, name=name, owner='daemonset-web', ready=False, nodeName='n-2', age=600, **fields
    )
    return labelled(new_pod, controller_revision_hash=revision)


def untouched(age):
    new_pod = pod(name='web-n2', owner='daemonset-web', phase='Pending', age=age, nodeName='n-2')
    return labelled(new_pod, controller_revision_hash='b')


def down(*pods, updated=2, nodes=(node('n-2'),), **fields):
    obj = daemon_set(2, updatedNumberScheduled=updated, numberAvailable=1)
    index = {node['metadata']['name']: (node,) for node in nodes}
    return assess(obj, member('n1'), *pods, *REVISIONS, nodes=index, **fields)


@pytest.mark.parametrize(
    ('other', 'fields'),
    (
        pytest.param(lost('web-n2'), {}, id='its node was lost before'),
        pytest.param(lost('web-n2', 'a'), {'updated': 1}, id='with the old revision on it'),
        pytest.param(lost('web-n2', 'a', deleting=True), {'updated': 1}, id='where it cannot go'),
        pytest.param(untouched(11), {}, id='a new pod is not taken up'),
        pytest.param(
            lost('web-n2'), {'nodes': [node('n-2', since=30)]}, id='it was lost just before'
        ),
        pytest.param(
            lost('web-n2'), {'nodes': [node('n-2', ready='Unknown')]}, id='nobody knows its state'
        ),
    ),
)
def test_a_node_that_was_down_before_is_not_waited_for(other, fields):
    assessment = down(other, **fields)
    assert assessment.waits_for == ''
    notice = (
        'ignores nodes that were not ready before tracking began (use --strict-nodes to wait): n-2'
    )
    assert assessment.notices == (notice,)


@pytest.mark.parametrize(
    ('other', 'fields'),
    (
        pytest.param(untouched(9), {}, id='a new pod may be taken up yet'),
        pytest.param(lost('web-n2'), {'nodes': [node('n-2', since=29)]}, id='it is lost since'),
        pytest.param(lost('web-n2'), {'nodes': [node('n-2', ready='True')]}, id='it is ready'),
        pytest.param(lost('web-n2'), {'nodes': [node('n-3')]}, id='it is not known'),
        pytest.param(lost('web-n2'), {'strict_nodes': True}, id='nodes are strict'),
        pytest.param(
            member('n2', ready=False, nodeName='n-2'), {}, id='its kubelet says that it is not'
        ),
        pytest.param(lost('web-n2', phase='Failed'), {}, id='it has ended'),
    ),
)
def test_other_nodes_are_waited_for(other, fields):
    assessment = down(other, **fields)
    assert assessment.waits_for == '1 of 2 pods to become available'
    assert assessment.notices == ()


def test_only_the_nodes_of_silent_pods_are_looked_at():
    pods = [member('n1'), lost('web-n2'), untouched(3)]
    wants = tracker.wants(view(daemon_set(), *pods, target=TARGET))
    assert [want for want in wants if want.resource == NODES] == [
        Watch(NODES, '', fields='metadata.name=n-2')
    ]
    strict = tracker.wants(view(daemon_set(), *pods, target=TARGET, strict_nodes=True))
    assert NODES not in {want.resource for want in strict}


@pytest.mark.parametrize(('count', 'watches'), ((5, 5), (6, 1)))
def test_of_many_nodes_all_are_looked_at_together(count, watches):
    pods = [lost(f'web-{number}') for number in range(count)]
    for number, worker in enumerate(pods):
        worker['spec']['nodeName'] = f'n-{number}'
    wants = [
        w for w in tracker.wants(view(daemon_set(), *pods, target=TARGET)) if w.resource == NODES
    ]
    assert len(wants) == watches
    assert (Watch(NODES, '') in wants) is (count > 5)


def test_a_pod_that_may_yet_be_taken_up_is_looked_at_again():
    assert down(untouched(3)).recheck_at == NOW + 7
    assert down(untouched(11), nodes=()).recheck_at is None


def test_without_any_node_it_says_so():
    assert assess(daemon_set(0)).notices == ('has no pods: no node matches',)
    assert assess(daemon_set(0, observedGeneration=None)).notices == ()
