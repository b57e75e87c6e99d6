"""Decompress bodies and streams that were compressed without a request for it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from kubectl_dog.model import limits
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import Stream

# The window bits of zlib that accept gzip and deflate.
_GZIP_OR_ZLIB = 47
# One read returns at most this many bytes: a few compressed bytes can be gigabytes.
_READ_SIZE = 256 * 1024


def decompress(body: bytes, most: int) -> bytes:
    """Return a body of at most `most` bytes; raises CutError."""
    decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        whole = decompressor.decompress(body, most)
    except zlib.error as error:
        raise CutError(f'cannot decompress the answer ({error})') from error
    if decompressor.unconsumed_tail:
        raise limits.TooLongError(limits.describe(most))
    if not decompressor.eof:
        raise CutError('cannot decompress the answer: it is incomplete')
    return whole


class CompressedStream:
    """A `Stream` on one whose body is compressed."""

    def __init__(self, stream: Stream) -> None:
        self.status = stream.status
        self.headers: Mapping[str, str] = stream.headers
        self._stream = stream
        self._decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
        self.set_read_timeout, self.stop, self.close = (
            stream.set_read_timeout,
            stream.stop,
            stream.close,
        )

    def read(self) -> bytes:
        """Wait for data and return it; b'' at the end. Raises CutError, SilentError."""
        while not self._decompressor.eof:
            data = self._decompressor.unconsumed_tail or self._stream.read()
            if not data:
                raise CutError('the compressed body is incomplete')
            try:
                text = self._decompressor.decompress(data, _READ_SIZE)
            except zlib.error as error:
                raise CutError(str(error)) from error
            if text:
                return text
        return b''
