"""Why a certificate is not issued: the deepest object that says so, with the chain as evidence.

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

# These states are final, and cert-manager tells the next object of the chain within moments.
FINAL = ('invalid', 'errored', 'expired')
_SOON = 5.0

# In seconds: an issuer may be applied together with the certificate, and register its account.
_ISSUER = 30.0
# The ingress controller takes seconds to serve a new path, and DNS minutes to spread.
_HTTP = 120.0
_DNS = 600.0


def find(view: View, chain: Chain) -> tuple[Cause, ...]:
    """The causes, each with the words of the object it is about."""
    found = [*_issuer(view)]
    for one in chain.challenges:
        found += _challenge(view, one)
    found += _order(view, chain.order) if not found else ()
    refused = refusal(view, chain.request) if not found else None
    found += (refused,) if refused is not None else ()
    return tuple(one._replace(evidence=(*one.evidence, *chain.words)) for one in found)


def describe(thing: Object) -> str:
    """The command that tells more of one of them."""
    namespace = get_str(thing, 'metadata', 'namespace')
    where = f' -n {namespace}' if namespace else ''
    return f'kubectl describe {get_str(thing, "kind").lower()}{where} {name(thing)}'


def _issuer(view: View) -> Iterator[Cause]:
    watch = chains.issuer_watch(view)
    if watch is None or watch not in view.objects_by_watch:
        return
    subject = f'{watch.resource.short}/{watch.fields.partition("=")[2]}'
    found = view.objects_of(watch)
    if not found:
        where = f' -n {watch.namespace}' if watch.namespace else ''
        yield Cause(
            code='IssuerMissing',
            reason='IssuerNotFound',
            subject=subject,
            message=f'its {subject} is not there',
            tolerance_seconds=_ISSUER,
            suggested_commands=(f'kubectl get {watch.resource.plural}{where}',),
        )
        return
    yield from issuer(found[0])


def issuer(thing: Object) -> Iterator[Cause]:
    """What an issuer says that is not ready."""
    ready = condition(thing, 'Ready')
    if not ready or ready.get('status') == 'True':
        return
    message = get_str(ready, 'message') or get_str(ready, 'reason')
    yield Cause(
        code='IssuerNotReady',
        reason=get_str(ready, 'reason') or 'NotReady',
        subject=chains.label(thing),
        message=f'{chains.label(thing)} is not ready: {message}',
        tolerance_seconds=_ISSUER,
        suggested_commands=(describe(thing),),
    )


def _challenge(view: View, thing: Object) -> Iterator[Cause]:
    state, why = chains.state(thing), get_str(thing, 'status', 'reason')
    domain = get_str(thing, 'spec', 'dnsName')
    if state in FINAL:
        yield Cause(
            code='ChallengeFailed',
            reason=state,
            subject=chains.label(thing),
            message=f'the challenge for {domain} is {state}: {why or "no reason given"}',
            tolerance_seconds=_SOON,
            suggested_commands=_remedies(view, thing),
        )
    elif state != 'valid' and why:
        is_dns = get_str(thing, 'spec', 'type') == 'DNS-01'
        yield Cause(
            code='ChallengePending',
            reason=state or 'pending',
            subject=chains.label(thing),
            message=f'the challenge for {domain} is not met: {why}',
            tolerance_seconds=_DNS if is_dns else _HTTP,
            suggested_commands=_remedies(view, thing),
        )


def _order(view: View, thing: Object) -> Iterator[Cause]:
    state = chains.state(thing)
    if state not in FINAL:
        return
    why = get_str(thing, 'status', 'reason') or 'no reason given'
    yield Cause(
        code='OrderFailed',
        reason=state,
        subject=chains.label(thing),
        message=f'{chains.label(thing)} is {state}: {why}',
        tolerance_seconds=_SOON,
        suggested_commands=_remedies(view, thing),
    )


def refusal(view: View, thing: Object) -> Cause | None:
    """Why a request will never be signed; None where that is open."""
    ready = condition(thing, 'Ready')
    ends = (
        ('RequestDenied', condition(thing, 'Denied'), 'was denied'),
        ('RequestInvalid', condition(thing, 'InvalidRequest'), 'is invalid'),
    )
    for code, told, verb in ends:
        if told.get('status') == 'True':
            return _ended(view, thing, code, told, verb)
    if get_str(ready, 'reason') in ('Failed', 'Denied'):
        return _ended(view, thing, 'RequestFailed', ready, 'failed')
    return None


def _ended(view: View, thing: Object, code: str, told: Object, verb: str) -> Cause:
    return Cause(
        code=code,
        reason=get_str(told, 'reason') or code,
        subject=chains.label(thing),
        message=f'{chains.label(thing)} {verb}: {get_str(told, "message") or "no reason given"}',
        tolerance_seconds=_SOON,
        suggested_commands=_remedies(view, thing),
    )


def _remedies(view: View, thing: Object) -> tuple[str, ...]:
    told = (describe(thing),)
    if get_str(view.object, 'kind') != 'Certificate':
        return told
    return (*told, status(view))


def status(view: View) -> str:
    """The command that tells all of a certificate."""
    return f'cmctl status certificate -n {view.target.namespace} {view.target.name}'


def is_approved(request: Object) -> bool:
    """Whether an approver let it pass: without, no issuer looks at it."""
    return condition(request, 'Approved').get('status') == 'True' or not get_dict(request, 'spec')
