"""How far an application is with the commit `OURS`, by what its controller writes."""

from __future__ import annotations

import pytest

from kubectl_dog.gitops.revision_state import SeenRevisions
from kubectl_dog.gitops.revision_state import Stage
from kubectl_dog.gitops.revision_state import advance_seen
from kubectl_dog.gitops.revision_state import read_facts
from kubectl_dog.gitops.revision_state import revision_state
from kubectl_dog.gitops.revision_text import parse_revision
from tests.unit.gitops.objects import APPLICATIONS
from tests.unit.gitops.objects import HELM_RELEASES
from tests.unit.gitops.objects import KUSTOMIZATIONS
from tests.unit.gitops.objects import NEWER
from tests.unit.gitops.objects import OLD
from tests.unit.gitops.objects import OURS
from tests.unit.gitops.objects import application
from tests.unit.gitops.objects import condition
from tests.unit.gitops.objects import failed
from tests.unit.gitops.objects import flux
from tests.unit.gitops.objects import helm_release
from tests.unit.gitops.objects import history
from tests.unit.gitops.objects import kustomization
from tests.unit.gitops.objects import operation
from tests.unit.gitops.objects import ready

KINDS = {
    'Application': APPLICATIONS,
    'Kustomization': KUSTOMIZATIONS,
    'HelmRelease': HELM_RELEASES,
}
WAITING, APPLYING, APPLIED, FAILED = Stage.WAITING, Stage.APPLYING, Stage.APPLIED, Stage.FAILED
BUSY = condition('Ready', 'Unknown', 'Progressing', 'Reconciliation in progress')


def checking(commit):
    message = f'Running health checks for revision {flux(commit)} with a timeout of 1m0s'
    return condition('Healthy', 'Unknown', 'Progressing', message)


def with_history(obj, *entries):
    return {
        **obj,
        'status': {
            **obj['status'],
            'history': [
                {'firstReconciled': time, 'metadata': {'revision': flux(commit)}}
                for time, commit in entries
            ],
        },
    }


def with_meta(obj, **meta):
    return {**obj, 'metadata': {**obj['metadata'], **meta}}


def with_status(obj, **fields):
    return {**obj, 'status': {**obj['status'], **fields}}


def state_of(obj, expected=OURS, seen=SeenRevisions()):
    return revision_state(read_facts(obj, KINDS[obj['kind']]), parse_revision(expected), seen)


@pytest.mark.parametrize(
    ('obj', 'stage', 'has_inventory'),
    (
        (kustomization(), WAITING, False),
        (kustomization(OLD), WAITING, False),
        (kustomization(OURS), APPLIED, True),
        (kustomization(OLD, OURS, BUSY), APPLYING, False),
        (kustomization(OLD, OURS, BUSY, checking(OLD)), APPLYING, False),
        (kustomization(OLD, OURS, BUSY, checking(OURS)), APPLYING, True),
        (kustomization(OLD, OURS, failed('BuildFailed')), FAILED, False),
        (kustomization(OLD, OURS, failed('HealthCheckFailed')), FAILED, True),
        (kustomization(OLD, OURS, failed('ReconciliationFailed')), FAILED, False),
        (kustomization(OURS, OURS, failed('PruneFailed')), FAILED, False),
        (kustomization(OLD, OLD, failed('HealthCheckFailed')), WAITING, False),
        # The source of the next revision is not there: no attempt of ours.
        (kustomization(OLD, OURS, failed('ArtifactFailed')), APPLYING, False),
        (
            with_meta(
                kustomization(OLD, OURS, {**failed(), 'observedGeneration': 1}), generation=2
            ),
            APPLYING,
            False,
        ),
        (
            with_meta(
                kustomization(OLD, OURS, failed()),
                annotations={'reconcile.fluxcd.io/requestedAt': 'now'},
            ),
            APPLYING,
            False,
        ),
        # The commit from which an OCI artifact was made.
        (with_status(kustomization(OLD), lastAppliedOriginRevision=flux(OURS)), APPLIED, True),
        # A later content is recorded after ours; an earlier one is not newer.
        (with_history(kustomization(NEWER), ('2', NEWER), ('1', OURS)), APPLIED, True),
        (with_history(kustomization(OLD), ('2', OURS), ('1', OLD)), WAITING, False),
        (with_history(kustomization(NEWER), ('2', NEWER)), WAITING, False),
        (application(), WAITING, False),
        (application(OLD), WAITING, False),
        (application(OURS), APPLIED, True),
        (application(OURS, 'OutOfSync'), WAITING, False),
        (
            application(OURS, 'OutOfSync', operationState=operation('Running', OURS)),
            APPLYING,
            True,
        ),
        (application(OURS, 'OutOfSync', operationState=operation('Failed', OURS)), FAILED, True),
        (application(OURS, 'OutOfSync', operationState=operation('Error', OURS)), FAILED, True),
        (
            application(
                OURS,
                'OutOfSync',
                operationState={'phase': 'Error', 'operation': {'sync': {'revision': OURS}}},
            ),
            FAILED,
            True,
        ),
        (application(OURS, 'OutOfSync', operationState=operation('Failed', OLD)), WAITING, False),
        # Its health is that of the comparison, so that has to be with ours.
        (application(OLD, operationState=operation('Succeeded', OURS)), APPLYING, False),
        (
            application(OURS, 'OutOfSync', operationState=operation('Succeeded', OURS)),
            APPLIED,
            True,
        ),
        # Ours changes nothing, so no sync was necessary.
        (application(OURS, operationState=operation('Succeeded', OLD)), APPLIED, True),
        (application(OURS, operationState=operation('Failed', OLD)), APPLIED, True),
        (application(NEWER, history=history(OLD, OURS, NEWER)), APPLIED, True),
        (application(OLD, history=history(OLD, OURS, OLD)), WAITING, False),
        (application(NEWER, history=history(OLD, NEWER)), WAITING, False),
        (
            with_status(
                application(), sync={'status': 'Synced', 'revision': '', 'revisions': [OLD, OURS]}
            ),
            APPLIED,
            True,
        ),
        (helm_release(), WAITING, False),
        (helm_release('0.1.0+aaaaaaaaaaaa'), WAITING, False),
        (helm_release('0.1.0+bbbbbbbbbbbb'), APPLIED, True),
        (helm_release('0.1.0+aaaaaaaaaaaa', '0.1.0+bbbbbbbbbbbb'), APPLYING, False),
        (helm_release('0.1.0+bbbbbbbbbbbb', status='failed'), APPLYING, False),
        (
            helm_release(
                '0.1.0+cccccccccccc', history=('0.1.0+bbbbbbbbbbbb', '0.1.0+aaaaaaaaaaaa')
            ),
            APPLIED,
            True,
        ),
        (
            helm_release(
                '0.1.0+aaaaaaaaaaaa', history=('0.1.0+bbbbbbbbbbbb', '0.1.0+aaaaaaaaaaaa')
            ),
            WAITING,
            False,
        ),
    ),
)
def test_the_stage_of_our_revision(obj, stage, has_inventory):
    state = state_of(obj)
    assert (state.stage, state.has_inventory) == (stage, has_inventory)


@pytest.mark.parametrize(
    ('obj', 'current', 'reason', 'message'),
    (
        (kustomization(OLD), flux(OLD), '', ''),
        (kustomization(), '', '', ''),
        (kustomization(OLD, OURS, failed()), flux(OLD), 'HealthCheckFailed', 'it is broken'),
        (kustomization(OLD, OLD, failed('ArtifactFailed')), flux(OLD), 'ArtifactFailed', None),
        (
            application(OURS, 'OutOfSync', operationState=operation('Failed', OURS, 'denied')),
            OURS,
            'SyncFailed',
            'denied',
        ),
        (
            application(OLD, conditions=[{'type': 'ComparisonError', 'message': 'no path'}]),
            OLD,
            'ComparisonError',
            'no path',
        ),
        (helm_release('1.2.3', '', failed('ArtifactFailed')), '1.2.3', 'ArtifactFailed', None),
    ),
)
def test_the_current_revision_and_the_problem_are_named(obj, current, reason, message):
    state = state_of(obj)
    assert (state.current, state.reason) == (current, reason)
    assert message is None or state.message == message


def seen_in(*objects, is_nested=False):
    seen = SeenRevisions()
    for obj in objects:
        seen = advance_seen(seen, read_facts(obj, KINDS[obj['kind']]))
    return seen._replace(is_nested=is_nested)


@pytest.mark.parametrize(
    ('objects', 'stage'),
    (
        ((kustomization(OLD), kustomization(NEWER)), WAITING),
        ((kustomization(OLD), kustomization(OLD, OURS, BUSY), kustomization(NEWER)), APPLIED),
        ((kustomization(OURS, NEWER, BUSY), kustomization(NEWER)), APPLIED),
        ((kustomization(OLD, OURS, BUSY), kustomization(OLD, OLD, BUSY)), WAITING),
        ((application(OURS, 'OutOfSync'), application(NEWER)), APPLIED),
        ((application(NEWER), application(OURS, 'OutOfSync'), application(NEWER)), WAITING),
        (
            (
                application(OURS, 'OutOfSync'),
                application(NEWER, 'OutOfSync', operationState=operation('Failed', NEWER)),
            ),
            FAILED,
        ),
    ),
)
def test_a_revision_is_newer_if_it_appears_after_ours(objects, stage):
    assert state_of(objects[-1], seen=seen_in(*objects)).stage is stage


@pytest.mark.parametrize(
    ('last', 'newer'),
    (
        (kustomization(OURS, NEWER, failed('BuildFailed')), flux(NEWER)),
        (kustomization(OURS, OURS, failed('PruneFailed')), ''),
    ),
)
def test_a_newer_revision_that_has_failed_is_named(last, newer):
    state = state_of(last, seen=seen_in(kustomization(OURS), last))
    assert (state.stage, state.newer) == (FAILED, newer)


@pytest.mark.parametrize(
    ('objects', 'is_unordered'),
    (
        ((kustomization(OLD),), False),
        ((kustomization(), kustomization(OLD)), True),
        ((kustomization(OLD), kustomization(NEWER)), True),
        ((kustomization(OLD), kustomization(OLD, NEWER, BUSY)), False),
        ((application(OLD), application(OLD, 'OutOfSync')), False),
    ),
)
def test_another_revision_that_is_applied_in_the_run_may_be_newer(objects, is_unordered):
    assert state_of(objects[-1], seen=seen_in(*objects)).is_unordered is is_unordered


@pytest.mark.parametrize(
    ('objects', 'stage'),
    (
        ((kustomization(OLD),), WAITING),
        ((kustomization(OLD), kustomization(NEWER)), APPLIED),
        ((kustomization(OURS),), APPLIED),
        ((kustomization(), kustomization(NEWER)), APPLIED),
    ),
)
def test_a_nested_application_needs_a_change_or_our_revision(objects, stage):
    assert state_of(objects[-1], seen=seen_in(*objects, is_nested=True)).stage is stage


@pytest.mark.parametrize(
    ('obj', 'source'),
    (
        (kustomization(), 'GitRepository flux-system/fleet'),
        (
            kustomization(sourceRef={'kind': 'OCIRepository', 'name': 'a', 'namespace': 'b'}),
            'OCIRepository b/a',
        ),
        (application(), 'https://git.example.com/shop HEAD'),
        (
            application(spec={'source': {'repoURL': 'r', 'targetRevision': 'main'}}),
            'r main',
        ),
        (application(spec={'source': {'repoURL': 'r', 'chart': 'web'}}), ''),
        (application(spec={'source': {}}), ''),
        (helm_release(), ''),
    ),
)
def test_the_source_is_the_same_for_applications_of_one_repository(obj, source):
    assert read_facts(obj, KINDS[obj['kind']]).source == source


@pytest.mark.parametrize(
    ('obj', 'is_complete'),
    (
        (kustomization(OURS), True),
        (kustomization(OLD, OURS, ready(OURS)), False),
        (with_meta(kustomization(OURS), generation=2), False),
        (kustomization(), True),
        (helm_release('1.0.0'), True),
        (helm_release('1.0.0', status='failed'), False),
        (helm_release(), True),
        (with_meta(helm_release('1.0.0'), generation=2), False),
        (application(OURS), True),
    ),
)
def test_conditions_may_be_newer_than_the_rest_of_the_status(obj, is_complete):
    assert read_facts(obj, KINDS[obj['kind']]).is_complete is is_complete
