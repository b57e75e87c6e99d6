"""Parse and format timestamps and durations."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile

_STAMP = lazy_compile(
    r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)',
)
_DURATION = lazy_compile(r'([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)')
_NUMBER = lazy_compile(r'[0-9]{1,9}(\.[0-9]{1,9})?')
# Ten years, in seconds.
_MAX_DURATION = 3650 * 86400.0
_UNIT = {'ms': 0.001, 's': 1, 'm': 60, 'h': 3600, 'd': 86400}


def nanoseconds(stamp: str) -> int | None:
    """Convert RFC 3339 text to nanoseconds since the epoch; None if it is not a timestamp.

    `datetime.fromisoformat` reads neither `Z` on Python 3.9 and 3.10 nor nanoseconds on any.
    """
    match = _STAMP.fullmatch(stamp)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        seconds = calendar.timegm((year, month, day, hour, minute, second))
    except ValueError:
        # Such as the thirteenth month, or the year 0.
        return None
    zone = match[8]
    if zone != 'Z':
        shift = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds += -shift if zone[0] == '+' else shift
    return seconds * 1_000_000_000 + int((match[7] or '').ljust(9, '0'))


def epoch(stamp: object) -> float | None:
    """Convert RFC 3339 text to epoch seconds; None for any other value, such as a missing one."""
    return _epoch(stamp) if isinstance(stamp, str) else None


@lru_cache(maxsize=4096)
def _epoch(stamp: str) -> float | None:
    value = nanoseconds(stamp)
    # Split first: a float cannot hold 19 digits.
    return None if value is None else value // 10**9 + value % 10**9 / 1e9


def format_timestamp(seconds: float) -> str:
    """Convert epoch seconds to RFC 3339 in UTC with milliseconds."""
    millis = round(seconds * 1000)
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(millis // 1000)) + f'.{millis % 1000:03}Z'


def format_nano_timestamp(value: int) -> str:
    """Convert nanoseconds since the epoch to RFC 3339 in UTC, as container runtimes do."""
    seconds, rest = divmod(value, 1_000_000_000)
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds)) + f'.{rest:09}Z'


def parse_duration(text: str) -> float:
    """Convert `90`, `1m30s`, `2h` or `500ms` to seconds; UserError lists the valid syntax."""
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    elif not text or _DURATION.sub('', text):
        raise UserError(f'{text[:40]!r} is not a duration: use a value like 90s, 5m or 1h30m')
    else:
        seconds = sum(float(number) * _UNIT[unit] for number, unit in _DURATION.findall(text))
    if seconds > _MAX_DURATION:
        raise UserError(f'{text[:40]!r} is longer than ten years')
    return seconds


def format_duration(seconds: float) -> str:
    """Return seconds as a short duration: `9s`, `1m30s`, `2h`, `3h5m`."""
    whole = max(0, int(seconds + 0.5))
    if whole < 60:
        return f'{whole}s'
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f'{minutes}m{rest}s' if rest else f'{minutes}m'
    hours, rest = divmod(whole, 3600)
    return f'{hours}h{rest // 60}m' if rest // 60 else f'{hours}h'


def running_max(times: Iterable[int], start: int) -> list[int]:
    """Return the running maximum of times: sort keys to merge several logs by time.

    Each log keeps its own order, although its times can decrease; `start` is the time before.
    """
    return list(accumulate(times, max, initial=start))[1:]
