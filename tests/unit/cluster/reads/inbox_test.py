"""In which order lines of many streams are handed out, and how many may wait."""

from __future__ import annotations

import threading

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
    box = Inbox()
    for number, payloads in enumerate(streams):
        buffer = box.buffer(Subscription(Logs('ns', 'pod', f'{number}', 'main')))
        for payload in payloads:
            buffer.put(payload)
    return box


def turns(box):
    """What each turn hands out, by stream."""
    found = []
    letter = box.take(0.0)
    while letter is not None:
        found.append([])
        while letter is not None:
            feed, payload = letter
            found[-1].append((int(feed.want.uid), payload))
            letter = box.take(0.0) if box.is_mid_batch else None
        letter = box.take(0.0)
    return found


def test_few_lines_that_wait_together_are_one_turn():
    assert turns(filled([lines(1, 5)], [lines(2, 9)])) == [[(0, lines(1, 5)), (1, lines(2, 9))]]


def test_of_many_lines_the_oldest_of_all_streams_go_first(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 4)
    box = filled([lines(1, 2, 3), lines(4, 9)], [lines(5, 6, 7, 8)], [lines(10)])
    found = turns(box)
    times = [[line.time for _, batch in turn for line in batch.lines] for turn in found]
    assert [sorted(each) for each in times] == times
    assert [time for each in times for time in sorted(each)] == list(range(1, 11))


def test_a_line_out_of_order_holds_nothing_up(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 4)
    found = turns(filled([lines(90, 1, 2, 3)], [lines(50, 51, 52)]))
    said = {0: [], 1: []}
    for stream, batch in (letter for turn in found for letter in turn):
        said[stream] += [line.time for line in batch.lines]
    assert said == {0: [90, 1, 2, 3], 1: [50, 51, 52]}


def test_runs_stay_apart_and_what_is_said_between_them_in_its_place():
    payloads = [lines(1), lines(2), LogEnd(0), lines(3, run=1), lines(4, run=2)]
    [turn] = turns(filled(payloads))
    assert turn == [
        (0, lines(1, 2)),
        (0, LogEnd(0)),
        (0, lines(3, run=1)),
        (0, lines(4, run=2)),
    ]


def test_an_object_waits_for_no_more_than_one_turn(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 4)
    box = filled([lines(*range(100))], [lines(*range(100))])
    box.take(0.0)
    box.put(None, Listed(()))
    waited = 0
    feed, payload = box.take(0.0)
    while feed is not None:
        waited += len(payload.lines)
        feed, payload = box.take(0.0)
    assert waited <= 4


def test_with_nobody_reading_what_waits_is_bounded():
    box = Inbox()
    buffers = [box.buffer(Subscription(Logs('ns', 'pod', f'{each}', 'main'))) for each in range(3)]

    def write(buffer):
        for number in range(500):
            buffer.put(lines(*range(number * 10, number * 10 + 10)))

    threads = [threading.Thread(target=write, args=(each,), daemon=True) for each in buffers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(0.1)
    assert [buffer._lines for buffer in buffers] == [module.CAPACITY] * 3
    said = {buffer.subscription: [] for buffer in buffers}
    while any(len(each) < 5000 for each in said.values()):
        feed, payload = box.take(5.0)
        said[feed] += [line.time for line in payload.lines]
    # Nothing was dropped.
    assert all(each == list(range(5000)) for each in said.values())


def test_of_hundreds_of_streams_those_with_the_oldest_lines_make_a_turn(monkeypatch):
    monkeypatch.setattr(module, '_BATCH_LINES', 40)
    looked = []
    reach = LogBuffer.time_of_first
    monkeypatch.setattr(LogBuffer, 'time_of_first', lambda *args: looked.append(1) or reach(*args))
    box = filled(*([lines(*range(start, start + 30))] for start in range(0, 6000, 30)))
    found = turns(box)
    sizes = [sum(len(batch.lines) for _, batch in turn) for turn in found]
    assert max(sizes) <= 40
    # A few looks a turn, not one at each of the streams that still wait.
    assert len(looked) <= 4 * len(found)
    said = [line.time for turn in found for _, batch in turn for line in batch.lines]
    assert said == sorted(said) == list(range(6000))


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
