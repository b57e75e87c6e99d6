"""Select the lines of a crashed container's log that explain the crash."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubectl_dog.model.lazy_regex import lazy_compile

_ERROR_WORDS = lazy_compile(
    r'\b(error|fatal|panic|exception|denied|refused|failed|failure|cannot|could not|unable'
    r'|invalid|unknown|not found|no such|missing|abort\w*|out of memory|traceback)\b'
    r'|\w(Error|Exception)\b',
    re.I,
)
# Lines that follow the error: stack frames and the exit status.
_FRAME = lazy_compile(r'^\s+(at |File "|from |in |\.\.\.)|^\s{4,}|^\s*goroutine \d+|^exit status')
# Characters of a line that are searched; lines that are read from a cluster are not longer.
_LONGEST = 16 * 1024


def log_excerpt(lines: Sequence[str], limit: int = 3) -> tuple[str, ...]:
    """Return at most `limit` error lines, in order: the last error and the lines before it.

    Without any error, the last lines that are not empty.
    """
    # Each instance of a crashing container logs the same lines.
    texts = [line.rstrip() for line in lines if line.strip()]
    distinct = list(dict.fromkeys(reversed(texts)))[::-1]
    error_indexes = [
        index
        for index, line in enumerate(distinct)
        if _ERROR_WORDS.search(line, 0, _LONGEST) and not _FRAME.search(line, 0, _LONGEST)
    ]
    if not error_indexes:
        return tuple(distinct[-limit:])
    newest = error_indexes[-1]
    indexes = [index for index in error_indexes if newest - index < 20][-limit:]
    return tuple(distinct[index] for index in indexes)
