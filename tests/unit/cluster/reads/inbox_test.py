"""The order in which lines of many streams are delivered, and how many may wait."""

from __future__ import annotations

import threading
from itertools import accumulate
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.cluster.reads import inbox as module
from kubectl_dog.cluster.reads.inbox import Inbox
from kubectl_dog.cluster.reads.inbox import LogBuffer
from kubectl_dog.cluster.reads.inbox import Subscription
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.wants import Logs
from tests.unit import ci


def lines(*times, run=0):
    return LogLines(tuple(LogLine(time, f'{time}') for time in times), run)


def filled(*streams):
    inbox = Inbox()
    for number, payloads in enumerate(streams):
        buffer = inbox.buffer(Subscription(Logs('ns', 'pod', f'{number}', 'main')))
        for payload in payloads:
            buffer.put(payload)
    return inbox


def take_batches(inbox):
    """The payloads of each batch, with the number of their stream."""
    batches = []
    delivery = inbox.take(0.0)
    while delivery is not None:
        batches.append([])
        while delivery is not None:
            subscription, payload = delivery
            batches[-1].append((int(subscription.want.uid), payload))
            delivery = inbox.take(0.0) if inbox.is_mid_batch else None
        delivery = inbox.take(0.0)
    return batches


def test_few_lines_that_wait_together_are_one_batch():
    assert take_batches(filled([lines(1, 5)], [lines(2, 9)])) == [
        [(0, lines(1, 5)), (1, lines(2, 9))]
    ]


def test_the_oldest_lines_of_all_streams_come_first(monkeypatch):
    monkeypatch.setattr(module, 'BATCH_LINES', 4)
    inbox = filled([lines(1, 2, 3), lines(4, 9)], [lines(5, 6, 7, 8)], [lines(10)])
    batches = take_batches(inbox)
    times = [[line.time for _, log in batch for line in log.lines] for batch in batches]
    assert [sorted(batch_times) for batch_times in times] == times
    assert [time for batch_times in times for time in sorted(batch_times)] == list(range(1, 11))


STREAM = st.lists(st.lists(st.integers(1, 30), max_size=4).map(lambda times: lines(*times)))


def units(payloads):
    """Lines one by one, and other payloads between them."""
    return list(chain.from_iterable(getattr(payload, 'lines', (payload,)) for payload in payloads))


def keys(stream):
    """The time of each unit of a stream: the latest one before it if that is later."""
    return list(accumulate((getattr(unit, 'time', 0) for unit in stream), max))


@ci.SETTINGS
@given(st.lists(st.lists(STREAM.map(lambda logs: [*logs, LogEnd(0)]).map(tuple)), max_size=4))
def test_batches_are_in_order_of_time_and_streams_keep_their_own_order(streams):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, 'BATCH_LINES', 4)
        waiting = [(n, list(chain.from_iterable(runs))) for n, runs in enumerate(streams)]
        batches = list(module.cut_into_batches(waiting))
    delivered = {n: [] for n, _ in waiting}
    last = 0
    for batch in batches:
        before = {n: len(stream) for n, stream in delivered.items()}
        for n, payload in batch:
            delivered[n] += units([payload])
        times = [at for n, stream in delivered.items() for at in keys(stream)[before[n] :]]
        assert min(times, default=last) >= last
        last = max(times, default=last)
    assert delivered == {n: units(payloads) for n, payloads in waiting}


def test_lines_of_different_runs_are_not_joined():
    payloads = [lines(1), lines(2), LogEnd(0), lines(3, run=1), lines(4, run=2)]
    [batch] = take_batches(filled(payloads))
    assert batch == [
        (0, lines(1, 2)),
        (0, LogEnd(0)),
        (0, lines(3, run=1)),
        (0, lines(4, run=2)),
    ]


def test_an_object_waits_for_no_more_than_one_batch(monkeypatch):
    monkeypatch.setattr(module, 'BATCH_LINES', 4)
    inbox = filled([lines(*range(100))], [lines(*range(100))])
    inbox.take(0.0)
    inbox.put(None, Listed(()))
    waited = 0
    subscription, payload = inbox.take(0.0)
    while subscription is not None:
        waited += len(payload.lines)
        subscription, payload = inbox.take(0.0)
    assert waited <= 4


def test_the_number_of_waiting_lines_is_bounded():
    inbox = Inbox()
    buffers = [
        inbox.buffer(Subscription(Logs('ns', 'pod', f'{number}', 'main'))) for number in range(3)
    ]

    def write(buffer):
        for number in range(500):
            buffer.put(lines(*range(number * 10, number * 10 + 10)))

    threads = [threading.Thread(target=write, args=(buffer,), daemon=True) for buffer in buffers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(0.1)
    assert [buffer._lines for buffer in buffers] == [module.CAPACITY] * 3
    times = {buffer.subscription: [] for buffer in buffers}
    while any(len(taken) < 5000 for taken in times.values()):
        subscription, payload = inbox.take(5.0)
        times[subscription] += [line.time for line in payload.lines]
    # Nothing was dropped.
    assert all(taken == list(range(5000)) for taken in times.values())


def test_the_oldest_lines_of_hundreds_of_streams_make_a_batch(monkeypatch):
    monkeypatch.setattr(module, 'BATCH_LINES', 40)
    inbox = filled(*([lines(*range(start, start + 30))] for start in range(0, 6000, 30)))
    batches = take_batches(inbox)
    assert {sum(len(log.lines) for _, log in batch) for batch in batches} == {40}
    times = [line.time for batch in batches for _, log in batch for line in log.lines]
    assert times == sorted(times) == list(range(6000))


def test_a_reader_goes_on_when_half_of_its_lines_are_delivered():
    buffer = LogBuffer(Subscription(Logs('ns', 'pod', 'u', 'main')), lambda buffer: None, 8)
    for number in range(8):
        buffer.put(lines(number))
    blocked = threading.Thread(target=buffer.put, args=(lines(8),), daemon=True)
    blocked.start()
    assert buffer.take() == [lines(*range(8))]
    buffer.release(lines(0, 1, 2))
    blocked.join(0.05)
    assert blocked.is_alive()
    buffer.release(lines(3))
    blocked.join(5.0)
    assert not blocked.is_alive()


def test_lines_stay_in_their_buffers_unless_they_are_asked_for():
    inbox = filled([lines(1)])
    inbox.put(None, Listed(()))
    assert inbox.take(0.0, lines=False) == (None, Listed(()))
    assert inbox.take(0.0, lines=False) is None
    assert inbox.take(0.0)[1] == lines(1)
