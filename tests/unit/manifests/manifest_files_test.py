"""The files that are read, and their order."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from kubectl_dog.manifests.manifest_files import read
from kubectl_dog.model.errors import UserError
from tests.unit.needs import NO_FILE


def pod(name):
    return f'{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}}}\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in ('b.yaml', 'a.yml', 'c.json', 'd.txt', 'deep/e.yaml', 'deep/er/f.yaml'):
        (tmp_path / 'k' / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'k' / path).write_text(pod((tmp_path / path).stem))
    (tmp_path / 'empty').mkdir()
    return tmp_path


def names(*files, **options):
    return [obj['metadata']['name'] for _, obj in read(files, **options)]


def test_files_are_read_in_their_order(folder):
    assert names('k/c.json', 'k/b.yaml') == ['c', 'b']


def test_directory_has_the_same_files_as_for_kubectl(folder):
    assert names('k') == ['a', 'b', 'c']


def test_recursive_looks_deeper(folder):
    assert len(names('k', recursive=True)) == 5


def test_standard_input(folder, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO(pod('x').encode()))
    monkeypatch.setattr(sys, 'stdin', stdin)
    assert names('-', 'k/b.yaml') == ['x', 'b']


@pytest.mark.parametrize(
    ('files', 'words'),
    [
        (['nope.yaml'], f'cannot read nope.yaml: {NO_FILE}'),
        (['empty'], 'empty has no file that ends in .yaml, .yml, .json: use -R for'),
        (['-', '-'], 'standard input (-f -) can be read only once'),
        (['a\0b'], 'cannot read a\0b: '),
        (['-'], 'standard input is empty'),
    ],
)
def test_what_cannot_be_read_is_named(folder, monkeypatch, files, words):
    monkeypatch.setattr(sys, 'stdin', None)
    with pytest.raises(UserError) as caught:
        names(*files)
    assert words in str(caught.value)
