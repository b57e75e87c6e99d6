"""Test what the definition of a kind says about the status of its objects."""

from __future__ import annotations

import pytest

from kubectl_dog import api
from kubectl_dog.trackers import crd_evidence
from kubectl_dog.trackers.crd_evidence import known_values as known
from tests.unit.trackers.generic_test import cond
from tests.unit.trackers.generic_test import frob
from tests.unit.trackers.generic_test import judge

DESCRIPTION = """Current is the step of the frob, not Warm or Frobbed at first.
Frobbed: the frob is ready.
Melted means that the frob has failed; "Warm" - the frob is heating up."""


def definition(*columns, current=None, version='v1'):
    status = {'properties': {'current': current or {}, 'parts': {'items': {'properties': {}}}}}
    schema = {'openAPIV3Schema': {'properties': {'status': status}}}
    entry = {'name': version, 'additionalPrinterColumns': list(columns), 'schema': schema}
    return {'spec': {'versions': [entry]}}


def column(name, path, kind='string'):
    return {'name': name, 'jsonPath': path, 'type': kind}


def state_of(obj, crd):
    assessment = judge({**obj, 'apiVersion': 'x.example.com/v1'}, definition=crd)
    return 'failing' if assessment.causes else assessment.state.value


@pytest.mark.parametrize(
    ('status', 'columns', 'state'),
    (
        ({'current': 'Failed'}, (), 'ready'),
        ({'current': 'Failed'}, (column('State', '.status.current'),), 'failing'),
        ({'current': 'Failed'}, (column('Last Status', '.status.current'),), 'ready'),
        ({'current': 'Failed'}, (column('Desired State', '.status.current'),), 'ready'),
        ({'current': 'failed ' * 20}, (column('Status', '.status.current'),), 'ready'),
        ({'current': 'Failed'}, (column('Age', '.status.current'),), 'ready'),
        ({'a': {'b': 'Creating'}}, (column('Phase', '.status.a.b'),), 'progressing'),
        ({'current': 'Odd'}, (column('State', '.status.current'),), 'progressing'),
        ({'up': False}, (column('Ready', '.status.up', 'boolean'),), 'progressing'),
        ({'up': True}, (column('Ready', '.status.up', 'boolean'),), 'ready'),
        ({'up': 3}, (column('Ready', '.status.up', 'integer'),), 'ready'),
        ({'current': 'Failed'}, (column('State', 'status[?(@.x)]'), {}, None), 'ready'),
    ),
)
def test_printer_columns_name_the_state(status, columns, state):
    assert state_of(frob(**status), definition(*columns)) == state


@pytest.mark.parametrize(
    ('word', 'state'),
    (
        ('Frobbed', 'ready'),
        ('Melted', 'failing'),
        ('Warm', 'progressing'),
        ('Cold', 'progressing'),
        ('(', 'ready'),
    ),
)
def test_descriptions_explain_the_values(word, state):
    current = {'description': DESCRIPTION, 'default': 'Cold', 'enum': ['Frobbed', 'Melted']}
    crd = definition(column('State', '.status.current'), current=current)
    assert state_of(frob(current=word), crd) == state


@pytest.mark.parametrize(
    ('description', 'state'),
    (
        ('`Frobbed` is set once the frob is complete.', 'ready'),
        ('Frobbed (the frob is ready), Melted (it is lost)', 'ready'),
        ('* Frobbed – the frob has failed', 'failing'),
        ('either Frobbed, when the frob failed, or Melted', 'failing'),
        ('either Frobbed or Melted', 'progressing'),
    ),
)
def test_a_description_explains_a_value_in_many_ways(description, state):
    crd = definition(column('State', '.status.current'), current={'description': description})
    assert state_of(frob(current='Frobbed'), crd) == state


@pytest.mark.parametrize(
    ('values', 'state'),
    (
        (['Pending', 'Frobbed', 'Failed'], 'ready'),
        (['Pending', 'Frobbed', 'Melted', 'Failed'], 'progressing'),
        (['Pending', 'Frobbed', 'Ready'], 'progressing'),
        (['Frobbed'], 'progressing'),
        (['Pending', 'Failed'], 'progressing'),
    ),
)
def test_the_only_value_of_an_enum_that_can_mean_success_does(values, state):
    crd = definition(column('State', '.status.current'), current={'enum': values})
    assert state_of(frob(current='Frobbed'), crd) == state


def test_an_enum_of_unknown_words_is_no_state():
    crd = definition(column('State', '.status.current'), current={'enum': ['Leader', 'Follower']})
    assert state_of(frob(current='Leader'), crd) == 'ready'


def test_the_default_of_a_state_is_work_and_no_unknown_word():
    crd = definition(column('State', '.status.current'), current={'default': 'Cold'})
    assessment = judge({**frob(current='Cold'), 'apiVersion': 'x.example.com/v1'}, definition=crd)
    assert (assessment.state.value, assessment.notices) == ('progressing', ())


@pytest.mark.parametrize(
    ('conditions', 'state'),
    (
        ((cond('Frobbed'), cond('MeltAvailable', 'False')), 'ready'),
        ((cond('Frobbed', 'False'), cond('Available')), 'progressing'),
        ((cond('Frobbed', 'False'), cond('Ready')), 'ready'),
    ),
)
def test_a_condition_in_a_column_is_the_summary(conditions, state):
    path = '.status.conditions[?(@.type=="Frobbed")].status'
    assert state_of(frob(*conditions), definition(column('Ready', path))) == state


@pytest.mark.parametrize('version', ('v1', 'v2'))
def test_only_the_version_of_the_object_counts(version):
    crd = definition(column('State', '.status.current'), version=version)
    expected = 'failing' if version == 'v1' else 'ready'
    assert state_of(frob(current='Failed'), crd) == expected


@pytest.mark.parametrize('broken', ({}, {'spec': 3}, {'spec': {'versions': [None, {'name': 4}]}}))
def test_a_broken_definition_explains_nothing(broken):
    assert state_of(frob(current='Failed'), broken) == 'ready'


def test_definitions_in_files_are_used():
    crd = definition(column('State', '.status.current'))
    crd['spec'].update(group='x.example.com', names={'kind': 'Frob'})
    crd.update(kind='CustomResourceDefinition', apiVersion='apiextensions.k8s.io/v1')
    obj = {**frob(current='Failed'), 'apiVersion': 'x.example.com/v1'}
    states = [status.state.value for status in api.statuses_from_objects([obj, crd])]
    assert states[0] == 'failing'


@pytest.mark.parametrize(
    ('schema', 'values'),
    (
        (
            {'enum': ['Up', 'Frobbed', 'Melted', 'Odd', 3], 'description': DESCRIPTION},
            [('Up', 'good'), ('Frobbed', 'good'), ('Melted', 'bad'), ('Odd', 'neutral')],
        ),
        (
            {'description': DESCRIPTION},
            [('Frobbed', 'good'), ('Melted', 'bad'), ('Warm', 'working')],
        ),
        ({'enum': ['Start', 'Up'], 'default': 'Start'}, [('Start', 'working'), ('Up', 'good')]),
        ({'enum': 'Up'}, []),
        # Many definitions allow the empty text.
        ({'enum': ['', 'Up'], 'description': DESCRIPTION}, [('', 'neutral'), ('Up', 'good')]),
        ({'enum': ['x' * 200]}, []),
        ({}, []),
    ),
)
def test_the_known_values_of_a_state_have_a_meaning(schema, values):
    crd = definition(column('State', '.status.current'), current=schema)
    evidence = crd_evidence.read_evidence(crd, 'x.example.com/v1')
    assert [(field, word, meaning.value) for field, word, meaning in known(evidence)] == [
        ('status.current', word, meaning) for word, meaning in values
    ]


def test_states_are_also_known_by_the_names_of_fields():
    names = ('phase', 'frobState', 'lastPhase', 'desiredState', 'size')
    properties = {name: {'enum': ['Up']} for name in names}
    evidence = crd_evidence.Evidence(schema={'properties': properties})
    assert [field for field, *_ in known(evidence)] == ['status.phase', 'status.frobState']


def test_condition_types_are_those_of_columns_and_of_the_schema():
    types = {'items': {'properties': {'type': {'enum': ['Synced', 'Ready']}}}}
    schema = {'properties': {'conditions': types}}
    evidence = crd_evidence.Evidence(conditions=frozenset(['Ready']), schema=schema)
    assert crd_evidence.listed_conditions(evidence) == ('Ready', 'Synced')
