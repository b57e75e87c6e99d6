"""The terminal of the live view."""

from __future__ import annotations

import os
from typing import TextIO

from kubectl_dog import platform_compat
from kubectl_dog.output.live import Size
from kubectl_dog.output.stream_writer import Writer
from kubectl_dog.output.stream_writer import encodable


class StreamTerminal:
    """The terminal behind a text stream. Its settings and its input are not used."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._writer = Writer(stream)

    def write(self, text: str) -> None:
        """Write text as it is, and flush; raises as `Writer.write` does."""
        self._writer.write_text(text)

    def encode(self, text: str) -> str:
        """Replace the characters that the terminal lacks by ASCII."""
        return encodable(text, self._stream.encoding)

    def size(self) -> Size:
        """Return the size of the screen; 0 if it is not known."""
        try:
            return Size(*os.get_terminal_size(self._stream.fileno()))
        except (OSError, ValueError):
            return Size(0, 0)

    def is_ours(self) -> bool:
        """Return whether this program is in the foreground of the terminal."""
        return platform_compat.is_in_foreground(self._stream)
