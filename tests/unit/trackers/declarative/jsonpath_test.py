from __future__ import annotations

import pytest

from kubectl_dog.trackers.declarative import jsonpath

OBJECT = {
    'metadata': {'annotations': {'a.b/c': 'x'}},
    'at': {'b': 1, 'below': -2, 'far': 9, 'text': '0'},
    'spec': {'n': 3, 'on': True, 'none': None},
    'status': {
        'conditions': [{'type': 'A', 'status': 'True'}, {'type': 'B', 'status': 'False'}, 'odd'],
        'map': {'x': {'v': 1}, 'y': {'v': 2}},
    },
}


@pytest.mark.parametrize(
    ('text', 'values'),
    (
        ('spec.n', [3]),
        ('.spec.n', [3]),
        ('$.spec.n', [3]),
        ('{.spec.n}', [3]),
        ('spec.none', []),
        ('spec.n.deeper', []),
        ('status.conditions[0].type', ['A']),
        ('status.conditions[9].type', []),
        ('status.conditions[*].type', ['A', 'B']),
        ('status.conditions[$.at.b].type', ['B']),
        ('status.conditions[$.at.text].type', ['A']),
        ('status.conditions[$.at.below].type', []),
        ('status.conditions[$.at.far].type', []),
        ('status.conditions[$.at.missing].type', []),
        ('status.map[*].v', [1, 2]),
        ('spec[*]', [3, True]),
        ('spec.n[*]', []),
        ('spec.n[0]', []),
        ('status.conditions[type=B].status', ['False']),
        ('status.conditions[?(@.type=="B")].status', ['False']),
        ("status.conditions[?(@.type == 'B')].status", ['False']),
        ("metadata.annotations['a.b/c']", ['x']),
        ('metadata.annotations["a.b/c"]', ['x']),
    ),
)
def test_what_is_at_a_path(text, values):
    assert jsonpath.values(jsonpath.parse(text), OBJECT) == values


def test_a_path_starts_at_the_item_unless_it_is_absolute():
    item = {'spec': {'n': 7}}
    assert jsonpath.values(jsonpath.parse('spec.n'), OBJECT, item) == [7]
    assert jsonpath.values(jsonpath.parse('$.spec.n'), OBJECT, item) == [3]


@pytest.mark.parametrize(
    'text', ('', '$', '{}', 'a b', 'a[', 'a[x', 'a..b', 'a[$]', 'a[$.b.]', 'a[?(@.b)]', 'x' * 301)
)
def test_what_is_no_path(text):
    with pytest.raises(ValueError, match='is not a path'):
        jsonpath.parse(text)


@pytest.mark.parametrize(
    ('value', 'text'), ((True, 'true'), (3, '3'), ('x', 'x'), (None, ''), ({}, ''), ([1], ''))
)
def test_scalars_as_people_write_them(value, text):
    assert jsonpath.scalar_text(value) == text
