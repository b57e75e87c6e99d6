"""kubedog's feeds: callbacks about one object, which is followed until a callback stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Sequence
from typing import ClassVar
from typing import Generic
from typing import TypeVar

from kubectl_dog import target_resolution
from kubectl_dog.library.callbacks import Callback
from kubectl_dog.library.callbacks import CallbackDispatcher
from kubectl_dog.library.callbacks import ContainerError
from kubectl_dog.library.callbacks import ContainerLogChunk
from kubectl_dog.library.connecting import Kube
from kubectl_dog.library.errors import StopTrack
from kubectl_dog.library.errors import TrackError
from kubectl_dog.library.session import Session
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.tracking.targets.evaluator import Evaluation

Status = TypeVar('Status')
Plain = TypeVar('Plain', bound='Callable[[], object] | None')
Text = TypeVar('Text', bound='Callable[[str], object] | None')
Chunk = TypeVar('Chunk', bound='Callable[[ContainerLogChunk], object] | None')
Error = TypeVar('Error', bound='Callable[[ContainerError], object] | None')
Kept = TypeVar('Kept', bound='Callable[..., object] | None')
Report = TypeVar('Report', bound='Callable[..., object] | None')


class Feed(Generic[Status]):
    """Follows one object and calls back; use PodFeed, JobFeed, DeploymentFeed, … .

        feed = kubectl_dog.PodFeed()

        @feed.on_ready
        def ready():
            raise kubectl_dog.StopTrack

        feed.track('web', 'shop', options=kubectl_dog.Options(timeout=300))

    Each callback is registered by the method of its name, which can be a decorator; the last one
    counts, and None takes it away. Callbacks run one at a time, in the thread that is in `track`,
    and what they raise ends it: StopTrack without an error, everything else with it. `get_status`
    and `stop` may be called in any thread, and always.
    """

    resource: ClassVar[Resource]

    def __init__(self) -> None:
        self._callbacks: dict[str, Callable[..., object]] = {}
        self._lock = threading.Lock()
        self._status = self._read(None)
        self._session: Session | None = None
        self._stopped = False

    def get_status(self) -> Status:
        """What is known at this moment; in a callback, what it is about. Thread-safe."""
        with self._lock:
            return self._status

    def track(
        self,
        name: str,
        namespace: str = '',
        kube: Kube = None,
        options: Options | None = None,
    ) -> None:
        """Follow the object until a callback raises, it has ended (a Job, a Pod), or is late.

        It is waited for where it is not there yet. `kube` is an ApiClient, a context's name, a
        connection, or None; `options` are times in seconds (`timeout`, `logs_from_time`, …).
        Raises TrackError at the time-out and where the object may not be read, UserError and
        AccessError as `rollout` does, and whatever a callback raises but StopTrack.
        """
        options = (options or Options())._replace(follow=True, emit_timer_changes=True)
        teller = CallbackDispatcher(self.resource.kind, self._read(None))

        def find(connection: Connection) -> target_resolution.ResolvedTargets:
            return target_resolution.ResolvedTargets(
                (Target(self.resource, connection.namespace, name),)
            )

        self._set(self._read(None))
        with Session.for_targets(find, kube, options, namespace) as session:
            if not self._begins(session):
                return
            try:
                for events in session.event_batches():
                    look = session.targets[0].last_evaluation
                    status = self._read(look)
                    self._set(status)
                    self._call(teller.dispatch(events, look, status))
            except StopTrack:
                return
            if not (self._stopped or session.result.ok):
                raise TrackError(session.result)

    def stop(self) -> None:
        """End `track` in any thread as StopTrack does; one that begins later ends at once."""
        with self._lock:
            self._stopped, session = True, self._session
        if session is not None:
            session.stop()

    def _begins(self, session: Session) -> bool:
        with self._lock:
            self._session = session
            return not self._stopped

    def on_failed(self, callback: Text) -> Text:
        """`callback(reason)`: a rollout would have failed now, for this reason (a code and a
        sentence). Once per code; tracking goes on.
        """
        return self._keep('on_failed', callback)

    def on_event_msg(self, callback: Text) -> Text:
        """`callback(message)`: a kube event, `Reason: Message`; `po/NAME Reason: Message` where it
        is about something behind the object.
        """
        return self._keep('on_event_msg', callback)

    def on_container_log_chunk(self, callback: Chunk) -> Chunk:
        """`callback(chunk)`: log lines of a container, a ContainerLogChunk."""
        return self._keep('on_container_log_chunk', callback)

    def on_container_error(self, callback: Error) -> Error:
        """`callback(error)`: something is wrong with a pod or a container, a ContainerError."""
        return self._keep('on_container_error', callback)

    def on_status_report(self, callback: Report) -> Report:
        """`callback(status)`: what `get_status` gives has changed."""
        return self._keep('on_status_report', callback)

    def _read(self, look: Evaluation | None) -> Status:
        raise NotImplementedError

    def _set(self, status: Status) -> None:
        with self._lock:
            self._status = status

    def _call(self, happened: Sequence[Callback]) -> None:
        for name, *args in happened:
            callback = self._callbacks.get(name)
            if callback is not None:
                callback(*args)

    def _keep(self, name: str, callback: Kept) -> Kept:
        if callback is None:
            self._callbacks.pop(name, None)
        else:
            self._callbacks[name] = callback
        return callback
