"""Which kind a TYPE word means, by kubectl's rules. Pure: a table of kinds in, a kind out."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.resources import Resource

_CLOSE = 0.7
_NEAR = 3


class Kind(NamedTuple):
    """One kind in one version, with all the names it has; `listed`: its objects can be listed.

    Tables of them are in the order of preference: the core group, then groups as the server
    orders them, each with its preferred version first.
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
    """A Kind as a server tells it: old ones leave out the singular, many kinds have no short."""
    singular = singular or resource.kind.lower()
    short = shorts[0] if shorts else singular
    return Kind(resource._replace(short=short), singular, tuple(shorts), tuple(categories), listed)


class _Wanted(NamedTuple):
    """One reading of a word; empty group and version are any."""

    name: str
    version: str
    group: str


def find_kind(kinds: Sequence[Kind], word: str) -> Kind | None:
    """The kind that kubectl takes for a word, in its preferred version where none is said."""
    # kubectl wants short names in small letters: there is no reason to, but it goes first.
    return _find(kinds, word) or _find(kinds, word.lower())


def of_kind(kinds: Sequence[Kind], api_version: str, kind: str) -> Kind | None:
    """The kind of objects with these two fields, exactly: kubectl takes no other version."""
    for each in kinds:
        if each.resource.kind == kind and each.resource.api_version == api_version:
            return each
    return None


def describe_unserved(kinds: Sequence[Kind], api_version: str, kind: str) -> str:
    """Why nothing is known of such objects, with the versions of the kind that there are."""
    said = f'the server has no kind {kind} in {api_version}'
    versions = {one.resource.api_version for one in kinds if one.resource.kind == kind}
    return f'{said}, but in {", ".join(sorted(versions))}' if versions else said


def category(kinds: Sequence[Kind], word: str) -> list[Kind]:
    """The kinds of a category, each once; none where there is no such category."""
    members: dict[tuple[str, str], Kind] = {}
    for each in kinds:
        if word in each.categories:
            members.setdefault((each.resource.group, each.resource.plural), each)
    return list(members.values())


def spellings(kinds: Sequence[Kind]) -> dict[str, Kind]:
    """What may be typed for each kind whose objects can be listed: its plural, and short names.

    Where several have the same plural, the later ones have their group behind it.
    """
    preferred: dict[tuple[str, str], Kind] = {}
    for each in kinds:
        preferred.setdefault((each.resource.group, each.resource.plural), each)
    found: dict[str, Kind] = {}
    for each in preferred.values():
        plural, group = each.resource.plural, each.resource.group
        found.setdefault(f'{plural}.{group}' if plural in found and group else plural, each)
    for each in preferred.values():
        for short in each.shorts:
            found.setdefault(short, each)
    return {spelling: each for spelling, each in found.items() if each.listed}


def similar_kinds(kinds: Sequence[Kind], word: str) -> list[str]:
    """What may have been meant, the nearest first, as it may be typed: `deployments (deploy)`."""
    from difflib import get_close_matches

    name, dot, _ = word.lower().partition('.')
    spelled: dict[str, Kind] = {}
    for each in kinds:
        for spelling in (each.resource.plural, each.singular, *each.shorts):
            spelled.setdefault(spelling, each)
    close = get_close_matches(name, spelled, n=3 * _NEAR, cutoff=_CLOSE)
    return list(dict.fromkeys(_label(spelled[one], bool(dot)) for one in close))[:_NEAR]


def _label(one: Kind, grouped: bool) -> str:
    resource = one.resource
    if grouped and resource.group:
        return f'{resource.plural}.{resource.group}'
    return f'{resource.plural} ({one.shorts[0]})' if one.shorts else resource.plural


def _find(kinds: Sequence[Kind], word: str) -> Kind | None:
    readings = _readings(word)
    for rules in _RULES:
        for wanted in readings:
            for rule in rules:
                for each in kinds:
                    if rule(each, wanted):
                        return each
    return None


def _readings(word: str) -> list[_Wanted]:
    """`a.b.c` is version `b` of group `c` before it is group `b.c`."""
    name, _, group = word.partition('.')
    version, dot, rest = group.partition('.')
    plain = _Wanted(name, '', group)
    return [_Wanted(name, version, rest), plain] if dot else [plain]


def _by_name(each: Kind, wanted: _Wanted) -> bool:
    return _named(each, wanted) and _in_group(each, wanted) and _in_version(each, wanted)


def _by_short(each: Kind, wanted: _Wanted) -> bool:
    # The version is not looked at: kubectl drops it when it writes out a short name.
    return wanted.name in each.shorts and _in_group(each, wanted)


def _by_short_and_start_of_group(each: Kind, wanted: _Wanted) -> bool:
    return wanted.name in each.shorts and _group_starts(each, wanted) and _in_version(each, wanted)


def _by_name_and_start_of_group(each: Kind, wanted: _Wanted) -> bool:
    return _named(each, wanted) and _group_starts(each, wanted) and not wanted.version


def _by_kind(each: Kind, wanted: _Wanted) -> bool:
    same = each.resource.kind.lower() == wanted.name.lower()
    return same and _in_group(each, wanted) and _in_version(each, wanted)


def _named(each: Kind, wanted: _Wanted) -> bool:
    return wanted.name.lower() in (each.resource.plural, each.singular)


def _in_group(each: Kind, wanted: _Wanted) -> bool:
    return wanted.group in ('', each.resource.group)


def _group_starts(each: Kind, wanted: _Wanted) -> bool:
    return each.resource.group.startswith(wanted.group)


def _in_version(each: Kind, wanted: _Wanted) -> bool:
    return wanted.version in ('', each.resource.version)


# kubectl tries all readings by name before any by kind; a kind is seldom not its singular.
_RULES: tuple[tuple[Callable[[Kind, _Wanted], bool], ...], ...] = (
    (_by_name, _by_short, _by_short_and_start_of_group, _by_name_and_start_of_group),
    (_by_kind,),
)
