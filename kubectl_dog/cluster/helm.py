"""Read releases of helm from the cluster, without helm.

Each revision is a Secret (or a ConfigMap, if helm is configured so) with the labels `owner=helm`,
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

# Only the Secret of the revision that is read is fetched with its values.
_NAMES_ONLY = f'{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{JSON}'
_MAX_SUGGESTIONS = 3
# A Secret holds 1 MB; its expanded size needs a limit as well.
_MAX_BYTES = 64 << 20
# The name becomes part of a selector; helm accepts no other names.
_NAME = re.compile(r'[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?')
_GZIP = b'\x1f\x8b\x08'


class Release(NamedTuple):
    """The newest revision of a release; the manifest has many YAML documents."""

    name: str
    revision: int
    manifest: str


def release(connection: Connection, wanted: str, namespace: str = '') -> Release:
    """Return the newest revision of a release in a namespace (default: that of the connection).

    Raises MissingError if there is none, AccessError, and UserError if it has no manifest.
    """
    if not _NAME.fullmatch(wanted):
        raise UserError(f'{wanted!r} is not a valid name of a Helm release')
    namespace = namespace or connection.namespace
    names: set[str] = set()
    for resource in (SECRETS, CONFIGMAPS):
        try:
            revision = _newest_revision(connection, resource, namespace, wanted)
            listed = [] if revision else _items(connection, resource, namespace, 'owner=helm')
        except AccessError:
            if resource is SECRETS:
                raise
            # Releases in ConfigMaps are rare, and the user may not read them: rely on the Secrets.
            break
        if revision is not None:
            return _read_release(connection, resource, namespace, revision)
        names.update(get_str(obj, 'metadata', 'labels', 'name') for obj in listed)
    raise MissingError(_not_found_message(namespace, wanted, names - {''}))


def _newest_revision(
    connection: Connection, resource: Resource, namespace: str, wanted: str
) -> Object | None:
    revisions = _items(connection, resource, namespace, f'owner=helm,name={wanted}')
    return max(revisions, key=_revision_number, default=None)


def _revision_number(obj: Object) -> int:
    return get_int(obj, 'metadata', 'labels', 'version')


def _read_release(
    connection: Connection, resource: Resource, namespace: str, revision: Object
) -> Release:
    path = resource.path(namespace, name(revision))
    obj = _get(connection, path, (), JSON)
    label = get_str(obj, 'metadata', 'labels', 'name')
    title = f'release {label}, revision {_revision_number(obj)}'
    try:
        data = get_str(obj, 'data', 'release')
        content = _decode_release(data, is_double_encoded=resource is SECRETS)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise UserError(f'{title} cannot be read: {error}') from None
    if get_str(content, 'info', 'status') == 'uninstalled':
        raise MissingError(f'{title} was uninstalled: there are no objects to track')
    manifest = get_str(content, 'manifest')
    if not manifest.strip():
        raise UserError(f'{title} has no manifest: there are no objects to track')
    return Release(label, _revision_number(obj), manifest)


def _decode_release(data: str, is_double_encoded: bool) -> Any:
    """Decode the data of a release; Secrets encode their data in base64 once more."""
    packed = base64.b64decode(base64.b64decode(data) if is_double_encoded else data)
    if packed.startswith(_GZIP):
        decompressor = zlib.decompressobj(wbits=31)
        packed = decompressor.decompress(packed, _MAX_BYTES)
        if decompressor.unconsumed_tail:
            raise ValueError(f'it has more than {_MAX_BYTES >> 20} MB')
    return json_decoding.decode(packed)


def _items(connection: Connection, resource: Resource, namespace: str, labels: str) -> list[Object]:
    path = resource.path(namespace)
    return get_dicts(_get(connection, path, [('labelSelector', labels)], _NAMES_ONLY), 'items')


def _get(
    connection: Connection, path: str, query: Iterable[tuple[str, str]], accept: str
) -> Object:
    try:
        response = connection.get(path, list(query), accept)
    except UnreachableError as error:
        raise AccessError(str(error)) from error
    if response.status == 404:
        raise MissingError('the release was removed while it was read')
    if response.status != 200:
        refusal = api_errors.parse_status(response.status, response.body)
        raise AccessError(api_errors.read_failure(refusal, connection.server).message)
    try:
        answer = json_decoding.decode(response.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise AccessError(f'{connection.server} did not return objects; check --server')
    return answer


def _not_found_message(namespace: str, wanted: str, names: set[str]) -> str:
    from difflib import get_close_matches

    message = f'there is no Helm release {wanted!r} in namespace {namespace}'
    similar = get_close_matches(wanted, sorted(names), n=_MAX_SUGGESTIONS, cutoff=0.6)
    if similar:
        return f'{message}; did you mean {" or ".join(similar)}?'
    if names:
        return f'{message} ({len(names)} other releases: `helm list -n {namespace}`)'
    return f'{message}, and no other release: check -n'
