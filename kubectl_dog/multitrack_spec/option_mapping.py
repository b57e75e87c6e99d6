"""Convert the fields of a spec to the options of a target, as docs/multitrack.md describes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.causes.tolerances import spec_tolerances
from kubectl_dog.model.go_regex import for_all
from kubectl_dog.model.options import Options


def options(fields: Mapping[str, Any], call: Options) -> Options:
    """Return the options of one target.

    `call` are those of the whole call; their tolerances override the spec.
    """
    own = call._replace(
        tolerate=(*_tolerances(fields), *call.tolerate),
        fail_mode=fields.get('FailMode') or 'now',
        blocking=fields.get('TrackTerminationMode') is not False,
        timeout=_shorter_timeout(fields.get('Timeout'), call.timeout),
        stall_timeout=fields.get('NoActivityTimeout') or call.stall_timeout,
        show_events=_shows_events(fields, call),
    )
    return _with_log_options(fields, own)


def _tolerances(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tolerances of a target in the syntax of `--tolerate`."""
    yield from spec_tolerances(
        fields.get('AllowFailuresCount'), fields.get('FailureThresholdSeconds')
    )
    ignored = fields.get('IgnoreReadinessProbeFailsByContainerName', {})
    for container, ignored_for in ignored.items():
        yield f'NotReady/{container}={ignored_for:.3f}s'


def _shorter_timeout(own_timeout: float | None, call_timeout: float | None) -> float | None:
    """Return the shorter timeout; the one of the call limits each target. 0 means no timeout."""
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
