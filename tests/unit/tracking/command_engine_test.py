"""`kubectl dog run` through the engine: a command changes objects, and may change them back."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import job as jobs
from kubectl_dog.tracking.command_engine import CommandEngine
from kubectl_dog.tracking.command_state import FAILURE_SECONDS
from kubectl_dog.tracking.command_state import SETTLE_SECONDS
from kubectl_dog.tracking.schedule.command_changes import ChangedObjects
from kubectl_dog.tracking.targets.command_target import CommandTarget
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.tracking.play import TRACKERS

OLD, BAD = ({'containers': [container(image=image, **PROBED)]} for image in ('web:1', 'web:2'))
WEB = Watch(DEPLOYMENTS, 'shop', fields='metadata.name=web')
KINDS = (DEPLOYMENTS, JOBS, PODS)
GROUPS = tuple(Group(kind, 'shop', '') for kind in KINDS)
DEPLOYS = Watch(DEPLOYMENTS, 'shop')


def job(name='migrate', **meta):
    return manifest('Job', name, meta=meta, spec={'completions': 1})


def create_target(target):
    tracker = jobs if target.resource == JOBS else TRACKERS[target.resource.kind]
    return CommandTarget(target, tracker)


class Run:
    """A run whose cluster is a dict of objects; each watch gets what it selects."""

    def __init__(self, *objects, targets=(), groups=GROUPS, **options):
        tracked = list(map(create_target, targets))
        changes = ChangedObjects(groups, create_target)
        self.engine = CommandEngine(tracked, Options(command='helm', **options), NOW, changes)
        self.objects = {obj['metadata']['uid']: obj for obj in objects}
        self.listed = set()
        self.events = []
        self.at = 0.0
        self._take(self.engine.step(0.0, None))

    def _take(self, step):
        self.step = step
        self.events += step.events
        watches = {want for want in step.wants if isinstance(want, Watch)}
        self.listed &= watches
        for want in sorted(watches - self.listed):
            self.listed.add(want)
            self._give(want, Listed(tuple(self._selected(want))))

    def _selected(self, want):
        return [obj for obj in self.objects.values() if self._selects(want, obj)]

    def _selects(self, want, obj):
        field, _, value = want.fields.partition('=')
        name = obj['metadata']['name']
        return obj['kind'] == want.resource.kind and (field != 'metadata.name' or name == value)

    def _give(self, want, payload):
        if not self.step.finished:
            self._take(self.engine.step(self.at, Item(self.at, want, payload)))

    def until(self, at):
        while self.step.deadline is not None and self.step.deadline <= at:
            self.at = max(self.at, self.step.deadline)
            self._take(self.engine.step(self.step.deadline, None))
        self.at = at
        return self

    def start(self, at=1.0):
        self.until(at)._give(None, Signal('command-started'))
        return self

    def end(self, at, code=0):
        self.until(at)._give(None, Signal('command-ended', code))
        return self

    def give_failure(self, at, want, failure):
        self.until(at)._give(want, failure)

    def signal(self, at, name):
        self.until(at)._give(None, Signal(name))
        return self

    def put(self, at, *objects):
        self.until(at)
        for obj in objects:
            key = obj['metadata']['uid']
            change = 'MODIFIED' if key in self.objects else 'ADDED'
            self.objects[key] = obj
            self._tell(change, obj)
        return self

    def delete(self, at, *objects):
        self.until(at)
        for obj in objects:
            del self.objects[obj['metadata']['uid']]
            self._tell('DELETED', obj)
        return self

    def _tell(self, change, obj):
        for want in sorted(want for want in self.step.wants if isinstance(want, Watch)):
            if self._selects(want, obj):
                self._give(want, Changed(change, obj))

    def log(self, at, name, *texts):
        want = next(want for want in self.step.wants if isinstance(want, Logs) and want.pod == name)
        lines = tuple(LogLine(int(NOW * 1e9), text) for text in texts)
        self.until(at)._give(want, LogLines(lines, 0))
        self._give(want, LogEnd(want.restarts))
        return self

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def ends(self):
        return {end.target.name: (end.verdict.value, end.reason) for end in self.of(TargetEnded)}

    @property
    def process_code(self):
        return next((event.process_code for event in self.of(RunEnded)), None)

    @property
    def notices(self):
        return [event.text for event in self.of(Notice)]


def web(generation=3, revision='2', template=OLD, **counts):
    meta = {
        'generation': generation,
        'annotations': {'deployment.kubernetes.io/revision': revision},
    }
    counts = {'observedGeneration': generation, **counts}
    return deployment(1, template=template, meta=meta, **counts)


NOT_READY = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}
STABLE = (web(), replica_set('2', ready=1, template=OLD))


def crashing(ends, name='web-3-x'):
    state = status(state=ended(3), last=ended(3), restarts=ends - 1)
    return pod(state, name=name, owner='rs-3', age=1)


def failing_upgrade(**options):
    """A run in which the command has applied revision 3, whose pod crashes."""
    run = Run(*STABLE, **options).start()
    run.put(2.0, web(4, '3', BAD, **NOT_READY), replica_set('3', age=1, template=BAD))
    return run.put(4.0, crashing(1)).log(4.5, 'web-3-x', 'FATAL: no schema')


def roll_back(run, at):
    run.put(at, web(5, '4', OLD), replica_set('4', template=OLD, ready=1))
    return run.delete(at + 0.5, crashing(1))


def test_objects_that_do_not_change_are_no_targets():
    run = Run(*STABLE).start().put(2.0, web(availableReplicas=0)).end(3.0).until(60.0)
    assert run.ends == {}
    assert run.process_code == 0
    assert [text for text in run.notices if text.startswith('helm has created or changed nothing')]


def test_the_text_about_no_change_names_the_labels():
    labelled = [group._replace(labels='app=api') for group in GROUPS]
    texts = [
        Run(groups=groups).start().end(2.0).until(9.0).notices for groups in (GROUPS, labelled)
    ]
    assert ['app=api' in text for [text] in texts] == [False, True]


def test_verdicts_wait_until_the_changes_of_the_command_have_arrived():
    run = Run(*STABLE).start().put(2.0, web(4)).until(20.0)
    assert run.ends == {}
    run.end(20.0).until(20.0 + SETTLE_SECONDS - 0.1)
    assert run.ends == {}
    run.put(20.0 + SETTLE_SECONDS - 0.1, web(4)).until(20.0 + SETTLE_SECONDS + 1.5)
    assert run.ends == {'web': ('ready', '')}
    assert run.process_code == 0


@pytest.mark.parametrize(
    ('objects', 'targets'),
    [
        ([job()], ['migrate']),
        ([job(ownerReferences=[{'uid': 'cron', 'controller': True}])], []),
        ([pod(status(), name='single', ready=True)], ['single']),
        ([pod(status(), name='owned', owner='rs-2')], []),
        ([web(4)], ['web']),
        ([{**web(4), 'metadata': {**web(4)['metadata'], 'deletionTimestamp': ago(1)}}], []),
    ],
)
def test_targets_are_created_and_changed_objects(objects, targets):
    run = Run(*STABLE).start().put(2.0, *objects)
    assert [tracked.target.name for tracked in run.engine.targets] == targets


@pytest.mark.parametrize(
    ('annotations', 'names'),
    [
        ({'meta.helm.sh/release-name': 'shop'}, ['migrate']),
        ({'meta.helm.sh/release-name': 'other'}, []),
        ({'helm.sh/hook': 'pre-upgrade'}, ['migrate']),
    ],
)
def test_only_objects_of_the_release_count(annotations, names):
    run = Run(helm_release='shop').start().put(2.0, job(annotations=annotations))
    assert [tracked.target.name for tracked in run.engine.targets] == names


def test_a_failed_revision_is_explained_after_its_rollback():
    run = roll_back(failing_upgrade(), 8.0).end(10.0, 1).until(30.0)
    assert run.ends == {'web': ('failed', 'CrashLoop')}
    (end,) = run.of(TargetEnded)
    assert end.explanation.cause.code == 'CrashLoop'
    assert end.explanation.log_excerpt == ('FATAL: no schema',)
    assert end.message == 'revision 3 was rolled back'
    assert any('revision 4' in fact for fact in end.explanation.facts)
    assert not any('web-3-x' in command for command in end.explanation.suggested_commands)
    assert run.process_code == 1


def test_a_revision_that_was_rolled_back_without_a_cause_is_described():
    run = Run(*STABLE).start()
    run.put(2.0, web(4, '3', BAD, **NOT_READY), replica_set('3', age=1, template=BAD))
    run.put(4.0, pod(status(), name='web-3-x', owner='rs-3', age=1)).until(6.0)
    roll_back(run, 8.0).end(10.0, 1).until(30.0)
    assert run.ends == {'web': ('failed', '')}
    (end,) = run.of(TargetEnded)
    assert end.message == 'revision 3 was rolled back'
    assert any('waiting for' in fact for fact in end.explanation.facts)


def test_a_failed_command_that_rolls_nothing_back_stops_the_current_revision():
    run = failing_upgrade().end(10.0, 1).until(30.0)
    assert run.ends == {'web': ('progressing', 'CrashLoop')}


def test_an_interrupted_target_is_explained_by_the_revision_that_was_rolled_back():
    run = roll_back(failing_upgrade(), 8.0).put(8.6, web(5, '4', OLD, **NOT_READY))
    run.end(10.0, 1).signal(10.5, 'interrupt')
    (end,) = run.of(TargetEnded)
    assert end.verdict.value == 'interrupted'
    assert end.explanation.cause.code == 'CrashLoop'


def test_a_command_that_rolls_back_and_ends_with_0_has_failed_as_well():
    run = roll_back(failing_upgrade(), 8.0).end(10.0).until(30.0)
    assert run.ends == {'web': ('failed', 'CrashLoop')}
    assert run.process_code == 0


def test_a_revision_that_was_replaced_by_a_better_one_does_not_fail_the_target():
    run = failing_upgrade()
    better = {'containers': [container(image='web:3', **PROBED)]}
    run.put(8.0, web(5, '4', better), replica_set('4', template=better, ready=1))
    run.delete(8.5, crashing(1)).end(10.0).until(30.0)
    assert run.ends == {'web': ('ready', '')}


def test_a_target_that_is_deleted_again_is_explained():
    run = Run().start().put(2.0, web(1, '1', BAD, **NOT_READY), replica_set('1', template=BAD))
    new = pod(status(state=ended(3), last=ended(3)), name='web-3-x', owner='rs-1', age=1)
    run.put(4.0, new).log(4.5, 'web-3-x', 'FATAL: no schema')
    run.delete(8.0, web(), new).end(8.5, 1).until(30.0)
    assert run.ends == {'web': ('deleted', 'CrashLoop')}
    (end,) = run.of(TargetEnded)
    assert end.explanation.log_excerpt == ('FATAL: no schema',)


def test_a_failure_is_announced_once_while_the_command_runs():
    run = failing_upgrade().put(20.0, crashing(3)).put(21.0, crashing(4)).until(40.0)
    assert run.ends == {}
    assert len([text for text in run.notices if 'has failed: CrashLoop' in text]) == 1
    assert run.end(41.0).until(60.0).ends == {'web': ('failed', 'CrashLoop')}


def test_a_revision_that_had_failed_before_the_command_was_not_rolled_back():
    failed = {
        'conditions': [
            {'type': 'Progressing', 'status': 'False', 'reason': 'ProgressDeadlineExceeded'}
        ]
    }
    before = web(3, '3', BAD, **NOT_READY, **failed)
    target = Target(DEPLOYMENTS, 'shop', 'web')
    run = Run(before, replica_set('3', age=1, template=BAD), targets=[target], groups=()).until(0.5)
    run.start().put(2.0, web(4, '4', OLD), replica_set('4', ready=1, template=OLD))
    run.end(5.0, 1).until(30.0)
    assert not any('has failed' in text for text in run.notices)
    assert run.ends == {'web': ('ready', '')}


@pytest.mark.parametrize(('template', 'code'), ((OLD, 1), (BAD, 0)))
def test_a_revision_of_which_the_pods_are_listed_late_had_failed_before_the_command(template, code):
    target = Target(DEPLOYMENTS, 'shop', 'web')
    run = Run(web(3, '3', BAD, **NOT_READY), targets=[target], groups=()).start()
    run.put(1.1, replica_set('3', age=90, template=BAD), crashing(4))
    run.put(2.0, web(4, '4', template), replica_set('4', ready=1, template=template))
    run.delete(2.1, crashing(4)).end(5.0, code).until(30.0)
    assert not any('has failed' in text for text in run.notices)
    assert run.ends == {'web': ('ready', '')}


def test_open_targets_are_stopped_soon_after_the_command_has_failed():
    run = Run(*STABLE).start().put(2.0, web(4, '3', BAD, **NOT_READY)).end(3.0, 7)
    run.until(3.0 + FAILURE_SECONDS + 0.1)
    assert run.ends == {'web': ('progressing', '')}
    assert run.process_code == 7
    assert [end.exit_code for end in run.of(RunEnded)] == [1]


def test_targets_that_have_ended_keep_their_verdict_when_the_command_has_failed():
    done = {**job(), 'status': {'conditions': [{'type': 'Complete', 'status': 'True'}]}}
    run = Run(*STABLE).start().put(2.0, job(), web(4, '3', BAD, **NOT_READY)).put(3.0, done)
    run.delete(4.0, done).end(5.0, 1).until(30.0)
    assert run.ends == {'migrate': ('ready', 'Complete'), 'web': ('progressing', '')}


def test_a_hook_that_failed_and_was_deleted_is_explained_without_its_pods():
    run = Run().start().put(2.0, job())
    crashed = pod(
        status(state=ended(4)),
        name='migrate-x',
        owner='job-migrate',
        phase='Failed',
        restartPolicy='Never',
    )
    failed = {'type': 'Failed', 'status': 'True', 'reason': 'BackoffLimitExceeded'}
    done = {**job(), 'status': {'conditions': [failed]}}
    run.put(3.0, crashed, done).delete(3.2, crashed, done).end(4.0, 1).until(30.0)
    assert run.ends == {'migrate': ('failed', 'ContainerFailed')}
    (end,) = run.of(TargetEnded)
    assert not any('migrate-x' in command for command in end.explanation.suggested_commands)


def test_a_failed_hook_does_not_stop_the_others_while_the_command_runs():
    failed = {'type': 'Failed', 'status': 'True', 'reason': 'BackoffLimitExceeded'}
    done = {**job(), 'status': {'conditions': [failed]}}
    run = Run(*STABLE).start().put(2.0, job(), web(4, '3', BAD, **NOT_READY))
    run.put(3.0, done).delete(3.2, done).until(30.0)
    assert run.ends == {'migrate': ('failed', 'BackoffLimitExceeded')}


def test_a_slow_revision_that_a_good_command_has_taken_back_did_not_fail():
    run = Run(*STABLE).start()
    run.put(2.0, web(4, '3', BAD, **NOT_READY), replica_set('3', age=1, template=BAD)).until(6.0)
    run.put(8.0, web(5, '4', OLD), replica_set('4', template=OLD, ready=1)).end(10.0).until(30.0)
    assert run.ends == {'web': ('ready', '')}


def test_a_good_target_that_is_deleted_again_has_no_cause():
    run = Run().start().put(2.0, web(1, '1'), replica_set('1', ready=1)).delete(4.0, web())
    run.end(5.0, 1).until(30.0)
    assert run.ends == {'web': ('deleted', 'Deleted')}
    assert run.of(TargetEnded)[0].explanation.cause is None


def test_a_kind_that_cannot_be_read_is_left_out():
    run = Run(*STABLE)
    run.give_failure(0.5, Watch(JOBS, 'shop'), ReadFailure('denied', 'jobs is forbidden'))
    run.start().put(2.0, web(4)).end(3.0).until(10.0)
    assert any('changes of jobs.batch are not tracked' in text for text in run.notices)
    assert run.ends == {'web': ('ready', '')}


def test_tracking_goes_on_after_a_good_command():
    run = Run(*STABLE).start().put(2.0, web(4, '3', BAD, **NOT_READY)).end(3.0).until(60.0)
    assert run.ends == {}
    run.put(61.0, web(4, '3', BAD)).until(64.0)
    assert run.ends == {'web': ('ready', '')}


def test_a_changed_target_can_change_again():
    run = Run(*STABLE).start().put(2.0, web(4, '3')).put(10.0, web(5, '4', BAD, **NOT_READY))
    run.end(12.0).until(40.0)
    assert run.ends == {}


def test_a_job_that_ended_and_was_deleted_has_its_verdict_and_a_new_one_is_a_target():
    done = {**job(), 'status': {'conditions': [{'type': 'Complete', 'status': 'True'}]}}
    run = Run().start().put(2.0, job()).put(3.0, done).delete(4.0, done)
    assert run.ends == {'migrate': ('ready', 'Complete')}
    assert not run.step.finished
    run.put(6.0, job(uid='second'))
    assert len(run.engine.targets) == 2


def test_a_named_target_is_tracked_although_it_does_not_change():
    run = Run(*STABLE, targets=[Target(DEPLOYMENTS, 'shop', 'web')], groups=())
    run.start().until(20.0)
    assert run.ends == {}
    assert run.end(20.0).until(24.0).ends == {'web': ('ready', '')}


@pytest.mark.parametrize(('code', 'at'), [(0, 13.0 + SETTLE_SECONDS), (1, 3.0 + SETTLE_SECONDS)])
def test_a_named_target_may_appear_until_a_time_after_the_command(code, at):
    missing = Target(DEPLOYMENTS, 'shop', 'web')
    run = Run(targets=[missing], groups=(), create_timeout=10.0).start().end(3.0, code)
    assert run.until(at - 0.1).ends == {}
    assert run.until(at + 0.1).ends == {'web': ('never-appeared', 'NotFound')}


@pytest.mark.parametrize(('with_verdict', 'code'), [(False, 0), (True, 1)])
def test_exit_code_of_a_failed_target_after_a_good_command(with_verdict, code):
    run = failing_upgrade(exit_with_verdict=with_verdict)
    run.put(20.0, crashing(3)).end(40.0).until(60.0)
    assert run.ends == {'web': ('failed', 'CrashLoop')}
    assert run.process_code == code


def test_a_signal_stops_the_tracking_before_the_command_has_ended():
    run = failing_upgrade().signal(8.0, 'interrupt')
    assert run.ends == {'web': ('interrupted', 'CrashLoop')}
    assert run.process_code == 130


def test_a_signal_stops_a_run_without_targets():
    run = Run(*STABLE).start().signal(8.0, 'terminate')
    assert run.process_code == 143
    assert run.step.finished


def test_a_command_that_is_ended_by_the_timeout_is_named():
    run = Run(*STABLE, timeout=10.0).start().put(2.0, web(4, '3', BAD, **NOT_READY))
    run.end(10.5, 3).until(30.0)
    assert run.ends == {'web': ('timed-out', '')}
    assert any('--timeout' in text and 'helm' in text for text in run.notices)
    assert run.process_code == 3


def test_objects_that_are_listed_after_the_start_of_the_command_count_if_they_are_new():
    engine = CommandEngine([], Options(command='helm'), NOW, ChangedObjects(GROUPS, create_target))
    engine.step(0.0, Item(0.0, None, Signal('command-started')))
    ages = {'old': 60, 'new': 0}
    jobs = [job(name, uid=name, creationTimestamp=ago(age)) for name, age in ages.items()]
    engine.step(1.0, Item(1.0, Watch(JOBS, 'shop'), Listed(tuple(jobs))))
    assert [tracked.target.name for tracked in engine.targets] == ['new']
