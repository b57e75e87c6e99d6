"""Helm's releases, as helm writes them into Secrets and ConfigMaps."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from kubectl_dog.cluster import helm
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import MissingError
from kubectl_dog.model.errors import UserError

MANIFEST = '---\n# Source: shop/templates/a.yaml\napiVersion: v1\nkind: Service\n'


def packed(release, zipped=True):
    data = json.dumps(release).encode()
    return base64.b64encode(gzip.compress(data) if zipped else data)


def kept(name, version, release=None, data=None, kind='Secret', zipped=True):
    if data is None:
        release = (
            {'manifest': MANIFEST, 'info': {'status': 'deployed'}} if release is None else release
        )
        data = packed(release, zipped)
        data = base64.b64encode(data) if kind == 'Secret' else data
    labels = {'owner': 'helm', 'name': name, 'version': str(version)}
    return {
        'kind': kind,
        'metadata': {'name': f'sh.helm.release.v1.{name}.v{version}', 'labels': labels},
        'data': {'release': data.decode()},
    }


class Server:
    server, namespace = 'https://h', 'shop'

    def __init__(self, *objects, refuses=None):
        self.objects = objects
        self.refuses = refuses or {}
        self.asked = []

    def get(self, path, query=(), accept=''):
        self.asked.append((path, accept))
        plural, _, name = path.partition('/namespaces/shop/')[2].partition('/')
        answer = self.refuses.get(plural)
        if isinstance(answer, Exception):
            raise answer
        if answer:
            return Response(*answer, {})
        kind = {'secrets': 'Secret', 'configmaps': 'ConfigMap'}[plural]
        candidates = [obj for obj in self.objects if obj['kind'] == kind]
        if name:
            [match] = [obj for obj in candidates if obj['metadata']['name'] == name]
            return Response(200, json.dumps(match).encode(), {})
        assert 'PartialObjectMetadataList' in accept
        wanted = dict(term.split('=') for term in dict(query)['labelSelector'].split(','))
        listed = [
            {'metadata': obj['metadata']}
            for obj in candidates
            if wanted.items() <= obj['metadata']['labels'].items()
        ]
        return Response(200, json.dumps({'items': listed}).encode(), {})


@pytest.mark.parametrize('kind', ('Secret', 'ConfigMap'))
@pytest.mark.parametrize('zipped', (True, False))
def test_the_newest_revision_is_read_and_no_other(kind, zipped):
    expected = {'manifest': 'new', 'info': {'status': 'failed'}}
    server = Server(
        kept('web', 9, kind=kind),
        kept('web', 10, expected, kind=kind, zipped=zipped),
        kept('website', 11, kind=kind),
    )
    assert helm.release(server, 'web') == ('web', 10, 'new')
    whole = [path for path, accept in server.asked if 'Partial' not in accept]
    assert [path.rpartition('/')[2] for path in whole] == ['sh.helm.release.v1.web.v10']


def test_a_release_may_be_in_another_namespace():
    server = Server(kept('web', 1))
    server.namespace = 'default'
    assert helm.release(server, 'web', 'shop').revision == 1
    with pytest.raises(MissingError, match='in namespace shop'):
        helm.release(server, 'api', 'shop')


@pytest.mark.parametrize(
    ('objects', 'expected'),
    (
        ((), r"no Helm release 'web' in namespace shop, and no other release: check -n"),
        ((kept('wbe', 1),), r'did you mean wbe\?'),
        ((kept('webs', 1, kind='ConfigMap'),), r'did you mean webs\?'),
        ((kept('other', 1), kept('other', 2)), r'\(1 other releases: `helm list -n shop`\)'),
        ((kept('web', 3, {'info': {'status': 'uninstalled'}}),), 'revision 3 was uninstalled'),
    ),
)
def test_what_is_not_there_is_exit_4_with_near_names(objects, expected):
    with pytest.raises(MissingError, match=expected) as raised:
        helm.release(Server(*objects), 'web')
    assert raised.value.exit_code == 4


@pytest.mark.parametrize(
    'data',
    (
        b'!',
        base64.b64encode(b'x'),
        base64.b64encode(base64.b64encode(b'\x1f\x8b\x08no')),
        base64.b64encode(base64.b64encode(b'{"manifest": ')),
        base64.b64encode(base64.b64encode(b'\xff\xfe')),
    ),
)
def test_what_is_no_release_is_told(data):
    with pytest.raises(UserError, match='release web, revision 1 cannot be read: '):
        helm.release(Server(kept('web', 1, data=data)), 'web')


@pytest.mark.parametrize('release', ({}, [], 7, {'manifest': ' \n'}, {'manifest': []}))
def test_a_release_without_a_manifest_is_told(release):
    with pytest.raises(UserError, match='has no manifest'):
        helm.release(Server(kept('web', 1, release)), 'web')


def test_a_release_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(helm, '_MAX_BYTES', 1000)
    with pytest.raises(UserError, match='it has more than'):
        helm.release(Server(kept('web', 1, {'manifest': 'x' * 2000})), 'web')


@pytest.mark.parametrize('name', ('a,b', 'A', '-a', '', 'a/b', 'a' * 54, 'a=b'))
def test_what_can_be_no_name_is_not_asked_for(name):
    server = Server()
    with pytest.raises(UserError, match='not a valid name of a Helm release'):
        helm.release(server, name)
    assert server.asked == []


@pytest.mark.parametrize(
    'answer',
    (
        (403, b'{"message": "no"}'),
        (401, b''),
        (500, b'x'),
        (200, b'<html>'),
        (200, b'[]'),
        UnreachableError('gone'),
    ),
)
def test_no_access_is_exit_5(answer):
    with pytest.raises(AccessError):
        helm.release(Server(refuses={'secrets': answer}), 'web')


def test_who_may_read_no_configmaps_is_told_what_the_secrets_say():
    server = Server(kept('wbe', 1), refuses={'configmaps': (403, b'{}')})
    with pytest.raises(MissingError, match='did you mean wbe'):
        helm.release(server, 'web')
