from __future__ import annotations

import io
import threading

import pytest

from kubectl_dog.output import background_stream
from kubectl_dog.output.background_stream import BackgroundStream


class Stuck(io.StringIO):
    """Nobody reads it until it is let go."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def write(self, text):
        self.go.wait(5)
        return super().write(text)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(background_stream, '_WRITE_TIMEOUT', 0.05)


def test_what_is_written_is_there_when_somebody_reads(monkeypatch):
    monkeypatch.setattr(background_stream, '_WRITE_TIMEOUT', 5)
    stream = io.StringIO()
    background = BackgroundStream(stream)
    for text in ('a', 'b\n'):
        assert background.write(text) == len(text)
        assert stream.getvalue().endswith(text)
    background.writelines(['c', 'd'])
    assert stream.getvalue() == 'ab\ncd'
    assert background.close()


def test_a_stuck_reader_blocks_nobody_and_gets_it_later():
    stuck = Stuck()
    background = BackgroundStream(stuck)
    for number in range(3):
        background.write(f'{number}')
    assert stuck.getvalue() == ''
    stuck.go.set()
    assert background.close()
    assert stuck.getvalue() == '012'


def test_too_much_is_dropped():
    stuck = Stuck()
    background = BackgroundStream(stuck)
    background.write('a')
    background._writer._room = 3
    for _ in range(5):
        background.write('b')
    stuck.go.set()
    background.close()
    assert stuck.getvalue() == 'abb'


@pytest.mark.parametrize('error', (BrokenPipeError(), OSError(28, 'no space left')))
def test_what_cannot_be_written_is_nobodys_failure(error):
    class Broken(io.StringIO):
        def write(self, text):
            raise error

    background = BackgroundStream(Broken())
    background.write('a')
    background.write('b')
    assert background.close()


def test_without_threads_and_in_the_end_it_is_the_stream_itself(monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    stream = io.StringIO()
    ended = BackgroundStream(stream)
    ended.write('a')
    ended.close()
    ended.write('b')
    assert stream.getvalue() == 'ab'
    monkeypatch.setattr(threading.Thread, 'start', start)
    BackgroundStream(stream).write('c')
    assert stream.getvalue() == 'abc'


def test_the_rest_is_the_streams_own():
    stream = io.TextIOWrapper(io.BytesIO(), encoding='cp1252')
    background = BackgroundStream(stream)
    assert (background.encoding, background.isatty()) == ('cp1252', False)
