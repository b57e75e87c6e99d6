"""Split bytes from the network into lines."""

from __future__ import annotations


class LineSplitter:
    """A splitter of chunks into lines; `limit` clips longer lines.

    `kept_bytes` is the length of the line that is not complete yet, at most `limit`.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self.kept_bytes = 0
        self._dropped_bytes = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that a chunk completes, without line feeds; keeps the rest."""
        if b'\n' not in chunk:
            self._keep(chunk)
            return []
        first, *lines, rest = chunk.split(b'\n')
        self._keep(first)
        whole = self._take_line()
        self._keep(rest)
        if self._limit is not None:
            lines = [line if len(line) <= self._limit else self._clip(line) for line in lines]
        return [whole, *lines]

    def block(self, chunk: bytes) -> bytes:
        """Return the result of `feed` as one value: each line with its line feed."""
        first, end = chunk.find(b'\n') + 1, chunk.rfind(b'\n') + 1
        body = chunk[first:end] if self.kept_bytes else chunk[:end]
        if not end or _has_longer_line(self._limit, body):
            return b''.join(line + b'\n' for line in self.feed(chunk))
        if self.kept_bytes:
            self._keep(chunk[: first - 1])
            body = self._take_line() + b'\n' + body
        self._keep(chunk[end:])
        return body

    def last_block(self) -> bytes:
        """Return the last line of a stream with a line feed, if it had none; else b''."""
        return self._take_line() + b'\n' if self.kept_bytes else b''

    def _keep(self, part: bytes) -> None:
        if self._limit is not None and self.kept_bytes + len(part) > self._limit:
            space = self._limit - self.kept_bytes
            self._dropped_bytes += len(part) - space
            part = part[:space]
        if part:
            self._parts.append(part)
            self.kept_bytes += len(part)

    def _take_line(self) -> bytes:
        line = b''.join(self._parts)
        if self._dropped_bytes:
            line = _with_length_note(line, self.kept_bytes + self._dropped_bytes)
        self._parts, self.kept_bytes, self._dropped_bytes = [], 0, 0
        return line

    def _clip(self, line: bytes) -> bytes:
        return _with_length_note(line[: self._limit], len(line))


def _has_longer_line(limit: int | None, block: bytes) -> bool:
    offset = 0
    while limit is not None and len(block) - offset > limit:
        offset = block.rfind(b'\n', offset, offset + limit + 1) + 1
        if not offset:
            return True
    return False


def _with_length_note(line: bytes, length: int) -> bytes:
    return _cut_at_character(line) + f' … [{length} bytes]'.encode()


def _cut_at_character(line: bytes) -> bytes:
    # A part of a character at the cut would show as garbage.
    for back in range(1, min(4, len(line)) + 1):
        byte = line[-back]
        if byte < 0x80:
            return line
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return line if back >= needed else line[:-back]
    return line
