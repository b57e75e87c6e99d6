"""Helm's releases, as helm itself keeps them in the cluster: no helm is needed to read one.

Each revision is a Secret (or, where helm was told so, a ConfigMap) with the labels `owner=helm`,
`name` and `version`; the release is JSON in gzip in base64 (helm.sh/helm, pkg/storage/driver).
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable
from typing import Any
from typing import NamedTuple

from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import MissingError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Resource

# The values in Secrets stay on the server, but for those of the one revision that is read.
_NAMES_ONLY = f'{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{JSON}'
_NEAR = 3
# A Secret holds 1 MB; what it expands to has to have an end as well.
_LARGEST = 64 << 20
# It becomes part of a selector; helm takes no other names.
_NAME = re.compile(r'[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?')
_GZIP = b'\x1f\x8b\x08'


class Release(NamedTuple):
    """The newest revision of a release: its manifest, many documents of YAML."""

    name: str
    revision: int
    manifest: str


def release(connection: Connection, wanted: str) -> Release:
    """The newest revision of a release in the connection's namespace.

    Raises MissingError where there is none, AccessError, and UserError for one without a manifest.
    """
    if not _NAME.fullmatch(wanted):
        raise UserError(f'{wanted!r} is no name that a release of helm can have')
    known: set[str] = set()
    for resource in (SECRETS, CONFIGMAPS):
        try:
            kept = _kept(connection, resource, wanted)
            listed = [] if kept else _items(connection, resource, 'owner=helm')
        except AccessError:
            if resource is SECRETS:
                raise
            # Few releases are there, and few may look: what the Secrets say must do.
            break
        if kept is not None:
            return _read(connection, resource, kept)
        known.update(get_str(one, 'metadata', 'labels', 'name') for one in listed)
    raise MissingError(_missing(connection.namespace, wanted, known - {''}))


def _kept(connection: Connection, resource: Resource, wanted: str) -> Object | None:
    revisions = _items(connection, resource, f'owner=helm,name={wanted}')
    return max(revisions, key=_revision, default=None)


def _revision(kept: Object) -> int:
    return get_int(kept, 'metadata', 'labels', 'version')


def _read(connection: Connection, resource: Resource, kept: Object) -> Release:
    path = resource.path(connection.namespace, name(kept))
    thing = _get(connection, path, (), JSON)
    label = get_str(thing, 'metadata', 'labels', 'name')
    said = f'release {label}, revision {_revision(thing)}'
    try:
        told = _decoded(get_str(thing, 'data', 'release'), twice=resource is SECRETS)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise UserError(f'{said} cannot be read: {error}') from None
    if get_str(told, 'info', 'status') == 'uninstalled':
        raise MissingError(f'{said} was uninstalled: nothing of it is there to be tracked')
    manifest = get_str(told, 'manifest')
    if not manifest.strip():
        raise UserError(f'{said} has no manifest: there is nothing to be tracked')
    return Release(label, _revision(thing), manifest)


def _decoded(data: str, twice: bool) -> Any:
    """A Secret's data are in base64 once more, as all their data are."""
    packed = base64.b64decode(base64.b64decode(data) if twice else data)
    if packed.startswith(_GZIP):
        opened = zlib.decompressobj(wbits=31)
        packed = opened.decompress(packed, _LARGEST)
        if opened.unconsumed_tail:
            raise ValueError(f'it has more than {_LARGEST >> 20} MB')
    return json_decoding.decode(packed)


def _items(connection: Connection, resource: Resource, labels: str) -> list[Object]:
    path = resource.path(connection.namespace)
    return get_dicts(_get(connection, path, [('labelSelector', labels)], _NAMES_ONLY), 'items')


def _get(
    connection: Connection, path: str, query: Iterable[tuple[str, str]], accept: str
) -> Object:
    try:
        response = connection.get(path, list(query), accept)
    except UnreachableError as error:
        raise AccessError(str(error)) from error
    if response.status == 404:
        raise MissingError('the release has been removed meanwhile')
    if response.status != 200:
        refusal = api_errors.parse_status(response.status, response.body)
        raise AccessError(api_errors.read_failure(refusal, connection.server).message)
    try:
        answer = json_decoding.decode(response.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise AccessError(f'{connection.server} does not answer with objects; is --server right?')
    return answer


def _missing(namespace: str, wanted: str, known: set[str]) -> str:
    from difflib import get_close_matches

    said = f'there is no release {wanted!r} of helm in namespace {namespace}'
    near = get_close_matches(wanted, sorted(known), n=_NEAR, cutoff=0.6)
    if near:
        return f'{said}; did you mean {" or ".join(near)}?'
    if known:
        return f'{said} ({len(known)} others are there: `helm list -n {namespace}`)'
    return f'{said}, and no other one: is -n right?'
