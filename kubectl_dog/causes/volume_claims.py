"""Family «volumes», first half: the claims that a pod waits for before it gets a node."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import events_about_named
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.suggestions import similar_names_sentence
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
# What the volume controllers say of a claim, in either direction.
_PENDING = ('FailedBinding', 'ProvisioningFailed', 'ExternalProvisioning')
_SAID = (*_PENDING, 'ProvisioningSucceeded', 'Provisioning', 'WaitForFirstConsumer')


def find(view: View, pod: Object) -> Iterator[Cause]:
    """What is wrong with the claims of a pod that has no node."""
    if not is_waiting(view, pod):
        return
    said = _scheduler(pod)
    missing, lost, going = (sign.search(said) for sign in (_MISSING, _LOST, _DELETING))
    if missing:
        yield _missing(view, pod, missing['claim'])
    elif lost:
        claim = lost['claim'] or ', '.join(sorted(_claims(pod)))
        message = f'volume claim {claim} is bound to a volume that does not exist'
        yield _cause(view, pod, 'VolumeMissing', claim, message)
    elif going:
        message = f'volume claim {going["claim"]} is being deleted'
        yield _cause(view, pod, 'VolumeInvalid', going['claim'], message)
    else:
        yield from _pending(view, pod)


def awaits_claims(pod: Object) -> bool:
    """Whether the kube events of its claims may tell why it has no node."""
    return not get_str(pod, 'spec', 'nodeName') and bool(_claims(pod))


def is_waiting(view: View, pod: Object) -> bool:
    """Whether it has no node because of its claims. A claim that waits for its first consumer
    holds the pod back without a word in the pod: then the claim's own kube events tell.
    """
    if get_str(pod, 'spec', 'nodeName'):
        return False
    said = _scheduler(pod)
    if said:
        return any(sign.search(said) for sign in (_MISSING, _LOST, _DELETING, _UNBOUND))
    return any(get_str(one, 'reason') in _PENDING for one in _last_words(view, pod).values())


def _scheduler(pod: Object) -> str:
    told = condition(pod, 'PodScheduled')
    return message_of(told) if told.get('status') == 'False' else ''


def _claims(pod: Object) -> frozenset[str]:
    """The names of its claims; that of an ephemeral volume is made of the pod's and its own."""
    named = {
        get_str(one, 'persistentVolumeClaim', 'claimName')
        for one in get_dicts(pod, 'spec', 'volumes')
    }
    made = {
        f'{name(pod)}-{get_str(one, "name")}'
        for one in get_dicts(pod, 'spec', 'volumes')
        if get_dict(one, 'ephemeral')
    }
    return frozenset((named | made) - {''})


def _last_words(view: View, pod: Object) -> dict[str, Object]:
    """Per claim, the last kube event that tells whether it is bound."""
    wanted = _claims(pod)
    if not wanted:
        return {}
    events = events_about_named(view, 'PersistentVolumeClaim', wanted)
    ordered = sorted((one for one in events if one.get('reason') in _SAID), key=last_seen_at)
    return {get_str(one, 'involvedObject', 'name'): one for one in ordered}


def _pending(view: View, pod: Object) -> Iterator[Cause]:
    told = {
        claim: event
        for claim, event in _last_words(view, pod).items()
        if event.get('reason') in _PENDING
    }
    if not told:
        claim = ', '.join(sorted(_claims(pod)))
        yield _cause(view, pod, 'PVCPending', claim, f'volume claim {claim} is not bound')
    for claim, event in told.items():
        said = event_message(event)
        message = f'volume claim {claim} is not bound: {said}'
        cause = _cause(view, pod, 'PVCPending', claim, message)
        without = _NO_CLASS.search(said)
        hopeless = UNRECOVERABLE_SECONDS if without else None
        cause = cause._replace(reason=get_str(event, 'reason'), tolerance_seconds=hopeless)
        yield _with_classes(view, cause, without['name'] or '') if without else cause


def _with_classes(view: View, cause: Cause, wanted: str) -> Cause:
    """What storage classes there are, where the one that is wanted (or a default) is not."""
    lookup = Lookup(STORAGE_CLASSES, '')
    cause = cause._replace(lookups=(lookup,))
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return cause
    names = sorted(name(one) for one in answer.objects)
    defaults = [one for one in answer.objects if get_str(one, *_IS_DEFAULT) == 'true']
    if wanted in names or (not wanted and defaults):
        there = wanted or name(defaults[0])
        return cause._replace(recovering=True, evidence=(f'storage class {there} exists now',))
    if wanted:
        return cause._replace(
            evidence=(similar_names_sentence('storage class', wanted, names, ''),)
        )
    there = f'none is the default, there are {", ".join(names)}' if names else 'there is none'
    return cause._replace(evidence=(f'storage classes: {there}',))


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


def _missing(view: View, pod: Object, claim: str) -> Cause:
    lookup = Lookup(CLAIMS, view.target.namespace)
    message = f'volume claim "{claim}" (PVC) does not exist (not found)'
    cause = _cause(view, pod, 'VolumeMissing', claim, message)._replace(
        lookups=(lookup,),
        suggested_commands=(f'kubectl get pvc -n {view.target.namespace}',),
    )
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return cause
    names = [name(one) for one in answer.objects]
    if claim in names:
        return cause._replace(recovering=True, evidence=(f'volume claim {claim} exists now',))
    return cause._replace(evidence=(similar_names_sentence('volume claim', claim, names),))
