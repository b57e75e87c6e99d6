"""Test rules and comparisons on objects whose fields have any shape."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.causes import change_texts
from kubectl_dog.causes import changed_fields
from kubectl_dog.causes import config_updates
from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.trackers import generic
from kubectl_dog.trackers import template_diff
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import view
from tests.unit.oddities import ANY
from tests.unit.oddities import OBJECTS
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen
from tests.unit.trackers.declarative.rule_tracker_test import by_rule
from tests.unit.trackers.generic_test import ERROR
from tests.unit.trackers.generic_test import FROBS
from tests.unit.trackers.generic_test import OLD
from tests.unit.trackers.generic_test import READY
from tests.unit.trackers.generic_test import frob

RULES = [
    by_rule(f'ready: {test}')
    for test in (
        '{condition: Ready}',
        '{condition: Ready!=True}',
        '{not: {condition: Ready=False}}',
        '{path: status.phase, is: [On, Up]}',
        '{path: status.phase, isNot: [x]}',
        '{path: status.phase, exists: true}',
        '{path: status.c, equals: spec.a}',
        '{path: status.c, atLeast: spec.a}',
        '{path: status.c, prefixAtLeast: metadata.generation}',
        '{path: "status.c[*]", asManyAs: "spec.a[*]"}',
        '{path: "spec.a[$.status.c]", is: b}',
        '{each: "status.conditions[*]", that: {path: type, is: true}}',
        '{some: "status.conditions[*]", that: {path: type, is: true}}',
    )
]
TEMPLATE = {
    'metadata': {'labels': {'a': 'b'}},
    'spec': {
        'containers': [
            container(
                env=[
                    {'name': 'A', 'value': 'b'},
                    {'name': 'B', 'valueFrom': {'configMapKeyRef': {'name': 'a', 'key': 'b'}}},
                ],
                envFrom=[{'secretRef': {'name': 'a-2456789bcd'}}],
                livenessProbe={'httpGet': {'path': '/', 'port': 80}},
                resources={'limits': {'cpu': 1}},
            )
        ],
        'initContainers': [container('i')],
        'volumes': [{'name': 'v', 'projected': {'sources': [{'configMap': {'items': [{}]}}]}}],
        'nodeSelector': {'a': 'b'},
        'x': 1,
    },
}


def places(*names):
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANY))


STATUSES = places('phase', 'conditions', 'c', 'observedGeneration', 'replicas', 'state')
FROB = frob(READY, ERROR, {**READY, **OLD}, phase='x', generation=2)


@SETTINGS
@given(misshapen(FROB, frob(phase='x')), STATUSES, places('a', 'replicas', 'conditions'))
def test_rules_and_the_generic_judgement(strange, status, spec):
    for obj in (strange, {**FROB, 'status': status, 'spec': spec}):
        seen = view(obj, target=FROBS)
        for judge in (*(rule.assess for rule in RULES), generic.assess):
            assert isinstance(judge(seen), Assessment)


@SETTINGS
@given(misshapen(TEMPLATE) | OBJECTS, misshapen(TEMPLATE) | OBJECTS | st.just(TEMPLATE))
def test_what_a_template_changes(before, after):
    assert all(
        isinstance(change, str) for change in template_diff.describe_template_diff(before, after)
    )


@SETTINGS
@given(misshapen(TEMPLATE), misshapen(TEMPLATE), st.sampled_from(sorted(CODES)))
def test_what_a_revision_may_have_broken(before, after, code):
    templates = RevisionTemplates('2', after, '1', before)
    cause = Cause(code, '', 'main', '1 Insufficient cpu', ('web-1',))
    changes = changed_fields.suspect_changes(cause, templates)
    text = change_texts.describe_changes(RevisionChanges('2', '1', changes), 'main')
    assert text.startswith('new in revision 2: ')
    assessed = Assessment(State.PROGRESSING, pods=(pod(),), templates=templates)
    assert config_updates.with_config_updates(view(), cause, assessed).code == code


@SETTINGS
@given(misshapen(deployment()))
def test_the_generic_judgement_of_a_workload(obj):
    assert isinstance(generic.assess(view(obj)), Assessment)
