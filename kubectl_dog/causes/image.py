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
_LOOKUP_FAILED = lazy_compile(
    r'no such host|dial tcp|connection refused|i/o timeout|deadline exceeded', re.I
)
_SENTENCES = {
    'InvalidImageName': 'the name of image {image} is invalid',
    'ImageNeverPull': 'image {image} is not on the node, and the pull policy is Never',
    'ImageNotFound': 'image {image} does not exist: the registry says not found',
    'ImageUnauthorized': 'image {image} may not be pulled: the registry refuses the credentials',
    'ImageRateLimited': 'image {image} is not pulled now: the registry limits the rate',
    'RegistryUnreachable': 'image {image} cannot be pulled: {why}',
}


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the images of one pod."""
    for container in containers(pod):
        reason = get_str(container.waiting, 'reason')
        if reason in _FINAL_REASONS:
            yield _cause(
                view, pod, container, _FINAL_REASONS[reason], _pull_message(view, pod, container)
            )
        elif reason in _PULL_REASONS:
            message = _pull_message(view, pod, container)
            without_image = message.replace(get_str(container.spec, 'image') or '\0', '…')
            yield _cause(view, pod, container, classify(without_image), message)


def classify(message: str) -> str:
    """The code for a pull error; `message` must not hold the image name, which may be any text."""
    if _LOOKUP_FAILED.search(message):
        return 'RegistryUnreachable'
    return next(
        (code for pattern, code in _REGISTRY_ERRORS if pattern.search(message)),
        'RegistryUnreachable',
    )


def _cause(view: View, pod: Object, container: Container, code: str, pull_message: str) -> Cause:
    image = get_str(container.spec, 'image')
    pull_secrets = [
        get_str(secret, 'name') for secret in get_dicts(pod, 'spec', 'imagePullSecrets')
    ]
    message = _WRAPPERS.sub('', pull_message)
    reason = message.rpartition(': ')[2].strip() or 'the registry does not deliver it'
    sentence = _SENTENCES[code].format(image=image, why=reason[:80])
    evidence = [f'the words of the node: {message}'] if message else []
    if code == 'ImageUnauthorized':
        evidence.append(f'pull secrets in use: {", ".join(pull_secrets) or "none"}')
    return Cause(
        code=code,
        reason=get_str(container.waiting, 'reason'),
        subject=container.name,
        message=f'container {container.name}: {sentence}',
        pods=(name(pod),),
        evidence=tuple(evidence),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _pull_message(view: View, pod: Object, container: Container) -> str:
    """The message of the status or, if that only reports a back-off, of the newest kube event."""
    message = message_of(container.waiting)
    if message and not re.fullmatch(r'Back-off pulling image "[^"]*"', message):
        return message
    image = get_str(container.spec, 'image')
    for event in reversed(view.kube_events_by_uid.get(uid(pod), ())):
        event_message = message_of(event)
        if event.get('reason') in ('Failed', 'InspectFailed') and image in event_message:
            return event_message
    return message
