"""`typing.NamedTuple` without the conversion of annotations, for classes that each start creates.

typing compiles the text of each annotation, which nobody reads. For the hundred classes that a
finished rollout needs, this would be a sixth of its CPU time.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    # The same name after `as` marks it as re-exported.
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414
else:

    class _Creator(type):
        """Create a named tuple from the fields, defaults and methods of a class statement."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.get('__annotations__', {})
            defaults = [body[field] for field in fields if field in body]
            created = namedtuple(name, fields, defaults=defaults, module=body['__module__'])
            for key, value in body.items():
                if key not in fields and key not in _OWN:
                    setattr(created, key, value)
            return created

    class NamedTuple(metaclass=_Creator):
        """The base of class statements."""

    # namedtuple has set them.
    _OWN = frozenset(['__module__', '__qualname__'])
