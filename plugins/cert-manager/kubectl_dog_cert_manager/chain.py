"""Certificate → CertificateRequest → Order → Challenge: each is controlled by the one before.

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

# The pods that answer HTTP-01 challenges; each is controlled by its challenge.
_SOLVERS = 'acme.cert-manager.io/http01-solver=true'


class Chain(NamedTuple):
    """What is behind a Certificate, as far as it is there; `request` is that of this issuance."""

    request: Object
    order: Object
    challenges: tuple[Object, ...]
    pods: tuple[Object, ...]

    @property
    def children(self) -> tuple[Object, ...]:
        """The objects whose kube events matter."""
        return tuple(one for one in (self.request, self.order, *self.challenges) if one)

    @property
    def words(self) -> tuple[str, ...]:
        """How each of them is, in words."""
        told = [f'{label(self.request)}: {_ready_words(self.request)}'] if self.request else []
        if self.order:
            told.append(f'{label(self.order)}: {state(self.order) or "pending"}')
        for one in self.challenges:
            spec = get_dict(one, 'spec')
            what = f'{get_str(spec, "type")} for {get_str(spec, "dnsName")}'.strip()
            told.append(f'{label(one)}: {state(one) or "pending"}, {what}')
        return tuple(told)


def of_certificate(view: View) -> Chain:
    """From the request of the revision that is being issued."""
    return of_request(view, _current(view))


def of_request(view: View, request: Object) -> Chain:
    """From a request, which may be missing."""
    orders = _owned(view, request, 'Order')
    order = max(orders, key=created_at, default={})
    return of_order(view, order)._replace(request=request)


def of_order(view: View, order: Object) -> Chain:
    """From an order, which may be missing."""
    return of_challenges(view, _owned(view, order, 'Challenge'))._replace(order=order)


def of_challenges(view: View, challenges: tuple[Object, ...]) -> Chain:
    """From its end."""
    pods = tuple(pod for one in challenges for pod in _owned(view, one, 'Pod') if is_living(pod))
    return Chain({}, {}, challenges, pods)


def watches(view: View, chain: Chain) -> Iterator[Watch]:
    """What brings the rest of the chain, each kind once that is there which controls it."""
    namespace = view.target.namespace
    if chain.request:
        yield Watch(ORDERS, namespace)
    if chain.order:
        yield Watch(CHALLENGES, namespace)
    if any(get_str(one, 'spec', 'type') == 'HTTP-01' for one in chain.challenges):
        yield Watch(PODS, namespace, _SOLVERS)
    issuer = issuer_watch(view)
    if issuer is not None:
        yield issuer


def issuer_watch(view: View) -> Watch | None:
    """What brings the issuer; None where it is one of somebody else's kinds."""
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


def label(thing: Object) -> str:
    """How an object is named: `order/web-1`."""
    return f'{get_str(thing, "kind").lower()}/{name(thing)}'


def state(thing: Object) -> str:
    """What the ACME server calls an order or a challenge; empty: it has said nothing yet."""
    return get_str(thing, 'status', 'state')


def _ready_words(request: Object) -> str:
    found = condition(request, 'Ready')
    return get_str(found, 'message') or get_str(found, 'reason') or 'nothing told yet'


def _owned(view: View, owner: Object, kind: str) -> tuple[Object, ...]:
    found = view.children_by_owner_uid.get(uid(owner), ()) if owner else ()
    return tuple(sorted((one for one in found if one.get('kind') == kind), key=name))


def _current(view: View) -> Object:
    """The request of the next revision, or else the newest; never one that failed before the
    issuance began, which cert-manager deletes to make another.
    """
    issuing = condition(view.object or {}, 'Issuing')
    is_on = issuing.get('status') == 'True'
    began = epoch(get_str(issuing, 'lastTransitionTime')) if is_on else None
    revision = str(get_int(view.object, 'status', 'revision') + 1)
    requests = [
        one
        for one in _owned(view, view.object or {}, 'CertificateRequest')
        if began is None or (epoch(get_str(one, 'status', 'failureTime')) or began) >= began
    ]
    ours = [
        one for one in requests if get_str(one, 'metadata', 'annotations', _REVISION) == revision
    ]
    if ours or is_on:
        return max(ours, key=created_at, default={})
    return max(requests, key=created_at, default={})
