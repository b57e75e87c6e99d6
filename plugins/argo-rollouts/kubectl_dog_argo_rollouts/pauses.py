"""Pauses: those that pass by themselves, and those that somebody has to end."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.tracker import Object
from kubectl_dog.tracker import epoch
from kubectl_dog.tracker import format_duration
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_str
from kubectl_dog_argo_rollouts import analyses
from kubectl_dog_argo_rollouts import durations
from kubectl_dog_argo_rollouts import steps
from kubectl_dog_argo_rollouts.reading import Rollout
from kubectl_dog_argo_rollouts.reading import revision_of


class Pause(NamedTuple):
    """`message` is a predicate where somebody has to act; else it completes «waiting for …», and
    the pause of so many `seconds` ends by itself at `until`, in epoch seconds.
    """

    reason: str
    message: str
    seconds: float = 0.0
    until: float | None = None


def find(rollout: Rollout) -> Pause | None:
    """The pause that counts: one that waits for a person goes before one that passes."""
    if get_dict(rollout.thing, 'spec').get('paused') is True:
        return Pause('RolloutPaused', 'is paused (spec.paused) and has to be promoted')
    told = get_dicts(rollout.status, 'pauseConditions')
    found = [_pause(rollout, one) for one in told]
    return max(found, key=lambda one: (one.until is None, one.until or 0.0), default=None)


def is_ending(rollout: Rollout) -> bool:
    """Whether somebody has just ended it, and the controller has not seen that yet."""
    status = rollout.status
    return status.get('controllerPause') is True and not get_dicts(status, 'pauseConditions')


def _pause(rollout: Rollout, told: Object) -> Pause:
    reason = get_str(told, 'reason')
    at = steps.place(rollout)
    lasts, name = _lasts(rollout, reason), f'the pause at {at}' if at else 'the pause'
    begun = epoch(told.get('startTime'))
    if lasts and begun is not None:
        until = begun + lasts
        words = f'{name} ({format_duration(lasts)}) to pass at {durations.clock(until)}'
        return Pause(reason, words, lasts, until)
    where = f'at {at}' if at else ''
    if reason == 'BlueGreenPause':
        where = f'before revision {revision_of(rollout.newest)} becomes the active one'
    in_doubt = reason.startswith('Inconclusive')
    why = analyses.doubts(rollout) if in_doubt else ''
    words = ' '.join(filter(None, ('is paused', where, why and f'({why})')))
    choice = 'promoted or aborted' if in_doubt else 'promoted'
    return Pause(reason, f'{words} and has to be {choice}')


def _lasts(rollout: Rollout, reason: str) -> float:
    """How many seconds such a pause lasts; 0: until somebody ends it."""
    if reason == 'CanaryPauseStep':
        return durations.seconds(get_dict(steps.current(rollout), 'pause').get('duration'))
    if reason == 'BlueGreenPause' and rollout.blue_green.get('autoPromotionEnabled') is not False:
        return durations.seconds(rollout.blue_green.get('autoPromotionSeconds'))
    return 0.0
