"""Records of runs, for tests of reports."""

from __future__ import annotations

from kubectl_dog import recorded_runs
from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.run_record import RunRecord

STARTED = 1_700_000_000.0
WEB = Target(DEPLOYMENTS, 'shop', 'web')
POD = 'web-68747d9f6c-7hgfw'


def record(*batch):
    """The record of these events."""
    run = RunRecord(STARTED)
    run.add(batch)
    return run


def demo(name):
    """The record of a recording that ships with the program."""
    play = recorded_runs.demo(name, None)
    run = RunRecord(play.source.started)
    run.add(play.session)
    return run


def state(at, value=State.PROGRESSING, waits_for='pods', target=WEB):
    return events.StateChanged(at, target, value, '', '', Progress(3), waits_for)


def child(at, text, *containers, name=POD, target=WEB):
    return events.ChildChanged(at, target, 'Pod', name, text, containers)


def container(value='running', reason='', exit_code=None, restarts=0, ready=False, name='main'):
    return events.ContainerState(name, value, reason, exit_code, restarts, ready)


def log(at, *texts, pod=POD, name='main', instance=0, target=WEB):
    written = round((STARTED + at) * 1e9)
    lines = tuple(LogLine(written + number, text) for number, text in enumerate(texts))
    return events.LogChunk(at, target, pod, name, lines, instance)


def kube_event(at, reason='BackOff', kind='Pod', name=POD, type='Warning', times=1, target=WEB):
    return events.KubeEvent(at, target, kind, name, type, reason, f'{reason} occurred', times)


def run_of(text):
    """A run in which every text is this one."""
    target, other = Target(DEPLOYMENTS, text, text), WEB
    cause = Cause(
        text, text, text, text, pods=(text,), evidence=(text,), suggested_commands=(text,)
    )
    why = Explanation(cause, (text,), (text,), (text,), (text,))
    return record(
        events.RunBegan(0.0, text, (target, other)),
        events.RevisionSeen(0.1, target, Revision(text, text, (text,)), 1),
        events.StateChanged(0.2, target, State.PROGRESSING, text, text, None, text),
        child(0.3, text, container('waiting', text, name=text), name=text, target=target),
        kube_event(0.4, text, text, text, target=target),
        log(0.5, text, pod=text, name=text, target=target),
        events.CauseSeen(0.6, target, cause, 1, 2.0, None),
        events.Notice(0.7, target, text),
        events.TargetEnded(1.0, target, Verdict.FAILED, text, text, None, why),
        events.TargetEnded(1.0, other, Verdict.READY, text, text, None, Explanation()),
        events.RunEnded(1.0, 1, ((target, Verdict.FAILED), (other, Verdict.READY))),
    )
