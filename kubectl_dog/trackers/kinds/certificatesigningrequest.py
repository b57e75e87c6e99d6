"""Tracker for CertificateSigningRequests, which are approved manually and then signed."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the conditions; without an approval or denial the request is paused."""
    request = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    for kind, outcome in (('Denied', 'was denied'), ('Failed', 'has failed')):
        if condition(request, kind):
            message = f'{outcome}: {assessment_helpers.condition_text(condition(request, kind))}'
            return assessment_helpers.failed(kind, message)
    if not condition(request, 'Approved'):
        return assessment_helpers.paused(
            'Pending', 'is not approved: approve or deny it with "kubectl certificate"'
        )
    if not get_str(request, 'status', 'certificate'):
        signer = get_str(request, 'spec', 'signerName')
        label = f'signer "{signer}"' if signer else 'its signer'
        return assessment_helpers.waiting(f'{label} to issue the certificate')
    return assessment_helpers.ready()
