"""Objects with their right states, one per line of the files of a folder, such as this one.

A line is `GROUP/VERSION KIND | STATES | FIELDS`: the states that are right, separated by commas,
and the fields of the object besides apiVersion, kind and metadata, as YAML in flow style. Lines
that start with # are comments, such as the documentation that the next lines rely on.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from kubectl_dog import api

CUSTOM = Path(__file__).parent
BUILT_IN = CUSTOM.parent / 'built_in_states'


# By place: each row is assessed once, for its test and for the document.
_STATUSES = {}


class Row(NamedTuple):
    place: str
    api_version: str
    kind: str
    states: tuple[str, ...]
    fields: dict

    @property
    def group(self):
        return self.api_version.partition('/')[0]

    @property
    def obj(self):
        metadata = {'name': 'web', 'namespace': 'shop', 'uid': 'u1', 'generation': 1}
        fields = {**self.fields, 'metadata': {**metadata, **self.fields.get('metadata', {})}}
        return {'apiVersion': self.api_version, 'kind': self.kind, **fields}

    def status(self):
        if self.place not in _STATUSES:
            [_STATUSES[self.place]] = api.statuses_from_objects([self.obj])
        return _STATUSES[self.place]


def _rows(folder):
    for path in sorted(folder.glob('*.txt')):
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            if line.strip() and not line.startswith('#'):
                yield _row(f'{path.name}:{number}', line)


def _row(place, line):
    kind, states, fields = line.split('|', 2)
    api_version, kind = kind.split()
    states = tuple(state.strip() for state in states.split(','))
    return Row(place, api_version, kind, states, yaml.safe_load(f'{{{fields}}}'))


ROWS = tuple(_rows(CUSTOM))
BUILT_IN_ROWS = tuple(_rows(BUILT_IN))
