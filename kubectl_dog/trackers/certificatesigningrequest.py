"""CertificateSigningRequest: approved by somebody, then signed by its signer."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import simple

wants = simple.no_wants


def assess(view: View) -> Assessment:
    """Denied and failed are final; without an approval it is up to a person."""
    request = view.object or {}
    early = simple.deleting_or_unobserved(view)
    if early is not None:
        return early
    for kind in ('Denied', 'Failed'):
        if condition(request, kind):
            message = f'was refused: {simple.condition_text(condition(request, kind))}'
            return simple.failed(kind, message)
    if not condition(request, 'Approved'):
        return simple.paused('Pending', 'is not approved: somebody has to approve or deny it')
    if not get_str(request, 'status', 'certificate'):
        signer = get_str(request, 'spec', 'signerName') or 'its signer'
        return simple.waiting(f'{signer} to sign it')
    return simple.ready()
