from __future__ import annotations

from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import run_record
from kubectl_dog.output.log_record import LogLimits

WEB, API = (Target(DEPLOYMENTS, 'shop', name) for name in ('web', 'api'))
STATE = events.StateChanged(1.5, WEB, State.PROGRESSING, '', '', None, '')
CHILD = events.ChildChanged(2.0, WEB, 'Pod', 'web-1', 'running')
END = events.TargetEnded(9.0, WEB, Verdict.READY, '', '', None, Explanation())


def record(*batch):
    run = run_record.RunRecord(1e9)
    run.add(batch)
    return run


def logged(pod, number=100):
    lines = tuple(LogLine(at, f'{pod} {at}') for at in range(number))
    return events.LogChunk(3.2, WEB, pod, 'main', lines)


def test_targets_are_recorded_in_the_order_of_their_first_event():
    run = record(events.RunBegan(0.0, 'rollout', (API,)), STATE, events.StatusReport(8.0, (STATE,)))
    assert (list(run.targets), run.mode, run.seconds) == ([API, WEB], 'rollout', 8.0)


def test_each_event_is_kept_once_with_its_target():
    notice, end = events.Notice(1.0, None, 'x'), events.RunEnded(9.5, 0, ((WEB, Verdict.READY),))
    run = record(STATE, CHILD, END, notice, notice._replace(target=WEB), end)
    web = run.targets[WEB]
    assert (web.states, web.children) == ([STATE], {('Pod', 'web-1'): [CHILD]})
    assert (web.end, run.notices, len(web.notices), run.end) == (END, [notice], 1, end)


def test_all_containers_share_a_limit_of_log_lines(monkeypatch):
    run = record()
    monkeypatch.setattr(run, '_log_limits', LogLimits(100_000))
    run.add(logged(f'web-{number}', 100 + number) for number in range(10))
    logs = run.targets[WEB].logs
    assert [log.total for log in logs.values()] == [*range(100, 110)]
    assert len({(len(log.first), len(log.last)) for log in logs.values()}) == 1
    assert 50_000 < sum(log.size for log in logs.values()) <= 100_000


def test_changes_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr(run_record, 'MAX_CHANGES', 2)
    web = record(*[STATE] * 5, END).targets[WEB]
    assert (len(web.states), web.omitted, web.end) == (2, 3, END)
