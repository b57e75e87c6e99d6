"""Order and Challenge: by the state that the ACME server tells.

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

_PATIENCE = 1800.0


def wants(view: View) -> Sequence[Watch]:
    """The challenges of an order, and the pods that answer them."""
    if chains.state(view.object or {}) == 'valid':
        return ()
    return tuple(chains.watches(view, _chain(view)))


def assess(view: View) -> Assessment:
    """A state that is final stays so: what is tried again is another object."""
    thing = view.object or {}
    if is_deleting(thing):
        return deleting(thing)
    state = chains.state(thing)
    if state == 'valid':
        return Assessment(State.READY)
    chain = _chain(view)
    judged = Assessment(
        State.PROGRESSING,
        pods=chain.pods,
        children=chain.challenges if chain.order else (),
        causes=causes.find(view, chain),
        min_stall_timeout=_PATIENCE,
        waits_for=f'the state {state or "pending"} to pass',
    )
    if state in causes.FINAL:
        why = get_str(thing, 'status', 'reason') or 'no reason given'
        return judged._replace(state=State.FAILED, reason=state, message=f'is {state}: {why}')
    return judged


def _chain(view: View) -> Chain:
    thing = view.object or {}
    if get_str(thing, 'kind') == 'Order':
        return chains.of_order(view, thing)
    return chains.of_challenges(view, (thing,))
