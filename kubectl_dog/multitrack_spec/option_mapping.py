"""Convert the fields of a spec to the options of a target, as docs/multitrack.md describes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.catalogue import Code
from kubectl_dog.model.options import Options
from kubectl_dog.multitrack_spec.go_regex import for_all

# Families of causes that kubedog counts: a container terminates.
_COUNTED_FAMILIES = ('container start', 'probes')

# Families of causes that fail at once in kubedog if no failure is allowed.
_IMMEDIATE_FAMILIES = ('image', 'creation', 'condition')

# The causes of this family are final, so that no time applies to them.
_JOB_FAMILY = 'job'

# Higher counts mean that any number of failures is allowed.
_MAX_COUNT = 9999


def options(fields: Mapping[str, Any], call: Options) -> Options:
    """The options of one target. `call` are those of the whole call; their tolerances override the
    spec.
    """
    own = call._replace(
        tolerate=(*tolerances(fields), *call.tolerate),
        fail_mode=fields.get('FailMode') or 'now',
        blocking=fields.get('TrackTerminationMode') is not False,
        timeout=_shorter_timeout(fields.get('Timeout'), call.timeout),
        stall_timeout=fields.get('NoActivityTimeout') or call.stall_timeout,
        show_events=_shows_events(fields, call),
    )
    return _with_log_options(fields, own)


def tolerances(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tolerances of a target in the syntax of `--tolerate`."""
    allowed, seconds = fields.get('AllowFailuresCount'), fields.get('FailureThresholdSeconds')
    for code in CODES.values():
        tolerance = _tolerance(code, allowed, seconds)
        if tolerance:
            yield f'{code.name}={tolerance}'
    ignored = fields.get('IgnoreReadinessProbeFailsByContainerName', {})
    for container, ignored_for in ignored.items():
        yield f'NotReady/{container}={ignored_for:.3f}s'


def _tolerance(code: Code, allowed_failures: int | None, seconds: int | None) -> str:
    """The tolerance of one code; empty if the spec has none for it.

    Terminations are limited by the count, other causes by the time. A time of 0 seconds, kubedog's
    default, means no limit of the spec.
    """
    if code.family in _COUNTED_FAMILIES and code.tolerance.terminations:
        if allowed_failures is not None:
            return str(allowed_failures + 1) if allowed_failures < _MAX_COUNT else 'always'
        return f'{seconds}s' if seconds else ''
    if code.tolerance.seconds is None or code.family == _JOB_FAMILY:
        return ''
    if seconds:
        return f'{seconds}s'
    return 'never' if allowed_failures == 0 and code.family in _IMMEDIATE_FAMILIES else ''


def _shorter_timeout(own_timeout: float | None, call_timeout: float | None) -> float | None:
    """The shorter timeout; the one of the call limits each target. 0 means no timeout."""
    return min((timeout for timeout in (own_timeout, call_timeout) if timeout), default=None)


def _shows_events(fields: Mapping[str, Any], call: Options) -> bool:
    if fields.get('HideEvents'):
        return False
    shown: bool = fields.get('ShowServiceMessages', call.show_events)
    return shown


def _with_log_options(fields: Mapping[str, Any], own: Options) -> Options:
    pattern_for_all = fields.get('LogRegex', '')
    by_container = fields.get('LogRegexByContainerName', {})
    include = [for_all(pattern_for_all)] if pattern_for_all else []
    include += [f'{container}={pattern}' for container, pattern in by_container.items() if pattern]
    return own._replace(
        logs=own.logs and not fields.get('SkipLogs'),
        containers=fields.get('ShowLogsOnlyForContainers') or own.containers,
        skip_containers=(*own.skip_containers, *fields.get('SkipLogsForContainers', ())),
        include=tuple(include) or own.include,
        logs_until=fields.get('ShowLogsUntil') or own.logs_until,
    )
