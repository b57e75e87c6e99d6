from __future__ import annotations

import pytest

from kubectl_dog.manifests import kustomize
from kubectl_dog.model.errors import UserError
from tests.unit.needs import posix

pytestmark = posix


@pytest.fixture
def kubectl(tmp_path):
    def make(script, name='kubectl'):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\n{script}\n')
        program.chmod(0o755)
        return str(tmp_path)

    return make


def test_the_objects_that_kubectl_makes_are_read(kubectl):
    folder = kubectl('echo "{apiVersion: v1, kind: $1, metadata: {name: $3}}"')
    [(place, obj)] = kustomize.build('-dir', {'PATH': folder})
    assert (obj['kind'], obj['metadata']['name']) == ('kustomize', '-dir')
    assert str(place) == 'kustomize -dir, document 1 (line 1)'


def test_another_kubectl_may_be_named(kubectl):
    folder = kubectl('echo "{apiVersion: v1, kind: Other}"', 'mine')
    [(_, obj)] = kustomize.build('dir', {'PATH': folder, 'KUBECTL': 'mine'})
    assert obj['kind'] == 'Other'


@pytest.mark.parametrize(
    ('script', 'message'),
    (
        ('echo "error: no such thing" >&2; exit 1', 'kubectl kustomize dir: no such thing$'),
        ('exit 3', 'kubectl kustomize dir: exit code 3$'),
        ('exit 0', 'kustomize dir is empty'),
        ('echo "a: 1"', 'kustomize dir, document 1 .* is not a Kubernetes object'),
    ),
)
def test_failures_of_kubectl_are_reported(kubectl, script, message):
    with pytest.raises(UserError, match=message):
        list(kustomize.build('dir', {'PATH': kubectl(script)}))


def test_missing_kubectl_is_an_error_with_a_hint(tmp_path):
    with pytest.raises(UserError, match=r'"kubectl" is not in PATH.*kustomize build DIR'):
        list(kustomize.build('dir', {'PATH': str(tmp_path)}))


def test_a_kubectl_of_the_current_folder_is_not_run_unless_it_is_named(kubectl, monkeypatch):
    monkeypatch.chdir(kubectl('echo "{apiVersion: v1, kind: Planted}"'))
    with pytest.raises(UserError, match=r'"kubectl" is not in PATH'):
        list(kustomize.build('dir', {'PATH': '.'}))
    [(_, obj)] = kustomize.build('dir', {'PATH': '.', 'KUBECTL': './kubectl'})
    assert obj['kind'] == 'Planted'
