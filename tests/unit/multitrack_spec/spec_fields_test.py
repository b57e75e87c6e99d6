from __future__ import annotations

import re

import pytest

from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import FieldError
from kubectl_dog.multitrack_spec import spec_fields
from kubectl_dog.multitrack_spec.spec_fields import SpecField

COLOURS = spec_fields.choice({'Red': 'r', 'Blue': 'b'})
FIELDS = (
    SpecField('Name', Field.text, ('OldName',)),
    SpecField('IsOn', Field.flag),
    SpecField('Sizes', spec_fields.items(spec_fields.count)),
    SpecField('Limits', spec_fields.by_container(spec_fields.seconds)),
    SpecField('Colour', COLOURS),
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
    assert spec_fields.read_object(Field(data, 'spec'), FIELDS) == values


@pytest.mark.parametrize(
    ('data', 'message'),
    (
        ('x', 'must be a mapping, not text'),
        ({'Nam': 'a'}, 'Nam: unknown field: did you mean Name?'),
        ({'color': 'a'}, 'color: unknown field: did you mean Colour?'),
        ({'zzz': 1}, 'zzz: unknown field: use Name, IsOn, Sizes, Limits, Colour'),
        ({'Zzz': None}, 'Zzz: unknown field'),
        ({'Name': 'a', 'name': 'b'}, 'name: is the same field as Name: remove one of them'),
        ({'OldName': 'a', 'Name': 'b'}, 'Name: is the same field as OldName'),
        ({'Name': None, 'OldName': 'b'}, 'OldName: is the same field as Name'),
        ({'Sizes': '12'}, 'Sizes: must be a list, not text'),
        ({'Sizes': [1, -1]}, 'Sizes[1]: must be 0 or more, not -1'),
        ({'Sizes': [1.5]}, 'Sizes[0]: must be a whole number'),
        ({'Sizes': [None]}, 'Sizes[0]: must be a whole number'),
        ({'Limits': []}, 'Limits: must be a mapping'),
        ({'Limits': {'web': True}}, 'Limits.web: must be a duration'),
        ({'Limits': {'a=b': '1s'}}, """Limits['a=b']: "a=b" is not the name of a container"""),
        ({'Limits': {'': '1s'}}, """Limits['']: "" is not the name of a container"""),
        ({'Colour': 'red'}, 'Colour: must be one of Red, Blue, not "red"'),
        ({'Colour': 1}, 'Colour: must be text'),
    ),
)
def test_errors_have_the_path(data, message):
    with pytest.raises(FieldError, match=f'^{re.escape("spec: " + message)}'):
        spec_fields.read_object(Field(data, 'spec'), FIELDS)


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
    assert spec_fields.seconds(Field(data)) == seconds


@pytest.mark.parametrize(
    ('data', 'message'),
    (
        (30, 'is in nanoseconds: for 30 seconds use "30s"'),
        ('30', '"30" has no unit: use "30s"'),
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
    with pytest.raises(FieldError, match=f'^{re.escape("T: " + message)}'):
        spec_fields.seconds(Field(data, 'T'))
