"""Assess a CertificateRequest: signed, or refused for good.

https://cert-manager.io/docs/usage/certificaterequest/#conditions
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog_cert_manager import causes
from kubectl_dog_cert_manager import chain as chains

codes = causes.CODES

_STALL_TIMEOUT = 1800.0


def wants(view: View) -> Sequence[Watch]:
    """Watch its order with its challenges and pods, and its issuer."""
    if condition(view.object or {}, 'Ready').get('status') == 'True':
        return ()
    chain = chains.of_request(view, view.object or {})
    return tuple(chains.watches(view, chain))


def assess(view: View) -> Assessment:
    """Assess by Ready; a request is immutable, so a failure is final."""
    obj = view.object or {}
    if is_deleting(obj):
        return deleting(obj)
    chain = chains.of_request(view, obj)
    ready = condition(obj, 'Ready')
    if ready.get('status') == 'True':
        return Assessment(State.READY)
    assessment = Assessment(
        State.PROGRESSING,
        pods=chain.pods,
        children=chain.children[1:],
        causes=causes.find(view, chain),
        min_stall_timeout=_STALL_TIMEOUT,
    )
    refused = causes.refusal(view, obj)
    if refused is not None:
        return assessment._replace(
            state=State.FAILED, reason=refused.reason, message=refused.message
        )
    if not ready and not causes.is_approved(obj):
        return assessment._replace(waits_for='its approval')
    message = get_str(ready, 'message') or get_str(ready, 'reason')
    return assessment._replace(waits_for=f'its issuer ({message})' if message else 'its issuer')
