"""To follow is to print everything and to fail on nothing; one look is what it says."""

from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import ChildChanged
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import cronjob
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import POD
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.tracking.play import EVENT_WATCH
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import Play

CRONJOBS = Resource('batch', 'v1', 'cronjobs', 'CronJob', 'cj')
OLD = replica_set('1')
NEW = replica_set('2')
PROGRESSING = deployment(availableReplicas=0)


def follow(*pods, obj=PROGRESSING, **options):
    play = Play(follow=True, **options)
    return play.rollout(obj, *pods, replica_sets=[OLD, NEW])


@pytest.mark.parametrize(
    'obj',
    (
        pytest.param(deployment(), id='ready'),
        pytest.param(PROGRESSING, id='not ready'),
        pytest.param(deployment(updatedReplicas=0, spec={'paused': True}), id='paused'),
    ),
)
def test_goes_on_whatever_the_state(obj):
    assert follow(obj=obj).until(3000).outcome is None


def test_problems_are_told_and_never_fatal():
    crashed = pod(status(state=ended(3), last=ended(3), restarts=4), owner='rs-2', age=1)
    play = follow(crashed).until(1000)
    assert play.outcome is None
    assert [(event.seconds_left, event.fails_at) for event in play.of(CauseSeen)] == [(None, None)]


def test_waits_without_limit_and_survives_deletion():
    play = Play(follow=True)
    play.listed(0, play.root).until(5000)
    play.changed(5000, play.root, PROGRESSING, 'ADDED')
    play.changed(5001, play.root, PROGRESSING, 'DELETED').until(9000)
    assert play.outcome is None
    assert [event.text for event in play.of(Notice)] == [
        'deploy/web does not exist yet in namespace shop: waiting',
        'deploy/web exists now',
        'deploy/web was deleted',
    ]


def test_its_time_out_is_not_a_failure():
    assert follow(timeout=60.0).until(100).outcome == ('timed-out', '', 60)


def test_shows_and_reads_every_pod_also_ready_and_old_ones():
    ready = pod(status(), owner='rs-2', name='new', ready=True, containers=[container(**PROBED)])
    old = [pod(status(), owner='rs-1', name=f'old-{n}', deleting=not n) for n in range(4)]
    play = follow(ready, *old)
    assert {event.name: event.text for event in play.of(ChildChanged)} == {
        'new': 'ready',
        'old-0': 'terminating',
        **{f'old-{n}': 'running' for n in (1, 2, 3)},
    }
    assert len([want for want in play.step.wants if isinstance(want, Logs)]) == 5


@pytest.mark.parametrize('code', (0, 5))
def test_ends_with_a_bare_pod_once_its_log_is_read(code):
    phase = 'Failed' if code else 'Succeeded'
    done = pod(status(state=ended(code)), phase=phase, restartPolicy='Never')
    play = Play(POD, follow=True)
    play.listed(0, play.root, done)
    assert play.outcome is None
    play.give(0.5, Logs('shop', 'web-1', 'pod-web-1', 'main'), LogEnd(0))
    assert play.ended.verdict == 'ended'
    assert play.events[-1].exit_code == 0


def test_the_log_of_a_pod_that_completed_is_read_before_it_is_ready():
    play = Play(POD)
    play.listed(0, play.root, pod(status(state=ended(0)), phase='Succeeded'))
    assert play.outcome is None
    assert play.until(9).outcome == ('ready', 'Succeeded', 1)


@pytest.mark.parametrize(
    ('obj', 'verdict', 'code'),
    (
        (deployment(), 'ready', 0),
        (PROGRESSING, 'progressing', 0),
    ),
)
def test_one_look_says_what_is(obj, verdict, code):
    play = Play(once=True).rollout(obj, replica_sets=[NEW])
    play.listed(1, EVENT_WATCH)
    assert (play.ended.verdict, play.events[-1].exit_code) == (verdict, code)


def test_one_look_waits_until_everything_was_seen_but_not_for_what_may_not_be():
    play = Play(once=True).rollout(PROGRESSING, replica_sets=[NEW])
    assert play.outcome is None
    play.listed(1, POD_WATCH).listed(2, EVENT_WATCH)
    assert play.ended.message == 'waiting for 1 of 1 pod to become available'


def test_one_look_at_nothing():
    play = Play(once=True)
    play.listed(0, play.root)
    assert play.outcome == ('never-appeared', 'NotFound', 0)


def test_the_last_lines_of_a_pod_that_is_gone_are_waited_for():
    leaving = pod(status(), owner='rs-2')
    play = follow(leaving)
    [want] = [want for want in play.step.wants if isinstance(want, Logs)]
    play.changed(2, POD_WATCH, leaving, 'DELETED')
    assert want in play.step.wants
    play.give(2.5, want, LogLines((LogLine(1, 'bye'),)))
    assert [line.text for chunk in play.of(LogChunk) for line in chunk.lines] == ['bye']
    assert want not in play.until(3.1).step.wants


@pytest.mark.parametrize(
    ('obj', 'end'),
    (
        pytest.param(deployment(), ('ready', '', 0), id='ready'),
        pytest.param(PROGRESSING, None, id='not ready'),
    ),
)
def test_who_wants_to_stops_at_what_is_ready(obj, end):
    probed = pod(status(), owner='rs-2', age=60, ready=True, containers=[container(**PROBED)])
    assert follow(probed, obj=obj, exit_when_ready=True).until(3000).outcome == end


def test_who_is_attentive_hears_of_what_only_time_decides():
    bare = deployment(template={'containers': [container()]})
    fresh = pod(status(state=running(0)), owner='rs-2', age=0, ready=True)
    for attentive in (False, True):
        play = follow(fresh, obj=bare, emit_timer_changes=attentive)
        play.until(60)
        states = [event.state for event in play.of(StateChanged)]
        assert (State.READY in states) is attentive


def test_who_stops_at_what_is_ready_waits_until_it_has_lasted():
    bare = deployment(template={'containers': [container()]})
    fresh = pod(status(state=running(0)), owner='rs-2', age=0, ready=True)
    play = follow(fresh, obj=bare, exit_when_ready=True)
    assert play.until(5).outcome is None
    assert play.until(60).outcome[0] == 'ready'


@pytest.mark.parametrize('payload', (LogLines((LogLine(1, 'x'),)), LogGap('no more files')))
def test_what_comes_of_logs_costs_no_look_at_what_they_are_about(payload, monkeypatch):
    play = follow(pod(status(), owner='rs-2'))
    [want] = [want for want in play.step.wants if isinstance(want, Logs)]
    monkeypatch.setattr(TrackedTarget, 'step', None)
    play.give(1, want, payload)
    assert isinstance(play.events[-1], (LogChunk, Notice))


class Failing:
    codes = ()

    def wants(self, view):
        return ()

    def assess(self, view):
        return unjudged('cannot be assessed')


@pytest.mark.parametrize(
    ('signal', 'verdict'),
    (('end', Verdict.UNKNOWN), ('interrupt', Verdict.INTERRUPTED)),
)
def test_the_end_of_a_recording_is_no_success_if_the_tracker_has_failed(signal, verdict):
    play = Play(tracker=Failing(), follow=True)
    play.listed(0, play.root, PROGRESSING).give(9, None, Signal(signal))
    assert (play.ended.verdict, play.ended.message) == (verdict, 'cannot be assessed')
    [summary] = play.of(RunEnded)
    assert summary.exit_code == EXIT_CODES[verdict]


def test_follows_the_pods_of_the_jobs_of_a_cron_job():
    target = Target(CRONJOBS, 'shop', 'web')
    play = Play(target, cronjob, follow=True)
    owned = {'ownerReferences': [{'uid': 'cronjob-web', 'controller': True}]}
    selector = {'selector': {'matchLabels': {'controller-uid': 'a'}}}
    job = manifest('Job', 'web-1', meta=owned, spec=selector)
    play.listed(0, play.root, manifest('CronJob')).listed(1, Watch(JOBS, 'shop'))
    play.changed(60, Watch(JOBS, 'shop'), job, 'ADDED')
    play.listed(61, Watch(PODS, 'shop', 'controller-uid=a'), pod(status(), owner='job-web-1'))
    assert [want.pod for want in play.step.wants if isinstance(want, Logs)] == ['web-1']
    assert [event.name for event in play.of(ChildChanged)] == ['web-1']
