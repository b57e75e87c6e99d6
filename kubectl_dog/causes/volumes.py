"""Family «volumes», second half: volumes that a node cannot attach or mount."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import events_about
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.kube_event_queries import newest_event_about
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import phase
from kubectl_dog.model.views import View

_TROUBLE = ('FailedMount', 'FailedMapVolume', 'FailedAttachVolume')
# The node does these only after all volumes are mounted.
_PAST = ('Pulling', 'Pulled', 'Created', 'Started')
_VOLUME = lazy_compile(r'for volume "(?P<volume>[^"]+)"\s*:?\s*')
# What family «configuration» reads, and what is only the kubelet's own delay.
_CONFIGURATION = lazy_compile(
    r'(configmap|secret) "[^"]+" not found|references non-existent (config|secret) key'
    r'|failed to sync \w+ cache',
    re.I,
)
_INVALID = lazy_compile(
    r'hostPath type check failed|no volume plugin matched|unsupported volume type', re.I
)
# The kubelet's own summary of what other kube events tell in full.
_SUMMARY = lazy_compile(r'^Unable to (attach or )?mount volumes|unmounted volumes=')
_OUTPUT = lazy_compile(r'^Output: (?P<output>.+)$', re.M)
# From the first slash of a word on.
_PATH = lazy_compile(r'(?<!\S)(?P<before>[^\s/]*)/\S*/volumes/\S+')


def find(view: View, pod: Object) -> Iterator[Cause]:
    """What is wrong with the volumes of a pod that has a node, and nothing started yet."""
    if not is_mounting(view, pod):
        return
    last: dict[str, Object] = {}
    for event in events_about(view, pod, *_TROUBLE, 'SuccessfulAttachVolume'):
        match = _VOLUME.search(event_message(event))
        last[match['volume'] if match else ''] = event
    specific = any(not _SUMMARY.search(event_message(one)) for one in last.values())
    for volume, event in last.items():
        said = event_message(event)
        is_noise = _CONFIGURATION.search(said) or (specific and _SUMMARY.search(said))
        if event.get('reason') in _TROUBLE and not is_noise:
            yield _cause(view, pod, volume, event)


def is_mounting(view: View, pod: Object) -> bool:
    """Whether it may still be waiting for its volumes, so that old failures to mount count."""
    if phase(pod) != 'Pending' or any(one.has_started for one in containers(pod)):
        return False
    if condition(pod, 'PodReadyToStartContainers').get('status') == 'True':
        return False
    trouble, past = newest_event_about(view, pod, *_TROUBLE), newest_event_about(view, pod, *_PAST)
    return not past or last_seen_at(past) < last_seen_at(trouble)


def _cause(view: View, pod: Object, volume: str, event: Object) -> Cause:
    said, reason = event_message(event), get_str(event, 'reason')
    code, verb = 'MountFailed', 'mounted'
    if reason == 'FailedAttachVolume':
        code, verb = 'AttachFailed', 'attached to its node'
    elif _INVALID.search(said):
        code, verb = 'VolumeInvalid', 'used'
    called = f'volume {volume}' if volume else 'a volume'
    return Cause(
        code=code,
        reason=reason,
        subject=volume or 'volumes',
        message=f'{called} cannot be {verb}: {_core(said)}',
        pods=(name(pod),),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _core(said: str) -> str:
    """The reason in one line; of a mount command that failed, what it printed."""
    match = _VOLUME.search(said)
    core = said[match.end() :] if match else said
    output = _OUTPUT.search(core)
    first = core.strip().partition('\n')[0]
    return _PATH.sub(r'\g<before>…', f'{first}: {output["output"]}' if output else first)
