"""The output of `trackers`: a table, or one JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.tracker_info import BROKEN
from kubectl_dog.model.tracker_info import UNUSED
from kubectl_dog.model.tracker_info import TrackerInfo
from kubectl_dog.output import jsonl
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence

HEADERS = ('KIND', 'PACKAGE', 'VERSION', 'BY', 'SOURCE', 'STATE')


def document(entries: Sequence[TrackerInfo]) -> str:
    """All entries as one line of JSON: `{"apiVersion": …, "items": […]}`."""
    items = [
        {
            'kind': entry.kind,
            'package': entry.package,
            'version': entry.version,
            'by': entry.implementation,
            'source': entry.source,
            'state': entry.state,
            'why': entry.note,
        }
        for entry in entries
    ]
    return jsonl.dumps({'apiVersion': jsonl.API_VERSION, 'items': items})


def table(entries: Sequence[TrackerInfo], palette: Palette) -> list[str]:
    """One line per entry under a header; no lines if there are no entries."""
    if not entries:
        return []
    from tabulate import tabulate  # its import costs as much as all the rest

    rows = [_cells(entry, palette) for entry in entries]
    text = tabulate(rows, headers=HEADERS, tablefmt='plain', disable_numparse=True)
    return [line.rstrip() for line in text.split('\n')]


def _cells(entry: TrackerInfo, palette: Palette) -> list[str]:
    cells = [sentence(cell) or '–' for cell in entry[:5]]
    state = sentence(f'{entry.state}: {entry.note}' if entry.note else entry.state)
    if entry.state == BROKEN:
        state = palette.bad(state)
    return [*cells, state if entry.state != UNUSED else palette.warn(state)]
