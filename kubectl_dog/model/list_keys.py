"""Keys of lists in the Kubernetes API: the fields that identify an item when lists are merged.

They are the `x-kubernetes-list-map-keys` and `x-kubernetes-patch-merge-key` of the API's schema.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    'containers': (('name',),),
    'initContainers': (('name',),),
    'ephemeralContainers': (('name',),),
    'env': (('name',),),
    'volumes': (('name',),),
    'volumeMounts': (('mountPath',),),
    'volumeDevices': (('devicePath',),),
    'ports': (('containerPort', 'protocol'), ('port', 'protocol')),
    'imagePullSecrets': (('name',),),
    'secrets': (('name',),),
    'hostAliases': (('ip',),),
    'topologySpreadConstraints': (('topologyKey', 'whenUnsatisfiable'),),
    'resourceClaims': (('name',),),
    'claims': (('name',),),
    'volumeClaimTemplates': (('metadata.name',),),
    'webhooks': (('name',),),
    'versions': (('name',),),
    'listeners': (('name',),),
    'validations': (('expression',),),
    'matchConditions': (('name',),),
    'httpHeaders': (('name',),),
}
_DEFAULTS = {'protocol': 'TCP', 'whenUnsatisfiable': 'DoNotSchedule'}


class ListKey:
    """The key of one list."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._fields = fields

    def of(self, item: dict[str, Any]) -> tuple[str, ...]:
        """Return the values that identify an item."""
        return tuple(str(_value(item, field)) for field in self._fields)

    def step(self, item: dict[str, Any]) -> str:
        """Return the item as in `managedFields`: `k:{"name":"web"}`."""
        values = {field: _value(item, field) for field in self._fields}
        return f'k:{json.dumps(values, separators=(",", ":"), sort_keys=True, default=str)}'

    def label(self, item: dict[str, Any]) -> str:
        """Return the identity of an item as text: `web`, or `80` for a port with the protocol TCP.

        Default values are left out.
        """
        values = [
            str(_value(item, field))
            for number, field in enumerate(self._fields)
            if not number or _value(item, field) != _DEFAULTS.get(field)
        ]
        return '/'.join(values)


def list_key(name: str, *lists: Sequence[Any]) -> ListKey | None:
    """Return the key of the lists in a field of this name; None if the items have none."""
    for fields in _KEYS.get(name, ()):
        if all(
            isinstance(item, dict) and _value(item, fields[0]) is not None
            for items in lists
            for item in items
        ):
            return ListKey(fields)
    return None


def _value(item: dict[str, Any], field: str) -> Any:
    value: Any = item
    for step in field.split('.'):
        value = value.get(step) if isinstance(value, dict) else None
    return _DEFAULTS.get(field) if value is None or value == '' else value
