from __future__ import annotations

import pytest

from kubectl_dog.model import events
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions

WEB = Target(DEPLOYMENTS, 'shop', 'web')
LATER = events.Notice(60.0, None, 'later')


def child(at, text, pod='b', **more):
    return events.ChildChanged(at, WEB, 'Pod', f'web-7c9f-x2x8{pod}', text, **more)


def starts(at, pod='b'):
    return child(at, 'on node-4, starting', pod, is_passing=True, node='node-4')


def waits(at, pod='b'):
    reason = 'CreateContainerConfigError'
    return child(at, f'main waiting: {reason}', pod, is_passing=True, problem=reason)


def ready(at, pod='b'):
    return child(at, 'ready', pod, node='node-4')


def exits(at, times=1, pod='b', code=1):
    count = f' for the {times}. time' if times > 1 else ''
    return child(at, f'main exited {code}{count}', pod, container='main', exits=times)


def again(at, times=1):
    text = f'main exited 1 for the {times}. time, started again'
    return child(at, text, container='main', exits=times, running_again=True)


def cause(at, pods='b', code='CrashLoop', reason='CrashLoopBackOff'):
    names = tuple(f'web-7c9f-x2x8{pod}' for pod in pods)
    broken = Cause(code, reason, 'main', 'it is broken', names, 1)
    return events.CauseSeen(at, WEB, broken, 3, None, 3)


def gone(at):
    return events.CauseGone(at, WEB, cause(0.0).cause)


def log(at, *texts, pod='b', instance=0):
    lines = tuple(LogLine(1, text) for text in texts)
    return events.LogChunk(at, WEB, f'web-7c9f-x2x8{pod}', 'main', lines, instance)


def ended(at, verdict=Verdict.READY, pods=''):
    names = tuple(f'web-7c9f-x2x8{pod}' for pod in pods)
    broken = Cause('CrashLoop', '', 'main', '', names) if pods else None
    return events.TargetEnded(at, WEB, verdict, '', '', None, Explanation(broken))


def lines(*given, follow=False, all_logs=False):
    renderer = PlainRenderer(RenderOptions(0.0, follow=follow, all_logs=all_logs))
    shown = [line for event in given for line in renderer.render(event)]
    return [' '.join(line.split()) for line in shown if line and not line.endswith('later')]


@pytest.mark.parametrize(
    ('given', 'shown'),
    (
        # A step of the start has a line only if it lasts.
        ([starts(1.0), LATER], ['1s po/…-x2x8b on node-4, starting']),
        ([starts(1.0), ready(9.0), LATER], ['9s po/…-x2x8b ready on node-4']),
        ([starts(1.0), log(4.0, 'up'), LATER], ['…-x2x8b main │ up']),
        ([starts(1.0), starts(1.5, 'c'), LATER], ['1s deploy/web 2 pods: on node-4, starting']),
        ([ready(2.0), ready(2.5, 'c'), LATER], ['2s deploy/web 2 pods: ready on node-4']),
        # The last line of the target says the same.
        ([ready(2.0), ended(2.1)], ['2s deploy/web ready took 2s']),
        # Problems have a line, unless a cause explains them.
        ([waits(1.0), LATER], ['1s po/…-x2x8b main waiting: CreateContainerConfigError']),
        (
            [waits(1.0), ended(1.1, Verdict.TIMED_OUT)],
            [
                '1s po/…-x2x8b main waiting: CreateContainerConfigError',
                '✗ deploy/web timed out after 1s',
            ],
        ),
        (
            [waits(1.0), ended(1.1, Verdict.FAILED, 'b')],
            ['✗ deploy/web failed after 1s: CrashLoop'],
        ),
        # Each restart has one line.
        ([again(1.0, 2)], []),
        (
            [exits(1.0), again(2.0), exits(3.0, 2), LATER],
            ['1s po/…-x2x8b main exited 1', '3s po/…-x2x8b main exited 1 for the 2. time'],
        ),
        ([again(1.0, 2), LATER], ['1s po/…-x2x8b main exited 1 for the 2. time, started again']),
        (
            [exits(1.0), exits(1.5, pod='c'), LATER],
            ['1s deploy/web 2 pods: main exited 1'],
        ),
        # The end of a pod has its exit in it.
        (
            [exits(1.0), child(1.2, 'failed: main exited 1'), LATER],
            ['1s po/…-x2x8b failed: main exited 1'],
        ),
        (
            [exits(1.0), child(1.2, 'terminating'), LATER],
            ['1s po/…-x2x8b main exited 1', '1s po/…-x2x8b terminating'],
        ),
    ),
)
def test_lines_of_pods(given, shown):
    assert lines(*given) == shown


def test_a_cause_replaces_the_lines_that_it_explains():
    counted = '1 of 3 pods so far: it is broken; fails at the 3rd exit'
    assert lines(exits(1.0), cause(1.0), LATER) == [f'1s ⚠ CrashLoop {counted}']
    # Also those of other pods, until it is gone; but no other exit.
    others = [exits(3.0, pod='c'), exits(5.0, pod='d', code=9)]
    assert lines(exits(1.0), cause(1.0), *others, LATER)[1:] == ['5s po/…-x2x8d main exited 9']
    again = lines(exits(1.0), cause(1.0), gone(2.0), exits(3.0, pod='c'), LATER)
    assert again[1:] == ['2s ✓ CrashLoop gone', '3s po/…-x2x8c main exited 1']
    missing = cause(1.0, code='SecretMissing', reason='CreateContainerConfigError')
    assert len(lines(waits(1.0), missing, waits(3.0, 'c'), LATER)) == 1


def test_repeated_log_lines_are_told_with_the_exit():
    run = ['starting', 'FATAL: no disk']
    given = [
        *(log(1.0, *run), exits(1.1), again(2.0), log(2.1, *run, instance=1)),
        *(exits(2.2, 2), log(2.3, 'goodbye', instance=1), LATER),
    ]
    assert lines(*given) == [
        '…-x2x8b main │ starting',
        '…-x2x8b main │ FATAL: no disk',
        '1s po/…-x2x8b main exited 1',
        '…-x2x8b main ── restart 1 ──',
        '…-x2x8b main │ goodbye',
        '2s po/…-x2x8b main exited 1 for the 2. time: same 2 log lines as before',
    ]
    assert sum('│' in line for line in lines(*given, all_logs=True)) == 5


def test_lines_of_replicas_are_told_once_and_by_followers_twice():
    given = [log(1.0, 'up'), log(1.2, 'up', pod='c'), ready(5.0, 'c'), LATER]
    assert lines(*given) == [
        '…-x2x8b main │ up',
        '5s po/…-x2x8c ready on node-4 (same log line as …-x2x8b)',
    ]
    # The remark is not lost with the line of the last pod.
    assert len(lines(*given[:-1], ended(5.1))) == 3
    assert sum('│' in line for line in lines(*given, follow=True)) == 2


def test_readiness_failures_of_the_first_seconds_are_no_warnings():
    def unhealthy(at, kind='Readiness'):
        message = f'{kind} probe failed: 503'
        return events.KubeEvent(
            at, WEB, 'Pod', 'web-7c9f-x2x8b', 'Warning', 'Unhealthy', message, 1
        )

    for kind in ('Readiness', 'Startup'):
        given = [starts(0.0), unhealthy(3.0, kind), unhealthy(25.0, kind)]
        assert [line.split()[0] for line in lines(*given)] == ['0s', '25s']
    assert '⚠ Unhealthy: Liveness' in lines(starts(0.0), unhealthy(3.0, 'Liveness'))[0]
    assert len(lines(unhealthy(3.0), follow=True)) == 1


def test_old_kubernetes_events_are_told_with_their_age():
    event = events.KubeEvent(0.0, WEB, 'Pod', 'web-7c9f-x2x8b', 'Warning', 'Odd', 'x', 1)
    assert lines(event) == ['0s po/…-x2x8b ⚠ Odd: x']
    assert lines(event._replace(age=125.0)) == ['0s po/…-x2x8b ⚠ Odd: x (2m5s ago)']
