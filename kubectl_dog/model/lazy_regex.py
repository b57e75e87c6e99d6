"""Regular expressions that are compiled when they are first used: most runs need few of them."""

from __future__ import annotations

import re
from typing import cast


class _Pattern:
    def __init__(self, text: str, flags: int) -> None:
        self._given = text, flags

    def __getattr__(self, name: str) -> object:
        # Asked for only what was not found: each method comes here once.
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found


def lazy_compile(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, which takes milliseconds for some; what is wrong shows at the first use."""
    return cast('re.Pattern[str]', _Pattern(text, flags))
