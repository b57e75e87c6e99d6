"""Several targets of one call: what one of them waits for may be another."""

from __future__ import annotations

import pytest

from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.trackers.kinds import pod as tracker
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
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
        self.engine.step(0.0, None)
        for name, obj in zip(NAMES, objects):
            self.last = self.engine.step(0.0, Item(0.0, self.targets[name].root, Listed((obj,))))

    def until(self, at):
        while self.last.deadline is not None and self.last.deadline <= at:
            self.last = self.engine.step(self.last.deadline, None)
        return self

    def change(self, at, name, obj):
        if not self.until(at).last.finished:
            item = Item(at, self.targets[name].root, Changed('MODIFIED', obj))
            self.last = self.engine.step(at, item)
        for log in [want for want in self.last.wants if isinstance(want, Logs)]:
            self.last = self.engine.step(at, Item(at, log, LogEnd(log.restarts)))
        return self

    def verdict(self, name):
        end = self.targets[name].ended
        return end and (end.verdict.value, end.at)


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
    call.change(60, 'web', crashed(5))
    assert call.verdict('web') == ('failed', 60)


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
    assert call.targets['db'].ended.message.startswith('is not waited for any longer; Reg')


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
    assert facts[-1] == 'this failure counts for nothing (fail-mode: ignore)'


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
