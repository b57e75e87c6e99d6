"""Find the state fields of a status, and their meaning, in a CustomResourceDefinition.

Printer columns name the fields that people look at; descriptions explain the values of a field. A
definition is data of its author: it is read, and nothing in it is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers.condition_terms import Meaning

# Names of printer columns that show the state of an object.
_STATE_COLUMNS = frozenset({'state', 'phase', 'status', 'health', 'ready', 'lifecycle'})
_PLAIN_PATH = re.compile(r'\.?status((?:\.\w{1,80}){1,6})')
_CONDITION_PATH = re.compile(
    r'\.?status\.conditions\[\?\(@\.type\s*==\s*["\']([\w./-]{1,200})["\']\)\]\.status'
)
_MAX_TEXT = 4000
# The part of a description after a value that explains it.
_MAX_EXPLANATION = 120
_EXPLAINS = re.compile(
    r'["\'`*]{0,3},?\s{0,3}(?:\(|(?::|-|–|—|=|means|indicates|represents|denotes|is|if|when|once)\s)'
)
# A word in a description that is explained after it.
_EXPLAINED = re.compile(r'\b([A-Z][A-Za-z]{1,60})["\'`]?\s{0,3}(?::|-|=|means\b|indicates\b)\s')
_STATE_NAMES = frozenset((word,) for word in ('state', 'phase', 'status', 'health', 'stage'))
_MAX_VALUES = 50
_MAX_FIELDS = 500
_SENTENCE_END = re.compile(r'[.;\n]')
_PARENTHESIS_END = re.compile(r'[.;\n)]')


class Evidence(NamedTuple):
    """The part of a CustomResourceDefinition that explains a status.

    - `columns`: paths below `status` that printer columns show as the state, with the column.
    - `conditions`: condition types that printer columns show as the state.
    - `schema`: the schema of `status`.
    """

    columns: Mapping[tuple[str, ...], str] = {}
    conditions: frozenset[str] = frozenset()
    schema: Mapping[str, Any] = {}


def read_evidence(definition: Mapping[str, Any], api_version: str) -> Evidence:
    """Return the evidence in a CustomResourceDefinition for objects of one version."""
    name = api_version.rpartition('/')[2]
    versions = get_dicts(definition, 'spec', 'versions')
    version = next((entry for entry in versions if entry.get('name') == name), {})
    columns, conditions = {}, set()
    for column, path in _state_columns(version):
        plain, condition = _PLAIN_PATH.fullmatch(path), _CONDITION_PATH.fullmatch(path)
        if plain:
            columns[tuple(plain[1].split('.')[1:])] = column
        elif condition:
            conditions.add(condition[1])
    schema = get_dict(version, 'schema', 'openAPIV3Schema', 'properties', 'status')
    return Evidence(columns, frozenset(conditions), schema)


def _state_columns(version: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for column in get_dicts(version, 'additionalPrinterColumns')[:100]:
        name = get_str(column, 'name')[:100]
        path = get_str(column, 'jsonPath')[:500].strip('{}')
        if not _STATE_COLUMNS.isdisjoint(condition_terms.words(name)[-1:]):
            yield name, path


def meaning_of(evidence: Evidence, path: tuple[str, ...], word: str) -> Meaning:
    """Return the meaning of a value according to the description, enum and default of its field."""
    schema = _field_schema(evidence.schema, path)
    meaning = _explained_meaning(schema, word)
    if meaning is Meaning.NEUTRAL:
        meaning = _meaning_by_elimination(schema, word)
    # A status starts with its default.
    is_default = meaning is Meaning.NEUTRAL and schema.get('default') == word
    return Meaning.WORKING if is_default else meaning


def is_classification(evidence: Evidence, path: tuple[str, ...]) -> bool:
    """Return whether no listed value of a field has a meaning, as in `Leader` and `Follower`."""
    schema = _field_schema(evidence.schema, path)
    values = _listed_values(schema)[:_MAX_VALUES]
    known = (meaning_of(evidence, path, word) is Meaning.NEUTRAL for word in values)
    return len(values) > 1 and all(
        condition_terms.state(word) is Meaning.NEUTRAL and is_neutral
        for word, is_neutral in zip(values, known)
    )


def _explained_meaning(schema: Mapping[str, Any], word: str) -> Meaning:
    explanation = _explanation(get_str(schema, 'description')[:_MAX_TEXT], word)
    return condition_terms.state(explanation) if explanation else Meaning.NEUTRAL


def _meaning_by_elimination(schema: Mapping[str, Any], word: str) -> Meaning:
    """Return GOOD if an enum lists no other value that can mean success."""
    values = _listed_values(schema)[:_MAX_VALUES]
    if word not in values:
        return Meaning.NEUTRAL
    others = set()
    for value in values:
        if value != word:
            meaning = condition_terms.state(value)
            is_known = meaning is not Meaning.NEUTRAL
            others.add(meaning if is_known else _explained_meaning(schema, value))
    is_only_success = bool(others) and others.isdisjoint((Meaning.GOOD, Meaning.NEUTRAL))
    return Meaning.GOOD if is_only_success else Meaning.NEUTRAL


def known_values(evidence: Evidence) -> Iterator[tuple[str, str, Meaning]]:
    """Yield (field, value, meaning) for the values of states that a definition lists or explains.

    The meaning is that of the word, else that of its explanation.
    """
    for path in _state_paths(evidence):
        schema = _field_schema(evidence.schema, path)
        explained = _EXPLAINED.findall(get_str(schema, 'description')[:_MAX_TEXT])
        for word in dict.fromkeys((_listed_values(schema) or explained)[:_MAX_VALUES]):
            meaning = condition_terms.state(word)
            if meaning is Meaning.NEUTRAL:
                meaning = meaning_of(evidence, path, word)
            yield f'status.{".".join(path)}', word, meaning


def _state_paths(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    """Yield the paths of fields that are states, by a printer column or by their names."""
    names = get_dict(evidence.schema, 'properties')
    by_name = [
        (name,)
        for name in list(names)[:_MAX_FIELDS]
        if isinstance(name, str)
        and condition_terms.words(name)[-1:] in _STATE_NAMES
        and not condition_terms.is_history(name)
        and not condition_terms.is_wish(condition_terms.words(name))
    ]
    yield from dict.fromkeys((*evidence.columns, *by_name))


def listed_conditions(evidence: Evidence) -> tuple[str, ...]:
    """Return the condition types that a definition names, in columns or as values."""
    types = _listed_values(_field_schema(evidence.schema, ('conditions', 'type')))
    return tuple(dict.fromkeys((*sorted(evidence.conditions), *types[:_MAX_VALUES])))


def _listed_values(schema: Mapping[str, Any]) -> list[str]:
    values = schema.get('enum')
    listed = values if isinstance(values, list) else []
    return [value for value in listed if isinstance(value, str) and len(value) <= _MAX_EXPLANATION]


def _field_schema(schema: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    for name in path:
        items = get_dict(schema, 'items') or schema
        values = get_dict(items, 'additionalProperties')
        schema = get_dict(items, 'properties', name) or get_dict(values, 'properties', name)
    return schema


@lru_cache(maxsize=1024)
def _explanation(description: str, word: str) -> str:
    """Return the text after a value in a description: `Frobbed: the frob has failed`."""
    # An empty word is everywhere.
    start = description.find(word) if word else -1
    while start >= 0:
        end = start + len(word)
        match = _EXPLAINS.match(description, end)
        is_whole_word = not description[max(start - 1, 0) : start].isalnum()
        if match is not None and is_whole_word:
            text = description[match.end() : match.end() + _MAX_EXPLANATION]
            end_of_text = _PARENTHESIS_END if match[0].endswith('(') else _SENTENCE_END
            return end_of_text.split(text, maxsplit=1)[0].strip()
        start = description.find(word, end)
    return ''
