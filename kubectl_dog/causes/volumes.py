"""Find volumes that a node cannot attach or mount (family "volumes")."""

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

_FAILURES = ('FailedMount', 'FailedMapVolume', 'FailedAttachVolume')
# The node does these only after all volumes are mounted.
_LATER_STEPS = ('Pulling', 'Pulled', 'Created', 'Started')
_VOLUME = lazy_compile(r'for volume "(?P<volume>[^"]+)"\s*:?\s*')
# Messages that `configuration` reads, and delays of the kubelet's cache, which are no failure.
_CONFIGURATION = lazy_compile(
    r'(configmap|secret) "[^"]+" not found|references non-existent (config|secret) key'
    r'|failed to sync \w+ cache',
    re.I,
)
_INVALID = lazy_compile(
    r'hostPath type check failed|no volume plugin matched|unsupported volume type', re.I
)
# A summary by the kubelet; other Kubernetes events give the details.
_SUMMARY = lazy_compile(r'^Unable to (attach or )?mount volumes|unmounted volumes=')
_OUTPUT = lazy_compile(r'^Output: (?P<output>.+)$', re.M)
# From the first slash of a word on.
_PATH = lazy_compile(r'(?<!\S)(?P<before>[^\s/]*)/\S*/volumes/\S+')


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the volumes of a pod that has a node but no started container."""
    if not is_mounting(view, pod):
        return
    last: dict[str, Object] = {}
    for event in events_about(view, pod, *_FAILURES, 'SuccessfulAttachVolume'):
        match = _VOLUME.search(event_message(event))
        last[match['volume'] if match else ''] = event
    specific = any(not _SUMMARY.search(event_message(event)) for event in last.values())
    for volume, event in last.items():
        message = event_message(event)
        is_noise = _CONFIGURATION.search(message) or (specific and _SUMMARY.search(message))
        if event.get('reason') in _FAILURES and not is_noise:
            yield _cause(view, pod, volume, event)


def is_mounting(view: View, pod: Object) -> bool:
    """Return whether the pod may still wait for its volumes, so that mount failures apply."""
    if phase(pod) != 'Pending' or any(container.has_started for container in containers(pod)):
        return False
    if condition(pod, 'PodReadyToStartContainers').get('status') == 'True':
        return False
    failure = newest_event_about(view, pod, *_FAILURES)
    later_step = newest_event_about(view, pod, *_LATER_STEPS)
    return not later_step or last_seen_at(later_step) < last_seen_at(failure)


def _cause(view: View, pod: Object, volume: str, event: Object) -> Cause:
    message, reason = event_message(event), get_str(event, 'reason')
    code, verb = 'MountFailed', 'mounted'
    if reason == 'FailedAttachVolume':
        code, verb = 'AttachFailed', 'attached to its node'
    elif _INVALID.search(message):
        code, verb = 'VolumeInvalid', 'used'
    label = f'volume "{volume}"' if volume else 'a volume'
    return Cause(
        code=code,
        reason=reason,
        subject=volume or 'volumes',
        message=f'{label} cannot be {verb}: {_short_reason(message)}',
        pods=(name(pod),),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _short_reason(message: str) -> str:
    """Return the reason in one line; for a failed mount command, with the command's output."""
    match = _VOLUME.search(message)
    reason = message[match.end() :] if match else message
    output = _OUTPUT.search(reason)
    first_line = reason.strip().partition('\n')[0]
    return _PATH.sub(r'\g<before>…', f'{first_line}: {output["output"]}' if output else first_line)
