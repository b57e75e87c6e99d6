"""The schema of `-o json`, as docs/ has it, and stricter than it is for consumers."""

from __future__ import annotations

import copy
import json
import pathlib

import jsonschema

DOCS = pathlib.Path(__file__).parents[1] / 'docs'
SCHEMA = json.loads((DOCS / 'json-v1.schema.json').read_text(encoding='utf-8'))
DEFINITIONS = SCHEMA['$defs']
# The definition of a line is named after its `type`, those that lines share are capitalised.
TYPES = [name for name in DEFINITIONS if name.islower()]


def nodes(schema):
    """All the objects that the schema is made of."""
    if isinstance(schema, dict):
        yield schema
    if isinstance(schema, (dict, list)):
        for part in schema.values() if isinstance(schema, dict) else schema:
            yield from nodes(part)


def _strict():
    """Without fields and types that are not documented."""
    strict = copy.deepcopy(SCHEMA)
    for node in [node for node in nodes(strict) if node.get('type') == 'object']:
        node['unevaluatedProperties'] = False
    strict['properties'] = {'type': {'enum': TYPES}}
    return strict


OPEN = jsonschema.Draft202012Validator(SCHEMA)
STRICT = jsonschema.Draft202012Validator(_strict())


def faults(record, validator=STRICT):
    """What is wrong with a line, where, in words; for every line that we print, nothing."""
    return [told for error in validator.iter_errors(record) for told in _words(error)]


def _words(error):
    yield f'{error.json_path}: {error.message} ({error.validator})'
    for part in error.context:
        yield from _words(part)


def read(stdout):
    """The records of a whole run: every line is documented, and the last one is the summary."""
    records = [json.loads(line) for line in stdout.splitlines()]
    for record in records:
        assert faults(record) == [], record
    assert [each['type'] for each in records].index('summary') == len(records) - 1
    assert [each['at'] for each in records] == sorted(each['at'] for each in records)
    ended = [(each['target'], each['verdict']) for each in records if each['type'] == 'ended']
    told = [(each['target'], each['verdict']) for each in records[-1]['verdicts']]
    assert sorted(ended, key=str) == sorted(told, key=str)
    return records
