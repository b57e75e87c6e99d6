"""Find plugins without importing them, and load those that are needed.

A *claim* is an entry point of a package under a name of a group. For a tracker, the name is the
kind that it can judge.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextlib import nullcontext
from functools import lru_cache
from functools import reduce
from importlib import import_module
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.tracking.plugins import built_in
from kubectl_dog.tracking.plugins import installed
from kubectl_dog.version import VERSION

TRACKERS = 'kubectl_dog.trackers.v1'
CONNECTIONS = 'kubectl_dog.connections.v1'

OWN_PACKAGE = 'kubectl-dog'

# `module` or `module:object`, with optional extras, which are obsolete.
_REFERENCE = lazy_compile(r'\s*([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[.*\]\s*)?')

_FOLDERS = lazy_compile(r'[\\/]')

# Some errors have a whole document in their message.
_MAX_MESSAGE = 1000


# Makes a context that raises an error in the code of a package if that takes too long.
Limit = Callable[[], 'AbstractContextManager[object]']


class BrokenError(Exception):
    """A claim that cannot be used; the message is the reason."""


class Claim(NamedTuple):
    """A claim of a package on a name; `source` is `module` or `module:object`."""

    name: str
    source: str
    package: str = OWN_PACKAGE
    version: str = VERSION

    @property
    def label(self) -> str:
        """The package and its version: `acme-lamps 1.2`."""
        return f'{self.package} {self.version}'.strip()

    def load(self, limit: Limit = nullcontext) -> Any:
        """Import the module or object; raises BrokenError."""
        reference = _REFERENCE.fullmatch(self.source)
        if not reference:
            raise BrokenError(f'invalid entry point {self.source!r}: use module or module:object')
        module, names = reference.groups()
        try:
            with nullcontext() if self.package == OWN_PACKAGE else limit():
                return reduce(getattr, names.split('.') if names else (), import_module(module))
        except KeyboardInterrupt:
            raise
        # A script that was not meant to be imported may end the program.
        except BaseException as error:
            raise BrokenError(describe_error(error)) from error


def describe_error(error: BaseException) -> str:
    """Describe an error in the metadata or the import of a package, with its message and place."""
    message = _message(error)
    return f'{type(error).__name__}: {message}{_place(error)}' if message else locate_error(error)


def locate_error(error: BaseException) -> str:
    """Return the type of an error and its place in third-party code.

    The message is left out: an error of a tracker may have values of the cluster in it.
    """
    return type(error).__name__ + _place(error)


def _place(error: BaseException) -> str:
    where, trace = '', error.__traceback__
    while trace is not None:
        module, file = trace.tb_frame.f_globals.get('__name__'), trace.tb_frame.f_code.co_filename
        if not (f'{module}.'.startswith('kubectl_dog.') or file.startswith('<')):
            where = f' ({_FOLDERS.split(file)[-1]}, line {trace.tb_lineno})'
        trace = trace.tb_next
    return where


def _message(error: BaseException) -> str:
    try:
        message = ' '.join(str(error).split())
    except Exception:
        # The __str__ of an error may fail.
        return ''
    return message if len(message) <= _MAX_MESSAGE else f'{message[:_MAX_MESSAGE]}…'


def normalized_name(package: str) -> str:
    """Return the normalized spelling of a package name."""
    return re.sub(r'[-_.]+', '-', package).lower()


class Claims(NamedTuple):
    """Claims by group and name in order of precedence; unreadable packages with the reason."""

    claims: Mapping[str, Mapping[str, tuple[Claim, ...]]]
    unreadable: tuple[tuple[str, str], ...] = ()


def claims(group: str) -> Mapping[str, tuple[Claim, ...]]:
    """Return the claims of a group, by name, in order of precedence.

    Other packages precede kubectl-dog, because the user has installed them on purpose. Their order
    is alphabetical, so that it does not depend on the order of installation.
    """
    return _scan(tuple(sys.path)).claims.get(group, {})


def has_other_packages(group: str) -> bool:
    """Return whether packages other than kubectl-dog claim anything in a group."""
    all_claims = (claim for rivals in claims(group).values() for claim in rivals)
    return any(claim.package != OWN_PACKAGE for claim in all_claims)


def unreadable_packages() -> tuple[tuple[str, str], ...]:
    """Return packages whose entry points cannot be read, with the reason."""
    return _scan(tuple(sys.path)).unreadable


@lru_cache(maxsize=1)
def _scan(path: tuple[str, ...]) -> Claims:
    """Return the claims of kubectl-dog and of the packages on a module path; cached."""
    groups = {
        TRACKERS: {name: [Claim(name, source)] for name, source in built_in.TRACKERS.items()},
        CONNECTIONS: {name: [Claim(name, source)] for name, source in built_in.CONNECTIONS.items()},
    }
    distributions, failed = installed.distributions()
    unreadable = [(finder, describe_error(error)) for finder, error in failed]
    known = {OWN_PACKAGE}
    for distribution in distributions:
        package = _metadata_field(distribution, 'Name')
        # A package earlier on the path hides those of the same name.
        if normalized_name(package) in known:
            continue
        known |= {normalized_name(package)} - {''}
        version = _metadata_field(distribution, 'Version')
        try:
            for entry in distribution.entry_points:
                # A package that has lost its metadata is known by the name of its module.
                owner = package or entry.value.partition(':')[0]
                claim = Claim(entry.name, entry.value, owner, version)
                groups.get(entry.group, {}).setdefault(entry.name, []).append(claim)
        except Exception as error:
            unreadable.append((package, f'invalid entry_points.txt: {describe_error(error)}'))
    ordered = {
        group: {name: _ordered(names[name]) for name in sorted(names)}
        for group, names in groups.items()
    }
    return Claims(ordered, tuple(unreadable))


def _metadata_field(distribution: Any, field: str) -> str:
    """Return a field of a package's metadata; empty if that is damaged or missing."""
    try:
        return str(distribution.metadata.get(field) or '')
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
        raise UserError(f'unknown {what} {name!r}: use {" or ".join(known)}')
    claim = known[name][0]
    try:
        return claim.load()
    except BrokenError as error:
        raise UserError(f'the {what} {name} of {claim.label} cannot be loaded: {error}') from error
