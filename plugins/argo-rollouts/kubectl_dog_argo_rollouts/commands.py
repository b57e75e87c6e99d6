"""What to do about a Rollout, as commands of its kubectl plugin."""

from __future__ import annotations

from kubectl_dog.tracker import State
from kubectl_dog.tracker import uid
from kubectl_dog_argo_rollouts.reading import Rollout


def remedies(rollout: Rollout, state: State) -> tuple[str, ...]:
    """What helps in this state, the likeliest first."""
    target = rollout.view.target
    whom = f'-n {target.namespace} {target.name}'
    get = f'kubectl argo rollouts get rollout {whom}'
    abort = f'kubectl argo rollouts abort {whom}'
    if state is State.PAUSED:
        promote = f'kubectl argo rollouts promote {whom}'
        return (promote, abort) if _has_other(rollout) else (promote, get)
    if rollout.status.get('abort') is True:
        # The stable revision serves already: that has to become what is asked for, too.
        undo = f'kubectl argo rollouts undo {whom}'
        return (undo, f'kubectl argo rollouts retry rollout {whom}', get)
    return (abort, get) if _has_other(rollout) else (get,)


def _has_other(rollout: Rollout) -> bool:
    """Whether there is a stable revision to go back to."""
    return bool(rollout.stable) and uid(rollout.stable) != uid(rollout.newest)
