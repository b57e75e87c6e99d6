"""Find volume claims that prevent a pod from being scheduled (family "volumes")."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import events_about_named
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.suggestions import with_existing_names
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

CLAIMS = Resource('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'pvc')
STORAGE_CLASSES = Resource(
    'storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', 'sc', namespaced=False
)

# A claim without a class, or of a class that does not exist, will not be bound by waiting: seconds.
UNRECOVERABLE_SECONDS = 30.0

_MISSING = lazy_compile(r'persistentvolumeclaim "(?P<claim>[^"]+)" not found')
_LOST = lazy_compile(
    r'persistentvolumeclaim "(?P<claim>[^"]+)" bound to non-existent persistentvolume "[^"]+"'
    r'|(?P<any>pvc\(s\) bound to non-existent pv\(s\))'
)
_DELETING = lazy_compile(r'persistentvolumeclaim "(?P<claim>[^"]+)" is being deleted')
_UNBOUND = lazy_compile(r'unbound immediate PersistentVolumeClaims|waiting for ephemeral volume')
_NO_CLASS = lazy_compile(
    r'no storage class is set|storageclass\S{0,253} "(?P<name>[^"]*)" not found'
)
_IS_DEFAULT = ('metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class')
# Reasons of the Kubernetes events that volume controllers write about a claim.
_PENDING_REASONS = ('FailedBinding', 'ProvisioningFailed', 'ExternalProvisioning')
_REASONS = (*_PENDING_REASONS, 'ProvisioningSucceeded', 'Provisioning', 'WaitForFirstConsumer')


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the claims of a pod that has no node."""
    if not is_waiting(view, pod):
        return
    scheduler_message = _scheduler_message(pod)
    missing, lost, deleting = (
        pattern.search(scheduler_message) for pattern in (_MISSING, _LOST, _DELETING)
    )
    if missing:
        yield missing_claim(view, pod, missing['claim'])
    elif lost:
        claim = lost['claim'] or ', '.join(sorted(_claims(pod)))
        message = f'{_label(claim)} is bound to a volume that does not exist'
        yield _cause(view, pod, 'VolumeMissing', claim, message)
    elif deleting:
        message = f'{_label(deleting["claim"])} is being deleted'
        yield _cause(view, pod, 'VolumeInvalid', deleting['claim'], message)
    else:
        yield from _pending_claims(view, pod)


def awaits_claims(pod: Object) -> bool:
    """Return whether Kubernetes events of the pod's claims may explain why it has no node."""
    return not get_str(pod, 'spec', 'nodeName') and bool(_claims(pod))


def is_waiting(view: View, pod: Object) -> bool:
    """Return whether the pod has no node because of its claims.

    A claim that waits for its first consumer delays the pod, and the pod's status does not say so:
    only the Kubernetes events of the claim do.
    """
    if get_str(pod, 'spec', 'nodeName'):
        return False
    message = _scheduler_message(pod)
    if message:
        return any(pattern.search(message) for pattern in (_MISSING, _LOST, _DELETING, _UNBOUND))
    return any(
        get_str(event, 'reason') in _PENDING_REASONS
        for event in _newest_claim_events(view, pod).values()
    )


def _scheduler_message(pod: Object) -> str:
    scheduled = condition(pod, 'PodScheduled')
    return message_of(scheduled) if scheduled.get('status') == 'False' else ''


def _claims(pod: Object) -> frozenset[str]:
    """Return the names of the pod's claims; that of an ephemeral volume is `<pod>-<volume>`."""
    named = {
        get_str(volume, 'persistentVolumeClaim', 'claimName')
        for volume in get_dicts(pod, 'spec', 'volumes')
    }
    ephemeral = {
        f'{name(pod)}-{get_str(volume, "name")}'
        for volume in get_dicts(pod, 'spec', 'volumes')
        if get_dict(volume, 'ephemeral')
    }
    return frozenset((named | ephemeral) - {''})


def _newest_claim_events(view: View, pod: Object) -> dict[str, Object]:
    """Map each claim to its newest Kubernetes event about binding."""
    claims = _claims(pod)
    if not claims:
        return {}
    events = events_about_named(view, 'PersistentVolumeClaim', claims)
    ordered = sorted(
        (event for event in events if event.get('reason') in _REASONS), key=last_seen_at
    )
    return {get_str(event, 'involvedObject', 'name'): event for event in ordered}


def _pending_claims(view: View, pod: Object) -> Iterator[Cause]:
    events = {
        claim: event
        for claim, event in _newest_claim_events(view, pod).items()
        if event.get('reason') in _PENDING_REASONS
    }
    if not events:
        claim = ', '.join(sorted(_claims(pod)))
        yield _cause(view, pod, 'PVCPending', claim, f'{_label(claim)} is not bound')
    for claim, event in events.items():
        yield pending_claim(view, pod, claim, get_str(event, 'reason'), event_message(event))


def pending_claim(view: View, pod: Object, claim: str, reason: str, message: str) -> Cause:
    """Return the cause of a claim that is not bound, for a message of the volume controllers."""
    cause = _cause(view, pod, 'PVCPending', claim, f'{_label(claim)} is not bound: {message}')
    no_class = _NO_CLASS.search(message)
    tolerance = UNRECOVERABLE_SECONDS if no_class else None
    cause = cause._replace(reason=reason, tolerance_seconds=tolerance)
    return _with_classes(view, cause, no_class['name'] or '') if no_class else cause


def _with_classes(view: View, cause: Cause, wanted: str) -> Cause:
    """Add the names of existing storage classes if the requested or default class is missing."""
    lookup = Lookup(STORAGE_CLASSES, '')
    cause = cause._replace(lookups=(lookup,))
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return cause
    names = sorted(name(storage_class) for storage_class in answer.objects)
    defaults = [
        storage_class
        for storage_class in answer.objects
        if get_str(storage_class, *_IS_DEFAULT) == 'true'
    ]
    if wanted or defaults:
        return with_existing_names(cause, 'StorageClass', wanted or name(defaults[0]), names, '')
    existing = f'is the default (existing: {", ".join(names)})' if names else 'exists'
    return cause._replace(evidence=(f'no StorageClass {existing}',))


def _label(claim: str) -> str:
    """Describe a claim in a sentence; several names are separated by commas."""
    if ',' not in claim:
        return f'PersistentVolumeClaim "{claim}"'
    return f'one of the PersistentVolumeClaims {claim}'


def _cause(view: View, pod: Object, code: str, claim: str, message: str) -> Cause:
    return Cause(
        code=code,
        reason=get_str(condition(pod, 'PodScheduled'), 'reason') or 'Pending',
        subject=claim,
        message=message,
        pods=(name(pod),),
        suggested_commands=(
            f'kubectl describe pvc -n {view.target.namespace} {claim.replace(",", "")}',
        ),
    )


def missing_claim(view: View, pod: Object, claim: str) -> Cause:
    """Return the cause of a pod whose claim does not exist."""
    lookup = Lookup(CLAIMS, view.target.namespace)
    message = f'{_label(claim)} does not exist'
    cause = _cause(view, pod, 'VolumeMissing', claim, message)._replace(
        lookups=(lookup,),
        suggested_commands=(f'kubectl get pvc -n {view.target.namespace}',),
    )
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return cause
    names = [name(obj) for obj in answer.objects]
    return with_existing_names(cause, 'PersistentVolumeClaim', claim, names)
