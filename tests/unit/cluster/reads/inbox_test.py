"""In which order lines of many streams are handed out, and how many may wait."""

from __future__ import annotations

import threading
from itertools import chain

from kubectl_dog.cluster.reads import inbox as module
from kubectl_dog.cluster.reads.inbox import Inbox
from kubectl_dog.cluster.reads.inbox import LogBuffer
from kubectl_dog.cluster.reads.inbox import Subscription
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.wants import Logs


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
    """What each turn hands out, by stream."""
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


def test_few_lines_that_wait_together_are_one_turn():
    assert take_batches(filled([lines(1, 5)], [lines(2, 9)])) == [
        [(0, lines(1, 5)), (1, lines(2, 9))]
    ]


def test_of_many_lines_the_oldest_of_all_streams_go_first(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 4)
    inbox = filled([lines(1, 2, 3), lines(4, 9)], [lines(5, 6, 7, 8)], [lines(10)])
    batches = take_batches(inbox)
    times = [[line.time for _, log in batch for line in log.lines] for batch in batches]
    assert [sorted(batch_times) for batch_times in times] == times
    assert [time for batch_times in times for time in sorted(batch_times)] == list(range(1, 11))


def test_a_line_out_of_order_holds_nothing_up(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 4)
    batches = take_batches(filled([lines(90, 1, 2, 3)], [lines(50, 51, 52)]))
    times = {0: [], 1: []}
    for stream, log in chain(*batches):
        times[stream] += [line.time for line in log.lines]
    assert times == {0: [90, 1, 2, 3], 1: [50, 51, 52]}


def test_runs_stay_apart_and_what_is_said_between_them_in_its_place():
    payloads = [lines(1), lines(2), LogEnd(0), lines(3, run=1), lines(4, run=2)]
    [batch] = take_batches(filled(payloads))
    assert batch == [
        (0, lines(1, 2)),
        (0, LogEnd(0)),
        (0, lines(3, run=1)),
        (0, lines(4, run=2)),
    ]


def test_an_object_waits_for_no_more_than_one_turn(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 4)
    inbox = filled([lines(*range(100))], [lines(*range(100))])
    inbox.take(0.0)
    inbox.put(None, Listed(()))
    waited = 0
    subscription, payload = inbox.take(0.0)
    while subscription is not None:
        waited += len(payload.lines)
        subscription, payload = inbox.take(0.0)
    assert waited <= 4


def test_with_nobody_reading_what_waits_is_bounded():
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


def test_of_hundreds_of_streams_those_with_the_oldest_lines_make_a_turn(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 40)
    looked = []
    reach = LogBuffer.time_of_first
    monkeypatch.setattr(LogBuffer, 'time_of_first', lambda *args: looked.append(1) or reach(*args))
    inbox = filled(*([lines(*range(start, start + 30))] for start in range(0, 6000, 30)))
    batches = take_batches(inbox)
    sizes = [sum(len(log.lines) for _, log in batch) for batch in batches]
    assert max(sizes) <= 40
    # A few looks a turn, not one at each of the streams that still wait.
    assert len(looked) <= 4 * len(batches)
    times = [line.time for batch in batches for _, log in batch for line in log.lines]
    assert times == sorted(times) == list(range(6000))


def test_a_reader_is_woken_when_half_of_its_lines_are_gone():
    buffer = LogBuffer(Subscription(Logs('ns', 'pod', 'u', 'main')), lambda buffer: None, 8)
    for number in range(8):
        buffer.put(lines(number))
    blocked = threading.Thread(target=buffer.put, args=(lines(8),), daemon=True)
    blocked.start()
    buffer.take(2)
    blocked.join(0.05)
    assert blocked.is_alive()
    buffer.take(3)
    blocked.join(5.0)
    assert not blocked.is_alive()
