"""Causes of a Flux object that is not ready: its source, or what its health checks report.

https://fluxcd.io/flux/components/kustomize/kustomizations/#conditions,
https://fluxcd.io/flux/components/helm/helmreleases/#conditions
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_str
from kubectl_dog_flux import sources

CODES = (
    'SourceMissing',
    'SourceNotReady',
    'HealthCheckFailed',
    'ReconcileFailed',
    'ReleaseFailed',
)

# These reasons pass by themselves, or another object decides.
TRANSIENT = (
    'DependencyNotReady',
    'HealthCheckCanceled',
    'Progressing',
    'ProgressingWithRetry',
)
_SOURCE_REASONS = ('ArtifactFailed', 'SourceNotReady', 'HelmChartNotReady', 'ChartNotReady')

# With these reasons Ready describes the remediation, and not the failure before it.
_REMEDIATED = (
    'RollbackSucceeded',
    'RollbackFailed',
    'UninstallSucceeded',
    'UninstallFailed',
)

# In seconds. A release with retries may need several attempts; with the strategy RetryOnFailure
# they are five minutes apart (spec.upgrade.strategy.retryInterval).
_TOLERANCE = 30.0
_RETRY_TOLERANCE = 300.0

_CHECKED = re.compile(r"([A-Z][A-Za-z0-9]{0,62})/([a-z0-9./:-]{1,300}) status: '([A-Za-z]{1,30})'")


class CheckedObject(NamedTuple):
    """An object that a health check waits for, as in `[Deployment/shop/web status: 'Failed']`."""

    kind: str
    namespace: str
    name: str
    state: str


def parse_health_check(message: str) -> tuple[CheckedObject, ...]:
    """The distinct objects that a health check names, failed objects first."""
    checked = []
    for kind, path, state in _CHECKED.findall(message):
        namespace, _, object_name = path.rpartition('/')
        checked.append(CheckedObject(kind, namespace, object_name, state))
    return tuple(sorted(dict.fromkeys(checked), key=lambda obj: obj.state != 'Failed'))


def find(view: View, watches: Iterable[Watch]) -> tuple[Cause, ...]:
    """The causes that the Ready condition reports."""
    ready = condition(view.object or {}, 'Ready')
    reason, message = get_str(ready, 'reason'), get_str(ready, 'message') or 'no reason given'
    if ready.get('status') != 'False' or reason in TRANSIENT:
        return ()
    # A failed release stays the cause, even if the source of the chart is broken by now.
    of_source = () if _is_of_release(view, reason) else tuple(sources.causes(view, watches))
    if of_source:
        ready_text = f'{view.target.label}: {message}'
        return tuple(cause._replace(evidence=(*cause.evidence, ready_text)) for cause in of_source)
    if reason in _SOURCE_REASONS:
        cause = _cause(view, 'ReconcileFailed', reason, message)
        return (cause._replace(tolerance_seconds=2 * _TOLERANCE),)
    checked = parse_health_check(message)
    if checked:
        return (_unhealthy(view, reason, message, checked),)
    return (_reconcile_or_release(view, reason, message),)


def describe(view: View) -> str:
    """The command that shows details of the object."""
    resource, namespace = view.target.resource, view.target.namespace
    kind = f'{resource.kind.lower()}.{resource.group}'
    return f'kubectl describe {kind} -n {namespace} {view.target.name}'


def release_failure(view: View) -> tuple[str, str]:
    """Reason and message of a failed release; Ready may describe the rollback after it."""
    for kind in ('Released', 'TestSuccess'):
        cond = condition(view.object or {}, kind)
        if cond.get('status') == 'False':
            return get_str(cond, 'reason'), get_str(cond, 'message')
    return '', ''


def _is_of_release(view: View, reason: str) -> bool:
    return bool(reason) and reason in (*_REMEDIATED, release_failure(view)[0])


def _cause(view: View, code: str, reason: str, message: str) -> Cause:
    return Cause(
        code=code,
        reason=reason or 'NotReady',
        subject=view.target.name,
        message=message,
        tolerance_seconds=_TOLERANCE,
        suggested_commands=(describe(view),),
    )


def _unhealthy(view: View, reason: str, message: str, checked: tuple[CheckedObject, ...]) -> Cause:
    first = checked[0]
    where = f' -n {first.namespace}' if first.namespace else ''
    label = f'{first.kind.lower()}/{first.name}'
    phrases = {'Failed': 'has failed', 'NotFound': 'is not there', 'InProgress': 'is not ready'}
    others = tuple(f'{other.kind.lower()}/{other.name}: {other.state}' for other in checked[1:])
    cause = _cause(view, 'HealthCheckFailed', reason, '')
    return cause._replace(
        subject=label,
        message=f'its health checks failed: {label} {phrases.get(first.state, first.state)}',
        evidence=(*others, message),
        suggested_commands=(
            f'kubectl describe {first.kind.lower()}{where} {first.name}',
            describe(view),
        ),
    )


def _reconcile_or_release(view: View, reason: str, message: str) -> Cause:
    release_reason, release_message = release_failure(view)
    if not _is_of_release(view, reason):
        return _cause(view, 'ReconcileFailed', reason, message)
    remedied = (f'{reason}: {message}',) if release_reason != reason else ()
    cause = _cause(view, 'ReleaseFailed', release_reason, release_message or message)
    return cause._replace(evidence=remedied, tolerance_seconds=_retry_tolerance(view))


def _retry_tolerance(view: View) -> float:
    """Seconds that a failed release may take to succeed by a retry."""
    steps = [get_dict(view.object, 'spec', action) for action in ('install', 'upgrade')]
    if any(get_str(step, 'strategy', 'name') == 'RetryOnFailure' for step in steps):
        return 2 * _RETRY_TOLERANCE
    has_retries = any(get_dict(step, 'remediation').get('retries') for step in steps)
    return _RETRY_TOLERANCE if has_retries else _TOLERANCE
