"""The objects and keys that a pod template refers to."""

from __future__ import annotations

import pytest

from kubectl_dog.model.template_references import entry_references
from kubectl_dog.model.template_references import references
from kubectl_dog.model.template_references import without_hash
from tests.unit.builders import container

KEY = {'name': 'URL', 'valueFrom': {'secretKeyRef': {'name': 'db', 'key': 'url'}}}
VOLUME = {'name': 'conf', 'configMap': {'name': 'app', 'items': [{'key': 'a'}, {}, {'key': 'b'}]}}


@pytest.mark.parametrize(
    ('entry', 'expected'),
    (
        ({}, []),
        ({'name': 'URL', 'value': 'configmap/app'}, []),
        ({'valueFrom': {'fieldRef': {'fieldPath': 'metadata.name'}}}, []),
        (KEY, ['secret/db', 'secret/db/url']),
        ({'prefix': 'A_', 'configMapRef': {'name': 'app'}}, ['configmap/app']),
        ({'secretRef': {'name': 'app'}}, ['secret/app']),
        (VOLUME, ['configmap/app', 'configmap/app/a', 'configmap/app/b']),
        ({'secret': {'secretName': 'tls'}}, ['secret/tls']),
        ({'persistentVolumeClaim': {'claimName': 'data'}}, ['persistentvolumeclaim/data']),
        (
            {'projected': {'sources': [{'configMap': {'name': 'a'}}, {'secret': {'name': 'b'}}]}},
            ['configmap/a', 'secret/b'],
        ),
    ),
)
def test_references_of_an_entry(entry, expected):
    assert list(entry_references(entry)) == expected


def test_references_of_a_template_are_those_of_all_containers_and_volumes():
    spec = {
        'initContainers': [container('init', envFrom=[{'configMapRef': {'name': 'app'}}])],
        'containers': [container(env=[KEY])],
        'volumes': [{'secret': {'secretName': 'tls'}}],
    }
    expected = {'configmap/app', 'secret/db', 'secret/db/url', 'secret/tls'}
    assert references({'spec': spec}) == expected


@pytest.mark.parametrize(
    ('name', 'expected'),
    (
        # From the documentation of kustomize.
        ('my-java-server-env-vars-k44mhd6h5f', 'my-java-server-env-vars'),
        ('app-config', 'app-config'),
        ('app-configurati', 'app-configurati'),
        ('app-k44mhd6h5fx', 'app-k44mhd6h5fx'),
        ('k44mhd6h5f', 'k44mhd6h5f'),
    ),
)
def test_the_hash_of_the_contents_is_no_part_of_the_name(name, expected):
    assert without_hash(name) == expected
