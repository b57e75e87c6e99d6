"""Compare an object of a manifest with the one in the cluster, as server-side apply does.

Only the fields that the manifest sets count. A difference that is not found costs nothing, but one
that does not exist delays a finished rollout, so that unclear cases count as equal.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.equal_values import is_blank
from kubectl_dog.model.equal_values import is_same
from kubectl_dog.model.equal_values import is_text
from kubectl_dog.model.equal_values import is_text_entry
from kubectl_dog.model.equal_values import quantity
from kubectl_dog.model.items import Object
from kubectl_dog.model.list_keys import list_key
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import is_custom_group

# Fields that controllers write, whatever the manifest says: certificates are injected, gates are
# removed. Schemas are large, and the server normalizes them.
_IGNORED = ('status', 'caBundle', 'creationTimestamp', 'schedulingGates')
_IGNORED_BY_KIND = {
    'CustomResourceDefinition': ('schema', 'conversion', 'preserveUnknownFields'),
    'Job': ('selector', 'manualSelector'),
    # Meshes change probes of pods.
    'Pod': ('livenessProbe', 'readinessProbe', 'startupProbe'),
    'PersistentVolume': ('claimRef',),
}
# Queues such as Kueue resume Jobs.
_RESUMED = ('Job', 'suspend')
# Claims can be expanded, but they never shrink.
_GROWN = ('PersistentVolumeClaim', 'storage')
_IGNORED_ANNOTATION = re.compile(
    r'(kubectl|deployment|pv|volume|volume\.beta|(control-plane|autoscaling|endpoints)\.alpha)'
    r'\.kubernetes\.io/|deprecated\.|(meta\.)?helm\.sh/|kubectl-dog\.github\.io/'
    r'|argocd\.argoproj\.io/|((kustomize|helm|source)\.toolkit\.)?fluxcd\.io/'
    r'|objectset\.rio\.cattle\.io/'
)
_IGNORED_LABEL = re.compile(
    r'app\.kubernetes\.io/(instance|managed-by)$|helm\.sh/|helm\.toolkit\.fluxcd\.io/'
    r'|kustomize\.toolkit\.fluxcd\.io/|argocd\.argoproj\.io/|objectset\.rio\.cattle\.io/'
    r'|controller-uid$|job-name$|batch\.kubernetes\.io/|pod-template-hash$'
)
# Lists to which admission adds items.
_EXTENDED = ('tolerations',)
# Beyond these limits, values count as equal: the time is limited, and so is Python's stack.
_MOST_PAIRS = 10_000
_MOST_COMPARISONS = 50_000
_DEEPEST = 40


class Difference(NamedTuple):
    """A field that differs.

    - `field`: the path as text.
    - `names`: the path without keys of lists.
    - `steps`: the path as in `managedFields`.
    - `current`, `wanted`: the values in the cluster and in the manifest; None if there is none, or
      if it is a mapping or a list.
    """

    field: str
    names: tuple[str, ...]
    steps: tuple[str, ...]
    current: Any = None
    wanted: Any = None


class _Path(NamedTuple):
    label: str = ''
    names: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    def child(self, name: str) -> _Path:
        # A name with dots would read like several fields.
        label = f'{self.label}[{name}]' if '.' in name or '/' in name else f'{self.label}.{name}'
        return _Path(label.lstrip('.'), (*self.names, name), (*self.steps, f'f:{name}'))

    def item(self, key: str, step: str = '') -> _Path:
        return _Path(f'{self.label}[{key}]', self.names, (*self.steps, step))

    def differs(self, wanted: Any, live: Any) -> Difference:
        values = [None if isinstance(value, (dict, list)) else value for value in (live, wanted)]
        return Difference(self.label, self.names, self.steps, *values)


class _Comparison:
    """A comparison of two objects; lists of custom resources have no known keys."""

    def __init__(self, kind: str, is_custom: bool) -> None:
        self._kind = kind
        self._is_custom = is_custom
        self._remaining = _MOST_COMPARISONS

    def compare(self, path: _Path, wanted: Any, live: Any) -> Iterator[Difference]:
        """Yield the fields of a value that differ."""
        if self._is_ignored(path, wanted, live):
            return
        if path.names[-1] == 'metadata':
            yield from self._compare_metadata(path, wanted, live)
        elif live is None:
            if not is_blank(wanted) or is_text_entry(path.names):
                yield path.differs(wanted, live)
        elif isinstance(wanted, dict) and isinstance(live, dict):
            for name, value in wanted.items():
                yield from self.compare(path.child(str(name)), value, live.get(name))
        elif isinstance(wanted, list) and isinstance(live, list):
            yield from self._compare_lists(path, wanted, live)
        elif (
            isinstance(wanted, (dict, list))
            or isinstance(live, (dict, list))
            or not is_same(path.names, wanted, live)
        ):
            yield path.differs(wanted, live)

    def _is_ignored(self, path: _Path, wanted: Any, live: Any) -> bool:
        self._remaining -= 1
        if (
            wanted is None
            or wanted in ({}, [])
            or self._remaining < 0
            or len(path.steps) > _DEEPEST
        ):
            return True
        name = path.names[-1]
        if (self._kind, name) == _RESUMED and wanted is True and not live:
            return True
        if (self._kind, name) == _GROWN and _is_more(live, wanted):
            return True
        # The owner of a mapping of texts chooses its keys.
        return not is_text_entry(path.names) and (
            name in _IGNORED or name in _IGNORED_BY_KIND.get(self._kind, ())
        )

    def _compare_metadata(self, path: _Path, wanted: Any, live: Any) -> Iterator[Difference]:
        """Compare labels and annotations: the other fields of metadata are set by the server."""
        for field, ignored in (('labels', _IGNORED_LABEL), ('annotations', _IGNORED_ANNOTATION)):
            current = get_dict(live, field)
            for name, value in get_dict(wanted, field).items():
                if not ignored.match(str(name)):
                    entry = path.child(field).child(str(name))
                    yield from self.compare(entry, value, current.get(name))

    def _compare_lists(
        self, path: _Path, wanted: list[Any], live: list[Any]
    ) -> Iterator[Difference]:
        key = list_key(path.names[-1], wanted, live)
        if key is not None:
            current = {key.of(item): item for item in live}
            # Of items with the same key, the last one counts.
            for identity, item in {key.of(item): item for item in wanted}.items():
                entry = path.item(key.label(item), key.step(item))
                yield from self.compare(entry, item, current.get(identity))
        elif not self._is_covered(path, wanted, live):
            if len(wanted) != len(live):
                yield path.differs(wanted, live)
                return
            for number, (value, current_item) in enumerate(zip(wanted, live)):
                yield from self.compare(path.item(str(number)), value, current_item)

    def _is_covered(self, path: _Path, wanted: list[Any], live: list[Any]) -> bool:
        """Return whether each item of the manifest is one of those in the cluster.

        Lists of built-in kinds have no other items, and the order of texts counts.
        """
        is_open = self._is_custom or path.names[-1] in _EXTENDED
        if len(wanted) == len(live) and all(
            self._equals(path, value, current) for value, current in zip(wanted, live)
        ):
            return True
        if is_text(path.names):
            return False
        if not is_open and (len(wanted) != len(live) or not isinstance(wanted[0], dict)):
            return False
        if len(wanted) * len(live) > _MOST_PAIRS:
            return True
        return all(any(self._equals(path, value, current) for current in live) for value in wanted)

    def _equals(self, path: _Path, wanted: Any, live: Any) -> bool:
        return next(self.compare(path.item(''), wanted, live), None) is None


def find_differences(wanted: Object, live: Object) -> list[Difference]:
    """Return the fields that a manifest sets, and that have other values in the cluster.

    Objects of different API versions have different fields, and are not compared.
    """
    version, kind = get_str(wanted, 'apiVersion'), get_str(wanted, 'kind')
    if (version, kind) != (get_str(live, 'apiVersion'), get_str(live, 'kind')):
        return []
    comparison = _Comparison(kind, is_custom_group(version.rpartition('/')[0]))
    is_secret = (version, kind) == ('v1', 'Secret')
    differences = [*_secret_differences(wanted, live)] if is_secret else []
    for name, value in wanted.items():
        is_data = is_secret and name in ('data', 'stringData')
        if name not in ('apiVersion', 'kind') and not is_data:
            differences += comparison.compare(_Path().child(str(name)), value, live.get(name))
    return differences


def _secret_differences(wanted: Object, live: Object) -> Iterator[Difference]:
    """Yield keys without their values."""
    current = _secret_values(live)
    for key, content in _secret_values(wanted).items():
        if content is not None and content != current.get(key):
            yield _Path().child('data').child(key).differs(None, None)


def _secret_values(secret: Object) -> dict[str, bytes | None]:
    """Return the values of a Secret by key; manifests may have them as text, too."""
    values = {str(key): _decoded(value) for key, value in get_dict(secret, 'data').items()}
    for key, value in get_dict(secret, 'stringData').items():
        text = '' if value is None else str(value)
        values[str(key)] = text.encode('utf-8', 'surrogatepass')
    return values


def _is_more(live: Any, wanted: Any) -> bool:
    current, least = quantity(str(live)), quantity(str(wanted))
    return current is not None and least is not None and current > least


def _decoded(value: Any) -> bytes | None:
    """Return the bytes of a value in base64; None if it is not base64, such as a placeholder."""
    if value is None:
        return b''
    try:
        return base64.b64decode(''.join(str(value).split()).encode('ascii'), validate=True)
    except (binascii.Error, ValueError):
        return None


def cut(answer: Any, wanted: Any, names: tuple[str, ...] = (), depth: int = 0) -> Any:
    """Return the values that a server's answer has for the fields that a manifest sets.

    `names` is the path of the field. Values that are equal stay as in the manifest, and so do lists
    whose items cannot be assigned to each other.
    """
    if depth > _DEEPEST or wanted is None or wanted in ({}, []):
        return wanted
    if isinstance(wanted, dict) and isinstance(answer, dict):
        return {
            name: cut(answer[name], value, (*names, str(name)), depth + 1)
            for name, value in wanted.items()
            if name in answer
        }
    if isinstance(wanted, list) and isinstance(answer, list):
        return _cut_list(answer, wanted, names, depth)
    is_scalar = not isinstance(answer, (dict, list)) and not isinstance(wanted, (dict, list))
    is_other = is_scalar and answer is not None and not is_same(names, wanted, answer)
    return answer if is_other else wanted


def _cut_list(answer: list[Any], wanted: list[Any], names: tuple[str, ...], depth: int) -> Any:
    key = list_key(names[-1], wanted, answer)
    if key is not None:
        by_key = {key.of(item): item for item in answer}
        pairs = [(by_key.get(key.of(item)), item) for item in wanted]
        return [cut(item, value, names, depth + 1) for item, value in pairs if item]
    if len(answer) == len(wanted):
        return [cut(item, value, names, depth + 1) for item, value in zip(answer, wanted)]
    return wanted
