"""Short names of targets and pods: `…-x2x8q`, with the namespace if there are several."""

from __future__ import annotations

import re

from kubectl_dog.model.resources import Target

# The alphabet of the API server's generated names; it has no vowels, so words do not match.
_GENERATED = re.compile(r'.+-([bcdfghjklmnpqrstvwxz2456789]{5})', re.DOTALL)
# Kube events name their object by its kind.
_SHORT_KINDS = {'Pod': 'po', 'ReplicaSet': 'rs', 'Deployment': 'deploy', 'StatefulSet': 'sts'}
_SHORT_KINDS.update({'DaemonSet': 'ds', 'PersistentVolumeClaim': 'pvc', 'Service': 'svc'})


class ShortNames:
    """Short names that stay the same through a run.

    `several` keeps the target's name in those of pods; `show_namespaces` puts its namespace first.
    """

    def __init__(self, several: bool = False, show_namespaces: bool = False) -> None:
        self._several = several
        self._show_namespaces = show_namespaces
        self._names_by_short: dict[str, str] = {}

    def target(self, target: Target) -> str:
        """The name of a target: `deploy/web`, or `shop deploy/web`."""
        return f'{self._namespace_prefix(target)}{target.label}'

    def subject(self, target: Target, kind: str, name: str) -> str:
        """The name of an object of a target for the subject column: `po/…-x2x8q`.

        `kind` is the full (`Pod`) or the short name (`po`).
        """
        kind = _SHORT_KINDS.get(kind, kind).lower()
        shown = self._pod(target, name) if kind == 'po' else name
        return f'{self._namespace_prefix(target)}{kind}/{shown}'

    def pod(self, target: Target, name: str) -> str:
        """The short name of a pod; its whole name if the short one is ambiguous."""
        return f'{self._namespace_prefix(target)}{self._pod(target, name)}'

    def _namespace_prefix(self, target: Target) -> str:
        return f'{target.namespace} ' if self._show_namespaces and target.namespace else ''

    def _pod(self, target: Target, name: str) -> str:
        short = self._shorten(target, name)
        return short if self._names_by_short.setdefault(short, name) == name else name

    def _shorten(self, target: Target, name: str) -> str:
        match = _GENERATED.fullmatch(name)
        if not match or name == target.name:
            return name
        if not self._several:
            return f'…-{match[1]}'
        return f'{target.name}-…-{match[1]}' if name.startswith(f'{target.name}-') else name
