"""Find the managers that have set the fields of an object, from `metadata.managedFields`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str

REPLICAS = ('f:spec', 'f:replicas')


class _Owner(NamedTuple):
    """A manager of fields, and the fields as a tree (`fieldsV1`); leaves are empty mappings."""

    manager: str
    subresource: str
    fields: Object

    def owns(self, steps: Sequence[str]) -> bool:
        """Return whether it set the field, or the list or mapping that the field is a part of."""
        tree: Any = self.fields
        for number, step in enumerate(steps):
            if number and tree == {}:
                return True
            if not isinstance(tree, dict) or step not in tree:
                return False
            tree = tree[step]
        return True

    @property
    def is_person(self) -> bool:
        """Whether it is kubectl, except for `kubectl scale`."""
        return self.manager.startswith('kubectl') and self.subresource != 'scale'

    def field_count(self) -> int:
        """Return the number of its fields, without those of the status."""
        count, pending = 0, [value for key, value in self.fields.items() if key != 'f:status']
        while pending:
            tree = pending.pop()
            if isinstance(tree, dict) and tree:
                pending += tree.values()
            else:
                count += 1
        return count


class FieldOwners:
    """The owners of the fields of one object."""

    def __init__(self, obj: Object) -> None:
        entries = get_dicts(obj, 'metadata', 'managedFields')
        self._owners = [
            _Owner(
                get_str(entry, 'manager'),
                get_str(entry, 'subresource'),
                get_dict(entry, 'fieldsV1'),
            )
            for entry in entries
        ]
        counts = [owner.field_count() for owner in self._owners]
        most = max(counts, default=0)
        # The manager that has set most fields is the one that deploys the object.
        self._deployers = {owner[:2] for owner, count in zip(self._owners, counts) if count == most}

    def is_foreign(self, steps: Sequence[str]) -> bool:
        """Return whether a field was set only by controllers, not by the deployer or by kubectl.

        `steps` are the path of the field as in `fieldsV1`. Replicas belong to who scales.
        """
        owners = [owner for owner in self._owners if owner.owns(steps)]
        if tuple(steps) == REPLICAS:
            return bool(owners) and not any(owner.field_count() > 1 for owner in owners)
        return bool(owners) and not any(
            owner.is_person or owner[:2] in self._deployers for owner in owners
        )
