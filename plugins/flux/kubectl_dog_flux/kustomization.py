"""Assess a Kustomization: the revision of its source is applied, and its workloads run.

https://fluxcd.io/flux/components/kustomize/kustomizations/
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

# Reasons that describe the attempted revision (api/v1/condition_types.go).
_ATTEMPTED = ('BuildFailed', 'HealthCheckFailed', 'PruneFailed', 'ReconciliationFailed')

_GROUP = 'kustomize.toolkit.fluxcd.io'


def wants(view: View) -> Sequence[Watch]:
    """Watch its source, and the workloads of its inventory with their pods."""
    return tuple(dict.fromkeys((*_sources(view), *applied.watches(view, _locations(view)))))


def assess(view: View) -> Assessment:
    """Assess by the conditions, if they describe the current revision of the source."""
    return reconciling.assess(view, _locations(view), _sources(view), _stale(view))


def _sources(view: View) -> list[Watch]:
    watch = sources.watch(view, get_dict(view.object, 'spec', 'sourceRef'))
    return [watch] if watch is not None else []


def _locations(view: View) -> Locations:
    target = view.target
    if get_dict(view.object, 'spec', 'kubeConfig'):
        # It is applied to another cluster.
        return Locations('', ())
    labels = f'{_GROUP}/name={target.name},{_GROUP}/namespace={target.namespace}'
    return applied.of_inventory(view.object or {}, labels)


def _stale(view: View) -> str:
    """Text for "waiting for" if Ready describes an earlier revision; else empty."""
    ready = condition(view.object or {}, 'Ready')
    has_failed = get_str(ready, 'reason') in _ATTEMPTED and ready.get('status') == 'False'
    last = get_str(view.object, 'status', f'last{"Attempted" if has_failed else "Applied"}Revision')
    if not has_failed and ready.get('status') != 'True':
        return ''
    for source in sources.existing(view, _sources(view)):
        if sources.is_unfetched(source):
            return f'its source {sources.label(source)} to be fetched'
        newest = sources.revision(source)
        if newest and last and newest != last:
            return f'the revision {newest} to be applied'
    return ''
