"""Recordings that are included in the program, also in the single-file program."""

from __future__ import annotations

import sys
from importlib import resources
from typing import TYPE_CHECKING

from kubectl_dog.model.errors import UserError
from kubectl_dog.recording.reader import Recording
from kubectl_dog.recording.reader import parse

if TYPE_CHECKING:
    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

_SUFFIX = '.jsonl'


def _demo_folder() -> Traversable:
    return resources.files('kubectl_dog.recording').joinpath('demo')


def names() -> list[str]:
    """Return the names of the recordings, sorted."""
    folder = _demo_folder()
    if not folder.is_dir():
        return []
    files = (entry.name for entry in folder.iterdir())
    return sorted(name[: -len(_SUFFIX)] for name in files if name.endswith(_SUFFIX))


def titles() -> dict[str, str]:
    """Return the one-line descriptions of the recordings by name; a description may be empty."""
    by_name = {}
    for name in names():
        with _demo_folder().joinpath(name + _SUFFIX).open('rb') as stream:
            by_name[name] = parse([stream.readline()], name).title
    return by_name


def load(name: str) -> Recording:
    """Load the recording with this name. Raises UserError that lists the names."""
    known = names()
    if name not in known:
        raise UserError(f'unknown demo "{name}": use {", ".join(known) or "none"}')
    with _demo_folder().joinpath(name + _SUFFIX).open('rb') as stream:
        return parse(stream, name + _SUFFIX)
