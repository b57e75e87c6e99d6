"""Rules from annotations of Helm and krane."""

from __future__ import annotations

import json

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.trackers.declarative.foreign_rules import helm_rule
from kubectl_dog.trackers.declarative.foreign_rules import krane_rule
from kubectl_dog.trackers.declarative.foreign_rules import parse_iso_duration
from kubectl_dog.trackers.declarative.rule_tracker import assess_by_rule
from tests.unit.builders import view

READY = [{'type': 'Ready', 'status': 'True'}]


def state(rule, **status):
    generation = {'generation': 2, 'name': 'x'}
    return assess_by_rule(rule, view({'metadata': generation, 'status': status})).state.value


@pytest.mark.parametrize(
    ('expression', 'status', 'holds'),
    (
        ('{.phase} == Up', {'phase': 'Up'}, True),
        ('{.phase} == "Up and running"', {'phase': 'Up and running'}, True),
        ("{.phase} == 'Up'", {'phase': 'Up'}, True),
        ('{ .phase } == Up', {'phase': 'Down'}, False),
        ('{.status.phase} == Up', {'phase': 'Up'}, True),
        ('{.phase} != Up', {'phase': 'Down'}, True),
        ('{.phase} != Up', {'phase': 'Up'}, False),
        ('{.phase} != Up', {'other': 1}, False),
        ('{.conditions[?(@.type=="Ready")].status} == True', {'conditions': READY}, True),
        ("{['phase']} == Up", {'phase': 'Up'}, True),
        ('{.done} == true', {'done': True}, True),
        ('{.n} >= 3', {'n': 3}, True),
        ('{.n} >= 3', {'n': 2}, False),
        ('{.n} > 3', {'n': 3}, False),
        ('{.n} > 3', {'n': 4}, True),
        ('{.n} < 3', {'n': 2}, True),
        ('{.n} < 3', {'n': 3}, False),
        ('{.n} <= 3', {'n': '3'}, True),
        ('{.n} <= 3', {'n': 4}, False),
        ('{.n} < 3', {'n': 'few'}, False),
        ('{.n} < 3', {'other': 0}, False),
    ),
)
def test_a_condition_of_helm_holds(expression, status, holds):
    rule = helm_rule(json.dumps([expression]), '[]')
    assert (state(rule, **status) == 'ready') is holds
    rule = helm_rule('["{.never} == 1"]', json.dumps([expression]))
    assert (state(rule, **status) == 'failed') is holds


def test_one_condition_of_helm_is_enough_and_failures_take_precedence():
    rule = helm_rule('["{.a} == 1", "{.b} == 1"]', '["{.c} == 1", "{.d} == 1"]')
    assert state(rule, b=1) == 'ready'
    assert state(rule, b=1, d=1) == 'failed'
    assert state(rule, e=1) == 'progressing'


@pytest.mark.parametrize(
    'rule', (helm_rule('["{.a} == 1"]', '["{.b} == 1"]'), krane_rule('true', ''))
)
def test_nothing_else_in_a_status_decides(rule):
    assert state(rule, phase='Failed', conditions=[{'type': 'Stalled', 'status': 'True'}]) == (
        'progressing'
    )


@pytest.mark.parametrize(
    ('text', 'problem'),
    (
        ('{}', 'must be a list'),
        ('[1]', 'must be text'),
        ('{', 'is not JSON'),
        ('["{.a} = 1"]', 'invalid condition'),
        ('["{.a}"]', 'invalid condition'),
        ('[".a == 1"]', 'invalid condition'),
        ('["{a} == 1"]', 'must start with . or'),
        ('["{.a[} == 1"]', 'is not a path'),
        ('["{.a} > many"]', '> needs a number, not "many"'),
        (json.dumps(['{.a} == 1'] * 51), 'has more than 50 conditions'),
    ),
)
def test_invalid_conditions_of_helm_are_an_error(text, problem):
    with pytest.raises(UserError, match=problem):
        helm_rule(text, '')


CONDITIONS = {
    'success_conditions': [
        {'path': '$.status.phase', 'value': 'Up'},
        {'path': '$.status.n', 'value': 3},
    ],
    'failure_conditions': [
        {'path': '$.status.phase', 'value': 'A', 'custom_error_msg': 'is {odd}'},
        {'path': '$.status.phase', 'value': 'B', 'error_msg_path': '$.status.message'},
        {'path': '$.status.phase', 'value': 'C'},
    ],
}


@pytest.mark.parametrize(
    ('status', 'expected', 'message'),
    (
        ({'phase': 'Up', 'n': 3}, 'ready', ''),
        ({'phase': 'Up', 'n': 2}, 'progressing', ''),
        ({'phase': 'A'}, 'failed', 'is (odd)'),
        ({'phase': 'B', 'message': 'no light'}, 'failed', 'no light'),
        ({'phase': 'C'}, 'failed', 'status.phase is C'),
        ({'phase': 'Up', 'n': 3, 'observedGeneration': 1}, 'progressing', ''),
    ),
)
def test_conditions_of_krane(status, expected, message):
    rule = krane_rule(json.dumps(CONDITIONS), '')
    obj = {'metadata': {'generation': 2}, 'status': status}
    assessed = assess_by_rule(rule, view(obj))
    assert (assessed.state.value, assessed.message) == (expected, message)


def test_the_default_conditions_of_krane():
    rule = krane_rule('True', '')
    failed = [{'type': 'Failed', 'status': 'True', 'message': 'is dark'}]
    assert state(rule, conditions=READY) == 'ready'
    assert state(rule, conditions=[*READY, *failed]) == 'failed'
    assert state(rule, conditions=[]) == 'progressing'


def test_the_time_limit_of_krane_extends_the_time_without_progress():
    assert krane_rule('true', '1H').stall_timeout == 3600


@pytest.mark.parametrize(
    ('text', 'problem'),
    (
        ('yes', 'is not JSON'),
        ('[]', 'must be a mapping'),
        ('{}', 'success_conditions: is missing'),
        ('{"success_conditions": []}', 'must not be empty'),
        ('{"success_conditions": [{"path": "$.a"}]}', 'value: is missing'),
        ('{"success_conditions": [{"value": "a"}]}', 'path: is missing'),
        ('{"success_conditions": [{"path": "$.a[", "value": "a"}]}', 'is not a path'),
        ('{"success_conditions": [{"path": "$.a", "value": []}]}', 'must be a text, a number'),
        (
            json.dumps({'success_conditions': [{'path': '$.a', 'value': 1}] * 51}),
            'has more than 50 conditions',
        ),
    ),
)
def test_invalid_conditions_of_krane_are_an_error(text, problem):
    with pytest.raises(UserError, match=problem):
        krane_rule(text, '')


@pytest.mark.parametrize(
    ('text', 'seconds'),
    (('90s', 90), ('PT1H30M', 5400), ('pt0.25h', 900), ('1M', 60), ('P1D', 86400), ('1m30s', 90)),
)
def test_durations_of_krane(text, seconds):
    assert parse_iso_duration(text) == seconds


@pytest.mark.parametrize('text', ('', 'PT', '90', '0.5s', 'P2D', '1d', 'soon', '1h 5m'))
def test_invalid_durations_of_krane_are_an_error(text):
    with pytest.raises(UserError, match='invalid duration'):
        parse_iso_duration(text)
