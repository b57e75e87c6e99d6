"""Causes of a missing certificate: the deepest object with a reason, and the chain as evidence.

https://cert-manager.io/docs/troubleshooting/, https://cert-manager.io/docs/usage/certificaterequest/
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import View
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import name
from kubectl_dog_cert_manager import chain as chains
from kubectl_dog_cert_manager.chain import Chain

CODES = (
    'IssuerMissing',
    'IssuerNotReady',
    'ChallengeFailed',
    'ChallengePending',
    'OrderFailed',
    'RequestDenied',
    'RequestInvalid',
    'RequestFailed',
    'CertificateExpired',
)

# Final states; cert-manager updates the next object of the chain within moments.
FINAL = ('invalid', 'errored', 'expired')
_FINAL_TOLERANCE = 5.0

# In seconds: an issuer may be applied together with the certificate, and register its account.
_ISSUER_TOLERANCE = 30.0
# The ingress controller takes seconds to serve a new path, and DNS minutes to spread.
_HTTP_TOLERANCE = 120.0
_DNS_TOLERANCE = 600.0


def find(view: View, chain: Chain) -> tuple[Cause, ...]:
    """The causes, each with the state of the whole chain as evidence."""
    causes = [*_issuer(view)]
    for challenge in chain.challenges:
        causes += _challenge(view, challenge)
    causes += _order(view, chain.order) if not causes else ()
    refused = refusal(view, chain.request) if not causes else None
    causes += (refused,) if refused is not None else ()
    return tuple(cause._replace(evidence=(*cause.evidence, *chain.summary)) for cause in causes)


def describe(obj: Object) -> str:
    """The command that shows details of an object."""
    namespace = get_str(obj, 'metadata', 'namespace')
    where = f' -n {namespace}' if namespace else ''
    return f'kubectl describe {get_str(obj, "kind").lower()}{where} {name(obj)}'


def _issuer(view: View) -> Iterator[Cause]:
    watch = chains.issuer_watch(view)
    if watch is None or watch not in view.objects_by_watch:
        return
    subject = f'{watch.resource.short}/{watch.fields.partition("=")[2]}'
    issuers = view.objects_of(watch)
    if not issuers:
        where = f' -n {watch.namespace}' if watch.namespace else ''
        yield Cause(
            code='IssuerMissing',
            reason='IssuerNotFound',
            subject=subject,
            message=f'its {subject} is not there',
            tolerance_seconds=_ISSUER_TOLERANCE,
            suggested_commands=(f'kubectl get {watch.resource.plural}{where}',),
        )
        return
    yield from issuer(issuers[0])


def issuer(obj: Object) -> Iterator[Cause]:
    """The cause of an issuer that is not ready."""
    ready = condition(obj, 'Ready')
    if not ready or ready.get('status') == 'True':
        return
    message = get_str(ready, 'message') or get_str(ready, 'reason')
    yield Cause(
        code='IssuerNotReady',
        reason=get_str(ready, 'reason') or 'NotReady',
        subject=chains.label(obj),
        message=f'{chains.label(obj)} is not ready: {message}',
        tolerance_seconds=_ISSUER_TOLERANCE,
        suggested_commands=(describe(obj),),
    )


def _challenge(view: View, challenge: Object) -> Iterator[Cause]:
    state, why = chains.state(challenge), get_str(challenge, 'status', 'reason')
    domain = get_str(challenge, 'spec', 'dnsName')
    if state in FINAL:
        yield Cause(
            code='ChallengeFailed',
            reason=state,
            subject=chains.label(challenge),
            message=f'the challenge for {domain} is {state}: {why or "no reason given"}',
            tolerance_seconds=_FINAL_TOLERANCE,
            suggested_commands=_commands(view, challenge),
        )
    elif state != 'valid' and why:
        is_dns = get_str(challenge, 'spec', 'type') == 'DNS-01'
        yield Cause(
            code='ChallengePending',
            reason=state or 'pending',
            subject=chains.label(challenge),
            message=f'the challenge for {domain} is not met: {why}',
            tolerance_seconds=_DNS_TOLERANCE if is_dns else _HTTP_TOLERANCE,
            suggested_commands=_commands(view, challenge),
        )


def _order(view: View, order: Object) -> Iterator[Cause]:
    state = chains.state(order)
    if state not in FINAL:
        return
    why = get_str(order, 'status', 'reason') or 'no reason given'
    yield Cause(
        code='OrderFailed',
        reason=state,
        subject=chains.label(order),
        message=f'{chains.label(order)} is {state}: {why}',
        tolerance_seconds=_FINAL_TOLERANCE,
        suggested_commands=_commands(view, order),
    )


def refusal(view: View, request: Object) -> Cause | None:
    """The cause of a request that will never be signed, or None."""
    ready = condition(request, 'Ready')
    ends = (
        ('RequestDenied', condition(request, 'Denied'), 'was denied'),
        ('RequestInvalid', condition(request, 'InvalidRequest'), 'is invalid'),
    )
    for code, cond, verb in ends:
        if cond.get('status') == 'True':
            return _refused(view, request, code, cond, verb)
    if get_str(ready, 'reason') in ('Failed', 'Denied'):
        return _refused(view, request, 'RequestFailed', ready, 'failed')
    return None


def _refused(view: View, request: Object, code: str, cond: Object, verb: str) -> Cause:
    return Cause(
        code=code,
        reason=get_str(cond, 'reason') or code,
        subject=chains.label(request),
        message=f'{chains.label(request)} {verb}: {get_str(cond, "message") or "no reason given"}',
        tolerance_seconds=_FINAL_TOLERANCE,
        suggested_commands=_commands(view, request),
    )


def _commands(view: View, obj: Object) -> tuple[str, ...]:
    commands = (describe(obj),)
    if get_str(view.object, 'kind') != 'Certificate':
        return commands
    return (*commands, status(view))


def status(view: View) -> str:
    """The command that shows the whole chain of a certificate."""
    return f'cmctl status certificate -n {view.target.namespace} {view.target.name}'


def is_approved(request: Object) -> bool:
    """Whether the request was approved; issuers ignore all others."""
    return condition(request, 'Approved').get('status') == 'True' or not get_dict(request, 'spec')
