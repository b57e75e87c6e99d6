"""Tolerances: when a cause that stands fails its target. Pure; times are the engine's seconds."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.causes.catalogue import GAP
from kubectl_dog.causes.catalogue import HEALING
from kubectl_dog.causes.catalogue import tolerance
from kubectl_dog.model.causes import Cause


class Standing(NamedTuple):
    """A cause over time: first sight, when it was last seen gone (None: it stands), last shape."""

    first: float
    gone: float | None
    cause: Cause


class Limit(NamedTuple):
    """What is left to a cause: due at `at` (None: no time limit), or at the end number `ends`."""

    due: bool
    at: float | None
    ends: int | None


Ledger = Mapping[tuple[str, str], Standing]


def advance(ledger: Ledger, causes: Iterable[Cause], at: float) -> dict[tuple[str, str], Standing]:
    """The ledger after one more look; a gap of up to GAP seconds does not stop a clock."""
    after: dict[tuple[str, str], Standing] = {}
    for cause in causes:
        known = ledger.get(cause.key)
        lapsed = known is not None and known.gone is not None and at - known.gone > GAP
        first = at if known is None or lapsed else known.first
        if not cause.standing and cause.ends == 0:
            continue
        after[cause.key] = Standing(first, None, cause)
    for key, known in ledger.items():
        gone = at if known.gone is None else known.gone
        if key not in after and at - gone <= GAP:
            after[key] = known._replace(gone=gone)
    return after


def limit(standing: Standing, at: float) -> Limit:
    """Whether the cause fails its target now, and what is left to it if not."""
    cause, allowed = standing.cause, tolerance(standing.cause)
    times = []
    if allowed.seconds is not None:
        stretch = HEALING if cause.healing else 1.0
        times.append(standing.first + allowed.seconds * stretch)
    if allowed.ends is not None and cause.ends >= allowed.ends:
        times.append(standing.first + allowed.span)
    moment = min(times, default=None)
    stands = standing.gone is None and cause.standing
    return Limit(stands and moment is not None and moment <= at, moment, allowed.ends)
