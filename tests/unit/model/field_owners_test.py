"""Who set the fields of an object."""

from __future__ import annotations

import pytest

from kubectl_dog.model.field_owners import REPLICAS
from kubectl_dog.model.field_owners import FieldOwners

MODE = ('f:spec', 'f:containers', 'k:{"name":"web"}', 'f:mode')
RULES = ('f:spec', 'f:rules', '', 'f:weight')


def tree(*paths):
    result = {}
    for path in paths:
        node = result
        for step in path:
            node = node.setdefault(step, {})
    return result


def entry(manager, *paths, subresource=''):
    return {'manager': manager, 'subresource': subresource, 'fieldsV1': tree(*paths)}


MOST = [('f:spec', f'f:{name}') for name in 'abcde']
STATUS = [('f:status', f'f:{name}') for name in 'abcdefgh']


@pytest.mark.parametrize(
    ('entries', 'steps', 'expected'),
    (
        ([], MODE, False),
        ([entry('helm', *MOST, MODE)], MODE, False),
        ([entry('helm', *MOST), entry('mesh', MODE)], MODE, True),
        ([entry('helm', *MOST), entry('mesh', MODE, *STATUS)], MODE, True),
        ([entry('helm', *MOST), entry('mesh', MODE), entry('kubectl-edit', MODE)], MODE, False),
        ([entry('helm', *MOST), entry('kubectl-set', MODE)], MODE, False),
        ([entry('helm', *MOST, MODE), entry('mesh', MODE)], MODE, False),
        ([entry('helm', *MOST), entry('mesh', MODE)], (*MODE[:-1], 'f:other'), False),
        # Two deployers of one size.
        ([entry('a', MODE), entry('b', RULES[:2])], MODE, False),
        # The owner of a whole list owns its items.
        ([entry('helm', *MOST), entry('canary', RULES[:2])], RULES, True),
        ([entry('helm', *MOST), entry('canary', (*RULES[:2], 'f:x'))], RULES, False),
        ([entry('helm', *MOST), entry('odd', ())], RULES, False),
        ([entry('kubectl', *MOST), entry('hpa', REPLICAS, subresource='scale')], REPLICAS, True),
        ([entry('helm', *MOST), entry('kubectl', REPLICAS, subresource='scale')], REPLICAS, True),
        ([entry('helm', *MOST), entry('kubectl-patch', REPLICAS)], REPLICAS, True),
        ([entry('helm', *MOST, REPLICAS), entry('hpa', REPLICAS)], REPLICAS, False),
        ([entry('helm', *MOST)], REPLICAS, False),
        ([{'manager': 5, 'fieldsV1': {'f:spec': 'odd', 'f:a': {}}}], MODE, False),
    ),
)
def test_fields_of_controllers_are_foreign(entries, steps, expected):
    owners = FieldOwners({'metadata': {'managedFields': entries}})
    assert owners.is_foreign(steps) is expected
