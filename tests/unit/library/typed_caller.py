"""A caller for mypy --strict, run by `.ci/run`. An unused ignore is an error."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import kubectl_dog
from kubectl_dog.library import follow
from kubectl_dog.library import rollout
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.items import LogLine

if TYPE_CHECKING:
    from kubectl_dog.model.events import Event

OPTIONS = kubectl_dog.Options(timeout=60.0)


def commands() -> int:
    codes: list[int] = []
    try:
        result = kubectl_dog.rollout(['deploy/web'], namespace='shop', options=OPTIONS)
    except kubectl_dog.TrackError as error:
        facts: list[tuple[str, ...]] = [ended.explanation.facts for ended in error.result.ended]
        codes.append(error.result.exit_code + len(facts))
    else:
        codes += [int(verdict is kubectl_dog.Verdict.READY) for _, verdict in result.verdicts]
    states: list[State] = [status.state for status in kubectl_dog.status(files=['web.yaml'])]
    kubectl_dog.follow('job/web', kube=kubectl_dog.connect(context='a'), check=False)
    return kubectl_dog.multitrack({'Jobs': []}, OPTIONS, kube='a').exit_code + len(states)


def feed() -> kubectl_dog.DeploymentStatus:
    deployment_feed = kubectl_dog.DeploymentFeed()

    @deployment_feed.on_container_log_chunk
    def read(chunk: kubectl_dog.ContainerLogChunk) -> None:
        lines: tuple[LogLine, ...] = chunk.log_lines
        if lines:
            raise kubectl_dog.StopTrack

    @deployment_feed.on_added
    def added(is_ready: bool) -> None:
        deployment_feed.stop()

    deployment_feed.on_status_report(lambda status: status.pods)
    deployment_feed.on_ready(None)
    deployment_feed.track('web', 'shop', None, OPTIONS)
    return deployment_feed.get_status()


def per_kind() -> None:
    rollout.track_deployment('web', 'shop', options=OPTIONS, output=sys.stdout)
    follow.track_pod('web', on_event=print)


async def stream() -> Event | None:
    async with kubectl_dog.Session('deploy', selector='app=web') as session:
        async for event in session:
            if isinstance(event, RunEnded):
                return event
    return None


def wrong() -> None:
    kubectl_dog.rolout('deploy/web')  # type: ignore[attr-defined]
    kubectl_dog.rollout('deploy/web', nmaespace='shop')  # type: ignore[call-arg]
    kubectl_dog.Options(timeout='5m')  # type: ignore[arg-type]
    kubectl_dog.PodFeed().on_failed(lambda: None)  # type: ignore[type-var]
    print(kubectl_dog.PodFeed().get_status().pods)  # type: ignore[attr-defined]


if __name__ == '__main__':
    asyncio.run(stream())
