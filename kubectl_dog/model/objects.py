"""Read Kubernetes objects as plain dicts, in which any part may be missing."""

from __future__ import annotations

import re
from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.times import epoch

# Annotations are text of users: longer texts, and digits of other alphabets, are no numbers.
_NUMBER = re.compile(r'-?[0-9]{1,18}')
# Characters of a message that are read; kubelets and controllers write less.
LONGEST_MESSAGE = 16 * 1024


# These functions are called hundreds of times per object: their speed matters more than their size.


def get_dict(value: Any, *path: str) -> Object:
    """The mapping at a path, or an empty one."""
    for step in path:
        if not isinstance(value, dict):
            return {}
        value = value.get(step)
    return value if isinstance(value, dict) else {}


def get_dicts(value: Any, *path: str) -> list[Object]:
    """The mappings in the list at a path, without any other values."""
    values = get_dict(value, *path[:-1]).get(path[-1])
    return [item for item in values if isinstance(item, dict)] if isinstance(values, list) else []


def get_str(value: Any, *path: str) -> str:
    """The string at a path, or an empty one."""
    for step in path:
        if not isinstance(value, dict):
            return ''
        value = value.get(step)
    return value if isinstance(value, str) else ''


def message_of(value: Any, *path: str) -> str:
    """The field `message` of the mapping at a path, cut to LONGEST_MESSAGE characters.

    Everyone who may write kube events decides about the text and its length.
    """
    return get_str(value, *path, 'message')[:LONGEST_MESSAGE]


def get_int(value: Any, *path: str, default: int = 0) -> int:
    """The integer at a path, or in a string at the path; otherwise the default."""
    for step in path:
        if not isinstance(value, dict):
            return default
        value = value.get(step)
    if isinstance(value, str):
        return int(value) if _NUMBER.fullmatch(value) else default
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e18 else default


def name(obj: Object) -> str:
    """metadata.name."""
    return get_str(obj, 'metadata', 'name')


def uid(obj: Object) -> str:
    """metadata.uid."""
    metadata = obj.get('metadata')
    value = metadata.get('uid') if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else ''


def created_at(obj: Object) -> float:
    """metadata.creationTimestamp in epoch seconds; 0 if it is missing."""
    return epoch(get_str(obj, 'metadata', 'creationTimestamp')) or 0.0


def is_deleting(obj: Object) -> bool:
    """Whether the object has a deletion timestamp."""
    return bool(get_dict(obj, 'metadata').get('deletionTimestamp'))


def controller_uid(obj: Object) -> str:
    """The uid of the owner that controls the object, or an empty string."""
    for owner in get_dicts(obj, 'metadata', 'ownerReferences'):
        if owner.get('controller'):
            return get_str(owner, 'uid')
    return ''


def condition(obj: Object, kind: str) -> Object:
    """The status condition of one type, or an empty mapping."""
    for entry in get_dicts(obj, 'status', 'conditions'):
        if entry.get('type') == kind:
            return entry
    return {}


def condition_status(condition: Object) -> str:
    """The status of a condition as the API spells it, also if it is a bool or in lower case."""
    value = condition.get('status')
    status = str(value) if isinstance(value, (str, bool)) else ''
    return status.capitalize() if status.lower() in ('true', 'false', 'unknown') else status


def is_observed(obj: Object) -> bool:
    """Whether the controller has observed the newest spec; True if the kind does not report it."""
    status = get_dict(obj, 'status')
    if 'observedGeneration' not in status:
        return 'generation' not in get_dict(obj, 'metadata') or bool(status)
    return get_int(status, 'observedGeneration') >= get_int(obj, 'metadata', 'generation')


def label_selector(spec: Object) -> str:
    """A LabelSelector (`matchLabels`, `matchExpressions`) as the API's labelSelector text."""
    terms = [f'{key}={value}' for key, value in sorted(get_dict(spec, 'matchLabels').items())]
    for rule in get_dicts(spec, 'matchExpressions'):
        terms.append(_term(get_str(rule, 'key'), get_str(rule, 'operator'), rule.get('values')))
    return ','.join(terms)


def _term(key: str, operator: str, values: Any) -> str:
    members = ','.join(map(str, values)) if isinstance(values, list) else ''
    return {
        'In': f'{key} in ({members})',
        'NotIn': f'{key} notin ({members})',
        'DoesNotExist': f'!{key}',
    }.get(operator, key)
