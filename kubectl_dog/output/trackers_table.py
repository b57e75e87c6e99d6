"""Output of `trackers`: a table, or one JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.tracker_info import BROKEN
from kubectl_dog.model.tracker_info import UNUSED
from kubectl_dog.model.tracker_info import DefinitionInfo
from kubectl_dog.model.tracker_info import KindInfo
from kubectl_dog.model.tracker_info import TrackerInfo
from kubectl_dog.output import jsonl
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence

HEADERS = ('KIND', 'PACKAGE', 'VERSION', 'BY', 'SOURCE', 'STATE')


def document(entries: Sequence[TrackerInfo], kinds: Sequence[KindInfo] = ()) -> str:
    """Return all entries as one line of JSON: `{"apiVersion": …, "items": […], "kinds": […]}`.

    `kinds` are left out if there are none.
    """
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
    described = {'kinds': [_kind(info) for info in kinds]} if kinds else {}
    return jsonl.dumps({'apiVersion': jsonl.API_VERSION, 'items': items, **described})


def _kind(info: KindInfo) -> dict[str, object]:
    definition = info.definition
    return {
        'kind': info.kind,
        'by': info.implementation,
        'package': info.package,
        'version': info.version,
        'source': info.source,
        'sections': list(info.sections),
        'documentation': info.documentation,
        'why': info.note,
        'definition': definition
        and {
            'name': definition.name,
            'version': definition.version,
            'annotation': definition.annotation,
            'columns': [{'field': field, 'column': column} for field, column in definition.columns],
            'conditions': list(definition.conditions),
            'values': [
                {'field': field, 'value': value, 'meaning': meaning}
                for field, value, meaning in definition.values
            ],
        },
    }


def describe(info: KindInfo) -> list[str]:
    """Lines that say how a kind is assessed."""
    rows = [('assessed by', _assessed_by(info))]
    if info.sections:
        rows.append(('sections', f'{", ".join(info.sections)} (others: general meaning)'))
    if info.documentation:
        rows.append(('documentation', info.documentation))
    if info.note:
        rows.append(('annotation', info.note))
    if info.definition is not None:
        rows += _describe_definition(info.definition)
    lines = [f'  {label:<14} {sentence(text)}' for label, text in rows]
    return ['', sentence(info.kind), *lines]


def _assessed_by(info: KindInfo) -> str:
    if info.implementation == 'generic':
        return 'its status, without a rule of its own (docs/rules.md)'
    package = f'{info.package} {info.version}'.strip()
    label = 'rules' if info.implementation == 'rules' else 'code'
    return f'{label} of {package}: {info.source}' if package else f'rules: {info.source}'


def _describe_definition(definition: DefinitionInfo) -> list[tuple[str, str]]:
    rows = [('definition', f'{definition.name}, version {definition.version}')]
    columns = [f'{field} (column {column})' for field, column in definition.columns]
    values: dict[str, list[str]] = {}
    for field, value, meaning in definition.values:
        values.setdefault(field, []).append(f'{value} {meaning}')
    rows += [('state', column) for column in columns]
    if definition.conditions:
        rows.append(('conditions', ', '.join(definition.conditions)))
    rows += [('values', f'{field}: {", ".join(known)}') for field, known in values.items()]
    if not columns and not values and not definition.conditions:
        rows.append(('state', 'the definition names no field with the state'))
    return rows


def table(entries: Sequence[TrackerInfo], palette: Palette) -> list[str]:
    """Return one line per entry under a header; no lines if there are no entries."""
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
