"""Issuer and ClusterIssuer: ready when they say so of this spec.

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
    """By its only condition."""
    thing = view.object or {}
    if is_deleting(thing):
        return deleting(thing)
    ready = condition(thing, 'Ready')
    seen = get_int(ready, 'observedGeneration', default=-1)
    if -1 < seen < get_int(thing, 'metadata', 'generation'):
        return waiting('cert-manager to see the change')
    if ready.get('status') == 'True':
        return Assessment(State.READY)
    if not ready:
        return waiting('cert-manager to tell its status')
    found = tuple(causes.issuer(thing))
    return waiting('it to become ready')._replace(causes=found)
