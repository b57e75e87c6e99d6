"""Annotations of other tools: the options, rules and notices that they become."""

from __future__ import annotations

import json

import pytest

from kubectl_dog.causes.tolerances import spec_tolerances
from kubectl_dog.model.assessments import TRACKER_ERROR
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import KubeEvent
from kubectl_dog.model.events import Notice
from kubectl_dog.model.options import Options
from kubectl_dog.tracking.verdict.foreign_readers import CONTAINER_READERS
from kubectl_dog.tracking.verdict.foreign_readers import READERS
from kubectl_dog.tracking.verdict.readiness import Subject
from kubectl_dog.tracking.verdict.readiness import check_readiness
from kubectl_dog.tracking.verdict.target_options import read_target_options
from tests.unit.builders import deployment
from tests.unit.builders import kube_event
from tests.unit.builders import view
from tests.unit.tracking.play import Play
from tests.unit.tracking.play import events_of

HELM = {
    'helm.sh/readiness-success': '["{.phase} == \\"Up\\""]',
    'helm.sh/readiness-failure': '["{.phase} == Broken"]',
}
NOT_AWAITED = 'it is not waited for, and its failure does not change the exit code'


def annotated(annotations, **status):
    return {'metadata': {'name': 'web', 'annotations': annotations}, 'status': status}


def read(annotations, **options):
    return read_target_options(Options(**options), annotated(annotations))


def judge(annotations, before='progressing', **status):
    """The state by the tracker becomes the state by the annotations."""
    obj = annotated(annotations, **status)
    own = read_target_options(Options(), obj)
    assessed = Assessment(State(before), message='is dark', waits_for='light')
    subject = Subject(view(obj), assessed, own.options, foreign=own.foreign)
    return check_readiness(subject, 0.0).assessed


OPTION_ROWS = (
    ('pulumi.com/waitFor', 'condition=Ready', {'ready_when': 'condition=Ready'}, ''),
    (
        'pulumi.com/waitFor',
        '["jsonpath={.status.phase}=Up", "condition=Ready"]',
        {'ready_when': 'jsonpath={.status.phase}=Up\ncondition=Ready'},
        '',
    ),
    ('pulumi.com/skipAwait', 'true', {'fail_mode': 'ignore'}, NOT_AWAITED),
    ('pulumi.com/skipAwait', 'false', {}, ''),
    ('pulumi.com/timeoutSeconds', '90', {'timeout': 90.0, 'stall_timeout': 90.0}, ''),
    ('kapp.k14s.io/disable-wait', '', {'fail_mode': 'ignore'}, NOT_AWAITED),
    ('argocd.argoproj.io/ignore-healthcheck', 'true', {'fail_mode': 'ignore'}, NOT_AWAITED),
    ('krane.shopify.io/timeout-override', 'PT0.5H', {'timeout': 1800, 'stall_timeout': 1800}, ''),
    ('krane.shopify.io/timeout-override', '45s', {'timeout': 45.0, 'stall_timeout': 45.0}, ''),
    ('krane.shopify.io/required-rollout', 'full', {}, ''),
    (
        'krane.shopify.io/required-rollout',
        'none',
        {'min_available': '0'},
        'no pod needs to be available',
    ),
    (
        'krane.shopify.io/required-rollout',
        'maxUnavailable',
        {'min_available': 'maxUnavailable'},
        'maxUnavailable pods may be missing',
    ),
    (
        'krane.shopify.io/required-rollout',
        '90%',
        {'min_available': '90%'},
        '90% of the pods are enough',
    ),
    ('werf.io/track-termination-mode', 'WaitUntilResourceReady', {}, ''),
    (
        'werf.io/track-termination-mode',
        'NonBlocking',
        {'blocking': False},
        'other targets do not wait for it',
    ),
    ('werf.io/fail-mode', 'FailWholeDeployProcessImmediately', {'fail_mode': 'now'}, ''),
    ('werf.io/fail-mode', 'HopeUntilEndOfDeployProcess', {'fail_mode': 'end'}, ''),
    (
        'werf.io/fail-mode',
        'IgnoreAndContinueDeployProcess',
        {'fail_mode': 'ignore'},
        'its failure does not change the exit code',
    ),
    ('werf.io/no-activity-timeout', '8m30s', {'stall_timeout': 510.0}, ''),
    ('werf.io/log-regex', '.*(ERR|WARN)=', {'include': (r'.*(ERR|WARN)\x3d',)}, ''),
    ('werf.io/log-regex-skip', 'DEBUG', {'exclude': ('DEBUG',)}, ''),
    ('werf.io/log-regex-for-web', 'ERR', {'include': ('web=ERR',)}, ''),
    ('werf.io/log-regex-skip-for-web', 'ERR', {'exclude': ('web=ERR',)}, ''),
    ('werf.io/skip-logs', 'true', {'logs': False}, ''),
    ('werf.io/skip-logs', 'false', {}, ''),
    ('werf.io/skip-logs-for-containers', 'a, b', {'skip_containers': ('a', 'b')}, ''),
    ('werf.io/show-logs-only-for-containers', 'a', {'containers': ('a',)}, ''),
    ('werf.io/show-logs-until', 'PodIsReady', {'logs_until': 'ready'}, ''),
    ('werf.io/show-logs-until', 'ControllerIsReady', {'logs_until': 'available'}, ''),
    ('werf.io/show-logs-until', 'EndOfDeploy', {'logs_until': 'end'}, ''),
    ('werf.io/show-service-messages', 'false', {'show_events': False}, ''),
    ('werf.io/show-service-messages', 'true', {}, ''),
)


@pytest.mark.parametrize(('key', 'value', 'options', 'weakens'), OPTION_ROWS)
def test_annotations_become_options_with_a_notice_if_they_weaken(key, value, options, weakens):
    own = read({key: value})
    assert own.options == Options(**options)
    text = f'has the annotation {key}: {weakens} (--ignore-foreign-annotations)'
    assert own.notices == ((text,) if weakens else ())
    assert (own.foreign.not_awaited == key) is (weakens == NOT_AWAITED)


@pytest.mark.parametrize(
    ('key', 'value', 'tolerate', 'weakens'),
    (
        ('werf.io/failures-allowed-per-replica', '0', tuple(spec_tolerances(0, None)), False),
        ('werf.io/failures-allowed-per-replica', '2', tuple(spec_tolerances(2, None)), False),
        ('werf.io/failures-allowed-per-replica', '3', tuple(spec_tolerances(3, None)), True),
        ('werf.io/ignore-readiness-probe-fails-for-web', '90s', ('NotReady/web=90.000s',), False),
    ),
)
def test_annotations_become_tolerances(key, value, tolerate, weakens):
    own = read({key: value})
    assert own.tolerances == read_target_options(Options(tolerate=tolerate), {}).tolerances
    assert bool(own.notices) is weakens


def test_every_annotation_is_in_the_table_of_options():
    tested = {key for key, *_ in OPTION_ROWS} | {'werf.io/failures-allowed-per-replica'}
    assert set(READERS) == {key for key in tested if not key.endswith('-web')}
    named = {key[: -len('web')] for key in tested if key.endswith('-web')}
    assert set(CONTAINER_READERS) == named | {'werf.io/ignore-readiness-probe-fails-for-'}


def test_patterns_of_several_annotations_are_joined():
    keys = ('werf.io/log-regex', 'werf.io/log-regex-for-a', 'werf.io/log-regex-for-b')
    assert read(dict.fromkeys(keys, 'x')).options.include == ('x', 'a=x', 'b=x')


@pytest.mark.parametrize(
    ('key', 'value', 'problem'),
    (
        ('pulumi.com/waitFor', 'Ready', "invalid condition 'Ready'"),
        ('pulumi.com/waitFor', '', 'invalid condition'),
        ('pulumi.com/waitFor', '[]', 'invalid condition'),
        ('pulumi.com/waitFor', '[1]', 'must be text'),
        ('pulumi.com/waitFor', '["condition=A\\ncondition=B"]', 'must be one line'),
        ('pulumi.com/waitFor', '[', 'is not JSON'),
        ('pulumi.com/waitFor', 'x' * 10_001, 'is longer than 10000 characters'),
        ('pulumi.com/skipAwait', 'yes', 'use true or false'),
        ('pulumi.com/timeoutSeconds', '1m', 'use a number'),
        ('pulumi.com/timeoutSeconds', '0', 'must be more than 0'),
        ('krane.shopify.io/timeout-override', '25H', 'use 90s, 5m or PT1H, from 1s to 24h'),
        ('krane.shopify.io/required-rollout', '3', 'use full, none, maxUnavailable or 90%'),
        ('krane.shopify.io/required-rollout', 'most', 'is not a number of pods'),
        ('werf.io/no-activity-timeout', '0s', 'must be more than 0'),
        ('werf.io/fail-mode', 'Cry', 'use FailWholeDeployProcessImmediately, Hope'),
        ('werf.io/failures-allowed-per-replica', '-1', 'use a number'),
        ('werf.io/no-activity-timeout', 'soon', 'is not a duration'),
        ('werf.io/log-regex', '(', 'is not a regular expression'),
        ('werf.io/log-regex-for-web', '[[:alpha:]]', 'which only RE2 supports'),
        ('werf.io/show-logs-until', 'never', 'use PodIsReady'),
        ('werf.io/skip-logs', 'perhaps', 'use true or false'),
    ),
)
def test_an_annotation_that_cannot_be_read_changes_nothing_but_a_notice(key, value, problem):
    own = read({key: value})
    assert own.options == Options()
    (notice,) = own.notices
    assert notice.startswith(f'has an invalid annotation {key}, which is ignored: ')
    assert problem in notice


@pytest.mark.parametrize(
    'key', ('werf.io/weight', 'werf.io/log-regex-for-', 'werf.io/log-regex-for-A', 'a.b/c')
)
def test_other_annotations_mean_nothing(key):
    assert read({key: '('}) == read({})


def test_our_annotations_and_flags_win_without_a_notice():
    ours = {
        'kubectl-dog.github.io/fail-mode': 'end',
        'kubectl-dog.github.io/tolerate': 'NotReady=4m',
    }
    foreign = {'werf.io/fail-mode': 'IgnoreAndContinueDeployProcess'}
    own = read({**foreign, **ours, 'werf.io/failures-allowed-per-replica': '1'})
    assert (own.options.fail_mode, own.notices) == ('end', ())
    assert own.tolerances.by_scope['NotReady'].seconds == 240
    assert own.tolerances.by_scope['CrashLoop'].terminations == 2
    assert read(foreign, fail_mode='now').options.fail_mode == 'now'
    assert read(foreign, fail_mode='now').notices == ()


@pytest.mark.parametrize(
    ('flag', 'kept'), (('NotReady=4m', False), ('NotReady/api=4m', True), ('CrashLoop=4', True))
)
def test_a_flag_for_all_containers_replaces_a_foreign_tolerance_of_one(flag, kept):
    key = 'werf.io/ignore-readiness-probe-fails-for-web'
    scopes = read({key: '90s'}, tolerate=(flag,)).tolerances.by_scope
    assert ('NotReady/web' in scopes) == kept


@pytest.mark.parametrize(
    'foreign', (HELM, {'kapp.k14s.io/disable-wait': ''}, {'pulumi.com/waitFor': 'condition=A'})
)
def test_our_condition_for_ready_replaces_all_of_theirs(foreign):
    own = read({**foreign, 'kubectl-dog.github.io/ready-when': 'condition=B'})
    assert (own.options.ready_when, own.foreign.rule) == ('condition=B', None)
    assert own.foreign.not_awaited == ''
    assert read(foreign, ready_when='condition=B').foreign.rule is None


def test_a_switch_ignores_all_of_them():
    foreign = {**HELM, **{key: value for key, value, *_ in OPTION_ROWS}}
    own = read(foreign, ignore_foreign_annotations=True)
    assert own == read({}, ignore_foreign_annotations=True)


@pytest.mark.parametrize(
    ('before', 'phase', 'after', 'reason'),
    (
        ('progressing', 'Up', 'ready', ''),
        ('ready', 'Down', 'progressing', ''),
        ('ready', 'Broken', 'failed', 'ReadinessFailure'),
        ('failed', 'Down', 'failed', ''),
        ('failed', 'Up', 'ready', ''),
        ('paused', 'Up', 'paused', ''),
        ('deleting', 'Up', 'deleting', ''),
        ('unknown', 'Up', 'unknown', ''),
    ),
)
def test_conditions_of_helm_decide(before, phase, after, reason):
    judged = judge(HELM, before, phase=phase)
    assert (judged.state.value, judged.reason) == (after, reason)


def test_conditions_of_helm_are_explained():
    waiting = judge(HELM, phase='Down')
    assert waiting.waits_for == 'status.phase to be "Up" (now "Down")'
    failed = judge(HELM, phase='Broken')
    assert failed.message == 'meets .phase == Broken (helm.sh/readiness-failure)'
    ready = judge(HELM, phase='Up')
    assert ready.message == 'meets helm.sh/readiness-success'
    assert ready.decided_by == 'helm.sh/readiness-success'
    (notice,) = judge(HELM, 'failed', phase='Up').notices
    assert notice == 'is ready by helm.sh/readiness-success, although it has failed: is dark'


def test_conditions_that_take_too_many_steps_leave_the_state_unknown():
    success = json.dumps(['{.items[*].n} == 1'])
    endless = {**HELM, 'helm.sh/readiness-success': success}
    judged = judge(endless, items=[{'n': 0}] * 100_000)
    assert (judged.state, judged.reason) == (State.UNKNOWN, TRACKER_ERROR)


@pytest.mark.parametrize('key', tuple(HELM))
def test_one_annotation_of_helm_without_the_other_is_ignored(key):
    own = read({key: HELM[key]})
    (notice,) = own.notices
    other = next(name for name in HELM if name != key)
    assert notice == f'has the annotation {key}, which Helm ignores without {other}'
    assert own.foreign.rule is None


def test_invalid_conditions_of_helm_are_ignored_with_a_notice():
    own = read({**HELM, 'helm.sh/readiness-success': '["succeeded==1"]'})
    (notice,) = own.notices
    assert 'invalid condition "succeeded==1": use {.PATH} OPERATOR VALUE' in notice
    assert own.foreign.rule is None
    assert read(dict.fromkeys(HELM, '[]')).foreign.rule is None


@pytest.mark.parametrize(
    ('before', 'after'),
    (
        ('progressing', 'ready'),
        ('paused', 'ready'),
        ('unknown', 'ready'),
        ('ready', 'ready'),
        ('failed', 'failed'),
        ('deleting', 'deleting'),
    ),
)
def test_what_another_tool_does_not_wait_for_is_ready_unless_it_has_failed(before, after):
    judged = judge({'pulumi.com/skipAwait': 'true'}, before)
    assert judged.state.value == after
    if before == 'progressing':
        assert judged.message == 'is not waited for (pulumi.com/skipAwait)'


def test_our_fail_mode_makes_it_waited_for():
    own = read({'pulumi.com/skipAwait': 'true', 'kubectl-dog.github.io/fail-mode': 'now'})
    assert (own.options.fail_mode, own.foreign.not_awaited, own.notices) == ('now', '', ())


@pytest.mark.parametrize(('phase', 'is_terminal'), (('Up', True), ('Down', False)))
def test_an_end_that_a_condition_overrules_is_no_end(phase, is_terminal):
    obj = annotated(HELM, phase=phase)
    own = read_target_options(Options(), obj)
    ended = Assessment(State.READY, is_terminal=True)
    subject = Subject(view(obj), ended, own.options, foreign=own.foreign)
    assert check_readiness(subject, 0.0).assessed.is_terminal is is_terminal


def test_several_conditions_must_all_be_met():
    both = {'pulumi.com/waitFor': '["jsonpath={.status.a}=1", "jsonpath={.status.b}"]'}
    assert judge(both, 'ready', a=1).state is State.PROGRESSING
    assert judge(both, a=1, b=2).message == (
        'meets jsonpath={.status.a}=1 and jsonpath={.status.b}'
    )


def test_a_rollout_says_that_nothing_is_waited_for():
    play = Play()
    web = deployment(meta={'annotations': {'kapp.k14s.io/disable-wait': ''}}, availableReplicas=0)
    play.rollout(web)
    assert play.outcome[:2] == ('ready', 'NotAwaited')
    assert any(NOT_AWAITED in notice.text for notice in play.of(Notice))


def test_a_rollout_waits_with_the_switch():
    play = Play(ignore_foreign_annotations=True)
    web = deployment(meta={'annotations': {'kapp.k14s.io/disable-wait': ''}}, availableReplicas=0)
    play.rollout(web)
    assert play.outcome is None


@pytest.mark.parametrize(('lit', 'outcome'), (('True', ('ready', 'ReadyWhen', 0)), ('False', None)))
def test_follow_until_ready_uses_the_conditions(lit, outcome):
    play = Play(follow=True, exit_when_ready=True)
    meta = {'annotations': {'pulumi.com/waitFor': 'condition=Lit', 'werf.io/skip-logs': 'true'}}
    play.rollout(deployment(conditions=[{'type': 'Lit', 'status': lit}], meta=meta))
    assert play.outcome == outcome


@pytest.mark.parametrize(('shows', 'count'), (('true', 1), ('false', 0)))
def test_kube_events_are_printed_or_not(shows, count):
    play = Play()
    web = deployment(
        meta={'annotations': {'werf.io/show-service-messages': shows}}, availableReplicas=0
    )
    play.rollout(web)
    play.listed(1, events_of('deploy-web'), kube_event(web, 'Odd', 'is odd', at=-1))
    assert len(play.of(KubeEvent)) == count


def test_a_time_limit_of_the_call_replaces_that_of_another_tool():
    obj = {'metadata': {'annotations': {'pulumi.com/timeoutSeconds': '30'}}}
    own = read_target_options(Options(timeout=600.0), obj).options
    assert (own.timeout, own.stall_timeout) == (600.0, Options().stall_timeout)
    other = read_target_options(Options(), obj).options
    assert (other.timeout, other.stall_timeout) == (30.0, 30.0)
