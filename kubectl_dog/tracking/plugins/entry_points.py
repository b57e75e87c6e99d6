"""Find plugins without importing them, and load those that are needed.

A *claim* is an entry point of a package under a name of a group. For a tracker, the name is the
kind that it can judge.
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

# `module` or `module:object`, with optional extras, which are obsolete.
_REFERENCE = lazy_compile(r'\s*[\w.]+\s*(:\s*[\w.]+\s*)?(\[.*\]\s*)?')

_FOLDERS = lazy_compile(r'[\\/]')

# Some errors have a whole document in their message.
_MAX_MESSAGE = 1000


# Makes a context that raises an error in the code of others if that takes too long.
Limit = Callable[[], 'AbstractContextManager[object]']


class BrokenError(Exception):
    """A claim cannot be used; the message says why."""


class Claim(NamedTuple):
    """One package's claim on a name."""

    name: str
    entry: Any

    @property
    def package(self) -> str:
        """The name of the package, as it is written in its metadata."""
        # A package that has lost its metadata is known by the name of its module.
        return _package_field(self.entry, 'name') or self.source.partition(':')[0]

    @property
    def version(self) -> str:
        """The version of the package; empty where its metadata has none."""
        return _package_field(self.entry, 'version')

    @property
    def label(self) -> str:
        """`acme-lamps 1.2`."""
        return f'{self.package} {self.version}'.strip()

    @property
    def source(self) -> str:
        """The reference of the entry point: `module` or `module:object`."""
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
    """Describe an error and its place in the code of others in one line."""
    where, trace = '', error.__traceback__
    while trace is not None:
        module, file = trace.tb_frame.f_globals.get('__name__'), trace.tb_frame.f_code.co_filename
        if not (f'{module}.'.startswith('kubectl_dog.') or file.startswith('<')):
            where = f' ({_FOLDERS.split(file)[-1]}, line {trace.tb_lineno})'
        trace = trace.tb_next
    message = _message(error)
    return (f'{type(error).__name__}: {message}' if message else type(error).__name__) + where


def _message(error: BaseException) -> str:
    try:
        message = ' '.join(str(error).split())
    except Exception:
        # The code of others may fail to format its own error.
        return ''
    return message if len(message) <= _MAX_MESSAGE else f'{message[:_MAX_MESSAGE]}…'


def _package_field(entry: Any, field: str) -> str:
    """A field of a package's metadata; empty if that is damaged or missing."""
    try:
        return str(getattr(entry.dist, field) or '')
    except Exception:
        return ''


def normalized_name(package: str) -> str:
    """The normalized spelling of a package name."""
    return re.sub(r'[-_.]+', '-', package).lower()


class Claims(NamedTuple):
    """Claims by group and name in order of precedence; unreadable packages with the reason."""

    claims: Mapping[str, Mapping[str, tuple[Claim, ...]]]
    unreadable: tuple[tuple[str, str], ...] = ()


def claims(group: str) -> Mapping[str, tuple[Claim, ...]]:
    """The claims of a group, by name, in order of precedence.

    Packages of others come before ours, because somebody has installed them on purpose, and then
    in alphabetical order: the order of installation changes nothing.
    """
    return _scan(tuple(sys.path)).claims.get(group, {})


def unreadable_packages() -> tuple[tuple[str, str], ...]:
    """Packages whose entry points cannot be read, with the reason."""
    return _scan(tuple(sys.path)).unreadable


@lru_cache(maxsize=1)
def _scan(path: tuple[str, ...]) -> Claims:
    """Scan the packages on a module path; the result is cached."""
    groups: dict[str, dict[str, list[Claim]]] = {}
    unreadable = []
    for distribution in _unique(package_metadata.packages()):
        try:
            for entry in distribution.entry_points:
                names = groups.setdefault(entry.group, {})
                names.setdefault(entry.name, []).append(Claim(entry.name, entry))
        except Exception as error:
            unreadable.append((_name(distribution), locate_error(error)))
    ordered = {
        group: {name: _ordered(names[name]) for name in sorted(names)}
        for group, names in groups.items()
        if group in (TRACKERS, CONNECTIONS)
    }
    return Claims(ordered, tuple(unreadable))


def _unique(distributions: list[Any]) -> Iterable[Any]:
    """The packages without those hidden by one of the same name earlier on the path."""
    if len(distributions) < 2:
        # Reading the name takes longer than all the rest.
        return distributions
    first: dict[str, Any] = {}
    for distribution in distributions:
        name = normalized_name(_name(distribution)) or str(id(distribution))
        first.setdefault(name, distribution)
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
    for claim in sorted(rivals, key=lambda claim: claim.source):
        known.setdefault(normalized_name(claim.package), claim)
    return tuple(
        known[name] for name in sorted(known, key=lambda name: (name == OWN_PACKAGE, name))
    )


def load(group: str, name: str, what: str) -> Any:
    """Load the object of a name; raises UserError with the name of a broken package."""
    known = claims(group)
    if name not in known:
        raise UserError(f'no {what} for {name}: there is {", ".join(known) or "none"}')
    claim = known[name][0]
    try:
        return claim.load()
    except BrokenError as error:
        raise UserError(f'the {what} {name} of {claim.label} cannot be loaded: {error}') from error
