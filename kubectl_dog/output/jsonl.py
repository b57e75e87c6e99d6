"""Renderer of JSON Lines, schema v1: one ASCII object per line, the last of type `summary`.

Every line has `apiVersion`, `type`, `time` (RFC 3339) and `at` (seconds since the start). A field
never changes its name or meaning within v1; what is unknown is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.version import VERSION

API_VERSION = 'kubectl-dog/v1'

Fields = dict[str, Any]

# Created once: json.dumps creates an encoder per call unless all options are the defaults.
_encode = json.JSONEncoder(allow_nan=False).encode


def _clean(value: Any) -> Any:
    """Replace values that JSON parsers may reject: NaN, infinity, lone surrogates."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if isinstance(value, str):
        return value.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')
    return None if isinstance(value, float) and not math.isfinite(value) else value


def dumps(value: Any) -> str:
    """Encode a value as JSON in ASCII, which is safe in every encoding and on terminals.

    The text has no two `#` in a row, as CI systems obey commands that begin with them.
    """
    try:
        text = _encode(value)
        # This is also true of emoji, but too rare to check more closely.
        if '\\ud' in text:
            text = _encode(_clean(value))
    except ValueError:
        text = _encode(_clean(value))
    return text.replace('##', '#\\u0023') if '#' in text else text


def target(value: Target) -> Fields:
    """Return the fields of a target; `group` is omitted for the core group."""
    group = {'group': value.resource.group} if value.resource.group else {}
    kind = {'kind': value.resource.kind}
    return {**kind, **group, 'namespace': value.namespace, 'name': value.name}


def progress(value: Progress | None) -> Fields | None:
    """Return the counts of pods."""
    if value is None:
        return None
    return {
        'desired': value.desired,
        'updated': value.updated,
        'ready': value.ready,
        'available': value.available,
        'old': value.old,
    }


def cause(value: Cause | None) -> Fields | None:
    """Return the fields of a cause, except its reads."""
    if not value:
        return None
    return {
        'code': value.code,
        'reason': value.reason,
        'subject': value.subject,
        'message': value.message,
        'pods': value.pods,
        'terminations': value.terminations,
        'active': value.active,
        'recovering': value.recovering,
        'terminationsBefore': value.terminations_before,
        'evidence': value.evidence,
        'suggestedCommands': value.suggested_commands,
        'dependency': _dependency(value.dependency),
    }


def _dependency(value: Dependency | None) -> Fields | None:
    """Return the Service that a container waits for, and the root of its problem."""
    if value is None:
        return None
    return {
        'services': value.services,
        'namespace': value.namespace,
        'root': value.root,
        'code': value.code,
        'problem': value.problem,
        'state': value.state,
    }


def _revision(event: events.RevisionSeen) -> Fields:
    return {
        'revision': event.revision.name,
        'previous': event.revision.previous,
        'changes': event.revision.changes,
        'desired': event.desired,
    }


def _state(event: events.StateChanged) -> Fields:
    return {
        'state': event.state.value,
        'reason': event.reason,
        'message': event.message,
        'progress': progress(event.progress),
        'waitsFor': event.waits_for,
    }


def _child(event: events.ChildChanged) -> Fields:
    containers = [
        {
            'name': container.name,
            'state': container.state,
            'reason': container.reason,
            'exitCode': container.exit_code,
            'restarts': container.restarts,
            'ready': container.ready,
        }
        for container in event.containers
    ]
    return {'kind': event.kind, 'name': event.name, 'text': event.text, 'containers': containers}


def _kube_event(event: events.KubeEvent) -> Fields:
    return {
        'kind': event.kind,
        'name': event.name,
        'reason': event.reason,
        'message': event.message,
        'times': event.times,
        'eventType': event.type,
    }


def _log(event: events.LogChunk) -> Fields:
    """Return the fields that all lines of a chunk have in common."""
    return {'pod': event.pod, 'container': event.container, 'instance': event.instance}


def _cause_gone(event: events.CauseGone) -> Fields:
    return {'cause': cause(event.cause)}


def _notice(event: events.Notice) -> Fields:
    return {'text': event.text, 'deniedReads': denied_reads(event.denied_reads)}


def denied_reads(values: Iterable[events.DeniedRead]) -> list[Fields]:
    """Return the fields of reads that were denied."""
    return [value._asdict() for value in values]


def _cause_seen(event: events.CauseSeen) -> Fields:
    left = event.seconds_left
    return {
        'cause': cause(event.cause),
        'updatedPods': event.updated_pods,
        'secondsLeft': None if left is None else round(left, 3),
        'failsAt': event.fails_at,
    }


def _status(event: events.StatusReport) -> Fields:
    return {'targets': [{'target': target(row.target), **_state(row)} for row in event.rows]}


def _revision_changes(value: RevisionChanges | None) -> Fields | None:
    if value is None:
        return None
    changes = [
        {
            'field': change.field,
            'container': change.container or None,
            'name': change.name or None,
            'change': change.kind,
            'before': change.before or None,
            'after': change.after or None,
        }
        for change in value.changes
    ]
    return {'revision': value.revision, 'earlier': value.earlier, 'changes': changes}


def _ended(event: events.TargetEnded) -> Fields:
    explanation = event.explanation
    return {
        'verdict': event.verdict.value,
        'reason': event.reason,
        'message': event.message,
        'progress': progress(event.progress),
        'cause': cause(explanation.cause),
        'facts': explanation.facts,
        'logExcerpt': explanation.log_excerpt,
        'suggestedCommands': explanation.suggested_commands,
        'notFetched': explanation.not_fetched,
        'revisionChanges': _revision_changes(explanation.revision_changes),
    }


def _summary(event: events.RunEnded) -> Fields:
    verdicts = [
        {'target': target(key), 'verdict': verdict.value} for key, verdict in event.verdicts
    ]
    fields: Fields = {
        'exitCode': event.exit_code,
        'verdicts': verdicts,
        'deniedReads': denied_reads(event.denied_reads),
    }
    if event.process_code is not None:
        fields['processExitCode'] = event.process_code
    return fields


def _run(event: events.RunBegan) -> Fields:
    targets = [target(tracked) for tracked in event.targets]
    return {'program': VERSION, 'mode': event.mode, 'targets': targets}


TYPES: dict[type, tuple[str, Callable[[Any], Fields]]] = {
    events.RunBegan: ('run', _run),
    events.RevisionSeen: ('revision', _revision),
    events.StateChanged: ('state', _state),
    events.ChildChanged: ('child', _child),
    events.KubeEvent: ('kube-event', _kube_event),
    events.LogChunk: ('log', _log),
    events.CauseSeen: ('cause', _cause_seen),
    events.CauseGone: ('cause-gone', _cause_gone),
    events.Notice: ('notice', _notice),
    events.StatusReport: ('status', _status),
    events.TargetEnded: ('ended', _ended),
    events.RunEnded: ('summary', _summary),
}


class JsonRenderer:
    """A renderer of one JSON object per event or log line."""

    def __init__(self, options: RenderOptions) -> None:
        self._started = options.started

    def render(self, event: events.Event) -> list[str]:
        """Return one line per event or log line."""
        name, fields = TYPES[type(event)]
        record: Fields = {
            'apiVersion': API_VERSION,
            'type': name,
            'time': format_timestamp(self._started + event.at),
            'at': round(event.at, 3),
        }
        event_target = getattr(event, 'target', None)
        if hasattr(event, 'target'):
            record['target'] = target(event_target) if event_target else None
        record.update(fields(event))
        if not isinstance(event, events.LogChunk):
            return [dumps(record)]
        # The common fields of a chunk are encoded once.
        start = dumps(record)[:-1]
        return [
            f'{start}, "written": "{format_nano_timestamp(written)}", "text": {dumps(text)}}}'
            for written, text in event.lines
        ]

    def render_log(self, chunk: events.LogChunk) -> list[tuple[int, str]]:
        """Return the lines for a chunk of log lines, each with its time."""
        return list(zip((line.time for line in chunk.lines), self.render(chunk)))

    def flush(self, at: float) -> list[str]:
        """Return no lines: none are held back."""
        return []

    def has_trusted_start(self, event: events.Event) -> bool:
        """Return True: all lines begin with a brace."""
        return True
