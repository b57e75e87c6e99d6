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
from kubectl_dog.trackers import pod as tracker
from kubectl_dog.tracking.core import Core
from kubectl_dog.tracking.track import Track
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import waiting

NAMES = ('web', 'db', 'cache')


def crashed(ends):
    told = status(state=ended(3), last=ended(3), restarts=ends - 1)
    return pod(told, name='web', age=1)


def starting(name):
    return pod(status(state=waiting('ContainerCreating')), name=name, phase='Pending', age=1)


def ready(name):
    return pod(status(), name=name, ready=True, containers=[container(**PROBED)])


class Call:
    """A call with three pods as targets."""

    def __init__(self, *objects):
        self.tracks = {
            name: Track(Target(PODS, 'shop', name), tracker) for name in NAMES[: len(objects)]
        }
        self.core = Core(list(self.tracks.values()), Options(logs=False), NOW)
        self.core.step(0.0, None)
        for name, thing in zip(NAMES, objects):
            self.core.step(0.0, Item(0.0, self.tracks[name].root, Listed((thing,))))

    def change(self, at, name, thing):
        step = self.core.step(at, None)
        while step.deadline is not None and step.deadline <= at and not step.finished:
            step = self.core.step(step.deadline, None)
        step = self.core.step(at, Item(at, self.tracks[name].root, Changed('MODIFIED', thing)))
        for log in [want for want in step.wants if isinstance(want, Logs)]:
            self.core.step(at, Item(at, log, LogEnd(log.restarts)))

    def verdict(self, name):
        end = self.tracks[name].ended
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
