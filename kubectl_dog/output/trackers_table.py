"""What `trackers` prints: a table for people, one JSON document for programs."""

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
    """All of it in one line of JSON: `{"apiVersion": …, "items": […]}`."""
    items = [
        {
            'kind': one.kind,
            'package': one.package,
            'version': one.version,
            'by': one.implementation,
            'source': one.source,
            'state': one.state,
            'why': one.note,
        }
        for one in entries
    ]
    return jsonl.dumps({'apiVersion': jsonl.API_VERSION, 'items': items})


def table(entries: Sequence[TrackerInfo], palette: Palette) -> list[str]:
    """One line each under a header; nothing where there are none."""
    if not entries:
        return []
    from tabulate import tabulate  # its import costs as much as all the rest

    rows = [_cells(one, palette) for one in entries]
    text = tabulate(rows, headers=HEADERS, tablefmt='plain', disable_numparse=True)
    return [line.rstrip() for line in text.split('\n')]


def _cells(one: TrackerInfo, palette: Palette) -> list[str]:
    cells = [sentence(cell) or '–' for cell in one[:5]]
    told = sentence(f'{one.state}: {one.note}' if one.note else one.state)
    if one.state == BROKEN:
        told = palette.bad(told)
    return [*cells, told if one.state != UNUSED else palette.warn(told)]
