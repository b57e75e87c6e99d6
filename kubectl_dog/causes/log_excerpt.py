"""Which lines of a crashed container's log say why it crashed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubectl_dog.model.lazy_regex import lazy_compile

_TELLING = lazy_compile(
    r'\b(error|fatal|panic|exception|denied|refused|failed|failure|cannot|could not|unable'
    r'|invalid|unknown|not found|no such|missing|abort\w*|out of memory|traceback)\b'
    r'|\w(Error|Exception)\b',
    re.I,
)
# Lines that follow the telling one: stack frames and the runtime's goodbye.
_FRAME = lazy_compile(r'^\s+(at |File "|from |in |\.\.\.)|^\s{4,}|^\s*goroutine \d+|^exit status')
# Characters of a line that are looked at; a log that is read from a cluster has no longer ones.
_LONGEST = 16 * 1024


def log_excerpt(lines: Sequence[str], limit: int = 3) -> tuple[str, ...]:
    """The lines that tell most, in their order: the last telling one and what stands around it.

    Without any telling line, the last ones that are not empty.
    """
    # Each instance of a crashing container says the same.
    said = [line.rstrip() for line in lines if line.strip()]
    kept = list(dict.fromkeys(reversed(said)))[::-1]
    telling = [
        index
        for index, line in enumerate(kept)
        if _TELLING.search(line, 0, _LONGEST) and not _FRAME.search(line, 0, _LONGEST)
    ]
    if not telling:
        return tuple(kept[-limit:])
    last = telling[-1]
    chosen = [index for index in telling if last - index < 20][-limit:]
    return tuple(kept[index] for index in chosen)
