"""Tracker for PersistentVolumeClaims: ready when bound, or waiting for the first consumer."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

_RESIZE_ERRORS = ('ControllerResizeError', 'NodeResizeError')
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
    """Assess the phase; an unused claim is ready if its storage class waits for a consumer."""
    claim = view.object or {}
    phase = get_str(claim, 'status', 'phase')
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if phase == 'Lost':
        volume = get_str(claim, 'spec', 'volumeName')
        label = f'volume "{volume}"' if volume else 'its volume'
        return assessment_helpers.failed('Lost', f'is lost: {label} does not exist any more')
    if phase == 'Bound':
        return _assess_bound(claim)
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
            'is not bound until a pod uses it: its StorageClass has WaitForFirstConsumer',
            message='waits for a pod that uses it',
        )
    message = get_str(newest, 'message')
    return assessment_helpers.waiting(
        f'a volume: {message}' if message else 'a volume', get_str(newest, 'reason')
    )


def _assess_bound(claim: Object) -> Assessment:
    """Assess a bound claim: a resize is a notice, and an impossible resize is a cause."""
    statuses = get_dict(claim, 'status', 'allocatedResourceStatuses').values()
    errors = [condition(claim, kind) for kind in _RESIZE_ERRORS]
    error = next((entry for entry in errors if entry.get('status') == 'True'), {})
    if 'ControllerResizeInfeasible' in statuses or 'NodeResizeInfeasible' in statuses:
        details = get_str(error, 'message') or 'its volume cannot have the requested size'
        cause = Cause(
            code='VolumeInvalid',
            reason='ResizeInfeasible',
            subject=name(claim),
            message=f'the volume cannot be resized to {_requested(claim)}: {details}',
        )
        return assessment_helpers.waiting('its volume to be resized')._replace(causes=(cause,))
    return assessment_helpers.ready(_resize_notice(claim, error))


def _requested(claim: Object) -> str:
    return get_str(claim, 'spec', 'resources', 'requests', 'storage') or 'the requested size'


def _resize_notice(claim: Object, error: Object) -> str:
    if error:
        return f'cannot be resized so far: {assessment_helpers.condition_text(error)}'
    if assessment_helpers.is_true(claim, 'FileSystemResizePending'):
        return 'is resized when a pod that uses it restarts'
    if assessment_helpers.is_true(claim, 'Resizing'):
        return f'is being resized to {_requested(claim)}'
    return ''
