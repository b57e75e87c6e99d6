"""What a pod asks of a node: quantities such as `500m` and `1Gi`, summed and written again."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.pods import containers

_QUANTITY = lazy_compile(r'([0-9.]+(?:[eE][0-9]+)?)(m|k|[KMGTPE]i?)?')
_DECIMAL = {'m': 1e-3, '': 1.0, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'T': 1e12, 'P': 1e15, 'E': 1e18}
_BINARY = {'Ki': 2.0**10, 'Mi': 2.0**20, 'Gi': 2.0**30, 'Ti': 2.0**40, 'Pi': 2.0**50, 'Ei': 2.0**60}
_UNITS = {**_DECIMAL, **_BINARY}


def requested(pod: Object, resource: str) -> str:
    """What all containers of a pod together ask for of one resource; empty where nothing."""
    told = [
        (one.role, get_dict(one.spec, 'resources', 'requests').get(resource))
        for one in containers(pod)
    ]
    lasting = [str(amount) for role, amount in told if role != 'init' and amount is not None]
    passing = [str(amount) for role, amount in told if role == 'init' and amount is not None]
    overhead = get_dict(pod, 'spec', 'overhead').get(resource)
    if overhead is not None:
        lasting.append(str(overhead))
    if len(lasting) + len(passing) == 1:
        return (lasting + passing)[0]
    total = max([_sum(lasting), *(value(one) for one in passing)])
    return _written(total, resource) if total else ''


def _sum(amounts: Iterable[str]) -> float:
    return sum(value(one) for one in amounts)


def value(amount: str) -> float:
    """A quantity as a number; 0 for what is none."""
    match = _QUANTITY.fullmatch(amount)
    return float(match[1]) * _UNITS[match[2] or ''] if match else 0.0


def _written(total: float, resource: str) -> str:
    if resource == 'cpu' and total != int(total):
        return f'{total * 1000:.0f}m'
    units = _BINARY.items() if resource in ('memory', 'ephemeral-storage') else ()
    for unit, size in reversed(list(units)):
        if total >= size and total % (size / 4) == 0:
            return f'{total / size:g}{unit}'
    return f'{total:g}' if total < 1e6 else f'{total:.0f}'
