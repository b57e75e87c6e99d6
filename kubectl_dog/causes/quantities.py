"""Parse, sum and format Kubernetes quantities such as `500m` and `1Gi`."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.pods import containers

_QUANTITY = lazy_compile(
    r'((?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][0-9]{1,9})?)(m|k|[KMGTPE]i?)?'
)
_DECIMAL = {'m': 1e-3, '': 1.0, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'T': 1e12, 'P': 1e15, 'E': 1e18}
_BINARY = {'Ki': 2.0**10, 'Mi': 2.0**20, 'Gi': 2.0**30, 'Ti': 2.0**40, 'Pi': 2.0**50, 'Ei': 2.0**60}
_UNITS = {**_DECIMAL, **_BINARY}
# The API server caps larger quantities, too.
_MAXIMUM = 2.0**63


def requested(pod: Object, resource: str) -> str:
    """Return the total quantity of a resource that a pod's containers request, or empty."""
    requests = [
        (container.role, get_dict(container.spec, 'resources', 'requests').get(resource))
        for container in containers(pod)
    ]
    running = [str(amount) for role, amount in requests if role != 'init' and amount is not None]
    initializing = [
        str(amount) for role, amount in requests if role == 'init' and amount is not None
    ]
    overhead = get_dict(pod, 'spec', 'overhead').get(resource)
    if overhead is not None:
        running.append(str(overhead))
    if len(running) + len(initializing) == 1:
        return (running + initializing)[0]
    total = max([_sum(running), *map(value, initializing)])
    return format_amount(total, resource) if total else ''


def _sum(amounts: Iterable[str]) -> float:
    return sum(map(value, amounts))


def value(amount: str) -> float:
    """Return a quantity as a number, at most 2**63; 0 if the text is not a quantity."""
    match = _QUANTITY.fullmatch(amount)
    return min(_MAXIMUM, float(match[1]) * _UNITS[match[2] or '']) if match else 0.0


def format_amount(total: float, resource: str) -> str:
    """Return a number as a quantity of a resource."""
    if resource == 'cpu' and total != int(total):
        return f'{total * 1000:.0f}m'
    units = _BINARY.items() if resource in ('memory', 'ephemeral-storage') else ()
    for unit, size in reversed(list(units)):
        if total >= size and total % (size / 4) == 0:
            return f'{total / size:g}{unit}'
    return f'{total:g}' if total < 1e6 else f'{total:.0f}'
