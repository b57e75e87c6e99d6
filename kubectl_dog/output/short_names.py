"""Short names of targets and pods: `…-x2x8q`, with the namespace if there are several."""

from __future__ import annotations

import re

from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.resources import Target

# The alphabet of the API server's generated names; it has no vowels, so words do not match.
_GENERATED = lazy_compile(r'.+-([bcdfghjklmnpqrstvwxz2456789]{5})', re.DOTALL)
# Kubernetes events name their object by its kind; these are the short names of kubectl.
_SHORT_KINDS = {
    'certificatesigningrequest': 'csr',
    'configmap': 'cm',
    'cronjob': 'cj',
    'customresourcedefinition': 'crd',
    'daemonset': 'ds',
    'deployment': 'deploy',
    'horizontalpodautoscaler': 'hpa',
    'ingress': 'ing',
    'namespace': 'ns',
    'networkpolicy': 'netpol',
    'persistentvolume': 'pv',
    'persistentvolumeclaim': 'pvc',
    'pod': 'po',
    'poddisruptionbudget': 'pdb',
    'priorityclass': 'pc',
    'replicaset': 'rs',
    'replicationcontroller': 'rc',
    'resourcequota': 'quota',
    'service': 'svc',
    'serviceaccount': 'sa',
    'statefulset': 'sts',
    'storageclass': 'sc',
}
# The longest name that is shown in full.
WIDEST = 28


class ShortNames:
    """Short names that do not change during a run.

    `several` keeps the target's name in those of pods; `show_namespaces` puts its namespace first.
    Names of more than `widest` characters are shortened in the middle.
    """

    def __init__(
        self, several: bool = False, show_namespaces: bool = False, widest: int = WIDEST
    ) -> None:
        self._several = several
        self._show_namespaces = show_namespaces
        self._widest = widest
        self._names_by_short: dict[str, str] = {}
        self._shorts_by_owner: dict[str, set[str]] = {}

    def full(self, target: Target) -> str:
        """Return the whole name of a target: `deploy/web`, or `shop deploy/web`."""
        return f'{self._namespace_prefix(target)}{target.label}'

    def target(self, target: Target) -> str:
        """Return the name of a target for the subject column."""
        return self._fit(self.full(target), target.name)

    def subject(self, target: Target, kind: str, name: str) -> str:
        """Return the name of an object of a target for the subject column: `po/…-x2x8q`.

        `kind` is the full (`Pod`) or the short name (`po`).
        """
        if name == target.name and kind == target.resource.kind:
            return self.target(target)
        kind = _SHORT_KINDS.get(kind.lower(), kind.lower())
        shown = self._pod(target, name) if kind == 'po' else name
        return self._fit(f'{self._namespace_prefix(target)}{kind}/{shown}', name)

    def pod(self, target: Target, name: str) -> str:
        """Return the short name of a pod, or its full name if the short name is ambiguous."""
        return self._fit(f'{self._namespace_prefix(target)}{self._pod(target, name)}', name)

    def _namespace_prefix(self, target: Target) -> str:
        return f'{target.namespace} ' if self._show_namespaces and target.namespace else ''

    def _pod(self, target: Target, name: str) -> str:
        return self._unless_taken(self._shorten(target, name), name, name)

    def _fit(self, name: str, owner: str) -> str:
        """Shorten a long name in the middle: its start and its end differ most."""
        if len(name) <= self._widest:
            return name
        tail = (self._widest - 1) // 2
        head = self._widest - 1 - tail
        return self._unless_taken(f'{name[:head]}…{name[-tail:]}', name, owner)

    def _unless_taken(self, short: str, name: str, owner: str) -> str:
        """Return a short name unless it means another one; it is that of the object `owner`."""
        if self._names_by_short.setdefault(short, name) != name:
            return name
        self._shorts_by_owner.setdefault(owner, set()).add(short)
        return short

    def forget(self, name: str) -> None:
        """Free the short names of an object that is gone."""
        for short in self._shorts_by_owner.pop(name, ()):
            self._names_by_short.pop(short, None)

    def _shorten(self, target: Target, name: str) -> str:
        match = _GENERATED.fullmatch(name)
        if not match or name == target.name:
            return name
        if not self._several:
            return f'…-{match[1]}'
        return f'{target.name}-…-{match[1]}' if name.startswith(f'{target.name}-') else name
