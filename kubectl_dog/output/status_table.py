"""The output of `status`: a table, or one JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import State
from kubectl_dog.model.statuses import Status
from kubectl_dog.output import jsonl
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import sentence

HEADERS = ('NAMESPACE', 'TARGET', 'STATE', 'REASON', 'MESSAGE')

# Blanks between columns.
_GAP = 2
# Limits of the width of messages.
_MAX_MESSAGE = 200
_MIN_MESSAGE = 20


def document(statuses: Sequence[Status]) -> str:
    """All statuses as one line of JSON, by docs/status-v1.schema.json."""
    items = [
        {
            'apiVersion': status.api_version,
            'kind': status.kind,
            'namespace': status.namespace,
            'name': status.name,
            'state': status.state.value,
            'reason': status.reason,
            'message': status.message,
            'causes': [jsonl.cause(cause) for cause in status.causes],
        }
        for status in statuses
    ]
    return jsonl.dumps({'apiVersion': jsonl.API_VERSION, 'items': items})


def table(statuses: Sequence[Status], palette: Palette, width: int | None = None) -> list[str]:
    """One line per object under a header; no lines if there are no objects.

    The namespace has a column if there are several. Messages are cut so that lines have at
    most `width` characters, if that leaves enough of them.
    """
    if not statuses:
        return []
    from tabulate import tabulate  # its import costs as much as all the rest of a small file

    first = 0 if len({status.namespace for status in statuses}) > 1 else 1
    rows = [_cells(status)[first:] for status in statuses]
    max_length = _max_length(rows, HEADERS[first:], width)
    shown = [(*row[:-1], _cut(row[-1], max_length)) for row in rows]
    painted = [_paint_state(row, status.state, palette) for row, status in zip(shown, statuses)]
    text = tabulate(painted, headers=HEADERS[first:], tablefmt='plain', disable_numparse=True)
    return [line.rstrip() for line in text.split('\n')]


def _cells(status: Status) -> tuple[str, ...]:
    name = f'{status.short or status.kind.lower()}/{status.name}'
    texts = (status.namespace, name, status.state.value, status.reason, _message(status))
    return tuple(sentence(text) or '–' for text in texts)


def _message(status: Status) -> str:
    """The message of the first cause, which says more than the message of the status."""
    if not status.causes or status.state not in (State.PROGRESSING, State.FAILED):
        return status.message
    cause = status.causes[0]
    message = cause.message or status.message
    return message if status.reason == cause.code else f'{cause.code}: {message}'


def _max_length(rows: Sequence[tuple[str, ...]], headers: Sequence[str], width: int | None) -> int:
    if width is None:
        return _MAX_MESSAGE
    columns = list(zip(headers, *rows))[:-1]
    taken = sum(max(map(len, column)) + _GAP for column in columns)
    return max(_MIN_MESSAGE, width - taken)


def _cut(text: str, width: int) -> str:
    if width >= _MAX_MESSAGE:
        return clip(text, _MAX_MESSAGE)
    return text if len(text) <= width else f'{text[: width - 1]}…'


def _paint_state(row: tuple[str, ...], state: State, palette: Palette) -> list[str]:
    *before, word, reason, message = row
    if state is State.READY:
        word = palette.good(word)
    elif state is State.FAILED:
        word = palette.bad(word)
    elif state is not State.PROGRESSING:
        word = palette.warn(word)
    return [*before, word, reason, message]
