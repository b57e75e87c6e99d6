"""Family «creation»: what one more look tells about a refusal."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.causes import quantities
from kubectl_dog.causes.admission_errors import AdmissionError
from kubectl_dog.causes.suggestions import similar_names_sentence
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
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

# How the API server calls a webhook that is a service: by its name in the cluster.
_SERVICE = lazy_compile(r'https://([a-z0-9-]+)\.([a-z0-9-]+)\.svc[:/]')
# Nobody answered; an answer that is wrong (TLS, status) will be wrong again.
_NOBODY = lazy_compile(
    r'connection refused|no endpoints available|not found|no such host|no route to host|i/o timeout'
    r'|deadline exceeded'
)


class _Look(NamedTuple):
    """A look, and what an answer in which something was found says about the cause."""

    lookup: Lookup
    read: Callable[[Cause, Answer], Cause]


def with_lookup(view: View, cause: Cause, refusal: AdmissionError) -> Cause:
    """The cause with the look that would tell more, and what it told."""
    look = _look(view, refusal)
    if look is None:
        return cause
    cause = cause._replace(lookups=(look.lookup,))
    answer = view.answers.get(look.lookup)
    return look.read(cause, answer) if answer and answer.status == 'found' else cause


def _look(view: View, refusal: AdmissionError) -> _Look | None:
    namespace, subject = view.target.namespace, refusal.subject
    if refusal.code == 'QuotaExceeded':
        lookup = Lookup(RESOURCE_QUOTAS, namespace, subject, full_object=True)
        return _Look(
            lookup, lambda cause, answer: _quota(cause, answer.objects[0], refusal.requested)
        )
    if refusal.code == 'ServiceAccountMissing':
        lookup = Lookup(SERVICE_ACCOUNTS, namespace)
        return _Look(lookup, lambda cause, answer: _names(cause, answer, 'service account'))
    if refusal.code == 'PriorityClassMissing':
        lookup = Lookup(PRIORITY_CLASSES, '')
        return _Look(lookup, lambda cause, answer: _names(cause, answer, 'PriorityClass'))
    called = _SERVICE.search(refusal.sentence) if refusal.code == 'WebhookUnreachable' else None
    if called is None:
        return None
    labels = f'kubernetes.io/service-name={called[1]}'
    lookup = Lookup(ENDPOINTSLICES, called[2], labels=labels, full_object=True)
    return _Look(lookup, lambda cause, answer: _service(cause, answer, called[1]))


def _tell(cause: Cause, fact: str, healing: bool = False) -> Cause:
    cause = cause._replace(evidence=(*cause.evidence, fact))
    return cause._replace(recovering=True) if healing else cause


def _names(cause: Cause, answer: Answer, kind: str) -> Cause:
    names = [name(one) for one in answer.objects]
    if cause.subject in names:
        return _tell(cause, f'{kind} {cause.subject} exists now', healing=True)
    where = ' in the namespace' if kind == 'service account' else ''
    return _tell(cause, similar_names_sentence(kind, cause.subject, names, where))


def _quota(cause: Cause, quota: Object, asked: Mapping[str, str]) -> Cause:
    """What is left of the quota now; where it has room, the controller has yet to notice."""
    hard, used = get_dict(quota, 'status', 'hard'), get_dict(quota, 'status', 'used')
    told = [f'{used.get(each, 0)} of {hard.get(each, "any")} {each}' for each in asked]
    has_room = all(
        each not in hard
        or quantities.value(str(used.get(each, 0))) + quantities.value(asked[each])
        <= quantities.value(str(hard[each]))
        for each in asked
    )
    room = ', so that there is room now' if has_room else ''
    return _tell(cause, f'in use at this moment: {", ".join(told)}{room}', healing=has_room)


def _service(cause: Cause, answer: Answer, service: str) -> Cause:
    """Whether anything stands behind the service that the webhook is called by."""
    endpoints = [one for each in answer.objects for one in get_dicts(each, 'endpoints')]
    ready = [one for one in endpoints if get_dict(one, 'conditions').get('ready') is not False]
    namespace = get_dict(answer.objects[0], 'metadata').get('namespace') if answer.objects else ''
    where = f'service {namespace}/{service}' if namespace else f'service {service}'
    if ready:
        fact = f'{where}, by which it is called, has {count_noun(len(ready), "ready endpoint")} now'
        return _tell(cause, fact, healing=bool(_NOBODY.search(cause.message)))
    return _tell(cause, f'{where}, by which it is called, has no ready endpoint')
