"""Read Kubernetes objects as plain dicts, in which any field may be missing."""

from __future__ import annotations

from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.times import epoch

# Annotations are text of users: longer texts, and digits of other alphabets, are no numbers.
_NUMBER = lazy_compile(r'-?[0-9]{1,18}')
# A field that sources add to objects of targets of files: which fields differ from the file.
FILE_DIFFERENCES = 'kubectl-dog.github.io/file-differences'
# Characters of a message that are read; kubelets and controllers write less.
LONGEST_MESSAGE = 16 * 1024


# These functions are called hundreds of times per object: their speed matters more than their size.


def get_dict(value: Any, *path: str) -> Object:
    """Return the mapping at a path, or an empty one."""
    for step in path:
        if not isinstance(value, dict):
            return {}
        value = value.get(step)
    return value if isinstance(value, dict) else {}


def get_dicts(value: Any, *path: str) -> list[Object]:
    """Return the mappings in the list at a path, without any other values."""
    values = get_dict(value, *path[:-1]).get(path[-1])
    return [item for item in values if isinstance(item, dict)] if isinstance(values, list) else []


def get_str(value: Any, *path: str) -> str:
    """Return the string at a path, or an empty string."""
    for step in path:
        if not isinstance(value, dict):
            return ''
        value = value.get(step)
    return value if isinstance(value, str) else ''


def message_of(value: Any, *path: str) -> str:
    """Return the field `message` of the mapping at a path, cut to LONGEST_MESSAGE characters.

    Everyone who may write Kubernetes events decides about the text and its length.
    """
    return get_str(value, *path, 'message')[:LONGEST_MESSAGE]


def get_int(value: Any, *path: str, default: int = 0) -> int:
    """Return the integer at a path, or in a string at the path; otherwise the default."""
    for step in path:
        if not isinstance(value, dict):
            return default
        value = value.get(step)
    if isinstance(value, str):
        return int(value) if _NUMBER.fullmatch(value) else default
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e18 else default


def name(obj: Object) -> str:
    """Return metadata.name."""
    return get_str(obj, 'metadata', 'name')


def uid(obj: Object) -> str:
    """Return metadata.uid."""
    metadata = obj.get('metadata')
    value = metadata.get('uid') if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else ''


def created_at(obj: Object) -> float:
    """Return metadata.creationTimestamp in epoch seconds; 0 if it is missing."""
    return epoch(get_str(obj, 'metadata', 'creationTimestamp')) or 0.0


def is_deleting(obj: Object) -> bool:
    """Return whether the object has a deletion timestamp."""
    return bool(get_dict(obj, 'metadata').get('deletionTimestamp'))


def controller_uid(obj: Object) -> str:
    """Return the uid of the owner that controls the object, or an empty string."""
    for owner in get_dicts(obj, 'metadata', 'ownerReferences'):
        if owner.get('controller'):
            return get_str(owner, 'uid')
    return ''


def condition(obj: Object, kind: str) -> Object:
    """Return the status condition of one type, or an empty mapping."""
    for entry in get_dicts(obj, 'status', 'conditions'):
        if entry.get('type') == kind:
            return entry
    return {}


def condition_status(condition: Object) -> str:
    """Return the status of a condition as the API spells it, even if it is a bool or lower-case."""
    value = condition.get('status')
    status = str(value) if isinstance(value, (str, bool)) else ''
    return status.capitalize() if status.lower() in ('true', 'false', 'unknown') else status


def is_observed(obj: Object) -> bool:
    """Return whether the controller has observed the newest spec, or does not report it."""
    status = get_dict(obj, 'status')
    if 'observedGeneration' not in status:
        return 'generation' not in get_dict(obj, 'metadata') or bool(status)
    return get_int(status, 'observedGeneration') >= get_int(obj, 'metadata', 'generation')


def label_selector(spec: Object) -> str:
    """Return the API's labelSelector text for a LabelSelector (`matchLabels`, …)."""
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
