"""Read the chain Certificate → CertificateRequest → Order → Challenge by owner references.

https://cert-manager.io/docs/troubleshooting/acme/,
https://cert-manager.io/docs/concepts/acme-orders-challenges/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Resource
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import created_at
from kubectl_dog.tracker import epoch
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_living
from kubectl_dog.tracker import name
from kubectl_dog.tracker import uid

_GROUP, _ACME = 'cert-manager.io', 'acme.cert-manager.io'
REQUESTS = Resource(_GROUP, 'v1', 'certificaterequests', 'CertificateRequest', 'certificaterequest')
ISSUERS = Resource(_GROUP, 'v1', 'issuers', 'Issuer', 'issuer')
CLUSTER_ISSUERS = Resource(
    _GROUP, 'v1', 'clusterissuers', 'ClusterIssuer', 'clusterissuer', namespaced=False
)
ORDERS = Resource(_ACME, 'v1', 'orders', 'Order', 'order')
CHALLENGES = Resource(_ACME, 'v1', 'challenges', 'Challenge', 'challenge')

_REVISION = 'cert-manager.io/certificate-revision'

# The pods that answer HTTP-01 challenges; a challenge owns its pod.
_SOLVERS = 'acme.cert-manager.io/http01-solver=true'


class Chain(NamedTuple):
    """The existing objects of a Certificate; `request` belongs to the current issuance."""

    request: Object
    order: Object
    challenges: tuple[Object, ...]
    pods: tuple[Object, ...]

    @property
    def children(self) -> tuple[Object, ...]:
        """The objects whose kube events matter."""
        return tuple(obj for obj in (self.request, self.order, *self.challenges) if obj)

    @property
    def summary(self) -> tuple[str, ...]:
        """The state of each object as a line of text."""
        lines = [f'{label(self.request)}: {_ready_text(self.request)}'] if self.request else []
        if self.order:
            lines.append(f'{label(self.order)}: {state(self.order) or "pending"}')
        for challenge in self.challenges:
            spec = get_dict(challenge, 'spec')
            challenge_type = f'{get_str(spec, "type")} for {get_str(spec, "dnsName")}'.strip()
            lines.append(f'{label(challenge)}: {state(challenge) or "pending"}, {challenge_type}')
        return tuple(lines)


def of_certificate(view: View) -> Chain:
    """The chain of a certificate, from the request of the current issuance."""
    return of_request(view, _current_request(view))


def of_request(view: View, request: Object) -> Chain:
    """The chain from a request, which may be empty."""
    orders = _owned(view, request, 'Order')
    order = max(orders, key=created_at, default={})
    return of_order(view, order)._replace(request=request)


def of_order(view: View, order: Object) -> Chain:
    """The chain from an order, which may be empty."""
    return of_challenges(view, _owned(view, order, 'Challenge'))._replace(order=order)


def of_challenges(view: View, challenges: tuple[Object, ...]) -> Chain:
    """The chain from its challenges."""
    pods = tuple(
        pod for challenge in challenges for pod in _owned(view, challenge, 'Pod') if is_living(pod)
    )
    return Chain({}, {}, challenges, pods)


def watches(view: View, chain: Chain) -> Iterator[Watch]:
    """The watches for the rest of the chain; each kind is watched once its owner exists."""
    namespace = view.target.namespace
    if chain.request:
        yield Watch(ORDERS, namespace)
    if chain.order:
        yield Watch(CHALLENGES, namespace)
    if any(get_str(challenge, 'spec', 'type') == 'HTTP-01' for challenge in chain.challenges):
        yield Watch(PODS, namespace, _SOLVERS)
    issuer = issuer_watch(view)
    if issuer is not None:
        yield issuer


def issuer_watch(view: View) -> Watch | None:
    """The watch for the issuer; None if its kind is not one of cert-manager."""
    reference = get_dict(view.object, 'spec', 'issuerRef')
    if get_str(reference, 'group') not in ('', _GROUP) or not get_str(reference, 'name'):
        return None
    resource = {'': ISSUERS, 'Issuer': ISSUERS, 'ClusterIssuer': CLUSTER_ISSUERS}.get(
        get_str(reference, 'kind')
    )
    if resource is None:
        return None
    namespace = view.target.namespace if resource.namespaced else ''
    return Watch(resource, namespace, fields=f'metadata.name={get_str(reference, "name")}')


def label(obj: Object) -> str:
    """The kind and name of an object: `order/web-1`."""
    return f'{get_str(obj, "kind").lower()}/{name(obj)}'


def state(obj: Object) -> str:
    """The ACME state of an order or a challenge; empty before there is any."""
    return get_str(obj, 'status', 'state')


def _ready_text(request: Object) -> str:
    ready = condition(request, 'Ready')
    return get_str(ready, 'message') or get_str(ready, 'reason') or 'nothing told yet'


def _owned(view: View, owner: Object, kind: str) -> tuple[Object, ...]:
    children = view.children_by_owner_uid.get(uid(owner), ()) if owner else ()
    return tuple(sorted((child for child in children if child.get('kind') == kind), key=name))


def _current_request(view: View) -> Object:
    """The request of the next revision, else the newest request.

    Requests that failed before the issuance began do not count: cert-manager replaces them.
    """
    issuing = condition(view.object or {}, 'Issuing')
    is_issuing = issuing.get('status') == 'True'
    began = epoch(get_str(issuing, 'lastTransitionTime')) if is_issuing else None
    revision = str(get_int(view.object, 'status', 'revision') + 1)
    requests = [
        request
        for request in _owned(view, view.object or {}, 'CertificateRequest')
        if began is None or (epoch(get_str(request, 'status', 'failureTime')) or began) >= began
    ]
    current = [
        request
        for request in requests
        if get_str(request, 'metadata', 'annotations', _REVISION) == revision
    ]
    if current or is_issuing:
        return max(current, key=created_at, default={})
    return max(requests, key=created_at, default={})
