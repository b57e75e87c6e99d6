"""The largest files that are read, and functions that read files up to these sizes.

They bound the memory for files that never end, such as `/dev/zero`. docs/limits.md lists them.
Those of the network and of credentials are in kubectl_dog/cluster.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import IO

KIB = 1 << 10
MIB = 1 << 20

# In bytes. A kubeconfig of 1,000 clusters with certificates has 4 MiB.
KUBECONFIG = 16 * MIB
# The objects of a namespace with thousands of pods.
MANIFEST = 64 * MIB
DOWNLOAD = 10 * MIB
# 100,000 targets.
SPEC = 16 * MIB
# Larger than any rule, and parsed within a second.
RULES = 256 * KIB
# A line has a whole list: 128 MiB are those of 30,000 pods.
RECORDING_LINE = 128 * MIB
RECORDING = 1024 * MIB
# Number of lines: each becomes an item in memory.
RECORDING_LINES = 5_000_000


def read_file(path: str, limit: int) -> bytes:
    """Return the content of a file. Raises OSError, also for more than `limit` bytes."""
    with open(path, 'rb') as stream:
        return read_stream(stream, limit)


def read_stream(stream: IO[bytes], limit: int) -> bytes:
    """Return the rest of a stream. Raises OSError for more than `limit` bytes."""
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise too_large(limit)
    return content


def read_recording(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a recording with their ends. Raises OSError, also at a limit."""
    total = 0
    for _ in range(RECORDING_LINES):
        line = stream.readline(RECORDING_LINE + 1)
        if not line:
            return
        total += len(line)
        if len(line) > RECORDING_LINE:
            raise too_large(RECORDING_LINE, 'a line is ')
        if total > RECORDING:
            raise too_large(RECORDING)
        yield line
    if stream.read(1):
        raise OSError(errno.EFBIG, f'it has more than {RECORDING_LINES:,} lines')


def too_large(limit: int, subject: str = '') -> OSError:
    """Return the error for input of more than `limit` bytes."""
    size = f'{limit // MIB} MiB' if limit >= MIB else f'{limit // KIB} KiB'
    return OSError(errno.EFBIG, f'{subject}larger than {size}')
