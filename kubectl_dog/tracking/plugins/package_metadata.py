"""Read the packages that register entry points of ours, as importlib.metadata does.

Importing that module takes a tenth of the time of a finished rollout. It is used only if a path or
a finder is unusual.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from functools import cached_property
from functools import partial
from functools import reduce
from importlib import import_module
from importlib.machinery import PathFinder
from itertools import chain
from typing import Any
from typing import NamedTuple

# The prefix of our groups: searching the text for it is the fastest way to skip other packages.
_OURS = 'kubectl_dog.'
_FILES = {'dist-info': 'METADATA', 'egg-info': 'PKG-INFO'}


class UnsupportedPathError(Exception):
    """Only importlib.metadata can find the packages of some path or finder."""


class Entry(NamedTuple):
    """An entry point, with the names of importlib.metadata."""

    name: str
    value: str
    group: str
    dist: Package

    def load(self) -> Any:
        """The module or the object; raises whatever the import does."""
        module, _, names = self.value.partition('[')[0].partition(':')
        names_in_module = filter(None, names.strip().split('.'))
        return reduce(getattr, names_in_module, import_module(module.strip()))


class Package:
    """An installed package; `read_metadata` reads `Name` and `Version` when they are needed."""

    def __init__(self, text: str, read_metadata: Callable[[], Mapping[str, str]]) -> None:
        self._text = text
        self._read_metadata = read_metadata

    @cached_property
    def metadata(self) -> Mapping[str, str]:
        """`Name` and `Version`, if the package has them; raises the errors of reading them."""
        return self._read_metadata()

    @property
    def name(self) -> str:
        """The name; empty if there is none."""
        return self.metadata.get('Name', '')

    @property
    def version(self) -> str:
        """The version; empty if there is none."""
        return self.metadata.get('Version', '')

    @property
    def entry_points(self) -> Iterator[Entry]:
        """All entry points; raises ValueError for a line that is neither a group nor an entry."""
        group = None
        for line in map(str.strip, self._text.splitlines()):
            if line.startswith('[') and line.endswith(']'):
                group = line.strip('[]')
            elif line and not line.startswith('#') and group is not None:
                name, equals, value = map(str.strip, line.partition('='))
                if not equals:
                    raise ValueError(f'«{line}» is no entry point')
                yield Entry(name, value, group, self)


class UnreadablePackage:
    """Stands for the packages of a finder that raises an error."""

    def __init__(self, finder: object, error: Exception) -> None:
        kind = finder if isinstance(finder, type) else type(finder)
        self.metadata = {'Name': kind.__qualname__}
        self._error = error

    @property
    def entry_points(self) -> Iterator[Entry]:
        """Raises the error of the finder."""
        raise self._error


def packages() -> list[Any]:
    """The packages that mention one of our groups, in the order of the path.

    Each is a `Package` or a distribution of importlib.metadata, and an `UnreadablePackage` for a
    finder that raises.
    """
    try:
        return list(chain.from_iterable(map(_of, sys.meta_path)))
    except UnsupportedPathError:
        return list(_distributions())


def _of(finder: Any) -> Iterator[Package]:
    # The finder of the single-file build has the entry points of all bundled packages.
    bundled = getattr(finder, 'registered', None)
    if bundled is not None:
        for name, version, text in bundled():
            if _OURS in text:
                yield Package(text, partial(dict, Name=name, Version=version))
    elif finder is PathFinder:
        for folder in sys.path:
            yield from _in_folder(folder)
    elif hasattr(finder, 'find_distributions'):
        raise UnsupportedPathError


def _in_folder(folder: str) -> Iterator[Package]:
    try:
        names = os.listdir(folder or '.')
    except NotADirectoryError as error:
        raise UnsupportedPathError from error
    except OSError:
        return
    if folder.lower().endswith('.egg'):
        raise UnsupportedPathError
    for name in names:
        file = _FILES.get(name.rpartition('.')[2].lower())
        text = _read(os.path.join(folder, name, 'entry_points.txt')) if file else ''
        if file and _OURS in text:
            yield Package(text, partial(_headers, os.path.join(folder, name, file)))


def _read(path: str) -> str:
    try:
        with open(path, encoding='utf-8') as lines:
            return lines.read()
    except (OSError, ValueError):
        # It is unknown whether there is any claim, so there is none.
        return ''


def _headers(path: str) -> Mapping[str, str]:
    """`Name` and `Version` from the lines before the first empty line."""
    headers: dict[str, str] = {}
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            if not line.strip():
                break
            name, _, value = line.partition(':')
            if name in ('Name', 'Version'):
                headers.setdefault(name, value.strip())
    return headers


def _distributions() -> Iterator[Any]:
    # Before Python 3.10 an entry point does not know its package, so the backport is used.
    if sys.version_info >= (3, 10):
        from importlib.metadata import DistributionFinder
    else:  # pragma: no cover
        from importlib_metadata import DistributionFinder
    for finder in sys.meta_path:
        find = getattr(finder, 'find_distributions', None)
        # A finder that fails must not hide the packages of the others.
        try:
            for distribution in find(DistributionFinder.Context()) if find else ():
                if _OURS in _entries(distribution):
                    yield distribution
        except Exception as error:
            yield UnreadablePackage(finder, error)


def _entries(distribution: Any) -> str:
    try:
        return distribution.read_text('entry_points.txt') or ''
    except Exception:
        # It is unknown whether there is any claim, so there is none.
        return ''
