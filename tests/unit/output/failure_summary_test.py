from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Lookup
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.failure_summary import failure_summaries
from kubectl_dog.output.short_names import ShortNames

LEDGER = Target(DEPLOYMENTS, 'shop', 'ledger')
CRASH = Cause('CrashLoop', 'CrashLoopBackOff', 'main', 'container main exits with 3')


def summary(verdict, reason='', message='', explanation=None, progress=None):
    explained = explanation or Explanation()
    event = TargetEnded(14.0, LEDGER, verdict, reason, message, progress, explained)
    return failure_summaries([event], Palette(False), ShortNames().full)


def test_a_failure_reads_as_in_the_reference():
    explanation = Explanation(
        CRASH,
        ('container main exits with 3 in 3 of 3 new pods', 'the old revision 2 still serves: 3/3'),
        ('FATAL: cannot open database ledger.db: disk is full',),
        ('kubectl logs deploy/ledger -c main --previous', 'kubectl rollout undo deploy/ledger'),
    )
    assert summary(Verdict.FAILED, 'CrashLoop', 'unused', explanation) == [
        '✗ deploy/ledger failed after 14s: CrashLoop (CrashLoopBackOff)',
        '  WHY   container main exits with 3 in 3 of 3 new pods',
        '        the old revision 2 still serves: 3/3',
        '        last log line: FATAL: cannot open database ledger.db: disk is full',
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
        (Verdict.WOULD_FAIL, '', '✗ deploy/ledger would fail'),
        (Verdict.NEVER_APPEARED, '', '✗ deploy/ledger did not appear within 14s'),
        (Verdict.NO_ACCESS, 'forbidden', '✗ deploy/ledger cannot be read: forbidden'),
        (Verdict.PAUSED, 'is paused (spec)', '⚠ deploy/ledger is paused (spec)'),
        (Verdict.UNKNOWN, 'cannot be assessed: x', '✗ deploy/ledger cannot be assessed: x'),
        (Verdict.INTERRUPTED, '', '⚠ deploy/ledger interrupted after 14s'),
        (Verdict.TERMINATED, '', '⚠ deploy/ledger terminated after 14s'),
    ],
)
def test_headlines(verdict, message, headline):
    assert summary(verdict, '', message) == [headline]


def test_the_headline_of_an_object_that_was_not_updated_is_its_message():
    lines = summary(Verdict.NEVER_APPEARED, 'NotUpdated', 'did not get revision 7 within 30s')
    assert lines == ['✗ deploy/ledger did not get revision 7 within 30s']


def test_every_verdict_that_is_no_success_has_a_headline():
    for verdict in set(Verdict) - {Verdict.READY, Verdict.ENDED, Verdict.PASSED}:
        assert summary(verdict)[0]


def test_without_a_cause_the_reason_stands_before_the_message():
    lines = summary(Verdict.FAILED, 'ProgressDeadlineExceeded', 'no progress for 10m')
    assert lines[0].endswith(': ProgressDeadlineExceeded: no progress for 10m')
    assert summary(Verdict.NO_ACCESS, 'denied', 'words')[0].endswith('cannot be read: words')


def test_a_cause_without_facts_explains_itself():
    cause = CRASH._replace(evidence=('exit code 3',))
    lines = summary(Verdict.TIMED_OUT, explanation=Explanation(cause))
    assert lines[1:] == ['  WHY   container main exits with 3', '        exit code 3']


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
    assert lines[1:] == (['  NOW   1/3 ready, 3/3 updated'] if shown else [])


def test_last_words_are_ten_lines():
    words = tuple(f'::error::{number}' for number in range(12))
    lines = summary(Verdict.FAILED, explanation=Explanation(log_excerpt=words))
    assert lines[1:3] == ['  WHY   last log lines:', '        │ ::error::2']
    assert lines[-1] == '        │ ::error::11'
    assert len(lines) == 12


def test_the_same_last_words_are_said_once():
    lines = summary(Verdict.FAILED, explanation=Explanation(log_excerpt=('FATAL', 'FATAL')))
    assert lines[1:] == ['  WHY   last log line: FATAL']


def test_what_was_not_seen_is_said_and_commands_are_two():
    explanation = Explanation(None, (), (), ('a', 'b', 'c'), ('the logs of main',))
    assert summary(Verdict.FAILED, explanation=explanation)[1:] == [
        '  WHY   not available: the logs of main',
        '  NEXT  a',
        '        b',
    ]


def test_a_long_command_is_never_cut_short_of_use():
    command = 'kubectl logs deploy/ledger -c ' + 'x' * 300
    assert summary(Verdict.FAILED, explanation=Explanation(suggested_commands=(command,)))[
        -1
    ].endswith(command)


MISSING = Cause(
    'SecretMissing', 'CreateContainerConfigError', 'db', 'container x needs Secret "db"'
)
LISTS = (Lookup(SECRETS, 'shop'),)


def failed(name, cause, at=14.0, verdict=Verdict.FAILED, namespace='shop', facts=(), commands=()):
    target = LEDGER._replace(name=name, namespace=namespace)
    explanation = Explanation(cause, facts, (), commands)
    return TargetEnded(at, target, verdict, '', '', None, explanation)


def headlines(*given):
    shown = failure_summaries(given, Palette(False), ShortNames().full)
    return [line for line in shown if line.startswith('✗')]


@pytest.mark.parametrize(
    ('first', 'second', 'namespace', 'count'),
    (
        (MISSING, MISSING, 'shop', 1),
        (MISSING, MISSING, 'bank', 2),
        (MISSING, MISSING._replace(message='volume y needs Secret "db"'), 'shop', 2),
        # One missing object, for a variable and for a volume.
        (
            MISSING._replace(lookups=LISTS),
            MISSING._replace(lookups=LISTS, subject='volume/db', message='volume y needs it'),
            'shop',
            1,
        ),
        (
            MISSING._replace(lookups=LISTS),
            MISSING._replace(lookups=LISTS, subject='tls', message='y'),
            'shop',
            2,
        ),
        # One pod under several names.
        (CRASH._replace(pods=('a', 'b')), CRASH._replace(pods=('b',), message='z'), 'shop', 1),
        (CRASH._replace(pods=('a',)), CRASH._replace(pods=('b',), message='z'), 'shop', 2),
        (
            CRASH._replace(pods=('a',)),
            CRASH._replace(pods=('a',), subject='x', message='z'),
            'shop',
            2,
        ),
        (MISSING, None, 'shop', 2),
        (None, None, 'shop', 2),
    ),
)
def test_targets_with_the_same_root_share_a_summary(first, second, namespace, count):
    assert len(headlines(failed('a', first), failed('b', second, namespace=namespace))) == count


@pytest.mark.parametrize(
    ('verdicts', 'headline'),
    (
        ([Verdict.FAILED, Verdict.FAILED], '✗ deploy/0 and deploy/1 failed: SecretMissing'),
        ([Verdict.WOULD_FAIL] * 3, '✗ deploy/0, deploy/1 and deploy/2 would fail: SecretMissing'),
        ([Verdict.FAILED, Verdict.PROGRESSING], ': 1 failed, 1 failing: SecretMissing'),
    ),
)
def test_the_headline_of_several_targets(verdicts, headline):
    given = [failed(str(number), MISSING, verdict=it) for number, it in enumerate(verdicts)]
    assert headline in failure_summaries(given, Palette(False), ShortNames().full)[0]


def test_a_shared_summary_has_all_facts_and_commands():
    given = [
        failed(
            'a', MISSING, facts=('needs it', 'old 1 serves'), commands=('get secrets', 'undo a')
        ),
        failed(
            'b', MISSING, facts=('needs it', 'old 2 serves'), commands=('get secrets', 'undo b')
        ),
        failed('c', MISSING, verdict=Verdict.PROGRESSING, facts=('needs it', 'old 1 serves')),
    ]
    assert failure_summaries(given, Palette(False), ShortNames().full) == [
        '✗ deploy/a, deploy/b and deploy/c: 2 failed, 1 failing: SecretMissing '
        '(CreateContainerConfigError)',
        '  WHY   needs it',
        '        old 1 serves',
        '        deploy/b: old 2 serves',
        '  NEXT  get secrets',
        '        undo a',
        '        undo b',
    ]


def test_many_targets_of_a_summary_are_counted():
    [headline] = headlines(*(failed(name, MISSING) for name in 'abcdefgh'))
    assert headline.startswith(
        '✗ deploy/a, deploy/b, deploy/c, deploy/d, deploy/e and 3 more failed: '
    )


def test_a_target_that_was_failing_needs_no_evidence_that_was_not_requested():
    event = failed('a', MISSING, verdict=Verdict.PROGRESSING)
    event = event._replace(explanation=event.explanation._replace(not_fetched=('the secrets',)))
    assert failure_summaries([event], Palette(False), ShortNames().full) == [
        '✗ deploy/a was failing when the run ended: SecretMissing (CreateContainerConfigError)',
        '  WHY   container x needs Secret "db"',
    ]


def test_long_facts_are_wrapped_on_a_terminal_and_commands_never():
    fact = ' '.join(['word'] * 30)
    event = failed('a', None, facts=(fact,), commands=('kubectl ' + 'x' * 90,))
    lines = failure_summaries([event], Palette(False), ShortNames().full, 60)
    assert [len(line) <= 60 for line in lines] == [True, True, True, True, False]
    assert lines[2].startswith('        word')
    assert len(failure_summaries([event], Palette(False), ShortNames().full)) == 3
