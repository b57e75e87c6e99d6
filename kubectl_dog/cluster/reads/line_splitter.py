"""Bytes as they come from the network, cut into lines."""

from __future__ import annotations


class LineSplitter:
    """Splits chunks at line feeds; `limit` clips longer lines and bounds what is held back."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0
        self._dropped = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, without their line feeds; the rest is kept."""
        if b'\n' not in chunk:
            self._keep(chunk)
            return []
        first, *lines, rest = chunk.split(b'\n')
        self._keep(first)
        whole = self._whole()
        self._keep(rest)
        if self._limit is not None:
            lines = [line if len(line) <= self._limit else self._clip(line) for line in lines]
        return [whole, *lines]

    def block(self, chunk: bytes) -> bytes:
        """What `feed` says, as one: each line with its line feed."""
        first, end = chunk.find(b'\n') + 1, chunk.rfind(b'\n') + 1
        body = chunk[first:end] if self._held else chunk[:end]
        if not end or _has_line_beyond(self._limit, body):
            return b''.join(line + b'\n' for line in self.feed(chunk))
        if self._held:
            self._keep(chunk[: first - 1])
            body = self._whole() + b'\n' + body
        self._keep(chunk[end:])
        return body

    def rest(self) -> list[bytes]:
        """At the end of a stream: the last line, if it had no line feed."""
        return [self._whole()] if self._held else []

    def _keep(self, part: bytes) -> None:
        if self._limit is not None and self._held + len(part) > self._limit:
            room = self._limit - self._held
            self._dropped += len(part) - room
            part = part[:room]
        if part:
            self._parts.append(part)
            self._held += len(part)

    def _whole(self) -> bytes:
        line = b''.join(self._parts)
        if self._dropped:
            line = _note(line, self._held + self._dropped)
        self._parts, self._held, self._dropped = [], 0, 0
        return line

    def _clip(self, line: bytes) -> bytes:
        return _note(line[: self._limit], len(line))


def _has_line_beyond(limit: int | None, block: bytes) -> bool:
    at = 0
    while limit is not None and len(block) - at > limit:
        at = block.rfind(b'\n', at, at + limit + 1) + 1
        if not at:
            return True
    return False


def _note(line: bytes, length: int) -> bytes:
    return _whole_characters(line) + f' … [{length} bytes]'.encode()


def _whole_characters(line: bytes) -> bytes:
    # Half a character at the cut would show as garbage.
    for back in range(1, min(4, len(line)) + 1):
        byte = line[-back]
        if byte < 0x80:
            return line
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return line if back >= needed else line[:-back]
    return line
