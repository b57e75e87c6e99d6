"""Validate output of `-o json` against the schema in docs/, also without undocumented fields."""

from __future__ import annotations

import copy
import json
import pathlib

import jsonschema

DOCS = pathlib.Path(__file__).parents[1] / 'docs'
SCHEMA = json.loads((DOCS / 'json-v1.schema.json').read_text(encoding='utf-8'))
DEFINITIONS = SCHEMA['$defs']
# Definitions of lines are named after their `type`; shared definitions are capitalised.
TYPES = [name for name in DEFINITIONS if name.islower()]


def nodes(schema):
    """All JSON objects in the schema."""
    if isinstance(schema, dict):
        yield schema
    if isinstance(schema, (dict, list)):
        for part in schema.values() if isinstance(schema, dict) else schema:
            yield from nodes(part)


def _strict():
    """The schema without undocumented fields and types."""
    strict = copy.deepcopy(SCHEMA)
    for node in [node for node in nodes(strict) if node.get('type') == 'object']:
        node['unevaluatedProperties'] = False
    strict['properties'] = {'type': {'enum': TYPES}}
    return strict


OPEN = jsonschema.Draft202012Validator(SCHEMA)
STRICT = jsonschema.Draft202012Validator(_strict())


def faults(record, validator=STRICT):
    """The errors of a line as texts with their JSON paths."""
    return [fault for error in validator.iter_errors(record) for fault in _describe(error)]


def _describe(error):
    yield f'{error.json_path}: {error.message} ({error.validator})'
    for part in error.context:
        yield from _describe(part)


def read(stdout):
    """The records of a run, checked: each line is documented, and the summary is last."""
    records = [json.loads(line) for line in stdout.splitlines()]
    for record in records:
        assert faults(record) == [], record
    assert [record['type'] for record in records].index('summary') == len(records) - 1
    assert [record['at'] for record in records] == sorted(record['at'] for record in records)
    ended = [record for record in records if record['type'] == 'ended']
    assert _verdicts(ended) == _verdicts(records[-1]['verdicts'])
    return records


def _verdicts(records):
    return sorted(((record['target'], record['verdict']) for record in records), key=str)
