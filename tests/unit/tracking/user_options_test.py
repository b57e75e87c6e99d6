"""What the user wishes, through the engine: tolerances, pauses, pins."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.resources import EVENTS
from tests.unit.builders import PROBED
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import Play

PROGRESSING = deployment(2, availableReplicas=0, readyReplicas=0)
UNPULLED = status(state=waiting('ImagePullBackOff', 'not found'))
PAUSED = deployment(updatedReplicas=0, spec={'paused': True})
MISSED = deployment(
    availableReplicas=0,
    conditions=[
        {
            'type': 'Progressing',
            'status': 'False',
            'reason': 'ProgressDeadlineExceeded',
            'message': 'ReplicaSet "web-2" has timed out progressing.',
            'lastUpdateTime': ago(1),
        }
    ],
)


def unpulled(name):
    return pod(UNPULLED, name=name, owner='rs-2', phase='Pending')


def start(*pods, obj=PROGRESSING, **options):
    return Play(**options).rollout(obj, *pods, replica_sets=(replica_set(),))


@pytest.mark.parametrize(
    ('tolerate', 'outcome'),
    (
        ((), ('failed', 'ImageNotFound', 45)),
        (('ImageNotFound=90s',), ('failed', 'ImageNotFound', 90)),
        (('ImageNotFound=never',), ('failed', 'ImageNotFound', 0)),
        (('CrashLoop=never',), ('failed', 'ImageNotFound', 45)),
    ),
)
def test_a_tolerance_that_was_told_is_kept(tolerate, outcome):
    play = start(unpulled('web-1'), tolerate=tolerate, logs=False)
    assert play.until(100).outcome == outcome


def test_what_is_always_tolerated_is_told_and_fails_nothing():
    play = start(unpulled('web-1'), tolerate=('ImageNotFound=always',), timeout=200).until(150)
    assert play.outcome is None
    assert [(event.seconds_left, event.fails_at) for event in play.of(CauseSeen)] == [(None, None)]
    assert play.until(300).outcome == ('timed-out', 'ImageNotFound', 200)


def test_crashes_are_counted_up_to_what_was_told():
    crashed = pod(status(state=ended(3), last=ended(3), restarts=3), owner='rs-2', age=1)
    play = start(crashed, tolerate=('CrashLoop=5',), logs=False).until(60)
    assert play.outcome is None
    fifth = pod(status(state=ended(3), last=ended(3), restarts=4), owner='rs-2', age=1)
    play.changed(61, POD_WATCH, fifth)
    # Its last words are waited for, though no logs are shown.
    assert play.until(70).outcome == ('failed', 'CrashLoop', 62)


@pytest.mark.parametrize(
    ('allowed', 'failing', 'outcome'),
    (
        ('1', 1, None),
        ('50%', 1, None),
        ('1', 2, ('failed', 'ImageNotFound', 45)),
        ('', 1, ('failed', 'ImageNotFound', 45)),
    ),
)
def test_so_many_pods_may_fail(allowed, failing, outcome):
    pods = [unpulled(f'web-{number}') for number in range(failing)]
    assert start(*pods, allow_failures=allowed, logs=False).until(100).outcome == outcome


def test_annotations_of_the_target_count():
    annotations = {
        'kubectl-dog.github.io/tolerate': 'ImageNotFound=90s',
        'kubectl-dog.github.io/no': '',
    }
    revision = {'deployment.kubernetes.io/revision': '2'}
    obj = deployment(2, availableReplicas=0, meta={'annotations': {**annotations, **revision}})
    play = start(unpulled('web-1'), obj=obj, logs=False).until(100)
    assert play.outcome == ('failed', 'ImageNotFound', 90)
    (notice,) = play.of(Notice)
    assert notice.text.startswith('deploy/web has an invalid annotation kubectl-dog.github.io/no,')


@pytest.mark.parametrize(
    ('on_pause', 'outcome'),
    (
        ('', ('paused', 'DeploymentPaused', 10)),
        ('stop', ('paused', 'DeploymentPaused', 10)),
        ('succeed', ('ready', 'DeploymentPaused', 10)),
        # Nothing stalls that waits for a person.
        ('wait', ('timed-out', '', 5000)),
    ),
)
def test_what_a_pause_means(on_pause, outcome):
    play = start(obj=PAUSED, on_pause=on_pause, timeout=5000)
    assert play.until(6000).outcome == outcome


@pytest.mark.parametrize(
    ('tolerate', 'outcome'),
    (
        ((), ('failed', 'ProgressDeadlineExceeded', 0)),
        (('ProgressDeadlineExceeded=60s',), ('failed', 'ProgressDeadlineExceeded', 60)),
        (('ProgressDeadlineExceeded=always',), None),
        (('CrashLoop=always',), ('failed', 'ProgressDeadlineExceeded', 0)),
    ),
)
def test_a_missed_deadline_can_be_tolerated(tolerate, outcome):
    replicas = replica_set(age=60)
    play = Play(tolerate=tolerate, logs=False).rollout(MISSED, replica_sets=(replicas,))
    assert play.until(100).outcome == outcome


@pytest.mark.parametrize(
    ('pinned', 'outcome'),
    (
        ({'revision': '2'}, ('ready', '', 0)),
        ({'revision': '1'}, ('superseded', 'Superseded', 0)),
        ({'revision': '3'}, ('never-appeared', 'NotUpdated', 30)),
        ({'expect_images': ('web:1',)}, ('ready', '', 0)),
        ({'expect_images': ('web:2',)}, ('never-appeared', 'NotUpdated', 30)),
        ({'expect_generation': 3}, ('ready', '', 0)),
        ({'expect_generation': 4}, ('never-appeared', 'NotUpdated', 30)),
    ),
)
def test_only_what_was_pinned_is_a_success(pinned, outcome):
    play = Play(**pinned).rollout(deployment(), replica_sets=(replica_set(),))
    assert play.until(60).outcome == outcome


def test_what_was_pinned_may_come_late():
    play = Play(expect_images=('web:2',)).rollout(deployment(), replica_sets=(replica_set(),))
    newer = deployment(template={'containers': [container(image='web:2', readinessProbe={'a': 1})]})
    assert play.changed(20, play.root, newer).outcome == ('ready', '', 20)


def test_an_older_generation_is_no_success_and_a_newer_one_counts():
    play = Play(expect_generation=4).rollout(deployment(), replica_sets=(replica_set(),))
    newer = deployment(meta={'generation': 5}, observedGeneration=5)
    assert play.changed(20, play.root, newer).outcome == ('ready', '', 20)


def test_what_was_pinned_and_is_there_no_more_is_superseded():
    play = start(expect_images=('web:1',))
    newer = deployment(2, template={'containers': [container(image='web:2')]})
    assert play.changed(5, play.root, newer).outcome == ('superseded', 'Superseded', 5)


def of_image(image, **fields):
    return deployment(template={'containers': [container(image=image, **PROBED)]}, **fields)


FILE = {'file_images': ('main=web:2',)}
BAD = {'revision': '2', 'availableReplicas': 0}


@pytest.mark.parametrize(
    ('changes', 'outcome'),
    (
        pytest.param([of_image('web:2')], ('ready', '', 0), id='applied'),
        pytest.param([of_image('mirror.local/x/web:2')], ('ready', '', 0), id='from a mirror'),
        pytest.param([of_image('mirror.local:5000/web@sha256:a')], ('ready', '', 0), id='pinned'),
        pytest.param([of_image('web:2@sha256:a')], ('ready', '', 0), id='with its digest'),
        pytest.param(
            [of_image('other:2')], ('never-appeared', 'NotUpdated', 30), id='another name'
        ),
        pytest.param([of_image('web:1')], ('never-appeared', 'NotUpdated', 30), id='not applied'),
        pytest.param([of_image('web:1'), of_image('web:2')], ('ready', '', 6), id='applied late'),
        pytest.param(
            [of_image('web:2', **BAD), of_image('web:1', revision='3')],
            ('superseded', 'Superseded', 6),
            id='undone',
        ),
    ),
)
def test_only_what_the_file_asks_for_is_a_success(changes, outcome):
    play = Play(**FILE).rollout(changes[0], replica_sets=(replica_set(),))
    for number, obj in enumerate(changes[1:], 1):
        play.changed(6 * number, play.root, obj)
    assert play.until(60).outcome == outcome


def test_a_target_that_is_not_applied_says_which_image_it_has():
    play = Play(**FILE).rollout(of_image('web:1'), replica_sets=(replica_set(),))
    assert play.of(StateChanged)[-1].waits_for == (
        'image web:2 of container "main", as in the file (current: web:1)'
    )


def test_old_pods_are_waited_for_where_that_is_asked():
    going = pod(name='web-old', owner='rs-1', deleting=True)
    old = replica_set('1', replicas=0)
    play = Play(wait_for_termination=True, timeout=60)
    play.rollout(deployment(), going, replica_sets=(replica_set(), old))
    assert play.outcome is None
    assert play.until(30).outcome is None
    play.changed(31, POD_WATCH, going, 'DELETED')
    assert play.outcome == ('ready', '', 31)


def test_an_end_while_old_pods_go_names_them():
    going = pod(name='web-old', owner='rs-1', deleting=True)
    going['metadata']['finalizers'] = ['example.com/hold']
    play = Play(wait_for_termination=True, timeout=60)
    play.rollout(deployment(), going, replica_sets=(replica_set(), replica_set('1', replicas=0)))
    play.until(90)
    assert play.outcome[:2] == ('timed-out', 'TerminatingPods')
    assert 'web-old (waits for finalizers: example.com/hold' in play.ended.explanation.facts[0]


def test_what_is_created_again_gets_the_time_to_come_to_what_was_pinned():
    play = Play(revision='2', logs=False).rollout(PROGRESSING, replica_sets=(replica_set(),))
    play.changed(60, play.root, PROGRESSING, 'DELETED')
    again = deployment(
        2, revision='', meta={'uid': 'again', 'annotations': {}}, availableReplicas=0
    )
    play.changed(61, play.root, again, 'ADDED')
    assert play.outcome is None
    assert play.until(100).outcome == ('never-appeared', 'NotUpdated', 91)


def test_one_look_takes_ready_for_ready():
    fresh = pod(status(state=running(2)), owner='rs-2', ready=True, age=3)
    bare = deployment(template={'containers': [container()]})
    play = Play(once=True).rollout(bare, fresh, replica_sets=(replica_set(),))
    for watch in [want for want in play.step.wants if want[0] == EVENTS]:
        play.listed(0, watch)
    assert play.outcome == ('ready', '', 0)


def test_a_rollout_that_was_done_before_costs_no_time():
    lasting = pod(status(state=running(60)), owner='rs-2', ready=True)
    bare = deployment(template={'containers': [container()]})
    play = Play().rollout(bare, lasting, replica_sets=(replica_set(),))
    assert play.outcome == ('ready', '', 0)


@pytest.mark.parametrize(
    ('allowed', 'ready', 'outcome'),
    (
        ('1', 2, ('ready', 'MinAvailable', 5)),
        ('1', 1, ('failed', 'ImageNotFound', 40)),
        ('', 2, ('failed', 'ImageNotFound', 40)),
    ),
)
def test_with_failures_allowed_the_others_are_enough(allowed, ready, outcome):
    probed = [container(**PROBED)]
    good = [
        pod(status(), name=f'ok-{n}', owner='rs-2', ready=True, containers=probed)
        for n in range(ready)
    ]
    play = Play(allow_failures=allowed, logs=False)
    obj = deployment(3, availableReplicas=ready, readyReplicas=ready)
    play.rollout(obj, *good, replica_sets=(replica_set(age=60),))
    play.changed(5, POD_WATCH, unpulled('web-9'))
    missed = {**MISSED['status'], 'updatedReplicas': 3, 'replicas': 3, 'availableReplicas': ready}
    play.changed(40, play.root, {**obj, 'status': missed})
    assert play.outcome == outcome


def test_what_is_tolerated_leaves_the_old_pods_to_be_waited_for():
    probed = [container(**PROBED)]
    harmed = status(last=ended(3), restarts=1, state=running(1))
    pods = [
        pod(status(), name='web-1', owner='rs-2', ready=True, containers=probed),
        pod(harmed, name='web-2', owner='rs-2', ready=True, containers=probed, age=1),
    ]
    rolling = deployment(2, replicas=3)
    play = Play(tolerate=('CrashLoop=always',), logs=False, stable_for=0.5)
    play.rollout(rolling, *pods, replica_sets=(replica_set(), replica_set('1')))
    assert play.until(60).outcome is None


@pytest.mark.parametrize('annotated', (True, False))
def test_ready_is_what_was_agreed(annotated):
    agreed = 'condition=Warm'
    annotations = {'kubectl-dog.github.io/ready-when': agreed} if annotated else {}
    obj = deployment(2)
    obj['metadata']['annotations'].update(annotations)
    play = Play(ready_when='' if annotated else agreed).rollout(obj, replica_sets=(replica_set(),))
    assert play.until(60).outcome is None
    warm = {
        **obj,
        'status': {**obj['status'], 'conditions': [{'type': 'Warm', 'status': 'True'}]},
    }
    assert play.changed(61, play.root, warm).outcome == ('ready', 'ReadyWhen', 61)


BARE_POD = {'containers': [container()]}


@pytest.mark.parametrize(
    ('template', 'pods', 'options', 'reason'),
    (
        pytest.param(None, {}, {'stable_for': 8.0}, '--stable-for 8s', id='asked for'),
        pytest.param(BARE_POD, {}, {}, 'no readiness probe', id='no probe'),
        pytest.param(
            None, {'last': ended(1), 'restarts': 1}, {}, 'containers restarted before', id='crashed'
        ),
    ),
)
def test_a_target_that_must_keep_running_says_why(template, pods, options, reason):
    started = status(state=running(1), **pods)
    containers = (template or {}).get('containers', [container(**PROBED)])
    fresh = pod(started, owner='rs-2', ready=True, age=1, containers=containers)
    available = {'type': 'Available', 'status': 'True', 'lastTransitionTime': ago(1)}
    obj = deployment(template=template, conditions=[available])
    play = Play(**options).rollout(obj, fresh, replica_sets=(replica_set(),))
    assert play.of(StateChanged)[-1].waits_for.endswith(f'more ({reason})')
