"""The recordings that ship with the program; they are read from a single-file program too."""

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


def _folder() -> Traversable:
    return resources.files('kubectl_dog.recording').joinpath('demo')


def names() -> list[str]:
    """The names that load() takes, in order."""
    folder = _folder()
    if not folder.is_dir():
        return []
    files = (entry.name for entry in folder.iterdir())
    return sorted(name[: -len(_SUFFIX)] for name in files if name.endswith(_SUFFIX))


def titles() -> dict[str, str]:
    """Each name and its recording's one-line description, which may be empty."""
    described = {}
    for name in names():
        with _folder().joinpath(name + _SUFFIX).open('rb') as lines:
            described[name] = parse([lines.readline()], name).title
    return described


def load(name: str) -> Recording:
    """The recording of that name; raises UserError that tells the names there are."""
    known = names()
    if name not in known:
        raise UserError(f'there is no demo {name!r}: choose from {", ".join(known) or "none"}')
    with _folder().joinpath(name + _SUFFIX).open('rb') as lines:
        return parse(lines, name + _SUFFIX)
