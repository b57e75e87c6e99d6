"""Notices about options that match no container and no log line."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.wants import Logs
from kubectl_dog.tracking.logs.unmatched import Seen
from kubectl_dog.tracking.logs.unmatched import UnmatchedOptions
from kubectl_dog.tracking.logs.unmatched import unmatched_containers
from kubectl_dog.tracking.logs.unmatched import unmatched_patterns
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.tracking.play import Play

UNREADY = deployment(availableReplicas=0)
RUNNING = pod(status(state=running()), owner='rs-2', ready=True, containers=[container()])
NONE_NAMED = '--containers matches nothing: no container has the name "nope": use main'


def seen(options, *names, lines=0, matching=0):
    return Seen(options, frozenset(names), lines, matching)


NOPE = Options(containers=('app', 'nope'))


@pytest.mark.parametrize(
    ('targets', 'notices'),
    (
        ((), []),
        ((seen(NOPE),), []),
        ((seen(NOPE, 'app', 'nope'),), []),
        ((seen(NOPE, 'app'), seen(NOPE, 'nope')), []),
        (
            (seen(NOPE, 'b', 'app'),),
            ['--containers matches nothing: no container has the name "nope"'],
        ),
        ((seen(NOPE, 'app'), seen(Options(), 'nope')), ['--containers matches nothing']),
        ((seen(Options(skip_containers=('x',)), 'app'),), ['--skip-containers matches nothing']),
        (
            (seen(Options(tolerate=('CrashLoop/x=5', 'NotReady/app=5m')), 'app'),),
            ['--tolerate CrashLoop/x matches nothing: no container has the name "x": use app'],
        ),
        ((seen(Options(tolerate=('CrashLoop=5', 'SecretMissing/x=5m')), 'app'),), []),
        ((seen(Options(tolerate=('ContainerFailed/pod=always',)), 'app'),), []),
    ),
)
def test_names_of_containers(targets, notices):
    texts = list(unmatched_containers(targets))
    assert len(texts) == len(notices)
    assert all(text.startswith(notice) for text, notice in zip(texts, notices))


ERRORS = Options(include=('ERROR', 'WARN'))


@pytest.mark.parametrize(
    ('targets', 'notices'),
    (
        ((seen(ERRORS),), []),
        ((seen(ERRORS, lines=5, matching=1), seen(ERRORS, lines=5)), []),
        ((seen(Options(), lines=5),), []),
        (
            (seen(ERRORS, lines=2), seen(ERRORS, lines=1)),
            ['--include matches nothing: "ERROR", "WARN" is in none of 3 log lines'],
        ),
    ),
)
def test_patterns(targets, notices):
    assert list(unmatched_patterns(targets)) == notices


@pytest.mark.parametrize(
    ('gone', 'expected'),
    (
        ([], [NONE_NAMED]),
        ([seen(Options(containers=('nope',)), 'nope')], []),
        ([seen(Options(containers=('nope',)), name) for name in ('main', 'nope', 'main')], []),
        ([seen(Options(), 'nope')], [NONE_NAMED]),
    ),
)
def test_targets_that_are_gone_are_counted(gone, expected):
    unmatched = UnmatchedOptions(Options())
    for target in gone:
        unmatched.keep(target)
    targets = [seen(Options(containers=('nope',)), 'main')]
    assert list(unmatched.sentences(targets, True)) == expected


def notices(play):
    return [event.text for event in play.of(Notice)]


def test_a_rollout_reports_it_before_its_result():
    play = Play(containers=('nope',)).rollout(UNREADY, RUNNING, replica_sets=[replica_set('2')])
    play.changed(5, play.root, deployment())
    play.until(100)
    assert [type(event) for event in play.events[-2:]] == [Notice, RunEnded]
    assert notices(play) == [NONE_NAMED]


def follow(**options):
    return Play(follow=True, **options).rollout(UNREADY, RUNNING, replica_sets=[replica_set('2')])


def test_following_reports_it_once_after_the_first_period():
    play = follow(containers=('nope',)).until(29)
    assert notices(play) == []
    play.until(31)
    assert play.step.deadline is None
    play.give(100, None, Signal('interrupt'))
    assert play.outcome[0] == 'interrupted'
    assert notices(play) == [NONE_NAMED]


def test_following_wakes_up_for_no_other_reason():
    assert follow(include=('x',)).until(1000).step.deadline is None


def test_a_rollout_reports_patterns_that_match_no_line_and_following_does_not():
    lines = LogLines((LogLine(1, 'a'), LogLine(2, 'b')))
    rollout = Play(include=('ERROR',)).rollout(UNREADY, RUNNING, replica_sets=[replica_set('2')])
    for play in (rollout, follow(include=('ERROR',))):
        [want] = [want for want in play.step.wants if isinstance(want, Logs)]
        play.give(1, want, lines)
        play.changed(50, play.root, deployment()).until(100)
    assert notices(play) == []
    assert notices(rollout) == ['--include matches nothing: "ERROR" is in none of 2 log lines']
