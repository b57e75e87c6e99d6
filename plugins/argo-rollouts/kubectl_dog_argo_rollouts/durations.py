"""Parse durations and format times as Argo Rollouts does."""

from __future__ import annotations

import re
from datetime import datetime
from datetime import timezone

# The common part of Go's ParseDuration.
_PART = re.compile(r'([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|ms|m|s)')
_WHOLE = re.compile(rf'(?:{_PART.pattern})+')
# The end of the year 9999, the last of datetime.
_LAST = 253402300799.0
_SECONDS = {'h': 3600.0, 'm': 60.0, 's': 1.0, 'ms': 0.001}


def seconds(value: object) -> float:
    """Seconds of a value like `30`, `"30"`, `30s` or `1h30m`; 0 if it is invalid."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return max(0.0, min(float(value), 1e9))
    if not isinstance(value, str):
        return 0.0
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    if not _WHOLE.fullmatch(value):
        return 0.0
    return sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(value))


def time_of_day(moment: float) -> str:
    """The time of day (UTC) of a moment in epoch seconds."""
    return datetime.fromtimestamp(min(moment, _LAST), timezone.utc).strftime('%H:%M:%S UTC')
