"""Any JSON in any field leaves the output of `status` whole."""

from __future__ import annotations

import json
import unicodedata

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog import api
from kubectl_dog.model.assessments import State
from kubectl_dog.output.cell_width import width as cells
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.status_table import document
from kubectl_dog.output.status_table import render
from kubectl_dog.output.status_tree import arrange
from tests import schema
from tests.unit.builders import NOW
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen

SCHEMA = json.loads((schema.DOCS / 'status-v1.schema.json').read_text(encoding='utf-8'))
LOOP = pod(
    status(state=waiting('CrashLoopBackOff', 'back-off 5m0s'), last=ended(3), restarts=4),
    owner='rs-2',
    volumes=[{'name': 'data', 'persistentVolumeClaim': {'claimName': 'web'}}],
)
SHORT = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}
OBJECTS = [
    {'apiVersion': version, **obj}
    for version, obj in (
        ('apps/v1', deployment(1, **SHORT)),
        ('apps/v1', replica_set()),
        ('v1', LOOP),
        ('v1', kube_event(LOOP, 'BackOff', 'Back-off')),
        ('v1', manifest('PersistentVolumeClaim', phase='Pending')),
        ('batch/v1', manifest('Job', conditions=[{'type': 'Failed', 'status': 'True'}])),
        ('example.com/v1', manifest('Lamp', conditions=[{'type': 'Ready', 'status': 'False'}])),
    )
]


def is_clean(line):
    return not any(unicodedata.category(character) in ('Cc', 'Zl', 'Zp') for character in line)


@SETTINGS
@given(misshapen(*OBJECTS), misshapen(*OBJECTS), st.integers(60, 160))
def test_any_json_in_any_field_neither_raises_nor_breaks_lines(first, second, width):
    statuses = api.statuses_from_objects([first, *OBJECTS, second])
    rows = arrange(statuses, folds=False)
    lines = render(rows, Palette(False), NOW)
    assert len(lines) == 1 + len(rows)
    assert all(map(is_clean, lines))
    wrapped = render(arrange(statuses, folds=True), Palette(False), NOW, width)
    assert all(map(is_clean, wrapped))
    assert max(map(cells, wrapped)) < width or _has_large_numbers(statuses)
    answer = json.loads(document(statuses))
    jsonschema.Draft202012Validator(SCHEMA).validate(answer)
    assert len(answer['items']) == len([s for s in statuses if s.state is not State.ABSENT])


def _has_large_numbers(statuses):
    """Numbers and ages of that size do not exist, and have columns that do not wrap."""
    counts = [n for s in statuses for n in (s.ready, s.desired, s.restarts) if n]
    return any(abs(count) > 99_999 for count in counts)
