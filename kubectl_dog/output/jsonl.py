"""The renderer of JSON Lines, schema v1: one ASCII object per line, the last of type `summary`.

Every line has `apiVersion`, `type`, `time` (RFC 3339) and `at` (seconds since the start). A field
never changes its name or meaning within v1; what is unknown is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.version import VERSION

API_VERSION = 'kubectl-dog/v1'

Fields = dict[str, Any]

# Created once: json.dumps creates an encoder per call unless all options are the defaults.
_encode = json.JSONEncoder(allow_nan=False).encode


def _clean(value: Any) -> Any:
    """Replace what JSON parsers may refuse: NaN, infinity, lone surrogates."""
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
    """The fields of a target; `group` is left out for the core group, as in ownerReferences."""
    group = {'group': value.resource.group} if value.resource.group else {}
    kind = {'kind': value.resource.kind}
    return {**kind, **group, 'namespace': value.namespace, 'name': value.name}


def progress(value: Progress | None) -> Fields | None:
    """The counts of pods."""
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
    """The fields of a cause, except its reads."""
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
    return {'kind': event.kind, 'name': event.name, 'text': event.text}


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
    """The fields that all lines of a chunk have in common."""
    return {'pod': event.pod, 'container': event.container, 'instance': event.instance}


def _cause_gone(event: events.CauseGone) -> Fields:
    return {'cause': cause(event.cause)}


def _notice(event: events.Notice) -> Fields:
    return {'text': event.text}


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
    }


def _summary(event: events.RunEnded) -> Fields:
    verdicts = [
        {'target': target(key), 'verdict': verdict.value} for key, verdict in event.verdicts
    ]
    return {'exitCode': event.exit_code, 'verdicts': verdicts}


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
    """Renders one JSON object per event, or per log line."""

    def __init__(self, options: RenderOptions) -> None:
        self._started = options.started

    def render(self, event: events.Event) -> list[str]:
        """One line per event, or per log line."""
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

    def has_trusted_start(self, event: events.Event) -> bool:
        """Always true: all lines begin with a brace."""
        return True
