"""AnalysisRuns and Experiments: what is measured, and what it says against the new revision."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import LogRef
from kubectl_dog.tracker import Logs
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import name
from kubectl_dog.tracker import uid
from kubectl_dog_argo_rollouts.reading import BROKEN
from kubectl_dog_argo_rollouts.reading import ENDED
from kubectl_dog_argo_rollouts.reading import Rollout
from kubectl_dog_argo_rollouts.reading import measured

# On the pods of a metric's Job (metricproviders/job).
_OF_RUN = 'analysisrun.argoproj.io/uid'
# Where the status of a Rollout names the run that is being made.
_BACKGROUND = ('canary', 'currentBackgroundAnalysisRunStatus')
_CURRENT = (
    _BACKGROUND,
    ('canary', 'currentStepAnalysisRunStatus'),
    ('blueGreen', 'prePromotionAnalysisRunStatus'),
    ('blueGreen', 'postPromotionAnalysisRunStatus'),
)
# What it says where it aborts for the missed deadline (utils/conditions).
_DEADLINE = 'has timed out progressing'
# Of a value that was measured, and of the job's log.
_MOST_TEXT, _MOST_LINES = 200, 100


def causes(rollout: Rollout) -> tuple[Cause, ...]:
    """What fails the newest revision: runs and experiments, as far as the controller heeds them."""
    found = [_failed_run(rollout, one) for one in _heeded(rollout, rollout.runs)]
    found += [_failed_experiment(rollout, one) for one in _heeded(rollout, rollout.experiments)]
    return tuple(found)


def doubts(rollout: Rollout) -> str:
    """Which of them was inconclusive, and why."""
    for one in (*reversed(rollout.runs), *reversed(rollout.experiments)):
        if get_str(one, 'status', 'phase') == 'Inconclusive':
            why = next(_evidence(one, ('Inconclusive',)), get_str(one, 'status', 'message'))
            return f'{_label(one)} was inconclusive' + (f': {why}' if why else '')
    return ''


def awaited(rollout: Rollout) -> Object:
    """The one that the rollout goes on after; empty where there is none.

    What is measured in the background holds nothing up.
    """
    named = _named(rollout) - {get_str(rollout.status, *_BACKGROUND, 'name')}
    made = (*rollout.runs, *rollout.experiments)
    going = (one for one in made if get_str(one, 'status', 'phase') not in ENDED)
    return next((one for one in going if name(one) in named), {})


def so_far(made: Object) -> str:
    """A run or an experiment, with what it has measured."""
    told = '; '.join(map(_counts, get_dicts(made, 'status', 'metricResults')))
    return f'{_label(made)} ({told})' if told else _label(made)


def job_watches(rollout: Rollout) -> tuple[Watch, ...]:
    """What brings the pods of the jobs that measure, or have measured what failed."""
    named = _named(rollout)
    runs = [one for one in rollout.runs if name(one) in named and _has_jobs(one)]
    runs += [one for one in _heeded(rollout, rollout.runs) if _has_jobs(one)]
    namespace = rollout.view.target.namespace
    return tuple(
        Watch(PODS, namespace, f'{_OF_RUN}={key}') for key in dict.fromkeys(map(uid, runs))
    )


def job_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The pods of those jobs."""
    watches = job_watches(rollout)
    return tuple(pod for watch in watches for pod in rollout.view.objects_of(watch))


def job_logs(rollout: Rollout) -> tuple[Logs, ...]:
    """What the jobs that have failed said last."""
    return tuple(
        Logs(
            namespace=get_str(pod, 'metadata', 'namespace'),
            pod=name(pod),
            uid=uid(pod),
            container=get_str(one, 'name'),
            restarts=get_int(one, 'restartCount'),
            running=False,
            tail=_MOST_LINES,
            previous=False,
        )
        for run in _heeded(rollout, rollout.runs)
        for pod, one in _ends(rollout.view, run)
    )


def is_manual(rollout: Rollout) -> bool:
    """Whether somebody has aborted the rollout: the controller gives a reason where it did."""
    said = get_str(condition(rollout.thing, 'Progressing'), 'message')
    return ': ' not in said


def is_late(rollout: Rollout) -> bool:
    """Whether the rollout may have been aborted for what was not heard of yet: what is measured
    comes by a watch of its own.
    """
    said = get_str(condition(rollout.thing, 'Progressing'), 'message')
    if is_manual(rollout) or _DEADLINE in said:
        return False
    kinds = {one.key for one in measured(rollout.thing)} - rollout.view.forbidden_kinds
    made = (*rollout.runs, *rollout.experiments)
    return bool(kinds) and not any(get_str(one, 'status', 'phase') in BROKEN for one in made)


def _heeded(rollout: Rollout, made: Iterable[Object]) -> list[Object]:
    """Those that have failed, and that the controller goes by.

    A run that failed before somebody tried again is history. What a canary was aborted for is not
    named any more: it is what failed last.
    """
    broken = [one for one in made if get_str(one, 'status', 'phase') in BROKEN]
    if rollout.status.get('abort') is not True:
        named = _named(rollout)
        return [one for one in broken if name(one) in named]
    if is_manual(rollout) or not broken:
        return []
    return [max(broken, key=lambda one: get_str(one, 'metadata', 'creationTimestamp'))]


def _named(rollout: Rollout) -> set[str]:
    named = {get_str(rollout.status, *path, 'name') for path in _CURRENT}
    return {*named, get_str(rollout.status, 'canary', 'currentExperiment')}


def _failed_run(rollout: Rollout, run: Object) -> Cause:
    said, view = get_str(run, 'status', 'message'), rollout.view
    logs = (
        LogRef(uid(pod), get_str(one, 'name'), get_int(one, 'restartCount'))
        for pod, one in _ends(view, run)
    )
    return Cause(
        code='AnalysisFailed',
        reason=get_str(run, 'status', 'phase'),
        subject=name(run),
        message=f'{_label(run)} has failed' + (f': {_cut(said)}' if said else ''),
        evidence=tuple(_evidence(run, BROKEN)),
        logs=tuple(logs),
        suggested_commands=(
            f'kubectl describe analysisrun -n {view.target.namespace} {name(run)}',
        ),
    )


def _failed_experiment(rollout: Rollout, made: Object) -> Cause:
    said, view = get_str(made, 'status', 'message'), rollout.view
    return Cause(
        code='ExperimentFailed',
        reason=get_str(made, 'status', 'phase'),
        subject=name(made),
        message=f'{_label(made)} has failed' + (f': {_cut(said)}' if said else ''),
        evidence=tuple(_evidence(made, BROKEN)),
        suggested_commands=(
            f'kubectl argo rollouts get experiment -n {view.target.namespace} {name(made)}',
        ),
    )


def _label(made: Object) -> str:
    kind = 'analysis' if made.get('kind') == 'AnalysisRun' else 'experiment'
    return f'the {kind} {name(made)}'


def _evidence(made: Object, phases: tuple[str, ...]) -> Iterator[str]:
    """What in it is of one of these phases."""
    for one in get_dicts(made, 'status', 'metricResults'):
        if get_str(one, 'phase') in phases and one.get('dryRun') is not True:
            yield _metric(made, one, phases)
    for one in get_dicts(made, 'status', 'templateStatuses'):
        if get_str(one, 'status') in ('Failed', 'Error', 'Degraded') and get_str(one, 'message'):
            yield f'template {get_str(one, "name")}: {_cut(get_str(one, "message"))}'
    for one in get_dicts(made, 'status', 'analysisRuns'):
        if get_str(one, 'phase') in phases:
            yield f'its analysis {get_str(one, "analysisRun")}: {_cut(get_str(one, "message"))}'


def _metric(run: Object, result: Object, phases: tuple[str, ...]) -> str:
    """One metric: how often it was measured, what the last value was, and what was asked of it."""
    measured = [one for one in get_dicts(result, 'measurements') if get_str(one, 'phase') in phases]
    last = measured[-1] if measured else {}
    told = [_counts(result)]
    if get_str(last, 'value'):
        told.append(f'the last value was {_cut(get_str(last, "value"))}')
    if get_str(last, 'message') or get_str(result, 'message'):
        told.append(_cut(get_str(last, 'message') or get_str(result, 'message')))
    asked: Object = next(
        (one for one in get_dicts(run, 'spec', 'metrics') if one.get('name') == result.get('name')),
        {},
    )
    for field in ('successCondition', 'failureCondition'):
        if get_str(asked, field):
            told.append(f'its {field} is {_cut(get_str(asked, field))}')
    return ', '.join(told)


def _counts(result: Object) -> str:
    words = (
        f'{get_int(result, field)} {word}'
        for field, word in (
            ('successful', 'successful'),
            ('failed', 'failed'),
            ('inconclusive', 'inconclusive'),
            ('error', 'with an error'),
        )
        if get_int(result, field)
    )
    return f'metric {get_str(result, "name")}: {", ".join(words) or "not measured yet"}'


def _cut(said: str) -> str:
    said = ' '.join(said.split())
    return said if len(said) <= _MOST_TEXT else f'{said[:_MOST_TEXT]}…'


def _has_jobs(run: Object) -> bool:
    return any('job' in get_dict(one, 'provider') for one in get_dicts(run, 'spec', 'metrics'))


def _ends(view: View, run: Object) -> list[tuple[Object, Object]]:
    """The pod that failed last of its jobs, with the containers that ended with an error."""
    pods = view.objects_of(Watch(PODS, view.target.namespace, f'{_OF_RUN}={uid(run)}'))
    failed = [pod for pod in pods if get_str(pod, 'status', 'phase') == 'Failed']
    if not failed:
        return []
    last = max(failed, key=lambda pod: get_str(pod, 'metadata', 'creationTimestamp'))
    ended = get_dicts(last, 'status', 'containerStatuses')
    return [(last, one) for one in ended if get_int(one, 'state', 'terminated', 'exitCode')]
