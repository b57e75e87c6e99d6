"""Kubernetes objects from the bytes of a file."""

from __future__ import annotations

import pytest

from kubectl_dog.manifests.manifest_objects import parse
from kubectl_dog.model.errors import UserError

POD = '{apiVersion: v1, kind: Pod, metadata: {name: a}}'


def kinds(text):
    return [(obj['apiVersion'], obj['kind']) for _, obj in parse(text.encode(), 'x.yaml')]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        (POD, ['Pod']),
        (f'---\n---\n{POD}\n---\n# nothing\n---\n{POD}', ['Pod', 'Pod']),
        (f'{{apiVersion: v1, kind: List, items: [{POD}, {POD}]}}', ['Pod', 'Pod']),
        ('{apiVersion: v1, kind: List, items: []}', []),
        ('{apiVersion: v1, kind: List}', []),
        ('{apiVersion: v1, kind: PodList, items: [{metadata: {}}]}', ['Pod']),
        (f'{{apiVersion: v1, kind: PodList, items: [{POD}]}}', ['Pod']),
        ('{apiVersion: v1, kind: AllowList, spec: {items: []}}', ['AllowList']),
        ('{apiVersion: v1, kind: AllowList, items: 5}', ['AllowList']),
        (
            '{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: '
            f'[{POD}]}}, {{apiVersion: v1, kind: Node}}]}}',
            ['Pod', 'Node'],
        ),
    ],
)
def test_lists_are_opened_in_order(text, expected):
    assert [kind for _, kind in kinds(text)] == expected


def test_items_of_a_typed_list_take_its_version():
    assert kinds('{apiVersion: apps/v1, kind: DeploymentList, items: [{spec: {}}]}') == [
        ('apps/v1', 'Deployment')
    ]


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'x.yaml is empty'),
        ('# nothing\n---\n', 'x.yaml is empty'),
        ('foo: bar', 'x.yaml, document 1 (line 1) is not a Kubernetes object: it has no kind'),
        (f'{POD}\n---\nfoo: bar', 'document 2 (line 2) is not a Kubernetes object: it has no kind'),
        (
            f'---\n---\n{POD}\n---\n5',
            'document 3 (line 4) is not a Kubernetes object: it is a number',
        ),
        ('- a\n- b', 'document 1 (line 1) is not a Kubernetes object: it is a list'),
        ('hello', 'document 1 (line 1) is not a Kubernetes object: it is text'),
        ('yes', 'it is true or false'),
        ('{kind: Pod}', 'it has no apiVersion'),
        ('{apiVersion: v1}', 'it has no kind'),
        ('{apiVersion: v1, kind: 5}', 'its kind is a number'),
        ('{apiVersion: v1, kind: [a]}', 'its kind is a list'),
        ('{apiVersion: v1, kind: {}}', 'its kind is a mapping'),
        ('{apiVersion: v1, kind: ""}', 'its kind is empty'),
        ('{apiVersion: v1, kind: " "}', 'its kind is text'),
        ('{apiVersion: v1, kind: }', 'its kind is empty'),
        ('{apiVersion: 1.1, kind: Pod}', 'its apiVersion is a number'),
        (f'{{apiVersion: v1, kind: List, items: [{POD}, 5]}}', 'document 1 (line 1), item 2 is no'),
        (
            '{apiVersion: v1, kind: List, items: [null]}',
            'item 1 is not a Kubernetes object: it is empt',
        ),
        (
            '{apiVersion: v1, kind: List, items: [{a: 1}]}',
            'item 1 is not a Kubernetes object: it has no',
        ),
        (
            '{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [5]}]}',
            'document 1 (line 1), item 1, item 1 is not a Kubernetes object: it is a number',
        ),
        (
            '{apiVersion: v1, kind: List, items: {a: 1}}',
            'x.yaml, document 1 (line 1) is no List: its items are a mapping',
        ),
        ('{apiVersion: v1, kind: List, items: 5}', 'is no List: its items are a number'),
        ('{apiVersion: v1, kind: PodList, items: {a: 1}}', 'is no PodList: its items are a'),
        ('a: b: c', 'x.yaml, line 1: is not YAML'),
    ],
)
def test_documents_without_an_object_are_reported(text, words):
    with pytest.raises(UserError) as caught:
        kinds(text)
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
def test_encodings(encoding):
    [(_, obj)] = parse('{apiVersion: v1, kind: Pod, a: "ü"}'.encode(encoding), 'x')
    assert obj['a'] == 'ü'


def test_invalid_utf_8_is_reported_with_its_line():
    with pytest.raises(UserError, match=r'x\.bin, line 2: is not text in UTF-8'):
        list(parse(b'a: 1\nb: \xff', 'x.bin'))


def test_nothing_of_a_list_is_recursive():
    text = '{"apiVersion": "v1", "kind": "List", "items": [' * 90 + ']}' * 90
    assert list(parse(text.encode(), 'x')) == []
