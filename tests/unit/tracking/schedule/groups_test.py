"""Groups of targets: who joins, when nobody else can, and how it ends without anybody."""

from __future__ import annotations

import json

import pytest

from kubectl_dog import api
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.reader import parse
from kubectl_dog.recording.recorded_source import RecordedSource
from kubectl_dog.recording.writer import Header
from kubectl_dog.recording.writer import RecordingWriter
from kubectl_dog.trackers.kinds import exists
from kubectl_dog.trackers.kinds import pod as pods
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import status

GROUP = Group(CONFIGMAPS, 'shop', 'app=web')
ROOT = Watch(CONFIGMAPS, 'shop', 'app=web')
OTHER = Group(SECRETS, 'shop', 'app=web')
OTHER_ROOT = Watch(SECRETS, 'shop', 'app=web')
EVERYWHERE = Group(PODS, '', 'app=web')
NAMESPACE = Lookup(NAMESPACES, '', 'shop')


def config(name, space='shop'):
    return manifest('ConfigMap', name, {'namespace': space})


def ready_pod(name, space='shop'):
    obj = pod(status(), name=name, ready=True, containers=[container(**PROBED)])
    return {**obj, 'metadata': {**obj['metadata'], 'namespace': space, 'uid': f'{space}-{name}'}}


def root(name, resource=CONFIGMAPS, space='shop'):
    return Watch(resource, space, fields=f'metadata.name={name}')


class Run:
    """A call about groups; wants are answered by hand."""

    def __init__(self, *groups, **options):
        options = {'logs': False, **options}
        self.groups = Groups(groups, self._make_target)
        self.follow = options.get('follow', False)
        self.engine = Engine([], Options(**options), NOW, self.groups)
        self.events = []
        self._take(self.engine.step(0.0, None))

    def _make_target(self, target):
        return TrackedTarget(target, pods if target.resource == PODS else exists, self.follow)

    def _take(self, step):
        self.step = step
        self.events += step.events

    def until(self, at):
        fired = 0
        while self.step.deadline is not None and self.step.deadline <= at:
            self._take(self.engine.step(self.step.deadline, None))
            fired += 1
            assert fired < 100, 'a deadline that fires for ever'
        return self

    def give(self, at, want, payload):
        if not self.until(at).step.finished:
            self._take(self.engine.step(at, Item(at, want, payload)))
        return self

    def listed(self, at, want, *objects):
        return self.give(at, want, Listed(objects))

    def changed(self, at, want, obj, change='ADDED'):
        return self.give(at, want, Changed(change, obj))

    @property
    def joined(self):
        return [tracked.target.name for tracked in self.engine.targets]

    @property
    def notices(self):
        return [event.text for event in self.events if isinstance(event, Notice)]

    @property
    def ended(self):
        return [(end.target.label, end.verdict.value, end.at) for end in self._of(TargetEnded)]

    def _of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def code(self):
        return next((event.exit_code for event in self._of(RunEnded)), None)


def test_those_that_are_there_are_tracked_and_nobody_joins_later():
    run = Run(GROUP)
    assert run.step.wants == {ROOT}
    run.listed(0.5, ROOT, config('a'), config('b'))
    assert run.step.wants == {root('a'), root('b')}
    run.changed(0.6, ROOT, config('c'))
    assert run.joined == ['a', 'b']
    run.listed(1, root('a'), config('a')).listed(2, root('b'), config('b'))
    assert run.ended == [('cm/a', 'ready', 1), ('cm/b', 'ready', 2)]
    assert (run.code, run.notices) == (0, [])


def test_one_of_several_groups_may_be_empty():
    run = Run(GROUP, OTHER).listed(0, OTHER_ROOT)
    assert not run.step.finished
    run.listed(1, ROOT, config('a')).listed(1, root('a'), config('a'))
    assert (run.joined, run.code, run.notices) == (['a'], 0, [])


def test_where_nobody_is_those_are_taken_that_come_first():
    run = Run(GROUP).listed(0, ROOT)
    assert run.notices == [
        'no configmaps with the labels app=web in namespace shop found: waiting up to 30s'
    ]
    run.changed(20, ROOT, config('a')).listed(20, root('a'), config('a'))
    assert not run.step.finished
    run.changed(21.9, ROOT, config('b')).listed(21.9, root('b'), config('b'))
    run.changed(22.1, ROOT, config('c'))
    assert (run.joined, run.code) == (['a', 'b'], 0)


@pytest.mark.parametrize(
    ('options', 'at'),
    (({}, 31.0), ({'create_timeout': 5.0}, 6.0), ({'once': True}, 1.0)),
)
def test_nobody_at_all_is_exit_4(options, at):
    run = Run(GROUP, **options).listed(1, ROOT).until(at)
    assert [end[1:] for end in run.ended] == [('never-appeared', at)]
    assert run.code == 4
    assert run.events[-1].verdicts[0][0] == Target(CONFIGMAPS, 'shop', '')


@pytest.mark.parametrize(
    ('options', 'status', 'at'),
    (
        ({'needs_namespace': True}, 'missing', 2.0),
        ({'needs_namespace': True}, 'forbidden', 31.0),
        ({}, 'missing', 31.0),
    ),
)
def test_a_missing_namespace_is_not_waited_for_if_it_is_needed(options, status, at):
    run = Run(GROUP, **options).listed(1, ROOT)
    assert (NAMESPACE in run.step.wants) == bool(options)
    run.give(2, NAMESPACE, Answer(status)).until(60)
    assert (run.ended[0][1:], run.code) == (('never-appeared', at), 4)


def test_namespaces_are_not_looked_up_for_groups_in_all_of_them():
    run = Run(EVERYWHERE, needs_namespace=True)
    run.listed(1, Watch(PODS, '', 'app=web'))
    assert run.step.wants == {Watch(PODS, '', 'app=web')}


@pytest.mark.parametrize(
    ('options', 'at'),
    (({'timeout': 7.0}, 7.0), ({'stall_timeout': 9.0}, 9.0), ({}, 600.0)),
)
def test_a_server_that_says_nothing_is_exit_3(options, at):
    run = Run(GROUP, **options).until(at)
    assert [end[1:] for end in run.ended] == [('timed-out', at)]
    assert run.code == 3


def test_one_group_that_says_nothing_ends_the_call_too():
    run = Run(GROUP, OTHER, stall_timeout=9.0)
    run.listed(0, ROOT, config('a')).listed(0, root('a'), config('a')).until(9)
    assert (run.joined, run.code, run.step.finished) == (['a'], 3, True)


@pytest.mark.parametrize(
    ('trouble', 'listed_first', 'code'),
    (
        (ReadFailure('denied', 'no'), False, 5),
        (ReadFailure('denied', 'no'), True, 5),
        (ReadFailure('invalid', 'no'), False, 5),
        (ReadFailure('unreachable', 'no'), False, 5),
        (ReadFailure('unreachable', 'no'), True, None),
    ),
)
def test_who_may_not_look_is_told_so(trouble, listed_first, code):
    run = Run(GROUP)
    if listed_first:
        run.listed(0, ROOT)
    run.give(1, ROOT, trouble)
    assert run.code == code
    assert (code is None) is ('no' in run.notices)


def test_a_group_that_may_be_read_goes_on_beside_one_that_may_not():
    run = Run(GROUP, OTHER).give(0, OTHER_ROOT, ReadFailure('denied', 'no'))
    run.listed(1, ROOT, config('a')).listed(1, root('a'), config('a'))
    assert (run.joined, run.code) == (['a'], 5)


@pytest.mark.parametrize(('name', 'code'), (('interrupt', 130), ('terminate', 143)))
@pytest.mark.parametrize('objects', ((), (config('a'),)))
def test_a_signal_ends_everything(name, code, objects):
    run = Run(GROUP, follow=True).listed(0, ROOT, *objects).give(1, None, Signal(name))
    assert (run.code, run.step.finished, len(run.ended)) == (code, True, 1)


def test_who_follows_takes_what_comes_for_ever():
    run = Run(GROUP, follow=True).listed(0, ROOT)
    assert run.notices[0].endswith(' found: waiting')
    run.changed(1000, ROOT, config('a')).changed(9000, ROOT, config('b'))
    assert (run.joined, run.step.finished) == (['a', 'b'], False)


def test_who_follows_until_the_time_is_up():
    run = Run(GROUP, follow=True, timeout=10.0).listed(0, ROOT, config('a')).until(10)
    assert (run.code, run.step.finished) == (3, True)
    assert [target.name for target, _ in run.events[-1].verdicts] == ['a']


def test_who_is_gone_is_followed_no_longer_and_may_come_again():
    run = Run(GROUP, follow=True).listed(0, ROOT, config('a'), config('b'))
    run.changed(10, ROOT, config('a'), 'DELETED').changed(11, ROOT, config('b'), 'DELETED')
    run.changed(13, ROOT, config('b')).until(20)
    assert [end[1:] for end in run.ended] == [('ended', 15)]
    run.changed(30, ROOT, config('a'))
    assert run.joined == ['a', 'b', 'a']
    assert root('a') in run.step.wants


def test_what_has_ended_before_it_is_gone_ends_once():
    watch, name = Watch(PODS, 'shop', 'app=web'), root('a', PODS)
    done = pod(status(state=ended(0)), name='a', phase='Succeeded', restartPolicy='Never')
    run = Run(Group(PODS, 'shop', 'app=web'), follow=True)
    run.listed(0, watch, done).listed(0, name, done)
    assert run.ended == [('po/a', 'ended', 0)]
    run.changed(1, watch, done, 'DELETED').until(7)
    assert len(run.ended) == 1
    assert run.changed(8, watch, done).joined == ['a', 'a']


def test_nobody_joins_what_is_closed():
    run = Run(GROUP).listed(0, ROOT, config('a')).listed(1, root('a'), config('a'))
    assert run.groups.step(2.0, None) == ([], [])


def test_members_of_all_namespaces_have_their_own():
    run = Run(EVERYWHERE)
    assert run.step.wants == {Watch(PODS, '', 'app=web')}
    run.listed(0, Watch(PODS, '', 'app=web'), ready_pod('a', 'x'), ready_pod('a', 'y'))
    run.listed(1, root('a', PODS, 'x'), ready_pod('a', 'x'))
    run.listed(1, root('a', PODS, 'y'), ready_pod('a', 'y'))
    assert [tracked.target.namespace for tracked in run.engine.targets] == ['x', 'y']
    assert run.code == 0


def test_a_recording_replays_who_joined(tmp_path):
    file = tmp_path / 'run.jsonl'
    writer = RecordingWriter(file, Header(NOW, (GROUP,), Options(create_timeout=5.0)))
    for item in (
        Item(0.0, ROOT, Listed(())),
        Item(3.0, ROOT, Changed('ADDED', config('a'))),
        Item(3.1, root('a'), Listed((config('a'),))),
    ):
        writer.write(item)
    writer.close()
    recording = parse(file.read_bytes().splitlines(keepends=True), 'run.jsonl')
    assert recording.targets == (GROUP,)
    assert json.loads(file.read_text().splitlines()[0])['targets'][0]['labels'] == 'app=web'
    *_, last = api.session(RecordedSource(recording), recording.targets, recording.options)
    assert [(target.name, end.value) for target, end in last.verdicts] == [('a', 'ready')]
    assert last.at == 5.0


@pytest.mark.parametrize(
    ('item', 'concerns'),
    (
        (None, True),
        (Item(1.0, ROOT, Changed('MODIFIED', config('a'))), False),
        (Item(1.0, ROOT, Changed('MODIFIED', config('b'))), True),
        (Item(1.0, ROOT, Changed('DELETED', config('a'))), True),
        (Item(1.0, ROOT, Listed((config('a'),))), True),
        (Item(1.0, root('a'), Changed('DELETED', config('a'))), False),
        (Item(1.0, None, Signal('interrupt')), False),
    ),
)
def test_the_groups_are_looked_through_only_when_that_may_change_them(item, concerns):
    groups = Run(GROUP, follow=True).listed(0, ROOT, config('a')).groups
    assert groups.is_affected_by(item) is concerns
    [*_] = groups.end(2, Verdict.INTERRUPTED, '')
    assert not groups.is_affected_by(item)
