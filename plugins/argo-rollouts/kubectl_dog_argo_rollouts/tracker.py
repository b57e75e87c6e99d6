"""Rollout: canary and blue/green, through the ReplicaSet of the newest revision to its pods.

What the controller says is read as its own clients read it (utils/rollout: GetRolloutPhase), with
pauses that pass by themselves told from those that somebody has to end.
"""

from __future__ import annotations

from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import REPLICASETS
from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Revision
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Want
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import describe_template_diff
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog.tracker import uid
from kubectl_dog_argo_rollouts import analyses
from kubectl_dog_argo_rollouts import commands
from kubectl_dog_argo_rollouts import reading
from kubectl_dog_argo_rollouts import verdicts
from kubectl_dog_argo_rollouts.reading import Rollout

codes = ('AnalysisFailed', 'ExperimentFailed', 'InvalidSpec')


def wants(view: View) -> tuple[Want, ...]:
    """Its ReplicaSets and pods; the analyses and experiments of the newest revision, with the pods
    of their jobs; and the workload that it refers to.
    """
    namespace, labels = view.target.namespace, reading.labels(view)
    found: list[Want] = [Watch(REPLICASETS, namespace, labels), Watch(PODS, namespace, labels)]
    workload = reading.workload_watch(view)
    if workload:
        found.append(workload)
    newest = get_str(view.object, 'status', 'currentPodHash')
    if newest:
        of_newest = f'{reading.HASH}={newest}'
        kinds = reading.measured(view.object or {})
        found += [Watch(kind, namespace, of_newest) for kind in kinds]
    rollout = reading.read(view)
    return (*found, *analyses.job_watches(rollout), *analyses.job_logs(rollout))


def assess(view: View) -> Assessment:
    """What the controller says, and where that is too trusting, what the pods say."""
    rollout = reading.read(view)
    pods = reading.updated_pods(rollout)
    tried = reading.tried_pods(rollout)
    shown = {uid(pod) for pod in (*pods, *tried)}
    judged = Assessment(
        state=State.PROGRESSING,
        progress=rollout.progress,
        revision=_revision(rollout),
        pods=pods,
        other_pods=_others(rollout, shown),
        children=reading.behind(rollout),
        causes=analyses.causes(rollout),
        min_stall_timeout=verdicts.patience(rollout),
        still_serving=_serving(rollout),
    )
    judged = verdicts.judge(rollout, judged)
    # Only now: what is tried in an experiment need not be there when all is done.
    return judged._replace(
        pods=(*pods, *tried), suggested_commands=commands.remedies(rollout, judged.state)
    )


def _others(rollout: Rollout, shown: set[str]) -> tuple[Object, ...]:
    """What runs besides: earlier revisions, what is scaled down, and the jobs of analyses.

    The controller goes on without waiting for pods to be gone: they explain nothing that is
    missing in the middle of a canary.
    """
    found = (*reading.all_pods(rollout), *analyses.job_pods(rollout))
    is_midway = rollout.progress.updated < rollout.progress.desired
    return tuple(
        pod for pod in found if uid(pod) not in shown and not (is_midway and is_deleting(pod))
    )


def _revision(rollout: Rollout) -> Revision | None:
    newest, stable = rollout.newest, rollout.stable
    if not newest:
        return None
    if not stable or uid(stable) == uid(newest):
        return Revision(reading.revision_of(newest))
    before, after = (get_dict(one, 'spec', 'template') for one in (stable, newest))
    told = reading.revision_of(newest), reading.revision_of(stable)
    return Revision(*told, describe_template_diff(before, after))


def _serving(rollout: Rollout) -> str:
    """What the users have meanwhile."""
    status, stable = rollout.status, rollout.stable
    is_active = get_str(status, 'blueGreen', 'activeSelector') == get_str(status, 'currentPodHash')
    ready = get_int(stable, 'status', 'readyReplicas')
    if not ready or rollout.is_promoted or (rollout.blue_green and is_active):
        return ''
    revision, counts = reading.revision_of(stable), f'{ready}/{rollout.progress.desired}'
    return f'the stable revision {revision} still serves: {counts}'
