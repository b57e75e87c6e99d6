"""The base class of kubedog's feeds, which follow one object and call back."""

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
AnyCallback = TypeVar('AnyCallback', bound='Callable[..., object] | None')
Report = TypeVar('Report', bound='Callable[..., object] | None')


class Feed(Generic[Status]):
    """Follows one object and calls back; use PodFeed, JobFeed, DeploymentFeed, … .

        feed = kubectl_dog.PodFeed()

        @feed.on_ready
        def ready():
            raise kubectl_dog.StopTrack

        feed.track('web', 'shop', options=kubectl_dog.Options(timeout=300))

    The method of its name, also as a decorator, registers a callback and replaces the one before;
    None removes it. Callbacks run one at a time, in the thread that called `track`. An exception in
    a callback ends `track`; StopTrack ends it without an error. `get_status` and `stop` can be
    called at any time, from any thread.
    """

    resource: ClassVar[Resource]

    def __init__(self) -> None:
        self._callbacks: dict[str, Callable[..., object]] = {}
        self._lock = threading.Lock()
        self._status = self._status_of(None)
        self._session: Session | None = None
        self._stopped = False

    def get_status(self) -> Status:
        """The current status; in a callback, the status that caused the callback. Thread-safe."""
        with self._lock:
            return self._status

    def track(
        self,
        name: str,
        namespace: str = '',
        kube: Kube = None,
        options: Options | None = None,
    ) -> None:
        """Follow the object until a callback raises, the timeout is over, or a Job or Pod ends.

        Waits for an object that does not exist yet. `kube` is an ApiClient, the name of a context,
        a connection, or None. Times in `options` are in seconds (`timeout`, `logs_from_time`, …).
        Raises TrackError at the timeout and if reading the object is forbidden, UserError and
        AccessError as `rollout` does, and the exceptions of callbacks except StopTrack.
        """
        options = (options or Options())._replace(follow=True, emit_timer_changes=True)
        dispatcher = CallbackDispatcher(self.resource.kind, self._status_of(None))

        def find(connection: Connection) -> target_resolution.ResolvedTargets:
            return target_resolution.ResolvedTargets(
                (Target(self.resource, connection.namespace, name),)
            )

        self._set_status(self._status_of(None))
        with Session.for_targets(find, kube, options, namespace) as session:
            if not self._attach(session):
                return
            try:
                for events in session.event_batches():
                    evaluation = session.targets[0].last_evaluation
                    status = self._status_of(evaluation)
                    self._set_status(status)
                    self._invoke(dispatcher.dispatch(events, evaluation, status))
            except StopTrack:
                return
            if not (self._stopped or session.result.ok):
                raise TrackError(session.result)

    def stop(self) -> None:
        """End `track` without an error, from any thread. A later `track` returns at once."""
        with self._lock:
            self._stopped, session = True, self._session
        if session is not None:
            session.stop()

    def _attach(self, session: Session) -> bool:
        with self._lock:
            self._session = session
            return not self._stopped

    def on_failed(self, callback: Text) -> Text:
        """`callback(reason)`: a rollout would fail now, for this reason (a code and a sentence).
        Called once per code. Tracking continues.
        """
        return self._register('on_failed', callback)

    def on_event_msg(self, callback: Text) -> Text:
        """`callback(message)`: a kube event as `Reason: Message`, or, if it is about a child of the
        object, `po/NAME Reason: Message`.
        """
        return self._register('on_event_msg', callback)

    def on_container_log_chunk(self, callback: Chunk) -> Chunk:
        """`callback(chunk)`: log lines of a container, a ContainerLogChunk."""
        return self._register('on_container_log_chunk', callback)

    def on_container_error(self, callback: Error) -> Error:
        """`callback(error)`: a pod or a container has a problem, a ContainerError."""
        return self._register('on_container_error', callback)

    def on_status_report(self, callback: Report) -> Report:
        """`callback(status)`: the status of `get_status` has changed."""
        return self._register('on_status_report', callback)

    def _status_of(self, evaluation: Evaluation | None) -> Status:
        raise NotImplementedError

    def _set_status(self, status: Status) -> None:
        with self._lock:
            self._status = status

    def _invoke(self, callbacks: Sequence[Callback]) -> None:
        for name, *args in callbacks:
            callback = self._callbacks.get(name)
            if callback is not None:
                callback(*args)

    def _register(self, name: str, callback: AnyCallback) -> AnyCallback:
        if callback is None:
            self._callbacks.pop(name, None)
        else:
            self._callbacks[name] = callback
        return callback
