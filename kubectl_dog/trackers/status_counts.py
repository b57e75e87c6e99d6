"""Read the counts of a status: `readyReplicas` against `spec.replicas`, or `ready: 2/3`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.status_signals import StatusSignal

_SHARE = re.compile(r'([0-9]{1,9})\s*/\s*([0-9]{1,9})')
_MET = frozenset({'ready', 'available', 'updated'})
# Other counts that are "available", such as `availableUpdates`, are no part of a whole.
_AVAILABLE_PARTS = frozenset(
    ('replicas', 'instances', 'members', 'nodes', 'pods', 'shards', 'tablets', 'brokers')
)
# Names of the whole: `desiredReplicas`, `expectedNodes`, `matchedPods`, or just `replicas`.
_WHOLE_PREFIXES = ('desired', 'expected', 'target', 'total', 'matched')
_DESIRED_IN_SPEC = ('replicas', 'instances', 'members', 'size')
_TOP_COUNTS = {
    'numberReady': 'desiredNumberScheduled',
    'numberAvailable': 'desiredNumberScheduled',
    'updatedNumberScheduled': 'desiredNumberScheduled',
}
# Counts of a kind with `spec.replicas` that have shorter names.
_SHORT_COUNTS = ('ready',)
_READY_REPLICAS = {'readyReplicas', 'availableReplicas'}
_UPDATED_BY_HAND = ('OnDelete', 'NotUpdate', 'Manual', 'External')
_MAX_PARTS = 200


def read(obj: Object, is_available: bool = False) -> StatusSignal | None:
    """Return the signal of the lowest count at the top of a status.

    With `is_available`, only counts of updated parts matter.
    """
    status = get_dict(obj, 'status')
    counts = [
        *_shares(status),
        *_parts(status, get_dict(obj, 'spec'), _exempt_from_update(obj)),
    ]
    if is_available:
        counts = [count for count in counts if count[0].startswith('updated')]
    return _lowest(counts)


def read_nested(obj: Object) -> StatusSignal | None:
    """Return the signal of a count that is not met in a part of a status, or of one that is."""
    counts = []
    for path, holder in _nested(get_dict(obj, 'status')):
        for name, number, whole in _parts(holder, {}, 0):
            counts.append((f'{path}.{name}', number, whole))
    return _lowest(counts)


def _lowest(counts: list[tuple[str, int, int]]) -> StatusSignal | None:
    if not counts:
        return None
    name, number, whole = min(counts, key=lambda count: count[1] - count[2])
    meaning = Meaning.GOOD if number >= whole else Meaning.WORKING
    return StatusSignal(meaning, f'status.{name}={number} of {whole}')


def _shares(status: Object) -> Iterator[tuple[str, int, int]]:
    for path in (('ready',), ('scale', 'statusReplicas')):
        match = _SHARE.fullmatch(get_str(status, *path).strip())
        if match:
            yield '.'.join(path), int(match[1]), int(match[2])


def _parts(holder: Object, spec: Object, exempt_from_update: int) -> Iterator[tuple[str, int, int]]:
    """Yield (name, count, whole) of the counts that belong to a whole."""
    for key, value in list(holder.items())[:_MAX_PARTS]:
        number = _count(value)
        if number is None or not isinstance(key, str):
            continue
        whole = _whole(key, holder, spec)
        if whole and condition_terms.words(key)[:1] == ('updated',):
            whole -= exempt_from_update
        if whole is not None and whole > 0:
            yield key, number, whole
    # Zero is left out of a status like that of a Deployment.
    replicas = _count(holder.get('replicas'))
    if replicas and 'updatedReplicas' in holder and holder.keys().isdisjoint(_READY_REPLICAS):
        yield 'readyReplicas', 0, replicas


def _whole(key: str, holder: Object, spec: Object) -> int | None:
    """Return the count that `key` (`readyReplicas`) is a part of, or None."""
    in_spec = next(filter(None, (_count(spec.get(name)) for name in _DESIRED_IN_SPEC)), None)
    if key in _TOP_COUNTS:
        return _count(holder.get(_TOP_COUNTS[key]))
    if key in _SHORT_COUNTS:
        return in_spec
    prefix, *base_words = condition_terms.words(key) or ('',)
    base = key[len(prefix) :]
    if prefix not in _MET or not base[:1].isupper():
        return None
    if prefix == 'available' and base_words[-1] not in _AVAILABLE_PARTS:
        return None
    plain = base[0].lower() + base[1:]
    if plain in ('replicas', 'instances') and in_spec is not None:
        return in_spec
    names = (plain, *(f'{word}{base}' for word in _WHOLE_PREFIXES))
    wholes = [_count(spec.get(plain)), *(_count(holder.get(name)) for name in names)]
    return next((whole for whole in wholes if whole is not None), None)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _exempt_from_update(obj: Object) -> int:
    """Return how many parts are not to be updated, by a partition or because of OnDelete."""
    strategy = get_dict(obj, 'spec', 'updateStrategy')
    if get_str(strategy, 'type') in _UPDATED_BY_HAND:
        return 1_000_000_000
    return get_int(strategy, 'partition') or get_int(strategy, 'rollingUpdate', 'partition')


def _nested(status: Object) -> Iterator[tuple[str, Object]]:
    """Yield the mappings up to two levels below the status, with their paths."""
    level: list[tuple[str, Object]] = [('', status)]
    left = _MAX_PARTS
    for _ in range(2):
        deeper: list[tuple[str, Object]] = []
        for path, holder in level:
            for key, value in holder.items():
                if key == 'conditions' or condition_terms.is_history(str(key)):
                    continue
                for item in value[:left] if isinstance(value, list) else [value]:
                    if isinstance(item, dict) and left > 0:
                        left -= 1
                        deeper.append((f'{path}.{key}'.lstrip('.')[:80], item))
        yield from deeper
        level = deeper
