from __future__ import annotations

import gzip
from types import MappingProxyType

import pytest

from kubectl_dog.cluster.transport.compressed_stream import CompressedStream
from kubectl_dog.cluster.transport.compressed_stream import decompress
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.limits import TooLongError

TEXT = gzip.compress(b'one\ntwo\n')


class Stream:
    status = 200
    headers = MappingProxyType({})
    set_read_timeout = stop = close = print

    def __init__(self, *parts):
        self.parts = list(parts)

    def read(self):
        return self.parts.pop(0) if self.parts else b''


@pytest.mark.parametrize('size', (1, 7, 100))
def test_a_stream_is_decompressed_however_it_was_cut(size):
    parts = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    assert b''.join(iter(CompressedStream(Stream(*parts)).read, b'')) == b'one\ntwo\n'


def test_one_read_is_not_larger_than_its_limit():
    stream = CompressedStream(Stream(gzip.compress(bytes(10_000_000))))
    sizes = [len(part) for part in iter(stream.read, b'')]
    assert (sum(sizes), max(sizes)) == (10_000_000, 256 * 1024)


@pytest.mark.parametrize('parts', ((TEXT[:-9],), (b'<html>',)))
def test_a_stream_that_is_incomplete_or_not_compressed_is_cut(parts):
    with pytest.raises(CutError):
        list(iter(CompressedStream(Stream(*parts)).read, b''))


@pytest.mark.parametrize(
    ('body', 'error'),
    ((gzip.compress(bytes(101)), TooLongError), (TEXT[:-9], CutError), (b'<html>', CutError)),
)
def test_a_body_that_is_too_long_or_incomplete(body, error):
    assert decompress(gzip.compress(bytes(100)), 100) == bytes(100)
    with pytest.raises(error):
        decompress(body, 100)
