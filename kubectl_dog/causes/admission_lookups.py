"""Add evidence from lookups to the causes of refused pod creation."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from kubectl_dog.causes import quantities
from kubectl_dog.causes.admission_errors import AdmissionError
from kubectl_dog.causes.suggestions import with_existing_names
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

SERVICE_ACCOUNTS = Resource('', 'v1', 'serviceaccounts', 'ServiceAccount', 'sa')
RESOURCE_QUOTAS = Resource('', 'v1', 'resourcequotas', 'ResourceQuota', 'quota')
PRIORITY_CLASSES = Resource(
    'scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', 'pc', namespaced=False
)

# The URL by which the API server calls a webhook that is a service of the cluster.
_SERVICE = lazy_compile(r'https://([a-z0-9-]+)\.([a-z0-9-]+)\.svc[:/]')
# The webhook did not answer. A wrong answer (TLS, status) does not get better with an endpoint.
_UNREACHABLE = lazy_compile(
    r'connection refused|no endpoints available|not found|no such host|no route to host|i/o timeout'
    r'|deadline exceeded'
)


class _Reader(NamedTuple):
    """A lookup, and a function that adds its successful answer to a cause."""

    lookup: Lookup
    read: Callable[[Cause, Answer], Cause]


def with_lookup(view: View, cause: Cause, refusal: AdmissionError) -> Cause:
    """Return the cause with a lookup for more evidence, or with the evidence once it is there."""
    reader = _reader_for(view, refusal)
    if reader is None:
        return cause
    cause = cause._replace(lookups=(reader.lookup,))
    answer = view.answers.get(reader.lookup)
    return reader.read(cause, answer) if answer and answer.status == 'found' else cause


def _reader_for(view: View, refusal: AdmissionError) -> _Reader | None:
    namespace, subject = view.target.namespace, refusal.subject
    if refusal.code == 'QuotaExceeded':
        lookup = Lookup(RESOURCE_QUOTAS, namespace, subject, full_object=True)
        return _Reader(
            lookup, lambda cause, answer: _read_quota(cause, answer.objects[0], refusal.requested)
        )
    if refusal.code == 'ServiceAccountMissing':
        lookup = Lookup(SERVICE_ACCOUNTS, namespace)
        return _Reader(lookup, lambda cause, answer: _read_names(cause, answer, 'ServiceAccount'))
    if refusal.code == 'PriorityClassMissing':
        lookup = Lookup(PRIORITY_CLASSES, '')
        return _Reader(lookup, lambda cause, answer: _read_names(cause, answer, 'PriorityClass'))
    service = _SERVICE.search(refusal.sentence) if refusal.code == 'WebhookUnreachable' else None
    if service is None:
        return None
    labels = f'kubernetes.io/service-name={service[1]}'
    lookup = Lookup(ENDPOINTSLICES, service[2], labels=labels, full_object=True)
    return _Reader(lookup, lambda cause, answer: _read_endpoints(cause, answer, service[1]))


def _with_evidence(cause: Cause, fact: str, recovering: bool = False) -> Cause:
    cause = cause._replace(evidence=(*cause.evidence, fact))
    return cause._replace(recovering=True) if recovering else cause


def _read_names(cause: Cause, answer: Answer, kind: str) -> Cause:
    names = [name(obj) for obj in answer.objects]
    where = ' in the namespace' if kind == 'ServiceAccount' else ''
    return with_existing_names(cause, kind, cause.subject, names, where)


def _read_quota(cause: Cause, quota: Object, requested: Mapping[str, str]) -> Cause:
    """Add the current use of the quota; if the quota has room, mark the cause as recovering."""
    hard, used = get_dict(quota, 'status', 'hard'), get_dict(quota, 'status', 'used')
    usage = [
        f'{used.get(resource, 0)} of {hard.get(resource, "unlimited")} {resource}'
        for resource in requested
    ]
    has_room = all(
        resource not in hard
        or quantities.value(str(used.get(resource, 0))) + quantities.value(requested[resource])
        <= quantities.value(str(hard[resource]))
        for resource in requested
    )
    room = '; a new pod fits now' if has_room else ''
    return _with_evidence(cause, f'used now: {", ".join(usage)}{room}', recovering=has_room)


def _read_endpoints(cause: Cause, answer: Answer, service: str) -> Cause:
    """Add whether the service of the webhook has ready endpoints."""
    endpoints = [
        endpoint
        for endpoint_slice in answer.objects
        for endpoint in get_dicts(endpoint_slice, 'endpoints')
    ]
    ready = [
        endpoint
        for endpoint in endpoints
        if get_dict(endpoint, 'conditions').get('ready') is not False
    ]
    namespace = get_dict(answer.objects[0], 'metadata').get('namespace') if answer.objects else ''
    label = f'Service "{namespace}/{service}"' if namespace else f'Service "{service}"'
    if ready:
        fact = f'{label} of the webhook has {count_noun(len(ready), "ready endpoint")} now'
        return _with_evidence(cause, fact, recovering=bool(_UNREACHABLE.search(cause.message)))
    return _with_evidence(cause, f'{label} of the webhook has no ready endpoint')
