"""Find the kinds that `trackers` describes, with their definitions: in files, or in a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TypeVar

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli.completion.deadline import Deadline
from kubectl_dog.cli.completion.deadline import DeadlineExceededError
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.resources import well_known
from kubectl_dog.output.escape import sentence

T = TypeVar('T')

# How long a cluster may take to answer: the rest is known without it.
_CLUSTER_SECONDS = 5.0


def find_kinds(
    args: Arguments, listed: Collection[str], filters: Collection[str]
) -> Iterable[tuple[Resource, Object]]:
    """The kinds that the texts name exactly, with their definitions as far as these are known.

    `listed` are the kinds of the table (`Kind.group`), `filters` the texts that it was filtered by:
    a cluster is not asked about those that are no kind of the table. Without texts, all kinds that
    the files define.
    """
    kinds: dict[str, tuple[Resource, Object]] = {}
    files, directory = args.filename, args.kustomize or ''
    is_given = bool(files or directory)
    objects = target_resolution.objects(files, args.recursive, directory) if is_given else ()
    defined = list(target_resolution.defined_kinds(objects))
    for resource, definition in defined:
        if not args.text or any(text.lower() in _names(resource) for text in args.text):
            kinds[resource.key] = resource, definition
    lookup = _ClusterLookup(args)
    for text in args.text:
        named = [kind for kind in listed if _is_named(kind, text)]
        is_defined = any(text.lower() in _names(resource) for resource, _ in defined)
        if is_defined or (text in filters and not named):
            continue
        for resource in lookup.kinds(text) or map(_resource, named or _written_kind(text)):
            if resource.key not in kinds:
                kinds[resource.key] = resource, lookup.definition(resource)
    if lookup.failure and any(is_custom(resource) for resource, _ in kinds.values()):
        sys.stderr.write(f'definitions were not read from a cluster: {sentence(lookup.failure)}\n')
    return kinds.values()


def _names(resource: Resource) -> set[str]:
    names = (resource.kind.lower(), resource.plural, resource.short)
    return {*names, *(f'{name}.{resource.group}' for name in names)}


def names_of_kind(kind: str) -> set[str]:
    """Return the names of a kind (`Kind.group`) in lower case: singular and plural, with its group.

    A cluster knows the plural; without one, it follows the rules of English.
    """
    name, dot, group = kind.lower().partition('.')
    plurals = [f'{name}s', f'{name}es', f'{name[:-1]}ies']
    return {f'{word}{dot}{group}' for word in (name, *plurals)}


def _is_named(kind: str, text: str) -> bool:
    if '*' in kind:
        return False
    return text.lower() in names_of_kind(kind) | names_of_kind(kind.partition('.')[0])


def _written_kind(text: str) -> list[str]:
    """The text, if it can only be `Kind.group`."""
    return [text] if text[:1].isupper() and '.' in text else []


def _resource(key: str) -> Resource:
    kind, _, group = key.partition('.')
    known = well_known(key)
    return known or Resource(group, '', kind.lower(), kind, kind.lower(), namespaced=True)


class _ClusterLookup:
    """Reads kinds and their definitions from a cluster, if there is one that answers in time.

    `failure` says why none was read; empty if nothing is known to be wrong.
    """

    def __init__(self, args: Arguments) -> None:
        self._args = args
        self._deadline = Deadline(_CLUSTER_SECONDS)
        self._connection: target_resolution.Connection | None = None
        self.failure = ''

    def kinds(self, text: str) -> Sequence[Resource]:
        """The kinds of a TYPE; none if it is unknown, or there is no cluster."""
        known = well_known(text)
        if known is not None:
            return [known]

        def read() -> Sequence[Resource]:
            if self._connection is None:
                self._connection = api.connect(**common_flags.cluster(self._args))
            return target_resolution.resolver(self._connection).many(text)

        return self._read(read, [])

    def definition(self, resource: Resource) -> Object:
        """The definition of a kind; empty if it is not known."""
        connection = self._connection
        if connection is None or not is_custom(resource):
            return {}
        return self._read(lambda: target_resolution.definition_of(connection, resource), {})

    def _read(self, read: Callable[[], T], default: T) -> T:
        if self.failure:
            return default
        try:
            return self._deadline(read)
        except (AccessError, UnreachableError, DeadlineExceededError) as error:
            self.failure = str(error) or f'no answer within {_CLUSTER_SECONDS:.0f}s'
        except UserError:
            # No such kind.
            pass
        return default
