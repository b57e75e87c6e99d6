"""The test helpers for authors of trackers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import kubectl_dog.tracker as public
from kubectl_dog.recording import bundled
from kubectl_dog.testing import assess
from kubectl_dog.testing import check
from kubectl_dog.testing import replay
from kubectl_dog.testing import view
from kubectl_dog.testing import wants
from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import failed
from kubectl_dog.tracker import generic_assessment
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import ready
from kubectl_dog.tracker import require_stability
from kubectl_dog.tracker import uid
from kubectl_dog.tracker import waiting
from kubectl_dog.trackers import generic
from kubectl_dog.trackers.kinds import deployment

LAMP = """\
apiVersion: example.com/v1
kind: Lamp
metadata: {name: hall, creationTimestamp: 2026-01-01T11:00:00Z}
"""
BEHIND = """\
---
apiVersion: v1
kind: Pod
metadata:
  name: hall-1
  labels: {lamp: hall}
  ownerReferences: [{apiVersion: example.com/v1, kind: Lamp, name: hall}]
status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: other, labels: {lamp: other}}
---
apiVersion: v1
kind: Event
metadata: {name: e}
involvedObject: {kind: Lamp, name: hall}
reason: Flicker
"""
WATCH = Watch(PODS, 'default', 'lamp=hall')
OTHERS = Watch(PODS, 'default', 'lamp=other')
CRASHES = Path(bundled.__file__).with_name('demo') / 'crash-loop.jsonl'


def tracker(assess=lambda view: ready(), wants=lambda view: (WATCH,)):
    return SimpleNamespace(assess=assess, wants=wants)


def test_a_view_has_the_target_its_children_and_its_kube_events():
    shown = view(LAMP + BEHIND)
    assert (shown.target.resource.key, shown.target.label) == ('Lamp.example.com', 'lamp/hall')
    key = uid(shown.object)
    assert [public.name(obj) for obj in shown.children_by_owner_uid[key]] == ['hall-1']
    assert [event['reason'] for event in shown.kube_events_by_uid[key]] == ['Flicker']
    assert [public.name(obj) for obj in shown.objects_of(WATCH)] == ['hall-1']
    assert len(shown.objects_of(Watch(PODS, ''))) == 2
    assert shown.objects_of(Watch(PODS, '', fields='metadata.name=other'))[0]['kind'] == 'Pod'
    assert shown.objects_of(Watch(PODS, 'elsewhere')) == ()
    assert shown.objects_of(Watch(PODS, '', 'lamp=-no-value')) == ()
    assert get_str(shown.object, 'metadata', 'creationTimestamp') == '2026-01-01T11:00:00Z'


@pytest.mark.parametrize(
    ('fields', 'now', 'started'),
    (
        ({}, 1767268800.0, 1767268770.0),
        ({'now': 50.0, 'started': 3}, 50.0, 3.0),
        ({'now': '1970-01-01T00:01:00Z', 'started': '1970-01-01T00:00:00Z'}, 60.0, 0.0),
    ),
)
def test_view_has_the_given_times(fields, now, started):
    shown = view(LAMP, **fields)
    assert (shown.now, shown.run_history.started, shown.run_history.progressed_at) == (
        now,
        started,
        started,
    )


@pytest.mark.parametrize(
    ('yaml', 'fields', 'why'),
    (
        (BEHIND.split('---\n')[3], {}, 'the first document must be the target'),
        (LAMP, {'now': 'noon'}, "invalid time 'noon'"),
    ),
)
def test_view_that_cannot_be_built_is_an_error_with_a_reason(yaml, fields, why):
    with pytest.raises(ValueError, match=why):
        view(yaml, **fields)


def test_watched_kinds_count_as_listed_unless_forbidden():
    seen = []
    judge = tracker(lambda view: seen.append(view.listed_kinds) or ready())
    assert wants(judge, LAMP) == (WATCH,)
    assess(judge, LAMP)
    assess(judge, view(LAMP, forbidden_kinds=frozenset({'Pod'})))
    assert [('Pod' in known) for known in seen[1::2]] == [True, False]


DIM = ready('is bright')._replace(reason='Lit', causes=(Cause('Dim', '', 'hall', 'is dim'),))


def forgetful(known=[]):  # noqa: B006
    known.append(1)
    return ready(message=f'{len(known)}')


def writing(view):
    view.object['status'] = {}
    return ready()


def brought(view):
    """Change an object that only a watch returns."""
    for pod in view.objects_of(OTHERS):
        pod['metadata']['name'] = 'mine'
    return ready()


@pytest.mark.parametrize(
    ('judge', 'why'),
    (
        (tracker(lambda view: view.oops), 'AttributeError'),
        (tracker(lambda view: None), 'returned None: return an Assessment'),
        (tracker(wants=lambda view: None), 'returned None: return a sequence'),
        (tracker(lambda view: DIM), 'does not declare the code Dim'),
        (tracker(lambda view: forgetful()), 'another result the second time'),
        (tracker(writing), 'changes its view'),
        (tracker(wants=lambda view: view.object.clear() or ()), 'changes its view'),
        (tracker(brought, lambda view: (OTHERS,)), 'changes its view'),
    ),
)
def test_a_tracker_that_breaks_the_contract_fails_its_test(judge, why):
    with pytest.raises(AssertionError, match=why):
        assess(judge, LAMP + BEHIND)


@pytest.mark.parametrize(
    ('wanted', 'why'),
    (
        ({'state': 'ready', 'reason': 'Lit', 'says': 'bright', 'causes': ['Dim']}, ''),
        ({'says': ('bright', 'dim')}, ''),
        ({'state': 'failed'}, "state is <State.READY: 'ready'>, expected 'failed'"),
        ({'reason': 'Dark'}, "reason is 'Lit', expected 'Dark'"),
        ({'says': ('bright', 'dark')}, "no text contains 'dark'"),
        ({'causes': ()}, r"the causes are \('Dim',\), expected \(\)"),
    ),
)
def test_check_fails_for_unexpected_values(wanted, why):
    judge = tracker(lambda view: DIM)
    judge.codes = ('Dim',)
    if not why:
        assert check(judge, LAMP, **wanted) == DIM
        return
    with pytest.raises(AssertionError, match=why):
        check(judge, LAMP, **wanted)


def test_unknown_field_raises_type_error():
    with pytest.raises(TypeError, match='unknown field status: use state, reason, '):
        check(tracker(), LAMP, status='ready')


def test_recording_is_assessed_by_the_given_tracker():
    played = replay(str(CRASHES), deployment)
    assert (played.exit_code, played.verdict, played.reason) == (1, 'failed', 'CrashLoop')
    assert any('last log line: FATAL' in line for line in played.lines)
    other = replay(CRASHES, tracker(lambda view: failed('Dark', 'no light')))
    assert (other.verdict, other.reason, other.message) == ('failed', 'Dark', 'no light')


def test_a_tracker_that_fails_in_a_recording_fails_its_test():
    with pytest.raises(AssertionError, match=r'this package .* failed on deploy/ledger'):
        replay(str(CRASHES), tracker(lambda view: view.oops))


def test_generic_assessment_is_that_of_kinds_without_a_tracker():
    stalled = LAMP + 'status: {conditions: [{type: Stalled, status: "True", reason: Dark}]}'
    assert generic_assessment(view(stalled)) == generic.assess(view(stalled))


RUNNING = LAMP + BEHIND.replace(
    'status: {phase: Running,',
    'spec: {containers: [{name: a}]}\nstatus: {containerStatuses: [{name: a, restartCount: 0, '
    'state: {running: {startedAt: "2026-01-01T11:59:57Z"}}}], phase: Running,',
)


def test_ready_waits_until_pods_are_stable():
    def judged(shown):
        pods = shown.objects_of(WATCH)
        return require_stability(shown, ready()._replace(pods=pods))

    judge = tracker(judged)
    check(judge, RUNNING, state='progressing', reason='Settling', says='to keep running for 7s')
    check(judge, view(RUNNING, now='2026-01-01T12:00:08Z'), state='ready')
    assert require_stability(view(RUNNING), waiting('light')) == waiting('light')
    lit = ready(message='is lit')
    assert require_stability(view(RUNNING), lit) == lit


def test_public_names_exist_and_have_docstrings():
    for name in public.__all__:
        value = getattr(public, name)
        # A type alias has no words of its own.
        assert not callable(value) or value.__doc__ or name == 'Want', name
    template = {'spec': {'containers': [{'name': 'a', 'image': 'a:1'}]}}
    newer = {'spec': {'containers': [{'name': 'a', 'image': 'a:2'}]}}
    assert public.describe_template_diff(template, newer) == ('image a 1 → 2',)
    assert public.min_stall_timeout({'spec': {'minReadySeconds': 30}}) == 90.0
