"""One look at a live source."""

from __future__ import annotations

import pytest

from kubectl_dog import api
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from tests.unit.builders import DEPLOY
from tests.unit.builders import NOW
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.builders import waiting


class Cluster:
    """Answers each watch once, after `delay` seconds; `denied` holds kinds that may not be read."""

    started = NOW

    def __init__(self, *objects, denied=(), silent=(), delay=0.1):
        self.objects, self.denied, self.silent, self.delay = objects, denied, silent, delay
        self.clock = 0.0
        self.asked = []
        self.waiting = []
        self.closed = False

    def now(self):
        return self.clock

    def reconcile(self, wants):
        for want in wants:
            if want not in self.asked:
                self.asked.append(want)
                self.waiting.append(want)

    def take(self, until, lines=True):
        ready = [want for want in self.waiting if want.resource.kind not in self.silent]
        if not ready or (until is not None and self.clock + self.delay > until):
            self.clock = until
            return None
        self.clock += self.delay
        self.waiting.remove(ready[0])
        return Item(self.clock, ready[0], self._answer(ready[0]))

    def _answer(self, want):
        if want.resource.kind in self.denied:
            return ReadFailure('denied', 'no')
        if isinstance(want, Lookup):
            named = [obj for obj in self.objects if obj['metadata']['name'] == want.name]
            return Answer('found', tuple(named)) if named else Answer('missing')
        name = want.fields.partition('metadata.name=')[2] if isinstance(want, Watch) else ''
        return Listed(
            tuple(
                obj
                for obj in self.objects
                if obj['kind'] == want.resource.kind
                and (not name or obj['metadata']['name'] == name)
            )
        )

    def close(self):
        self.closed = True


SHORT = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}
LOOPING = pod(status(state=waiting('CrashLoopBackOff'), last=ended(3), restarts=4), owner='rs-2')
BROKEN = (deployment(1, **SHORT), replica_set(), LOOPING)


def test_looks_once_and_closes():
    cluster = Cluster(*BROKEN, kube_event(LOOPING, 'BackOff', 'Back-off'))
    seen = api.live_statuses(cluster, [DEPLOY])
    [status] = seen.statuses
    assert (status.state.value, status.reason, status.causes[0].pods) == (
        'failing',
        'CrashLoop',
        ('web-1',),
    )
    assert seen.not_seen == ()
    assert cluster.closed
    assert cluster.clock < 1.0


@pytest.mark.parametrize('is_reported', (True, False))
def test_a_liveness_probe_explains_kills_of_long_ago(is_reported):
    loop = pod(
        status(state=waiting('CrashLoopBackOff'), last=ended(137, lived=60), restarts=9),
        owner='rs-2',
        containers=[container(livenessProbe={'tcpSocket': {'port': 81}, 'periodSeconds': 2})],
    )
    message = 'Liveness probe failed: connection refused'
    event = kube_event(loop, 'Unhealthy', message, 'spec.containers{main}', at=3600)
    events = (event,) if is_reported else ()
    cluster = Cluster(deployment(1, **SHORT), replica_set(), loop, *events)
    [seen] = api.live_statuses(cluster, [DEPLOY]).statuses
    assert (seen.state.value, seen.reason) == ('failing', 'LivenessProbeFailed')
    assert ('connection refused' in seen.causes[0].message) is is_reported


def test_no_clock_decides():
    seen = api.live_statuses(
        Cluster(deployment(1, template={'containers': [{'name': 'x'}]})), [DEPLOY]
    )
    assert [status.state.value for status in seen.statuses] == ['ready']


def test_nothing_is_left_out_as_history():
    evicted = pod(name='old', owner='rs-2', phase='Failed', age=9e4)
    evicted['status']['reason'] = 'Evicted'
    [status] = api.live_statuses(Cluster(*BROKEN, evicted), [DEPLOY]).statuses
    assert [cause.code for cause in status.causes] == ['CrashLoop', 'Evicted']


def test_what_may_not_be_read_is_done_without():
    seen = api.live_statuses(Cluster(*BROKEN, denied=('Pod', 'ReplicaSet', 'Event')), [DEPLOY])
    [status] = seen.statuses
    assert (status.state.value, status.reason, status.causes) == ('progressing', '', ())


def test_what_never_answers_is_done_without():
    cluster = Cluster(*BROKEN, silent=('Pod',))
    [status] = api.live_statuses(cluster, [DEPLOY]).statuses
    assert (status.state.value, status.reason) == ('progressing', '')
    assert cluster.clock == 30.0


@pytest.mark.parametrize(
    ('cluster', 'verdict'),
    [
        (Cluster(), 'never-appeared'),
        (Cluster(denied=('Deployment',)), 'no-access'),
        (Cluster(silent=('Deployment',)), 'timed-out'),
    ],
)
def test_what_is_not_seen_is_told_apart(cluster, verdict):
    seen = api.live_statuses(cluster, [DEPLOY])
    assert seen.statuses == ()
    assert [end.verdict.value for end in seen.not_seen] == [verdict]


def test_several_targets_keep_their_order_and_do_not_wait_for_each_other():
    targets = [Target(JOBS, 'shop', 'web'), Target(DEPLOYMENTS, 'shop', 'gone'), DEPLOY]
    seen = api.live_statuses(Cluster(*BROKEN, manifest('Job')), targets)
    assert [status.kind for status in seen.statuses] == ['Job', 'Deployment']
    assert [end.target.name for end in seen.not_seen] == ['gone']


def test_a_kind_has_the_short_name_that_the_server_gives_it():
    """As in the lines of a rollout."""
    target = Target(Resource('example.com', 'v1', 'lamps', 'Lamp', 'lmp'), 'shop', 'hall')
    (status,) = api.live_statuses(Cluster(manifest('Lamp', 'hall')), [target]).statuses
    assert status.short == 'lmp'


LAMPS = Resource('x.example.com', 'v1', 'lamps', 'Lamp', 'lamp')
RULES = 'ready: {path: status.lit, is: always}'


@pytest.mark.parametrize(('rules', 'state'), ((RULES, 'progressing'), ('', 'ready')))
def test_rules_in_the_definition_of_a_kind_are_applied(rules, state):
    annotations = {'kubectl-dog.github.io/rules': rules}
    definition = manifest('CustomResourceDefinition', 'lamps.x.example.com')
    definition['metadata']['annotations'] = annotations
    lamp = manifest('Lamp', lit='no', conditions=[{'type': 'Ready', 'status': 'True'}])
    [seen] = api.live_statuses(Cluster(definition, lamp), [Target(LAMPS, 'shop', 'web')]).statuses
    assert seen.state.value == state


def test_children_that_explain_a_target_have_statuses_of_their_own():
    seen = api.live_statuses(Cluster(*BROKEN), [DEPLOY])
    assert [(child.kind, child.name, child.state.value) for child in seen.children] == [
        ('ReplicaSet', 'web-2', 'failing'),
        ('Pod', 'web-1', 'failing'),
    ]
    assert [child.parent for child in seen.children] == ['deploy-web', 'rs-2']
    assert seen.statuses[0].restarts == 4


def test_a_child_that_is_a_target_has_one_status():
    targets = [DEPLOY, Target(PODS, 'shop', 'web-1')]
    seen = api.live_statuses(Cluster(*BROKEN), targets)
    assert [entry.kind for entry in (*seen.statuses, *seen.children)] == [
        *('Deployment', 'Pod', 'ReplicaSet'),
    ]


def test_ready_targets_have_no_children():
    ready = deployment(1, template={'containers': [{'name': 'x'}]})
    assert api.live_statuses(Cluster(ready, replica_set()), [DEPLOY]).children == ()


def test_members_of_groups_are_sorted_by_kind_as_given_and_name():
    objects = [manifest('Job', name) for name in 'cab'] + [deployment(1)]
    for objects_of_server in (objects, objects[::-1]):
        groups = [Group(DEPLOYMENTS, 'shop', ''), Group(JOBS, 'shop', '')]
        seen = api.live_statuses(Cluster(*objects_of_server), groups)
        assert [entry.name for entry in seen.statuses] == ['web', 'a', 'b', 'c']
