"""Revisions as users, Argo CD and Flux write them: parse and compare.

Flux writes `main@sha1:COMMIT`, `latest@sha256:DIGEST` and `sha256:DIGEST`, and before 2.0
`main/COMMIT`; Argo CD writes the commit; both write the version of a chart, to which Flux may
append the first digits of a commit or digest: `1.2.3+0123456789ab`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kubectl_dog.model.errors import UserError

# Fewer digits may be ambiguous; git shows seven.
_SHORTEST = 7
_HEX = re.compile(r'[0-9a-f]{7,64}')
_LONG = re.compile(r'\b([0-9a-f]{12})[0-9a-f]{28,52}\b')
_VERSION = re.compile(r'v?[0-9]{1,9}\.[0-9]{1,9}([-+.][-+.0-9A-Za-z]{0,64})?')


class Revision(NamedTuple):
    """A revision: a `commit` (or digest), possibly short, of a `ref`, or else the `version`."""

    commit: str = ''
    ref: str = ''
    version: str = ''


def parse_revision(text: str) -> Revision:
    """Parse the value of `--at-revision`; raises UserError."""
    revision = _parse(text)
    ref_is_valid = bool(revision.ref) or not text.startswith('@')
    if ref_is_valid and (revision.commit or _VERSION.fullmatch(revision.version)):
        return revision
    raise UserError(
        f'use a commit of at least {_SHORTEST} digits, BRANCH@COMMIT, or the version of a chart'
    )


def is_same(expected: Revision, text: str) -> bool:
    """Return whether a recorded revision is the expected one; commits match by their start."""
    recorded = _parse(text)
    if expected.version or not recorded.commit:
        version, _, suffix = recorded.version.partition('+')
        if expected.version:
            return expected.version.lstrip('v') in (
                recorded.version.lstrip('v'),
                version.lstrip('v'),
            )
        return _HEX.fullmatch(suffix) is not None and _have_same_start(expected.commit, suffix)
    if expected.ref and recorded.ref and expected.ref != recorded.ref:
        return False
    return recorded.commit.startswith(expected.commit)


def shorten(text: str) -> str:
    """Return a revision with at most 12 digits of its commit or digest, for output."""
    return _LONG.sub(r'\1', text)


def _have_same_start(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


def _parse(text: str) -> Revision:
    ref, _, digest = text.rpartition('@')
    commit = digest.rpartition(':')[2].lower()
    if _HEX.fullmatch(commit):
        return Revision(commit, ref.replace('refs/heads/', '', 1))
    branch, _, commit = text.rpartition('/')
    if branch and len(commit) == 40 and _HEX.fullmatch(commit):
        return Revision(commit, branch)
    return Revision(version=text)
