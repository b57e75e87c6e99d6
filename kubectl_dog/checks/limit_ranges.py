"""Compare resources of containers and claims with LimitRanges, by the rules of the API server."""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from kubectl_dog.causes import quantities
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.checks.refusals import refused
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Lookup

LIMIT_RANGES = Resource('', 'v1', 'limitranges', 'LimitRange', 'limits')
_LISTS = ('initContainers', 'containers')
Amounts = Mapping[str, str]


def find_violations(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the cause of a pod, or of a claim of a StatefulSet, that a LimitRange forbids."""
    ranges = yield from context.list(LIMIT_RANGES, template.target.namespace, full=True)
    pod = yield from with_defaults(context, template)
    if ranges is None:
        return
    limits = list(_limits(ranges.values()))
    faults = [fault for limit in limits for fault in _pod_faults(limit, pod)]
    if faults:
        subject = f'pods "{template.target.name}" is forbidden: '
        yield refused(context, template, subject + _joined(faults))
        return
    for claim in get_dicts(template.workload, 'spec', 'volumeClaimTemplates'):
        requests = _amounts(get_dict(claim, 'spec', 'resources', 'requests'))
        for limit in limits:
            if get_str(limit, 'type') == 'PersistentVolumeClaim':
                faults += _faults(limit, 'PersistentVolumeClaim', requests, {}, ('min', 'max'))
        if faults:
            subject = f'persistentvolumeclaims "{name(claim)}" is forbidden: '
            yield refused(context, template, subject + _joined(faults))
            return


def with_defaults(context: CheckContext, template: PodTemplate) -> Generator[Lookup, None, Object]:
    """Return the pod with the requests and limits that the server adds, as far as known."""
    ranges = yield from context.list(LIMIT_RANGES, template.target.namespace, full=True)
    return complete(template.pod, (ranges or {}).values())


def complete(pod: Object, ranges: Iterable[Object]) -> Object:
    """Return a copy of a pod with default requests and limits."""
    limits = [entry for entry in _limits(ranges) if get_str(entry, 'type') == 'Container']
    spec = dict(get_dict(pod, 'spec'))
    for field in _LISTS:
        if field in spec:
            spec[field] = [_complete(entry, limits) for entry in get_dicts(spec, field)]
    return {**pod, 'spec': spec}


def _complete(container: Object, limits: Iterable[Object]) -> Object:
    resources = get_dict(container, 'resources')
    limited = _amounts(get_dict(resources, 'limits'))
    requests = {**limited, **_amounts(get_dict(resources, 'requests'))}
    for entry in limits:
        # The API server completes a LimitRange in this way when it is created.
        default = {**_amounts(get_dict(entry, 'max')), **_amounts(get_dict(entry, 'default'))}
        least = {**_amounts(get_dict(entry, 'min')), **default}
        requests = {**least, **_amounts(get_dict(entry, 'defaultRequest')), **requests}
        limited = {**default, **limited}
    return {**container, 'resources': {'requests': requests, 'limits': limited}}


def _limits(ranges: Iterable[Object]) -> Iterator[Object]:
    for limit_range in ranges:
        yield from get_dicts(limit_range, 'spec', 'limits')


def _pod_faults(limit: Object, pod: Object) -> Iterator[str]:
    kind = get_str(limit, 'type')
    if kind == 'Container':
        for container in containers(pod):
            resources = get_dict(container.spec, 'resources')
            requests, limits = (
                _amounts(get_dict(resources, field)) for field in ('requests', 'limits')
            )
            yield from _faults(limit, kind, requests, limits)
    elif kind == 'Pod':
        yield from _faults(limit, kind, total(pod, 'requests'), total(pod, 'limits'))


def total(pod: Object, field: str) -> dict[str, str]:
    """Return the total requests or limits of a pod by resource."""
    if field == 'limits':
        pod = _limits_as_requests(pod)
    resources = {
        resource
        for container in containers(pod)
        for resource in get_dict(container.spec, 'resources', 'requests')
    }
    amounts = {resource: quantities.requested(pod, resource) for resource in resources}
    return {resource: amount for resource, amount in amounts.items() if amount}


def _limits_as_requests(pod: Object) -> Object:
    spec = dict(get_dict(pod, 'spec'))
    for field in _LISTS:
        if field in spec:
            spec[field] = [
                {**entry, 'resources': {'requests': get_dict(entry, 'resources', 'limits')}}
                for entry in get_dicts(spec, field)
            ]
    return {**pod, 'spec': spec}


def _faults(
    limit: Object,
    kind: str,
    requests: Amounts,
    limits: Amounts,
    fields: Iterable[str] = ('min', 'max', 'maxLimitRequestRatio'),
) -> Iterator[str]:
    for field in fields:
        for resource, amount in sorted(_amounts(get_dict(limit, field)).items()):
            request, most = requests.get(resource), limits.get(resource)
            if field == 'min':
                yield from _below(f'minimum {resource} usage per {kind} is', amount, request, most)
            elif field == 'max':
                is_claim = kind == 'PersistentVolumeClaim'
                most = request if is_claim else most
                yield from _above(
                    f'maximum {resource} usage per {kind} is', amount, request, most, is_claim
                )
            else:
                yield from _ratio(resource, kind, amount, request, most)


def _below(text: str, amount: str, request: str | None, limit: str | None) -> Iterator[str]:
    if request is None:
        yield f'{text} {amount}.  No request is specified'
        return
    for word, value in (('request', request), ('limit', limit)):
        if value is not None and quantities.value(value) < quantities.value(amount):
            yield f'{text} {amount}, but {word} is {value}'
            return


def _above(
    text: str, amount: str, request: str | None, limit: str | None, is_claim: bool
) -> Iterator[str]:
    if limit is None:
        yield f'{text} {amount}.  No limit is specified'
        return
    pairs = (('request', request),) if is_claim else (('limit', limit), ('request', request))
    for word, value in pairs:
        if value is not None and quantities.value(value) > quantities.value(amount):
            yield f'{text} {amount}, but {word} is {value}'
            return


def _ratio(
    resource: str, kind: str, amount: str, request: str | None, limit: str | None
) -> Iterator[str]:
    text = f'{resource} max limit to request ratio per {kind} is {amount}'
    least = quantities.value(request or '')
    if not least:
        yield f'{text}, but no request is specified or request is 0'
    elif limit is None:
        yield f'{text}, but no limit is specified or limit is 0'
    elif quantities.value(limit) / least > quantities.value(amount):
        yield f'{text}, but provided ratio is {quantities.value(limit) / least:.6f}'


def _amounts(values: Mapping[str, object]) -> dict[str, str]:
    """Return quantities as text; YAML may have them as numbers."""
    return {key: str(value) for key, value in values.items() if value is not None}


def _joined(faults: list[str]) -> str:
    return faults[0] if len(faults) == 1 else f'[{", ".join(faults)}]'
