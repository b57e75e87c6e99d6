"""YAML and JSON documents of a text, valid and malicious."""

from __future__ import annotations

import json
import time

import pytest
import yaml

from kubectl_dog import yaml_documents
from kubectl_dog.manifests.manifest_text import documents
from kubectl_dog.yaml_documents import DEEPEST
from kubectl_dog.yaml_documents import DocumentError


def values(text):
    return [value for _, value in documents(text)]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', []),
        ('# nothing\n', []),
        ('a: 1\n---\nb: 2\n...\n', [{'a': 1}, {'b': 2}]),
        ('---\n---\na: 1', [None, {'a': 1}]),
        ('a: "1"\nb: \'yes\'\nc: yes', [{'a': '1', 'b': 'yes', 'c': True}]),
        ('a:\n- x\n-\n  - y\n', [{'a': ['x', ['y']]}]),
        ('8080: a\non: b\nnull: c', [{'8080': 'a', 'on': 'b', 'null': 'c'}]),
        ('a: 1\na: 2', [{'a': 2}]),
        ('a: |\n  x\n  y\nb: >-\n  x\n  y\n', [{'a': 'x\ny\n', 'b': 'x y'}]),
        ('a: &x {b: 1}\nc: *x', [{'a': {'b': 1}, 'c': {'b': 1}}]),
        ('a: &x 5\n*x : b', [{'a': 5, '5': 'b'}]),
        (
            'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3',
            [{'a': {'b': 1, 'c': 2}, 'd': {'b': 3, 'c': 2}}],
        ),
        ('a: {<<: [{b: 1}, {b: 2, c: 2}]}', [{'a': {'b': 1, 'c': 2}}]),
        ('at: 2026-01-01T00:00:00Z', [{'at': '2026-01-01T00:00:00Z'}]),
        ('a: !!int "5"\nb: !!str 5', [{'a': 5, 'b': '5'}]),
        ('a: !mine {b: 1}', [{'a': {'b': 1}}]),
        ('{"a": 1}', [{'a': 1}]),
        ('{"a": 1}{"b": [true, null]}\n{"c": 1e3}', [{'a': 1}, {'b': [True, None]}, {'c': 1000.0}]),
        (' {"a": 1}\n---\n{"b": 2}\n---', [{'a': 1}, {'b': 2}]),
        ('{"a": 1,}', [{'a': 1}]),
        ('{a: 1}', [{'a': 1}]),
        ('[1, 2]', [[1, 2]]),
    ],
)
def test_documents(text, expected):
    assert values(text) == expected


def test_documents_know_their_first_line():
    assert [line for line, _ in documents('a: 1\n---\nb: 1\n---\n# c\nc: 1\n')] == [1, 2, 4]
    assert [line for line, _ in documents('{"a":\n1}\n\n{"b": 1}')] == [1, 4]


@pytest.mark.parametrize(
    ('text', 'line', 'words'),
    [
        ('a: 1\nb: c: d', 2, 'is not YAML: '),
        ('a: 1\n\tb: 2', 2, 'is not YAML: it is indented with a tab, but YAML allows only spaces'),
        ('a:\n  b: 1\n  \tc: 1', 3, 'is not YAML: it is indented with a tab'),
        ('a: {{ .Values.a }}', 1, '({{ }}): render it first (helm template)'),
        ('{{- if .Values.a }}\na: 1\n{{- end }}', 1, '({{ }}): render it first (helm template)'),
        ('a: "x', 1, 'is not YAML: '),
        ('{"a": 1\n', 2, 'is not YAML: '),
        ('a: 1\nb: \x07', 2, 'has a character that YAML does not allow'),
        ('a: 1\nb:\n  ? [1]\n  : 2', 3, 'has a key that is a list or a mapping'),
        ('a: 1\nb: *x', 2, 'has no anchor "x" before this alias'),
        ('a: &x [*x]', 1, 'has no anchor "x" before this alias'),
        ('a: &x 1\n---\nb: *x', 3, 'has no anchor "x" before this alias'),
        ('a:\n  <<: 5', 2, 'merges (<<) a value that is not'),
        ('%YAML 9.0\n---\na: 1', 1, 'is not YAML: '),
    ],
)
def test_errors_have_the_line(text, line, words):
    with pytest.raises(DocumentError) as caught:
        values(text)
    assert caught.value.line == line
    assert words in str(caught.value)


LAUGHS = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n' + ''.join(
    f'a{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 10)}]\n' for n in range(1, 10)
)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (LAUGHS, 'aliases for more than'),
        ('[' * 100_000, f'nested more than {DEEPEST} levels deep'),
        ('- ' * 100_000, f'nested more than {DEEPEST} levels deep'),
        ('{"a":' * 300 + '1' + '}' * 300, f'nested more than {DEEPEST} levels deep'),
        ('{"a":' * 100_000, f'nested more than {DEEPEST} levels deep'),
    ],
)
def test_bombs_do_not_go_off(text, words):
    began = time.process_time()
    with pytest.raises(DocumentError, match=words):
        values(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize('flow', ['[', '{a: ', '"\\"#", [', "'#[', [", '[ # ]\n'])
def test_a_parser_with_a_limit_of_its_own_changes_nothing(monkeypatch, flow):
    class Limited(yaml.SafeLoader):
        def get_event(self):
            mark = yaml.Mark('x', len(text), 7, 0, None, None)
            raise yaml.scanner.ScannerError(None, None, '42', mark)

    monkeypatch.setattr(yaml, 'CSafeLoader', Limited)
    for depth, words in ((DEEPEST, 'is not YAML: 42'), (DEEPEST + 1, 'nested more than')):
        text = '- ' + flow * depth
        with pytest.raises(DocumentError, match=words) as caught:
            values(text)
        assert caught.value.line == 8


@pytest.mark.parametrize('wrap', ['a: {}', '{{"a": {}}}'])
def test_long_numbers_cost_nothing(wrap):
    assert values(wrap.format('9' * 200_000)) == [{'a': '9' * 200_000}]


def test_aliases_of_ordinary_use_are_not_limited():
    text = 'a: &x {b: 1}\n' + ''.join(f'k{n}: *x\n' for n in range(5_000))
    assert len(values(text)[0]) == 5_001


def test_a_parser_in_python_does_as_well(monkeypatch):
    monkeypatch.delattr(yaml, 'CSafeLoader', raising=False)
    text = 'a: &x [1, "2", 2026-01-01]\nb: *x\n---\nc: {}\n'
    assert values(text) == [{'a': [1, '2', '2026-01-01'], 'b': [1, '2', '2026-01-01']}, {'c': {}}]
    with pytest.raises(DocumentError, match='does not allow'):
        values('a: \x07')


@pytest.mark.parametrize('style', [None, True, False])
def test_reads_back_output_of_other_writers(style):
    obj = {
        'a': ['x', 'yes', '5', '', '0x1', 'a: b', '- x', '#', 'null', '~', '2026-01-01'],
        'b': {'c': [], 'd': {}, 'e': None, 'f': 1.5, 'g': -7, 'h': True, 'i': 'ü\n\tx\n'},
        'j': [[[{'k': 'l'}]]],
    }
    assert values(yaml.safe_dump(obj, default_flow_style=style)) == [obj]
    assert values(json.dumps(obj)) == [obj]
    assert [value for _, value in yaml_documents.documents(json.dumps(obj))] == [obj]
