"""Finds plugins without importing them, and loads the one that is needed.

A *claim* is what a package registered under a name of a group: for a tracker, that it can judge a
kind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextlib import nullcontext
from functools import lru_cache
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.tracking.plugins import package_metadata

TRACKERS = 'kubectl_dog.trackers.v1'
CONNECTIONS = 'kubectl_dog.connections.v1'

OWN_PACKAGE = 'kubectl-dog'

# `module` or `module:object`, with extras that are long out of use.
_REFERENCE = lazy_compile(r'\s*[\w.]+\s*(:\s*[\w.]+\s*)?(\[.*\]\s*)?')

_FOLDERS = lazy_compile(r'[\\/]')

# Some put all that they were given into what they say.
_MOST_WORDS = 1000


# Makes a context in which the code of others cannot hang for ever: by raising an error in it.
Limit = Callable[[], 'AbstractContextManager[object]']


class BrokenError(Exception):
    """What is behind a claim cannot be used; the message says why."""


class Claim(NamedTuple):
    """One package's claim on a name."""

    name: str
    entry: Any

    @property
    def package(self) -> str:
        """The name of the package, as it is written in its metadata."""
        # What has lost its metadata is known by what is imported from it.
        return _told(self.entry, 'name') or self.source.partition(':')[0]

    @property
    def version(self) -> str:
        """The version of the package; empty where its metadata has none."""
        return _told(self.entry, 'version')

    @property
    def label(self) -> str:
        """`acme-lamps 1.2`."""
        return f'{self.package} {self.version}'.strip()

    @property
    def source(self) -> str:
        """What it names, `module` or `module:object`."""
        return str(self.entry.value)

    def load(self, limit: Limit = nullcontext) -> Any:
        """Import it; raises BrokenError."""
        if not _REFERENCE.fullmatch(self.entry.value):
            raise BrokenError('it names neither a module nor an object in one')
        try:
            with limit():
                return self.entry.load()
        except KeyboardInterrupt:
            raise
        # A script that was not meant to be imported may end the program.
        except BaseException as error:
            raise BrokenError(locate_error(error)) from error


def locate_error(error: BaseException) -> str:
    """What went wrong, and where in the code of others, in one line."""
    where, trace = '', error.__traceback__
    while trace is not None:
        module, file = trace.tb_frame.f_globals.get('__name__'), trace.tb_frame.f_code.co_filename
        if not (f'{module}.'.startswith('kubectl_dog.') or file.startswith('<')):
            where = f' ({_FOLDERS.split(file)[-1]}, line {trace.tb_lineno})'
        trace = trace.tb_next
    words = _words(error)
    return (f'{type(error).__name__}: {words}' if words else type(error).__name__) + where


def _words(error: BaseException) -> str:
    try:
        words = ' '.join(str(error).split())
    except Exception:
        # An error may fail to tell of itself, too.
        return ''
    return words if len(words) <= _MOST_WORDS else f'{words[:_MOST_WORDS]}…'


def _told(entry: Any, field: str) -> str:
    """What the metadata of its package tells, which may be damaged or missing."""
    try:
        return str(getattr(entry.dist, field) or '')
    except Exception:
        return ''


def normalized_name(package: str) -> str:
    """The one spelling of all that mean the same package."""
    return re.sub(r'[-_.]+', '-', package).lower()


class Claims(NamedTuple):
    """Claims by group and name, in order of precedence, and what could not be read: the package,
    and why.
    """

    claims: Mapping[str, Mapping[str, tuple[Claim, ...]]]
    unreadable: tuple[tuple[str, str], ...] = ()


def claims(group: str) -> Mapping[str, tuple[Claim, ...]]:
    """Who claims which name of a group, by name.

    Where several do, packages of others go before ours, as somebody has installed them on
    purpose, then those whose name comes first in the alphabet: the order in which they were
    installed, or found, changes nothing.
    """
    return _scan(tuple(sys.path)).claims.get(group, {})


def unreadable_packages() -> tuple[tuple[str, str], ...]:
    """Packages whose list of entry points cannot be read, and why."""
    return _scan(tuple(sys.path)).unreadable


@lru_cache(maxsize=1)
def _scan(path: tuple[str, ...]) -> Claims:
    """All that is installed on a path for modules, looked through once."""
    found: dict[str, dict[str, list[Claim]]] = {}
    unread = []
    for distribution in _unique(package_metadata.packages()):
        try:
            for entry in distribution.entry_points:
                names = found.setdefault(entry.group, {})
                names.setdefault(entry.name, []).append(Claim(entry.name, entry))
        except Exception as error:
            unread.append((_name(distribution), locate_error(error)))
    ordered = {
        group: {name: _ordered(names[name]) for name in sorted(names)}
        for group, names in found.items()
        if group in (TRACKERS, CONNECTIONS)
    }
    return Claims(ordered, tuple(unread))


def _unique(distributions: list[Any]) -> Iterable[Any]:
    """Without those that are hidden by one of the same name earlier on the path."""
    if len(distributions) < 2:
        # To read its name takes longer than all the rest.
        return distributions
    first: dict[str, Any] = {}
    for one in distributions:
        first.setdefault(normalized_name(_name(one)) or str(id(one)), one)
    return first.values()


def _name(distribution: Any) -> str:
    try:
        return str(distribution.metadata['Name'] or '')
    except Exception:
        return ''


def _ordered(rivals: list[Claim]) -> tuple[Claim, ...]:
    if len(rivals) == 1:
        return tuple(rivals)
    known: dict[str, Claim] = {}
    for one in sorted(rivals, key=lambda one: one.source):
        known.setdefault(normalized_name(one.package), one)
    return tuple(
        known[name] for name in sorted(known, key=lambda name: (name == OWN_PACKAGE, name))
    )


def load(group: str, name: str, what: str) -> Any:
    """The object behind a name; raises UserError naming the package that broke."""
    known = claims(group)
    if name not in known:
        raise UserError(f'no {what} for {name}: there is {", ".join(known) or "none"}')
    claim = known[name][0]
    try:
        return claim.load()
    except BrokenError as error:
        raise UserError(f'the {what} {name} of {claim.label} cannot be loaded: {error}') from error
