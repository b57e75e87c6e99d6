from __future__ import annotations

import re

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.multitrack_spec import spec_fields
from kubectl_dog.multitrack_spec.spec_fields import Field

COLOURS = spec_fields.choice({'Red': 'r', 'Blue': 'b'})
FIELDS = (
    Field('Name', spec_fields.text, ('OldName',)),
    Field('IsOn', spec_fields.boolean),
    Field('Sizes', spec_fields.items(spec_fields.count)),
    Field('Limits', spec_fields.by_container(spec_fields.seconds)),
    Field('Colour', COLOURS),
)


@pytest.mark.parametrize(
    ('data', 'values'),
    (
        ({}, {}),
        ({'Name': 'a'}, {'Name': 'a'}),
        ({'name': 'a', 'ISON': False}, {'Name': 'a', 'IsOn': False}),
        ({'oldName': 'a'}, {'Name': 'a'}),
        ({'Name': None, 'Sizes': None}, {}),
        ({'Sizes': [0, 7]}, {'Sizes': (0, 7)}),
        ({'Limits': {'a-1': '90s'}}, {'Limits': {'a-1': 90.0}}),
        ({'Colour': 'Red'}, {'Colour': 'r'}),
        ({'Colour': ''}, {'Colour': None}),
    ),
)
def test_field_names_are_case_insensitive_and_null_is_absent(data, values):
    assert spec_fields.read(data, '$', FIELDS) == values


@pytest.mark.parametrize(
    ('data', 'message'),
    (
        ([], '$: must be an object'),
        ('x', '$: must be an object'),
        ({'Nam': 'a'}, '$.Nam: there is no such field; did you mean Name?'),
        ({'color': 'a'}, '$.color: there is no such field; did you mean Colour?'),
        ({'zzz': 1}, '$.zzz: there is no such field; there are Name, IsOn, Sizes, Limits, Colour'),
        ({'a b': 1}, "$['a b']: there is no such field"),
        ({'Zzz': None}, '$.Zzz: there is no such field'),
        ({'Name': 'a', 'name': 'b'}, '$.name: says again what Name says'),
        ({'OldName': 'a', 'Name': 'b'}, '$.Name: says again what OldName says'),
        ({'Name': None, 'OldName': 'b'}, '$.OldName: says again what Name says'),
        ({'Name': 1}, '$.Name: must be text'),
        ({'IsOn': 1}, '$.IsOn: must be true or false'),
        ({'IsOn': 'true'}, '$.IsOn: must be true or false'),
        ({'Sizes': {}}, '$.Sizes: must be a list'),
        ({'Sizes': '12'}, '$.Sizes: must be a list'),
        ({'Sizes': [1, -1]}, '$.Sizes[1]: must be a whole number, 0 or more'),
        ({'Sizes': [True]}, '$.Sizes[0]: must be a whole number'),
        ({'Sizes': [1.5]}, '$.Sizes[0]: must be a whole number'),
        ({'Sizes': [None]}, '$.Sizes[0]: must be a whole number'),
        ({'Limits': []}, '$.Limits: must be an object'),
        ({'Limits': {'web': True}}, '$.Limits.web: must be a duration'),
        ({'Limits': {'a-1': []}}, '$.Limits.a-1: must be a duration'),
        ({'Limits': {'1': []}}, "$.Limits['1']: must be a duration"),
        ({'Limits': {'a=b': '1s'}}, "$.Limits['a=b']: 'a=b' is not the name of a container"),
        ({'Limits': {'': '1s'}}, "$.Limits['']: '' is not the name of a container"),
        ({'Limits': {1: '1s'}}, "$.Limits['1']: must be text"),
        ({'Colour': 'red'}, "$.Colour: 'red' is none of Red, Blue"),
        ({'Colour': 1}, '$.Colour: must be text'),
    ),
)
def test_errors_have_the_json_path(data, message):
    with pytest.raises(UserError, match=f'^{re.escape(message)}'):
        spec_fields.read(data, '$', FIELDS)


@pytest.mark.parametrize(
    ('data', 'seconds'),
    (
        (0, 0.0),
        (1_000_000, 0.001),
        (10_000_000_000, 10.0),
        (1.5e9, 1.5),
        ('10s', 10.0),
        ('1h30m', 5400.0),
        ('500ms', 0.5),
    ),
)
def test_durations_are_nanoseconds_or_text(data, seconds):
    assert spec_fields.seconds(data, '$') == seconds


@pytest.mark.parametrize(
    ('data', 'message'),
    (
        (30, 'is in nanoseconds: for 30 seconds write "30s"'),
        ('30', '\'30\' has no unit: write "30s"'),
        ('', "'' is not a duration"),
        ('soon', "'soon' is not a duration"),
        ('-5s', "'-5s' is not a duration"),
        (-1, 'must be a duration'),
        (10**400, 'must be a duration'),
        (float('nan'), 'must be a duration'),
        (float('inf'), 'must be a duration'),
        (None, 'must be a duration'),
    ),
)
def test_invalid_durations_are_errors(data, message):
    with pytest.raises(UserError, match=f'^{re.escape("$.T: " + message)}'):
        spec_fields.seconds(data, '$.T')
