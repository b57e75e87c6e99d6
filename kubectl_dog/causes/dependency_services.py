"""Find the Service that a host name means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.causes import endpoint_texts
from kubectl_dog.causes.dependency_policies import Route
from kubectl_dog.causes.dependency_policies import policy_lookups
from kubectl_dog.causes.dependency_policies import possible_obstacles
from kubectl_dog.causes.dependency_ports import missing_ports
from kubectl_dog.causes.dependency_ports import target_port
from kubectl_dog.causes.dependency_ports import unknown_port
from kubectl_dog.causes.endpoint_texts import Endpoint
from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_SERVICE_NAME = 'kubernetes.io/service-name'
# Names of Services in DNS: db.shop.svc, db.shop.svc.cluster.local, or another domain.
_CLUSTER_NAME = lazy_compile(r'([-a-z0-9.]{1,253})\.svc(?:\.([-a-z0-9.]{1,253}))?')


class PodConnection(NamedTuple):
    """A connection that may have failed.

    - `subject`, `verb`: the start of sentences about it: `it connects to`.
    - `pods`: the pods that connect.
    - `waiting`: the pods that wait, directly or not, for the Service.
    - `is_alias`: the host is the external name of another Service.
    """

    endpoint: Endpoint
    subject: str
    verb: str
    pods: Sequence[Object]
    waiting: Sequence[Object]
    is_alias: bool = False


class PodsBehind(NamedTuple):
    """The pods of a Service that has no ready endpoint; `label` is that of the Service."""

    label: str
    namespace: str
    pods: Sequence[Object]


class Finding(NamedTuple):
    """What is known about a connection.

    - `facts`: sentences; empty if nothing explains why it fails.
    - `lookups`: what was read, and what must be read to know more.
    - `behind`: the pods whose problem may be the root.
    """

    facts: tuple[str, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    dependency: Dependency | None = None
    behind: PodsBehind | None = None


class _Name(NamedTuple):
    """A Service that a host name can mean.

    `must_exist`: the name can mean nothing else.
    """

    name: str
    namespace: str
    must_exist: bool


def examine(view: View, connection: PodConnection) -> Finding:
    """Return why a connection to a Service fails; nothing unless the cluster shows a reason."""
    if connection.endpoint.host.replace('.', '').isdecimal():
        return _examine_address(view, connection)
    lookups: list[Lookup] = []
    for known in _names(view, connection.endpoint):
        lookup = Lookup(SERVICES, known.namespace, known.name, full_object=True)
        lookups.append(lookup)
        answer = view.answers.get(lookup)
        if answer is None:
            # A verdict waits for its evidence only shortly: do not read one after the other.
            lookups += [_slices_of(known.namespace, known.name)] if known.must_exist else []
            continue
        finding = Finding()
        if answer.status == 'missing' and known.must_exist:
            finding = _missing(view, connection, known)
        for obj in answer.objects[:1]:
            finding = _examine_service(view, obj, connection)
        if answer.objects or finding.facts:
            return finding._replace(lookups=(*lookups, *finding.lookups))
    return Finding(lookups=tuple(lookups))


def _names(view: View, endpoint: Endpoint) -> Iterator[_Name]:
    """Yield the Services that a host can mean: `db`, `db.shop`, `db.shop.svc…`, `db-0.db…`."""
    host, namespace = endpoint.host.rstrip('.'), view.target.namespace
    match = _CLUSTER_NAME.fullmatch(host)
    labels = (match[1] if match else host).split('.')
    # Another domain may be that of the cluster, or a public one.
    is_local = match is not None and match[2] in (None, 'cluster.local')
    if len(labels) == 1 and match is None:
        yield _Name(labels[0], namespace, endpoint.is_certain)
    elif len(labels) == 2:
        yield _Name(labels[0], labels[1], is_local)
        if match is None:
            yield _Name(labels[1], namespace, False)
    elif len(labels) == 3:
        # The second label of `db-0.db.shop` is the Service of a pod.
        yield _Name(labels[1], labels[2], is_local)


def _missing(view: View, connection: PodConnection, known: _Name) -> Finding:
    where = f'namespace "{known.namespace}"'
    fact = f'Service "{known.name}", which does not exist in {where}'
    lookup = Lookup(SERVICES, known.namespace)
    answer = view.answers.get(lookup)
    names = [name(obj) for obj in answer.objects] if answer else []
    similar = similar_names(known.name, names)
    facts = [f'{connection.subject} {connection.verb} {fact}']
    if similar:
        facts.append(f'a similar Service exists: "{similar[0]}"')
    label = _label(known.name, connection.endpoint)
    problem = f'Service "{known.name}" does not exist in {where}'
    root = Dependency((label,), known.namespace, f'svc/{known.name}', '', problem)
    return Finding(tuple(facts), (lookup,), root)


def _examine_address(view: View, connection: PodConnection) -> Finding:
    """Examine the Service of the namespace that has this address, or whose endpoint has it."""
    namespace, host = view.target.namespace, connection.endpoint.host
    lookup = Lookup(SERVICES, namespace, full_object=True)
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return Finding(lookups=(lookup,))
    for obj in answer.objects:
        if get_str(obj, 'spec', 'clusterIP') == host:
            finding = _examine_service(view, obj, connection)
            return finding._replace(lookups=(lookup, *finding.lookups))
    slices = Lookup(ENDPOINTSLICES, namespace, full_object=True)
    addressed = {
        get_str(obj, 'metadata', 'labels', _SERVICE_NAME)
        for obj in _objects_of(view.answers.get(slices))
        for entry in get_dicts(obj, 'endpoints')
        if host in (entry.get('addresses') or ())
    }
    # The port is that of the pod.
    of_pod = connection._replace(endpoint=connection.endpoint._replace(port=0))
    for obj in answer.objects:
        if name(obj) in addressed:
            finding = _examine_service(view, obj, of_pod)
            return finding._replace(lookups=(lookup, slices, *finding.lookups))
    return Finding(lookups=(lookup, slices))


def _examine_service(view: View, service: Object, connection: PodConnection) -> Finding:
    namespace, endpoint = get_str(service, 'metadata', 'namespace'), connection.endpoint
    if any(_selects(service, namespace, pod) for pod in connection.waiting):
        # It is not ready because these pods are not.
        return Finding()
    label = _label(name(service), endpoint)
    begin = f'{connection.subject} {connection.verb} {label}'
    external = get_str(service, 'spec', 'externalName')
    if external:
        return _examine_external(view, connection, f'{begin}, which maps to', external)
    wrong_port = unknown_port(service, endpoint)
    if wrong_port:
        root = Dependency((label,), namespace, f'svc/{name(service)}', '', f'{label}: {wrong_port}')
        return Finding((f'{begin}, but {wrong_port}',), (), root)
    slices = _slices_of(namespace, name(service))
    answer = view.answers.get(slices)
    if answer is None or answer.status != 'found':
        return Finding(lookups=(slices,))
    ready, total = _count_endpoints(answer)
    is_down = ready > 0 and _are_pods_unready(view, service)
    if ready and not is_down:
        finding = _examine_ready(view, service, answer.objects, connection)
        return finding._replace(lookups=(slices, *finding.lookups))
    state = f'0 of {total} {"pods" if is_down else "endpoints"} ready'
    root = Dependency(
        (label,), namespace, f'svc/{name(service)}', '', f'{label} has {state}', state
    )
    finding = Finding((f'{begin}, which has {state}',), (slices,), root)
    return _with_pods(view, service, finding)


def _examine_external(view: View, connection: PodConnection, begin: str, external: str) -> Finding:
    """Examine a Service of type ExternalName: its name may be that of another Service."""
    fact = f'{begin} the external name {external}'
    # Services of type ExternalName may map to each other.
    if connection.is_alias or not _CLUSTER_NAME.fullmatch(external):
        return Finding((fact,))
    endpoint = connection.endpoint._replace(host=external)
    finding = examine(view, connection._replace(endpoint=endpoint, is_alias=True))
    return finding._replace(facts=(fact, *finding.facts))


def _with_pods(view: View, service: Object, finding: Finding) -> Finding:
    """Add the pods behind a Service without ready endpoints, or why there are none."""
    selector = get_dict(service, 'spec', 'selector')
    if not selector:
        fact = f'Service "{name(service)}" has no selector: its endpoints are not those of pods'
        return finding._replace(facts=(*finding.facts, fact))
    lookup, answer = _pods_of(view, service)
    finding = finding._replace(lookups=(*finding.lookups, lookup))
    root = finding.dependency
    if answer is None or answer.status != 'found' or root is None:
        return finding
    if not answer.objects:
        fact = f'the selector of Service "{name(service)}" ({lookup.labels}) matches no pod'
        return finding._replace(
            facts=(*finding.facts, fact), dependency=root._replace(problem=fact)
        )
    behind = PodsBehind(root.services[0], root.namespace, answer.objects)
    return finding._replace(behind=behind)


def _are_pods_unready(view: View, service: Object) -> bool:
    """Return whether a Service has endpoints that count as ready, but whose pods are not."""
    if not get_dict(service, 'spec').get('publishNotReadyAddresses'):
        return False
    pods = _objects_of(_pods_of(view, service)[1])
    return bool(pods) and not any(map(is_ready, pods))


def _examine_ready(
    view: View, service: Object, slices: Iterable[Object], connection: PodConnection
) -> Finding:
    """Examine a Service with ready endpoints: none of its pods may have the port, for example."""
    problem = connection.endpoint.problem
    timed_out = problem in (endpoint_texts.TIMED_OUT, endpoint_texts.QUERY_TIMED_OUT)
    lookup, answer = _pods_of(view, service)
    if not lookup.labels:
        return Finding()
    if not timed_out and problem != endpoint_texts.REFUSED:
        is_published = get_dict(service, 'spec').get('publishNotReadyAddresses')
        return Finding(lookups=(lookup,) if is_published else ())
    pods = _objects_of(answer)
    if not pods:
        return Finding(lookups=(lookup,))
    label = _label(name(service), connection.endpoint)
    namespace = get_str(service, 'metadata', 'namespace')
    if not timed_out:
        facts = tuple(missing_ports(service, connection.endpoint.port, pods, label))
        lookups = [lookup]
    else:
        port = target_port(service, slices, connection.endpoint.port)
        is_query = problem == endpoint_texts.QUERY_TIMED_OUT
        route = Route(label, connection.pods[:1], pods[:1], port, is_query)
        facts = tuple(possible_obstacles(view, route))
        lookups = [lookup, *policy_lookups(route)]
    root = Dependency((label,), namespace, f'svc/{name(service)}', '', facts[0]) if facts else None
    return Finding(facts, tuple(lookups), root)


def _pods_of(view: View, service: Object) -> tuple[Lookup, Answer | None]:
    """Return the lookup of the pods that a Service selects, and its answer."""
    selector = get_dict(service, 'spec', 'selector')
    labels = ','.join(f'{key}={value}' for key, value in sorted(selector.items()))
    lookup = Lookup(PODS, get_str(service, 'metadata', 'namespace'), '', labels, True)
    return lookup, view.answers.get(lookup)


def _slices_of(namespace: str, service: str) -> Lookup:
    return Lookup(ENDPOINTSLICES, namespace, '', f'{_SERVICE_NAME}={service}', True)


def _objects_of(answer: Answer | None) -> Sequence[Object]:
    return answer.objects if answer is not None and answer.status == 'found' else ()


def _label(service: str, endpoint: Endpoint) -> str:
    return f'svc/{service}' + (f':{endpoint.port}' if endpoint.port else '')


def _selects(service: Object, namespace: str, pod: Object) -> bool:
    selector, labels = get_dict(service, 'spec', 'selector'), get_dict(pod, 'metadata', 'labels')
    is_near = get_str(pod, 'metadata', 'namespace') == namespace
    return is_near and bool(selector) and selector.items() <= labels.items()


def _count_endpoints(answer: Answer) -> tuple[int, int]:
    """Return the numbers of ready endpoints and of all; without a condition, one is ready."""
    endpoints = [entry for obj in answer.objects for entry in get_dicts(obj, 'endpoints')]
    ready = [
        entry for entry in endpoints if get_dict(entry, 'conditions').get('ready') is not False
    ]
    return len(ready), len(endpoints)
