"""Resolve files, helm releases and multitrack specs to the targets of a call."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import TargetOrGroup

if TYPE_CHECKING:
    # The same names after `as` mark them as re-exported.
    from kubectl_dog.cluster.discovery.resolver import KindResolver as KindResolver  # noqa: PLC0414
    from kubectl_dog.manifests.manifest_objects import Placed
    from kubectl_dog.model.connection import Connection as Connection  # noqa: PLC0414
    from kubectl_dog.multitrack_spec.spec_targets import Spec

# For calls in which no target has options of its own.
NONE: Mapping[TargetOrGroup, Options] = MappingProxyType({})


class ResolvedTargets(NamedTuple):
    """The targets of a call; `notices` are sentences about objects that were left out, and
    `target_options` replace the options of the call for single targets.
    """

    targets: tuple[TargetOrGroup, ...]
    notices: tuple[str, ...] = ()
    target_options: Mapping[TargetOrGroup, Options] = NONE


def resolver(connection: Connection) -> KindResolver:
    """Create a resolver from TYPE arguments, or apiVersion and kind, to resources."""
    from kubectl_dog.cluster.discovery.resolver import KindResolver

    return KindResolver(connection)


def targets_of_objects(
    placed: Iterable[Placed], namespace: str, has_namespace_flag: bool, kinds: KindResolver
) -> ResolvedTargets:
    """The targets for the objects of files; raises UserError and AccessError.

    Objects without a namespace are in `namespace`. With `has_namespace_flag`, the user gave this
    namespace, and objects of other namespaces are an error.
    """
    from kubectl_dog.manifests import manifest_targets

    return ResolvedTargets(
        *manifest_targets.find_targets(placed, namespace, has_namespace_flag, kinds.of_kind)
    )


def filter_by_labels(placed: Iterable[Placed], selector: str) -> Iterator[Placed]:
    """The objects whose labels match a selector; raises UserError."""
    from kubectl_dog.model import selectors
    from kubectl_dog.model.objects import get_dict

    terms = selectors.parse(selector)
    for entry in placed:
        if selectors.matches(terms, get_dict(entry.object, 'metadata', 'labels')):
            yield entry


def release_objects(connection: Connection, name: str) -> Iterator[Placed]:
    """The objects of the newest revision of a helm release in the connection's namespace.

    Raises MissingError, AccessError and UserError.
    """
    from kubectl_dog.cluster import helm
    from kubectl_dog.manifests.manifest_objects import parse

    release = helm.release(connection, name)
    return parse(
        release.manifest.encode('utf-8', 'replace'),
        f'release {release.name}, revision {release.revision}',
    )


def read_manifests(
    names: Iterable[str], recursive: bool = False, directory: str = ''
) -> Iterator[Placed]:
    """The Kubernetes objects of files, with their places in them.

    `names` are files, directories (`recursive`: to any depth), URLs, or `-` for standard input. The
    objects that kustomize builds from `directory` follow. Raises UserError that names the file and
    the document.
    """
    from kubectl_dog.manifests.manifest_files import read

    yield from read(names, recursive)
    if directory:
        from kubectl_dog.manifests.kustomize import build

        yield from build(directory)


def parse_manifests(data: bytes, name: str) -> Sequence[Placed]:
    """The Kubernetes objects in the content of a file; raises UserError that names the document."""
    from kubectl_dog.manifests.manifest_objects import parse

    return tuple(parse(data, name))


def objects(names: Iterable[str], recursive: bool = False, directory: str = '') -> Iterator[Object]:
    """The objects of `read_manifests` without their places."""
    return (entry.object for entry in read_manifests(names, recursive, directory))


def spec(path: str) -> Spec:
    """Parse a spec in kubedog's JSON from a file, or from standard input if `path` is `-`.

    Raises UserError that names the file and the JSON path. No cluster is read.
    """
    from kubectl_dog.manifests import manifest_files
    from kubectl_dog.multitrack_spec import spec_targets
    from kubectl_dog.multitrack_spec import spec_text

    name = 'standard input' if path == manifest_files.STDIN else path
    return spec_targets.parse(spec_text.parse(manifest_files.content(path), name), name)


def spec_targets(parsed: Spec, connection: Connection, options: Options) -> ResolvedTargets:
    """The targets that a spec asks for, with their options; raises UserError, and AccessError."""
    from kubectl_dog.multitrack_spec.spec_targets import targets

    target_options: dict[TargetOrGroup, Options] = dict(
        targets(parsed, connection.namespace, resolver(connection), options).items()
    )
    return ResolvedTargets(tuple(target_options), target_options=target_options)
