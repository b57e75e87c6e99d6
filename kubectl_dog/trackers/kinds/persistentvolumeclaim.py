"""The tracker of a PersistentVolumeClaim, which is bound or waits for its first consumer."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

_NODE = 'volume.kubernetes.io/selected-node'

# Reasons of the kube events of an unbound claim; the newest event has the current state.
_BINDING = (
    'WaitForFirstConsumer',
    'WaitForPodScheduled',
    'FailedBinding',
    'ExternalProvisioning',
    'Provisioning',
    'ProvisioningFailed',
)

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the phase; a claim without a consumer is ready if its class waits for one."""
    claim = view.object or {}
    phase = get_str(claim, 'status', 'phase')
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if phase == 'Lost':
        volume = get_str(claim, 'spec', 'volumeName') or 'its volume'
        return assessment_helpers.failed(
            'Lost', f'has lost {volume}: the volume does not exist any more'
        )
    if phase == 'Bound':
        return assessment_helpers.ready(_resize_notice(claim))
    return _assess_unbound(view, claim)


def _assess_unbound(view: View, claim: Object) -> Assessment:
    events = [
        event
        for event in view.kube_events_by_uid.get(uid(claim), ())
        if event.get('reason') in _BINDING
    ]
    newest = events[-1] if events else {}
    is_wanted = get_str(claim, 'metadata', 'annotations', _NODE)
    if newest.get('reason') == 'WaitForFirstConsumer' and not is_wanted:
        return assessment_helpers.ready(
            'is not bound until a pod uses it: its storage class has WaitForFirstConsumer',
            message='waits for its first consumer',
        )
    message = get_str(newest, 'message')
    return assessment_helpers.waiting(
        f'a volume: {message}' if message else 'a volume', get_str(newest, 'reason')
    )


def _resize_notice(claim: Object) -> str:
    if condition(claim, 'FileSystemResizePending').get('status') != 'True':
        return ''
    return 'grows to its new size once a pod that uses it is started again'
