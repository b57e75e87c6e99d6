"""From what a session tells to kubedog's callbacks, each with its arguments. No I/O."""

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

# The callback's name, and what it is called with.
Callback = tuple[Any, ...]

_REVISION = 'deployment.kubernetes.io/revision'
_SHORT = {'Pod': 'po', 'ReplicaSet': 'rs'}


class AddedReplicaSet(NamedTuple):
    """A ReplicaSet of a Deployment; `is_new`: of the revision that is rolled out."""

    name: str
    is_new: bool


class AddedPod(NamedTuple):
    """A pod of a controller; `replica_set` is empty but for a Deployment's, `is_new`: of the
    revision that is rolled out.
    """

    name: str
    replica_set: str
    is_new: bool


class ContainerLogChunk(NamedTuple):
    """Lines of one container, oldest first; the `time` of each is in nanoseconds since the epoch.

    The text is as the container wrote it, control characters and all.
    """

    pod_name: str
    container_name: str
    log_lines: tuple[LogLine, ...]
    replica_set: str = ''


class ContainerError(NamedTuple):
    """Something is wrong with a container, or, where its name is empty, with the pod.

    `code` is one of docs/codes.md, `message` a sentence.
    """

    pod_name: str
    container_name: str
    code: str
    message: str
    replica_set: str = ''


class CallbackDispatcher:
    """Remembers what was told about one object of a kind."""

    def __init__(self, kind: str, unknown: object) -> None:
        """`unknown` is the status of what was not seen yet."""
        self._kind = kind
        self._reported = unknown
        self._told: set[Callback] = set()
        self._forget('')

    def _forget(self, known: str) -> None:
        self._uid = known
        self._is_ready = False
        self._is_done = False
        self._failed = ''
        self._told.clear()
        self._owners: dict[str, str] = {}

    def dispatch(
        self, events: Iterable[Event], look: Evaluation | None, status: Any
    ) -> list[Callback]:
        """What has happened, in order: `look` is the last one at the object, `status` made of it.

        Events of one moment come before the judgement of it.
        """
        now = uid(look.view.object or {}) if look else ''
        is_new = bool(now) and now != self._uid
        if now != self._uid:
            self._forget(now)
        told: list[Callback] = []
        if is_new:
            told.append(
                ('on_added',) if self._kind in ('Pod', 'Job') else ('on_added', status.is_ready)
            )
        if look is not None:
            told += self._behind(look)
        for event in events:
            told += self._event(event)
        told += self._judged(status)
        if status != self._reported:
            told.append(('on_status_report', status))
            self._reported = status
        return told

    def _behind(self, look: Evaluation) -> Iterator[Callback]:
        assessed = look.moment.assessed
        self._owners = {
            name(one): _replica_set(one) for one in (*assessed.pods, *assessed.other_pods)
        }
        if self._kind == 'Deployment':
            for one in look.view.children_by_owner_uid.get(self._uid, ()):
                if one.get('kind') == 'ReplicaSet':
                    is_new = _revision(one) == _revision(look.view.object or {})
                    yield from self._once(
                        one, ('on_replica_set_added', AddedReplicaSet(name(one), is_new))
                    )
        if self._kind == 'Pod':
            return
        for pods, is_new in ((assessed.pods, True), (assessed.other_pods, False)):
            for one in pods:
                added = AddedPod(name(one), _replica_set(one), is_new)
                yield from self._once(one, ('on_pod_added', added))

    def _once(self, thing: Object, happening: Callback) -> Iterator[Callback]:
        key = (happening[0], uid(thing))
        if key not in self._told:
            self._told.add(key)
            yield happening

    def _event(self, event: Event) -> Iterator[Callback]:
        if isinstance(event, KubeEvent):
            said = f'{event.reason}: {event.message}'
            if (event.kind, event.name) != (self._kind, event.target.name):
                said = f'{_SHORT.get(event.kind, event.kind.lower())}/{event.name} {said}'
            yield 'on_event_msg', said
        elif isinstance(event, LogChunk):
            owner = self._owners.get(event.pod, '')
            chunk = ContainerLogChunk(event.pod, event.container, event.lines, owner)
            yield 'on_container_log_chunk', chunk
        elif isinstance(event, CauseSeen):
            cause = event.cause
            for pod in cause.pods:
                key = ('error', cause.code, cause.subject, pod, cause.terminations)
                if key not in self._told:
                    self._told.add(key)
                    owner = self._owners.get(pod, '')
                    yield (
                        'on_container_error',
                        ContainerError(pod, cause.subject, cause.code, cause.message, owner),
                    )

    def _judged(self, status: Any) -> Iterator[Callback]:
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


def _revision(thing: Object) -> str:
    return get_str(thing, 'metadata', 'annotations', _REVISION)


def _replica_set(pod: Object) -> str:
    for owner in get_dicts(pod, 'metadata', 'ownerReferences'):
        if owner.get('controller') and owner.get('kind') == 'ReplicaSet':
            return get_str(owner, 'name')
    return ''
