"""A call whose targets wait for each other: what is read, and how the call ends."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.trackers.kinds import pod as tracker
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import ended
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.in_memory import Cluster
from tests.unit.services import answer_to
from tests.unit.services import endpoint_slice
from tests.unit.services import service

NAMES = [f's{number}' for number in range(9)]
SERVICES = (service(), endpoint_slice(), service('s0', 80), endpoint_slice('s0', port=80))


class Namespace(Cluster):
    """A namespace in memory, with the logs of pods and the answers to lookups."""

    def __init__(self, objects, logs):
        super().__init__(*objects)
        self._logs = logs
        self.read = set()

    def reconcile(self, wants):
        new = wants - self._seen
        super().reconcile(wants)
        self.read |= {want for want in new if isinstance(want, Lookup)}
        self._items = type(self._items)(
            item._replace(payload=answer_to(item.want, self._objects))
            if isinstance(item.want, Lookup)
            else item
            for item in self._items
        )
        for want in sorted(want for want in new if isinstance(want, Logs)):
            lines = (LogLine(0, self._logs.get(want.pod, 'starting')),)
            self._items.append(Item(self._now, want, LogLines(lines, want.restarts)))
            self._items.append(Item(self._now, want, LogEnd(want.restarts)))


def crashed(name):
    state = status(state=waiting('CrashLoopBackOff'), last=ended(1), restarts=3)
    return labelled(pod(state, name=name, age=1), app=name)


def call(broken_database):
    """The events of a call, and the kinds that were looked up."""
    image = status(state=waiting('ImagePullBackOff', 'not found'))
    database = labelled(pod(image, name='db-0', phase='Pending', age=1), app='db')
    logs = {name: 'dial tcp: lookup db: no such host' for name in NAMES}
    pods = [database, *map(crashed, NAMES), crashed('web')]
    source = Namespace((*SERVICES, *pods), {**logs, 'web': 'cannot connect to http://s0'})
    tracked = [*NAMES, 'web', *(['db-0'] if broken_database else [])]
    targets = [TrackedTarget(Target(PODS, 'shop', name), tracker) for name in tracked]
    events = list(Session(source, targets, Options()))
    return events, source.read


@pytest.mark.parametrize('is_target', (True, False))
def test_ten_targets_that_wait_for_one_root_have_one_explanation(is_target):
    events, read = call(is_target)
    renderer = PlainRenderer(RenderOptions(0.0, several=True))
    text = '\n'.join(line for event in events for line in renderer.render(event))
    assert text.count('WHY') == 1
    assert text.count('10 targets wait for svc/db (0 of 1 endpoints ready): po/s0, ') == 1
    assert 'po/web (through svc/s0:80)' in text
    # What is read does not depend on the number of those that wait.
    assert len(read) == 6
    causes = [event.explanation.cause for event in events if isinstance(event, TargetEnded)]
    assert {cause.dependency.root for cause in causes if cause.dependency} == {'po/db-0'}
