"""Certificate: ready when it is issued for this spec, and nothing is being issued.

https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateCondition,
https://cert-manager.io/docs/usage/certificate/#issuance-behavior
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import epoch
from kubectl_dog.tracker import format_duration
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog_cert_manager import causes
from kubectl_dog_cert_manager import chain as chains
from kubectl_dog_cert_manager.chain import Chain

codes = causes.CODES

_SEEN = 'cert-manager to see the change'

# An ACME order with DNS-01 may take this long, in seconds, without a word.
_PATIENCE = 1800.0

_EXPIRED = 30.0


def wants(view: View) -> Sequence[Watch]:
    """The chain and the issuer, unless it is issued and all is well."""
    if _is_issued(view.object or {}):
        return ()
    chain = chains.of_certificate(view)
    requests = Watch(chains.REQUESTS, view.target.namespace)
    return (requests, *chains.watches(view, chain))


def assess(view: View) -> Assessment:
    """By Issuing before Ready: what was issued before says nothing about what is issued now."""
    thing = view.object or {}
    if is_deleting(thing):
        return deleting(thing)
    chain = chains.of_certificate(view)
    judged = Assessment(
        State.PROGRESSING,
        pods=chain.pods,
        children=chain.children,
        min_stall_timeout=_PATIENCE,
        suggested_commands=(causes.status(view),),
    )
    ready, issuing = condition(thing, 'Ready'), condition(thing, 'Issuing')
    # An issuance that is on goes on where the spec changes: nothing but its end tells of that.
    is_on = issuing.get('status') == 'True'
    if not is_on and any(_is_behind(thing, one) for one in (ready, issuing)):
        return judged._replace(waits_for=_SEEN)
    return _by_conditions(view, judged, chain, ready, issuing)


def _by_conditions(
    view: View, judged: Assessment, chain: Chain, ready: Object, issuing: Object
) -> Assessment:
    if issuing.get('status') == 'True':
        found = causes.find(view, chain)
        return judged._replace(causes=found, waits_for=_issuance(chain, issuing))
    if issuing and not _is_of_the_past(view, ready, issuing):
        return _failed(view, judged, chain, issuing)
    if _has_expired(view):
        return judged._replace(causes=(_expired(view),), waits_for='it to be renewed')
    if ready.get('status') == 'True':
        return _ready(view, judged, issuing)
    return _not_yet(view, judged, chain, ready)


def _is_behind(thing: Object, told: Object) -> bool:
    seen = get_int(told, 'observedGeneration', default=-1)
    return -1 < seen < get_int(thing, 'metadata', 'generation')


def _is_issued(thing: Object) -> bool:
    ready = condition(thing, 'Ready')
    is_ready = ready.get('status') == 'True' and not _is_behind(thing, ready)
    return is_ready and not condition(thing, 'Issuing')


def _is_of_the_past(view: View, ready: Object, issuing: Object) -> bool:
    """Whether a renewal failed before this run, while what is there is still good."""
    failed_at = epoch(get_str(issuing, 'lastTransitionTime')) or 0.0
    is_before = view.is_snapshot or failed_at < view.run_history.started
    return ready.get('status') == 'True' and is_before


def _issuance(chain: Chain, issuing: Object) -> str:
    request = chain.request
    if request and not condition(request, 'Ready') and not causes.is_approved(request):
        return f'{chains.label(request)} to be approved'
    message = get_str(issuing, 'message') or get_str(issuing, 'reason')
    return f'its issuance ({message})' if message else 'its issuance'


def _failed(view: View, judged: Assessment, chain: Chain, issuing: Object) -> Assessment:
    """It is tried again, but no sooner than after an hour."""
    message = get_str(issuing, 'message') or 'the issuance failed'
    attempts = get_int(view.object, 'status', 'failedIssuanceAttempts')
    found = causes.find(view, chain)
    if attempts > 1:
        tried = (
            f'{attempts} issuances in a row have failed: the next one comes after an hour or more'
        )
        found = tuple(one._replace(evidence=(*one.evidence, tried)) for one in found)
    reason = get_str(issuing, 'reason') or 'Failed'
    return judged._replace(state=State.FAILED, reason=reason, message=message, causes=found)


def _has_expired(view: View) -> bool:
    ends = epoch(get_str(view.object, 'status', 'notAfter'))
    reason = get_str(condition(view.object or {}, 'Ready'), 'reason')
    is_over = ends is not None and ends <= view.now and not view.is_snapshot
    return reason == 'Expired' or is_over


def _expired(view: View) -> Cause:
    ends = get_str(view.object, 'status', 'notAfter')
    return Cause(
        code='CertificateExpired',
        reason='Expired',
        subject=view.target.name,
        message=f'it expired at {ends}, and nothing renews it' if ends else 'it has expired',
        tolerance_seconds=_EXPIRED,
        suggested_commands=(
            causes.status(view),
            f'cmctl renew -n {view.target.namespace} {view.target.name}',
        ),
    )


def _ready(view: View, judged: Assessment, issuing: Object) -> Assessment:
    notices = []
    if issuing:
        notices.append(
            f'could not be renewed: {get_str(issuing, "message")}.{_left(view)}'.replace('..', '.')
        )
    return judged._replace(state=State.READY, notices=tuple(notices), pods=())


def _left(view: View) -> str:
    told = get_str(view.object, 'status', 'notAfter')
    ends = epoch(told)
    if ends is None:
        return ''
    if view.is_snapshot:
        return f' It is good until {told}.'
    return f' It is good for {format_duration(ends - view.now)} more.'


def _not_yet(view: View, judged: Assessment, chain: Chain, ready: Object) -> Assessment:
    message = get_str(ready, 'message') or get_str(ready, 'reason')
    waits_for = f'its issuance ({message})' if message else 'cert-manager to tell its status'
    return judged._replace(causes=causes.find(view, chain), waits_for=waits_for)
