"""Values of YAML scalars as for kubectl, and limits of documents."""

from __future__ import annotations

import math
from time import process_time

import pytest
import yaml

from kubectl_dog.yaml_documents import DocumentError
from kubectl_dog.yaml_documents import documents
from kubectl_dog.yaml_documents import plain


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('', None),
        ('~', None),
        ('null', None),
        ('nullable', 'nullable'),
        ('yes', True),
        ('Off', False),
        ('true', True),
        ('n', 'n'),
        ('3', 3),
        ('-3', -3),
        ('1_000', 1000),
        ('017', 15),
        ('0o17', 15),
        ('-0x1F', -31),
        ('0b11', 3),
        ('0x', '0x'),
        ('0x_', '0x_'),
        ('1.5', 1.5),
        ('-.5', -0.5),
        ('1e3', 1000.0),
        ('.inf', math.inf),
        ('-.Inf', -math.inf),
        ('.', '.'),
        ('-', '-'),
        ('+', '+'),
        ('1.2.3', '1.2.3'),
        ('500m', '500m'),
        ('12:30', '12:30'),
        ('2026-01-01', '2026-01-01'),
        ('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
        ('9' * 41, '9' * 41),
        ('²', '²'),
    ],
)
def test_plain_scalars(text, value):
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_not_a_number_is_a_float():
    assert math.isnan(plain('.nan'))


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('!!int 5', 5),
        ('!!int "5"', 5),
        ('!!str 5', '5'),
        ('!!timestamp 2026-01-01', '2026-01-01'),
        ('!!binary aGk=', 'aGk='),
        ('!mine 5', '5'),
        ('"5"', '5'),
    ],
)
def test_tags(text, value):
    [document] = documents(text)
    assert document.value == value


@pytest.mark.parametrize(
    ('options', 'text', 'line', 'message'),
    (
        ({'deepest': 2}, '- 1\n- - - 2', 2, 'is nested more than 2 levels deep'),
        ({'deepest': 2}, '[[[', 1, 'is nested more than 2 levels deep'),
        ({'most_aliased': 2}, 'a: &x [1]\nb: *x\nc: *x', 3, 'has aliases for more than 2 values'),
        ({'most_aliased': 0}, 'a: &x 1\nb: *x', 2, 'has an alias'),
        ({}, 'a: 1\nb: \ud800', 2, 'has a character that YAML does not allow'),
    ),
)
def test_limits(options, text, line, message):
    with pytest.raises(DocumentError, match=message) as raised:
        list(documents(text, **options))
    assert raised.value.line == line


def test_scalars_may_stay_text():
    [document] = documents('a: [1, yes, null, !!int 5]', lambda scalar: scalar.value)
    assert document.value == {'a': ['1', 'yes', 'null', '5']}


def test_errors_without_a_position_are_in_the_first_line(monkeypatch):
    def fail(loader):
        raise yaml.scanner.ScannerError

    monkeypatch.setattr(yaml, 'CSafeLoader', type('Failing', (yaml.SafeLoader,), {}))
    monkeypatch.setattr(yaml.CSafeLoader, 'get_event', fail)
    with pytest.raises(DocumentError, match='is not YAML') as raised:
        list(documents('a: 1'))
    assert raised.value.line == 1


@pytest.mark.parametrize('form', ('{%s}', '{<<: [%s]}'))
def test_merging_takes_linear_time(form):
    # Seconds of CPU: 0.2, and 7 if each merge copies the mapping.
    merge = '<<: {a%d: 1}' if '[' not in form else '{a%d: 1}'
    began = process_time()
    [document] = documents('a: ' + form % ','.join(merge % number for number in range(20_000)))
    assert len(document.value['a']) == 20_000
    assert process_time() - began < 2


def test_the_first_merged_mapping_wins_and_own_keys_win_over_all():
    text = 'a: {b: own, <<: [{b: 1, c: first}, {c: second, d: third}], <<: {d: last, e: 5}}'
    [document] = documents(text)
    assert document.value == {'a': {'b': 'own', 'c': 'first', 'd': 'third', 'e': 5}}
