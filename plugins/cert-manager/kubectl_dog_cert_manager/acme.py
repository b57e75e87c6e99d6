"""Assess an Order or a Challenge by the state that the ACME server reports.

https://cert-manager.io/docs/reference/api-docs/#acme.cert-manager.io/v1.State
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog_cert_manager import causes
from kubectl_dog_cert_manager import chain as chains
from kubectl_dog_cert_manager.chain import Chain

codes = causes.CODES

_STALL_TIMEOUT = 1800.0


def wants(view: View) -> Sequence[Watch]:
    """Watch the challenges of an order, and the pods that answer them."""
    if chains.state(view.object or {}) == 'valid':
        return ()
    return tuple(chains.watches(view, _chain(view)))


def assess(view: View) -> Assessment:
    """Assess by the state; cert-manager retries with a new object, so final states fail."""
    obj = view.object or {}
    if is_deleting(obj):
        return deleting(obj)
    state = chains.state(obj)
    if state == 'valid':
        return Assessment(State.READY)
    chain = _chain(view)
    assessment = Assessment(
        State.PROGRESSING,
        pods=chain.pods,
        children=chain.challenges if chain.order else (),
        causes=causes.find(view, chain),
        min_stall_timeout=_STALL_TIMEOUT,
        waits_for=f'the state {state or "pending"} to change',
    )
    if state in causes.FINAL:
        why = get_str(obj, 'status', 'reason') or 'no reason given'
        return assessment._replace(state=State.FAILED, reason=state, message=f'is {state}: {why}')
    return assessment


def _chain(view: View) -> Chain:
    obj = view.object or {}
    if get_str(obj, 'kind') == 'Order':
        return chains.of_order(view, obj)
    return chains.of_challenges(view, (obj,))
