"""The packages that register anything of ours, read as importlib.metadata does.

To import that takes a tenth of what a rollout costs that has finished. It is still asked where a
path or a finder is none of the usual ones.
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
from typing import Any
from typing import NamedTuple

# Our groups begin with it: of hundreds of packages, the text tells soonest which are of interest.
_OURS = 'kubectl_dog.'
_FILES = {'dist-info': 'METADATA', 'egg-info': 'PKG-INFO'}


class UnsupportedPathError(Exception):
    """Packages may be where only importlib.metadata finds them."""


class Entry(NamedTuple):
    """An entry point, with the names of importlib.metadata."""

    name: str
    value: str
    group: str
    dist: Package

    def load(self) -> Any:
        """The module or the object; raises whatever the import does."""
        module, _, names = self.value.partition('[')[0].partition(':')
        found = import_module(module.strip())
        return reduce(getattr, filter(None, names.strip().split('.')), found)


class Package:
    """An installed package; `told` reads `Name` and `Version`, and is asked once they matter."""

    def __init__(self, text: str, told: Callable[[], Mapping[str, str]]) -> None:
        self._text = text
        self._told = told

    @cached_property
    def metadata(self) -> Mapping[str, str]:
        """`Name` and `Version`, as far as it has them; raises what reading them does."""
        return self._told()

    @property
    def name(self) -> str:
        """Its name; empty where it has none."""
        return self.metadata.get('Name', '')

    @property
    def version(self) -> str:
        """Its version; empty where it has none."""
        return self.metadata.get('Version', '')

    @property
    def entry_points(self) -> Iterator[Entry]:
        """All it registers; raises ValueError for a line that is neither a group nor an entry."""
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
    """What stands for the packages of a finder that cannot tell of them."""

    def __init__(self, finder: object, error: Exception) -> None:
        kind = finder if isinstance(finder, type) else type(finder)
        self.metadata = {'Name': kind.__qualname__}
        self._error = error

    @property
    def entry_points(self) -> Iterator[Entry]:
        """Raises what the finder did."""
        raise self._error


def packages() -> list[Any]:
    """The packages that mention one of our groups, in the order of the path: as `Package`, or as
    importlib.metadata has them; `Failed` for those of a finder that raises.
    """
    try:
        return [one for finder in sys.meta_path for one in _of(finder)]
    except UnsupportedPathError:
        return list(_distributions())


def _of(finder: Any) -> Iterator[Package]:
    # The single file's own finder has read all that is bundled when it was built.
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
        # No claim can be known to be in it.
        return ''


def _headers(path: str) -> Mapping[str, str]:
    """`Name` and `Version`, from the lines before the first that is empty."""
    found: dict[str, str] = {}
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            if not line.strip():
                break
            name, _, value = line.partition(':')
            if name in ('Name', 'Version'):
                found.setdefault(name, value.strip())
    return found


def _distributions() -> Iterator[Any]:
    # Before Python 3.10 an entry point does not know its package, and the backport stands in.
    if sys.version_info >= (3, 10):
        from importlib.metadata import DistributionFinder
    else:  # pragma: no cover
        from importlib_metadata import DistributionFinder
    for finder in sys.meta_path:
        find = getattr(finder, 'find_distributions', None)
        # One by one, as one that fails must not hide what the others have.
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
        # No claim can be known to be in it.
        return ''
