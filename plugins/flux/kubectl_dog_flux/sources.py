"""Where Flux takes it from: GitRepository, OCIRepository, HelmRepository, HelmChart, Bucket.

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
_PATIENCE = 60.0
_STALLED = 5.0


def watch(view: View, reference: Object) -> Watch | None:
    """What brings the source that a `sourceRef` or `chartRef` names; None of other kinds."""
    kind, called = get_str(reference, 'kind'), get_str(reference, 'name')
    namespace = get_str(reference, 'namespace') or view.target.namespace
    if kind not in _KINDS or not called:
        return None
    resource = Resource(_GROUP, 'v1', _KINDS[kind], kind, kind.lower())
    return Watch(resource, namespace, fields=f'metadata.name={called}')


def found(view: View, watches: Iterable[Watch]) -> tuple[Object, ...]:
    """The sources that are there."""
    return tuple(thing for one in watches for thing in view.objects_of(one))


def causes(view: View, watches: Iterable[Watch]) -> Iterator[Cause]:
    """What is wrong with the sources, the first of them first.

    Only asked where Flux says that it lacks something: a source may be served in another version.
    """
    for one in watches:
        things = view.objects_of(one)
        if things:
            yield from _unready(things[0])
        elif one in view.objects_by_watch:
            yield _missing(one)


def _missing(watch: Watch) -> Cause:
    called = watch.fields.partition('=')[2]
    return Cause(
        code='SourceMissing',
        reason='NotFound',
        subject=f'{watch.resource.short}/{called}',
        message=f'its source {watch.resource.short}/{watch.namespace}/{called} is not there',
        tolerance_seconds=_PATIENCE,
        suggested_commands=(f'kubectl get {watch.resource.plural}.{_GROUP} -n {watch.namespace}',),
    )


def _unready(thing: Object) -> Iterator[Cause]:
    ready, stalled = condition(thing, 'Ready'), condition(thing, 'Stalled')
    is_stalled = stalled.get('status') == 'True'
    told = stalled if is_stalled else ready
    # A HelmRepository of the type oci is static, and has no conditions.
    if not is_stalled and ready.get('status') != 'False':
        return
    namespace, why = get_str(thing, 'metadata', 'namespace'), get_str(told, 'message')
    yield Cause(
        code='SourceNotReady',
        reason=get_str(told, 'reason') or 'NotReady',
        subject=label(thing),
        message=f'its source {label(thing)} is not ready: {why or "no reason given"}',
        tolerance_seconds=_STALLED if is_stalled else _PATIENCE,
        evidence=('it is suspended by spec.suspend',) if is_suspended(thing) else (),
        suggested_commands=(
            f'kubectl describe {get_str(thing, "kind").lower()} -n {namespace} {name(thing)}',
        ),
    )


def label(thing: Object) -> str:
    """How a source is named: `gitrepository/fleet`."""
    return f'{get_str(thing, "kind").lower()}/{name(thing)}'


def is_suspended(thing: Object) -> bool:
    """Whether nothing new is fetched."""
    return get_dict(thing, 'spec').get('suspend') is True


def is_unfetched(thing: Object) -> bool:
    """Whether it is still to fetch what its newest spec names; a HelmRepository may never tell."""
    is_told = 'observedGeneration' in get_dict(thing, 'status')
    return is_told and not is_observed(thing) and not is_suspended(thing)


def revision(thing: Object) -> str:
    """What was fetched last; empty where that is of another generation, or nothing."""
    return get_str(thing, 'status', 'artifact', 'revision') if is_observed(thing) else ''
