"""Follow a Deployment with a feed until a text appears in the log of one of its pods.

python until_line.py web shop 'migrated to version'
"""

from __future__ import annotations

import sys

import kubectl_dog


def wait_for_line(name: str, namespace: str, words: str) -> str:
    """The name of the pod that wrote the text."""
    feed, pods = kubectl_dog.DeploymentFeed(), []

    @feed.on_container_log_chunk
    def read(chunk: kubectl_dog.ContainerLogChunk) -> None:
        if any(words in line.text for line in chunk.log_lines):
            pods.append(chunk.pod_name)
            raise kubectl_dog.StopTrack

    @feed.on_failed
    def fail(reason: str) -> None:
        raise RuntimeError(f'{name} has failed: {reason}')

    feed.track(name, namespace, options=kubectl_dog.Options(timeout=120.0))
    return pods[0]


if __name__ == '__main__':
    print(wait_for_line(*sys.argv[1:4]))
