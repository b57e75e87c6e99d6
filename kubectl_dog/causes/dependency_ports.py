"""Compare the ports of a connection, of a Service and of the containers behind it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.causes.endpoint_texts import REFUSED
from kubectl_dog.causes.endpoint_texts import TIMED_OUT
from kubectl_dog.causes.endpoint_texts import Endpoint
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import containers

_MAX_PORTS = 5


def unknown_port(service: Object, endpoint: Endpoint) -> str:
    """Return the ports of a Service that does not have the port of the endpoint, as text."""
    ports = [port.get('port') for port in get_dicts(service, 'spec', 'ports')]
    # In `db:42`, the number need not be a port.
    is_port = endpoint.is_certain or endpoint.problem in (REFUSED, TIMED_OUT)
    if not ports or not endpoint.port or endpoint.port in ports or not is_port:
        return ''
    return '' if _is_headless(service) else f'the Service has only {_list("the port", ports)}'


def missing_ports(service: Object, port: int, pods: Iterable[Object], label: str) -> Iterator[str]:
    """Yield a sentence if no container of the pods has the port to which a Service forwards.

    A container may listen on a port that it does not list, so that this is a fact, and no proof.
    """
    target = _port_entry(service, port).get('targetPort')
    listed = [
        entry
        for pod in pods
        for container in containers(pod)
        for entry in get_dicts(container.spec, 'ports')
    ]
    numbers = sorted({number for entry in listed if (number := get_int(entry, 'containerPort'))})
    if _is_headless(service) or not target:
        return
    if isinstance(target, str):
        if all(get_str(entry, 'name') != target for entry in listed):
            yield f'{label} forwards to port "{target}", but no container of its pods has this port'
    elif numbers and target not in numbers:
        known = _list('port', numbers)
        yield f'{label} forwards to port {target}, but the containers of its pods list {known}'


def target_port(service: Object, slices: Iterable[Object], port: int) -> int | None:
    """Return the port of the pods to which a Service forwards a port; None if it is unknown."""
    entry = _port_entry(service, port)
    if not entry:
        return None
    name = get_str(entry, 'name')
    numbers = {
        get_int(listed, 'port')
        for obj in slices
        for listed in get_dicts(obj, 'ports')
        if get_str(listed, 'name') == name
    }
    return (numbers.pop() or None) if len(numbers) == 1 else None


def _port_entry(service: Object, port: int) -> Object:
    """Return the entry of a port of a Service; without a port, that of the only one."""
    ports = get_dicts(service, 'spec', 'ports')
    if not port:
        return ports[0] if len(ports) == 1 else {}
    return next((entry for entry in ports if entry.get('port') == port), {})


def _is_headless(service: Object) -> bool:
    return get_str(service, 'spec', 'clusterIP') == 'None'


def _list(noun: str, ports: Sequence[object]) -> str:
    shown = ', '.join(map(str, ports[:_MAX_PORTS]))
    more = ', …' if len(ports) > _MAX_PORTS else ''
    return f'{noun}{"s" if len(ports) > 1 else ""} {shown}{more}'
