"""Collect the reads that are denied, and describe in one sentence what is not seen.

Imported only after a denied read: most runs have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import DeniedRead
from kubectl_dog.model.events import Notice
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.text_format import ROLE_HINT
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch

# Seconds to wait for further denials: the reads of a target begin one after the other.
WAIT = 2.0
_LIST_AND_WATCH = ('list', 'watch')
_REVISIONS = (REPLICASETS.plural, CONTROLLERREVISIONS.plural)
_KNOWN = (PODS.plural, LOGS, EVENTS.plural, *_REVISIONS)
_MOST_NAMESPACES = 3


class DeniedReads:
    """The denied reads of a run: those that were reported, and those to report at `due_at`."""

    def __init__(self) -> None:
        self._reads: dict[tuple[str, str, str, bool], DeniedRead] = {}
        self._pending: list[DeniedRead] = []
        self._untracked: set[DeniedRead] = set()
        self.due_at: float | None = None

    @property
    def all(self) -> tuple[DeniedRead, ...]:
        """All denied reads, sorted by namespace and resource."""
        return tuple(sorted(self._reads.values(), key=_order))

    def add(
        self, at: float, want: Watch | Logs, failure: ReadFailure, is_untracked: bool = False
    ) -> None:
        """Add a denied read once; `is_untracked`: targets among the objects are not noticed."""
        read = _denied_read(want, failure)
        key = (read.namespace, read.group, read.resource, failure.reason == 'denied')
        if key in self._reads:
            return
        self._reads[key] = read
        self._pending.append(read)
        if is_untracked:
            self._untracked.add(read)
        if self.due_at is None:
            self.due_at = at + WAIT

    def report(self, at: float) -> Iterator[Notice]:
        """Yield a notice about the reads that were not reported yet, if there are any."""
        reads, self._pending, self.due_at = sorted(self._pending, key=_order), [], None
        if reads:
            yield Notice(at, None, describe(reads, self._untracked), tuple(reads))


def _denied_read(want: Watch | Logs, failure: ReadFailure) -> DeniedRead:
    if isinstance(want, Logs):
        return DeniedRead(('get',), '', LOGS, want.namespace, failure.message)
    verbs = _LIST_AND_WATCH if failure.reason == 'denied' else _LIST_AND_WATCH[1:]
    resource = want.resource
    return DeniedRead(verbs, resource.group, resource.plural, want.namespace, failure.message)


def _order(read: DeniedRead) -> tuple[str, str, str, tuple[str, ...]]:
    return read.namespace, read.group, read.resource, read.verbs


def describe(reads: Sequence[DeniedRead], untracked: Iterable[DeniedRead] = ()) -> str:
    """Return a sentence: what may not be read, and what this means for the run."""
    hidden = [read for read in reads if 'list' in read.verbs or read.resource == LOGS]
    polled = [read for read in reads if read not in hidden]
    parts = []
    if hidden:
        meaning = '; '.join(_consequences(hidden, set(untracked)))
        parts.append(f'no permission to read {_names(hidden)}{_where(hidden)}: {meaning}')
    if polled:
        parts.append(
            f'no permission to watch {_names(polled)}{_where(polled)}: changes are seen late'
        )
    return f'{"; ".join(parts)}{ROLE_HINT}'


def _consequences(hidden: Sequence[DeniedRead], untracked: set[DeniedRead]) -> Iterator[str]:
    missed = [read for read in hidden if read in untracked]
    if missed:
        yield f'changes of {_names(missed)} are not tracked'
    plurals = {read.resource for read in hidden}
    if PODS.plural in plurals:
        yield 'pods, their problems and their logs are not seen'
    elif plurals.intersection(_REVISIONS):
        yield 'new pods cannot be told from old ones, so their problems and logs are not seen'
    elif LOGS in plurals:
        yield 'log lines are not shown'
    if EVENTS.plural in plurals:
        yield 'causes that only events name are not seen'
    if any(read not in missed and read.resource not in _KNOWN for read in hidden):
        yield 'causes may be missing'


def _names(reads: Iterable[DeniedRead]) -> str:
    names = (f'{read.resource}.{read.group}' if read.group else read.resource for read in reads)
    return ', '.join(dict.fromkeys(names))


def _where(reads: Iterable[DeniedRead]) -> str:
    names = list(dict.fromkeys(read.namespace for read in reads if read.namespace))
    if len(names) > _MOST_NAMESPACES:
        return f' in {len(names)} namespaces'
    return f' in namespace{"s" if names[1:] else ""} {", ".join(names)}' if names else ''
