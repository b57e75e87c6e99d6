"""What the user may set for a run."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """All times in seconds; None means `auto` for the stall and stable times, else `no limit`.

    `since` counts back from the start of the run; `tail` is in lines. `follow` never fails and
    ends only with its target, `once` takes a single look.
    """

    timeout: float | None = None
    stall_timeout: float | None = None
    create_timeout: float = 30.0
    stable_for: float | None = None
    status_period: float = 30.0
    since: float | None = None
    tail: int | None = 100
    logs: bool = True
    follow: bool = False
    once: bool = False
