"""What the fields of a spec become: options of one target. docs/multitrack.md tells the same."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.catalogue import Code
from kubectl_dog.model.options import Options
from kubectl_dog.multitrack_spec.go_regex import for_all

# Causes of which kubedog counts every one: a container ends.
_COUNTED = ('container start', 'probes')

# Causes that kubedog takes for a failure at first sight, where none is allowed.
_AT_ONCE = ('image', 'creation', 'condition')

# What has ended does not stand for any time.
_ENDED = 'job'

# A higher count is not one that is ever reached.
_COUNTLESS = 9999


def options(told: Mapping[str, Any], call: Options) -> Options:
    """The options of one target, where `call` holds those of the whole call: what is told there
    of a tolerance goes before the spec.
    """
    own = call._replace(
        tolerate=(*tolerated(told), *call.tolerate),
        fail_mode=told.get('FailMode') or 'now',
        blocking=told.get('TrackTerminationMode') is not False,
        timeout=_shorter(told.get('Timeout'), call.timeout),
        stall_timeout=told.get('NoActivityTimeout') or call.stall_timeout,
        show_events=_shows_events(told, call),
    )
    return _with_logs(told, own)


def tolerated(told: Mapping[str, Any]) -> Iterator[str]:
    """What a target may suffer from, as `--tolerate` takes it."""
    for code in CODES.values():
        how = _how(code, told.get('AllowFailuresCount'), told.get('FailureThresholdSeconds'))
        if how:
            yield f'{code.name}={how}'
    ignored = told.get('IgnoreReadinessProbeFailsByContainerName', {})
    for container, seconds in ignored.items():
        yield f'NotReady/{container}={seconds:.3f}s'


def _how(code: Code, allowed: int | None, seconds: int | None) -> str:
    """What may be of one code; empty where nothing was told of it.

    What is counted goes by the count, what stands by the time; kubedog's default of 0 is no time.
    """
    if code.family in _COUNTED and code.tolerance.terminations:
        if allowed is not None:
            return str(allowed + 1) if allowed < _COUNTLESS else 'always'
        return f'{seconds}s' if seconds else ''
    if code.tolerance.seconds is None or code.family == _ENDED:
        return ''
    if seconds:
        return f'{seconds}s'
    return 'never' if allowed == 0 and code.family in _AT_ONCE else ''


def _shorter(own: float | None, call: float | None) -> float | None:
    """The time-out of the call is that of each target, too; 0 is none."""
    return min((one for one in (own, call) if one), default=None)


def _shows_events(told: Mapping[str, Any], call: Options) -> bool:
    if told.get('HideEvents'):
        return False
    shown: bool = told.get('ShowServiceMessages', call.show_events)
    return shown


def _with_logs(told: Mapping[str, Any], own: Options) -> Options:
    general = told.get('LogRegex', '')
    for_one = told.get('LogRegexByContainerName', {})
    include = [for_all(general)] if general else []
    include += [f'{container}={pattern}' for container, pattern in for_one.items() if pattern]
    return own._replace(
        logs=own.logs and not told.get('SkipLogs'),
        containers=told.get('ShowLogsOnlyForContainers') or own.containers,
        skip_containers=(*own.skip_containers, *told.get('SkipLogsForContainers', ())),
        include=tuple(include) or own.include,
        logs_until=told.get('ShowLogsUntil') or own.logs_until,
    )
