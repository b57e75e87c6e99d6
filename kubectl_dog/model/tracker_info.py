"""A tracker or rule for a kind, as `kubectl dog trackers` lists it."""

from __future__ import annotations

from typing import NamedTuple

USED, UNUSED, BROKEN = 'used', 'unused', 'broken'


class TrackerInfo(NamedTuple):
    """A tracker or rule for a kind.

    - `kind`: `Kind.group`; `*` in rules stands for any kind or group; empty if unknown.
    - `package`, `version`: the Python package that provides it.
    - `implementation`: code or rules.
    - `source`: module or file.
    - `state`: used, unused (another takes precedence) or broken.
    - `note`: why it is not used.
    """

    kind: str
    package: str
    version: str
    implementation: str
    source: str
    state: str = USED
    note: str = ''
