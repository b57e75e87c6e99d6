"""Read the events of a session in a thread and pass them to an asyncio loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Protocol
from typing import Union

from kubectl_dog.model.events import Event

# At most this many batches wait for the loop. Beyond that, log lines stay on the server.
_MAX_WAITING_BATCHES = 256


class EventBatches(Protocol):
    """A session whose events can be streamed in batches."""

    def event_batches(self, has_room: Callable[[], bool]) -> Iterator[Sequence[Event]]:
        """Yield the events in batches. The events of a batch have the same time."""
        ...

    def stop(self) -> None:
        """Stop the session. Safe to call from any thread."""
        ...


_Message = Union[Sequence[Event], BaseException, None]


def _read(
    session: EventBatches, has_room: Callable[[], bool], send: Callable[[_Message], None]
) -> BaseException | None:
    """Send the events of a session; return its error, or None if it ended without one."""
    try:
        for batch in session.event_batches(has_room):
            if batch:
                send(batch)
    except BaseException as error:
        return error
    return None


async def _join_when_finished(thread: threading.Thread, finished: asyncio.Event) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # The loop is closed, and the garbage collector closes the generator.
        return
    await finished.wait()
    # The thread has sent everything, so that this does not block.
    thread.join()


async def stream(session: EventBatches) -> AsyncGenerator[Event, None]:
    """Yield the events of a session that runs in a thread; the thread ends with the generator."""
    loop = asyncio.get_running_loop()
    messages: asyncio.Queue[_Message] = asyncio.Queue()
    finished = asyncio.Event()

    def call_in_loop(function: Callable[..., None], *args: object) -> None:
        try:
            loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            # The loop was closed, so that nothing reads the events any more.
            session.stop()

    def has_room() -> bool:
        if loop.is_closed():
            # Stop now: the next event may come hours later.
            session.stop()
        return messages.qsize() < _MAX_WAITING_BATCHES

    def read() -> None:
        error = _read(session, has_room, lambda message: call_in_loop(put_message, message))
        call_in_loop(put_message, error)
        call_in_loop(finished.set)

    put_message = messages.put_nowait
    thread = threading.Thread(target=read, name='kubectl-dog session', daemon=True)
    thread.start()
    try:
        while True:
            message = await messages.get()
            if message is None:
                return
            if isinstance(message, BaseException):
                raise message
            for event in message:
                yield event
    finally:
        session.stop()
        await _join_when_finished(thread, finished)
