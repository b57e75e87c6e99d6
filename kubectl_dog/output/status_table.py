"""What `status` prints: a table for people, one JSON document for programs."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import State
from kubectl_dog.model.statuses import Status
from kubectl_dog.output import jsonl
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import clip
from kubectl_dog.output.escape import sentence

HEADERS = ('NAMESPACE', 'TARGET', 'STATE', 'REASON', 'MESSAGE')

# Between columns there are two blanks.
_GAP = 2
_LONGEST = 200
_SHORTEST = 20


def document(statuses: Sequence[Status]) -> str:
    """All of it in one line of JSON, as docs/status-v1.schema.json has it."""
    items = [
        {
            'apiVersion': one.api_version,
            'kind': one.kind,
            'namespace': one.namespace,
            'name': one.name,
            'state': one.state.value,
            'reason': one.reason,
            'message': one.message,
            'causes': [jsonl.cause(cause) for cause in one.causes],
        }
        for one in statuses
    ]
    return jsonl.dumps({'apiVersion': jsonl.API_VERSION, 'items': items})


def table(statuses: Sequence[Status], palette: Palette, width: int | None = None) -> list[str]:
    """One line per object under a header; nothing where there are none.

    The namespace has a column where there are several. Messages are cut so that lines have at
    most `width` characters, if that leaves enough of them.
    """
    if not statuses:
        return []
    from tabulate import tabulate  # its import costs as much as all the rest of a small file

    first = 0 if len({one.namespace for one in statuses}) > 1 else 1
    rows = [_cells(one)[first:] for one in statuses]
    room = _room(rows, HEADERS[first:], width)
    shown = [(*row[:-1], _cut(row[-1], room)) for row in rows]
    painted = [_painted(row, one.state, palette) for row, one in zip(shown, statuses)]
    text = tabulate(painted, headers=HEADERS[first:], tablefmt='plain', disable_numparse=True)
    return [line.rstrip() for line in text.split('\n')]


def _cells(one: Status) -> tuple[str, ...]:
    short = one.short or one.kind.lower()
    texts = (one.namespace, f'{short}/{one.name}', one.state.value, one.reason, _story(one))
    return tuple(sentence(text) or '–' for text in texts)


def _story(one: Status) -> str:
    """The best cause says more than what is waited for."""
    if not one.causes or one.state not in (State.PROGRESSING, State.FAILED):
        return one.message
    cause = one.causes[0]
    told = cause.message or one.message
    return told if one.reason == cause.code else f'{cause.code}: {told}'


def _room(rows: Sequence[tuple[str, ...]], headers: Sequence[str], width: int | None) -> int:
    if width is None:
        return _LONGEST
    columns = list(zip(headers, *rows))[:-1]
    taken = sum(max(map(len, column)) + _GAP for column in columns)
    return max(_SHORTEST, width - taken)


def _cut(text: str, room: int) -> str:
    if room >= _LONGEST:
        return clip(text, _LONGEST)
    return text if len(text) <= room else f'{text[: room - 1]}…'


def _painted(row: tuple[str, ...], state: State, palette: Palette) -> list[str]:
    *before, word, reason, message = row
    if state is State.READY:
        word = palette.good(word)
    elif state is State.FAILED:
        word = palette.bad(word)
    elif state is not State.PROGRESSING:
        word = palette.warn(word)
    return [*before, word, reason, message]
