"""Assess an Issuer or ClusterIssuer by its Ready condition.

https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.IssuerCondition
"""

from __future__ import annotations

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import is_deleting
from kubectl_dog.tracker import waiting
from kubectl_dog_cert_manager import causes

codes = causes.CODES


def assess(view: View) -> Assessment:
    """Assess by Ready, if it describes the newest spec."""
    obj = view.object or {}
    if is_deleting(obj):
        return deleting(obj)
    ready = condition(obj, 'Ready')
    seen = get_int(ready, 'observedGeneration', default=-1)
    if -1 < seen < get_int(obj, 'metadata', 'generation'):
        return waiting('cert-manager to see the change')
    if ready.get('status') == 'True':
        return Assessment(State.READY)
    if not ready:
        return waiting('cert-manager to report a status')
    problems = tuple(causes.issuer(obj))
    return waiting('it to become ready')._replace(causes=problems)
