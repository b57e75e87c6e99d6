"""One of all that could judge a kind, in the words of `trackers`."""

from __future__ import annotations

from typing import NamedTuple

USED, UNUSED, BROKEN = 'used', 'unused', 'broken'


class TrackerInfo(NamedTuple):
    """One that could judge `kind` (`Kind.group`; in rules `*` stands for any, and it is empty where
    nobody can tell). `by` is code or rules, `source` the module or the file, `state` one of used,
    unused (another goes first) and broken; `why` says why it is not used.
    """

    kind: str
    package: str
    version: str
    implementation: str
    source: str
    state: str = USED
    note: str = ''
