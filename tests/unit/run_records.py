"""Records of runs, for tests of reports and of CI output."""

from __future__ import annotations

from kubectl_dog import recorded_runs
from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.run_record import RunRecord

WEB, API = (Target(DEPLOYMENTS, 'shop', name) for name in ('web', 'api'))
POD = 'web-68747d9f6c-7hgfw'


def cause(code='CrashLoop', subject='web', message='it crashed', **fields):
    return Cause(code, 'BackOff', subject, message, pods=(POD,), **fields)


def ended(target=WEB, verdict=Verdict.FAILED, facts=('it crashed',), explained=None, **fields):
    explained = explained or (cause() if verdict is Verdict.FAILED else None)
    explanation = Explanation(explained, facts if explained else ())._replace(**fields)
    return events.TargetEnded(9.0, target, verdict, '', 'a message', None, explanation)


def logged(*texts, pod=POD, container='web', instance=0):
    lines = tuple(LogLine(0, text) for text in texts)
    return events.LogChunk(2.0, WEB, pod, container, lines, instance)


def child(at, text, *containers, name=POD):
    return events.ChildChanged(at, WEB, 'Pod', name, text, containers)


def warned(message, times=1):
    return events.KubeEvent(3.0, WEB, 'Pod', POD, 'Warning', 'Oops', message, times)


def record(*batch, code=None):
    """The record of a run with these events, which lasted 10 s and ended with its last verdict."""
    verdicts = tuple((event.target, event.verdict) for event in batch if hasattr(event, 'verdict'))
    if code is None:
        code = max((EXIT_CODES[verdict] for _, verdict in verdicts), default=0)
    run = RunRecord(1_800_000_000.0)
    run.add((*batch, events.RunEnded(10.0, code, verdicts)))
    return run


def failed(*batch, **fields):
    """A run in which a target has failed."""
    began = events.StateChanged(0.0, WEB, State.PROGRESSING, '', '', None, '')
    return record(began, *batch, ended(**fields))


def demo(name):
    """The record of a demo, played at once."""
    play = recorded_runs.demo(name, None)
    run = RunRecord(play.source.started)
    for batch in play.session.event_batches():
        run.add(batch)
    return run


def hostile(text, waits=False):
    """A run in which a text is everywhere where a cluster can put it.

    waits: another target waits for the same root, whose names have the text, too.
    """
    target = Target(DEPLOYMENTS._replace(kind=f'K{text}', short=f'k{text}'), text, f'web{text}')
    bad = cause(f'Code{text}', text, text, evidence=(text,))
    explanation = Explanation(bad, (text, text), (text,), (text,), (text,))
    end = events.TargetEnded(9.0, target, Verdict.FAILED, text, text, None, explanation)
    other = bad._replace(subject=f'other{text}')
    batch = (
        events.LogChunk(1.0, target, text, text, (LogLine(0, text), LogLine(0, text * 3))),
        events.LogChunk(2.0, target, f'{text}b', 'c', (LogLine(0, f'x{text}'),), 1),
        events.ChildChanged(1.0, target, text, text, text),
        events.KubeEvent(3.0, target, text, text, 'Warning', text, text, 7),
        events.CauseSeen(3.0, target, other, 3, 4.0, None),
    )
    ends = [end]
    if waits:
        root = Dependency((f'svc/{text}', text), f'x{text}', text, text, text, text)
        explanation = explanation._replace(cause=bad._replace(dependency=root))
        ends = [
            end._replace(explanation=explanation, target=target._replace(name=f'{name}{text}'))
            for name in ('web', 'api')
        ]
    run = RunRecord(1_800_000_000.0)
    verdicts = tuple((entry.target, Verdict.FAILED) for entry in ends)
    run.add((*batch, *ends, events.RunEnded(10.0, 1, verdicts)))
    return run
