"""Match TYPE arguments to kinds by the rules of kubectl, as pure functions."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.resources import Resource

_MIN_SIMILARITY = 0.7
_MAX_SUGGESTIONS = 3


class Kind(NamedTuple):
    """A kind in one version, with all its names; `listed`: its objects can be listed.

    Sequences of kinds are in the order of preference: the core group, then the groups in the order
    of the server, each with its preferred version first.
    """

    resource: Resource
    singular: str
    shorts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    listed: bool = True


def kind(
    resource: Resource,
    singular: str,
    shorts: Sequence[str],
    categories: Sequence[str],
    listed: bool = True,
) -> Kind:
    """Create a Kind; old servers omit the singular, and many kinds have no short name."""
    singular = singular or resource.kind.lower()
    short = shorts[0] if shorts else singular
    return Kind(resource._replace(short=short), singular, tuple(shorts), tuple(categories), listed)


class _Reading(NamedTuple):
    """An interpretation of a word; an empty group or version matches any."""

    name: str
    version: str
    group: str


def find_kind(kinds: Sequence[Kind], word: str) -> Kind | None:
    """Return the kind for a TYPE argument as kubectl does, in the preferred version by default."""
    # kubectl accepts short names in lower case only: exact matches have precedence.
    return _find(kinds, word) or _find(kinds, word.lower())


def of_kind(kinds: Sequence[Kind], api_version: str, kind: str) -> Kind | None:
    """Return the kind of objects with exactly these two fields, as kubectl does."""
    for entry in kinds:
        if entry.resource.kind == kind and entry.resource.api_version == api_version:
            return entry
    return None


def describe_unserved(kinds: Sequence[Kind], api_version: str, kind: str) -> str:
    """Describe that a kind is not served in a version, and list the versions that are."""
    message = f'the server has no kind {kind} in {api_version}'
    versions = {entry.resource.api_version for entry in kinds if entry.resource.kind == kind}
    return f'{message}, but in {", ".join(sorted(versions))}' if versions else message


def category(kinds: Sequence[Kind], word: str) -> list[Kind]:
    """Return the kinds of a category, each once; empty if there is no such category."""
    members: dict[tuple[str, str], Kind] = {}
    for entry in kinds:
        if word in entry.categories:
            members.setdefault((entry.resource.group, entry.resource.plural), entry)
    return list(members.values())


def spellings(kinds: Sequence[Kind]) -> dict[str, Kind]:
    """Return the spellings of each kind that can be listed: plural and short names.

    If several kinds have the same plural, the later ones have their group appended.
    """
    preferred: dict[tuple[str, str], Kind] = {}
    for entry in kinds:
        preferred.setdefault((entry.resource.group, entry.resource.plural), entry)
    spelled: dict[str, Kind] = {}
    for entry in preferred.values():
        plural, group = entry.resource.plural, entry.resource.group
        spelled.setdefault(f'{plural}.{group}' if plural in spelled and group else plural, entry)
    for entry in preferred.values():
        for short in entry.shorts:
            spelled.setdefault(short, entry)
    return {spelling: entry for spelling, entry in spelled.items() if entry.listed}


def similar_kinds(kinds: Sequence[Kind], word: str) -> list[str]:
    """Return the kinds nearest to a word as suggestions: `deployments (deploy)`."""
    from difflib import get_close_matches

    name, dot, _ = word.lower().partition('.')
    spelled: dict[str, Kind] = {}
    for entry in kinds:
        for spelling in (entry.resource.plural, entry.singular, *entry.shorts):
            spelled.setdefault(spelling, entry)
    matches = get_close_matches(name, spelled, n=3 * _MAX_SUGGESTIONS, cutoff=_MIN_SIMILARITY)
    labels = (_label(spelled[spelling], bool(dot)) for spelling in matches)
    return list(dict.fromkeys(labels))[:_MAX_SUGGESTIONS]


def _label(entry: Kind, has_group: bool) -> str:
    resource = entry.resource
    if has_group and resource.group:
        return f'{resource.plural}.{resource.group}'
    return f'{resource.plural} ({entry.shorts[0]})' if entry.shorts else resource.plural


def _find(kinds: Sequence[Kind], word: str) -> Kind | None:
    readings = _readings(word)
    for rules in _RULES:
        for reading in readings:
            for rule in rules:
                for entry in kinds:
                    if rule(entry, reading):
                        return entry
    return None


def _readings(word: str) -> list[_Reading]:
    """Return the readings of a word: `a.b.c` is version `b` of group `c`, or else group `b.c`."""
    name, _, group = word.partition('.')
    version, dot, rest = group.partition('.')
    plain = _Reading(name, '', group)
    return [_Reading(name, version, rest), plain] if dot else [plain]


def _by_name(entry: Kind, reading: _Reading) -> bool:
    return _has_name(entry, reading) and _in_group(entry, reading) and _in_version(entry, reading)


def _by_short(entry: Kind, reading: _Reading) -> bool:
    # The version is ignored: kubectl drops it when it expands a short name.
    return reading.name in entry.shorts and _in_group(entry, reading)


def _by_short_and_start_of_group(entry: Kind, reading: _Reading) -> bool:
    return (
        reading.name in entry.shorts
        and _group_starts(entry, reading)
        and _in_version(entry, reading)
    )


def _by_name_and_start_of_group(entry: Kind, reading: _Reading) -> bool:
    return _has_name(entry, reading) and _group_starts(entry, reading) and not reading.version


def _by_kind(entry: Kind, reading: _Reading) -> bool:
    same = entry.resource.kind.lower() == reading.name.lower()
    return same and _in_group(entry, reading) and _in_version(entry, reading)


def _has_name(entry: Kind, reading: _Reading) -> bool:
    return reading.name.lower() in (entry.resource.plural, entry.singular)


def _in_group(entry: Kind, reading: _Reading) -> bool:
    return reading.group in ('', entry.resource.group)


def _group_starts(entry: Kind, reading: _Reading) -> bool:
    return entry.resource.group.startswith(reading.group)


def _in_version(entry: Kind, reading: _Reading) -> bool:
    return reading.version in ('', entry.resource.version)


# kubectl tries all readings by name before any by kind.
_RULES: tuple[tuple[Callable[[Kind, _Reading], bool], ...], ...] = (
    (_by_name, _by_short, _by_short_and_start_of_group, _by_name_and_start_of_group),
    (_by_kind,),
)
