"""Why Flux is not ready: the source first, then the objects that its health checks name.

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

# These pass by themselves, or somebody else decides.
PASSING = ('DependencyNotReady', 'HealthCheckCanceled', 'Progressing', 'ProgressingWithRetry')
_SOURCE = ('ArtifactFailed', 'SourceNotReady', 'HelmChartNotReady', 'ChartNotReady')

# After these Ready tells of the remedy, and not of what it was for.
_REMEDIES = ('RollbackSucceeded', 'RollbackFailed', 'UninstallSucceeded', 'UninstallFailed')

# What is tried again: in seconds. A release with retries left may take several attempts, and with
# the strategy RetryOnFailure they are five minutes apart (spec.upgrade.strategy.retryInterval).
_PATIENCE = 30.0
_RETRIES = 300.0

_CHECKED = re.compile(r"([A-Z][A-Za-z0-9]{0,62})/([a-z0-9./:-]{1,300}) status: '([A-Za-z]{1,30})'")


class Checked(NamedTuple):
    """An object that a health check waits for, as in `[Deployment/shop/web status: 'Failed']`."""

    kind: str
    namespace: str
    name: str
    state: str


def checked(message: str) -> tuple[Checked, ...]:
    """The objects that a health check names, each once, those that failed first."""
    named = []
    for kind, path, state in _CHECKED.findall(message):
        namespace, _, called = path.rpartition('/')
        named.append(Checked(kind, namespace, called, state))
    return tuple(sorted(dict.fromkeys(named), key=lambda one: one.state != 'Failed'))


def find(view: View, watches: Iterable[Watch]) -> tuple[Cause, ...]:
    """What stands against it, by its Ready condition."""
    ready = condition(view.object or {}, 'Ready')
    reason, message = get_str(ready, 'reason'), get_str(ready, 'message') or 'no reason given'
    if ready.get('status') != 'False' or reason in PASSING:
        return ()
    # What Helm says of the release stands, whatever has become of the chart's source since.
    of_source = () if _is_of_release(view, reason) else tuple(sources.causes(view, watches))
    if of_source:
        told = f'{view.target.label}: {message}'
        return tuple(one._replace(evidence=(*one.evidence, told)) for one in of_source)
    if reason in _SOURCE:
        return (
            _cause(view, 'ReconcileFailed', reason, message)._replace(
                tolerance_seconds=2 * _PATIENCE
            ),
        )
    named = checked(message)
    return (_health(view, reason, message, named),) if named else (_other(view, reason, message),)


def describe(view: View) -> str:
    """The command that tells all of it."""
    resource, namespace = view.target.resource, view.target.namespace
    kind = f'{resource.kind.lower()}.{resource.group}'
    return f'kubectl describe {kind} -n {namespace} {view.target.name}'


def failure(view: View) -> tuple[str, str]:
    """Reason and message of a release that failed; Ready may tell of the rollback after it."""
    for kind in ('Released', 'TestSuccess'):
        told = condition(view.object or {}, kind)
        if told.get('status') == 'False':
            return get_str(told, 'reason'), get_str(told, 'message')
    return '', ''


def _is_of_release(view: View, reason: str) -> bool:
    return bool(reason) and reason in (*_REMEDIES, failure(view)[0])


def _cause(view: View, code: str, reason: str, message: str) -> Cause:
    return Cause(
        code=code,
        reason=reason or 'NotReady',
        subject=view.target.name,
        message=message,
        tolerance_seconds=_PATIENCE,
        suggested_commands=(describe(view),),
    )


def _health(view: View, reason: str, message: str, named: tuple[Checked, ...]) -> Cause:
    first = named[0]
    where = f' -n {first.namespace}' if first.namespace else ''
    label = f'{first.kind.lower()}/{first.name}'
    told = {'Failed': 'has failed', 'NotFound': 'is not there', 'InProgress': 'is not ready'}
    others = tuple(f'{one.kind.lower()}/{one.name}: {one.state}' for one in named[1:])
    cause = _cause(view, 'HealthCheckFailed', reason, '')
    return cause._replace(
        subject=label,
        message=f'its health checks failed: {label} {told.get(first.state, first.state)}',
        evidence=(*others, message),
        suggested_commands=(
            f'kubectl describe {first.kind.lower()}{where} {first.name}',
            describe(view),
        ),
    )


def _other(view: View, reason: str, message: str) -> Cause:
    why, words = failure(view)
    if not _is_of_release(view, reason):
        return _cause(view, 'ReconcileFailed', reason, message)
    remedied = (f'{reason}: {message}',) if why != reason else ()
    cause = _cause(view, 'ReleaseFailed', why, words or message)
    return cause._replace(evidence=remedied, tolerance_seconds=_tried_again(view))


def _tried_again(view: View) -> float:
    """How many seconds a release that failed may take to succeed by itself."""
    steps = [get_dict(view.object, 'spec', action) for action in ('install', 'upgrade')]
    if any(get_str(step, 'strategy', 'name') == 'RetryOnFailure' for step in steps):
        return 2 * _RETRIES
    has_retries = any(get_dict(step, 'remediation').get('retries') for step in steps)
    return _RETRIES if has_retries else _PATIENCE
