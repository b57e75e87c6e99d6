"""Find installed packages that mention the entry point groups of kubectl-dog.

importlib.metadata takes a tenth of the time of a finished rollout, so it is imported only if a
package other than kubectl-dog mentions a group.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from typing import Any

_PREFIX = 'kubectl_dog.'
_METADATA = ('.dist-info', 'egg-info')
_OWN_METADATA = ('kubectl_dog-', 'kubectl_dog.')


def distributions() -> tuple[list[Any], list[tuple[str, Exception]]]:
    """Return distributions that mention our groups, and finders that raised, with errors."""
    if not any(map(_needs_metadata, sys.meta_path)):
        return [], []
    from importlib.metadata import DistributionFinder

    if sys.version_info < (3, 10):
        # Its finder reads more forms of metadata. The single file does without it.
        with suppress(ImportError):
            import importlib_metadata  # noqa: F401

    mentioning: list[Any] = []
    failed: list[tuple[str, Exception]] = []
    for finder in sys.meta_path:
        find = getattr(finder, 'find_distributions', None)
        # A finder that raises must not hide the packages of other finders.
        try:
            mentioning += filter(_mentions, find(DistributionFinder.Context()) if find else ())
        except Exception as error:
            kind = finder if isinstance(finder, type) else type(finder)
            failed.append((kind.__qualname__, error))
    return mentioning, failed


def _needs_metadata(finder: Any) -> bool:
    """Return whether a finder may know another package that mentions our groups."""
    if finder is PathFinder:
        return any(map(_has_mention, sys.path))
    # The finder of the single file sets `has_plugins`; any other finder may know plugins.
    return hasattr(finder, 'find_distributions') and getattr(finder, 'has_plugins', True)


def _has_mention(folder: str) -> bool:
    """Return whether a folder of the path has such a package; assume it of an archive."""
    try:
        names = os.listdir(folder or '.')
    except OSError as error:
        return isinstance(error, NotADirectoryError)
    for name in names:
        if name.lower().endswith(_METADATA) and not name.startswith(_OWN_METADATA):
            try:
                with open(os.path.join(folder, name, 'entry_points.txt'), 'rb') as file:
                    if _PREFIX.encode() in file.read():
                        return True
            except OSError:
                continue
    return False


def _mentions(distribution: Any) -> bool:
    try:
        return _PREFIX in (distribution.read_text('entry_points.txt') or '')
    except Exception:
        # A file that cannot be read may have nothing to do with kubectl-dog.
        return False
