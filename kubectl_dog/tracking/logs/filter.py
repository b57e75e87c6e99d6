"""Which lines of a log are shown. Pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.options import Options

Matcher = Callable[[str], object]
Filter = Callable[[tuple[LogLine, ...]], tuple[LogLine, ...]]


def check_pattern(pattern: str) -> None:
    """Raise UserError where a pattern, or what follows its container's name, is none."""
    _matcher(pattern)
    if _is_name(pattern.partition('=')[0]) and '=' in pattern:
        _matcher(pattern.partition('=')[2])


def _matcher(pattern: str) -> Matcher:
    # Few runs have any pattern.
    from kubectl_dog.model.safe_regex import matcher

    return matcher(pattern)


def line_filter(container: str, known: Collection[str], options: Options) -> Filter:
    """What is left of the lines of one container; `known` are the names of all in its pod.

    Patterns for this container are used in place of those for all. `level=error` is a pattern for
    one only where there is a container of that name.
    """
    included = [_matcher(one) for one in _for(container, known, options.include)]
    excluded = [_matcher(one) for one in _for(container, known, options.exclude)]
    if not included and not excluded:
        return lambda lines: lines
    return lambda lines: tuple(_kept(lines, included, excluded))


def _kept(
    lines: Iterable[LogLine], included: list[Matcher], excluded: list[Matcher]
) -> Iterable[LogLine]:
    if len(included) == 1:
        found = included[0]
        lines = [line for line in lines if found(line[1])]
    elif included:
        lines = [line for line in lines if any(found(line[1]) for found in included)]
    for found in excluded:
        lines = [line for line in lines if not found(line[1])]
    return lines


def _for(container: str, known: Collection[str], patterns: Iterable[str]) -> list[str]:
    every, own = [], []
    for pattern in patterns:
        name, equals, rest = pattern.partition('=')
        if not equals or name not in known:
            every.append(pattern)
        elif name == container:
            own.append(rest)
    return own or every


def _is_name(text: str) -> bool:
    return bool(text) and text.replace('-', '').isalnum() and text == text.lower()
