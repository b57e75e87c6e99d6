"""Pauses of a Rollout: those with a duration, and those that a user has to end."""

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
    """A pause of a Rollout.

    With `until` (epoch seconds) the pause of `seconds` ends by itself, and `message` completes
    "waiting for". Without it a user has to act, and `message` is a predicate.
    """

    reason: str
    message: str
    seconds: float = 0.0
    until: float | None = None


def find(rollout: Rollout) -> Pause | None:
    """The current pause; a pause that a user has to end precedes one with a duration."""
    if get_dict(rollout.obj, 'spec').get('paused') is True:
        return Pause('RolloutPaused', 'is paused (spec.paused) and has to be promoted')
    conditions = get_dicts(rollout.status, 'pauseConditions')
    pauses = [_pause(rollout, pause_condition) for pause_condition in conditions]
    return max(pauses, key=lambda pause: (pause.until is None, pause.until or 0.0), default=None)


def is_resuming(rollout: Rollout) -> bool:
    """Whether a user has ended the pause, and the controller has not observed that yet."""
    status = rollout.status
    return status.get('controllerPause') is True and not get_dicts(status, 'pauseConditions')


def _pause(rollout: Rollout, pause_condition: Object) -> Pause:
    reason = get_str(pause_condition, 'reason')
    step = steps.step_label(rollout)
    duration, name = _duration(rollout, reason), f'the pause at {step}' if step else 'the pause'
    started = epoch(pause_condition.get('startTime'))
    if duration and started is not None:
        until = started + duration
        text = f'{name} ({format_duration(duration)}) to end at {durations.time_of_day(until)}'
        return Pause(reason, text, duration, until)
    where = f'at {step}' if step else ''
    if reason == 'BlueGreenPause':
        where = f'before revision {revision_of(rollout.newest)} becomes the active one'
    in_doubt = reason.startswith('Inconclusive')
    doubt = analyses.describe_inconclusive(rollout) if in_doubt else ''
    text = ' '.join(filter(None, ('is paused', where, doubt and f'({doubt})')))
    choice = 'promoted or aborted' if in_doubt else 'promoted'
    return Pause(reason, f'{text} and has to be {choice}')


def _duration(rollout: Rollout, reason: str) -> float:
    """The duration of the pause in seconds; 0 if a user has to end it."""
    if reason == 'CanaryPauseStep':
        return durations.seconds(get_dict(steps.current(rollout), 'pause').get('duration'))
    if reason == 'BlueGreenPause' and rollout.blue_green.get('autoPromotionEnabled') is not False:
        return durations.seconds(rollout.blue_green.get('autoPromotionSeconds'))
    return 0.0
