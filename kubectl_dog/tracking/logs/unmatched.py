"""Find options that name containers or log lines but match none in the whole run."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.text_format import count_noun

# The causes of these families have a container as their subject.
_CONTAINER_FAMILIES = ('container start', 'image', 'init', 'probes')


class Seen(NamedTuple):
    """The names of containers and numbers of log lines of one target so far."""

    options: Options
    containers: frozenset[str]
    lines: int
    matching_lines: int


class UnmatchedOptions:
    """A check for options that match nothing.

    A followed run may never end, so names of containers are also checked after one status period; a
    matching line may appear at any time.
    """

    def __init__(self, options: Options) -> None:
        looks_early = options.follow and any(_container_options(options))
        self.due_at = options.status_period if looks_early else None
        self._reported: set[str] = set()
        self._gone: list[Seen] = []

    def keep(self, seen: Seen) -> None:
        """Keep what was seen of a target that will be forgotten."""
        for number, other in enumerate(self._gone):
            if other.options == seen.options:
                containers = other.containers | seen.containers
                lines = other.lines + seen.lines
                matching_lines = other.matching_lines + seen.matching_lines
                self._gone[number] = Seen(seen.options, containers, lines, matching_lines)
                return
        self._gone.append(seen)

    def is_due(self, at: float) -> bool:
        """Return whether to check before the end of the run, at this time in seconds."""
        return self.due_at is not None and at >= self.due_at

    def sentences(self, targets: Sequence[Seen], is_end: bool) -> Iterator[str]:
        """Yield new sentences for options that match nothing in these targets."""
        self.due_at = None
        targets = [*targets, *self._gone]
        patterns = unmatched_patterns(targets) if is_end else ()
        for text in (*unmatched_containers(targets), *patterns):
            if text not in self._reported:
                self._reported.add(text)
                yield text


def unmatched_containers(targets: Iterable[Seen]) -> Iterator[str]:
    """Yield a sentence for each name that is no container of any target with this option.

    A target without containers proves nothing.
    """
    seen: dict[tuple[str, str], set[str]] = {}
    for options, names, _, _ in targets:
        for option in _container_options(options):
            seen.setdefault(option, set()).update(names)
    for (flag, container), containers in seen.items():
        if containers and container not in containers:
            known = ', '.join(sorted(containers))
            yield f'{flag} matches nothing: no container has the name "{container}": use {known}'


def unmatched_patterns(targets: Iterable[Seen]) -> Iterator[str]:
    """Yield a sentence if the patterns of --include match no line of any target."""
    seen: dict[tuple[str, ...], tuple[int, int]] = {}
    for options, _, lines, matching_lines in targets:
        if options.include:
            before = seen.get(options.include, (0, 0))
            seen[options.include] = (before[0] + lines, before[1] + matching_lines)
    for patterns, (lines, matching_lines) in seen.items():
        if lines and not matching_lines:
            known = ', '.join(f'"{pattern}"' for pattern in patterns)
            count = count_noun(lines, 'log line')
            yield f'--include matches nothing: {known} is in none of {count}'


def _container_options(options: Options) -> Iterator[tuple[str, str]]:
    """Yield the flags with the containers that they name."""
    for container in options.containers:
        yield '--containers', container
    for container in options.skip_containers:
        yield '--skip-containers', container
    for text in options.tolerate:
        scope = text.partition('=')[0].strip()
        code, _, subject = scope.partition('/')
        is_container = code_of(code.strip()).family in _CONTAINER_FAMILIES
        # The subject of a pod that fails without a container is `pod`.
        if is_container and subject not in ('', 'pod'):
            yield f'--tolerate {scope}', subject
