"""Output of `explain`: the codes of causes as text, or as one JSON document."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby

from kubectl_dog.causes.code_docs import CodeEntry
from kubectl_dog.output import jsonl

_WIDTH = 100
_LABEL = 16
_PAGE = 'https://github.com/kubectl-dog/kubectl-dog/blob/main/docs/codes.md'
# Families whose causes are about one container each.
_PER_CONTAINER = ('container start', 'probes')
_ANNOTATION = 'kubectl-dog.github.io/tolerate'


def document(entries: Sequence[CodeEntry]) -> str:
    """Return the entries as one line of JSON: `{"apiVersion": …, "items": […]}`."""
    items = [
        {
            'code': entry.code,
            'family': entry.family,
            'meaning': entry.meaning,
            'recognizedBy': entry.evidence,
            'tolerance': entry.tolerance,
            'informational': entry.is_informational,
            'whatToDo': entry.remedy,
            'tolerate': [{'value': value, 'meaning': text} for value, text in entry.flags],
            'documentation': _link(entry),
        }
        for entry in entries
    ]
    return jsonl.dumps({'apiVersion': jsonl.API_VERSION, 'items': items})


def listing(entries: Sequence[CodeEntry]) -> list[str]:
    """Return a line for each code, by family."""
    width = max(len(entry.code) for entry in entries)
    lines: list[str] = []
    for family, group in groupby(entries, lambda entry: entry.family):
        lines += ['', f'{family[0].upper()}{family[1:]}:'] if lines else [f'{family.capitalize()}:']
        lines += [f'  {entry.code:{width}}  {entry.meaning}' for entry in group]
    return lines


def describe(entry: CodeEntry) -> list[str]:
    """Return everything about a code."""
    lines = [f'{entry.code}: {entry.meaning}', '']
    lines += _row('Recognized by', entry.evidence)
    lines += _row('Tolerance', entry.tolerance)
    lines += _row('What to do', entry.remedy)
    lines += _tolerate(entry)
    return [*lines, *_row('Documentation', _link(entry))]


def _tolerate(entry: CodeEntry) -> list[str]:
    if not entry.flags:
        return _row('Tolerate it', 'not needed: this cause never fails a target')
    width = max(len(value) for value, _ in entry.flags)
    flags = [f'--tolerate {value:{width}}  {text}' for value, text in entry.flags]
    others = [f'The annotation {_ANNOTATION} of the target has the same values.']
    if entry.family in _PER_CONTAINER:
        others.insert(0, f'{entry.code}/CONTAINER=… is for containers of this name only.')
    first, *rest = [*flags, *others]
    return [f'{"Tolerate it":{_LABEL}}{first}', *(' ' * _LABEL + text for text in rest)]


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f'{label:{_LABEL}}',
        subsequent_indent=' ' * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _link(entry: CodeEntry) -> str:
    return f'{_PAGE}#{entry.code.lower()}'
