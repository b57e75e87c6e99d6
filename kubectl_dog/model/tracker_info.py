"""Trackers and rules, and what is known of a kind, as `kubectl dog trackers` prints them."""

from __future__ import annotations

from typing import NamedTuple

USED, UNUSED, BROKEN = 'used', 'unused', 'broken'


class TrackerInfo(NamedTuple):
    """A tracker or rule for a kind.

    - `kind`: `Kind.group`; `*` in rules stands for any kind or group; empty if unknown.
    - `package`, `version`: the Python package that provides it.
    - `implementation`: code or rules.
    - `source`: module or file.
    - `state`: used, unused (another takes precedence) or broken.
    - `note`: why it is not used.
    """

    kind: str
    package: str
    version: str
    implementation: str
    source: str
    state: str = USED
    note: str = ''


class DefinitionInfo(NamedTuple):
    """What a CustomResourceDefinition says about the state of its objects.

    - `name`, `version`: of the definition, and of the version that was read.
    - `columns`: (field, printer column) for the columns that show the state.
    - `conditions`: condition types that it names.
    - `values`: (field, value, meaning) of fields with the state; the meaning may be unknown.
    - `annotation`: the annotation with rules; empty if there is none.
    """

    name: str
    version: str
    columns: tuple[tuple[str, str], ...] = ()
    conditions: tuple[str, ...] = ()
    values: tuple[tuple[str, str, str], ...] = ()
    annotation: str = ''


class KindInfo(NamedTuple):
    """How the objects of a kind are assessed.

    - `kind`: `Kind.group`.
    - `implementation`: code, rules or generic (the general meaning of the status).
    - `package`, `version`, `source`: as in TrackerInfo; empty for generic.
    - `sections`, `documentation`: of the rule; the other states have their general meaning.
    - `definition`: None if it was not read.
    - `note`: why the rules on the definition cannot be used.
    """

    kind: str
    implementation: str
    package: str = ''
    version: str = ''
    source: str = ''
    sections: tuple[str, ...] = ()
    documentation: str = ''
    definition: DefinitionInfo | None = None
    note: str = ''
