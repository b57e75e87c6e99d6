"""All families over all pods: the same cause on many pods is one cause with a count."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.causes import configuration
from kubectl_dog.causes import container_start
from kubectl_dog.causes import image
from kubectl_dog.causes import init
from kubectl_dog.causes import probes
from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.views import View

_FAMILIES = (init.find, container_start.find, image.find, configuration.find, probes.find)


def of_pods(view: View, pods: Iterable[Object]) -> tuple[Cause, ...]:
    """What is wrong with these pods, merged by code and subject, the best explanation first."""
    merged: dict[tuple[str, str], Cause] = {}
    for pod in pods:
        for find in _FAMILIES:
            for cause in find(view, pod):
                known = merged.get(cause.key)
                merged[cause.key] = cause if known is None else _merge(known, cause)
    return tuple(sorted(merged.values(), key=rank))


def rank(cause: Cause) -> tuple[int, bool, int]:
    """Sort key: specific before general, standing before not, many pods before few."""
    return (CODES[cause.code].rank, not cause.standing, -len(cause.pods))


def _merge(one: Cause, other: Cause) -> Cause:
    """The worst pod's cause speaks for all."""
    worst, lesser = (one, other) if one.ends >= other.ends else (other, one)
    return worst._replace(
        pods=worst.pods + tuple(pod for pod in lesser.pods if pod not in worst.pods),
        standing=worst.standing or lesser.standing,
        healing=worst.healing and lesser.healing,
    )
