"""Family «image»: images that cannot be had."""

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

_OUTRIGHT = {'InvalidImageName': 'InvalidImageName', 'ErrImageNeverPull': 'ImageNeverPull'}
_PULLING = ('ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'ImageInspectError')

# The registry's words, most telling first: a rate limit also says «denied», and a name that does
# not exist is often reported as «may require authorization».
_WORDS = (
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
# What the kubelet and the runtime wrap around the registry's own words.
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
    """Causes of one pod's images."""
    for container in containers(pod):
        reason = get_str(container.waiting, 'reason')
        if reason in _OUTRIGHT:
            yield _cause(view, pod, container, _OUTRIGHT[reason], _words(view, pod, container))
        elif reason in _PULLING:
            words = _words(view, pod, container)
            said = words.replace(get_str(container.spec, 'image') or '\0', '…')
            yield _cause(view, pod, container, classify(said), words)


def classify(words: str) -> str:
    """The code for what a registry, or the way to it, said; an image's name may say anything."""
    if _LOOKUP_FAILED.search(words):
        return 'RegistryUnreachable'
    return next((code for sign, code in _WORDS if sign.search(words)), 'RegistryUnreachable')


def _cause(view: View, pod: Object, container: Container, code: str, words: str) -> Cause:
    image = get_str(container.spec, 'image')
    pull_secrets = [get_str(one, 'name') for one in get_dicts(pod, 'spec', 'imagePullSecrets')]
    core = _WRAPPERS.sub('', words)
    why = core.rpartition(': ')[2].strip() or 'the registry does not deliver it'
    evidence = [f'the words of the node: {core}'] if core else []
    if code == 'ImageUnauthorized':
        evidence.append(f'pull secrets in use: {", ".join(pull_secrets) or "none"}')
    return Cause(
        code=code,
        reason=get_str(container.waiting, 'reason'),
        subject=container.name,
        message=f'container {container.name}: {_SENTENCES[code].format(image=image, why=why[:80])}',
        pods=(name(pod),),
        evidence=tuple(evidence),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _words(view: View, pod: Object, container: Container) -> str:
    """What the status says, or, where it says only that it backs off, what the kube event said."""
    said = message_of(container.waiting)
    if said and not re.fullmatch(r'Back-off pulling image "[^"]*"', said):
        return said
    image = get_str(container.spec, 'image')
    for event in reversed(view.kube_events_by_uid.get(uid(pod), ())):
        told = message_of(event)
        if event.get('reason') in ('Failed', 'InspectFailed') and image in told:
            return told
    return said
