"""What applications manage becomes targets, when their revision is the expected one."""

from __future__ import annotations

import io

import pytest

from kubectl_dog import api
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.recording.reader import parse
from kubectl_dog.recording.recorded_source import RecordedSource
from kubectl_dog.recording.writer import Header
from kubectl_dog.recording.writer import RecordingSource
from kubectl_dog.recording.writer import RecordingWriter
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import status
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
from tests.unit.gitops.objects import kustomization
from tests.unit.gitops.objects import operation
from tests.unit.gitops.scripted import Scripted

APPS = Target(KUSTOMIZATIONS, 'flux-system', 'apps')
SHOP = Target(APPLICATIONS, 'argocd', 'shop')
BUSY = condition('Ready', 'Unknown', 'Progressing', 'Reconciliation in progress')
NESTED = 'flux-system_team_kustomize.toolkit.fluxcd.io_Kustomization'
A, B = 'shop_a__ConfigMap', 'other_b__ConfigMap'


def config(name, namespace):
    return manifest('ConfigMap', name, {'namespace': namespace, 'uid': f'{namespace}-{name}'})


BOTH = (config('a', 'shop'), config('b', 'other'))


class File(io.StringIO):
    """A file whose content can be read after the recorder has closed it."""

    def close(self):
        self.content = self.getvalue().encode()
        super().close()


class Run:
    def __init__(self, source, target=APPS, recorded=False, **options):
        own = options.pop('at_revision', '')
        options = Options(logs=False, with_managed=True, **options)
        owns = {target: options._replace(at_revision=own)} if own else {}
        self.source = source
        if recorded:
            self.file = File()
            header = Header(source.started, [target], options, target_options=owns)
            source = RecordingSource(source, RecordingWriter(self.file, header))
        self.events = list(api.session(source, [target], options, target_options=owns))

    @property
    def ended(self):
        return {end.target.label: end.verdict.value for end in self._of(TargetEnded)}

    def when(self, label):
        return next(end.at for end in self._of(TargetEnded) if end.target.label == label)

    def why(self, label):
        [end] = [end for end in self._of(TargetEnded) if end.target.label == label]
        return end.reason, end.message

    def facts(self, label):
        ends = [end for end in self._of(TargetEnded) if end.target.label == label]
        return [fact for end in ends for fact in end.explanation.facts]

    @property
    def notices(self):
        return [event.text for event in self._of(Notice)]

    @property
    def code(self):
        return self._of(RunEnded)[0].exit_code

    def _of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


def test_everything_that_is_managed_is_tracked_across_namespaces():
    run = Run(Scripted((0, kustomization(OLD, objects=(A, B)), *BOTH)))
    assert run.ended == {'ks/apps': 'ready', 'cm/a': 'ready', 'cm/b': 'ready'}
    assert run.code == 0


def test_a_missing_object_fails_the_run_with_the_code_of_objects_that_never_appear():
    run = Run(Scripted((0, kustomization(OLD, objects=(A, B)), BOTH[0])))
    assert (run.ended['cm/b'], run.code) == ('never-appeared', 4)


@pytest.mark.parametrize('delay', (0.0, 3.0))
def test_the_run_waits_for_the_inventory_after_the_application_is_ready(delay):
    run = Run(Scripted((0, kustomization(OLD, objects=(A,)), BOTH[0]), delay=delay))
    assert (run.ended, run.when('cm/a')) == ({'ks/apps': 'ready', 'cm/a': 'ready'}, delay)


def test_the_run_waits_for_a_status_that_follows_its_conditions():
    """Flux writes the conditions first, in a request of its own."""
    busy, done = kustomization(), kustomization(OURS, objects=(A,))
    del busy['status']['inventory']
    busy['status'].update(lastAttemptedRevision=flux(OURS), conditions=done['status']['conditions'])
    run = Run(Scripted((0, busy, BOTH[0]), (2, done)))
    assert (run.ended, run.when('ks/apps')) == ({'ks/apps': 'ready', 'cm/a': 'ready'}, 2)


def test_the_objects_of_the_new_revision_are_the_targets():
    run = Run(
        Scripted(
            (0, kustomization(OLD, objects=(A,)), *BOTH),
            (40, kustomization(OLD, OURS, BUSY, objects=(A,))),
            (45, kustomization(OURS, objects=(B,))),
        ),
        at_revision=OURS,
    )
    assert [at for at, _ in run.source.asked] == [45]
    assert run.ended == {'ks/apps': 'ready', 'cm/b': 'ready'}
    assert run.when('ks/apps') == 45


def test_a_success_of_an_older_revision_is_no_success():
    run = Run(Scripted((0, kustomization(OLD, objects=(A,)), *BOTH)), at_revision=OURS)
    assert (run.ended, run.when('ks/apps'), run.code) == (
        {'ks/apps': 'never-appeared'},
        600,
        4,
    )
    assert flux(OLD)[:22] in run.why('ks/apps')[1]


def test_the_time_limit_fires_with_times_that_are_rounded():
    source = Scripted((0,), (0.1, kustomization(OLD)))
    source.started += 0.123456789
    run = Run(source, at_revision=OURS, revision_timeout=3.0, stall_timeout=60.0)
    assert (run.code, round(run.when('ks/apps'), 3)) == (4, 3.1)


def test_the_time_limit_for_the_revision_does_not_include_its_attempt():
    checking = f'Running health checks for revision {flux(OURS)} with a timeout of 30m0s'
    attempt = kustomization(
        OLD, OURS, BUSY, condition('Healthy', 'Unknown', 'Progressing', checking), objects=(A,)
    )
    run = Run(
        Scripted(
            (0, kustomization(OLD), *BOTH), (20, attempt), (900, kustomization(OURS, objects=(A,)))
        ),
        at_revision=OURS,
        revision_timeout=30.0,
    )
    assert (run.ended, run.when('ks/apps')) == ({'ks/apps': 'ready', 'cm/a': 'ready'}, 900)
    # What it manages is tracked as soon as it is applied.
    assert run.when('cm/a') == 20


def test_a_failure_of_our_revision_fails_at_once_and_shows_what_is_managed():
    broken = kustomization(OLD, OURS, failed(), objects=(A,))
    run = Run(Scripted((0, kustomization(OLD)), (10, broken, BOTH[0])), at_revision=OURS)
    assert (run.code, run.when('ks/apps')) == (1, 10)
    assert run.why('ks/apps')[0] == 'ConditionFailed'
    assert 'it is broken' in run.why('ks/apps')[1]
    # It has failed, and does not wait.
    assert not [fact for fact in run.facts('ks/apps') if 'waits for' in fact]
    assert run.ended == {'ks/apps': 'failed', 'cm/a': 'ready'}


def test_a_failure_of_a_newer_revision_names_it():
    newer = kustomization(OURS, NEWER, failed(), objects=(A,))
    run = Run(Scripted((0, newer, BOTH[0])), at_revision=OURS)
    assert f'{NEWER[:12]}, which is newer than {OURS[:12]}, failed' in run.why('ks/apps')[1]


@pytest.mark.parametrize('conditions', ((), (BUSY,)))
def test_pods_do_not_wait_for_the_application_that_manages_them(conditions):
    crashed = pod(status(state=ended(3), last=ended(3), restarts=2), name='web', age=1)
    app = kustomization(OLD, OLD, *conditions, objects=('shop_web__Pod',))
    run = Run(Scripted((0, app, crashed)), timeout=30.0)
    assert (run.ended['po/web'], run.code) == ('failed', 1)


def test_a_failure_of_an_older_revision_is_waited_out():
    run = Run(
        Scripted(
            (0, kustomization(OLD, OLD, failed(), objects=(A,)), *BOTH),
            (300, kustomization(OURS, objects=(A,))),
        ),
        at_revision=OURS,
    )
    assert (run.code, run.when('ks/apps')) == (0, 300)


def test_a_newer_revision_is_as_good():
    run = Run(
        Scripted(
            (0, kustomization(OLD, OURS, BUSY)),
            (10, kustomization(OLD, NEWER, BUSY)),
            (20, kustomization(NEWER, objects=(A,)), BOTH[0]),
        ),
        at_revision=OURS,
    )
    assert (run.code, run.when('ks/apps')) == (0, 20)


@pytest.mark.parametrize(
    ('target', 'obj'),
    (
        (APPS, kustomization(OLD, suspend=True)),
        (
            SHOP,
            application(NEWER, 'OutOfSync', spec={'syncPolicy': {}}),
        ),
    ),
)
def test_what_somebody_has_to_apply_is_a_pause(target, obj):
    run = Run(Scripted((0, obj)), target, at_revision=OURS)
    assert (list(run.ended.values()), run.code) == (['paused'], 6)


def test_paused_pods_of_an_older_revision_are_no_pause():
    run = Run(Scripted((0, application(OLD, health='Suspended'))), SHOP, at_revision=OURS)
    assert (list(run.ended.values()), run.code) == (['never-appeared'], 4)


def resources(*names):
    return [
        {'version': 'v1', 'kind': 'ConfigMap', 'namespace': space, 'name': name}
        for space, name in names
    ]


def test_an_application_of_argo_cd_is_judged_by_its_sync():
    out = {'operationState': operation('Running', OURS)}
    done = {'operationState': operation('Succeeded', OURS), 'resources': resources(('shop', 'a'))}
    run = Run(
        Scripted(
            (0, application(OLD), *BOTH),
            (100, application(OURS, 'OutOfSync', **out)),
            (110, application(OURS, **done)),
        ),
        SHOP,
        at_revision=OURS[:8],
    )
    assert (run.ended, run.code) == ({'app/shop': 'ready', 'cm/a': 'ready'}, 0)
    assert run.when('app/shop') == 110


def test_a_failed_sync_of_our_revision_fails_at_once():
    state = operation('Failed', OURS, 'admission webhook denied the request')
    run = Run(
        Scripted((0, application(OURS, 'OutOfSync', operationState=state))), SHOP, at_revision=OURS
    )
    assert (run.code, run.when('app/shop')) == (1, 0)
    assert 'denied' in run.why('app/shop')[1]


def test_nested_applications_are_followed_and_need_our_revision_too():
    run = Run(
        Scripted(
            (0, kustomization(OLD, objects=(NESTED,)), kustomization(OLD, name='team'), *BOTH),
            (10, kustomization(OURS, objects=(NESTED,))),
            (50, kustomization(OURS, name='team', objects=(B,))),
        ),
        at_revision=OURS,
    )
    assert run.ended == {'ks/apps': 'ready', 'ks/team': 'ready', 'cm/b': 'ready'}
    assert (run.when('ks/apps'), run.when('ks/team'), run.code) == (10, 50, 0)


def test_nested_applications_of_another_source_need_no_revision():
    other = kustomization(
        OLD, name='team', objects=(B,), sourceRef={'kind': 'OCIRepository', 'name': 'x'}
    )
    run = Run(Scripted((0, kustomization(OURS, objects=(NESTED,)), other, *BOTH)), at_revision=OURS)
    assert (run.ended['ks/team'], run.code) == ('ready', 0)


def test_applications_that_manage_each_other_end():
    own = 'flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization'
    run = Run(
        Scripted(
            (0, kustomization(OLD, objects=(NESTED, own))),
            (0, kustomization(OLD, name='team', objects=(own,))),
        )
    )
    assert (run.ended, run.code) == ({'ks/apps': 'ready', 'ks/team': 'ready'}, 0)


def test_objects_that_are_pruned_while_it_runs_are_dropped():
    run = Run(
        Scripted(
            (0, kustomization(OLD, NEWER, BUSY, objects=(A, B)), BOTH[0]),
            (10, kustomization(NEWER, objects=(A,))),
        )
    )
    assert (run.ended, run.code) == ({'ks/apps': 'ready', 'cm/a': 'ready', 'cm/b': 'ended'}, 0)


def test_objects_in_another_cluster_are_not_looked_for():
    remote = kustomization(OLD, objects=(A,), kubeConfig={'secretRef': {'name': 'edge'}})
    run = Run(Scripted((0, remote)))
    assert (run.ended, run.code, run.source.asked) == ({'ks/apps': 'ready'}, 0, [])
    assert 'ks/apps deploys to another cluster: only ks/apps is tracked' in run.notices


def test_an_empty_inventory_is_a_notice():
    run = Run(Scripted((0, kustomization(OLD))))
    assert (run.code, run.notices) == (0, ['ks/apps manages no objects'])


def test_objects_that_cannot_be_tracked_are_notices():
    ignored = ManagedTargets((), ('Widget x is ignored: no such kind',))
    source = Scripted((0, kustomization(OLD, objects=(A,))), resolve=lambda want: ignored)
    assert 'ks/apps: Widget x is ignored: no such kind' in Run(source).notices


@pytest.mark.parametrize('delay', (0.0, 5.0))
@pytest.mark.parametrize('obj', (kustomization(OLD, objects=(A,)), kustomization(OLD, OLD, BUSY)))
def test_an_inventory_that_cannot_be_read_is_exit_5(obj, delay):
    denied = ManagedTargets((), failure='secrets is forbidden')
    run = Run(Scripted((0, obj), resolve=lambda want: denied, delay=delay))
    assert (run.ended, run.code) == ({'ks/apps': 'no-access'}, 5)


@pytest.mark.parametrize(
    ('source', 'verdict', 'code'),
    (({}, 'timed-out', 3), ({'interrupt_at': 20}, 'interrupted', 130)),
)
def test_an_inventory_that_does_not_come_is_waited_for_until_the_run_ends(source, verdict, code):
    slow = Scripted((0, kustomization(OLD, objects=(A,))), delay=1e9, **source)
    run = Run(slow, timeout=60.0)
    assert (run.ended, run.code) == ({'ks/apps': verdict}, code)


@pytest.mark.parametrize('kind', ('Kustomization', 'ConfigMap'))
def test_objects_that_may_not_be_read_are_exit_5(kind):
    run = Run(Scripted((0, kustomization(OLD, objects=(A,)), BOTH[0]), denied=(kind,)))
    label = {'Kustomization': 'ks/apps', 'ConfigMap': 'cm/a'}[kind]
    assert (run.ended[label], run.code) == ('no-access', 5)


def test_kube_events_that_may_not_be_read_change_nothing():
    run = Run(Scripted((0, kustomization(OLD, objects=(A,)), BOTH[0]), denied=('Event',)))
    assert (run.ended, run.code) == ({'ks/apps': 'ready', 'cm/a': 'ready'}, 0)


def test_an_interruption_ends_what_is_managed():
    run = Run(Scripted((0, kustomization(OLD, objects=(A,))), interrupt_at=9))
    assert (run.ended, run.code) == ({'ks/apps': 'ready', 'cm/a': 'interrupted'}, 130)


def test_an_interruption_ends_the_applications_whose_objects_are_not_known():
    def delay(want):
        return 1e9 if want.objects[0].kind == 'ConfigMap' else 0

    team = kustomization(OLD, name='team', objects=(A,))
    run = Run(
        Scripted((0, kustomization(OLD, objects=(NESTED,)), team), delay=delay, interrupt_at=9)
    )
    assert (run.ended, run.code) == ({'ks/apps': 'ready', 'ks/team': 'interrupted'}, 130)


def test_another_revision_of_this_run_may_be_newer():
    run = Run(Scripted((0, kustomization(OLD)), (10, kustomization(NEWER))), at_revision=OURS)
    assert (run.code, 'may be newer' in run.why('ks/apps')[1]) == (4, True)


def test_a_ready_application_that_attempts_our_revision_is_not_ready_yet():
    ready = condition('Ready', 'True', 'UpgradeSucceeded')
    busy = helm_release('1.0.0', '1.1.0', ready)
    done = helm_release('1.1.0', '1.1.0', ready)
    for obj in (busy, done):
        obj['status']['inventory'] = {'entries': []}
    target = Target(HELM_RELEASES, 'shop', 'web')
    run = Run(Scripted((0, busy), (900, done)), target, at_revision='1.1.0', stall_timeout=1800.0)
    assert (run.code, run.when('hr/web')) == (0, 900)


def test_a_deleted_application_does_not_wait_for_its_inventory():
    gone = ('Kustomization', 'apps')
    busy = kustomization(OLD, OLD, BUSY, objects=(A,))
    run = Run(Scripted((0, busy), (3, gone), delay=1e9))
    assert (run.ended, run.code) == ({'ks/apps': 'deleted'}, 4)


def test_a_single_look_includes_what_is_managed():
    run = Run(Scripted((0, kustomization(OLD, objects=(A,)), BOTH[0])), once=True)
    assert (run.ended, run.code) == ({'ks/apps': 'ready', 'cm/a': 'ready'}, 0)


def test_the_revision_is_required_in_a_single_look():
    run = Run(Scripted((0, kustomization(OLD))), at_revision=OURS, once=True)
    assert (run.ended, run.code) == ({'ks/apps': 'never-appeared'}, 4)


def test_a_missing_application_is_exit_4():
    run = Run(Scripted((0,)), at_revision=OURS)
    assert (run.ended, run.when('ks/apps'), run.code) == ({'ks/apps': 'never-appeared'}, 30, 4)


RELEASE = 'shop_web_helm.toolkit.fluxcd.io_HelmRelease'


def test_a_helm_release_is_ready_with_the_expected_chart():
    old, new = helm_release('1.0.0'), helm_release('1.1.0')
    ready = [condition('Ready', 'True', 'UpgradeSucceeded')]
    for obj in (old, new):
        obj['status'].update(conditions=ready, inventory={'entries': [{'id': A, 'v': 'v1'}]})
    target = Target(HELM_RELEASES, 'shop', 'web')
    run = Run(Scripted((0, old, *BOTH), (70, new)), target, at_revision='1.1.0')
    assert (run.ended, run.when('hr/web')) == ({'hr/web': 'ready', 'cm/a': 'ready'}, 70)


def test_a_recording_replays_to_the_same_end():
    run = Run(
        Scripted(
            (0, kustomization(OLD, objects=(A,)), *BOTH),
            (40, kustomization(OLD, OURS, failed(), objects=(A, NESTED))),
        ),
        at_revision=OURS,
        recorded=True,
    )
    recording = parse(io.BytesIO(run.file.content), 'test')
    again = api.session(
        RecordedSource(recording), recording.targets, recording.options,
        target_options=recording.target_options,
    )  # fmt: skip
    assert list(again) == run.events
