"""Tracker for the Rollout of Argo Rollouts: canary and blue/green, down to its pods.

The status is read as by the clients of the controller (utils/rollout: GetRolloutPhase). Pauses with
a duration are distinguished from those that a user has to end.
"""

from __future__ import annotations

from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import REPLICASETS
from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Revision
from kubectl_dog.tracker import RevisionTemplates
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
    """Watch its ReplicaSets and pods, the workload of `workloadRef`, and the analyses and
    experiments of the newest revision with the pods of their jobs.
    """
    namespace, labels = view.target.namespace, reading.labels(view)
    wanted: list[Want] = [Watch(REPLICASETS, namespace, labels), Watch(PODS, namespace, labels)]
    workload = reading.workload_watch(view)
    if workload:
        wanted.append(workload)
    newest = get_str(view.object, 'status', 'currentPodHash')
    if newest:
        of_newest = f'{reading.HASH}={newest}'
        kinds = reading.measurement_kinds(view.object or {})
        wanted += [Watch(kind, namespace, of_newest) for kind in kinds]
    rollout = reading.read(view)
    return (*wanted, *analyses.job_watches(rollout), *analyses.job_logs(rollout))


def assess(view: View) -> Assessment:
    """Assess by the status of the controller, and by the pods before it counts as ready."""
    rollout = reading.read(view)
    pods = reading.updated_pods(rollout)
    in_experiments = reading.experiment_pods(rollout)
    shown = {uid(pod) for pod in (*pods, *in_experiments)}
    assessment = Assessment(
        state=State.PROGRESSING,
        progress=rollout.progress,
        revision=_revision(rollout),
        templates=_templates(rollout),
        pods=pods,
        other_pods=_other_pods(rollout, shown),
        children=reading.children(rollout),
        causes=analyses.causes(rollout),
        min_stall_timeout=verdicts.stall_timeout(rollout),
        still_serving=_still_serving(rollout),
    )
    assessment = verdicts.judge(rollout, assessment)
    # Not before: pods of experiments do not count for readiness.
    return assessment._replace(
        pods=(*pods, *in_experiments),
        suggested_commands=commands.suggested_commands(rollout, assessment.state),
    )


def _other_pods(rollout: Rollout, shown: set[str]) -> tuple[Object, ...]:
    """Other pods: earlier revisions, terminating pods, and the jobs of analyses.

    In the middle of a canary terminating pods are left out: the controller does not wait for them.
    """
    running = (*reading.all_pods(rollout), *analyses.job_pods(rollout))
    is_midway = rollout.progress.updated < rollout.progress.desired
    return tuple(
        pod for pod in running if uid(pod) not in shown and not (is_midway and is_deleting(pod))
    )


def _revision(rollout: Rollout) -> Revision | None:
    newest, stable = rollout.newest, rollout.stable
    if not newest:
        return None
    if not stable or uid(stable) == uid(newest):
        return Revision(reading.revision_of(newest))
    changes = describe_template_diff(_template(stable), _template(newest))
    return Revision(reading.revision_of(newest), reading.revision_of(stable), changes)


def _templates(rollout: Rollout) -> RevisionTemplates | None:
    """The newest revision and the stable one, which has worked."""
    newest, stable = rollout.newest, rollout.stable
    if not newest or not stable or uid(stable) == uid(newest):
        return None
    revisions = reading.revision_of(newest), reading.revision_of(stable)
    return RevisionTemplates(revisions[0], _template(newest), revisions[1], _template(stable))


def _template(replica_set: Object) -> Object:
    return get_dict(replica_set, 'spec', 'template')


def _still_serving(rollout: Rollout) -> str:
    """What serves the users while the rollout is not promoted."""
    status, stable = rollout.status, rollout.stable
    is_active = get_str(status, 'blueGreen', 'activeSelector') == get_str(status, 'currentPodHash')
    ready = get_int(stable, 'status', 'readyReplicas')
    if not ready or rollout.is_promoted or (rollout.blue_green and is_active):
        return ''
    revision, counts = reading.revision_of(stable), f'{ready}/{rollout.progress.desired}'
    return f'the stable revision {revision} still serves: {counts}'
