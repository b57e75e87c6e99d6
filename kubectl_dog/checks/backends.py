"""Find Services of Ingresses and targets of autoscalers that do not exist, as notices."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import well_known_kind


def find_missing_backends(context: CheckContext, entry: Entry) -> Findings:
    """Yield notices about Services and ports that an Ingress needs and that do not exist."""
    for backend in dict.fromkeys(_backends(entry.object)):
        service, port = backend
        services = yield from context.list(SERVICES, entry.target.namespace, full=True)
        if services is None:
            continue
        if service not in services:
            yield f'its backend Service "{service}" does not exist'
        elif port and not _has_port(services[service], port):
            yield f'its backend Service "{service}" has no port {port}'


def _backends(ingress: Object) -> Iterator[tuple[str, str]]:
    """Yield names of Services with the number or name of their port."""
    spec = get_dict(ingress, 'spec')
    backends = [get_dict(spec, 'defaultBackend')]
    for rule in get_dicts(spec, 'rules'):
        backends += [get_dict(path, 'backend') for path in get_dicts(rule, 'http', 'paths')]
    for backend in backends:
        service = get_dict(backend, 'service')
        port = get_dict(service, 'port')
        if get_str(service, 'name'):
            yield get_str(service, 'name'), str(port.get('number') or port.get('name') or '')


def _has_port(service: Object, wanted: str) -> bool:
    if get_str(service, 'spec', 'type') == 'ExternalName':
        return True
    ports = get_dicts(service, 'spec', 'ports')
    return any(wanted in (str(port.get('port')), get_str(port, 'name')) for port in ports)


def find_missing_scale_target(context: CheckContext, entry: Entry) -> Findings:
    """Yield a notice if the target of a HorizontalPodAutoscaler does not exist."""
    reference = get_dict(entry.object, 'spec', 'scaleTargetRef')
    kind, name = get_str(reference, 'kind'), get_str(reference, 'name')
    # Other kinds need discovery.
    resource = well_known_kind(get_str(reference, 'apiVersion'), kind)
    if resource is None or not name:
        return
    answer = yield from context.get(resource, entry.target.namespace, name)
    if answer.status == 'missing':
        yield f'its target {kind} "{name}" does not exist'
