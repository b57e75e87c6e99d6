"""Resolve files, helm releases and multitrack specs to the targets of a call."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import TargetOrGroup

if TYPE_CHECKING:
    # The same names after `as` mark them as re-exported.
    from kubectl_dog.cluster.discovery.resolver import KindResolver as KindResolver  # noqa: PLC0414
    from kubectl_dog.manifests.line_lookup import FileLine
    from kubectl_dog.manifests.manifest_objects import Placed as Placed  # noqa: PLC0414
    from kubectl_dog.model.causes import Cause
    from kubectl_dog.model.connection import Connection as Connection  # noqa: PLC0414
    from kubectl_dog.model.resources import Resource
    from kubectl_dog.multitrack_spec.spec_targets import Spec

# For calls in which no target has options of its own.
NONE: Mapping[TargetOrGroup, Options] = MappingProxyType({})


class ResolvedTargets(NamedTuple):
    """The targets of a call; `notices` are sentences about objects that were left out, and
    `target_options` replace the options of the call for single targets. `file_objects` are the
    objects of files that name targets.
    """

    targets: tuple[TargetOrGroup, ...]
    notices: tuple[str, ...] = ()
    target_options: Mapping[TargetOrGroup, Options] = NONE
    file_objects: Mapping[Target, Object] = MappingProxyType({})

    def expected(self, options: Options) -> Mapping[Target, Object]:
        """The objects of files that targets must be equal to.

        What the user asks for with `--expect-image` or `--revision` replaces them.
        """
        if options.follow or options.expect_images or options.revision:
            return {}
        return self.file_objects


def resolver(connection: Connection) -> KindResolver:
    """Create a resolver from TYPE arguments, or apiVersion and kind, to resources."""
    from kubectl_dog.cluster.discovery.resolver import KindResolver

    return KindResolver(connection)


def definition_of(connection: Connection, resource: Resource) -> Object:
    """Read the CustomResourceDefinition of a kind; empty if there is none, or it may not be read.

    Raises UnreachableError.
    """
    from kubectl_dog.model import json_decoding
    from kubectl_dog.trackers.declarative.crd_annotation import CRDS

    response = connection.get(CRDS.path('', f'{resource.plural}.{resource.group}'))
    try:
        decoded = json_decoding.decode(response.body) if response.status == 200 else {}
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def find_definition(connection: Connection, resource: Resource) -> Object:
    """Read the definition of a kind like `definition_of`; also empty without an answer."""
    from kubectl_dog.model.connection import UnreachableError

    try:
        return definition_of(connection, resource)
    except UnreachableError:
        return {}


def has_namespace(connection: Connection) -> bool:
    """Return whether the namespace of the connection exists, as far as the user may know.

    Raises UnreachableError.
    """
    from kubectl_dog.model.resources import NAMESPACES

    return connection.get(NAMESPACES.path('', connection.namespace)).status != 404


def defined_kinds(objects: Iterable[Object]) -> Iterator[tuple[Resource, Object]]:
    """The kinds that CustomResourceDefinitions define, once each, with their definitions."""
    from kubectl_dog.manifests import crds

    known = set()
    for obj in objects:
        for resource in crds.resources([obj]).values():
            if resource.key not in known:
                known.add(resource.key)
                yield resource, obj


def targets_of_objects(
    placed: Iterable[Placed], namespace: str, has_namespace_flag: bool, kinds: KindResolver
) -> ResolvedTargets:
    """Return the targets for the objects of files; raises UserError and AccessError.

    Objects without a namespace are in `namespace`. With `has_namespace_flag`, the user gave this
    namespace, and objects of other namespaces are an error.
    """
    from kubectl_dog.manifests import manifest_targets

    targets, notices, file_objects = manifest_targets.find_targets(
        placed, namespace, has_namespace_flag, kinds.of_kind
    )
    return ResolvedTargets(targets, notices, file_objects=file_objects)


def filter_by_labels(placed: Iterable[Placed], selector: str) -> Iterator[Placed]:
    """Yield the objects whose labels match a selector; raises UserError."""
    from kubectl_dog.model import selectors
    from kubectl_dog.model.objects import get_dict

    terms = selectors.parse(selector)
    for entry in placed:
        if selectors.matches(terms, get_dict(entry.object, 'metadata', 'labels')):
            yield entry


def release_objects(connection: Connection, name: str, namespace: str = '') -> Iterator[Placed]:
    """Return the objects of the newest revision of a Helm release in a namespace.

    Without a namespace, it is that of the connection.

    Raises MissingError, AccessError and UserError.
    """
    from kubectl_dog.cluster import helm
    from kubectl_dog.manifests.manifest_objects import parse

    release = helm.release(connection, name, namespace)
    return parse(
        release.manifest.encode('utf-8', 'replace'),
        f'release {release.name}, revision {release.revision}',
    )


def read_manifests(
    names: Iterable[str], recursive: bool = False, directory: str = ''
) -> Iterator[Placed]:
    """Yield the Kubernetes objects of files, with their places in them.

    `names` are files, directories (`recursive`: to any depth), URLs, or `-` for standard input. The
    objects that kustomize builds from `directory` follow. Raises UserError that names the file and
    the document.
    """
    from kubectl_dog.manifests.manifest_files import read

    yield from read(names, recursive)
    if directory:
        from kubectl_dog.manifests.kustomize import build

        yield from build(directory)


def find_lines(
    wanted: Sequence[tuple[Target, Cause | None]],
    names: Iterable[str],
    recursive: bool = False,
    directory: str = '',
) -> dict[tuple[Target, Cause | None], FileLine]:
    """Return the lines of files that causes of targets, or the targets, are about.

    The files are those of `read_manifests`. URLs and standard input have no lines, and neither have
    objects that the files do not contain any more.
    """
    from kubectl_dog.manifests import line_lookup

    return line_lookup.find_lines(wanted, names, recursive, directory)


def parse_manifests(data: bytes, name: str) -> Sequence[Placed]:
    """Return the Kubernetes objects in the content of a file; UserError names the document."""
    from kubectl_dog.manifests.manifest_objects import parse

    return tuple(parse(data, name))


def objects(names: Iterable[str], recursive: bool = False, directory: str = '') -> Iterator[Object]:
    """Return the objects of `read_manifests` without their places."""
    return (entry.object for entry in read_manifests(names, recursive, directory))


def spec(path: str) -> Spec:
    """Parse a spec in kubedog's JSON from a file, or from standard input if `path` is `-`.

    Raises UserError that names the file and the JSON path. No cluster is read.
    """
    from kubectl_dog import file_limits
    from kubectl_dog.manifests import manifest_files
    from kubectl_dog.multitrack_spec import spec_targets

    name = 'standard input' if path == manifest_files.STDIN else path
    return spec_targets.parse_text(manifest_files.content(path, file_limits.SPEC), name)


def spec_targets(parsed: Spec, connection: Connection, options: Options) -> ResolvedTargets:
    """Return the targets of a spec with their options; raises UserError and AccessError."""
    from kubectl_dog.multitrack_spec.spec_targets import targets

    target_options: dict[TargetOrGroup, Options] = dict(
        targets(parsed, connection.namespace, resolver(connection), options).items()
    )
    return ResolvedTargets(tuple(target_options), target_options=target_options)
