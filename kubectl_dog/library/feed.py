"""Base class of kubedog's feeds, which follow one object and call callbacks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
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
from kubectl_dog.library.option_values import check_name
from kubectl_dog.library.option_values import check_options
from kubectl_dog.library.session import Session
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.secret_texts import mask
from kubectl_dog.tracking.targets.evaluator import Evaluation

Status = TypeVar('Status')
Plain = TypeVar('Plain', bound='Callable[[], object] | None')
Text = TypeVar('Text', bound='Callable[[str], object] | None')
Chunk = TypeVar('Chunk', bound='Callable[[ContainerLogChunk], object] | None')
Error = TypeVar('Error', bound='Callable[[ContainerError], object] | None')
AnyCallback = TypeVar('AnyCallback', bound='Callable[..., object] | None')
Report = TypeVar('Report', bound='Callable[..., object] | None')


class Feed(Generic[Status]):
    """Base class of feeds, which follow one object and call callbacks; use PodFeed and others.

        feed = kubectl_dog.PodFeed()

        @feed.on_ready
        def ready():
            raise kubectl_dog.StopTrack

        feed.track('web', 'shop', options=kubectl_dog.Options(timeout=300))

    The method of its name, a decorator or an assignment (`feed.on_ready = f`) registers a callback
    and replaces the previous one; None removes it. Callbacks run one at a time, in the thread that
    called `track`. An exception in a callback ends `track`; StopTrack ends it without an error.
    `get_status` and `stop` can be called at any time, from any thread.
    """

    resource: ClassVar[Resource]

    def __init__(self) -> None:
        self._callbacks: dict[str, Callable[..., object]] = {}
        self._lock = threading.Lock()
        self._status = self._status_of(None)
        self._session: Session | None = None
        self._stopped = False

    def __setattr__(self, name: str, value: Any) -> None:
        """Register a callback: `feed.on_ready = callback` is `feed.on_ready(callback)`."""
        if not name.startswith('on_'):
            super().__setattr__(name, value)
        elif hasattr(type(self), name):
            getattr(self, name)(value)
        else:
            names = ', '.join(known for known in dir(type(self)) if known.startswith('on_'))
            raise AttributeError(f'{type(self).__name__} has no callback {name!r}: use {names}')

    def get_status(self) -> Status:
        """Return the current status; in a callback, the status that caused it. Thread-safe."""
        with self._lock:
            return self._status

    def track(
        self,
        name: str,
        namespace: str = '',
        kube: Kube = None,
        options: Options | None = None,
    ) -> None:
        """Follow the object until a callback raises, the timeout expires, or a Job or Pod ends.

        Waits for an object that does not exist yet. `kube` is an ApiClient, the name of a context,
        a connection, or None. Times in `options` are in seconds (`timeout`, `logs_from_time`, …).
        Raises TrackError at the timeout and if reading the object is forbidden, UserError and
        AccessError as `rollout` does, and the exceptions of callbacks except StopTrack.
        """
        check_name(name)
        options = check_options(options)._replace(follow=True, emit_timer_changes=True)
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
                    status = mask(self._status_of(evaluation))
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
        """Register `callback(reason)` for failures that would end a rollout (code and sentence).

        The callback is called once per code. Tracking continues.
        """
        return self._register('on_failed', callback)

    def on_event_msg(self, callback: Text) -> Text:
        """Register `callback(message)` for Kubernetes events, as `Reason: Message`.

        An event about a child of the object is `po/NAME Reason: Message`.
        """
        return self._register('on_event_msg', callback)

    def on_container_log_chunk(self, callback: Chunk) -> Chunk:
        """Register `callback(chunk)` for log lines of a container (ContainerLogChunk)."""
        return self._register('on_container_log_chunk', callback)

    def on_container_error(self, callback: Error) -> Error:
        """Register `callback(error)` for problems of a pod or a container (ContainerError)."""
        return self._register('on_container_error', callback)

    def on_status_report(self, callback: Report) -> Report:
        """Register `callback(status)` for changes of the status that `get_status` returns."""
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
        elif callable(callback):
            self._callbacks[name] = callback
        else:
            raise TypeError(f'{name} needs a function, not {type(callback).__name__}')
        return callback
