"""Whole rollouts through the engine: what is given when, and what verdict comes when."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import CauseGone
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import ChildChanged
from kubectl_dog.model.events import KubeEvent
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import StatusReport
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from tests.unit.builders import DEPLOY
from tests.unit.builders import POD
from tests.unit.builders import PROBED
from tests.unit.builders import ago
from tests.unit.builders import container
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
from tests.unit.tracking.play import NAMES
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import REPLICA_SETS
from tests.unit.tracking.play import Play

PROGRESSING = deployment(availableReplicas=0, readyReplicas=0)
MISSING = status(state=waiting('CreateContainerConfigError', 'configmap "app" not found'))
CLAIM_EVENTS = Watch(EVENTS, 'shop', fields='involvedObject.kind=PersistentVolumeClaim')
LOG = Logs('shop', 'web-1', 'pod-web-1', 'main')


def crashed(ends, **fields):
    last = ended(3) if ends > 1 else {}
    return pod(status(state=ended(3), last=last, restarts=ends - 1), owner='rs-2', age=1, **fields)


def recovering(ends, since=1.0):
    state = status(state=running(since), last=ended(3), restarts=ends)
    return pod(state, owner='rs-2', age=1)


def start(*pods, obj=PROGRESSING, replica_sets=(replica_set(),), **options):
    return Play(**options).rollout(obj, *pods, replica_sets=replica_sets)


def test_a_finished_rollout_ends_at_once():
    play = Play().listed(0.1, Play().root, deployment())
    assert play.outcome == ('ready', '', 0.1)
    assert play.events[-1] == RunEnded(0.1, 0, ((DEPLOY, 'ready'),))


def test_a_crash_loop_fails_at_the_third_end():
    play = start(crashed(1))
    play.changed(2, POD_WATCH, recovering(1)).changed(3, POD_WATCH, crashed(2))
    play.give(13, LOG, LogEnd(2)).changed(14, POD_WATCH, crashed(3))
    assert play.outcome == ('failed', 'CrashLoop', 14)
    assert play.step.finished


def test_three_quick_ends_still_take_ten_seconds():
    play = start(crashed(1)).give(1, LOG, LogEnd(2))
    play.changed(2, POD_WATCH, crashed(3)).until(60)
    assert play.outcome == ('failed', 'CrashLoop', 10)


def test_a_container_that_fails_twice_and_recovers_is_ready():
    play = start(crashed(2))
    play.changed(12, POD_WATCH, recovering(2))
    ready = pod(status(state=running(11), last=ended(3), restarts=2), owner='rs-2', ready=True)
    play.changed(13, POD_WATCH, ready).changed(13.1, play.root, deployment())
    assert play.outcome == ('ready', '', 13.1)


def test_an_instant_crash_without_a_probe_is_not_called_ready():
    bare = {'containers': [container()]}
    seems = pod(status(state=running(0)), owner='rs-2', ready=True, age=1)
    play = start(seems, obj=deployment(template=bare))
    assert play.until(1).outcome is None
    play.give(1, LOG, LogEnd(2)).changed(1, POD_WATCH, crashed(1))
    play.changed(14, POD_WATCH, crashed(3))
    assert play.outcome == ('failed', 'CrashLoop', 14)


def test_without_a_probe_it_is_ready_when_it_has_lasted():
    bare = {'containers': [container()]}
    lasting = pod(status(state=running(0)), owner='rs-2', ready=True, age=1)
    play = start(lasting, obj=deployment(template=bare)).until(60)
    assert play.outcome == ('ready', '', 10)


def test_a_missing_configmap_fails_when_its_tolerance_ends():
    play = start(pod(MISSING, owner='rs-2', phase='Pending'))
    play.until(18.9)
    assert NAMES not in play.step.wants
    assert NAMES in play.until(19).step.wants
    play.give(19.1, NAMES, Answer('found', ({'metadata': {'name': 'ap'}},))).until(60)
    assert play.outcome == ('failed', 'ConfigMapMissing', 20)
    assert 'a similar ConfigMap exists: "ap"' in play.ended.explanation.facts


def crash_of_second_revision():
    """A revision that reads other variables from a ConfigMap, and crashes; the old one serves."""
    template = {'containers': [container(envFrom=[{'configMapRef': {'name': 'app'}}])]}
    new, old = replica_set(template=template), replica_set('1', age=9000, ready=1)
    return start(crashed(1), replica_sets=(new, old))


@pytest.mark.parametrize(
    ('answer', 'facts'),
    (
        (Answer('found', ({'metadata': {'managedFields': [{'time': ago(5)}]}},)), 1),
        (Answer('denied'), 0),
        (Answer('missing'), 0),
    ),
)
def test_a_configmap_of_a_new_revision_is_read_after_the_second_crash(answer, facts):
    lookup = Lookup(CONFIGMAPS, 'shop', 'app')
    play = crash_of_second_revision()
    assert lookup not in play.until(2).step.wants
    play.changed(3, POD_WATCH, crashed(2))
    assert lookup in play.step.wants
    play.give(3.1, lookup, answer)
    play.give(13, LOG, LogEnd(2)).changed(14, POD_WATCH, crashed(3))
    assert play.outcome == ('failed', 'CrashLoop', 14)
    explanation = play.ended.explanation
    assert sum('configmap/app was' in fact for fact in explanation.facts) == facts
    assert 'new in revision 2: envFrom configmap/app' in explanation.facts
    assert explanation.not_fetched == ()


def test_no_verdict_waits_for_a_configmap_that_may_explain_more():
    play = crash_of_second_revision().changed(3, POD_WATCH, crashed(2))
    play.give(13, LOG, LogEnd(2)).changed(14, POD_WATCH, crashed(3))
    assert play.outcome == ('failed', 'CrashLoop', 14)


def test_a_configmap_that_is_there_now_gives_it_more_time():
    play = start(pod(MISSING, owner='rs-2', phase='Pending')).until(19)
    play.give(19.1, NAMES, Answer('found', ({'metadata': {'name': 'app'}},)))
    assert play.until(39).outcome is None
    assert play.until(60).outcome == ('failed', 'ConfigMapMissing', 40)


def test_evidence_is_read_when_the_progress_deadline_is_missed():
    missed = {
        **{'type': 'Progressing', 'status': 'False', 'reason': 'ProgressDeadlineExceeded'},
        **{'message': 'ReplicaSet "web-2" has timed out', 'lastUpdateTime': ago(1)},
    }
    short = deployment(readyReplicas=0, availableReplicas=0, conditions=[missed])
    play = start(pod(MISSING, owner='rs-2', phase='Pending'), obj=short).listed(0, EVENT_WATCH)
    assert play.outcome is None
    assert NAMES in play.step.wants
    play.give(0.1, NAMES, Answer('found', ({'metadata': {'name': 'ap'}},)))
    assert play.outcome[0] == 'failed'
    assert play.ended.explanation.not_fetched == ()
    assert 'a similar ConfigMap exists: "ap"' in play.ended.explanation.facts


def test_evidence_that_does_not_come_is_waited_for_one_second():
    play = start(pod(MISSING, owner='rs-2', phase='Pending')).until(60)
    assert play.outcome == ('failed', 'ConfigMapMissing', 21)
    assert play.ended.explanation.not_fetched


def test_a_standing_image_pull_back_off_from_before_counts_from_first_sight():
    old = pod(
        status(state=waiting('ImagePullBackOff', 'Back-off: not found')),
        owner='rs-2',
        phase='Pending',
        age=5000,
    )
    assert start(old).until(100).outcome == ('failed', 'ImageNotFound', 45)


def test_old_crashes_are_history_and_an_old_back_off_stands():
    back_off = status(state=waiting('CrashLoopBackOff'), last=ended(3), restarts=7)
    old = pod(back_off, owner='rs-2', age=5000)
    play = start(old).give(1, LOG, LogEnd(7)).until(100)
    assert play.outcome == ('failed', 'CrashLoop', 30)
    assert '8 times before tracking began' in play.ended.explanation.facts[0]


def test_a_newer_revision_starts_with_a_clean_slate():
    play = start(crashed(2))
    newer = deployment(revision='3', availableReplicas=0)
    play.changed(5, play.root, newer)
    play.listed(5, REPLICA_SETS, replica_set('3'))
    assert [event.revision.name for event in play.of(RevisionSeen)] == ['2', '3']
    play.changed(6, POD_WATCH, pod(status(state=ended(3)), name='web-2', owner='rs-3', age=1))
    assert play.until(30).outcome is None


def test_the_first_explanation_is_the_pods_where_the_deadline_was_missed():
    missed = {
        'type': 'Progressing',
        'status': 'False',
        'reason': 'ProgressDeadlineExceeded',
        'message': 'ReplicaSet "web-2" has timed out progressing.',
        'lastUpdateTime': ago(1),
    }
    obj = deployment(availableReplicas=0, conditions=[missed])
    pulling = status(state=waiting('ErrImagePull', 'not found'))
    play = Play().rollout(PROGRESSING, replica_sets=[replica_set()])
    play.changed(1, POD_WATCH, pod(pulling, owner='rs-2', phase='Pending'))
    play.listed(1, EVENT_WATCH).changed(2, play.root, obj)
    assert play.outcome == ('failed', 'ImageNotFound', 2)
    assert 'made no progress' in play.ended.explanation.facts[2]


def test_a_missed_deadline_is_explained_once_everything_was_seen():
    missed = {
        'type': 'Progressing',
        'status': 'False',
        'reason': 'ProgressDeadlineExceeded',
        'message': 'ReplicaSet "web-2" has timed out progressing.',
        'lastUpdateTime': ago(1),
    }
    play = Play()
    play.listed(0, play.root, deployment(availableReplicas=0, conditions=[missed]))
    assert play.outcome is None
    play.listed(0.1, REPLICA_SETS, replica_set())
    pulling = status(state=waiting('ErrImagePull', 'not found'))
    play.listed(0.2, POD_WATCH, pod(pulling, owner='rs-2', phase='Pending'))
    assert play.until(5).outcome == ('failed', 'ImageNotFound', 1.1)


def test_a_deadline_missed_by_the_revision_before_is_not_believed_when_the_revision_changes():
    missed = {
        'type': 'Progressing',
        'status': 'False',
        'reason': 'ProgressDeadlineExceeded',
        'message': 'ReplicaSet "web-3" has timed out progressing.',
        'lastUpdateTime': ago(-60),
    }
    play = start(replica_sets=[replica_set(), replica_set('3', age=9000)])
    play.changed(2, play.root, deployment(revision='3', availableReplicas=0, conditions=[missed]))
    assert play.outcome is None


@pytest.mark.parametrize(
    ('options', 'at', 'message'),
    (
        ({'timeout': 30.0}, 30, 'not ready within 30s (--timeout)'),
        ({'stall_timeout': 40.0}, 40, 'no progress for 40s (--stall-timeout)'),
        ({}, 660, 'no progress for 11m (--stall-timeout)'),
    ),
)
def test_a_time_out_names_what_it_waited_for(options, at, message):
    play = start(pod(owner='rs-2'), **options).until(1000)
    assert play.outcome == ('timed-out', '', at)
    assert play.ended.message == message
    assert play.ended.explanation.facts[0] == 'it was waiting for 1 of 1 pod to become ready'


def test_a_time_out_names_the_cause_that_stands():
    play = start(pod(MISSING, owner='rs-2', phase='Pending'), timeout=10.0).until(1000)
    assert play.ended.reason == 'ConfigMapMissing'


def test_progress_puts_the_stall_off():
    two = deployment(2, updatedReplicas=1, availableReplicas=0)
    play = Play(stall_timeout=40.0).rollout(two, replica_sets=[replica_set()])
    play.changed(30, play.root, deployment(2, updatedReplicas=1, availableReplicas=1))
    assert play.until(69).outcome is None
    assert play.until(100).outcome == ('timed-out', '', 70)


def test_a_pause_is_a_verdict_after_ten_seconds():
    paused = deployment(updatedReplicas=0, spec={'paused': True})
    assert start(obj=paused).until(60).outcome == ('paused', 'DeploymentPaused', 10)


def test_a_pause_that_ends_is_none():
    play = start(obj=deployment(updatedReplicas=0, spec={'paused': True}))
    play.changed(9, play.root, PROGRESSING)
    assert play.until(60).outcome is None


def test_what_is_not_there_is_waited_for():
    play = Play()
    play.listed(1, play.root)
    play.give(2, Lookup(DEPLOYMENTS, 'shop'), Answer('found', ({'metadata': {'name': 'web2'}},)))
    play.give(3, Lookup(NAMESPACES, '', 'shop'), Answer('missing'))
    notices = [event.text for event in play.of(Notice)]
    assert notices == [
        'deploy/web does not exist yet in namespace shop: waiting up to 30s',
        'deploy/web does not exist, similar names: web2',
        'deploy/web cannot exist: namespace shop does not exist',
    ]
    assert play.until(60).outcome == ('never-appeared', 'NotFound', 31)


@pytest.mark.parametrize(('status', 'seconds'), (('missing', 3), ('forbidden', 31)))
def test_a_missing_namespace_is_not_waited_for_if_it_is_needed(status, seconds):
    play = Play(needs_namespace=True)
    play.listed(1, play.root)
    play.give(3, Lookup(NAMESPACES, '', 'shop'), Answer(status))
    assert play.until(60).outcome == (
        'never-appeared',
        'NotFound',
        3 if status == 'missing' else 31,
    )


def test_what_appears_late_is_tracked():
    play = Play()
    play.listed(1, play.root).changed(6, play.root, deployment(), 'ADDED')
    assert play.outcome == ('ready', '', 6)


def test_what_is_deleted_on_the_way_is_a_verdict_after_five_seconds():
    play = start()
    play.changed(3, play.root, PROGRESSING, 'DELETED')
    assert play.until(60).outcome == ('deleted', 'Deleted', 8)


@pytest.mark.parametrize(
    ('code', 'verdict'), (pytest.param(0, 'ready', id='well'), pytest.param(5, 'failed', id='ill'))
)
def test_a_pod_that_is_deleted_after_it_ended_keeps_its_verdict(code, verdict):
    play = Play(POD)
    play.listed(0, play.root, pod(status()))
    phase = 'Failed' if code else 'Succeeded'
    gone = pod(status(state=ended(code)), phase=phase, deleting=True, restartPolicy='Never')
    play.changed(5, play.root, gone, 'DELETED')
    assert play.outcome[0] == verdict
    assert play.track.view.object is gone


def test_old_restarts_alone_are_no_back_off():
    well = status(state=running(9000), last=ended(3), restarts=5)
    play = start(pod(well, owner='rs-2', age=90_000, ready=True))
    play.changed(6, POD_WATCH, pod(status(state=ended(3), restarts=5), owner='rs-2', age=90_000))
    assert play.until(100).outcome is None


@pytest.mark.parametrize(
    ('shape', 'message'),
    (
        ([], 'the cluster did not answer within 2s (--timeout)'),
        ([()], 'did not appear within 2s (--timeout)'),
        ([(deployment(2, updatedReplicas=1),), ()], 'not ready within 2s (--timeout)'),
    ),
)
def test_a_time_out_tells_whether_it_was_ever_there(shape, message):
    play = Play(timeout=2.0)
    for second, objects in enumerate(shape):
        play.listed(float(second), play.root, *objects)
    assert play.until(100).ended.message == message


def test_a_silent_server_is_not_waited_for_without_limit():
    assert Play(stall_timeout=60.0).until(100).outcome == ('timed-out', '', 60)


def test_a_rejected_token_after_the_first_list_is_a_notice():
    play = start(pod(owner='rs-2'))
    play.give(5, play.root, ReadFailure('unauthorized', 'token expired'))
    assert play.outcome is None


def test_an_outage_is_told_once_and_once_its_end():
    play = start(pod(owner='rs-2'))
    for at in (5, 30):
        play.give(at, play.root, ReadFailure('unreachable', 'refused'))
        play.give(at, POD_WATCH, ReadFailure('unreachable', 'refused'))
        play.give(at + 5, play.root, ReadFailure('recovered', 'answers again'))
        play.give(at + 5, POD_WATCH, ReadFailure('recovered', 'answers again'))
    notices = [event.text for event in play.of(Notice)]
    assert notices == ['refused', 'answers again'] * 2


def test_time_in_which_the_server_was_away_proves_nothing():
    bare = {'containers': [container()]}
    lasting = pod(status(state=running(0)), owner='rs-2', ready=True, age=1)
    play = start(lasting, obj=deployment(template=bare))
    play.give(4, POD_WATCH, ReadFailure('unreachable', 'refused'))
    play.give(12, POD_WATCH, ReadFailure('recovered', 'answers again'))
    assert play.until(60).outcome == ('ready', '', 22)


def test_an_outage_ends_where_a_new_way_of_reading_knows_of_none():
    bare = {'containers': [container()]}
    lasting = pod(status(state=running(0)), owner='rs-2', ready=True, age=1)
    play = start(lasting, obj=deployment(template=bare))
    play.give(4, POD_WATCH, ReadFailure('unreachable', 'refused'))
    play.listed(12, POD_WATCH, lasting)
    assert play.until(60).outcome == ('ready', '', 22)


def test_an_outage_ends_where_the_server_refuses_for_good():
    bare = {'containers': [container()]}
    lasting = pod(status(state=running(0)), owner='rs-2', ready=True, age=1)
    play = start(lasting, obj=deployment(template=bare))
    [logs] = [want for want in play.step.wants if isinstance(want, Logs)]
    play.give(4, logs, ReadFailure('unreachable', 'refused'))
    play.give(12, logs, ReadFailure('denied', 'no'))
    assert play.until(60).outcome == ('ready', '', 22)


@pytest.mark.parametrize(('lived', 'at'), ((1.0, 11), (15.0, 25), (500.0, 10)))
def test_what_has_crashed_must_outlive_its_last_run_probe_or_not(lived, at):
    probed = [container(readinessProbe={'exec': {}})]
    again = status(state=running(0), last=ended(3, lived=lived), restarts=1, ready=True)
    seems = pod(again, owner='rs-2', ready=True, age=1, containers=probed)
    conditions = [{'type': 'Available', 'status': 'True', 'lastTransitionTime': ago(0)}]
    play = start(seems, obj=deployment(conditions=conditions))
    assert play.until(100).outcome == ('ready', '', at)


def test_what_comes_back_is_tracked_on():
    play = start()
    play.changed(3, play.root, PROGRESSING, 'DELETED')
    again = deployment(meta={'uid': 'deploy-2'})
    play.changed(6, play.root, again, 'ADDED')
    assert play.outcome == ('ready', '', 6)


@pytest.mark.parametrize('reason', ('denied', 'unauthorized', 'unreachable', 'invalid'))
def test_a_target_that_cannot_be_read_ends_it(reason):
    play = Play()
    play.give(1, play.root, ReadFailure(reason, 'no way'))
    assert play.outcome == ('no-access', reason, 1)
    assert play.events[-1].exit_code == 5


def test_a_connection_that_is_lost_later_is_a_notice():
    play = start()
    play.give(5, play.root, ReadFailure('unreachable', 'connection refused'))
    play.give(6, POD_WATCH, ReadFailure('unreachable', 'connection refused'))
    assert play.outcome is None
    assert [event.text for event in play.of(Notice)] == ['connection refused']


@pytest.mark.parametrize(
    ('denied', 'unseen'),
    (
        ((POD_WATCH,), ('Pod objects: no permission to list',)),
        ((POD_WATCH, EVENT_WATCH), ('Event and Pod objects: no permission to list',)),
        ((), ()),
    ),
)
def test_why_of_a_time_out_names_what_may_not_be_read(denied, unseen):
    play = Play(timeout=30)
    play.listed(0, play.root, PROGRESSING)
    for want in denied:
        play.give(1, want, ReadFailure('denied', 'no'))
    play.until(40)
    assert play.ended.verdict.value == 'timed-out'
    assert play.ended.explanation.not_fetched == unseen


def test_pods_that_may_not_be_read_are_done_without():
    bare = deployment(template={'containers': [container()]})
    play = Play()
    play.listed(0, play.root, bare)
    assert play.outcome is None
    play.give(1, POD_WATCH, ReadFailure('denied', 'cannot list pods'))
    assert play.outcome == ('ready', '', 1)


@pytest.mark.parametrize(('signal', 'code'), (('interrupt', 130), ('terminate', 143)))
def test_a_signal_ends_it_with_the_state_so_far(signal, code):
    play = start(pod(MISSING, owner='rs-2', phase='Pending'))
    play.give(4, None, Signal(signal))
    assert play.events[-1].exit_code == code
    assert play.ended.explanation.cause.code == 'ConfigMapMissing'


def test_a_signal_before_anything_was_seen():
    play = Play().give(1, None, Signal('interrupt'))
    assert play.ended.message == 'no status received yet'


def test_a_signal_while_nothing_is_wrong_tells_what_it_waited_for():
    play = start(pod(owner='rs-2')).give(1, None, Signal('interrupt'))
    assert play.ended.explanation.facts == ('it was waiting for 1 of 1 pod to become ready',)


def test_the_servers_clock_is_what_counts():
    bare = deployment(template={'containers': [container()]})
    play = Play().give(0, None, ServerClock(3600.0))
    started_late = pod(
        status(state={'running': {'startedAt': ago(-3600)}}), owner='rs-2', ready=True
    )
    play.rollout(bare, started_late, replica_sets=[replica_set()])
    assert play.until(60).outcome == ('ready', '', 10)


def test_kube_events_are_told_once_per_count_and_wait_for_their_pod():
    ours = pod(owner='rs-2')
    event = kube_event(ours, 'Failed', 'no such image')
    foreign = kube_event(pod(name='other'), 'Failed', 'not ours')
    play = Play().rollout(PROGRESSING, replica_sets=[replica_set()])
    play.listed(1, EVENT_WATCH, event, foreign)
    assert play.of(KubeEvent) == []
    play.changed(2, POD_WATCH, ours, 'ADDED').changed(3, EVENT_WATCH, event)
    play.changed(4, EVENT_WATCH, {**event, 'count': 2})
    assert [(event.at, event.reason, event.times) for event in play.of(KubeEvent)] == [
        (2, 'Failed', 1),
        (4, 'Failed', 2),
    ]


def test_kube_events_of_the_target_from_before_the_run_are_history():
    obj = {**PROGRESSING, 'kind': 'Deployment'}
    play = start(obj=obj)
    play.listed(
        1,
        EVENT_WATCH,
        kube_event(obj, 'ScalingReplicaSet', 'old', at=60),
        kube_event(obj, 'ScalingReplicaSet', 'new', at=0),
    )
    assert [event.message for event in play.of(KubeEvent)] == ['new']


def test_log_lines_are_passed_on_and_read_again_only_from_where_they_ended():
    chatty = pod(status(), owner='rs-2')
    play = start(chatty)
    [want] = [want for want in play.step.wants if isinstance(want, Logs)]
    assert want == LOG._replace(tail=100)
    play.give(1, want, LogLines((LogLine(1, 'a'), LogLine(2, 'b'))))
    probed = [container(readinessProbe={'exec': {}})]
    play.changed(2, POD_WATCH, pod(status(), owner='rs-2', ready=True, containers=probed))
    assert not [want for want in play.step.wants if isinstance(want, Logs)]
    play.changed(3, POD_WATCH, chatty)
    play.give(4, want, LogLines((LogLine(2, 'b'), LogLine(3, 'c'))))
    chunks = [(chunk.pod, [line.text for line in chunk.lines]) for chunk in play.of(LogChunk)]
    assert chunks == [('web-1', ['a', 'b']), ('web-1', ['c'])]


def test_the_kube_events_of_a_claim_are_read_while_it_holds_a_pod_back():
    claimed = {'name': 'data', 'persistentVolumeClaim': {'claimName': 'data'}}
    held = pod(phase='Pending', owner='rs-2', age=1, volumes=[claimed])
    held['status']['conditions'].append(
        {
            'type': 'PodScheduled',
            'status': 'False',
            'message': 'pod has unbound immediate PersistentVolumeClaims',
        }
    )
    play = start(held)
    assert CLAIM_EVENTS in play.step.wants
    claim = {'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data', 'uid': 'claim-data'}}
    event = kube_event(claim, 'FailedBinding', 'no storage class is set', at=0)
    play.changed(1, CLAIM_EVENTS, event, 'ADDED').until(40)
    assert play.outcome[:2] == ('failed', 'PVCPending')
    held['spec']['nodeName'] = 'n1'
    assert CLAIM_EVENTS not in start(held).step.wants


@pytest.mark.parametrize(
    ('node', 'code', 'after'), (('', 'Unschedulable', 4), ('n1', 'NodeNotReady', 19))
)
def test_silence_is_noticed_when_it_has_lasted_though_nothing_else_happens(node, code, after):
    play = start(pod(phase='Pending', owner='rs-2', age=1, nodeName=node)).until(25)
    assert [(event.cause.code, event.at) for event in play.of(CauseSeen)] == [(code, after)]


def test_causes_are_told_when_seen_counted_and_gone():
    play = start(crashed(1))
    play.changed(3, POD_WATCH, crashed(2)).changed(4, POD_WATCH, crashed(2))
    seen = [(event.at, event.cause.terminations, event.fails_at) for event in play.of(CauseSeen)]
    assert seen == [(0, 1, 3), (3, 2, 3)]
    play.changed(5, POD_WATCH, recovering(2, since=20)).changed(21, POD_WATCH, recovering(2, 20))
    assert [event.cause.code for event in play.of(CauseGone)] == ['CrashLoop']


def test_a_sign_of_life_every_half_minute():
    play = start(pod(owner='rs-2')).until(95)
    assert [event.at for event in play.of(StatusReport)] == [30, 60, 90]


def test_a_pod_that_failed_for_good_fails_with_its_last_words():
    play = Play(POD)
    dead = pod(status(state=ended(5)), phase='Failed', restartPolicy='Never')
    play.listed(0, play.root, dead)
    play.give(0.1, LOG, LogLines((LogLine(1, 'checksum mismatch in block 9: error'),)))
    play.listed(0.1, EVENT_WATCH).give(0.2, LOG, LogEnd(0))
    assert play.outcome == ('failed', 'ContainerFailed', 0.2)
    assert play.ended.explanation.log_excerpt == ('checksum mismatch in block 9: error',)


def test_the_deadline_is_always_in_the_future():
    play = start(crashed(3), pod(MISSING, name='b', owner='rs-2', phase='Pending'))
    for at in range(1, 60):
        play.until(at)
        assert play.step.finished or play.step.deadline > at


def many(count, ready):
    """So many pods, of which the first are ready."""
    pods = []
    for number in range(count):
        is_ready = number < ready
        main = status(state=running() if is_ready else waiting('ContainerCreating'))
        pods.append(
            pod(
                main,
                name=f'web-{number}',
                owner='rs-2',
                ready=is_ready,
                containers=[PROBED_ONE],
            )
        )
    return pods


PROBED_ONE = container(**PROBED)


def test_a_target_with_many_pods_is_looked_at_now_and_then():
    play = Play(logs=False).rollout(
        deployment(400, availableReplicas=0), *many(400, 0), replica_sets=(replica_set(),)
    )
    seen = len(play.events)
    for number, obj in enumerate(many(20, 20)):
        play.changed(1 + number / 100, POD_WATCH, obj)
    events = [event for event in play.events[seen:] if isinstance(event, ChildChanged)]
    # The first at once, those of the rest after it together.
    assert [event.at for event in events] == [1]
    play.until(3)
    times = [event.at for event in play.events[seen:] if isinstance(event, ChildChanged)]
    assert times == [1] + [pytest.approx(1.8, abs=0.01)] * 19


def test_a_rest_does_not_put_off_the_end():
    play = Play(logs=False).rollout(
        deployment(400, availableReplicas=0), *many(400, 400), replica_sets=(replica_set(),)
    )
    play.changed(1, POD_WATCH, many(1, 1)[0])
    play.changed(1.01, play.root, deployment(400)).until(5)
    assert play.ended.verdict.value == 'ready'
    assert play.ended.at < 2


def test_what_only_explains_is_told_once_it_has_stood_for_a_while():
    unready = pod(status(), owner='rs-2', containers=[PROBED_ONE])
    play = start(unready)
    event = kube_event(
        unready, 'Unhealthy', 'Readiness probe failed: 503', field='spec.containers{main}'
    )
    play.listed(1, EVENT_WATCH, event).until(20.9)
    assert play.of(CauseSeen) == []
    play.until(60)
    [seen] = play.of(CauseSeen)
    assert (seen.at, seen.cause.code, seen.seconds_left, seen.fails_at) == (
        21,
        'NotReady',
        None,
        None,
    )


def test_the_words_of_an_old_pod_that_is_in_the_way_are_read():
    update = {'updateRevision': 'web-new', 'updatedReplicas': 0, 'readyReplicas': 0}
    obj = stateful_set(1, **update)
    old = pod(
        status(state=ended(3), last=ended(3), restarts=3), name='web-0', owner='statefulset-web'
    )
    play = Play(Target(STATEFULSETS, 'shop', 'web'))
    play.listed(0, play.root, obj)
    for watch in [want for want in play.step.wants if want[0] in (PODS, CONTROLLERREVISIONS)]:
        play.listed(
            0,
            watch,
            *([labelled(old, controller_revision_hash='web-old')] if watch[0] == PODS else []),
        )
    streams = [want for want in play.step.wants if isinstance(want, Logs)]
    assert [want.pod for want in streams] == ['web-0']


def test_a_log_that_may_not_be_read_is_said_to_be_so():
    play = start(crashed(1), timeout=30)
    play.give(1, LOG, ReadFailure('denied', 'forbidden'))
    play.changed(14, POD_WATCH, crashed(3)).until(40)
    assert play.ended.explanation.not_fetched == ('its log: no permission to read it (pods/log)',)


@pytest.mark.parametrize(('shown', 'expected'), ((True, 1), (False, 0)))
def test_kube_events_are_told_unless_nobody_wants_them(shown, expected):
    play = start(pod(status(state=waiting('ContainerCreating')), owner='rs-2'), show_events=shown)
    play.listed(1, EVENT_WATCH, kube_event(pod(), 'Pulling', 'pulling'))
    assert len(play.of(KubeEvent)) == expected


def test_what_one_pod_after_the_other_shows_for_a_moment_is_not_told():
    short = deployment(2, updatedReplicas=1, availableReplicas=1)
    play = start(obj=short, replica_sets=(replica_set(), replica_set('1')))
    for number in range(4):
        going = pod(name=f'old-{number}', owner='rs-1', deleting=True)
        play.listed(number * 10, POD_WATCH, going).until(number * 10 + 9)
    assert play.of(CauseSeen) == []


def test_an_outage_of_what_is_not_asked_for_holds_nothing_up():
    bare = {'containers': [container()]}
    lasting = pod(status(state=running(0)), owner='rs-2', ready=True, age=1)
    play = start(lasting, obj=deployment(template=bare))
    play.give(2, Watch(PODS, 'shop', 'app=other'), ReadFailure('unreachable', 'away')).until(60)
    assert play.outcome == ('ready', '', 10)


def evicted(number, text):
    obj = pod(name=f'web-{number}', owner='rs-2', phase='Failed', nodeName='node-1', age=5)
    obj['status'].update(reason='Evicted', message=text)
    return obj


@pytest.mark.parametrize(
    ('text', 'fails_at'),
    (
        ('Usage of EmptyDir volume "d" exceeds the limit "1Mi". ', 70),
        ('The node was low on resource: memory. ', 110),
    ),
)
def test_a_pod_that_exceeds_its_own_limit_fails_at_the_second_eviction(text, fails_at):
    play = start(pod(status(), name='web-0', owner='rs-2', nodeName='node-1', age=1))
    for number, at in enumerate((30, 70, 110)):
        play.changed(at, POD_WATCH, evicted(number, text))
        replacement = pod(status(), name=f'web-{number + 1}', owner='rs-2', age=-at)
        play.changed(at, POD_WATCH, replacement, 'ADDED')
    assert play.outcome == ('failed', 'Evicted', fails_at)


def unscheduled(name='web-1'):
    obj = pod(owner='rs-2', name=name, phase='Pending', age=1)
    why = {'type': 'PodScheduled', 'status': 'False', 'reason': 'Unschedulable', 'message': 'no'}
    return {**obj, 'status': {'phase': 'Pending', 'conditions': [why]}}


CREATING = pod(status(state=waiting('ContainerCreating')), owner='rs-2', nodeName='n', age=1)
RUNNING = pod(status(), owner='rs-2', nodeName='n', age=1)


@pytest.mark.parametrize(
    ('before', 'after', 'gone_at'),
    (
        pytest.param(unscheduled(), CREATING, 5, id='has a node'),
        pytest.param(pod(MISSING, owner='rs-2', age=1), RUNNING, 5, id='its container runs'),
        pytest.param(pod(MISSING, owner='rs-2', age=1), CREATING, 20, id='between two attempts'),
    ),
)
def test_a_cause_is_gone_as_soon_as_its_effect_is(before, after, gone_at):
    play = start(before)
    play.changed(5, POD_WATCH, after)
    for at in (20, 21):
        play.changed(at, POD_WATCH, {**after, 'spec': dict(after['spec'])})
    [gone] = play.of(CauseGone)
    assert 5 <= gone.at <= gone_at + 1
    assert (gone.at == 5) is (gone_at == 5)


def test_a_cause_is_not_over_while_one_of_its_pods_is_unknown():
    play = start(unscheduled(), unscheduled('web-2'))
    play.changed(5, POD_WATCH, CREATING).changed(6, POD_WATCH, unscheduled('web-2'), 'DELETED')
    assert play.of(CauseGone) == []


def logs_read(play):
    return sorted(want.pod for want in play.step.wants if isinstance(want, Logs))


ROLLING = deployment(2, updatedReplicas=1, availableReplicas=1, replicas=2)


def test_the_logs_of_old_pods_that_terminate_are_not_read():
    new = pod(status(), name='new', owner='rs-2', age=1)
    old = pod(status(), name='old', owner='rs-1', deleting=True)
    play = start(new, old, obj=ROLLING, replica_sets=(replica_set(), replica_set('1')))
    assert logs_read(play.until(30)) == ['new']
    assert [event.cause.code for event in play.of(CauseSeen)] == ['TerminatingPods']


def test_logs_of_a_revision_that_was_replaced_are_closed_at_once():
    first = pod(status(), name='first', owner='rs-2', age=1)
    play = start(first)
    assert logs_read(play) == ['first']
    play.changed(5, REPLICA_SETS, replica_set('3', age=-5), 'ADDED')
    newer = deployment(revision='3', availableReplicas=0, updatedReplicas=0)
    assert logs_read(play.changed(5, play.root, newer)) == []


LIVENESS = {'httpGet': {'port': 8081, 'path': '/live'}, 'periodSeconds': 2}
REFUSED = 'Liveness probe failed: Get "http://10.0.0.1:8081/live": connection refused'


def killed(ends, age=900):
    last = ended(137, lived=40, at=20)
    state = status(state=waiting('CrashLoopBackOff'), last=last, restarts=ends)
    return pod(state, owner='rs-2', age=age, containers=[container(livenessProbe=LIVENESS)])


@pytest.mark.parametrize(
    ('events', 'text'),
    (
        pytest.param(
            [('Unhealthy', REFUSED), ('Killing', 'Container main failed liveness probe')],
            'its liveness probe (http :8081/live) failed, 40s after it started: '
            'Get "http://10.0.0.1:8081/live": connection refused',
            id='of an hour ago',
        ),
        pytest.param(
            [], 'most likely because its liveness probe (http :8081/live) failed', id='no'
        ),
    ),
)
def test_a_liveness_probe_explains_kills_that_no_kube_event_reports_any_more(events, text):
    loop = killed(9)
    old = [kube_event(loop, *event, 'spec.containers{main}', at=3600) for event in events]
    play = start(loop).listed(1, EVENT_WATCH, *old).until(60)
    assert (play.ended.verdict, play.ended.reason) == ('failed', 'LivenessProbeFailed')
    assert text in play.ended.message
