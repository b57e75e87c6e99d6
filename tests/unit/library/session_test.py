"""Sessions: iteration, stop and close from other threads, and asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading

import pytest

import kubectl_dog
from kubectl_dog.library.async_events import stream
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from tests.unit.builders import deployment
from tests.unit.library.conftest import named

READY = named(deployment())
LATE = named(deployment(desired=2, readyReplicas=1, availableReplicas=1))


def test_a_session_gives_its_events_and_then_its_result(on):
    cluster = on(READY)
    with kubectl_dog.Session('deploy/web') as session:
        with pytest.raises(RuntimeError, match='has not ended'):
            assert session.result
        events = list(session)
    assert session.result.verdicts == events[-1].verdicts
    assert session.result.ended[0].target.name == 'web'
    assert cluster.is_closed
    with pytest.raises(RuntimeError, match='once'):
        list(session)


def test_leaving_early_closes_everything(on):
    cluster = on(LATE)
    with kubectl_dog.Session('deploy/web') as session:
        for _ in session:
            break
    assert cluster.is_closed


def test_second_iteration_does_not_end_the_first(on):
    cluster, session = on(READY), kubectl_dog.Session('deploy/web')
    events = iter(session)
    next(events)
    with pytest.raises(RuntimeError, match='once'):
        next(iter(session))
    assert not cluster.is_closed
    assert isinstance(list(events)[-1], RunEnded)


def test_after_it_was_closed_nothing_is_opened(on):
    cluster = on(READY)
    with kubectl_dog.Session('deploy/web') as session:
        pass
    with pytest.raises(RuntimeError, match='not after close'):
        list(session)
    assert not cluster.is_closed


def test_close_during_iteration_ends_the_events(on):
    cluster, session, events = on(LATE), kubectl_dog.Session('deploy/web'), []
    for event in session:
        events.append(event)
        session.close()
    assert cluster.is_closed
    assert not any(isinstance(event, RunEnded) for event in events)


def test_a_close_from_another_thread_ends_it_as_a_stop(on):
    cluster, session = on(LATE), kubectl_dog.Session('deploy/web')
    waits, signalled = threading.Event(), threading.Event()
    take, signal_it = cluster.take, cluster.signal

    def slow(until, lines=True):
        if not cluster._items and not cluster._later:
            waits.set()
            assert signalled.wait(5)
        return take(until, lines)

    cluster.take = slow
    cluster.signal = lambda name: (signal_it(name), signalled.set())
    closing = threading.Thread(target=lambda: (waits.wait(5), session.close()))
    closing.start()
    events = list(session)
    closing.join()
    assert isinstance(events[-1], RunEnded)
    assert session.result.exit_code == 130
    assert cluster.is_closed


def test_invalid_target_closes_the_connection(on):
    cluster = on()
    with pytest.raises(kubectl_dog.UserError):
        list(kubectl_dog.Session('web'))
    assert cluster.is_closed


@pytest.mark.parametrize('early', [True, False])
def test_stop_ends_it_at_once(on, early):
    on(LATE)
    session = kubectl_dog.Session('deploy/web')
    if early:
        session.stop()
    for _ in session:
        session.stop()
    assert session.result.exit_code == 130


def test_it_touches_no_signal_handlers_and_prints_nothing(on, capfd):
    on(READY)
    before = signal.getsignal(signal.SIGINT)
    for _ in kubectl_dog.Session('deploy/web'):
        assert signal.getsignal(signal.SIGINT) is before
    assert capfd.readouterr() == ('', '')


def test_messages_about_the_session_use_our_logger(on, caplog):
    on(READY)
    with caplog.at_level('DEBUG', 'kubectl_dog'):
        list(kubectl_dog.Session('deploy/web'))
    assert {record.name for record in caplog.records} == {'kubectl_dog.library'}
    assert caplog.messages[0] == 'tracking deploy/web'


def test_a_loop_gets_all_events_and_goes_on_meanwhile(on, left):
    on(READY)

    async def main():
        return [event async for event in kubectl_dog.Session('deploy/web')]

    events = asyncio.run(main())
    assert isinstance(events[-1], RunEnded)
    assert not left()


def test_an_error_reaches_the_loop(on, left):
    on(READY)

    async def main():
        return [event async for event in kubectl_dog.Session('web')]

    with pytest.raises(kubectl_dog.UserError, match='use TYPE/NAME'):
        asyncio.run(main())
    assert not left()


class Slow:
    """A session that continues until it is stopped and records `has_room()`."""

    def __init__(self):
        self.stopped = threading.Event()
        self.rooms = []

    def event_batches(self, has_room):
        count = 0
        while not self.stopped.wait(0.001):
            count += 1
            self.rooms.append(has_room())
            if has_room() or count < 400:
                yield (Notice(0.0, None, 'x'),)

    def stop(self):
        self.stopped.set()


def test_leaving_an_async_block_leaves_nothing_open(on, left):
    cluster = on(LATE)

    async def main():
        async with kubectl_dog.Session('deploy/web') as session:
            async for _ in session:
                break
        assert cluster.is_closed
        assert not left()
        async with kubectl_dog.Session('deploy/web'):
            pass

    asyncio.run(main())


class Quiet(Slow):
    """A session with a single event."""

    def event_batches(self, has_room):
        yield (Notice(0.0, None, 'x'),)
        while not self.stopped.wait(0.001):
            has_room()


def test_closing_the_loop_ends_an_idle_thread(left):
    quiet, loop = Quiet(), asyncio.new_event_loop()
    events = stream(quiet)
    loop.run_until_complete(events.__anext__())
    loop.close()
    assert quiet.stopped.wait(5)
    for thread in left():
        thread.join(5)
    assert not left()


@pytest.mark.parametrize('how', ['break', 'cancel'])
def test_leaving_the_loop_ends_the_thread(how, left):
    slow = Slow()

    async def main():
        events = stream(slow)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(events.aclose)
            async for _ in events:
                if how == 'break':
                    break
                raise asyncio.CancelledError

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(main())
    assert slow.stopped.is_set()
    assert not left()


def test_a_slow_loop_is_not_flooded():
    slow = Slow()

    async def main():
        events = stream(slow)
        await events.__anext__()
        # The loop does nothing else, while the thread goes on.
        while all(slow.rooms):
            await asyncio.sleep(0.001)
        await events.aclose()

    asyncio.run(asyncio.wait_for(main(), 20))


def test_the_package_alone_is_cheap():
    code = (
        'import sys, kubectl_dog;'
        'print(*[name for name in sys.modules if name.startswith("kubectl_dog")])'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == 'kubectl_dog'
