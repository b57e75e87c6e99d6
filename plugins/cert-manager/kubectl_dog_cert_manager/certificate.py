"""Assess a Certificate: ready if it is issued for the newest spec and no issuance is running.

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

_CHANGE_UNSEEN = 'cert-manager to see the change'

# In seconds: an ACME order with DNS-01 may take this long without a status change.
_STALL_TIMEOUT = 1800.0

_EXPIRED_TOLERANCE = 30.0


def wants(view: View) -> Sequence[Watch]:
    """Watch the chain and the issuer, unless the certificate is issued."""
    if _is_issued(view.object or {}):
        return ()
    chain = chains.of_certificate(view)
    requests = Watch(chains.REQUESTS, view.target.namespace)
    return (requests, *chains.watches(view, chain))


def assess(view: View) -> Assessment:
    """Assess by Issuing, then by Ready: Ready may describe the certificate before."""
    obj = view.object or {}
    if is_deleting(obj):
        return deleting(obj)
    chain = chains.of_certificate(view)
    assessment = Assessment(
        State.PROGRESSING,
        pods=chain.pods,
        children=chain.children,
        min_stall_timeout=_STALL_TIMEOUT,
        suggested_commands=(causes.status(view),),
    )
    ready, issuing = condition(obj, 'Ready'), condition(obj, 'Issuing')
    # A running issuance continues after a change of the spec, and its conditions stay as they are.
    is_issuing = issuing.get('status') == 'True'
    if not is_issuing and any(_is_behind(obj, cond) for cond in (ready, issuing)):
        return assessment._replace(waits_for=_CHANGE_UNSEEN)
    return _by_conditions(view, assessment, chain, ready, issuing)


def _by_conditions(
    view: View, assessment: Assessment, chain: Chain, ready: Object, issuing: Object
) -> Assessment:
    if issuing.get('status') == 'True':
        problems = causes.find(view, chain)
        return assessment._replace(causes=problems, waits_for=_issuance(chain, issuing))
    if issuing and not _failed_before_this_run(view, ready, issuing):
        return _failed(view, assessment, chain, issuing)
    if _has_expired(view):
        return assessment._replace(causes=(_expired(view),), waits_for='it to be renewed')
    if ready.get('status') == 'True':
        return _ready(view, assessment, issuing)
    return _waiting_for_ready(view, assessment, chain, ready)


def _is_behind(obj: Object, cond: Object) -> bool:
    seen = get_int(cond, 'observedGeneration', default=-1)
    return -1 < seen < get_int(obj, 'metadata', 'generation')


def _is_issued(obj: Object) -> bool:
    ready = condition(obj, 'Ready')
    is_ready = ready.get('status') == 'True' and not _is_behind(obj, ready)
    return is_ready and not condition(obj, 'Issuing')


def _failed_before_this_run(view: View, ready: Object, issuing: Object) -> bool:
    """Whether a renewal failed before this run, and the certificate is still valid."""
    failed_at = epoch(get_str(issuing, 'lastTransitionTime')) or 0.0
    is_before = view.is_snapshot or failed_at < view.run_history.started
    return ready.get('status') == 'True' and is_before


def _issuance(chain: Chain, issuing: Object) -> str:
    request = chain.request
    if request and not condition(request, 'Ready') and not causes.is_approved(request):
        return f'{chains.label(request)} to be approved'
    message = get_str(issuing, 'message') or get_str(issuing, 'reason')
    return f'its issuance ({message})' if message else 'its issuance'


def _failed(view: View, assessment: Assessment, chain: Chain, issuing: Object) -> Assessment:
    """Failed at once: cert-manager tries again after an hour at the earliest."""
    message = get_str(issuing, 'message') or 'the issuance failed'
    attempts = get_int(view.object, 'status', 'failedIssuanceAttempts')
    problems = causes.find(view, chain)
    if attempts > 1:
        tried = (
            f'{attempts} issuances in a row have failed: the next one comes after an hour or more'
        )
        problems = tuple(cause._replace(evidence=(*cause.evidence, tried)) for cause in problems)
    reason = get_str(issuing, 'reason') or 'Failed'
    return assessment._replace(state=State.FAILED, reason=reason, message=message, causes=problems)


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
        tolerance_seconds=_EXPIRED_TOLERANCE,
        suggested_commands=(
            causes.status(view),
            f'cmctl renew -n {view.target.namespace} {view.target.name}',
        ),
    )


def _ready(view: View, assessment: Assessment, issuing: Object) -> Assessment:
    notices = []
    if issuing:
        notice = f'could not be renewed: {get_str(issuing, "message")}.{_remaining_validity(view)}'
        notices.append(notice.replace('..', '.'))
    return assessment._replace(state=State.READY, notices=tuple(notices), pods=())


def _remaining_validity(view: View) -> str:
    not_after = get_str(view.object, 'status', 'notAfter')
    ends = epoch(not_after)
    if ends is None:
        return ''
    if view.is_snapshot:
        return f' It is good until {not_after}.'
    return f' It is good for {format_duration(ends - view.now)} more.'


def _waiting_for_ready(
    view: View, assessment: Assessment, chain: Chain, ready: Object
) -> Assessment:
    message = get_str(ready, 'message') or get_str(ready, 'reason')
    waits_for = f'its issuance ({message})' if message else 'cert-manager to report a status'
    return assessment._replace(causes=causes.find(view, chain), waits_for=waits_for)
