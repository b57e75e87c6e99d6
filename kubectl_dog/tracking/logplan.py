"""Which logs to read: three pods of a revision and every failing one, until a pod is ready.

To follow is to read them all, to their end.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import text
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.wants import Logs
from kubectl_dog.tracking.patience import EVIDENCE

PODS_PER_REVISION = 3

# `follow` shows every pod, up to as many as a person could ever read.
PODS_FOLLOWED = 100


def choose(
    pods: Iterable[Object],
    failing: Collection[str],
    chosen: Collection[str],
    limit: int = PODS_PER_REVISION,
) -> frozenset[str]:
    """The uids of the pods to stream: those chosen before that still live, the oldest up to
    `limit`, and the failing ones (`failing` are names).
    """
    living = sorted(pods, key=lambda pod: (created(pod), name(pod)))
    kept = [uid(pod) for pod in living if uid(pod) in chosen]
    room = limit - len(kept)
    others = [uid(pod) for pod in living if uid(pod) not in chosen]
    more = [uid(pod) for pod in living if name(pod) in failing]
    return frozenset([*kept, *others[: max(0, room)], *more])


def wants(
    pods: Iterable[Object],
    chosen: Collection[str],
    failing: Collection[str],
    started: float,
    options: Options,
) -> Iterator[Logs]:
    """The streams of the chosen pods; `started` is the server's time at which tracking began."""
    since = None if options.since is None else started - options.since
    for pod in pods:
        done = not options.follow and _is_done(pod) and name(pod) not in failing
        if uid(pod) not in chosen or done:
            continue
        for container in containers(pod):
            if container.has_started:
                yield Logs(
                    namespace=text(pod, 'metadata', 'namespace'),
                    pod=name(pod),
                    uid=uid(pod),
                    container=container.name,
                    restarts=container.restarts,
                    running=container.running,
                    since=since,
                    tail=options.tail,
                )


def _is_done(pod: Object) -> bool:
    """Ready by a probe: one without may die in the next moment, and its words are needed then."""
    probed = all(c.spec.get('readinessProbe') for c in containers(pod) if c.role == 'app')
    return probed and is_ready(pod)


class Streams:
    """The log streams of one target; remembers which pods were chosen, and which have just gone."""

    def __init__(self) -> None:
        self._chosen: frozenset[str] = frozenset()
        self._open: dict[tuple[str, str], Logs] = {}
        self._leaving: dict[tuple[str, str], float] = {}

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
        most = PODS_FOLLOWED if options.follow else PODS_PER_REVISION
        self._chosen = choose(pods, failing, self._chosen, most)
        streams = {
            want.stream: want for want in wants(pods, self._chosen, failing, started, options)
        }
        living = {uid(pod) for pod in pods}
        gone = [one for one in self._open.values() if one.uid not in living]
        self._leaving = {
            want.stream: self._leaving.get(want.stream, at + EVIDENCE) for want in gone
        }
        streams.update({one.stream: one for one in gone if at < self._leaving[one.stream]})
        self._open = streams
        return streams.values()

    @property
    def deadlines(self) -> Iterable[float]:
        """When a log that was kept open may be closed."""
        return self._leaving.values()
