"""Find init containers that fail or still run (family "init")."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.container_start import crash_cause
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.views import View


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the init containers of one pod."""
    for container in containers(pod):
        if container.role != 'init':
            continue
        step = f'step {container.step} of {container.steps}'
        label = f'init container "{container.name}" ({step})'
        yield from crash_cause(view, pod, container, label)
        if container.running and container.restarts == 0:
            yield Cause(
                code='InitNotFinished',
                reason='PodInitializing',
                subject=container.name,
                message=f'{label} is still running',
                pods=(name(pod),),
            )
