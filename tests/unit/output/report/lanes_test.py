"""A run as lanes: what belongs to what, and which state lasted how long."""

from __future__ import annotations

import pytest

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.report import lanes
from tests.unit.output.report.runs import POD
from tests.unit.output.report.runs import WEB
from tests.unit.output.report.runs import child
from tests.unit.output.report.runs import container
from tests.unit.output.report.runs import demo
from tests.unit.output.report.runs import kube_event
from tests.unit.output.report.runs import log
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import state

CRASH = Cause('CrashLoop', '', 'main', 'it exits', pods=(POD,))
END = events.TargetEnded(9.0, WEB, Verdict.FAILED, '', '', None, Explanation())
SEEN = events.CauseSeen(3.0, WEB, CRASH, 1, 20.0, None)
API = Target(DEPLOYMENTS, 'shop', 'api')


def drawn(*batch):
    return lanes.lanes(record(*batch))


def spans(lane):
    return [(span.start, span.end, span.state.value, span.text) for span in lane.spans]


def marks(lane):
    return [(mark.at, mark.kind, mark.text) for mark in lane.marks]


def test_each_lane_comes_after_the_one_that_it_belongs_to():
    created = kube_event(1.0, 'SuccessfulCreate', 'ReplicaSet', 'web-68747d9f6c', 'Normal')
    result = drawn(
        state(0.0),
        state(0.0, target=API),
        created,
        child(2.0, 'running', container()),
        log(3.0, 'x', name='sidecar'),
        log(3.0, 'x', pod='old'),
    )
    assert [(lane.kind, lane.name, lane.parent) for lane in result] == [
        ('target', 'deploy/web', None),
        ('object', 'rs/web-68747d9f6c', 0),
        ('pod', 'po/web-…-7hgfw', 0),
        ('container', 'main', 2),
        ('container', 'sidecar', 2),
        ('pod', 'po/old', 0),
        ('container', 'main', 5),
        ('target', 'deploy/api', None),
    ]
    assert [lane.log.total for lane in result if lane.log] == [1, 1]
    assert result[2].full_name == f'Pod/{POD}'
    assert result[3].full_name == f'{POD}/main'


def test_states_last_until_the_next_one_or_the_verdict():
    (lane,) = drawn(state(1.0), state(2.0), state(2.0, State.READY), END)
    assert [entry[:3] for entry in spans(lane)] == [(1.0, 2.0, 'progressing'), (2.0, 9.0, 'ready')]
    assert marks(lane) == [(9.0, 'verdict', 'failed')]


def test_states_last_until_the_end_of_the_run_without_a_verdict():
    (lane,) = drawn(state(1.0), events.Notice(7.0, None, ''))
    assert [entry[:2] for entry in spans(lane)] == [(1.0, 7.0)]


def test_a_target_is_failing_while_a_cause_may_fail_it():
    gone = events.CauseGone(5.0, WEB, CRASH)
    (lane,) = drawn(SEEN._replace(at=0.5), state(1.0), gone, END)
    assert [entry[:3] for entry in spans(lane)] == [
        (1.0, 5.0, 'failing'),
        (5.0, 9.0, 'progressing'),
    ]
    assert spans(lane)[0][3].endswith('waiting for pods; CrashLoop')
    assert marks(lane)[:2] == [
        (0.5, 'cause', 'CrashLoop: it exits; fails in 20s unless it recovers'),
        (5.0, 'gone', 'CrashLoop is gone'),
    ]


@pytest.mark.parametrize(
    ('row', 'seen'),
    (
        (state(1.0), SEEN._replace(seconds_left=None)),
        (state(1.0, State.PAUSED), SEEN),
    ),
)
def test_other_causes_and_states_are_not_failing(row, seen):
    (lane,) = drawn(row, seen)
    assert {span.state for span in lane.spans} == {row.state}


def test_marks_of_a_target_are_in_the_order_of_time():
    revisions = [events.RevisionSeen(at, WEB, Revision(str(at)), 1) for at in (0, 4)]
    notice = events.Notice(3.0, WEB, 'deploy/web is big')
    (lane,) = drawn(*revisions, notice, kube_event(2.0, 'Scaled', 'Deployment', 'web', times=3))
    assert marks(lane) == [
        (0, 'revision', 'revision 0: 1 replica'),
        (2.0, 'warning', 'Scaled: Scaled occurred (×3)'),
        (3.0, 'notice', 'deploy/web is big'),
        (4, 'revision', 'newer revision 4: 1 replica'),
    ]


@pytest.mark.parametrize(
    ('text', 'containers', 'expected'),
    (
        ('ready', [], 'ready'),
        ('completed', [], 'ready'),
        ('terminating', [], 'deleting'),
        ('waiting for a node', [], 'absent'),
        ('not scheduled: no room', [], 'failing'),
        ('failed: Evicted', [], 'failed'),
        ('running', [container()], 'progressing'),
        ('main exited 3', [container('terminated', 'Error', 3)], 'failing'),
        ('x', [container(ready=True), container('waiting', 'CrashLoopBackOff')], 'failing'),
        ('main exited 3, started again', [container(restarts=1, exit_code=3)], 'progressing'),
    ),
)
def test_states_of_pods(text, containers, expected):
    pod = drawn(child(1.0, text, *containers))[1]
    assert spans(pod) == [(1.0, 1.0, expected, text)]


@pytest.mark.parametrize(
    ('given', 'expected', 'text'),
    (
        (container(''), 'absent', 'not created'),
        (container('waiting'), 'progressing', 'waiting'),
        (container('waiting', 'ImagePullBackOff'), 'failing', 'waiting: ImagePullBackOff'),
        (container('running'), 'progressing', 'running'),
        (container('running', ready=True), 'ready', 'running, ready'),
        (
            container('terminated', 'OOMKilled', 137),
            'failed',
            'terminated (OOMKilled), exit code 137',
        ),
        (container('terminated', '', 0), 'ready', 'terminated, exit code 0'),
        (container('terminated', 'Unknown'), 'ready', 'terminated (Unknown)'),
    ),
)
def test_states_of_containers(given, expected, text):
    lane = drawn(child(1.0, 'x', given))[2]
    assert spans(lane) == [(1.0, 1.0, expected, text)]


def test_restarts_are_marks():
    lane = drawn(
        child(0.0, 'a', container(restarts=4)),
        child(1.0, 'b', container(restarts=5, exit_code=3)),
        child(2.0, 'c', container(restarts=6)),
    )[2]
    assert marks(lane) == [
        (1.0, 'restart', 'restart 5 after exit code 3'),
        (2.0, 'restart', 'restart 6'),
    ]


@pytest.mark.parametrize(
    ('verdict', 'cause', 'text'),
    (
        (Verdict.PROGRESSING, None, 'progressing'),
        (Verdict.PROGRESSING, CRASH, 'failing'),
        (Verdict.TIMED_OUT, CRASH, 'timed out'),
    ),
)
def test_verdicts(verdict, cause, text):
    (lane,) = drawn(END._replace(verdict=verdict, explanation=Explanation(cause)))
    assert marks(lane) == [(9.0, 'verdict', text)]


def test_a_real_run():
    target, replica_set, pod, main = lanes.lanes(demo('crash-loop'))
    assert (target.kind, replica_set.kind, pod.kind, main.kind) == (
        'target',
        'object',
        'pod',
        'container',
    )
    assert [span.state.value for span in target.spans][-1] == 'failing'
    assert [mark.text for mark in main.marks] == [
        'restart 1 after exit code 3',
        'restart 2 after exit code 3',
    ]
    assert main.log and main.log.total


def test_events_of_a_pod_that_is_known_by_its_log_are_in_its_lane():
    pod = drawn(kube_event(1.0), log(2.0, 'x'))[1]
    assert (pod.kind, marks(pod)) == ('pod', [(1.0, 'warning', 'BackOff: BackOff occurred')])
