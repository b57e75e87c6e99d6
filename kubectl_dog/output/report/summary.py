"""The JSON report: one document that sums up a run, with a schema in docs/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kubectl_dog.model import events
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.output import jsonl
from kubectl_dog.output.report.lanes import target_spans
from kubectl_dog.output.run_record import RunRecord
from kubectl_dog.output.run_record import TargetRecord
from kubectl_dog.version import VERSION

Fields = dict[str, Any]

# The fields of the verdict of a target that has none.
_NO_VERDICT: Fields = {
    'verdict': None,
    'reason': '',
    'message': '',
    'progress': None,
    'cause': None,
    'facts': [],
    'logExcerpt': [],
    'suggestedCommands': [],
    'notFetched': [],
    'revisionChanges': None,
}


def create_report(run: RunRecord) -> str:
    """Return the document, in ASCII; fields have the names and meanings of `-o json`."""
    document = {
        'apiVersion': jsonl.API_VERSION,
        'program': VERSION,
        'mode': run.mode,
        'started': format_timestamp(run.started),
        'seconds': round(run.seconds, 3),
        'exitCode': run.end.exit_code if run.end else None,
        'targets': [_target(record) for record in run.targets.values()],
        'notices': [notice.text for notice in run.notices],
    }
    # `jsonl.dumps` replaces what JSON parsers may reject. People read the file, too: indent it.
    text = json.dumps(json.loads(jsonl.dumps(document)), indent=2)
    return text.replace('##', '#\\u0023') + '\n'


def _fields(event: events.Event) -> Fields:
    return jsonl.TYPES[type(event)][1](event)


def _target(record: TargetRecord) -> Fields:
    end = record.end
    return {
        'target': jsonl.target(record.target),
        'seconds': round(end.at, 3) if end else None,
        **(_fields(end) if end else _NO_VERDICT),
        'lastState': _last_state(record),
        'revisions': [{'at': _at(event), **_fields(event)} for event in record.revisions],
        'causes': list(_causes(record)),
        'children': [
            {'at': _at(changes[-1]), **_fields(changes[-1])} for changes in record.children.values()
        ],
        'warnings': _warnings(record),
        'logs': [
            {'pod': pod, 'container': container, 'lines': log.total}
            for (pod, container), log in record.logs.items()
        ],
        'notices': [notice.text for notice in record.notices],
        'omitted': record.omitted,
    }


def _last_state(record: TargetRecord) -> Fields | None:
    spans = target_spans(record, record.end.at if record.end else 0.0)
    return {**_fields(record.states[-1]), 'state': spans[-1].state.value} if spans else None


def _at(event: events.Event) -> float:
    return round(event.at, 3)


def _causes(record: TargetRecord) -> Iterator[Fields]:
    """Yield each cause in its last form, with the times when it was first seen and was gone."""
    last: dict[tuple[str, str], tuple[float, events.CauseSeen | events.CauseGone]] = {}
    for event in record.causes:
        first, _ = last.get(event.cause.key, (_at(event), event))
        last[event.cause.key] = first, event
    for first, event in last.values():
        gone = _at(event) if isinstance(event, events.CauseGone) else None
        yield {'cause': jsonl.cause(event.cause), 'seenAt': first, 'goneAt': gone}


def _warnings(record: TargetRecord) -> list[Fields]:
    """Return each warning of Kubernetes once, with its last count."""
    last = {
        (event.kind, event.name, event.reason, event.message): event
        for event in record.kube_events
        if event.type == 'Warning'
    }
    return [{'at': _at(event), **_fields(event)} for event in last.values()]
