from __future__ import annotations

from typing import get_args

import pytest

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
from kubectl_dog.output.jsonl import TYPES
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions

WEB = Target(DEPLOYMENTS, 'shop', 'web')
API = Target(DEPLOYMENTS, 'shop', 'api')
POD = 'web-7c9f-x2x8q'


def rendered(*given, colour=False, several=False, show_namespaces=False):
    options = RenderOptions(0.0, colour, several, show_namespaces=show_namespaces)
    renderer = PlainRenderer(options)
    return [line for event in given for line in renderer.render(event)]


def revision(at=0.0, target=WEB, name='8'):
    changes = ('image web 1.4.1 → 1.4.2',)
    return events.RevisionSeen(at, target, Revision(name, '7', changes), 3)


def state(state, *, at=1.0, target=WEB, reason='', message='', progress=None, waits_for=''):
    return events.StateChanged(at, target, state, reason, message, progress, waits_for)


def warning(reason='FailedMount', message='no such volume', kind='Pod', times=1, name=POD):
    return events.KubeEvent(3.0, WEB, kind, name, 'Warning', reason, message, times)


def crash(*, pods=1, ends=1, message='main exits with 3', at=2.0, updated=3, left=None, fails_at=3):
    names = tuple(f'web-7c9f-x2x8{suffix}' for suffix in 'bcdfghjklmnpqrst'[:pods])
    cause = Cause('CrashLoop', 'CrashLoopBackOff', 'main', message, names, ends)
    return events.CauseSeen(at, WEB, cause, updated, left, fails_at)


def ended(verdict=Verdict.READY, at=31.0, target=WEB, message='', progress=None):
    return events.TargetEnded(at, target, verdict, '', message, progress, Explanation())


def test_a_good_rollout_reads_as_in_the_reference():
    assert rendered(
        revision(),
        state(State.PROGRESSING, progress=Progress(3)),
        events.ChildChanged(1.2, WEB, 'Pod', POD, 'on node-4, pulling web:1.4.2'),
        events.ChildChanged(6.1, WEB, 'Pod', POD, 'running'),
        events.LogChunk(6.2, WEB, POD, 'web', (LogLine(1, 'listening on :8080'),)),
        events.ChildChanged(9.0, WEB, 'Pod', POD, 'ready (1/3)'),
        state(State.READY, at=31.0),
        ended(progress=Progress(3, 3, 3, 3)),
        events.RunEnded(31.0, 0, ((WEB, Verdict.READY),)),
    ) == [
        '  0s deploy/web      revision 8 (was 7): image web 1.4.1 → 1.4.2, 3 replicas',
        '  1s po/…-x2x8q      on node-4, pulling web:1.4.2',
        '  6s po/…-x2x8q      running',
        '     …-x2x8q web │ listening on :8080',
        '  9s po/…-x2x8q      ready (1/3)',
        ' 31s deploy/web      ready: 3/3 updated, none of the old left    took 31s',
    ]


def test_every_event_has_a_rendering_in_both_renderers():
    known = set(get_args(events.Event))
    # Log lines are rendered with their times.
    assert {*PlainRenderer(RenderOptions(0.0))._handlers, events.LogChunk} == known
    assert set(TYPES) == known


@pytest.mark.parametrize(
    'event',
    [
        revision(),
        state(State.PAUSED),
        events.ChildChanged(1.0, WEB, 'Pod', POD, 'running'),
        warning(),
        crash(),
        events.Notice(1.0, WEB, 'text'),
    ],
)
def test_nothing_is_said_twice(event):
    assert len(rendered(event, event._replace(at=9.0))) == 1


def test_a_newer_revision_is_called_so():
    assert rendered(revision(), revision(5.0, name='9'))[1].startswith(
        '  5s deploy/web      newer revision 9'
    )


@pytest.mark.parametrize(
    ('states', 'lines'),
    [
        ([state(State.PROGRESSING)], []),
        ([state(State.READY), state(State.FAILED)], []),
        (
            [state(State.PAUSED, message='is paused (spec.paused)')],
            ['  1s deploy/web      is paused (spec.paused)'],
        ),
        (
            [state(State.READY), state(State.PROGRESSING, waits_for='2 pods to become ready')],
            ['  1s deploy/web      waiting for 2 pods to become ready'],
        ),
        (
            [state(State.PAUSED)]
            + [state(State.PROGRESSING, waits_for=f'{n} pods to become ready') for n in (3, 2, 1)],
            [
                '  1s deploy/web      is paused',
                '  1s deploy/web      waiting for 3 pods to become ready',
            ],
        ),
    ],
)
def test_states_are_told_when_their_phase_changes(states, lines):
    assert rendered(*states) == lines


@pytest.mark.parametrize(
    ('others', 'seconds'),
    (([], [0, 5, 30]), ([events.ChildChanged(0.0, WEB, 'Pod', POD, 'running')], [0])),
)
def test_numbers_are_told_now_and_then_where_no_pods_tell_of_themselves(others, seconds):
    ways = [(0, 3), (1, 2), (5, 2), (6, 1), (30, 0)]
    states = [state(State.PROGRESSING, at=at, waits_for=f'{left} of 3 kegs') for at, left in ways]
    lines = [line for line in rendered(*others, *states) if 'kegs' in line]
    assert [int(line.split('s')[0]) for line in lines] == seconds


@pytest.mark.parametrize(
    ('warnings', 'lines'),
    [
        ([warning()], ['  3s po/…-x2x8q      ⚠ FailedMount: no such volume']),
        ([warning(), warning(times=7)], ['  3s po/…-x2x8q      ⚠ FailedMount: no such volume']),
        ([warning()._replace(type='Normal')], []),
        ([crash(), warning('BackOff')], 1),
        ([crash(), warning('FailedMount')], 2),
        ([crash(), warning('')], 2),
        ([warning(message='a'), warning(message='b')], 2),
    ],
)
def test_only_warnings_that_no_cause_explains_and_each_once(warnings, lines):
    shown = rendered(*warnings)
    assert (len(shown) if isinstance(lines, int) else shown) == lines


@pytest.mark.parametrize(
    ('event', 'text'),
    [
        (crash(), '1 of 3 pods so far: main exits with 3; fails at the 3rd exit'),
        (crash(message=''), '1 of 3 pods so far; fails at the 3rd exit'),
        (crash(pods=3, fails_at=None, left=34.0), None),
        (crash(updated=1), 'po/…-x2x8b: main exits with 3; fails at the 3rd exit'),
        (crash(pods=0, fails_at=None), 'main exits with 3'),
    ],
)
def test_a_cause_tells_how_far_it_reaches_and_when_it_fails(event, text):
    text = text or 'all 3 pods: main exits with 3; fails in 34s unless it recovers'
    assert rendered(event) == [f'  2s ⚠ CrashLoop     {text}']


@pytest.mark.parametrize(
    ('causes', 'count'),
    [
        ([crash(ends=1), crash(ends=2)], 1),
        ([crash(message='back-off 10s'), crash(message='back-off 20s')], 1),
        ([crash(fails_at=None, left=30.0), crash(fails_at=None, left=12.0)], 1),
        ([crash(left=None), crash(left=0.0)], 1),
        ([crash(fails_at=None), crash(fails_at=None, left=30.0)], 2),
        ([crash(message='exits with 3'), crash(message='is killed')], 2),
        ([crash(fails_at=3), crash(fails_at=5)], 2),
        ([crash(pods=n, at=float(n), updated=16) for n in range(1, 17)], 4),
        ([crash(pods=2), crash(pods=3), events.Notice(4.0, None, 'later')], 3),
        ([crash(pods=2), crash(pods=3), events.Notice(2.5, None, 'soon')], 2),
        ([crash(pods=2), crash(pods=1)], 1),
    ],
)
def test_a_cause_is_told_again_only_with_news(causes, count):
    assert len(rendered(*causes)) == count


def test_a_cause_told_again_does_not_repeat_its_message():
    assert rendered(crash(), crash(pods=3), events.Notice(3.0, None, 'later'))[1] == (
        '  2s ⚠ CrashLoop     all 3 pods; fails at the 3rd exit'
    )


def test_a_cause_that_goes_is_told_and_may_come_back():
    seen = crash()
    gone = events.CauseGone(4.0, WEB, seen.cause)
    shown = rendered(gone, seen, gone, gone, seen)
    assert [line[5:16].strip() for line in shown] == ['⚠ CrashLoop', '✓ CrashLoop', '⚠ CrashLoop']


def test_with_several_targets_a_cause_says_whose_it_is():
    seen = crash()
    gone = events.CauseGone(4.0, WEB, seen.cause)
    assert [line[21:32] for line in rendered(seen, gone, several=True)] == ['deploy/web:'] * 2


@pytest.mark.parametrize(
    ('target', 'text', 'line'),
    [
        (WEB, 'is held', '  1s deploy/web      is held'),
        (WEB, 'deploy/web is held', '  1s deploy/web      is held'),
        (None, 'no connection', '  1s note            no connection'),
    ],
)
def test_notices(target, text, line):
    assert rendered(events.Notice(1.0, target, text)) == [line]


def test_one_target_has_a_status_line_each_time():
    row = state(State.PROGRESSING, progress=Progress(3, 3, 1), waits_for='2 pods to become ready')
    line = ' 30s deploy/web      1/3 ready, 3/3 updated: waiting for 2 pods to become ready'
    assert rendered(*[events.StatusReport(30.0, (row,))] * 2) == [line] * 2
    assert rendered(events.StatusReport(30.0, ())) == []


def test_who_follows_until_it_is_ready_hears_so_once():
    counts = Progress(2, 2, 2, 2)
    for later, lines in ((0.0, 1), (4.0, 2)):
        renderer = PlainRenderer(RenderOptions(0.0, follow=True))
        ready = state(State.READY, at=1.0, progress=counts)
        end = events.TargetEnded(1.0 + later, WEB, Verdict.READY, '', '', counts, Explanation())
        assert len([line for event in (ready, end) for line in renderer.render(event)]) == lines


def test_several_targets_have_a_table_of_those_that_are_not_ready():
    rows = (
        state(State.PROGRESSING, progress=Progress(3, 2, 1), waits_for='2 pods to become ready'),
        state(State.PAUSED, target=API, message='is paused'),
        state(State.READY, target=API._replace(name='done')),
    )
    other = ended(target=API._replace(name='old'))
    bad = ended(Verdict.TIMED_OUT, target=API._replace(name='bad'))
    assert rendered(other, bad, events.StatusReport(18.0, rows), several=True)[-4:] == [
        ' 18s status          2 of 5 ready, 1 timed out, 1 progressing, 1 paused',
        '                     TARGET      STATE        READY    UPDATED    WAITS FOR',
        '                     deploy/web  progressing  1/3      2/3        2 pods to become ready',
        '                     deploy/api  paused       –        –          is paused',
    ]


def test_where_all_are_ready_there_is_no_table():
    rows = (state(State.READY), state(State.READY, target=API))
    assert rendered(events.StatusReport(18.0, rows)) == [' 18s status          2 of 2 ready']


def test_a_standing_cause_stands_in_the_table():
    rows = (state(State.PROGRESSING, waits_for='pods'), state(State.READY, target=API))
    table = rendered(crash(), events.StatusReport(18.0, rows), several=True)
    assert table[-1].endswith('  ⚠ CrashLoop main')


def test_a_block_is_set_off_by_blank_lines():
    bad = ended(Verdict.FAILED)
    late = events.Notice(32.0, None, 'late')
    assert [bool(line) for line in rendered(late, bad, late._replace(text='x'))] == [
        *(True, False, True),
        *(False, True),
    ]
    assert [bool(line) for line in rendered(bad, bad)] == [False, True, False, True]


def test_several_targets_are_summed_up():
    verdicts = ((WEB, Verdict.READY), (API, Verdict.TIMED_OUT))
    assert rendered(events.RunEnded(40.0, 3, verdicts)) == [
        ' 40s 2 targets       1 ready, 1 timed out'
    ]


def test_a_rollout_that_was_done_already_took_no_time():
    assert rendered(ended(at=0.1, message='has completed')) == [
        '  0s deploy/web      ready: has completed'
    ]


def test_long_target_names_move_the_column_once():
    long = Target(DEPLOYMENTS, 'shop', 'payments-gateway')
    lines = rendered(revision(target=long), events.ChildChanged(1.0, long, 'Pod', 'x', 'running'))
    assert [line.index(word) for line, word in zip(lines, ('revision', 'running'))] == [30, 30]


def test_targets_in_several_namespaces_are_told_apart_everywhere():
    other = Target(DEPLOYMENTS, 'bank', 'web')
    rows = (state(State.PROGRESSING), state(State.PROGRESSING, target=other))
    lines = rendered(
        revision(target=other),
        state(State.PAUSED, target=other),
        events.ChildChanged(1.2, other, 'Pod', POD, 'running'),
        events.LogChunk(6.2, other, POD, 'main', (LogLine(1, 'hello'),)),
        events.Notice(7.0, other, 'deploy/web is not there yet'),
        crash()._replace(target=other),
        events.StatusReport(30.0, rows),
        events.StatusReport(30.0, rows[1:]),
        ended(Verdict.FAILED, target=other),
        ended(target=other),
        several=True,
        show_namespaces=True,
    )
    shown = [line.strip() for line in lines if line.strip() and 'TARGET' not in line]
    others = [line for line in shown if 'bank ' not in line]
    assert [line.split()[1:3] for line in others] == [
        ['status', '0'],
        ['deploy/web', 'progressing'],
    ]
    assert '  7s bank deploy/web  is not there yet' in lines
    assert '     bank web-…-x2x8q main │ hello' in lines


def test_colour_marks_what_matters_and_never_the_text_of_others():
    renderer = PlainRenderer(RenderOptions(0.0, colour=True))
    assert renderer.render(crash())[0].startswith('  2s \x1b[33m⚠ CrashLoop\x1b[0m   ')
    chunk = events.LogChunk(1.0, WEB, POD, 'web', (LogLine(1, '\x1b[31mred'),))
    whose = '     \x1b[36m…-x2x8q web\x1b[0m'
    assert renderer.render(chunk) == [f'{whose} \x1b[2m│\x1b[0m \\x1b[31mred']
    assert '\x1b[32mready\x1b[0m' in renderer.render(ended())[0]


HOSTILE = 'x\x1b]0;owned\x07\x9b2J\r\n\u202e\udc80'


@pytest.mark.parametrize(
    'event',
    [
        revision(name=HOSTILE),
        state(State.PAUSED, message=HOSTILE),
        events.ChildChanged(1.0, WEB, 'Pod', HOSTILE, HOSTILE),
        warning(HOSTILE, HOSTILE, HOSTILE, name=HOSTILE),
        events.LogChunk(1.0, WEB, HOSTILE, HOSTILE, (LogLine(1, HOSTILE),)),
        crash(message=HOSTILE),
        events.Notice(1.0, None, HOSTILE),
        events.StatusReport(1.0, (state(State.PAUSED, message=HOSTILE),)),
        events.StatusReport(1.0, (state(State.PAUSED, message=HOSTILE),) * 2),
        ended(message=HOSTILE),
        ended(Verdict.FAILED, message=HOSTILE),
        ended(Verdict.FAILED, target=WEB._replace(name=HOSTILE))._replace(
            explanation=Explanation(
                Cause(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
                *((HOSTILE, HOSTILE),) * 4,
            ),
        ),
    ],
)
def test_hostile_text_never_reaches_the_terminal(event):
    text = ''.join(rendered(event))
    assert text
    assert not set(text) & set('\x1b\x07\x9b\r\n\u202e\udc80')


def several(*given, columns=0, follow=False):
    renderer = PlainRenderer(RenderOptions(0.0, several=True, columns=columns, follow=follow))
    return [line for event in given for line in renderer.render(event)]


FAILING = Cause('SecretMissing', 'Why', 'db', 'needs a Secret')
FAILED = ended(Verdict.FAILED, at=5.0)._replace(explanation=Explanation(FAILING))
STILL_OPEN = ended(Verdict.PROGRESSING, at=10.0, target=API)
VERDICTS = ((WEB, Verdict.FAILED), (API, Verdict.PROGRESSING))


def test_failures_of_several_targets_are_explained_at_the_end():
    open_one = STILL_OPEN._replace(message='had no verdict')
    failing = STILL_OPEN._replace(
        explanation=Explanation(FAILING._replace(message='another', subject='x'))
    )
    began, over = events.RunBegan(0.0, 'rollout', ()), events.RunEnded(10.0, 1, VERDICTS)
    assert several(began, FAILED, open_one, over) == [
        '  5s deploy/web      ✗ failed: SecretMissing (Why)',
        ' 10s deploy/api      progressing: had no verdict    took 10s',
        ' 10s 2 targets       1 failed, 1 progressing',
        '',
        '✗ deploy/web failed after 5s: SecretMissing (Why)',
        '  WHY   needs a Secret',
    ]
    assert several(began, FAILED, failing, over)[1:] == [
        ' 10s 2 targets       1 failed, 1 failing',
        '',
        '✗ deploy/web failed after 5s: SecretMissing (Why)',
        '  WHY   needs a Secret',
        '',
        '✗ deploy/api was failing when the run ended: SecretMissing (Why)',
        '  WHY   another',
    ]
    # A single look is not the end of a run.
    once = events.RunBegan(0.0, 'once', ())
    assert len(several(once, FAILED, failing, over)) == 6


def test_a_run_that_ends_at_once_tells_a_failure_once():
    over = events.RunEnded(5.0, 1, VERDICTS)
    assert sum('✗' in line for line in several(FAILED, over)) == 1
    stopped = FAILED._replace(verdict=Verdict.INTERRUPTED)
    later = events.Notice(9.0, None, 'later')
    assert several(stopped, later) == ['  9s note            later']


def test_what_a_target_waits_for_has_a_line_if_it_lasts():
    waits = state(State.PROGRESSING, progress=Progress(2, 2, 2), waits_for='1 old pod to terminate')
    first = state(State.PROGRESSING, progress=Progress(2), at=0.0)
    line = '  1s deploy/web      2/2 ready, 2/2 updated: waiting for 1 old pod to terminate'
    assert rendered(first, waits) == []
    assert rendered(first, waits, events.Notice(2.1, None, 'x'))[:1] == [line]
    log = events.LogChunk(2.1, WEB, POD, 'web', (LogLine(1, 'x'),))
    assert rendered(first, waits, log)[:1] == [line]
    renewed = waits._replace(at=1.5, waits_for='something else')
    later = events.Notice(2.6, None, 'x')
    assert [line[-4:] for line in rendered(first, waits, renewed, later)[:1]] == ['else']
    report = events.StatusReport(30.0, (waits,))
    assert len(rendered(first, waits, report)) == 1
    renderer = PlainRenderer(RenderOptions(0.0))
    assert [*renderer.render(first), *renderer.render(waits), *renderer.flush(1.9)] == []
    assert renderer.flush(2.0) == [line]


def test_counts_that_the_lines_of_pods_show_have_no_line():
    ready = events.ChildChanged(0.0, WEB, 'Pod', POD, 'main exited 1')
    later = events.Notice(60.0, None, 'x')
    first = state(State.PROGRESSING, progress=Progress(2), at=0.0)
    for waits in (
        state(State.PROGRESSING, progress=Progress(2, 2, 1), waits_for='1 pod to become ready'),
        state(State.PROGRESSING, progress=Progress(2, 2, 2), waits_for='pod status'),
        # The counts of a Deployment include its old pods.
        state(State.PROGRESSING, progress=Progress(2, 2, 2, old=1), waits_for='1 old pod'),
    ):
        assert not any('waiting' in line for line in rendered(first, ready, waits, later))
    pause = state(State.PROGRESSING, progress=Progress(2, 1, 2), waits_for='the pause at step 3')
    assert any('the pause at step 3' in line for line in rendered(first, ready, pause, later))


def test_a_revision_that_is_ready_at_once_has_no_line():
    seen = events.RevisionSeen(0.0, WEB, Revision('8'), 3)
    assert rendered(seen, ended(at=0.1)) == ['  0s deploy/web      ready']
    assert rendered(seen, warning())[0] == '  0s deploy/web      revision 8: 3 replicas'
    assert rendered(seen, ended(Verdict.FAILED))[0].endswith('revision 8: 3 replicas')
    assert len(rendered(seen._replace(at=2.0), ended(at=2.1))) == 2


def test_a_table_that_has_not_changed_is_not_repeated():
    rows = (state(State.PROGRESSING, waits_for='pods'), state(State.PAUSED, target=API))
    reports = [events.StatusReport(at, rows) for at in (30.0, 60.0)]
    lines = several(*reports)
    assert len(lines) == 5
    assert lines[-1].endswith(
        '1m status          0 of 2 ready, 1 progressing, 1 paused (no change)'
    )


def test_a_cause_that_can_fail_makes_its_target_failing_in_the_table():
    rows = (state(State.PROGRESSING, waits_for='pods'), state(State.PAUSED, target=API))
    lines = several(crash(), events.StatusReport(30.0, rows))
    assert lines[1].endswith('0 of 2 ready, 1 failing, 1 paused')
    assert lines[3].split()[:2] == ['deploy/web', 'failing']


def test_lines_are_wrapped_to_the_terminal_except_those_of_logs():
    long = ' '.join(['word'] * 40)
    log = events.LogChunk(1.0, WEB, POD, 'web', (LogLine(1, long),))
    rows = (state(State.PROGRESSING, waits_for=long), state(State.PAUSED, target=API))
    given = (crash(message=long), log, events.StatusReport(30.0, rows))
    lines = several(*given, columns=80)
    [verbatim] = [line for line in lines if len(line) > 80]
    assert verbatim.endswith(f'│ {long}')
    assert lines[1].startswith(' ' * 21 + 'word')
    assert len(lines) > 8


def test_a_long_name_is_told_in_full_once():
    long = Target(DEPLOYMENTS, 'shop', 'payments-gateway-for-everybody')
    lines = rendered(revision(target=long), state(State.PAUSED, target=long))
    assert lines[0].split()[:3] == [
        '0s',
        'deploy/payment…for-everybody',
        'deploy/' + long.name + ':',
    ]
    assert long.name not in lines[1]


@pytest.mark.parametrize(('columns', 'trusted'), ((0, True), (80, False)))
def test_the_parts_of_wrapped_lines_may_begin_with_text_from_the_cluster(columns, trusted):
    renderer = PlainRenderer(RenderOptions(0.0, columns=columns))
    log = events.LogChunk(6.2, WEB, POD, 'web', (LogLine(1, 'x'),))
    assert renderer.has_trusted_start(log) is trusted
    assert not renderer.has_trusted_start(crash())
