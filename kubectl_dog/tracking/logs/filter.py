"""Select the lines of a log by patterns (`--include`, `--exclude`)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.options import Options

Matcher = Callable[[str], object]
Filter = Callable[[tuple[LogLine, ...]], tuple[LogLine, ...]]


def check_pattern(pattern: str) -> None:
    """Raise UserError if a pattern, or its part after `CONTAINER=`, is not valid."""
    _matcher(pattern)
    if _is_name(pattern.partition('=')[0]) and '=' in pattern:
        _matcher(pattern.partition('=')[2])


def _matcher(pattern: str) -> Matcher:
    # Import only on demand: few runs have any pattern.
    from kubectl_dog.model.safe_regex import matcher

    return matcher(pattern)


def line_filter(container: str, known: Collection[str], options: Options) -> Filter:
    """Create the filter for one container; `known` has the names of all containers of the pod.

    Patterns for this container replace the patterns for all. `level=error` is a pattern for one
    container only if there is a container of that name.
    """
    included = list(map(_matcher, _patterns_for(container, known, options.include)))
    excluded = list(map(_matcher, _patterns_for(container, known, options.exclude)))
    if not included and not excluded:
        return lambda lines: lines
    return lambda lines: tuple(_select(lines, included, excluded))


def _select(
    lines: Iterable[LogLine], included: list[Matcher], excluded: list[Matcher]
) -> Iterable[LogLine]:
    if len(included) == 1:
        matches = included[0]
        lines = [line for line in lines if matches(line[1])]
    elif included:
        lines = [line for line in lines if any(matches(line[1]) for matches in included)]
    for matches in excluded:
        lines = [line for line in lines if not matches(line[1])]
    return lines


def _patterns_for(container: str, known: Collection[str], patterns: Iterable[str]) -> list[str]:
    common, own = [], []
    for pattern in patterns:
        name, equals, rest = pattern.partition('=')
        if not equals or name not in known:
            common.append(pattern)
        elif name == container:
            own.append(rest)
    return own or common


def _is_name(text: str) -> bool:
    return bool(text) and text.replace('-', '').isalnum() and text == text.lower()
