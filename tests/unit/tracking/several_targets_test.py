"""Several targets of one call: what one of them waits for may be another."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import deployment
from kubectl_dog.trackers.kinds import job
from kubectl_dog.trackers.kinds import pod as tracker
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment as a_deployment
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import waiting

NAMES = ('web', 'db', 'cache')


def crashed(ends):
    container_status = status(state=ended(3), last=ended(3), restarts=ends - 1)
    return pod(container_status, name='web', age=1)


def starting(name):
    return pod(status(state=waiting('ContainerCreating')), name=name, phase='Pending', age=1)


def ready(name):
    return pod(status(), name=name, ready=True, containers=[container(**PROBED)])


class Call:
    """A call with three pods as targets."""

    def __init__(self, *objects, own=(None, None, None), **options):
        self.targets = {
            name: TrackedTarget(Target(PODS, 'shop', name), tracker, options=mine)
            for name, mine in zip(NAMES[: len(objects)], own)
        }
        self.engine = Engine(list(self.targets.values()), Options(logs=False, **options), NOW)
        self.events, self.wanted = [], set()
        self._take(0.0, None)
        for name, obj in zip(NAMES, objects):
            self._take(0.0, Item(0.0, self.targets[name].root, Listed((obj,))))

    def until(self, at):
        while self.last.deadline is not None and self.last.deadline <= at:
            self._take(self.last.deadline, None)
        return self

    def change(self, at, name, obj):
        if not self.until(at).last.finished:
            item = Item(at, self.targets[name].root, Changed('MODIFIED', obj))
            self._take(at, item)
        for log in [want for want in self.last.wants if isinstance(want, Logs)]:
            self._take(at, Item(at, log, LogEnd(log.restarts)))
        return self

    def _take(self, at, item):
        self.last = self.engine.step(at, item)
        self.wanted |= self.last.wants
        self.events += self.last.events

    def verdict(self, name):
        end = self.targets[name].ended
        return end and (end.verdict.value, end.at)


def seen(call):
    """What was reported of the cause of web."""
    causes = [event for event in call.events if isinstance(event, CauseSeen)]
    return [event for event in causes if event.target.name == 'web']


def test_alone_the_third_crash_fails():
    call = Call(crashed(1))
    call.change(14, 'web', crashed(3))
    assert call.verdict('web') == ('failed', 14)


def test_while_another_is_on_its_way_the_fifth_does():
    call = Call(crashed(1), starting('db'))
    call.change(14, 'web', crashed(3))
    assert call.verdict('web') is None
    call.change(60, 'web', crashed(5))
    assert call.verdict('web') == ('failed', 60)


@pytest.mark.parametrize(
    ('other', 'verdict'),
    (
        pytest.param(ready('db'), ('failed', 14), id='is ready'),
        pytest.param(
            pod(status(state=waiting('ImagePullBackOff')), name='db', phase='Pending'),
            ('failed', 14),
            id='has trouble of its own',
        ),
        pytest.param(starting('db'), None, id='is on its way'),
    ),
)
def test_company_is_what_is_on_its_way(other, verdict):
    call = Call(pod(status(), name='web', phase='Pending', age=1), starting('db'))
    call.change(1, 'db', other)
    call.change(2, 'web', crashed(1))
    call.change(14, 'web', crashed(3))
    assert call.verdict('web') == verdict


def test_it_gets_its_chance_when_the_other_is_there_at_last():
    call = Call(crashed(1), starting('db'))
    call.change(14, 'web', crashed(3))
    call.change(20, 'db', ready('db'))
    assert call.verdict('web') is None
    call.change(45, 'web', crashed(4))
    assert call.verdict('web') == ('failed', 45)


def up_again(ends):
    return pod(status(state=running(1), last=ended(3), restarts=ends), name='web', age=1)


@pytest.mark.parametrize(
    ('at_the_end', 'fails_at'),
    (
        pytest.param(crashed(1), 3, id='the usual count'),
        pytest.param(crashed(2), 3, id='one more than before'),
        pytest.param(up_again(2), 4, id='the instance had started before'),
        pytest.param(crashed(4), 5, id='at most the extended count'),
        pytest.param(up_again(4), 5, id='at most the extended count, running'),
    ),
)
@pytest.mark.parametrize(
    'last',
    (
        pytest.param(ready('db'), id='ready'),
        pytest.param(
            pod(status(state=waiting('CreateContainerConfigError')), name='db', phase='Pending'),
            id='failing',
        ),
    ),
)
def test_the_usual_count_holds_once_no_other_target_can_become_ready(at_the_end, fails_at, last):
    call = Call(crashed(1), starting('db'), keep_going=True)
    call.change(3, 'web', at_the_end)
    assert seen(call)[-1].fails_at == 5
    call.change(9, 'db', last)
    assert seen(call)[-1].fails_at == fails_at
    terminations = seen(call)[-1].cause.terminations
    for ends in range(terminations, fails_at):
        assert call.verdict('web') is None
        call.change(10 + ends, 'web', crashed(ends + 1))
    assert call.verdict('web') == ('failed', 9 + fails_at)


def test_the_usual_count_is_reported_as_soon_as_it_holds():
    call = Call(crashed(1), starting('db')).change(3, 'web', crashed(2)).until(9)
    call._take(9, Item(9, call.targets['db'].root, Changed('MODIFIED', ready('db'))))
    assert [event.fails_at for event in call.last.events if isinstance(event, CauseSeen)] == [3]


def test_it_waits_again_while_another_target_is_repaired():
    call = Call(crashed(1), starting('db'), keep_going=True)
    unpulled = pod(status(state=waiting('ImagePullBackOff')), name='db', phase='Pending')
    call.change(5, 'db', unpulled).change(6, 'db', starting('db')).until(22)
    call.change(25, 'web', crashed(3))
    assert call.verdict('web') is None


def died(name):
    return pod(
        status(name='main', state=ended(3)), name=name, phase='Failed', restartPolicy='Never'
    )


def verdicts(call):
    return [call.verdict(name) and call.verdict(name)[0] for name in call.targets]


def code(call):
    return call.last.events[-1].exit_code


def test_a_failure_ends_the_call_once_the_others_were_looked_at():
    call = Call(starting('web'), starting('db'), starting('cache'))
    call.change(10, 'web', died('web')).change(14, 'db', died('db')).until(15.9)
    assert verdicts(call) == ['failed', 'failed', None]
    # The verdict of the first waited a second for its evidence.
    call.until(16)
    assert verdicts(call) == ['failed', 'failed', 'progressing']
    assert (call.last.finished, code(call)) == (True, 1)


def test_who_is_not_waited_for_says_what_was_wrong_with_it():
    unpulled = pod(status(state=waiting('ImagePullBackOff')), name='db', phase='Pending')
    call = Call(starting('web'), unpulled)
    call.change(10, 'web', died('web')).until(17)
    assert call.targets['db'].ended.message.startswith(
        'had no verdict when the run ended; ImagePullFailed'
    )


def test_every_target_is_judged_where_that_is_asked():
    call = Call(starting('web'), starting('db'), keep_going=True)
    call.change(10, 'web', died('web')).change(40, 'db', ready('db'))
    assert verdicts(call) == ['failed', 'ready']
    assert code(call) == 1


def test_what_may_fail_fails_nothing():
    call = Call(starting('web'), starting('db'), own=[Options(fail_mode='ignore'), None])
    call.change(10, 'web', died('web')).change(40, 'db', ready('db'))
    assert verdicts(call) == ['failed', 'ready']
    assert code(call) == 0
    # Who sees the failure is told why the exit code says nothing of it.
    [facts] = [
        tracked.ended.explanation.facts for tracked in call.targets.values() if tracked.ended.reason
    ]
    assert facts[-1] == 'this failure does not affect the exit code (fail-mode: ignore)'


HOPEFUL = Options(fail_mode='end')


def test_what_hopes_fails_when_the_others_have_ended():
    call = Call(starting('web'), starting('db'), own=[HOPEFUL, None])
    call.change(10, 'web', died('web')).until(20)
    assert verdicts(call) == [None, None]
    call.change(40, 'db', ready('db')).until(42)
    assert verdicts(call) == ['failed', 'ready']
    assert code(call) == 1


def test_what_hopes_may_heal():
    call = Call(starting('web'), starting('db'), own=[HOPEFUL, None])
    unpulled = pod(status(state=waiting('ImagePullBackOff')), name='web', phase='Pending')
    call.change(1, 'web', unpulled).until(70)
    assert verdicts(call) == [None, None]
    call.change(80, 'web', ready('web')).change(90, 'db', ready('db'))
    assert verdicts(call) == ['ready', 'ready']


def test_all_that_hope_are_given_up_together():
    call = Call(starting('web'), starting('db'), own=[HOPEFUL, HOPEFUL])
    call.change(10, 'web', died('web')).until(20)
    assert verdicts(call) == [None, None]
    call.change(30, 'db', died('db')).until(32)
    assert verdicts(call) == ['failed', 'failed']


def test_what_blocks_nothing_is_waited_for_only_with_the_others():
    call = Call(starting('web'), starting('db'), own=[Options(blocking=False), None])
    call.change(40, 'db', ready('db'))
    assert verdicts(call) == ['progressing', 'ready']
    assert (call.last.finished, code(call)) == (True, 0)


def test_one_of_four_targets_crashes_and_another_lacks_its_config_map():
    """Two Deployments, a Job and a Deployment without its ConfigMap, with --keep-going."""
    targets = [
        *(Target(DEPLOYMENTS, 'shop', name) for name in ('web', 'api', 'poor')),
        Target(JOBS, 'shop', 'migrate'),
    ]
    trackers = {'Deployment': deployment, 'Job': job}
    tracked = [TrackedTarget(target, trackers[target.resource.kind]) for target in targets]
    engine = Engine(tracked, Options(logs=False, keep_going=True), NOW)
    store, steps = {}, [engine.step(0, None)]

    def run_until(at):
        while steps[-1].deadline is not None and steps[-1].deadline <= at:
            steps.append(engine.step(steps[-1].deadline, None))

    def play(at, *objects):
        """Each watch gets the objects of its kind and label, once they exist."""
        run_until(at)
        store.update({obj['metadata']['uid']: obj for obj in objects})
        for want in [want for want in steps[-1].wants if isinstance(want, Watch)]:
            name = want.fields.partition('metadata.name=')[2] or want.labels.partition('=')[2]
            members = [
                obj
                for obj in store.values()
                if obj['kind'] == want.resource.kind and obj['metadata']['name'].startswith(name)
            ]
            steps.append(engine.step(at, Item(at, want, Listed(tuple(members)))))

    play(0, *app('web', crash=1), *app('api'), *app('poor', missing=True), *task())
    play(0, *app('web', crash=1), *app('api'), *app('poor', missing=True), *task())
    play(3, *app('web', crash=2))
    play(5, *task(done=True))
    play(9, *app('api', ready=True))
    play(14, *app('web', crash=3))
    run_until(30)
    ends = {end.target.name: (end.verdict.value, end.reason) for end in (t.ended for t in tracked)}
    assert ends['web'] == ('failed', 'CrashLoop')
    assert 14 <= tracked[0].ended.at <= 16
    assert (ends['api'][0], ends['migrate'][0]) == ('ready', 'ready')
    assert ends['poor'] == ('failed', 'ConfigMapMissing')


def app(name, crash=0, ready=False, missing=False):
    """A Deployment with its ReplicaSet and pod."""
    meta = {'name': name, 'uid': f'deploy-{name}'}
    count = 1 if ready else 0
    obj = a_deployment(meta=meta, readyReplicas=count, availableReplicas=count)
    obj['spec']['selector'] = {'matchLabels': {'app': name}}
    obj['metadata']['namespace'] = 'shop'
    owned = replica_set(age=1, ready=count)
    owned['metadata'].update(name=f'{name}-2', uid=f'rs-{name}')
    owned['metadata']['ownerReferences'] = [{'uid': f'deploy-{name}', 'controller': True}]
    state = status(state=waiting('ContainerCreating'))
    if crash:
        state = status(state=ended(3), last=ended(3), restarts=crash - 1)
    elif missing:
        state = status(state=waiting('CreateContainerConfigError', 'configmap "app" not found'))
    elif ready:
        state = status(ready=True)
    member = pod(
        state,
        name=f'{name}-2-a',
        owner=f'rs-{name}',
        ready=ready,
        age=1,
        containers=[container(**PROBED)],
    )
    return obj, owned, member


def task(done=False):
    conditions = [{'type': 'Complete', 'status': 'True'}] if done else []
    spec = {'selector': {'matchLabels': {'job': 'migrate'}}}
    run = manifest('Job', 'migrate', spec=spec, conditions=conditions, active=0 if done else 1)
    return (run,)


def waits_for_database(name):
    """A pod whose init container waits for a Service."""
    wait = container('wait', command=['sh', '-c', 'until nc -z store 5432; do sleep 1; done'])
    statuses = [status('wait', state=running())]
    return pod(name=name, inits=[wait], init_statuses=statuses, phase='Pending', age=1)


def lookups(call):
    return {want.name for want in call.last.wants if isinstance(want, Lookup)}


@pytest.mark.parametrize('keep_going', (False, True))
def test_what_the_others_wait_for_is_read_before_a_failure_ends_the_call(keep_going):
    call = Call(crashed(1), waits_for_database('db'), keep_going=keep_going)
    # The init container may yet end, so that the fifth crash fails.
    call.change(15, 'web', crashed(5)).until(16)
    assert call.verdict('web') == ('failed', 15)
    assert ('store' in lookups(call)) is not keep_going
    answer = Item(16.5, Lookup(SERVICES, 'shop', 'store', full_object=True), Answer('missing'))
    if not keep_going:
        call._take(16.5, answer)
        call.until(21)
        end = call.targets['db'].ended
        assert end.verdict is Verdict.PROGRESSING
        assert end.explanation.cause.dependency.root == 'svc/store'


def test_a_rollout_without_a_failure_reads_no_service():
    call = Call(crashed(1), waits_for_database('db'))
    call.change(5, 'web', up_again(1)).change(6, 'db', ready('db'))
    call.change(7, 'web', ready('web')).until(40)
    assert not [want for want in call.wanted if isinstance(want, Lookup)]
