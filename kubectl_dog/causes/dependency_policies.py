"""Find NetworkPolicies that may block a connection which times out.

A policy is named as a possibility only: not every network plugin enforces policies.
A connection that a policy clearly allows has no obstacle: policies only add to what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import NETWORKPOLICIES
from kubectl_dog.model.selectors import Term
from kubectl_dog.model.selectors import matches
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_MAX_POLICIES = 3
_NAMESPACE_NAME = 'kubernetes.io/metadata.name'
# The pods that answer queries for names, as most clusters label them.
_DNS: Object = {
    'metadata': {'namespace': 'kube-system', 'labels': {'k8s-app': 'kube-dns'}},
}
_DNS_PORT = 53
_OPERATORS = {'In': 'in', 'NotIn': 'notin', 'DoesNotExist': '!'}


class Route(NamedTuple):
    """A connection between pods that times out.

    - `label`: the Service, such as `svc/db:5432`.
    - `port`: the port of the destination; None if it is unknown.
    - `is_query`: already the query for the name of the Service times out.
    """

    label: str
    sources: Sequence[Object]
    destinations: Sequence[Object]
    port: int | None
    is_query: bool


class _Connection(NamedTuple):
    """The other end of a connection, and its port; None for an unknown port."""

    peer: Object
    port: int | None
    protocol: str
    port_names: frozenset[str]


def policy_lookups(route: Route) -> Iterator[Lookup]:
    """Yield the reads of the policies of both ends."""
    ends = route.sources if route.is_query else (*route.sources, *route.destinations)
    for namespace in dict.fromkeys(get_str(pod, 'metadata', 'namespace') for pod in ends):
        yield _lookup(namespace)


def possible_obstacles(view: View, route: Route) -> Iterator[str]:
    """Yield sentences about the policies that may block a connection."""
    destinations = (_DNS,) if route.is_query else route.destinations
    port, protocol = (_DNS_PORT, 'UDP') if route.is_query else (route.port, 'TCP')
    names = _names_of_port(() if route.is_query else destinations, port)
    for source in route.sources:
        for destination in destinations:
            egress = _Connection(destination, port, protocol, names)
            policies = _obstacles(view, source, 'Egress', egress)
            what = 'DNS queries' if route.is_query else f'connections to {route.label}'
            if policies:
                yield f'{policies} these pods, and may block {what}'
            ingress = _Connection(source, port, protocol, names)
            policies = '' if route.is_query else _obstacles(view, destination, 'Ingress', ingress)
            if policies:
                yield f'{policies} the pods of {route.label}, and may block these connections'


def _lookup(namespace: str) -> Lookup:
    return Lookup(NETWORKPOLICIES, namespace, full_object=True)


def _names_of_port(pods: Iterable[Object], port: int | None) -> frozenset[str]:
    return frozenset(
        get_str(entry, 'name')
        for pod in pods
        for container in containers(pod)
        for entry in get_dicts(container.spec, 'ports')
        if entry.get('containerPort') == port and get_str(entry, 'name')
    )


def _obstacles(view: View, pod: Object, direction: str, connection: _Connection) -> str:
    """Return the policies that select a pod, unless one of them allows the connection."""
    namespace = get_str(pod, 'metadata', 'namespace')
    answer = view.answers.get(_lookup(namespace))
    selecting = [
        policy
        for policy in (answer.objects if answer is not None else ())
        if direction in _directions(policy) and _selects(policy, pod)
    ]
    if any(_allows(policy, direction, connection) for policy in selecting):
        return ''
    shown = [f'networkpolicy/{name(policy)}' for policy in selecting[:_MAX_POLICIES]]
    if len(selecting) > _MAX_POLICIES:
        shown.append(f'{len(selecting) - _MAX_POLICIES} more')
    if len(shown) < 2:
        return f'{shown[0]} selects' if shown else ''
    return f'{", ".join(shown[:-1])} and {shown[-1]} select'


def _directions(policy: Object) -> Sequence[str]:
    types = get_dict(policy, 'spec').get('policyTypes')
    if isinstance(types, list) and types:
        return types
    return ('Ingress', 'Egress') if 'egress' in get_dict(policy, 'spec') else ('Ingress',)


def _selects(policy: Object, pod: Object) -> bool:
    return _fits(get_dict(policy, 'spec', 'podSelector'), get_dict(pod, 'metadata', 'labels'))


def _fits(selector: Object, labels: Object) -> bool:
    terms = [Term(key, '=', (value,)) for key, value in get_dict(selector, 'matchLabels').items()]
    for rule in get_dicts(selector, 'matchExpressions'):
        operator = _OPERATORS.get(get_str(rule, 'operator'), 'exists')
        listed = rule.get('values')
        values = tuple(listed) if isinstance(listed, list) else ()
        terms.append(Term(get_str(rule, 'key'), operator, values))
    return matches(tuple(terms), labels)


def _allows(policy: Object, direction: str, connection: _Connection) -> bool:
    """Return whether a policy clearly allows a connection; False also if that is not known."""
    side = 'from' if direction == 'Ingress' else 'to'
    return any(
        _has_peer(rule, side, policy, connection) and _has_port(rule, connection)
        for rule in get_dicts(policy, 'spec', direction.lower())
    )


def _has_peer(rule: Object, side: str, policy: Object, connection: _Connection) -> bool:
    if not rule.get(side):
        return True
    namespace = get_str(connection.peer, 'metadata', 'namespace')
    labels = get_dict(connection.peer, 'metadata', 'labels')
    for peer in get_dicts(rule, side):
        if 'ipBlock' in peer:
            # Pods have no known address here, but every address is in this block.
            if get_str(peer, 'ipBlock', 'cidr') == '0.0.0.0/0' and 'except' not in peer['ipBlock']:
                return True
            continue
        if 'namespaceSelector' in peer:
            # Other labels of a namespace are not read.
            is_near = _fits(get_dict(peer, 'namespaceSelector'), {_NAMESPACE_NAME: namespace})
        else:
            is_near = namespace == get_str(policy, 'metadata', 'namespace')
        if is_near and _fits(get_dict(peer, 'podSelector'), labels):
            return True
    return False


def _has_port(rule: Object, connection: _Connection) -> bool:
    entries = get_dicts(rule, 'ports')
    return not entries or any(_is_port(entry, connection) for entry in entries)


def _is_port(entry: Object, connection: _Connection) -> bool:
    if (get_str(entry, 'protocol') or 'TCP') != connection.protocol:
        return False
    port, last, actual = entry.get('port'), entry.get('endPort'), connection.port
    if isinstance(port, str):
        return port in connection.port_names
    if port is None:
        return True
    if not isinstance(port, int) or actual is None:
        return False
    return port <= actual <= (last if isinstance(last, int) else port)
