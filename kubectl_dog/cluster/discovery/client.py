"""Discovery of the kinds of a server, in two requests where it supports aggregated discovery."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial
from typing import Any
from typing import NamedTuple

from kubectl_dog.cluster.discovery import matching
from kubectl_dog.cluster.discovery.kind_cache import Cache
from kubectl_dog.cluster.discovery.matching import Kind
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource

AGGREGATED = 'APIGroupDiscoveryList'
ACCEPT = ','.join(
    [f'{JSON};g=apidiscovery.k8s.io;v={version};as={AGGREGATED}' for version in ('v2', 'v2beta1')]
    + [JSON]
)
_CORE = '/api'
_PARALLEL_REQUESTS = 8
_MAX_NAMED = 10
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError)


class DiscoveredKinds(NamedTuple):
    """Kinds in the order of preference, and the `group/version`s that did not answer."""

    kinds: tuple[Kind, ...]
    failed: tuple[str, ...] = ()


class Resolver:
    """A resolver of TYPE arguments to resources, by the cache or else by the server."""

    def __init__(self, connection: Connection, cache: Cache | None = None) -> None:
        self._connection = connection
        self._cache = cache or Cache(connection.server, connection.user)
        self._kinds: tuple[Kind, ...] | None = None
        self._is_discovered = False

    def __call__(self, word: str) -> Resource:
        """Return the resource for a TYPE argument; raises UserError and AccessError."""
        if self._kinds is None:
            self._kinds = self._cache.read()
        match = matching.find_kind(self._kinds, word)
        return match.resource if match else self._discover_resource(word)

    def many(self, word: str) -> list[Resource]:
        """Return the resource for a TYPE argument, or all of a category; raises as a call does."""
        try:
            return [self(word)]
        except CategoryError as error:
            return error.members

    def of_kind(self, api_version: str, kind: str) -> Resource | str:
        """Return the resource for an apiVersion and a kind, or a message if there is none.

        Raises AccessError if discovery fails.
        """
        if self._kinds is None:
            self._kinds = self._cache.read()
        match = matching.of_kind(self._kinds, api_version, kind)
        if match is None and not self._is_discovered:
            self._discover()
            match = matching.of_kind(self._kinds, api_version, kind)
        if match is not None:
            return match.resource
        return matching.describe_unserved(self._kinds, api_version, kind)

    def all_kinds(self) -> tuple[Kind, ...]:
        """Return all kinds that the server reports; raises AccessError."""
        if self._kinds is None:
            self._kinds = self._cache.read()
        return self._kinds or self._discover().kinds

    def forget(self) -> None:
        """Discard the known kinds, so that the next call asks the server."""
        self._kinds = ()
        self._cache.forget()

    def _discover_resource(self, word: str) -> Resource:
        discovered = self._discover()
        match = matching.find_kind(discovered.kinds, word)
        return match.resource if match else _category_member(discovered, word)

    def _discover(self) -> DiscoveredKinds:
        discovered = discover(self._connection)
        self._kinds, self._is_discovered = discovered.kinds, True
        # An incomplete list is not cached: the missing kind might be the next one that is used.
        if not discovered.failed:
            self._cache.write(discovered.kinds)
        return discovered


class CategoryError(UserError):
    """A TYPE argument is a category of several kinds; `members` are their resources."""

    def __init__(self, message: str, members: list[Resource]) -> None:
        super().__init__(message)
        self.members = members


def discover(connection: Connection) -> DiscoveredKinds:
    """Return all kinds that the server reports; raises AccessError if discovery fails."""
    try:
        core = _versions(connection, _CORE)
        groups = _versions(connection, '/apis')
    except UnreachableError as error:
        raise AccessError(str(error)) from error
    versions = _fetch_missing(connection, [*core, *groups])
    failed = tuple(version.name for version in versions if version.kinds is None)
    kinds = tuple(kind for version in versions for kind in version.kinds or ())
    return DiscoveredKinds(kinds, failed)


class _Version(NamedTuple):
    """A version of a group; `kinds` is None without an answer, or before it was requested."""

    group: str
    version: str
    kinds: tuple[Kind, ...] | None = None
    is_complete: bool = True

    @property
    def name(self) -> str:
        return f'{self.group}/{self.version}' if self.group else self.version


def _versions(connection: Connection, path: str) -> list[_Version]:
    response = connection.get(path, (), ACCEPT)
    if response.status == 406:
        response = connection.get(path)
    if response.status == 404 and path == _CORE:
        # Standalone API servers have no core group.
        return []
    if response.status == 404:
        raise AccessError(f'there is no API server at {connection.server}; check --server')
    try:
        api_errors.check_answer(response.status, response.headers)
    except api_errors.MalformedError as error:
        raise AccessError(api_errors.unreachable(connection.server, error)) from None
    if response.status != 200:
        refusal = api_errors.parse_status(response.status, response.body)
        raise AccessError(api_errors.read_failure(refusal, connection.server).message)
    try:
        return list(_parse_versions(_decode(response)))
    except _MALFORMED:
        raise AccessError(
            f'{connection.server}{path} returned no API groups; check --server'
        ) from None


def _decode(response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = json_decoding.decode(response.body)
    return answer


def _parse_versions(document: dict[str, Any]) -> Iterator[_Version]:
    if document['kind'] == AGGREGATED:
        for group in _as_list(document.get('items')):
            yield from _aggregated_versions(group)
    elif document['kind'] == 'APIVersions':
        for version in _strings(document.get('versions')):
            yield _Version('', version, is_complete=False)
    else:
        for group in _as_list(document['groups']):
            yield from _legacy_versions(group)


def _as_list(value: Any) -> list[Any]:
    """Return a list, empty for null; raises TypeError for other values."""
    if not isinstance(value or [], list):
        raise TypeError('not a list')
    return value or []


def _strings(value: Any) -> list[str]:
    words = value if isinstance(value, list) else []
    return [word for word in words if word and isinstance(word, str)]


def _aggregated_versions(group: dict[str, Any]) -> Iterator[_Version]:
    if not isinstance(group['metadata'], dict):
        raise TypeError('no metadata')
    group_name = get_str(group, 'metadata', 'name')
    for entry in get_dicts(group, 'versions'):
        version = get_str(entry, 'version')
        if not version:
            continue
        if entry.get('freshness') == 'Stale':
            # The server of this version is down. Like kubectl, do not use its stale resources.
            yield _Version(group_name, version)
            continue
        rows = [row for row in get_dicts(entry, 'resources') if get_str(row, 'resource')]
        # A resource without a kind only has subresources.
        owned = [row for row in rows if get_str(row, 'responseKind', 'kind')]
        kinds = tuple(_aggregated_kind(group_name, version, row) for row in owned)
        yield _Version(group_name, version, kinds)


def _aggregated_kind(group: str, version: str, row: dict[str, Any]) -> Kind:
    kind, namespaced = row['responseKind']['kind'], row.get('scope') == 'Namespaced'
    resource = Resource(group, version, row['resource'], kind, '', namespaced)
    return _create_kind(resource, get_str(row, 'singularResource'), row)


def _legacy_versions(group: dict[str, Any]) -> Iterator[_Version]:
    group_name, preferred = get_str(group, 'name'), get_str(group, 'preferredVersion', 'version')
    versions = _strings([get_str(entry, 'version') for entry in get_dicts(group, 'versions')])
    for version in sorted(versions if group_name else (), key=lambda version: version != preferred):
        yield _Version(group_name, version, is_complete=False)


def _create_kind(resource: Resource, singular: str, row: dict[str, Any]) -> Kind:
    return matching.kind(
        resource,
        singular,
        _strings(row.get('shortNames')),
        _strings(row.get('categories')),
        'list' in (_strings(row.get('verbs')) or ('list',)),
    )


def _fetch_missing(connection: Connection, versions: Sequence[_Version]) -> list[_Version]:
    """Fetch the kinds of incomplete versions, several in parallel."""
    if all(version.is_complete for version in versions):
        return list(versions)
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(_PARALLEL_REQUESTS)
    try:
        return list(pool.map(partial(_fetch_kinds, connection), versions))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _fetch_kinds(connection: Connection, version: _Version) -> _Version:
    if version.is_complete:
        return version
    path = f'/apis/{version.name}' if version.group else f'/api/{version.name}'
    try:
        response = connection.get(path)
        if response.status != 200:
            return version
        rows = [row for row in _as_list(_decode(response)['resources']) if _is_resource(row)]
        return version._replace(kinds=tuple(_legacy_kind(version, row) for row in rows))
    except (UnreachableError, *_MALFORMED):
        return version


def _is_resource(row: Any) -> bool:
    """Report whether a row is a resource and no subresource; raises TypeError for other rows."""
    if not get_str(row, 'name') or not get_str(row, 'kind'):
        raise TypeError('not a resource')
    return '/' not in row['name']


def _legacy_kind(version: _Version, row: dict[str, Any]) -> Kind:
    resource = Resource(
        version.group, version.version, row['name'], row['kind'], '', row.get('namespaced') is True
    )
    return _create_kind(resource, get_str(row, 'singularName'), row)


def _category_member(discovered: DiscoveredKinds, word: str) -> Resource:
    """Return the only kind of a category; raises UserError if there are several or none."""
    members = matching.category(discovered.kinds, word)
    if not members:
        raise UserError(_unknown_type_message(discovered, word))
    if len(members) == 1:
        return members[0].resource
    kinds = [member.resource.kind for member in members[:_MAX_NAMED]]
    more = f' and {len(members) - _MAX_NAMED} more' if len(members) > _MAX_NAMED else ''
    raise CategoryError(
        f'{word} is a category of several kinds ({", ".join(kinds)}{more}): specify one of '
        'them, or select objects with -l SELECTOR',
        [member.resource for member in members],
    )


def _unknown_type_message(discovered: DiscoveredKinds, word: str) -> str:
    message = f'the server has no resource type "{word}"'
    if discovered.failed:
        message += f' ({", ".join(discovered.failed)} did not answer)'
    similar = matching.similar_kinds(discovered.kinds, word)
    if not similar:
        return f'{message}; `kubectl api-resources` lists the available types'
    last = similar.pop()
    return f'{message}; did you mean {", ".join(similar) + " or " if similar else ""}{last}?'
