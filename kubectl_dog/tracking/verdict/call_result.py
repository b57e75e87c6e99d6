"""Combine the verdicts of all targets: when the call ends, and its exit code."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code

# How long, in seconds, other targets are evaluated after a failure before the call ends.
FAIL_FAST_DELAY = 5.0


class CallTarget(NamedTuple):
    """One target of the call, with its own options.

    `verdict` is None while the target is open, `at` is when it got its verdict, in the engine's
    seconds. `may_recover` says that it has failed unless it recovers before the others end.
    """

    options: Options
    verdict: Verdict | None
    at: float = 0.0
    may_recover: bool = False


def others_may_recover(targets: Sequence[CallTarget]) -> bool:
    """Return whether any target is open that has not failed so far."""
    return any(target.verdict is None and not target.may_recover for target in targets)


def call_ends_at(targets: Sequence[CallTarget]) -> float | None:
    """Return when the call stops waiting for open targets; None: when all have verdicts.

    A failure ends the call soon, unless --keep-going is set. Targets that do not block are waited
    for only as long as others are.
    """
    open_targets = [target for target in targets if target.verdict is None]
    ends = [target.at for target in targets if _is_final(target)]
    blocking = [target for target in targets if target.options.blocking]
    times = [min(ends) + FAIL_FAST_DELAY] if ends and open_targets else []
    if open_targets and blocking and all(target.verdict is not None for target in blocking):
        times.append(max(target.at for target in blocking))
    return min(times, default=None)


def _is_final(target: CallTarget) -> bool:
    """Return whether the verdict of this target ends the call."""
    options = target.options
    if target.verdict is None or options.keep_going or options.fail_mode == 'ignore':
        return False
    # A pause is no failure: the others may still become ready.
    return EXIT_CODES[target.verdict] not in (0, 6)


def call_exit_code(targets: Sequence[CallTarget]) -> int:
    """Return the exit code of the call; ignored failures do not count."""
    verdicts = [
        target.verdict
        for target in targets
        if target.verdict is not None and not is_ignored_failure(target.options, target.verdict)
    ]
    return exit_code(tuple(verdicts)) if verdicts else 0


def is_ignored_failure(options: Options, verdict: Verdict) -> bool:
    """Return whether this verdict is a failure that does not affect the exit code."""
    return options.fail_mode == 'ignore' and EXIT_CODES[verdict] in (1, 3, 4, 6)
