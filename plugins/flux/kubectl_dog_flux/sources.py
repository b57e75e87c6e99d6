"""The sources of Flux: GitRepository, OCIRepository, HelmRepository, HelmChart, Bucket.

https://fluxcd.io/flux/components/source/
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Resource
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_observed
from kubectl_dog.tracker import name

_GROUP = 'source.toolkit.fluxcd.io'
_KINDS = {
    'GitRepository': 'gitrepositories',
    'OCIRepository': 'ocirepositories',
    'HelmRepository': 'helmrepositories',
    'HelmChart': 'helmcharts',
    'Bucket': 'buckets',
    'ExternalArtifact': 'externalartifacts',
}

# In seconds: a source is fetched again soon after an error; one that is stalled is not.
_TOLERANCE = 60.0
_STALLED_TOLERANCE = 5.0


def watch(view: View, reference: Object) -> Watch | None:
    """The watch for the source of a `sourceRef` or `chartRef`; None for other kinds."""
    kind, object_name = get_str(reference, 'kind'), get_str(reference, 'name')
    namespace = get_str(reference, 'namespace') or view.target.namespace
    if kind not in _KINDS or not object_name:
        return None
    resource = Resource(_GROUP, 'v1', _KINDS[kind], kind, kind.lower())
    return Watch(resource, namespace, fields=f'metadata.name={object_name}')


def existing(view: View, watches: Iterable[Watch]) -> tuple[Object, ...]:
    """The sources that exist."""
    return tuple(source for watch in watches for source in view.objects_of(watch))


def causes(view: View, watches: Iterable[Watch]) -> Iterator[Cause]:
    """The causes in the sources, in their order.

    Call it only if Flux reports a missing source: a source may be served in another API version.
    """
    for watch in watches:
        present_sources = view.objects_of(watch)
        if present_sources:
            yield from _not_ready(present_sources[0])
        elif watch in view.objects_by_watch:
            yield _missing(watch)


def _missing(watch: Watch) -> Cause:
    object_name = watch.fields.partition('=')[2]
    return Cause(
        code='SourceMissing',
        reason='NotFound',
        subject=f'{watch.resource.short}/{object_name}',
        message=f'its source {watch.resource.short}/{watch.namespace}/{object_name} is not there',
        tolerance_seconds=_TOLERANCE,
        suggested_commands=(f'kubectl get {watch.resource.plural}.{_GROUP} -n {watch.namespace}',),
    )


def _not_ready(source: Object) -> Iterator[Cause]:
    ready, stalled = condition(source, 'Ready'), condition(source, 'Stalled')
    is_stalled = stalled.get('status') == 'True'
    cond = stalled if is_stalled else ready
    # A HelmRepository of the type oci has no conditions.
    if not is_stalled and ready.get('status') != 'False':
        return
    namespace, why = get_str(source, 'metadata', 'namespace'), get_str(cond, 'message')
    yield Cause(
        code='SourceNotReady',
        reason=get_str(cond, 'reason') or 'NotReady',
        subject=label(source),
        message=f'its source {label(source)} is not ready: {why or "no reason given"}',
        tolerance_seconds=_STALLED_TOLERANCE if is_stalled else _TOLERANCE,
        evidence=('it is suspended by spec.suspend',) if is_suspended(source) else (),
        suggested_commands=(
            f'kubectl describe {get_str(source, "kind").lower()} -n {namespace} {name(source)}',
        ),
    )


def label(source: Object) -> str:
    """The kind and name of a source: `gitrepository/fleet`."""
    return f'{get_str(source, "kind").lower()}/{name(source)}'


def is_suspended(source: Object) -> bool:
    """Whether the source is suspended."""
    return get_dict(source, 'spec').get('suspend') is True


def is_unfetched(source: Object) -> bool:
    """Whether the newest spec is not fetched yet; a HelmRepository may never report that."""
    is_reported = 'observedGeneration' in get_dict(source, 'status')
    return is_reported and not is_observed(source) and not is_suspended(source)


def revision(source: Object) -> str:
    """The fetched revision of the newest spec; empty if there is none."""
    return get_str(source, 'status', 'artifact', 'revision') if is_observed(source) else ''
