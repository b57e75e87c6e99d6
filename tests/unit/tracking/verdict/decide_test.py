"""From a judgement to a verdict: which one, by what reason, and when it may change."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.items import Answer
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Lookup
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.timeouts import EVIDENCE_WAIT
from kubectl_dog.tracking.timeouts import EXPLANATION_WAIT
from kubectl_dog.tracking.timeouts import PAUSE_GRACE
from kubectl_dog.tracking.timeouts import STALL_TIMEOUT
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.decide import Decision
from kubectl_dog.tracking.verdict.decide import Pending
from kubectl_dog.tracking.verdict.decide import Situation
from kubectl_dog.tracking.verdict.decide import advance_pending
from kubectl_dog.tracking.verdict.decide import deadlines
from kubectl_dog.tracking.verdict.decide import decide
from kubectl_dog.tracking.verdict.decide import decide_stopped
from kubectl_dog.tracking.verdict.decide import evidence_ready
from kubectl_dog.tracking.verdict.decide import has_evidence
from kubectl_dog.tracking.verdict.decide import overdue_causes
from tests.unit.builders import NOW
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status

# Due 20 s after it was first seen; ranks before the next one.
MISSING = Cause('ConfigMapMissing', '', 'app', 'no app')
# Due at once; ranks last but one.
DEADLINE = Cause('ProgressDeadlineExceeded', '', 'web', 'too late')
# Never due.
NOT_READY = Cause('NotReady', '', 'main', 'not ready')


def situation(
    state='progressing', *causes, at=1.0, progressed_at=0.0, paused_at=None, gone=None, **more
):
    """Causes were first seen at 0; `gone` is since when they are gone, `more` the assessment's."""
    clocks = {cause.key: CauseClock(0.0, gone, cause, at) for cause in causes}
    recheck_causes_at = more.pop('recheck_causes_at', None)
    return Situation(
        at, Assessment(State(state), **more), clocks, progressed_at, paused_at, recheck_causes_at
    )


def outcome(decision):
    return decision and (decision.verdict.value, decision.reason, decision.cause)


def failed(cause):
    return ('failed', cause.code, cause)


def late(cause=None):
    return ('timed-out', cause.code if cause else '', cause)


NOT_DUE, IS_DUE = {'at': 19.9}, {'at': 20.0}


@pytest.mark.parametrize(
    ('judged', 'expected'),
    (
        (situation('progressing'), None),
        (situation('unknown'), None),
        (situation('deleting'), None),
        (situation('ready', reason='Fine'), ('ready', 'Fine', None)),
        (situation('ready', MISSING, **IS_DUE), ('ready', '', None)),
        (situation('failed', reason='Own'), ('failed', 'Own', None)),
        (situation('failed', MISSING, reason='Own'), failed(MISSING)),
        (situation('failed', MISSING, reason='Own', gone=0.5), ('failed', 'Own', None)),
        (situation('failed', DEADLINE, MISSING), failed(MISSING)),
        (situation('progressing', MISSING, **NOT_DUE), None),
        (situation('progressing', MISSING, **IS_DUE), failed(MISSING)),
        (situation('progressing', MISSING, gone=5.0, **IS_DUE), None),
        (situation('progressing', MISSING, DEADLINE, **NOT_DUE), failed(DEADLINE)),
        (situation('progressing', DEADLINE, MISSING, **IS_DUE), failed(MISSING)),
        (situation('progressing', NOT_READY, at=500.0), None),
        (situation('paused', MISSING, paused_at=0.0, **IS_DUE), failed(MISSING)),
    ),
)
def test_the_state_and_the_causes_make_the_verdict(judged, expected):
    assert outcome(decide(judged, Options())) == expected


SLOW = MISSING._replace(tolerance_override=Tolerance(seconds=90.0))


@pytest.mark.parametrize(
    ('cause', 'more', 'is_failure'),
    (
        pytest.param(SLOW, {}, False, id='tolerated for longer'),
        pytest.param(SLOW._replace(tolerance_override=ALWAYS), {'at': 500.0}, False, id='for ever'),
        pytest.param(SLOW, {'at': 90.0}, True, id='tolerated for long enough'),
        pytest.param(MISSING, {}, True, id='not tolerated'),
        pytest.param(SLOW._replace(code='CrashLoop'), {}, True, id='another is tolerated'),
        pytest.param(SLOW, {'is_terminal': True}, True, id='for good'),
        pytest.param(SLOW, {'gone': 0.5}, True, id='gone'),
    ),
)
def test_a_failure_of_the_target_itself_may_be_tolerated(cause, more, is_failure):
    judged = situation('failed', cause, reason='ConfigMapMissing', message='is broken', **more)
    decision = decide(judged, Options())
    expected = (Verdict.FAILED, 'is broken') if is_failure else None
    assert (decision and (decision.verdict, decision.message)) == expected


PAUSED = {'paused_at': 5.0, 'reason': 'Paused', 'message': 'is paused'}


@pytest.mark.parametrize(
    ('on_pause', 'at', 'verdict'),
    (
        ('', 5 + PAUSE_GRACE - 0.1, None),
        ('', 5 + PAUSE_GRACE, 'paused'),
        ('stop', 5 + PAUSE_GRACE, 'paused'),
        ('succeed', 5 + PAUSE_GRACE - 0.1, None),
        ('succeed', 5 + PAUSE_GRACE, 'ready'),
        ('wait', 5 + PAUSE_GRACE, None),
        ('wait', STALL_TIMEOUT, None),
    ),
)
def test_what_a_pause_means(on_pause, at, verdict):
    decision = decide(situation('paused', at=at, **PAUSED), Options(on_pause=on_pause))
    expected = (verdict, 'Paused', None) if verdict else None
    assert outcome(decision) == expected


@pytest.mark.parametrize(
    ('judged', 'options', 'expected'),
    (
        (situation(at=7.9), {'timeout': 8.0}, None),
        (situation(at=8.0), {'timeout': 8.0}, late()),
        (situation('progressing', MISSING, at=8.0), {'timeout': 8.0}, late(MISSING)),
        (situation('progressing', MISSING, at=8.0, gone=7.0), {'timeout': 8.0}, late()),
        (situation('paused', at=8.0, paused_at=0.0), {'timeout': 8.0, 'on_pause': 'wait'}, late()),
        (situation('progressing', DEADLINE, at=8.0), {'timeout': 8.0}, failed(DEADLINE)),
        (situation(at=STALL_TIMEOUT - 0.1), {}, None),
        (situation(at=STALL_TIMEOUT), {}, late()),
        (situation('progressing', NOT_READY, at=STALL_TIMEOUT), {}, late(NOT_READY)),
        (situation(at=STALL_TIMEOUT, progressed_at=1.0), {}, None),
        (situation(at=STALL_TIMEOUT, min_stall_timeout=STALL_TIMEOUT + 1), {}, None),
        (situation(at=STALL_TIMEOUT + 1, min_stall_timeout=STALL_TIMEOUT + 1), {}, late()),
        (
            situation(at=9.9, progressed_at=3.0, min_stall_timeout=900.0),
            {'stall_timeout': 7.0},
            None,
        ),
        (
            situation(at=10.0, progressed_at=3.0, min_stall_timeout=900.0),
            {'stall_timeout': 7.0},
            late(),
        ),
        (situation(at=4.0, paused_at=0.0), {'stall_timeout': 4.0}, late()),
        (situation(at=4.0), {'stall_timeout': 4.0, 'on_pause': 'wait'}, late()),
    ),
)
def test_when_it_takes_too_long(judged, options, expected):
    assert outcome(decide(judged, Options(**options))) == expected


def test_a_time_out_says_which_limit_it_was():
    judged = situation(at=20.0, progressed_at=13.0)
    both = Options(timeout=20.0, stall_timeout=7.0)
    assert '20s (--timeout)' in decide(judged, both).message
    assert '7s (--stall-timeout)' in decide(judged, both._replace(timeout=None)).message


@pytest.mark.parametrize(
    ('judged', 'options', 'expected'),
    (
        (situation(), {}, ('progressing', '', None)),
        (situation('unknown', reason='New'), {}, ('progressing', 'New', None)),
        (situation('progressing', MISSING), {}, ('progressing', '', MISSING)),
        (
            situation(
                'progressing', DEADLINE._replace(tolerance_override=ALWAYS), MISSING, gone=0.5
            ),
            {},
            None,
        ),
        (situation('paused', MISSING, reason='Paused'), {}, ('paused', 'Paused', None)),
        (situation('ready'), {}, ('ready', '', None)),
        (situation('progressing', DEADLINE), {}, failed(DEADLINE)),
        (situation(), {'timeout': 1.0}, late()),
    ),
)
def test_one_look_always_has_a_verdict(judged, options, expected):
    decision = decide(judged, Options(once=True, **options))
    assert outcome(decision) == (expected or ('progressing', '', None))


@pytest.mark.parametrize(
    ('judged', 'options', 'expected'),
    (
        (situation('ready', reason='Fine'), {}, None),
        (situation('ready', reason='Fine'), {'exit_when_ready': True}, ('ready', 'Fine', None)),
        (situation('progressing'), {'exit_when_ready': True}, None),
        (situation('failed', MISSING, **IS_DUE), {'exit_when_ready': True}, None),
        (situation('paused', paused_at=0.0, at=STALL_TIMEOUT), {}, None),
        (situation('failed', is_terminal=True, reason='Done'), {}, ('ended', 'Done', None)),
        (situation(at=7.9), {'timeout': 8.0}, None),
        (situation(at=8.0), {'timeout': 8.0}, late()),
        (situation(), {'once': True}, None),
    ),
)
def test_what_is_followed_never_fails(judged, options, expected):
    assert outcome(decide(judged, Options(follow=True, **options))) == expected


WAITS = {'message': 'is slow', 'waits_for': 'a pod'}


@pytest.mark.parametrize(
    ('judged', 'options', 'message', 'fact'),
    (
        (situation('failed', message='is broken'), {}, 'is broken', 'is broken'),
        (situation('failed', **WAITS), {}, 'is slow', 'a pod'),
        (situation('progressing', DEADLINE, **WAITS), {}, 'too late', ''),
        (situation('progressing', **WAITS), {'timeout': 1.0}, '1s', 'a pod'),
        (situation('progressing', message='is slow'), {'timeout': 1.0}, '1s', 'is slow'),
        (situation('paused', at=90.0, **PAUSED), {}, 'is paused', 'is paused'),
        (situation('paused', at=90.0, **PAUSED), {'on_pause': 'succeed'}, 'is paused', None),
        (situation('paused', **PAUSED), {'once': True}, 'is paused', 'is paused'),
        (situation('progressing', **WAITS), {'once': True}, 'a pod', ''),
        (situation('progressing', message='is slow'), {'once': True}, 'is slow', ''),
        (situation('ready', message='is fine'), {}, 'is fine', None),
        (situation(message='is over', is_terminal=True), {'follow': True}, 'is over', None),
        (situation(), {'follow': True, 'timeout': 1.0}, 'followed for 1s', ''),
    ),
)
def test_what_is_known_beside_the_cause(judged, options, message, fact):
    decision = decide(judged, Options(**options))
    assert message in decision.message
    if fact:
        assert fact in decision.facts
    else:
        assert decision.facts == fact


def test_what_it_waits_for_is_told_only_where_it_waits():
    decision = decide(situation('failed', message='is broken'), Options())
    assert decision.facts == decision.message


ENDS = MISSING._replace(code='CrashLoop', terminations=3)


@pytest.mark.parametrize(
    ('judged', 'options', 'expected'),
    (
        (situation(progressed_at=2.0), {}, [2 + STALL_TIMEOUT]),
        (situation(progressed_at=2.0, min_stall_timeout=900.0), {}, [902.0]),
        (situation(progressed_at=2.0), {'stall_timeout': 7.0}, [9.0]),
        (situation(paused_at=3.0), {'stall_timeout': 7.0}, [7.0, 3 + PAUSE_GRACE]),
        (situation(paused_at=3.0), {'on_pause': 'wait'}, []),
        (situation(recheck_at=NOW + 4), {'stall_timeout': 7.0}, [7.0, 4.0]),
        (situation(recheck_causes_at=NOW + 5), {'stall_timeout': 7.0}, [7.0, 5.0]),
        (situation('failed', MISSING), {'stall_timeout': 7.0}, [7.0, 20.0, 20 - EVIDENCE_WAIT]),
        (situation('failed', ENDS), {'stall_timeout': 7.0}, [7.0, 10.0, 10 - EVIDENCE_WAIT]),
        (situation('failed', NOT_READY), {'stall_timeout': 7.0}, [7.0, EXPLANATION_WAIT]),
        (situation('failed', MISSING, NOT_READY, gone=1.0), {'stall_timeout': 7.0}, [7.0]),
    ),
)
def test_when_the_verdict_may_change(judged, options, expected):
    assert deadlines(judged, Options(**options), NOW) == expected


@pytest.mark.parametrize(
    ('options', 'expected'),
    (
        ({}, []),
        ({'exit_when_ready': True}, [20.0, 4.0]),
        ({'emit_timer_changes': True}, [20.0, 4.0]),
    ),
)
def test_a_follower_looks_again_only_where_it_was_asked_for(options, expected):
    judged = situation('failed', MISSING, NOT_READY, recheck_at=NOW + 4, paused_at=0.0)
    assert deadlines(judged, Options(follow=True, **options), NOW) == expected
    none = situation('failed', MISSING, gone=0.5)
    assert deadlines(none, Options(follow=True, **options), NOW) == []


def test_the_causes_that_are_due():
    judged = situation('progressing', MISSING, NOT_READY, DEADLINE, **NOT_DUE)
    assert overdue_causes(judged) == (DEADLINE,)
    assert overdue_causes(judged._replace(at=20.0)) == (MISSING, DEADLINE)


LOOKUP = Lookup(CONFIGMAPS, 'shop')
LOGGED = Cause('CrashLoop', '', 'main', '', logs=(LogRef('pod-web-1', 'main', 2),))
ASKING = MISSING._replace(lookups=(LOOKUP,))
DONE = pod(
    status('main', state=ended(), restarts=1),
    status('proxy', state={'waiting': {}}),
    containers=[container('main'), container('proxy')],
)
WHOLE = {'is_terminal': True, 'pods': (DONE,)}


@pytest.mark.parametrize(
    ('cause', 'more', 'log_end', 'answers', 'expected'),
    (
        pytest.param(None, {}, None, {}, True, id='nothing to wait for'),
        pytest.param(MISSING, {}, None, {}, True, id='nothing that explains the cause'),
        pytest.param(LOGGED, {}, None, {}, False, id='no log'),
        pytest.param(LOGGED, {}, 1, {}, False, id='the log of an earlier run'),
        pytest.param(LOGGED, {}, 2, {}, True, id='the log'),
        pytest.param(LOGGED, {}, 3, {}, True, id='the log of a later run'),
        pytest.param(ASKING, {}, None, {}, False, id='no answer'),
        pytest.param(ASKING, {}, None, {LOOKUP: Answer('denied')}, True, id='an answer'),
        pytest.param(None, {'pods': (DONE,)}, None, {}, True, id='it goes on'),
        pytest.param(None, WHOLE, None, {}, False, id='it has ended, no log'),
        pytest.param(None, WHOLE, 0, {}, False, id='it has ended, an earlier log'),
        pytest.param(None, WHOLE, 1, {}, True, id='it has ended, the log of all that ran'),
    ),
)
def test_a_verdict_has_its_evidence(cause, more, log_end, answers, expected):
    store = Store()
    store.answers.update(answers)
    if log_end is not None:
        store.log_ends['pod-web-1', 'main'] = log_end
    decision = Decision(Verdict.FAILED, '', '', cause)
    assessed = Assessment(State.FAILED, **more)
    assert has_evidence(decision, assessed, store, Options()) is expected


def test_a_log_that_may_not_be_read_is_not_waited_for():
    store = Store()
    store.forbidden_kinds.add(LOGS)
    for cause, expected in ((LOGGED, True), (LOGGED._replace(lookups=(LOOKUP,)), False)):
        decision = Decision(Verdict.FAILED, '', '', cause)
        assert has_evidence(decision, Assessment(State.FAILED), store, Options()) is expected


@pytest.mark.parametrize(
    ('at', 'cause', 'state', 'all_listed', 'options', 'ready'),
    (
        pytest.param(0.0, LOGGED, 'progressing', True, {}, False, id='its log is missing'),
        pytest.param(0.99, LOGGED, 'progressing', True, {}, False, id='for less than a second'),
        pytest.param(1.0, LOGGED, 'progressing', True, {}, True, id='for too long'),
        pytest.param(0.0, MISSING, 'progressing', False, {}, True, id='nothing is missing'),
        pytest.param(0.0, MISSING, 'failed', False, {}, False, id='objects are missing'),
        pytest.param(0.0, MISSING, 'failed', True, {}, True, id='all is listed'),
        pytest.param(0.0, LOGGED, 'progressing', True, {'logs': False}, False, id='without logs'),
        pytest.param(0.0, MISSING, 'failed', False, {'logs': False}, True, id='nothing to print'),
        pytest.param(
            0.0, LOGGED, 'progressing', True, {'logs': False, 'once': True}, True, id='once'
        ),
    ),
)
def test_a_verdict_waits_a_second_for_its_evidence(at, cause, state, all_listed, options, ready):
    pending = Pending(0.0, Decision(Verdict.FAILED, '', '', cause))
    judged = situation(state, cause, at=at)
    assert evidence_ready(pending, judged, Store(), Options(**options), all_listed) is ready


def test_another_verdict_waits_anew():
    failure, success = Decision(Verdict.FAILED, 'A', ''), Decision(Verdict.READY, '', '')
    pending = advance_pending(None, failure, 1.0)
    assert pending == (1.0, failure)
    newer = failure._replace(reason='B')
    assert advance_pending(pending, newer, 2.0) == (1.0, newer)
    assert advance_pending(pending, success, 2.0) == (2.0, success)


@pytest.mark.parametrize(
    ('judged', 'message', 'expected'),
    (
        (situation(**WAITS), '', ('', 'is slow', None, 'it was waiting for a pod')),
        (situation(message='is slow'), '', ('', 'is slow', None, '')),
        (
            situation('progressing', MISSING),
            'stopped',
            ('ConfigMapMissing', 'stopped; ConfigMapMissing: no app', MISSING, ''),
        ),
        (situation('progressing', MISSING, gone=0.5), 'stopped', ('', 'stopped', None, '')),
    ),
)
def test_a_target_that_is_stopped_has_its_best_explanation(judged, message, expected):
    decision = decide_stopped(judged, Verdict.INTERRUPTED, message)
    assert decision == (Verdict.INTERRUPTED, *expected)


def test_a_log_that_is_not_shown_is_not_waited_for():
    decision, assessed = Decision(Verdict.FAILED, '', ''), Assessment(State.FAILED, **WHOLE)
    assert has_evidence(decision, assessed, Store(), Options(skip_containers=('main',)))
