"""HelmRelease: the chart is released, and what it has made runs.

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
from kubectl_dog_flux.applied import Places

codes = causes.CODES

# Where it says which chart it has attempted: its version, or the digest behind the `@`.
_ATTEMPTED = {
    'HelmChart': 'lastAttemptedRevision',
    'OCIRepository': 'lastAttemptedRevisionDigest',
}

_GROUP = 'helm.toolkit.fluxcd.io'


def wants(view: View) -> Sequence[Watch]:
    """Its chart and where that is from, and the workloads that it has made with their pods."""
    return tuple(dict.fromkeys((*_sources(view), *applied.watches(view, _places(view)))))


def assess(view: View) -> Assessment:
    """By its conditions; Ready may tell of a rollback, and Released of why there was one."""
    is_over = get_str(condition(view.object or {}, 'Stalled'), 'reason') == 'RetriesExceeded'
    stalled = causes.failure(view)[1] if is_over else ''
    return reconciling.assess(view, _places(view), _sources(view), _stale(view), stalled)


def _stale(view: View) -> str:
    """What is to be released where Ready tells of an earlier chart: as its controller compares
    them (requestsForHelmChartChange, requestsForOCIRrepositoryChange).
    """
    status = get_dict(view.object, 'status')
    if condition(view.object or {}, 'Ready').get('status') != 'True':
        return ''
    for thing in sources.found(view, _sources(view)):
        field = _ATTEMPTED.get(get_str(thing, 'kind'))
        if field is None:
            continue
        if sources.is_unfetched(thing):
            return f'its source {sources.label(thing)} to be fetched'
        newest, last = sources.revision(thing), get_str(status, field)
        is_same = newest.rpartition('@')[2].lstrip('v') == last.lstrip('v')
        if newest and last and not is_same:
            return f'the chart {newest} to be released'
    return ''


def _sources(view: View) -> list[Watch]:
    """The repository before the chart: a chart is not ready because its repository is not."""
    spec = get_dict(view.object, 'spec')
    chart = get_dict(spec, 'chart', 'spec')
    namespace, _, name = get_str(view.object, 'status', 'helmChart').partition('/')
    references = (
        get_dict(spec, 'chartRef'),
        get_dict(chart, 'sourceRef'),
        {'kind': 'HelmChart', 'name': name, 'namespace': namespace},
    )
    found = [sources.watch(view, one) for one in references]
    return [one for one in found if one is not None]


def _places(view: View) -> Places:
    target, spec = view.target, get_dict(view.object, 'spec')
    if get_dict(spec, 'kubeConfig'):
        # It is released to another cluster.
        return Places('', ())
    namespace = get_str(spec, 'targetNamespace') or target.namespace
    labels = f'{_GROUP}/name={target.name},{_GROUP}/namespace={target.namespace}'
    return Places(labels, tuple((one, namespace) for one in applied.KINDS.values()))
