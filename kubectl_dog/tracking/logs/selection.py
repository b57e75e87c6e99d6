"""Which logs to read: three pods of a revision and every failing one, until a pod is ready.

To follow is to read them all, to their end. What is read is not always shown: of what fails, the
last words are wanted in any case.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import ephemeral_containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.tracking.logs.filter import Filter
from kubectl_dog.tracking.logs.filter import line_filter
from kubectl_dog.tracking.timeouts import EVIDENCE_WAIT

PODS_PER_REVISION = 3

Stream = tuple[str, str]


def choose_pods(
    pods: Iterable[Object],
    failing: Collection[str],
    chosen: Collection[str],
    limit: int | None = PODS_PER_REVISION,
) -> frozenset[str]:
    """The uids of the pods to stream: those chosen before that still live, the oldest up to
    `limit`, and the failing ones (`failing` are names).
    """
    living = sorted(pods, key=lambda pod: (created_at(pod), name(pod)))
    kept = [uid(pod) for pod in living if uid(pod) in chosen]
    others = [uid(pod) for pod in living if uid(pod) not in chosen]
    room = len(others) if limit is None else max(0, limit - len(kept))
    more = [uid(pod) for pod in living if name(pod) in failing]
    return frozenset([*kept, *others[:room], *more])


def max_pods(options: Options) -> int | None:
    """Of how many pods logs are shown; None: of all."""
    return None if options.follow or options.logs_all else PODS_PER_REVISION


def is_shown(container: str, options: Options) -> bool:
    """Whether the user wants to see the log of a container of this name."""
    if options.containers and container not in options.containers:
        return False
    return options.logs and container not in options.skip_containers


def log_wants(
    pods: Iterable[Object],
    chosen: Collection[str],
    failing: Collection[str],
    started: float,
    options: Options,
) -> Iterator[tuple[Logs, bool]]:
    """The streams of the chosen pods, and whether each is shown; `started` is the server's time at
    which tracking began.
    """
    since = options.logs_from_time
    if since is None and options.since is not None:
        since = started - options.since
    for pod in pods:
        fails = name(pod) in failing and not options.once
        if uid(pod) not in chosen or (_is_done(pod, options) and name(pod) not in failing):
            continue
        is_new = not options.follow or created_at(pod) >= started
        for container in containers_with_logs(pod):
            shown = is_shown(container.name, options)
            if container.has_started and (shown or (fails and container.role != 'ephemeral')):
                want = Logs(
                    namespace=get_str(pod, 'metadata', 'namespace'),
                    pod=name(pod),
                    uid=uid(pod),
                    container=container.name,
                    restarts=container.restarts,
                    running=container.running,
                    since=since,
                    tail=options.tail,
                    previous=is_new or options.previous or name(pod) in failing,
                )
                yield want, shown


def containers_with_logs(pod: Object) -> list[Container]:
    """All containers that may have a log."""
    return [*containers(pod), *ephemeral_containers(pod)]


def _is_done(pod: Object, options: Options) -> bool:
    """Ready by a probe: one without may die in the next moment, and its words are needed then."""
    if options.logs_until in ('available', 'end') or (options.follow and not options.logs_until):
        return False
    probed = all(c.spec.get('readinessProbe') for c in containers(pod) if c.role == 'app')
    return (probed or options.logs_until == 'ready') and is_ready(pod)


def cap_streams(
    wanted: Iterable[tuple[Logs, bool]],
    is_open: Callable[[Stream], object],
    failing: Collection[str],
    most: int,
) -> list[tuple[Logs, bool]]:
    """At most so many: those that are open already before others, failing pods' before others'."""
    found = list(wanted)
    if len(found) <= most:
        return found
    found.sort(key=lambda one: (not is_open(one[0].stream), one[0].pod not in failing))
    return found[:most]


def limit_logs(
    wants: frozenset[Want], open_streams: Collection[Stream], limit: int
) -> frozenset[Want]:
    """The wants of all targets with at most `limit` logs; logs that are open stay open."""
    logs = [want for want in wants if isinstance(want, Logs)]
    if len(logs) <= limit:
        return wants
    logs.sort(key=lambda want: (want.stream not in open_streams, want.namespace, want.pod))
    return wants.difference(logs[limit:])


class Streams:
    """The log streams of one target; remembers which pods were chosen, and which have just gone."""

    def __init__(self) -> None:
        self._chosen: frozenset[str] = frozenset()
        self._open: dict[Stream, Logs] = {}
        self._shown: set[Stream] = set()
        self._leaving: dict[Stream, float] = {}
        self._names: set[str] = set()
        self._filters: dict[str, Filter] = {}
        self._options = Options()
        self._noted = False

    def wants(
        self,
        at: float,
        pods: tuple[Object, ...],
        failing: Collection[str],
        started: float,
        options: Options,
    ) -> Iterable[Logs]:
        """What to read now; `at` is the engine's time, `started` the server's when it was 0.

        The log of a pod that is gone is kept open for a moment: its last lines may still be on
        their way.
        """
        self._learn(pods, options)
        self._chosen = choose_pods(pods, failing, self._chosen, max_pods(options))
        found = cap_streams(
            log_wants(pods, self._chosen, failing, started, options),
            self._open.__contains__,
            failing,
            options.max_log_streams,
        )
        streams = {want.stream: want for want, _ in found}
        self._shown.update(want.stream for want, shown in found if shown)
        self._shown.difference_update(want.stream for want, shown in found if not shown)
        living = {uid(pod) for pod in pods}
        gone = [one for one in self._open.values() if one.uid not in living]
        self._leaving = {
            want.stream: self._leaving.get(want.stream, at + EVIDENCE_WAIT) for want in gone
        }
        streams.update({one.stream: one for one in gone if at < self._leaving[one.stream]})
        self._open = streams
        return streams.values()

    def _learn(self, pods: Iterable[Object], options: Options) -> None:
        """Patterns may be for one container: which there are has to be known."""
        names = {container.name for pod in pods for container in containers_with_logs(pod)}
        if not names <= self._names or options is not self._options:
            self._names |= names
            self._options = options
            self._filters.clear()

    def shown(self, stream: Stream, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        """Those of the lines that the user wants to see."""
        if stream not in self._shown:
            return ()
        _, container = stream
        if container not in self._filters:
            self._filters[container] = line_filter(container, self._names, self._options)
        return self._filters[container](lines)

    def capped_notice(self, pods: tuple[Object, ...], desired: int, options: Options) -> str:
        """What to say, once, where there are more pods than those whose logs are shown."""
        if self._noted or not options.logs:
            return ''
        each = next(filter(None, (_count(pod, options) for pod in pods)), 0)
        if not each:
            return ''
        most = max_pods(options)
        room = max(1, options.max_log_streams // each)
        total = max(len(pods), desired)
        if total <= min(room, total if most is None else most):
            return ''
        self._noted = True
        if most is not None and most <= room:
            return f"{most} of {total} pods' logs shown, --logs-all for the rest"
        return f"{room} of {total} pods' logs shown, --max-log-streams for more"

    @property
    def deadlines(self) -> Iterable[float]:
        """When a log that was kept open may be closed."""
        return self._leaving.values()


def _count(pod: Object, options: Options) -> int:
    """How many logs of a pod are shown now."""
    if _is_done(pod, options):
        return 0
    return sum(one.has_started and is_shown(one.name, options) for one in containers_with_logs(pod))
