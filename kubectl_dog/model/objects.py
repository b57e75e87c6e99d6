"""Reading plain Kubernetes dicts that may lack anything: missing parts read as empty."""

from __future__ import annotations

import re
from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.times import epoch

# Annotations are users' text: longer ones, or other alphabets' digits, are no numbers.
_NUMBER = re.compile(r'-?[0-9]{1,18}')
# Characters of a message that are read: more than any kubelet or controller writes.
LONGEST_MESSAGE = 16 * 1024


# These are asked hundreds of times of every object, so that what is short here costs seconds.


def get_dict(value: Any, *path: str) -> Object:
    """The mapping at a path, or an empty one."""
    for step in path:
        if not isinstance(value, dict):
            return {}
        value = value.get(step)
    return value if isinstance(value, dict) else {}


def get_dicts(value: Any, *path: str) -> list[Object]:
    """The mappings in the list at a path; anything else in it is left out."""
    found = get_dict(value, *path[:-1]).get(path[-1])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def get_str(value: Any, *path: str) -> str:
    """The string at a path, or an empty one."""
    for step in path:
        if not isinstance(value, dict):
            return ''
        value = value.get(step)
    return value if isinstance(value, str) else ''


def message_of(value: Any, *path: str) -> str:
    """The `message` of what is at the path, cut where it is longer than anybody means it to be.

    Anybody who may write kube events decides what is in one, and how much.
    """
    return get_str(value, *path, 'message')[:LONGEST_MESSAGE]


def get_int(value: Any, *path: str, default: int = 0) -> int:
    """The integer at a path, also where it was written as text; else the default."""
    for step in path:
        if not isinstance(value, dict):
            return default
        value = value.get(step)
    if isinstance(value, str):
        return int(value) if _NUMBER.fullmatch(value) else default
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e18 else default


def name(thing: Object) -> str:
    """metadata.name."""
    return get_str(thing, 'metadata', 'name')


def uid(thing: Object) -> str:
    """metadata.uid."""
    metadata = thing.get('metadata')
    found = metadata.get('uid') if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ''


def created_at(thing: Object) -> float:
    """metadata.creationTimestamp in epoch seconds; 0 where it is missing."""
    return epoch(get_str(thing, 'metadata', 'creationTimestamp')) or 0.0


def is_deleting(thing: Object) -> bool:
    """Whether deletion has been asked for."""
    return bool(get_dict(thing, 'metadata').get('deletionTimestamp'))


def controller_uid(thing: Object) -> str:
    """The uid of the owner that controls it, or an empty string."""
    for owner in get_dicts(thing, 'metadata', 'ownerReferences'):
        if owner.get('controller'):
            return get_str(owner, 'uid')
    return ''


def condition(thing: Object, kind: str) -> Object:
    """The status condition of one type, or an empty mapping."""
    for one in get_dicts(thing, 'status', 'conditions'):
        if one.get('type') == kind:
            return one
    return {}


def condition_status(condition: Object) -> str:
    """The status of a condition as the API spells it, also where it was written true or `true`."""
    found = condition.get('status')
    said = str(found) if isinstance(found, (str, bool)) else ''
    return said.capitalize() if said.lower() in ('true', 'false', 'unknown') else said


def is_observed(thing: Object) -> bool:
    """Whether the controller has seen the newest spec; True for kinds that do not tell."""
    status = get_dict(thing, 'status')
    if 'observedGeneration' not in status:
        return 'generation' not in get_dict(thing, 'metadata') or bool(status)
    return get_int(status, 'observedGeneration') >= get_int(thing, 'metadata', 'generation')


def label_selector(spec: Object) -> str:
    """A LabelSelector (`matchLabels`, `matchExpressions`) as the API's labelSelector text."""
    terms = [f'{key}={value}' for key, value in sorted(get_dict(spec, 'matchLabels').items())]
    for rule in get_dicts(spec, 'matchExpressions'):
        terms.append(_term(get_str(rule, 'key'), get_str(rule, 'operator'), rule.get('values')))
    return ','.join(terms)


def _term(key: str, operator: str, values: Any) -> str:
    listed = ','.join(map(str, values)) if isinstance(values, list) else ''
    return {
        'In': f'{key} in ({listed})',
        'NotIn': f'{key} notin ({listed})',
        'DoesNotExist': f'!{key}',
    }.get(operator, key)
