"""kubectl-dog: tells whether a rollout is done, whether it failed, and why."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from kubectl_dog.library import multitrack as multitrack

__all__ = ['multitrack']


def __getattr__(name: str) -> Any:
    """The library's functions: whoever starts the program must not wait for all of them."""
    if name in __all__:
        return getattr(import_module('kubectl_dog.library'), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
