"""Assess a HelmRelease: the chart is released, and its workloads run.

https://fluxcd.io/flux/components/helm/helmreleases/
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_str
from kubectl_dog_flux import applied
from kubectl_dog_flux import causes
from kubectl_dog_flux import reconciling
from kubectl_dog_flux import sources
from kubectl_dog_flux.applied import Locations

codes = causes.CODES

# The status field with the attempted chart: its version, or the digest after the `@`.
_ATTEMPTED = {
    'HelmChart': 'lastAttemptedRevision',
    'OCIRepository': 'lastAttemptedRevisionDigest',
}

_GROUP = 'helm.toolkit.fluxcd.io'


def wants(view: View) -> Sequence[Watch]:
    """Watch its chart and repository, and its workloads with their pods."""
    return tuple(dict.fromkeys((*_sources(view), *applied.watches(view, _locations(view)))))


def assess(view: View) -> Assessment:
    """Assess by the conditions; Released has the reason of a rollback that Ready reports."""
    is_over = get_str(condition(view.object or {}, 'Stalled'), 'reason') == 'RetriesExceeded'
    stalled = causes.release_failure(view)[1] if is_over else ''
    return reconciling.assess(view, _locations(view), _sources(view), _stale(view), stalled)


def _stale(view: View) -> str:
    """Text for "waiting for" if Ready describes an earlier chart; else empty.

    Compares as the controller does (requestsForHelmChartChange, requestsForOCIRrepositoryChange).
    """
    status = get_dict(view.object, 'status')
    if condition(view.object or {}, 'Ready').get('status') != 'True':
        return ''
    for source in sources.existing(view, _sources(view)):
        field = _ATTEMPTED.get(get_str(source, 'kind'))
        if field is None:
            continue
        if sources.is_unfetched(source):
            return f'its source {sources.label(source)} to be fetched'
        newest, last = sources.revision(source), get_str(status, field)
        is_same = newest.rpartition('@')[2].lstrip('v') == last.lstrip('v')
        if newest and last and not is_same:
            return f'the chart {newest} to be released'
    return ''


def _sources(view: View) -> list[Watch]:
    """The watches for repository and chart; the repository is first, as the chart depends on it."""
    spec = get_dict(view.object, 'spec')
    chart = get_dict(spec, 'chart', 'spec')
    namespace, _, name = get_str(view.object, 'status', 'helmChart').partition('/')
    references = (
        get_dict(spec, 'chartRef'),
        get_dict(chart, 'sourceRef'),
        {'kind': 'HelmChart', 'name': name, 'namespace': namespace},
    )
    watches = [sources.watch(view, reference) for reference in references]
    return [watch for watch in watches if watch is not None]


def _locations(view: View) -> Locations:
    target, spec = view.target, get_dict(view.object, 'spec')
    if get_dict(spec, 'kubeConfig'):
        # It is released to another cluster.
        return Locations('', ())
    namespace = get_str(spec, 'targetNamespace') or target.namespace
    labels = f'{_GROUP}/name={target.name},{_GROUP}/namespace={target.namespace}'
    return Locations(labels, tuple((resource, namespace) for resource in applied.KINDS.values()))
