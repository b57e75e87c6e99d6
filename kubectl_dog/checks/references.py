"""Find ConfigMaps, Secrets and keys that containers and volumes need, and that do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kubectl_dog.causes import configuration
from kubectl_dog.causes import secret_providers
from kubectl_dog.causes.configuration import ConfigurationFault
from kubectl_dog.checks.batch import Batch
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import is_custom

_VOLUME_WORDS = {'ConfigMap': 'config', 'Secret': 'secret'}
_RESOURCES = {'ConfigMap': CONFIGMAPS, 'Secret': SECRETS}
_FIELDS = {'configMap': 'ConfigMap', 'secret': 'Secret'}
# Its driver may create Secrets when it mounts a volume (SecretProviderClass.spec.secretObjects).
_SECRETS_STORE = 'secrets-store.csi.k8s.io'
# ConfigMaps that controllers create in every namespace.
_EVERYWHERE = ('kube-root-ca.crt', 'istio-ca-root-cert', 'openshift-service-ca.crt')
_SERVING_CERTIFICATES = (
    'service.beta.openshift.io/serving-cert-secret-name',
    'service.alpha.openshift.io/serving-cert-secret-name',
)


class _Reference(NamedTuple):
    """A needed object, or a key of it; `place` is a container, or a volume if `is_volume`."""

    kind: str
    name: str
    key: str
    place: str
    is_volume: bool = False


def find_missing(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the causes of missing ConfigMaps, Secrets and keys."""
    by_object: dict[tuple[str, str], list[_Reference]] = {}
    for reference in dict.fromkeys(_references(template.pod)):
        by_object.setdefault((reference.kind, reference.name), []).append(reference)
    for (kind, name), references in by_object.items():
        if kind == 'ConfigMap' and name in _EVERYWHERE:
            continue
        namespace, has_keys = template.target.namespace, any(part.key for part in references)
        answer = yield from context.get(_RESOURCES[kind], namespace, name, has_keys)
        if answer.status == 'missing':
            yield from _missing_object(context, template, references[0])
        elif answer.status == 'found':
            for reference in references:
                if reference.key and not _has_key(answer.objects[0], reference.key):
                    yield from _missing_key(context, template, reference)


def find_missing_pull_secrets(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield notices about missing image pull secrets, which the kubelet tolerates."""
    for reference in get_dicts(template.pod, 'spec', 'imagePullSecrets'):
        name = get_str(reference, 'name')
        if not name or _creator(context, template.target.namespace, name):
            continue
        answer = yield from context.get(SECRETS, template.target.namespace, name)
        if answer.status == 'missing':
            yield f'image pull secret "{name}" does not exist: private images cannot be pulled'


def _references(pod: Object) -> Iterator[_Reference]:
    for container in containers(pod):
        for source in get_dicts(container.spec, 'envFrom'):
            for field, kind in _FIELDS.items():
                yield from _reference(kind, get_dict(source, f'{field}Ref'), container.name)
        for variable in get_dicts(container.spec, 'env'):
            for field, kind in _FIELDS.items():
                source = get_dict(variable, 'valueFrom', f'{field}KeyRef')
                yield from _reference(kind, source, container.name)
    for volume in get_dicts(pod, 'spec', 'volumes'):
        place = get_str(volume, 'name')
        for source in (volume, *get_dicts(volume, 'projected', 'sources')):
            for field, kind in _FIELDS.items():
                yield from _volume_references(kind, get_dict(source, field), place)


def _reference(kind: str, source: Object, container: str) -> Iterator[_Reference]:
    name, key = get_str(source, 'name'), get_str(source, 'key')
    if name and source.get('optional') is not True:
        yield _Reference(kind, name, key, container)


def _volume_references(kind: str, source: Object, volume: str) -> Iterator[_Reference]:
    name = get_str(source, 'name') or get_str(source, 'secretName')
    if name and source.get('optional') is not True:
        keys = [get_str(item, 'key') for item in get_dicts(source, 'items')]
        for key in keys or ['']:
            yield _Reference(kind, name, key, volume, is_volume=True)


def _has_key(obj: Object, key: str) -> bool:
    return any(key in get_dict(obj, field) for field in ('data', 'stringData', 'binaryData'))


def _missing_object(
    context: CheckContext, template: PodTemplate, reference: _Reference
) -> Findings:
    kind, name = reference.kind, reference.name
    creator = _creator(context, template.target.namespace, name) if kind == 'Secret' else ''
    if creator:
        yield f'Secret "{name}" does not exist yet: {creator} in the files creates it'
        return
    cause = _cause(context, template, reference, f'{kind.lower()} "{name}" not found')
    if not (yield from context.read_evidence(cause)):
        return
    operator = context.batch.may_create(template.target.namespace, name)
    denied = [
        lookup.resource.kind
        for lookup in cause.lookups
        if is_custom(lookup.resource) and context.answers[lookup].status == 'denied'
    ]
    if cause.tolerance_seconds:
        yield f'{kind} "{name}" does not exist yet: {cause.evidence[-1]}'
    elif denied:
        creator = f'an object of kind {denied[0]}, which cannot be read,'
        yield f'Secret "{name}" does not exist yet; {creator} may create it'
    elif operator:
        yield f'{kind} "{name}" does not exist yet; the operator of {operator} may create it'
    elif kind == 'Secret' and _has_secrets_store(template.pod):
        yield f'Secret "{name}" does not exist yet; its secrets store volume may create it'
    else:
        yield cause


def _has_secrets_store(pod: Object) -> bool:
    drivers = [get_str(volume, 'csi', 'driver') for volume in get_dicts(pod, 'spec', 'volumes')]
    return _SECRETS_STORE in drivers


def _missing_key(context: CheckContext, template: PodTemplate, reference: _Reference) -> Findings:
    namespace, name, key = template.target.namespace, reference.name, reference.key
    resource = _RESOURCES[reference.kind]
    if name in context.batch.named(resource, namespace):
        # Other managers may own keys that the file does not have.
        answer = yield from context.current(resource, namespace, name)
        if answer.status == 'failed' or (
            answer.status == 'found' and _has_key(answer.objects[0], key)
        ):
            return
    message = (
        f'references non-existent {_VOLUME_WORDS[reference.kind]} key: {key}'
        if reference.is_volume
        else f"couldn't find key {key} in {reference.kind} {namespace}/{name}"
    )
    cause = _cause(context, template, reference, message)
    if (yield from context.read_evidence(cause)):
        yield cause._replace(recovering=False, tolerance_seconds=None)


def _cause(
    context: CheckContext, template: PodTemplate, reference: _Reference, message: str
) -> Cause:
    """Return the cause that a rollout has if the kubelet reports this message."""
    if reference.is_volume:
        message = f'MountVolume.SetUp failed for volume "{reference.place}" : {message}'
        fault = configuration.read_volume_message(template.pod, message)
        reason = 'FailedMount'
    else:
        fault = configuration.read_message(message, reference.place)
        reason = 'CreateContainerConfigError'
    # A name that is not valid fits no message of the kubelet.
    fault = fault or ConfigurationFault('InvalidConfig', reference.place, message)
    return configuration.cause_of(context.view(template.target), template.pod, fault, reason)


def _creator(context: CheckContext, namespace: str, secret: str) -> str:
    """Return the object of the batch whose controller creates a Secret; empty if there is none."""
    return _creators(context.batch).get((namespace, secret), '')


@lru_cache(maxsize=1)
def _creators(batch: Batch) -> dict[tuple[str, str], str]:
    """Return the objects that create Secrets, by namespaces and names of the Secrets."""
    creators: dict[tuple[str, str], str] = {}
    for entry in batch.served:
        annotations = get_dict(entry.object, 'metadata', 'annotations')
        annotated = (get_str(annotations, key) for key in _SERVING_CERTIFICATES)
        for secret in (secret_providers.created_secret(entry.object), *annotated):
            label = f'{entry.target.resource.kind} "{entry.target.name}"'
            creators.setdefault((entry.target.namespace, secret), label)
    return creators
