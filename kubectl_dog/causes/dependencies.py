"""Explain causes by a Service that a container cannot reach, and by the workload behind it.

This adds evidence to a cause, and never changes a verdict. A Service with ready endpoints is no
evidence, unless none of its pods has the port, or a NetworkPolicy may block the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.causes.dependency_services import Finding
from kubectl_dog.causes.dependency_services import PodConnection
from kubectl_dog.causes.dependency_services import PodsBehind
from kubectl_dog.causes.dependency_services import examine
from kubectl_dog.causes.endpoint_texts import Endpoint
from kubectl_dog.causes.endpoint_texts import awaited_endpoints
from kubectl_dog.causes.endpoint_texts import configured_endpoints
from kubectl_dog.causes.endpoint_texts import report_failure
from kubectl_dog.causes.endpoint_texts import unreachable_endpoints
from kubectl_dog.causes.kube_event_queries import events_about_container
from kubectl_dog.causes.probe_evidence import last_answer
from kubectl_dog.causes.probe_evidence import spec_of
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_CRASHES = 'container start'
_FAMILIES = (_CRASHES, 'probes', 'init')
# How many endpoints of one cause are looked up.
_MAX_ENDPOINTS = 3
# Pods of one cause whose logs are searched.
_MAX_PODS = 3
# Services on the way from the target to the root.
_MAX_SERVICES = 4
_PROBES = ('Startup', 'Readiness', 'Liveness')
_SHORT_KINDS = {'StatefulSet': 'sts', 'DaemonSet': 'ds', 'ReplicaSet': 'rs', 'Job': 'job'}

Diagnose = Callable[[View, Iterable[Object]], tuple[Cause, ...]]


class _AffectedPods(NamedTuple):
    """Pods with a cause that a dependency may explain.

    - `subject`: the subject of sentences about them: `it`, or their workload.
    - `waiting`: the pods that wait for these, and these pods.
    - `depth`: the number of Services on the way to them.
    """

    view: View
    cause: Cause
    pods: Sequence[Object]
    subject: str
    waiting: tuple[Object, ...]
    depth: int = 0


class _Candidate(NamedTuple):
    """An endpoint that a container may need.

    - `verb`: how the container uses it, such as `connects to`.
    - `is_needed`: the container fails because of a connection, as its log or command shows.
    """

    endpoint: Endpoint
    verb: str
    is_needed: bool = True


def with_dependency(view: View, cause: Cause, pods: Iterable[Object], diagnose: Diagnose) -> Cause:
    """Return the cause with the Service that its container cannot reach as evidence.

    pods: those that may show the cause. diagnose: returns the causes of given pods.
    """
    if not cause.pods or code_of(cause.code).family not in _FAMILIES:
        return cause
    finding = _find(_affected_pods(view, cause, pods, 'it'), diagnose)
    return cause._replace(
        evidence=(*cause.evidence, *finding.facts),
        lookups=(*cause.lookups, *dict.fromkeys(finding.lookups)),
        dependency=finding.dependency,
    )


def _affected_pods(view: View, cause: Cause, pods: Iterable[Object], subject: str) -> _AffectedPods:
    shown = [pod for pod in pods if name(pod) in cause.pods][:_MAX_PODS]
    # Some operators create pods in another namespace than that of their object.
    namespace = get_str(shown[0], 'metadata', 'namespace') if shown else ''
    return _AffectedPods(_in_namespace(view, namespace), cause, shown, subject, tuple(shown))


def _in_namespace(view: View, namespace: str) -> View:
    target = view.target._replace(namespace=namespace or view.target.namespace)
    return view._replace(target=target)


def _find(affected: _AffectedPods, diagnose: Diagnose) -> Finding:
    """Return what is known about the first endpoint that has a problem."""
    lookups: list[Lookup] = []
    for candidate in _candidates(affected):
        connection = PodConnection(
            candidate.endpoint, affected.subject, candidate.verb, affected.pods, affected.waiting
        )
        finding = examine(affected.view, connection)
        if finding.behind is not None:
            finding = _with_workload(affected, finding, finding.behind, diagnose)
        lookups += finding.lookups
        if finding.facts:
            dependency = finding.dependency if candidate.is_needed else None
            return Finding(finding.facts, tuple(lookups), dependency)
    return Finding(lookups=tuple(lookups))


def _with_workload(
    affected: _AffectedPods, finding: Finding, behind: PodsBehind, diagnose: Diagnose
) -> Finding:
    """Add the cause of the pods behind a Service, and what these pods wait for in turn."""
    view = _in_namespace(affected.view, behind.namespace)
    causes = diagnose(view, behind.pods)
    label = _owner_label(behind.pods[0])
    if not causes:
        known = finding.dependency and finding.dependency._replace(root=label)
        return finding._replace(dependency=known)
    best = causes[0]
    first = next((pod for pod in behind.pods if name(pod) in best.pods), behind.pods[0])
    label = _owner_label(first)
    fact = f'{label}: {best.code}: {best.message}'
    known = finding.dependency and finding.dependency._replace(
        root=label, code=best.code, problem=fact
    )
    result = Finding((*finding.facts, fact), finding.lookups, known)
    if affected.depth + 1 >= _MAX_SERVICES or code_of(best.code).family not in _FAMILIES:
        return result
    further = _affected_pods(view, best, behind.pods, label)
    waiting = (*affected.waiting, *behind.pods)
    next_root = _find(further._replace(waiting=waiting, depth=affected.depth + 1), diagnose)
    root = next_root.dependency
    if root is not None:
        known = root._replace(services=(behind.label, *root.services))
    return Finding((*result.facts, *next_root.facts), (*result.lookups, *next_root.lookups), known)


def _candidates(affected: _AffectedPods) -> list[_Candidate]:
    candidates = (
        candidate
        for pod in affected.pods
        for container in containers(pod)
        if container.name == affected.cause.subject
        for candidate in _candidates_of(affected, pod, container)
        if not _is_known_host(pod, candidate.endpoint.host)
    )
    by_host: dict[str, _Candidate] = {}
    for candidate in candidates:
        # A log may name only the host, and the command also the port.
        known = by_host.get(candidate.endpoint.host)
        if known is None:
            by_host[candidate.endpoint.host] = candidate
        elif not known.endpoint.port:
            endpoint = known.endpoint._replace(port=candidate.endpoint.port)
            by_host[candidate.endpoint.host] = known._replace(endpoint=endpoint)
    return list(by_host.values())[:_MAX_ENDPOINTS]


def _is_known_host(pod: Object, host: str) -> bool:
    """Return whether a host is the pod itself, or is in its file of hosts: it is no Service."""
    aliases = get_dicts(pod, 'spec', 'hostAliases')
    names = {get_str(pod, 'status', 'podIP')}
    names.update(alias for entry in aliases for alias in _words(entry, 'hostnames'))
    own = {name(pod), get_str(pod, 'spec', 'hostname')}
    return host in names or host.partition('.')[0] in own


def _candidates_of(
    affected: _AffectedPods, pod: Object, container: Container
) -> Iterator[_Candidate]:
    lines = _last_lines(affected.view, pod, container)
    observed = [_Candidate(endpoint, 'connects to') for endpoint in unreachable_endpoints(lines)]
    variables = {
        get_str(entry, 'name'): get_str(entry, 'value')
        for entry in get_dicts(container.spec, 'env')
    }
    words = [*_words(container.spec, 'command'), *_words(container.spec, 'args')]
    if container.role == 'init':
        awaited = awaited_endpoints(' '.join(words), variables)
        observed += [_Candidate(endpoint, 'waits for') for endpoint in awaited]
    yield from observed
    is_needed = report_failure(lines)
    # A container that only starts slowly costs no reads. The logs on the way are not read.
    is_silent = not lines and (
        code_of(affected.cause.code).family == _CRASHES or affected.depth > 0
    )
    if not observed and (is_needed or is_silent):
        for endpoint in configured_endpoints(words, variables):
            yield _Candidate(endpoint, 'is configured with', is_needed)


def _last_lines(view: View, pod: Object, container: Container) -> list[str]:
    """Return the last lines of the log, or of the termination message, and the probes' answers."""
    lines = [line.text for line in view.logs.get((uid(pod), container.name), ())]
    # With `terminationMessagePolicy: FallbackToLogsOnError`, it is the end of the log.
    lines = lines or get_str(container.last_termination, 'message').splitlines()
    events = events_about_container(view, pod, container.name)
    for probe in _PROBES:
        spec = spec_of(container, probe)
        # The answer of another probe names the container's own address.
        hosts = (get_str(spec, kind, 'host') for kind in ('httpGet', 'tcpSocket'))
        if 'exec' in spec or any(hosts):
            lines = [*(last_answer(events, probe) or '').splitlines(), *lines]
    return lines


def _words(spec: Object, field: str) -> list[str]:
    words = spec.get(field)
    return [str(word) for word in words] if isinstance(words, list) else []


def _owner_label(pod: Object) -> str:
    """Return the workload of a pod, such as `sts/db`; that of a ReplicaSet is its Deployment."""
    for owner in get_dicts(pod, 'metadata', 'ownerReferences'):
        kind, owner_name = get_str(owner, 'kind'), get_str(owner, 'name')
        template_hash = get_str(pod, 'metadata', 'labels', 'pod-template-hash')
        if kind == 'ReplicaSet' and template_hash and owner_name.endswith(f'-{template_hash}'):
            return f'deploy/{owner_name[: -len(template_hash) - 1]}'
        return f'{_SHORT_KINDS.get(kind, kind.lower())}/{owner_name}'
    return f'po/{name(pod)}'
