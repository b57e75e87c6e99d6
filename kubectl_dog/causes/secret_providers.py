"""Add the state of the operator that creates a missing Secret to its cause."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

# Seconds that a Secret may be missing while a provider is creating it.
PROVIDER_WORKING_SECONDS = 300.0


class _Provider(NamedTuple):
    """A kind of object whose operator creates Secrets.

    - `path`: where the name of the Secret is; without a value there, it is the name of the object.
    """

    resource: Resource
    path: tuple[str, ...]


_PROVIDERS = (
    # https://external-secrets.io/latest/api/externalsecret/
    _Provider(
        Resource('external-secrets.io', 'v1', 'externalsecrets', 'ExternalSecret', 'es'),
        ('spec', 'target', 'name'),
    ),
    # The same where the operator is older than 0.17.
    _Provider(
        Resource('external-secrets.io', 'v1beta1', 'externalsecrets', 'ExternalSecret', 'es'),
        ('spec', 'target', 'name'),
    ),
    # https://github.com/bitnami-labs/sealed-secrets: the Secret has the name of the template
    _Provider(
        Resource('bitnami.com', 'v1alpha1', 'sealedsecrets', 'SealedSecret', 'sealedsecret'),
        ('spec', 'template', 'metadata', 'name'),
    ),
    # https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec
    _Provider(
        Resource('cert-manager.io', 'v1', 'certificates', 'Certificate', 'cert'),
        ('spec', 'secretName'),
    ),
)
_FAILURE = lazy_compile('Error|Fail|Invalid|Denied')


def created_secret(obj: Object) -> str:
    """Return the name of the Secret that the operator of an object creates, or an empty string."""
    group = get_str(obj, 'apiVersion').rpartition('/')[0]
    for provider in _PROVIDERS:
        if (group, get_str(obj, 'kind')) == (provider.resource.group, provider.resource.kind):
            return get_str(obj, *provider.path) or name(obj)
    return ''


def with_provider(view: View, cause: Cause, secret: str) -> Cause:
    """Return the cause of a missing Secret with the state of its provider, if it has one."""
    lookups = [
        (Lookup(provider.resource, view.target.namespace, full_object=True), provider)
        for provider in _PROVIDERS
    ]
    cause = cause._replace(lookups=(*cause.lookups, *(lookup for lookup, _ in lookups)))
    for lookup, provider in lookups:
        answer = view.answers.get(lookup)
        for obj in answer.objects if answer else ():
            if (get_str(obj, *provider.path) or name(obj)) == secret:
                return _with_provider_state(cause, provider.resource.kind, obj)
    return cause


def _with_provider_state(cause: Cause, kind: str, obj: Object) -> Cause:
    failing = next(filter(_is_failing, get_dicts(obj, 'status', 'conditions')), None)
    if failing is None:
        fact = f'{kind} "{name(obj)}" is creating it'
        return cause._replace(
            evidence=(*cause.evidence, fact), tolerance_seconds=PROVIDER_WORKING_SECONDS
        )
    message = message_of(failing).strip().rstrip('.')
    fact = f'{kind} "{name(obj)}" cannot create it: {get_str(failing, "reason")}: {message}'.rstrip(
        ': '
    )
    return cause._replace(evidence=(*cause.evidence, fact))


def _is_failing(condition: Object) -> bool:
    return condition.get('status') == 'False' and bool(
        _FAILURE.search(get_str(condition, 'reason'))
    )
