"""The front door for what a call is about: from words, files, releases and specs to targets."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import TargetOrGroup

if TYPE_CHECKING:
    # Under their own names: that is how others may use them.
    from kubectl_dog.cluster.discovery.resolver import KindResolver as KindResolver  # noqa: PLC0414
    from kubectl_dog.manifests.manifest_objects import Placed
    from kubectl_dog.model.connection import Connection as Connection  # noqa: PLC0414
    from kubectl_dog.multitrack_spec.spec_targets import Spec

# No target has options of its own.
NONE: Mapping[TargetOrGroup, Options] = MappingProxyType({})


class ResolvedTargets(NamedTuple):
    """What a call is about; `notices` say what was left out, one sentence each, and `own` are the
    options of targets that have their own.
    """

    targets: tuple[TargetOrGroup, ...]
    notices: tuple[str, ...] = ()
    target_options: Mapping[TargetOrGroup, Options] = NONE


def resolver(connection: Connection) -> KindResolver:
    """From what people and manifests call a kind to a resource that can be tracked."""
    from kubectl_dog.cluster.discovery.resolver import KindResolver

    return KindResolver(connection)


def targets_of_objects(
    placed: Iterable[Placed], namespace: str, is_told: bool, kinds: KindResolver
) -> ResolvedTargets:
    """The targets that the objects of files are; raises UserError, and AccessError.

    Objects without a namespace are in `namespace`; none may be elsewhere where it `is_told`.
    """
    from kubectl_dog.manifests import manifest_targets

    return ResolvedTargets(
        *manifest_targets.find_targets(placed, namespace, is_told, kinds.of_kind)
    )


def filter_by_labels(placed: Iterable[Placed], selector: str) -> Iterator[Placed]:
    """Those of the objects that have labels as a selector asks for; raises UserError."""
    from kubectl_dog.model import selectors
    from kubectl_dog.model.objects import get_dict

    terms = selectors.parse(selector)
    for one in placed:
        if selectors.matches(terms, get_dict(one.object, 'metadata', 'labels')):
            yield one


def release_objects(connection: Connection, name: str) -> Iterator[Placed]:
    """The objects of the newest revision of a helm release in the connection's namespace.

    Raises MissingError, AccessError and UserError.
    """
    from kubectl_dog.cluster import helm
    from kubectl_dog.manifests.manifest_objects import parse

    found = helm.release(connection, name)
    return parse(
        found.manifest.encode('utf-8', 'replace'),
        f'release {found.name}, revision {found.revision}',
    )


def read_manifests(
    names: Iterable[str], recursive: bool = False, directory: str = ''
) -> Iterator[Placed]:
    """The Kubernetes objects of files, of directories (`recursive`: to any depth), of URLs, and of
    `-`, which is standard input; then what kustomize makes of a `directory`. With their places.

    Raises UserError that names the file, and the document.
    """
    from kubectl_dog.manifests.manifest_files import read

    yield from read(names, recursive)
    if directory:
        from kubectl_dog.manifests.kustomize import build

        yield from build(directory)


def objects(names: Iterable[str], recursive: bool = False, directory: str = '') -> Iterator[Object]:
    """The same without their places."""
    return (one.object for one in read_manifests(names, recursive, directory))


def spec(path: str) -> Spec:
    """What a spec in kubedog's JSON asks for, from a file or from `-`, which is standard input.

    Raises UserError that names the file and the JSON path. No cluster is asked.
    """
    from kubectl_dog.manifests import manifest_files
    from kubectl_dog.multitrack_spec import spec_targets
    from kubectl_dog.multitrack_spec import spec_text

    name = 'standard input' if path == manifest_files.STDIN else path
    return spec_targets.parse(spec_text.parse(manifest_files.content(path), name), name)


def spec_targets(found: Spec, connection: Connection, options: Options) -> ResolvedTargets:
    """The targets that a spec asks for, with their options; raises UserError, and AccessError."""
    from kubectl_dog.multitrack_spec.spec_targets import targets

    found_targets = targets(found, connection.namespace, resolver(connection), options)
    own: dict[TargetOrGroup, Options] = dict(found_targets.items())
    return ResolvedTargets(tuple(own), target_options=own)
