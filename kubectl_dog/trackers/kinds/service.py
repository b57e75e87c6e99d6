"""Tracker for Services: ready with an address and, if it selects pods, a ready pod."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import assessment_helpers

_OWNER = 'kubernetes.io/service-name'

# The controller may take this many seconds to list the endpoints of a new service.
_ENDPOINTS_GRACE = 10.0


def wants(view: View) -> Sequence[Watch]:
    """Watch the EndpointSlices of a Service that selects pods."""
    if not _selects_pods(view.object or {}):
        return ()
    return (Watch(ENDPOINTSLICES, view.target.namespace, f'{_OWNER}={view.target.name}'),)


def assess(view: View) -> Assessment:
    """Assess the address that the type of the Service requires, then the endpoints."""
    service = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    kind = get_str(service, 'spec', 'type')
    if kind == 'ExternalName':
        return assessment_helpers.ready()
    if not get_str(service, 'spec', 'clusterIP'):
        return assessment_helpers.waiting('a cluster IP')
    if kind == 'LoadBalancer' and not _has_external_address(service):
        return assessment_helpers.waiting('the address of its load balancer')
    return (
        _assess_endpoints(view, service) if _selects_pods(service) else assessment_helpers.ready()
    )


def _has_external_address(service: Object) -> bool:
    # As for Helm, the addresses in the spec suffice.
    is_assigned = bool(get_dicts(service, 'status', 'loadBalancer', 'ingress'))
    return is_assigned or bool(get_dict(service, 'spec').get('externalIPs'))


def _selects_pods(service: Object) -> bool:
    is_external = get_str(service, 'spec', 'type') == 'ExternalName'
    return bool(get_dict(service, 'spec', 'selector')) and not is_external


def _assess_endpoints(view: View, service: Object) -> Assessment:
    """Assess the endpoints: wait for pods that are not ready; report missing pods as a notice."""
    if ENDPOINTSLICES.key in view.forbidden_kinds or get_dict(service, 'spec').get(
        'publishNotReadyAddresses'
    ):
        return assessment_helpers.ready()
    slices = view.children_by_owner_uid.get(uid(service), ())
    if not slices:
        listed_by = view.run_history.started + _ENDPOINTS_GRACE
        if view.now < listed_by:
            return assessment_helpers.waiting('its endpoints')._replace(recheck_at=listed_by)
    endpoints = [
        endpoint for endpoint_slice in slices for endpoint in get_dicts(endpoint_slice, 'endpoints')
    ]
    if not endpoints:
        return assessment_helpers.ready(
            'has no endpoints: no pod that it selects has an IP address'
        )
    if not any(map(_is_ready, endpoints)):
        pods = len(set(_pod_uids(endpoints)))
        label = 'its pod' if pods == 1 else f'one of its {pods} pods'
        return assessment_helpers.waiting(f'{label} to become ready')
    return assessment_helpers.ready()


def _is_ready(endpoint: Object) -> bool:
    """Return whether an endpoint is ready; by the API, a missing condition means ready."""
    return get_dict(endpoint, 'conditions').get('ready') is not False


def _pod_uids(endpoints: Iterable[Object]) -> Iterable[str]:
    """Return the pod of each endpoint; a pod has one endpoint per address family."""
    for number, endpoint in enumerate(endpoints):
        yield get_str(endpoint, 'targetRef', 'uid') or str(number)
