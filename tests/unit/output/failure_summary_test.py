from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.failure_summary import failure_summary

LEDGER = Target(DEPLOYMENTS, 'shop', 'ledger')
CRASH = Cause('CrashLoop', 'CrashLoopBackOff', 'main', 'container main exits with 3')


def summary(verdict, reason='', message='', explanation=None, progress=None):
    explained = explanation or Explanation()
    event = TargetEnded(14.0, LEDGER, verdict, reason, message, progress, explained)
    return failure_summary(event, Palette(False), event.target.label)


def test_a_failure_reads_as_in_the_reference():
    explanation = Explanation(
        CRASH,
        ('container main exits with 3 in 3 of 3 new pods', 'the old revision 2 still serves: 3/3'),
        ('FATAL: cannot open database ledger.db: disk is full',),
        ('kubectl logs deploy/ledger -c main --previous', 'kubectl rollout undo deploy/ledger'),
    )
    assert summary(Verdict.FAILED, 'CrashLoop', 'unused', explanation) == [
        '✗ deploy/ledger failed after 14s: CrashLoop (CrashLoopBackOff)',
        '',
        '  WHY   container main exits with 3 in 3 of 3 new pods',
        '        the old revision 2 still serves: 3/3',
        '        last words: FATAL: cannot open database ledger.db: disk is full',
        '  NEXT  kubectl logs deploy/ledger -c main --previous',
        '        kubectl rollout undo deploy/ledger',
    ]


@pytest.mark.parametrize(
    ('verdict', 'message', 'headline'),
    [
        (Verdict.FAILED, 'made no progress', '✗ deploy/ledger failed after 14s: made no progress'),
        (Verdict.FAILED, '', '✗ deploy/ledger failed after 14s'),
        (Verdict.TIMED_OUT, 'no pods', '✗ deploy/ledger timed out after 14s: no pods'),
        (Verdict.DELETED, '', '✗ deploy/ledger was deleted after 14s'),
        (Verdict.DELETED, 'was deleted by X', '✗ deploy/ledger was deleted by X'),
        (Verdict.NEVER_APPEARED, '', '✗ deploy/ledger did not appear within 14s'),
        (Verdict.NO_ACCESS, 'forbidden', '✗ deploy/ledger cannot be read: forbidden'),
        (Verdict.PAUSED, 'is paused (spec)', '⚠ deploy/ledger is paused (spec)'),
        (Verdict.UNKNOWN, 'cannot be judged: x', '✗ deploy/ledger cannot be judged: x'),
        (Verdict.INTERRUPTED, '', '⚠ deploy/ledger interrupted after 14s'),
        (Verdict.TERMINATED, '', '⚠ deploy/ledger terminated after 14s'),
    ],
)
def test_headlines(verdict, message, headline):
    assert summary(verdict, '', message) == [headline]


def test_every_verdict_that_is_no_success_has_a_headline():
    for verdict in set(Verdict) - {Verdict.READY, Verdict.ENDED, Verdict.PROGRESSING}:
        assert summary(verdict)[0]


def test_without_a_cause_the_reason_stands_before_the_message():
    lines = summary(Verdict.FAILED, 'ProgressDeadlineExceeded', 'no progress for 10m')
    assert lines[0].endswith(': ProgressDeadlineExceeded: no progress for 10m')
    assert summary(Verdict.NO_ACCESS, 'denied', 'words')[0].endswith('cannot be read: words')


def test_a_cause_without_facts_explains_itself():
    cause = CRASH._replace(evidence=('exit code 3',))
    lines = summary(Verdict.TIMED_OUT, explanation=Explanation(cause))
    assert lines[2:] == ['  WHY   container main exits with 3', '        exit code 3']


@pytest.mark.parametrize(
    ('verdict', 'shown'),
    [
        (Verdict.INTERRUPTED, True),
        (Verdict.TERMINATED, True),
        (Verdict.TIMED_OUT, True),
        (Verdict.FAILED, False),
        (Verdict.DELETED, False),
    ],
)
def test_what_was_not_decided_tells_the_state_so_far(verdict, shown):
    lines = summary(verdict, progress=Progress(3, 3, 1))
    assert lines[1:] == (['', '  NOW   1/3 ready, 3/3 updated'] if shown else [])


def test_last_words_are_ten_lines():
    words = tuple(f'::error::{number}' for number in range(12))
    lines = summary(Verdict.FAILED, explanation=Explanation(log_excerpt=words))
    assert lines[2:4] == ['  WHY   last words:', '        │ ::error::2']
    assert lines[-1] == '        │ ::error::11'
    assert len(lines) == 13


def test_the_same_last_words_are_said_once():
    lines = summary(Verdict.FAILED, explanation=Explanation(log_excerpt=('FATAL', 'FATAL')))
    assert lines[2:] == ['  WHY   last words: FATAL']


def test_what_was_not_seen_is_said_and_commands_are_two():
    explanation = Explanation(None, (), (), ('a', 'b', 'c'), ('the logs of main',))
    assert summary(Verdict.FAILED, explanation=explanation)[2:] == [
        '  WHY   not seen: the logs of main',
        '  NEXT  a',
        '        b',
    ]


def test_a_long_command_is_never_cut_short_of_use():
    command = 'kubectl logs deploy/ledger -c ' + 'x' * 300
    assert summary(Verdict.FAILED, explanation=Explanation(suggested_commands=(command,)))[
        -1
    ].endswith(command)
