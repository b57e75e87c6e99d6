"""Tracking that begins before a file is applied, through the engine."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import job as job_tracker
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import manifest
from tests.unit.builders import replica_set
from tests.unit.tracking.play import Play

ENV = {'field': 'spec.template.spec.containers[main].env[A]'}
IMAGE = {'field': 'image', 'current': 'web:1', 'wanted': 'web:2', 'isImage': True}
DELETION = {'field': 'metadata.deletionTimestamp'}


def differing(*entries, obj=None, **fields):
    obj = obj or deployment(template={'containers': [container(**PROBED)]}, **fields)
    return {**obj, FILE_DIFFERENCES: list(entries)} if entries else obj


OLD = differing(ENV)
NEW = {'revision': '2'}
BAD = {**NEW, 'availableReplicas': 0}


@pytest.mark.parametrize(
    ('changes', 'outcome'),
    (
        pytest.param([differing()], ('ready', '', 0), id='applied'),
        pytest.param([OLD], ('never-appeared', 'NotUpdated', 30), id='not applied'),
        pytest.param([OLD, differing(**NEW)], ('ready', '', 6), id='applied late'),
        pytest.param([OLD, differing(**BAD), differing(**NEW)], ('ready', '', 12), id='rolled out'),
        pytest.param(
            [differing(**BAD), differing(ENV, revision='3')], ('ready', '', 6), id='changed again'
        ),
        pytest.param(
            [differing(**BAD), differing(IMAGE, revision='3')],
            ('superseded', 'Superseded', 6),
            id='undone',
        ),
    ),
)
def test_only_what_the_file_sets_is_a_success(changes, outcome):
    play = Play().rollout(changes[0], replica_sets=(replica_set(),))
    for number, obj in enumerate(changes[1:], 1):
        play.changed(6 * number, play.root, obj)
    assert play.until(60).outcome == outcome


def test_the_wait_ends_whenever_it_began():
    """Times in epoch seconds are rounded."""
    for number in range(1, 40):
        at = number * 0.0131
        play = Play(create_timeout=3).rollout(OLD, at=at, replica_sets=(replica_set(),))
        assert play.until(at + 4).ended is not None, at


def test_the_wait_names_the_fields():
    play = Play(create_timeout=5).rollout(differing(ENV, IMAGE), replica_sets=(replica_set(),))
    expected = (
        "the file's values of image (file: web:2, current: web:1) and "
        'spec.template.spec.containers[main].env[A]'
    )
    assert play.of(StateChanged)[-1].waits_for == expected
    assert play.until(10).outcome == ('never-appeared', 'NotUpdated', 5)
    assert expected in play.ended.message


def list_rest(play, at):
    """List what is read besides the targets, pods and the like: there are none."""
    for want in sorted(play.step.wants - {play.root}, key=repr):
        if isinstance(want, Watch) and play.ended is None:
            play.listed(at, want)


def test_one_look_says_that_the_file_is_not_applied():
    play = Play(once=True).rollout(OLD, replica_sets=(replica_set(),))
    list_rest(play, 0)
    assert play.until(1).outcome == ('never-appeared', 'NotUpdated', 0)


def job(uid, *entries, **status):
    obj = manifest(
        'Job', 'migrate', spec={'completions': 1, 'selector': {'matchLabels': {'job': uid}}}
    )
    obj['metadata']['uid'] = uid
    return differing(*entries, obj={**obj, 'status': status})


JOB = Target(JOBS, 'shop', 'migrate')
COMPLETE = {'conditions': [{'type': 'Complete', 'status': 'True'}], 'succeeded': 1}
FAILED = {'conditions': [{'type': 'Failed', 'status': 'True', 'reason': 'BackoffLimitExceeded'}]}
TEMPLATE = {'field': 'spec.template'}


def job_play(obj, **options):
    play = Play(JOB, job_tracker, **options)
    play.listed(0.0, play.root, obj)
    return play


@pytest.mark.parametrize('status', (COMPLETE, FAILED))
def test_a_job_that_has_ended_waits_for_its_replacement(status):
    old = job('old', TEMPLATE, **status)
    play = job_play(old)
    assert (play.until(10).outcome, play.of(CauseSeen)) == (None, [])
    play.changed(10, play.root, old, 'DELETED')
    # Longer than an object that was not to be replaced may be missing.
    assert play.until(25).outcome is None
    play.changed(25, play.root, job('new', active=1), 'ADDED')
    assert play.until(60).outcome is None
    play.changed(60, play.root, job('new', **COMPLETE))
    list_rest(play, 60)
    assert play.outcome[0::2] == ('ready', 60)


def test_an_object_that_is_not_created_again_ends_the_wait():
    old = job('old', TEMPLATE, **COMPLETE)
    play = job_play(old, create_timeout=20)
    play.changed(10, play.root, old, 'DELETED')
    assert play.until(60).outcome == ('deleted', 'Deleted', 30)
    assert any('waiting up to 20s' in notice.text for notice in play.of(Notice))


def test_an_object_that_is_being_deleted_at_first_waits_for_its_replacement():
    play = job_play(job('old', DELETION, **COMPLETE))
    assert play.of(StateChanged)[-1].waits_for.startswith('its replacement')
    play.changed(5, play.root, job('old', DELETION, **COMPLETE), 'DELETED')
    play.changed(20, play.root, job('new', **COMPLETE), 'ADDED')
    list_rest(play, 20)
    assert play.outcome[0::2] == ('ready', 20)


def test_an_object_that_is_deleted_after_it_was_applied_is_deleted():
    play = job_play(job('new', active=1))
    play.changed(5, play.root, job('new', DELETION, active=1))
    play.changed(6, play.root, job('new', DELETION, active=1), 'DELETED')
    assert play.until(60).outcome == ('deleted', 'Deleted', 11)
