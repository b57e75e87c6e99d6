"""Times as Argo Rollouts writes them."""

from __future__ import annotations

import re
from datetime import datetime
from datetime import timezone

# Go's ParseDuration, as far as anybody writes it.
_PART = re.compile(r'([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|ms|m|s)')
_WHOLE = re.compile(rf'(?:{_PART.pattern})+')
# The end of the year 9999: a calendar has no more.
_LAST = 253402300799.0
_SECONDS = {'h': 3600.0, 'm': 60.0, 's': 1.0, 'ms': 0.001}


def seconds(value: object) -> float:
    """How long `30`, `"30"`, `30s` or `1h30m` is; 0 for what is none of that."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return max(0.0, min(float(value), 1e9))
    if not isinstance(value, str):
        return 0.0
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    if not _WHOLE.fullmatch(value):
        return 0.0
    return sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(value))


def clock(moment: float) -> str:
    """The time of the day at a moment in epoch seconds."""
    return datetime.fromtimestamp(min(moment, _LAST), timezone.utc).strftime('%H:%M:%S UTC')
