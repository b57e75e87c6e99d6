"""Sessions: iterated, stopped from elsewhere, and streamed into a loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading

import pytest

import kubectl_dog
from kubectl_dog.library.streaming import stream
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


def test_whoever_leaves_early_leaves_nothing_open(on):
    cluster = on(LATE)
    with kubectl_dog.Session('deploy/web') as session:
        for _ in session:
            break
    assert cluster.is_closed


def test_what_cannot_be_tracked_leaves_nothing_open(on):
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


def test_what_it_has_to_say_of_itself_is_logged_under_our_name(on, caplog):
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

    with pytest.raises(kubectl_dog.UserError, match='write TYPE/NAME'):
        asyncio.run(main())
    assert not left()


class Slow:
    """A session that goes on until it is stopped, and notes what it was told."""

    def __init__(self):
        self.stopped = threading.Event()
        self.rooms = []

    def turns(self, has_room):
        count = 0
        while not self.stopped.wait(0.001):
            count += 1
            self.rooms.append(has_room())
            if has_room() or count < 400:
                yield (Notice(0.0, None, 'x'),)

    def stop(self):
        self.stopped.set()


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
