"""Select the logs to read: of three pods per revision and of every failing pod, until ready.

Following reads all logs to their end. Not every log that is read is shown: the last lines of a
failing container explain the failure in any case.
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
    """Return the uids of the pods whose logs to read.

    These are the pods chosen before that still exist, the oldest pods up to `limit`, and the
    failing pods (`failing` has their names), which do not count against the limit.
    """
    living = sorted(pods, key=lambda pod: (created_at(pod), name(pod)))
    failing_uids = {uid(pod) for pod in living if name(pod) in failing}
    kept = [uid(pod) for pod in living if uid(pod) in chosen]
    others = [uid(pod) for pod in living if uid(pod) not in {*chosen, *failing_uids}]
    counted = [pod_uid for pod_uid in kept if pod_uid not in failing_uids]
    room = len(others) if limit is None else max(0, limit - len(counted))
    return frozenset([*kept, *others[:room], *failing_uids])


def max_pods(options: Options) -> int | None:
    """Return the number of pods whose logs are shown; None: all."""
    return None if options.follow or options.logs_all else PODS_PER_REVISION


def is_shown(container: str, options: Options) -> bool:
    """Return whether the user wants to see the log of a container of this name."""
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
    """Yield the logs of the chosen pods, and whether each is shown.

    `started` is the server's time at which tracking began.
    """
    since = options.logs_from_time
    if since is None and options.since is not None:
        since = started - options.since
    for pod in pods:
        fails = name(pod) in failing
        explains = fails and not options.once
        if uid(pod) not in chosen or (_is_done(pod, options) and not fails):
            continue
        is_new = not options.follow or created_at(pod) >= started
        for container in containers_with_logs(pod):
            shown = is_shown(container.name, options)
            if container.has_started and (shown or (explains and container.role != 'ephemeral')):
                want = Logs(
                    namespace=get_str(pod, 'metadata', 'namespace'),
                    pod=name(pod),
                    uid=uid(pod),
                    container=container.name,
                    restarts=container.restarts,
                    running=container.running,
                    since=since,
                    tail=options.tail,
                    previous=is_new or options.previous or fails,
                )
                yield want, shown


def containers_with_logs(pod: Object) -> list[Container]:
    """Return all containers that may have a log."""
    return [*containers(pod), *ephemeral_containers(pod)]


def _is_done(pod: Object, options: Options) -> bool:
    """Return whether a pod is ready by a probe; without one, its log may still be needed."""
    if options.logs_until in ('available', 'end') or (options.follow and not options.logs_until):
        return False
    probed = all(c.spec.get('readinessProbe') for c in containers(pod) if c.role == 'app')
    return (probed or options.logs_until == 'ready') and is_ready(pod)


def cap_streams(
    wanted: Iterable[tuple[Logs, bool]],
    is_open: Callable[[Stream], object],
    failing: Collection[str],
    limit: int,
) -> list[tuple[Logs, bool]]:
    """Return at most `limit` streams: first those that are open, then those of failing pods."""
    streams = list(wanted)
    if len(streams) <= limit:
        return streams
    streams.sort(key=lambda want: (not is_open(want[0].stream), want[0].pod not in failing))
    return streams[:limit]


def excess_logs(
    logs: Collection[Logs], open_streams: Collection[Stream], limit: int
) -> Collection[Logs]:
    """Return the logs of all targets beyond `limit`; logs that are open stay open."""
    if len(logs) <= limit:
        return ()
    ranked = sorted(
        logs, key=lambda want: (want.stream not in open_streams, want.namespace, want.pod)
    )
    return frozenset(ranked[limit:])


class Streams:
    """The log streams of one target, with the chosen pods and the pods that are just gone."""

    def __init__(self) -> None:
        self._chosen: frozenset[str] = frozenset()
        self._open: dict[Stream, Logs] = {}
        self._shown: set[Stream] = set()
        self._leaving: dict[Stream, float] = {}
        self._names: set[str] = set()
        self._filters: dict[str, Filter] = {}
        self._options = Options()
        self._has_noticed = False
        # The numbers of lines of shown logs that were read, and that the patterns let through.
        self.lines = self.matching_lines = 0

    def wants(
        self,
        at: float,
        pods: tuple[Object, ...],
        failing: Collection[str],
        started: float,
        options: Options,
    ) -> Iterable[Logs]:
        """Return the logs to read now; `started` is the server's time at the engine's time 0.

        The log of a pod that is gone is read for a moment longer: its last lines may come late.
        """
        self._update_names(pods, options)
        if not (options.logs or failing or self._open):
            # Only the logs of failing pods are read, as evidence.
            self._leaving = {}
            return ()
        self._chosen = choose_pods(pods, failing, self._chosen, max_pods(options))
        capped = cap_streams(
            log_wants(pods, self._chosen, failing, started, options),
            self._open.__contains__,
            failing,
            options.max_log_streams,
        )
        streams = {want.stream: want for want, _ in capped}
        self._shown.update(want.stream for want, shown in capped if shown)
        self._shown.difference_update(want.stream for want, shown in capped if not shown)
        living = {uid(pod) for pod in pods}
        gone = [want for want in self._open.values() if want.uid not in living]
        self._leaving = {
            want.stream: self._leaving.get(want.stream, at + EVIDENCE_WAIT) for want in gone
        }
        streams.update({want.stream: want for want in gone if at < self._leaving[want.stream]})
        self._open = streams
        self._shown.intersection_update(streams)
        return streams.values()

    def close(self) -> None:
        """Close the streams of pods of another revision at once."""
        self._open = {}

    def container_names(self, pods: Iterable[Object]) -> set[str]:
        """Return the names of the containers of these pods, and of all pods before."""
        return self._names.union(c.name for pod in pods for c in containers_with_logs(pod))

    def _update_names(self, pods: Iterable[Object], options: Options) -> None:
        """Store the names of all containers, because patterns may apply to one container."""
        names = self.container_names(pods)
        if not names <= self._names or options is not self._options:
            self._names = names
            self._options = options
            self._filters.clear()

    def shown(self, stream: Stream, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        """Return the lines that the user wants to see."""
        if stream not in self._shown:
            return ()
        _, container = stream
        if container not in self._filters:
            self._filters[container] = line_filter(container, self._names, self._options)
        matching = self._filters[container](lines)
        self.lines += len(lines)
        self.matching_lines += len(matching)
        return matching

    def capped_notice(self, pods: tuple[Object, ...], desired: int, options: Options) -> str:
        """Return a notice, once, if some pods have no visible logs; otherwise empty."""
        if self._has_noticed or not options.logs:
            return ''
        logs_per_pod = next(filter(None, (_count(pod, options) for pod in pods)), 0)
        if not logs_per_pod:
            return ''
        limit = max_pods(options)
        room = max(1, options.max_log_streams // logs_per_pod)
        total = max(len(pods), desired)
        if total <= min(room, total if limit is None else limit):
            return ''
        self._has_noticed = True
        if limit is not None and limit <= room:
            return f'logs of {limit} of {total} pods are shown (--logs-all shows all)'
        return f'logs of {room} of {total} pods are shown (--max-log-streams raises the limit)'

    @property
    def deadlines(self) -> Iterable[float]:
        """The times when the logs of deleted pods may be closed."""
        return self._leaving.values()


def _count(pod: Object, options: Options) -> int:
    """Return the number of logs of a pod that are shown now."""
    if _is_done(pod, options):
        return 0
    return sum(
        container.has_started and is_shown(container.name, options)
        for container in containers_with_logs(pod)
    )
