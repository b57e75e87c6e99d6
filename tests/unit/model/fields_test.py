from __future__ import annotations

import re
import time
from types import MappingProxyType

import pytest

from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import FieldError
from kubectl_dog.model.fields import nullable

DATA = {
    'targets': [{'name': 'a'}, {'name': 5, 'a b': True, 'since': None}],
    'size': 1.5,
    'age': '1m30s',
    'mode': 'fast',
}


def second():
    return Field(DATA, 'my.yaml').required('targets').items()[1]


def test_a_field_knows_its_path():
    fields = second().mapping()
    assert [field.path for field in fields.values()] == [
        'targets[1].name',
        "targets[1]['a b']",
        'targets[1].since',
    ]
    assert Field(DATA, 'my.yaml').path == ''


@pytest.mark.parametrize(
    ('name', 'read', 'value'),
    (
        ('mode', Field.text, 'fast'),
        ('size', Field.number, 1.5),
        ('age', Field.duration, 90.0),
        ('mode', lambda field: field.choice(('fast', 'slow')), 'fast'),
        ('targets', lambda field: len(field.items()), 2),
    ),
)
def test_values_of_the_right_type(name, read, value):
    assert read(Field(DATA).required(name)) == value


@pytest.mark.parametrize('read', (Field.whole, Field.number))
def test_a_number_is_no_boolean(read):
    assert read(Field(5)) == 5
    with pytest.raises(FieldError, match='not true or false'):
        read(Field(True))


def test_optional_fields_have_a_default():
    root = Field({'a': None, 'b': 'x'})
    assert [root.optional(name, Field.text, 'd') for name in 'abc'] == ['d', 'x', 'd']


def test_nullable_values():
    read = nullable(Field.whole)
    assert (read(Field(5)), read(Field(None))) == (5, None)


@pytest.mark.parametrize(
    ('fail', 'message'),
    (
        (
            lambda: second().required('name').text(),
            'targets[1].name: must be text, not a number: put it in quot',
        ),
        (lambda: second().required('kind'), 'targets[1].kind: is missing'),
        (lambda: second().items(), 'targets[1]: must be a list, not a mapping'),
        (lambda: second().required('since').flag(), 'since: must be true or false, not null'),
        (lambda: second().refuse_unknown(('names', 'x')), 'name: unknown field: did you mean na'),
        (lambda: Field(DATA).refuse_unknown(('x', 'y')), 'targets: unknown field: use x, y'),
        (lambda: Field('7').whole(), 'must be a whole number, not text'),
        (lambda: Field({1}).mapping(), 'must be a mapping'),
        (lambda: Field('b').choice(('x', 'y')), 'must be one of x, y, not "b"'),
        (lambda: Field('soon').duration(), "'soon' is not a duration"),
        (lambda: Field(5).duration(), 'must be text'),
    ),
)
def test_errors_name_the_path_and_what_is_allowed(fail, message):
    with pytest.raises(FieldError, match=re.escape(message)):
        fail()


def test_errors_begin_with_the_name_of_the_document():
    assert str(Field(DATA, 'my.yaml').error('is odd')) == 'my.yaml: is odd'
    assert str(second().error('is odd')) == 'my.yaml: targets[1]: is odd'
    assert FieldError.exit_code == 2


def test_names_are_compared_without_case():
    with pytest.raises(FieldError, match=r'^NAME: unknown field: did you mean name\?$'):
        Field({'NAME': 1}).refuse_unknown(('name', 'kind'))


def test_any_mapping_is_read():
    root = Field(MappingProxyType({'a': 'x'}))
    assert root.required('a').text() == 'x'


def test_long_keys_and_values_cost_nothing_and_are_cut():
    began = time.process_time()
    with pytest.raises(FieldError) as raised:
        Field({'k' * 1_000_000: 1}).refuse_unknown(('kind', 'group'))
    assert time.process_time() - began < 1
    assert len(str(raised.value)) < 150
    with pytest.raises(FieldError) as raised:
        Field('v' * 1_000).choice(('x',))
    assert len(str(raised.value)) < 150
