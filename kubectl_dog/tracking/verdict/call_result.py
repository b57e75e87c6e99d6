"""What the targets of one call mean for each other: when the others are waited for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code

# After a failure, how long, in seconds, to look at what else is failing.
FAIL_FAST_DELAY = 5.0


class CallTarget(NamedTuple):
    """One target of the call: its own options, its verdict (None: it is open), since when, in the
    engine's seconds, it has that; `hopes` says that it fails unless it heals before the others end.
    """

    options: Options
    verdict: Verdict | None
    at: float = 0.0
    may_recover: bool = False


def others_may_recover(members: Sequence[CallTarget]) -> bool:
    """Whether anybody is still open who is not only hoping."""
    return any(one.verdict is None and not one.may_recover for one in members)


def call_ends_at(members: Sequence[CallTarget]) -> float | None:
    """When those that are open are waited for no longer; None: they decide for themselves.

    A failure ends the call once the others were looked at, unless it was asked to keep going; and
    those that block nothing are waited for only with the others.
    """
    still = [one for one in members if one.verdict is None]
    ends = [one.at for one in members if _is_final(one)]
    blocking = [one for one in members if one.options.blocking]
    moments = [min(ends) + FAIL_FAST_DELAY] if ends and still else []
    if still and blocking and all(one.verdict is not None for one in blocking):
        moments.append(max(one.at for one in blocking))
    return min(moments, default=None)


def _is_final(one: CallTarget) -> bool:
    """Whether its end ends the call."""
    options = one.options
    if one.verdict is None or options.keep_going or options.fail_mode == 'ignore':
        return False
    # A pause is no failure: the others may be ready yet.
    return EXIT_CODES[one.verdict] not in (0, 6)


def call_exit_code(members: Sequence[CallTarget]) -> int:
    """The exit code of the call: failures of those that may fail count for nothing."""
    counted = [
        one.verdict
        for one in members
        if one.verdict is not None and not is_ignored_failure(one.options, one.verdict)
    ]
    return exit_code(tuple(counted)) if counted else 0


def is_ignored_failure(options: Options, verdict: Verdict) -> bool:
    """Whether this end is a failure that counts for nothing."""
    return options.fail_mode == 'ignore' and EXIT_CODES[verdict] in (1, 3, 4, 6)
