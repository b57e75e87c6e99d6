"""Find volume claims and storage classes that do not exist."""

from __future__ import annotations

from kubectl_dog.causes import volume_claims
from kubectl_dog.causes.volume_claims import CLAIMS
from kubectl_dog.causes.volume_claims import STORAGE_CLASSES
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource

VOLUMES = Resource('', 'v1', 'persistentvolumes', 'PersistentVolume', 'pv', namespaced=False)
_DEFAULT_CLASS = (
    'storageclass.kubernetes.io/is-default-class',
    'storageclass.beta.kubernetes.io/is-default-class',
)
_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'


def find_missing_claims(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the causes of claims that do not exist."""
    namespace = template.target.namespace
    for volume in get_dicts(template.pod, 'spec', 'volumes'):
        claim = get_str(volume, 'persistentVolumeClaim', 'claimName')
        if not claim:
            continue
        claims = yield from context.list(CLAIMS, namespace)
        if claims is None or claim in claims or _is_created(context, namespace, claim):
            continue
        cause = volume_claims.missing_claim(context.view(template.target), template.pod, claim)
        yield cause._replace(reason='')


def _is_created(context: CheckContext, namespace: str, claim: str) -> bool:
    """Return whether a StatefulSet of the batch creates a claim."""
    for entry in context.batch.entries:
        if entry.target.resource.key == 'StatefulSet.apps' and entry.target.namespace == namespace:
            for template in get_dicts(entry.object, 'spec', 'volumeClaimTemplates'):
                prefix = f'{name(template)}-{entry.target.name}-'
                if claim.startswith(prefix) and claim[len(prefix) :].isdigit():
                    return True
    return False


def find_class_of_claim(context: CheckContext, entry: Entry) -> Findings:
    """Yield the cause of a claim without a StorageClass."""
    # The spec of an existing claim does not change any more.
    current = yield from context.current(CLAIMS, entry.target.namespace, entry.target.name, False)
    if current.status == 'missing':
        yield from _check_class(context, entry, entry.object)


def find_classes_of_templates(context: CheckContext, entry: Entry) -> Findings:
    """Yield the causes of claims of a StatefulSet without a StorageClass."""
    for template in get_dicts(entry.object, 'spec', 'volumeClaimTemplates'):
        first = f'{name(template)}-{entry.target.name}-0'
        claims = yield from context.list(CLAIMS, entry.target.namespace)
        if claims is not None and first not in claims:
            yield from _check_class(context, entry, {**template, 'metadata': {'name': first}})


def _check_class(context: CheckContext, entry: Entry, claim: Object) -> Findings:
    spec = get_dict(claim, 'spec')
    if get_str(spec, 'volumeName'):
        return
    wanted = _class_of(claim)
    classes = yield from context.list(STORAGE_CLASSES, '')
    if classes is None:
        return
    if wanted is None:
        exists = any(_is_default(storage_class) for storage_class in classes.values())
    else:
        exists = wanted in classes
    if exists:
        return
    volumes = yield from context.list(VOLUMES, '', full=True)
    if volumes is None:
        yield f'{_describe(claim, wanted)}, and volumes cannot be read'
        return
    if any(
        get_str(volume, 'spec', 'storageClassName') == (wanted or '') for volume in volumes.values()
    ):
        yield f'{_describe(claim, wanted)}: it needs an existing volume'
        return
    message = 'no persistent volumes available for this claim and no storage class is set'
    reason = 'FailedBinding'
    if wanted:
        message = f'storageclass.storage.k8s.io "{wanted}" not found'
        reason = 'ProvisioningFailed'
    cause = volume_claims.pending_claim(
        context.view(entry.target), entry.object, name(claim), reason, message
    )
    yield cause


def _class_of(claim: Object) -> str | None:
    """Return the class that a claim asks for, which may be ''; None for the default class."""
    annotation = get_dict(claim, 'metadata', 'annotations').get(_CLASS_ANNOTATION)
    wanted = get_dict(claim, 'spec').get('storageClassName', annotation)
    return wanted if isinstance(wanted, str) else None


def _is_default(storage_class: Object) -> bool:
    annotations = get_dict(storage_class, 'metadata', 'annotations')
    return any(annotations.get(key) == 'true' for key in _DEFAULT_CLASS)


def _describe(claim: Object, wanted: str | None) -> str:
    if wanted:
        return f'StorageClass "{wanted}" of claim "{name(claim)}" does not exist'
    return f'claim "{name(claim)}" has no StorageClass, and there is no default'
