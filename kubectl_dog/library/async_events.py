"""Events for an asyncio loop, which is never blocked."""

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

# So many moments may wait for the loop; then log lines wait on the server.
_ROOM = 256


class EventBatches(Protocol):
    """What can be streamed."""

    def event_batches(self, has_room: Callable[[], bool]) -> Iterator[Sequence[Event]]:
        """The events, each of one moment."""
        ...

    def stop(self) -> None:
        """End it, from any thread."""
        ...


_Turn = Union[Sequence[Event], BaseException, None]


def _read(
    session: EventBatches, has_room: Callable[[], bool], take: Callable[[_Turn], None]
) -> BaseException | None:
    """Hand out the events of a session; how it ended."""
    try:
        for events in session.event_batches(has_room):
            if events:
                take(events)
    except BaseException as error:
        return error
    return None


async def _ended(thread: threading.Thread, over: asyncio.Event) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # The loop was closed, and it is the garbage collector that leaves.
        return
    await over.wait()
    # It has nothing left to do but to end.
    thread.join()


async def stream(session: EventBatches) -> AsyncGenerator[Event, None]:
    """The events of a session that runs in a thread; at the end, or when left, it has ended."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[_Turn] = asyncio.Queue()
    over = asyncio.Event()

    def tell(what: Callable[..., None], *args: object) -> None:
        try:
            loop.call_soon_threadsafe(what, *args)
        except RuntimeError:
            # The loop was closed under us, and nobody reads any more.
            session.stop()

    def has_room() -> bool:
        if loop.is_closed():
            # Before the next event, which may be hours away.
            session.stop()
        return waiting.qsize() < _ROOM

    def read() -> None:
        tell(put, _read(session, has_room, lambda turn: tell(put, turn)))
        tell(over.set)

    put = waiting.put_nowait
    thread = threading.Thread(target=read, name='kubectl-dog session', daemon=True)
    thread.start()
    try:
        while True:
            turn = await waiting.get()
            if turn is None:
                return
            if isinstance(turn, BaseException):
                raise turn
            for event in turn:
                yield event
    finally:
        session.stop()
        await _ended(thread, over)
