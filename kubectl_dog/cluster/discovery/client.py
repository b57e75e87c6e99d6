"""Which kinds the server has: asked when a word is not known, in two requests where possible."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
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
_AT_ONCE = 8
_NAMED = 10
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError)


class DiscoveredKinds(NamedTuple):
    """Kinds in the order of preference, and the versions (`group/version`) that gave no answer."""

    kinds: tuple[Kind, ...]
    failed: tuple[str, ...] = ()


class Resolver:
    """From TYPE words to resources: those that are remembered, then the server's."""

    def __init__(self, connection: Connection, cache: Cache | None = None) -> None:
        self._connection = connection
        self._cache = cache or Cache(connection.server, connection.user)
        self._kinds: tuple[Kind, ...] | None = None
        self._asked = False

    def __call__(self, word: str) -> Resource:
        """The resource that a word names; raises UserError, and AccessError without discovery."""
        if self._kinds is None:
            self._kinds = self._cache.read()
        one = matching.find_kind(self._kinds, word)
        return one.resource if one else self._ask(word)

    def many(self, word: str) -> list[Resource]:
        """The resource that a word names, or all of a category; raises as a call does."""
        try:
            return [self(word)]
        except CategoryError as error:
            return error.members

    def of_kind(self, api_version: str, kind: str) -> Resource | str:
        """The resource of objects with these two fields; why there is none, in words.

        Raises AccessError without discovery.
        """
        if self._kinds is None:
            self._kinds = self._cache.read()
        found = matching.of_kind(self._kinds, api_version, kind)
        if found is None and not self._asked:
            self._discover()
            found = matching.of_kind(self._kinds, api_version, kind)
        if found is not None:
            return found.resource
        return matching.describe_unserved(self._kinds, api_version, kind)

    def all_kinds(self) -> tuple[Kind, ...]:
        """All kinds there are, as far as the server answers; raises AccessError."""
        if self._kinds is None:
            self._kinds = self._cache.read()
        return self._kinds or self._discover().kinds

    def forget(self) -> None:
        """Ask the server for the next word, as when a kind turns out to be gone."""
        self._kinds = ()
        self._cache.forget()

    def _ask(self, word: str) -> Resource:
        found = self._discover()
        one = matching.find_kind(found.kinds, word)
        return one.resource if one else _only(found, word)

    def _discover(self) -> DiscoveredKinds:
        found = discover(self._connection)
        self._kinds, self._asked = found.kinds, True
        # A kind that is missing for the moment may be the one a name should mean.
        if not found.failed:
            self._cache.write(found.kinds)
        return found


class CategoryError(UserError):
    """A word names several kinds, where one is wanted; `members` are their resources."""

    def __init__(self, message: str, members: list[Resource]) -> None:
        super().__init__(message)
        self.members = members


def discover(connection: Connection) -> DiscoveredKinds:
    """All kinds that the server tells about; raises AccessError where it tells nothing."""
    try:
        core = _versions(connection, '/api')
        groups = _versions(connection, '/apis')
    except UnreachableError as error:
        raise AccessError(str(error)) from error
    parts = _fill(connection, [*core, *groups])
    failed = tuple(part.name for part in parts if part.kinds is None)
    return DiscoveredKinds(tuple(each for part in parts for each in part.kinds or ()), failed)


class _Version(NamedTuple):
    """One version of a group; `kinds` None: no answer; `asked` False: told only that it exists."""

    group: str
    version: str
    kinds: tuple[Kind, ...] | None = None
    asked: bool = True

    @property
    def name(self) -> str:
        return f'{self.group}/{self.version}' if self.group else self.version


def _versions(connection: Connection, path: str) -> list[_Version]:
    response = connection.get(path, (), ACCEPT)
    if response.status == 406:
        response = connection.get(path)
    if response.status == 404:
        # API servers that stand alone have no core group.
        return []
    if response.status != 200:
        refusal = api_errors.parse_status(response.status, response.body)
        raise AccessError(api_errors.read_failure(refusal, connection.server).message)
    try:
        return list(_told(_decoded(response)))
    except _MALFORMED:
        raise AccessError(
            f'{connection.server}{path} does not answer with API groups; is --server right?'
        ) from None


def _decoded(response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = json_decoding.decode(response.body)
    return answer


def _told(answer: dict[str, Any]) -> Iterator[_Version]:
    if answer['kind'] == AGGREGATED:
        for group in _list(answer.get('items')):
            yield from _aggregated(group)
    elif answer['kind'] == 'APIVersions':
        for version in _words(answer.get('versions')):
            yield _Version('', version, asked=False)
    else:
        for group in _list(answer['groups']):
            yield from _legacy(group)


def _list(value: Any) -> list[Any]:
    """A list that may be null; raises TypeError for all else."""
    if not isinstance(value or [], list):
        raise TypeError('not a list')
    return value or []


def _words(value: Any) -> list[str]:
    words = value if isinstance(value, list) else []
    return [word for word in words if word and isinstance(word, str)]


def _aggregated(group: dict[str, Any]) -> Iterator[_Version]:
    if not isinstance(group['metadata'], dict):
        raise TypeError('no metadata')
    name = get_str(group, 'metadata', 'name')
    for told in get_dicts(group, 'versions'):
        version = get_str(told, 'version')
        if not version:
            continue
        if told.get('freshness') == 'Stale':
            # The server behind it is down; kubectl does not trust what is left of it either.
            yield _Version(name, version)
            continue
        rows = [row for row in get_dicts(told, 'resources') if get_str(row, 'resource')]
        # Without a kind of its own it is there for its subresources alone.
        owned = [row for row in rows if get_str(row, 'responseKind', 'kind')]
        yield _Version(name, version, tuple(_row(name, version, row) for row in owned))


def _row(group: str, version: str, row: dict[str, Any]) -> Kind:
    kind, namespaced = row['responseKind']['kind'], row.get('scope') == 'Namespaced'
    resource = Resource(group, version, row['resource'], kind, '', namespaced)
    return _kind(resource, get_str(row, 'singularResource'), row)


def _legacy(group: dict[str, Any]) -> Iterator[_Version]:
    name, preferred = get_str(group, 'name'), get_str(group, 'preferredVersion', 'version')
    versions = _words([get_str(told, 'version') for told in get_dicts(group, 'versions')])
    for version in sorted(versions if name else (), key=lambda one: one != preferred):
        yield _Version(name, version, asked=False)


def _kind(resource: Resource, singular: str, row: dict[str, Any]) -> Kind:
    return matching.kind(
        resource,
        singular,
        _words(row.get('shortNames')),
        _words(row.get('categories')),
        'list' in (_words(row.get('verbs')) or ('list',)),
    )


def _fill(connection: Connection, parts: Sequence[_Version]) -> list[_Version]:
    """Ask for the versions that are only named so far, several at once."""
    if all(part.asked for part in parts):
        return list(parts)
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        return list(pool.map(lambda part: part if part.asked else _asked(connection, part), parts))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _asked(connection: Connection, part: _Version) -> _Version:
    path = f'/apis/{part.name}' if part.group else f'/api/{part.name}'
    try:
        response = connection.get(path)
        if response.status != 200:
            return part
        rows = [row for row in _list(_decoded(response)['resources']) if _is_kind(row)]
        return part._replace(kinds=tuple(_listed(part, row) for row in rows))
    except (UnreachableError, *_MALFORMED):
        return part


def _is_kind(row: Any) -> bool:
    """Whether it is no subresource; raises TypeError where it is neither."""
    if not get_str(row, 'name') or not get_str(row, 'kind'):
        raise TypeError('not a resource')
    return '/' not in row['name']


def _listed(part: _Version, row: dict[str, Any]) -> Kind:
    resource = Resource(
        part.group, part.version, row['name'], row['kind'], '', row.get('namespaced') is True
    )
    return _kind(resource, get_str(row, 'singularName'), row)


def _only(found: DiscoveredKinds, word: str) -> Resource:
    """The one kind of a category; raises UserError where there are several, and for no kind."""
    members = matching.category(found.kinds, word)
    if not members:
        raise UserError(_unknown(found, word))
    if len(members) == 1:
        return members[0].resource
    named = [member.resource.kind for member in members[:_NAMED]]
    more = f' and {len(members) - _NAMED} more' if len(members) > _NAMED else ''
    raise CategoryError(
        f'{word} is a category of several kinds ({", ".join(named)}{more}): name one of them, '
        'or choose with -l SELECTOR',
        [member.resource for member in members],
    )


def _unknown(found: DiscoveredKinds, word: str) -> str:
    said = f'the server has no resource type "{word}"'
    if found.failed:
        said += f' ({", ".join(found.failed)} did not answer)'
    close = matching.similar_kinds(found.kinds, word)
    if not close:
        return f'{said}; `kubectl api-resources` lists those it has'
    last = close.pop()
    return f'{said}; did you mean {", ".join(close) + " or " if close else ""}{last}?'
