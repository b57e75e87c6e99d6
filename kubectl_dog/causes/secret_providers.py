"""What makes Secrets: while it is at work on one, its absence is not the end."""

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

# How long, in seconds, a Secret may be missing while something is making it.
PROVIDER_WORKING_SECONDS = 300.0


class _Provider(NamedTuple):
    """A kind that makes Secrets; `path` leads to the name of the Secret, else it has its own."""

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
_FAILS = lazy_compile('Error|Fail|Invalid|Denied')


def with_provider(view: View, cause: Cause, secret: str) -> Cause:
    """The cause of a missing Secret with what its provider, if it has one, is doing."""
    looks = [
        (Lookup(one.resource, view.target.namespace, full_object=True), one) for one in _PROVIDERS
    ]
    cause = cause._replace(lookups=(*cause.lookups, *(lookup for lookup, _ in looks)))
    for lookup, provider in looks:
        answer = view.answers.get(lookup)
        for thing in answer.objects if answer else ():
            if (get_str(thing, *provider.path) or name(thing)) == secret:
                return _told(cause, provider.resource.kind, thing)
    return cause


def _told(cause: Cause, kind: str, thing: Object) -> Cause:
    ill = next((one for one in get_dicts(thing, 'status', 'conditions') if _is_failing(one)), None)
    if ill is None:
        fact = f'{kind} {name(thing)} is at work on it'
        return cause._replace(
            evidence=(*cause.evidence, fact), tolerance_seconds=PROVIDER_WORKING_SECONDS
        )
    said = message_of(ill).strip().rstrip('.')
    fact = f'{kind} {name(thing)} cannot make it: {get_str(ill, "reason")}: {said}'.rstrip(': ')
    return cause._replace(evidence=(*cause.evidence, fact))


def _is_failing(condition: Object) -> bool:
    return condition.get('status') == 'False' and bool(_FAILS.search(get_str(condition, 'reason')))
