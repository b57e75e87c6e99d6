"""Causes and waits from the AnalysisRuns and Experiments of the newest revision."""

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
from kubectl_dog_argo_rollouts.reading import measurement_kinds

# On the pods of a metric's Job (metricproviders/job).
_RUN_UID_LABEL = 'analysisrun.argoproj.io/uid'
# The status fields of a Rollout that name its current runs.
_BACKGROUND = ('canary', 'currentBackgroundAnalysisRunStatus')
_CURRENT = (
    _BACKGROUND,
    ('canary', 'currentStepAnalysisRunStatus'),
    ('blueGreen', 'prePromotionAnalysisRunStatus'),
    ('blueGreen', 'postPromotionAnalysisRunStatus'),
)
# Part of the message of an abort for a missed deadline (utils/conditions).
_DEADLINE = 'has timed out progressing'
# Characters of a measured value, and lines of a job's log.
_MAX_TEXT, _LOG_LINES = 200, 100


def causes(rollout: Rollout) -> tuple[Cause, ...]:
    """The failed runs and experiments that the controller takes into account."""
    failures = [_failed_run(rollout, run) for run in _relevant_failures(rollout, rollout.runs)]
    failures += [
        _failed_experiment(rollout, obj) for obj in _relevant_failures(rollout, rollout.experiments)
    ]
    return tuple(failures)


def describe_inconclusive(rollout: Rollout) -> str:
    """The last inconclusive run or experiment with its reason, or an empty text."""
    for obj in (*reversed(rollout.runs), *reversed(rollout.experiments)):
        if get_str(obj, 'status', 'phase') == 'Inconclusive':
            why = next(_evidence(obj, ('Inconclusive',)), get_str(obj, 'status', 'message'))
            return f'{_label(obj)} was inconclusive' + (f': {why}' if why else '')
    return ''


def unfinished(rollout: Rollout) -> Object:
    """The run or experiment that the rollout waits for; empty if there is none.

    A background analysis does not block the rollout.
    """
    named = _current_names(rollout) - {get_str(rollout.status, *_BACKGROUND, 'name')}
    measurements = (*rollout.runs, *rollout.experiments)
    going = (obj for obj in measurements if get_str(obj, 'status', 'phase') not in ENDED)
    return next((obj for obj in going if name(obj) in named), {})


def describe_measurements(obj: Object) -> str:
    """A run or an experiment with its measurements so far."""
    counts = '; '.join(map(_counts, get_dicts(obj, 'status', 'metricResults')))
    return f'{_label(obj)} ({counts})' if counts else _label(obj)


def job_watches(rollout: Rollout) -> tuple[Watch, ...]:
    """The watches for the pods of jobs that measure, or that measured a failure."""
    named = _current_names(rollout)
    runs = [run for run in rollout.runs if name(run) in named and _has_jobs(run)]
    runs += [run for run in _relevant_failures(rollout, rollout.runs) if _has_jobs(run)]
    namespace = rollout.view.target.namespace
    return tuple(
        Watch(PODS, namespace, f'{_RUN_UID_LABEL}={key}') for key in dict.fromkeys(map(uid, runs))
    )


def job_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The pods of the jobs that measure."""
    watches = job_watches(rollout)
    return tuple(pod for watch in watches for pod in rollout.view.objects_of(watch))


def job_logs(rollout: Rollout) -> tuple[Logs, ...]:
    """The last log lines of the jobs that failed."""
    return tuple(
        Logs(
            namespace=get_str(pod, 'metadata', 'namespace'),
            pod=name(pod),
            uid=uid(pod),
            container=get_str(container, 'name'),
            restarts=get_int(container, 'restartCount'),
            running=False,
            tail=_LOG_LINES,
            previous=False,
        )
        for run in _relevant_failures(rollout, rollout.runs)
        for pod, container in _failed_containers(rollout.view, run)
    )


def is_manual(rollout: Rollout) -> bool:
    """Whether a user aborted the rollout: the controller adds a reason to its own aborts."""
    message = get_str(condition(rollout.obj, 'Progressing'), 'message')
    return ': ' not in message


def may_lack_failure(rollout: Rollout) -> bool:
    """Whether the failure that aborted the rollout may still arrive, as it has its own watch."""
    message = get_str(condition(rollout.obj, 'Progressing'), 'message')
    if is_manual(rollout) or _DEADLINE in message:
        return False
    kinds = {kind.key for kind in measurement_kinds(rollout.obj)} - rollout.view.forbidden_kinds
    measurements = (*rollout.runs, *rollout.experiments)
    return bool(kinds) and not any(
        get_str(obj, 'status', 'phase') in BROKEN for obj in measurements
    )


def _relevant_failures(rollout: Rollout, measurements: Iterable[Object]) -> list[Object]:
    """The failed runs or experiments that the controller takes into account.

    Failures before a retry do not count. The status of an aborted rollout does not name the run
    that aborted it: that is the last failure.
    """
    broken = [obj for obj in measurements if get_str(obj, 'status', 'phase') in BROKEN]
    if rollout.status.get('abort') is not True:
        named = _current_names(rollout)
        return [obj for obj in broken if name(obj) in named]
    if is_manual(rollout) or not broken:
        return []
    return [max(broken, key=lambda obj: get_str(obj, 'metadata', 'creationTimestamp'))]


def _current_names(rollout: Rollout) -> set[str]:
    named = {get_str(rollout.status, *path, 'name') for path in _CURRENT}
    return {*named, get_str(rollout.status, 'canary', 'currentExperiment')}


def _failed_run(rollout: Rollout, run: Object) -> Cause:
    message, view = get_str(run, 'status', 'message'), rollout.view
    logs = (
        LogRef(uid(pod), get_str(container, 'name'), get_int(container, 'restartCount'))
        for pod, container in _failed_containers(view, run)
    )
    return Cause(
        code='AnalysisFailed',
        reason=get_str(run, 'status', 'phase'),
        subject=name(run),
        message=f'{_label(run)} has failed' + (f': {_shorten(message)}' if message else ''),
        evidence=tuple(_evidence(run, BROKEN)),
        logs=tuple(logs),
        suggested_commands=(
            f'kubectl describe analysisrun -n {view.target.namespace} {name(run)}',
        ),
    )


def _failed_experiment(rollout: Rollout, obj: Object) -> Cause:
    message, view = get_str(obj, 'status', 'message'), rollout.view
    return Cause(
        code='ExperimentFailed',
        reason=get_str(obj, 'status', 'phase'),
        subject=name(obj),
        message=f'{_label(obj)} has failed' + (f': {_shorten(message)}' if message else ''),
        evidence=tuple(_evidence(obj, BROKEN)),
        suggested_commands=(
            f'kubectl argo rollouts get experiment -n {view.target.namespace} {name(obj)}',
        ),
    )


def _label(obj: Object) -> str:
    kind = 'analysis' if obj.get('kind') == 'AnalysisRun' else 'experiment'
    return f'the {kind} {name(obj)}'


def _evidence(obj: Object, phases: tuple[str, ...]) -> Iterator[str]:
    """Text for each metric, template and analysis in one of these phases."""
    for result in get_dicts(obj, 'status', 'metricResults'):
        if get_str(result, 'phase') in phases and result.get('dryRun') is not True:
            yield _metric(obj, result, phases)
    for result in get_dicts(obj, 'status', 'templateStatuses'):
        message = get_str(result, 'message')
        if message and get_str(result, 'status') in ('Failed', 'Error', 'Degraded'):
            yield f'template {get_str(result, "name")}: {_shorten(message)}'
    for result in get_dicts(obj, 'status', 'analysisRuns'):
        if get_str(result, 'phase') in phases:
            message = _shorten(get_str(result, 'message'))
            yield f'its analysis {get_str(result, "analysisRun")}: {message}'


def _metric(run: Object, result: Object, phases: tuple[str, ...]) -> str:
    """A metric with its counts, its last value and its condition."""
    measured = [obj for obj in get_dicts(result, 'measurements') if get_str(obj, 'phase') in phases]
    last = measured[-1] if measured else {}
    parts = [_counts(result)]
    if get_str(last, 'value'):
        parts.append(f'the last value was {_shorten(get_str(last, "value"))}')
    if get_str(last, 'message') or get_str(result, 'message'):
        parts.append(_shorten(get_str(last, 'message') or get_str(result, 'message')))
    asked: Object = next(
        (
            metric
            for metric in get_dicts(run, 'spec', 'metrics')
            if metric.get('name') == result.get('name')
        ),
        {},
    )
    for field in ('successCondition', 'failureCondition'):
        if get_str(asked, field):
            parts.append(f'its {field} is {_shorten(get_str(asked, field))}')
    return ', '.join(parts)


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


def _shorten(text: str) -> str:
    text = ' '.join(text.split())
    return text if len(text) <= _MAX_TEXT else f'{text[:_MAX_TEXT]}…'


def _has_jobs(run: Object) -> bool:
    return any(
        'job' in get_dict(metric, 'provider') for metric in get_dicts(run, 'spec', 'metrics')
    )


def _failed_containers(view: View, run: Object) -> list[tuple[Object, Object]]:
    """(pod, container status) of the last failed pod of the jobs of a run."""
    pods = view.objects_of(Watch(PODS, view.target.namespace, f'{_RUN_UID_LABEL}={uid(run)}'))
    failed = [pod for pod in pods if get_str(pod, 'status', 'phase') == 'Failed']
    if not failed:
        return []
    last = max(failed, key=lambda pod: get_str(pod, 'metadata', 'creationTimestamp'))
    ended = get_dicts(last, 'status', 'containerStatuses')
    return [
        (last, container)
        for container in ended
        if get_int(container, 'state', 'terminated', 'exitCode')
    ]
