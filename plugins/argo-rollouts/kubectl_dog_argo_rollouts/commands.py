"""Suggested commands for a Rollout, of the kubectl plugin of Argo Rollouts."""

from __future__ import annotations

from kubectl_dog.tracker import State
from kubectl_dog.tracker import uid
from kubectl_dog_argo_rollouts.reading import Rollout


def suggested_commands(rollout: Rollout, state: State) -> tuple[str, ...]:
    """The commands for this state, the most likely first."""
    target = rollout.view.target
    whom = f'-n {target.namespace} {target.name}'
    get = f'kubectl argo rollouts get rollout {whom}'
    abort = f'kubectl argo rollouts abort {whom}'
    if state is State.PAUSED:
        promote = f'kubectl argo rollouts promote {whom}'
        return (promote, abort) if _has_other(rollout) else (promote, get)
    if rollout.status.get('abort') is True:
        # The stable revision serves already: undo also puts it into the spec.
        undo = f'kubectl argo rollouts undo {whom}'
        return (undo, f'kubectl argo rollouts retry rollout {whom}', get)
    return (abort, get) if _has_other(rollout) else (get,)


def _has_other(rollout: Rollout) -> bool:
    """Whether there is a stable revision to go back to."""
    return bool(rollout.stable) and uid(rollout.stable) != uid(rollout.newest)
