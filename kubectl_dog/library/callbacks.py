"""Translate the events of a session into kubedog's callbacks and their arguments. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import KubeEvent
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.tracking.targets.evaluator import Evaluation

# The name of the callback and its arguments.
Callback = tuple[Any, ...]

_REVISION = 'deployment.kubernetes.io/revision'
_SHORT_KINDS = {'Pod': 'po', 'ReplicaSet': 'rs'}


class AddedReplicaSet(NamedTuple):
    """A ReplicaSet of a Deployment. `is_new`: it belongs to the revision that is rolled out."""

    name: str
    is_new: bool


class AddedPod(NamedTuple):
    """A pod of a controller. `is_new`: it belongs to the revision that is rolled out.

    `replica_set` is the name of its ReplicaSet; only pods of a Deployment have one.
    """

    name: str
    replica_set: str
    is_new: bool


class ContainerLogChunk(NamedTuple):
    """Lines of one container, oldest first. The `time` of a line is in nanoseconds since the epoch.

    The text is as the container wrote it, including control characters.
    """

    pod_name: str
    container_name: str
    log_lines: tuple[LogLine, ...]
    replica_set: str = ''


class ContainerError(NamedTuple):
    """A problem of a container, or of the pod if the name of the container is empty.

    `code` is one of docs/codes.md, `message` is a sentence.
    """

    pod_name: str
    container_name: str
    code: str
    message: str
    replica_set: str = ''


class CallbackDispatcher:
    """A converter of the events of one object to callbacks; it reports each change only once."""

    def __init__(self, kind: str, unknown: object) -> None:
        """Prepare a dispatcher; `unknown` is the status before the object is seen."""
        self._kind = kind
        self._last_status = unknown
        self._reported: set[Callback] = set()
        self._reset('')

    def _reset(self, new_uid: str) -> None:
        self._uid = new_uid
        self._is_ready = False
        self._is_done = False
        self._failed = ''
        self._reported.clear()
        self._owners: dict[str, str] = {}

    def dispatch(
        self, events: Iterable[Event], evaluation: Evaluation | None, status: Any
    ) -> list[Callback]:
        """Return the callbacks for these events; `status` is that of the last `evaluation`.

        Callbacks for events come before those for the change of the status.
        """
        current_uid = uid(evaluation.view.object or {}) if evaluation else ''
        is_new = bool(current_uid) and current_uid != self._uid
        if current_uid != self._uid:
            self._reset(current_uid)
        callbacks: list[Callback] = []
        if is_new:
            callbacks.append(
                ('on_added',) if self._kind in ('Pod', 'Job') else ('on_added', status.is_ready)
            )
        if evaluation is not None:
            callbacks += self._child_callbacks(evaluation)
        for event in events:
            callbacks += self._event_callbacks(event)
        callbacks += self._status_callbacks(status)
        if status != self._last_status:
            callbacks.append(('on_status_report', status))
            self._last_status = status
        return callbacks

    def _child_callbacks(self, evaluation: Evaluation) -> Iterator[Callback]:
        assessed = evaluation.moment.assessed
        self._owners = {
            name(pod): _replica_set(pod) for pod in (*assessed.pods, *assessed.other_pods)
        }
        if self._kind == 'Deployment':
            for child in evaluation.view.children_by_owner_uid.get(self._uid, ()):
                if child.get('kind') == 'ReplicaSet':
                    is_new = _revision(child) == _revision(evaluation.view.object or {})
                    yield from self._once_per_object(
                        child, ('on_replica_set_added', AddedReplicaSet(name(child), is_new))
                    )
        if self._kind == 'Pod':
            return
        for pods, is_new in ((assessed.pods, True), (assessed.other_pods, False)):
            for pod in pods:
                added = AddedPod(name(pod), _replica_set(pod), is_new)
                yield from self._once_per_object(pod, ('on_pod_added', added))

    def _once_per_object(self, obj: Object, callback: Callback) -> Iterator[Callback]:
        key = (callback[0], uid(obj))
        if key not in self._reported:
            self._reported.add(key)
            yield callback

    def _event_callbacks(self, event: Event) -> Iterator[Callback]:
        if isinstance(event, KubeEvent):
            message = f'{event.reason}: {event.message}'
            if (event.kind, event.name) != (self._kind, event.target.name):
                kind = _SHORT_KINDS.get(event.kind, event.kind.lower())
                message = f'{kind}/{event.name} {message}'
            yield 'on_event_msg', message
        elif isinstance(event, LogChunk):
            owner = self._owners.get(event.pod, '')
            chunk = ContainerLogChunk(event.pod, event.container, event.lines, owner)
            yield 'on_container_log_chunk', chunk
        elif isinstance(event, CauseSeen):
            cause = event.cause
            for pod in cause.pods:
                key = ('error', cause.code, cause.subject, pod, cause.terminations)
                if key not in self._reported:
                    self._reported.add(key)
                    owner = self._owners.get(pod, '')
                    yield (
                        'on_container_error',
                        ContainerError(pod, cause.subject, cause.code, cause.message, owner),
                    )

    def _status_callbacks(self, status: Any) -> Iterator[Callback]:
        is_ready, is_done = (getattr(status, key, False) for key in ('is_ready', 'is_succeeded'))
        if is_ready and not self._is_ready:
            yield ('on_ready',)
        if is_done and not self._is_done:
            yield ('on_succeeded',)
        self._is_ready, self._is_done = is_ready, is_done
        code = status.failed_reason.partition(':')[0]
        if code and code != self._failed:
            yield 'on_failed', status.failed_reason
        self._failed = code


def _revision(obj: Object) -> str:
    return get_str(obj, 'metadata', 'annotations', _REVISION)


def _replica_set(pod: Object) -> str:
    for owner in get_dicts(pod, 'metadata', 'ownerReferences'):
        if owner.get('controller') and owner.get('kind') == 'ReplicaSet':
            return get_str(owner, 'name')
    return ''
