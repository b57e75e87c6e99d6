"""Find images that cannot be pulled (family "image")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.views import View

_FINAL_REASONS = {'InvalidImageName': 'InvalidImageName', 'ErrImageNeverPull': 'ImageNeverPull'}
_PULL_REASONS = ('ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'ImageInspectError')

# Messages of registries, the most specific first: a rate limit also says "denied", and a name that
# does not exist is often reported as "may require authorization".
_REGISTRY_ERRORS = (
    (lazy_compile(r'toomanyrequests|too many requests|rate limit', re.I), 'ImageRateLimited'),
    (
        lazy_compile(
            r'unauthori[sz]ed|authentication required|denied|no basic auth|forbidden', re.I
        ),
        'ImageUnauthorized',
    ),
    (lazy_compile(r'authori[sz]ation failed|insufficient_scope', re.I), 'ImageUnauthorized'),
    (
        lazy_compile(
            r'not ?found|manifest[ _]unknown|name[ _]unknown|does not exist|no match', re.I
        ),
        'ImageNotFound',
    ),
)
# Texts that the kubelet and the runtime put before the message of the registry.
_WRAPPERS = lazy_compile(
    r'Back-off pulling image "[^"]*": |ErrImagePull: |rpc error: code = \w+ desc = '
    r'|failed to (pull|unpack|pull and unpack) image "[^"]*": '
    r'|failed to resolve reference "[^"]*": |Failed to pull image "[^"]*": '
)
# The kubelet reports this after the message of the registry, without repeating it.
_BACKOFF_ONLY = lazy_compile(r'(Back-off pulling image "[^"]*"|ErrImagePull|ImagePullBackOff)\.?')
_LOOKUP_FAILED = lazy_compile(
    r'no such host|dial tcp|connection refused|i/o timeout|deadline exceeded', re.I
)
_SENTENCES = {
    'InvalidImageName': 'image name "{image}" is invalid',
    'ImageNeverPull': 'image "{image}" is not on the node, and imagePullPolicy is "Never"',
    'ImageNotFound': 'image "{image}" was not found in the registry',
    'ImageUnauthorized': 'image "{image}" cannot be pulled: the registry denied access',
    'ImageRateLimited': 'image "{image}" cannot be pulled: the registry limits the rate of pulls',
    'ImagePullFailed': 'image "{image}" cannot be pulled; the kubelet gives no reason',
    'RegistryUnreachable': 'image "{image}" cannot be pulled: {why}',
}


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the images of one pod."""
    for container in containers(pod):
        reason = get_str(container.waiting, 'reason')
        if reason in _FINAL_REASONS:
            yield cause_of(
                view, pod, container, _FINAL_REASONS[reason], _pull_message(view, pod, container)
            )
        elif reason in _PULL_REASONS:
            message = _pull_message(view, pod, container)
            without_image = message.replace(get_str(container.spec, 'image') or '\0', '…')
            yield cause_of(view, pod, container, classify(without_image), message)


def classify(message: str) -> str:
    """Return the code for an image pull error; `message` must not contain the image name."""
    if not message or _BACKOFF_ONLY.fullmatch(message):
        return 'ImagePullFailed'
    if _LOOKUP_FAILED.search(message):
        return 'RegistryUnreachable'
    return next(
        (code for pattern, code in _REGISTRY_ERRORS if pattern.search(message)),
        'RegistryUnreachable',
    )


def cause_of(view: View, pod: Object, container: Container, code: str, pull_message: str) -> Cause:
    """Return the cause of an image that cannot be pulled."""
    image = get_str(container.spec, 'image')
    pull_secrets = [
        get_str(secret, 'name') for secret in get_dicts(pod, 'spec', 'imagePullSecrets')
    ]
    message = _WRAPPERS.sub('', pull_message)
    reason = message.rpartition(': ')[2].strip() or 'no reason given'
    sentence = _SENTENCES[code].format(image=image, why=reason[:80])
    evidence = [f'kubelet: {message}'] if message else []
    if code == 'ImageUnauthorized':
        evidence.append(f'image pull secrets: {", ".join(pull_secrets) or "none"}')
    return Cause(
        code=code,
        reason=get_str(container.waiting, 'reason'),
        subject=container.name,
        message=f'container "{container.name}": {sentence}',
        pods=(name(pod),),
        evidence=tuple(evidence),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _pull_message(view: View, pod: Object, container: Container) -> str:
    """Return the message of the status; of the newest event if that only reports a back-off."""
    message = message_of(container.waiting)
    if message and not _BACKOFF_ONLY.fullmatch(message):
        return message
    image = get_str(container.spec, 'image')
    for event in reversed(view.kube_events_by_uid.get(uid(pod), ())):
        event_message = message_of(event)
        if event.get('reason') in ('Failed', 'InspectFailed') and image in event_message:
            return event_message
    return message
