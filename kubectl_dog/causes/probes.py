"""Find running containers that fail readiness probes, and unmet readiness gates ("probes").

Containers that a probe kills are diagnosed in `exit_reasons`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.kube_event_queries import events_about_container
from kubectl_dog.causes.probe_evidence import describe_probe
from kubectl_dog.causes.probe_evidence import last_answer
from kubectl_dog.causes.probe_evidence import spec_of
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.views import View


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield informational causes for the failing readiness probes and gates of one pod."""
    yield from _unmet_gates(view, pod)
    for container in containers(pod):
        if container.running and not container.status.get('ready'):
            events = events_about_container(view, pod, container.name)
            answer = last_answer(events, 'Readiness')
            if answer is not None:
                probe = describe_probe(spec_of(container, 'Readiness'))
                message = f'container "{container.name}" is running, but its readiness probe fails'
                yield Cause(
                    code='NotReady',
                    reason='Unhealthy',
                    subject=container.name,
                    message=f'{message} ({probe}): {answer}',
                    pods=(name(pod),),
                    suggested_commands=(
                        f'kubectl describe pod -n {view.target.namespace} {name(pod)}',
                    ),
                )


def _unmet_gates(view: View, pod: Object) -> Iterator[Cause]:
    """Yield a cause for each readiness gate that blocks a pod whose containers are ready."""
    if condition(pod, 'ContainersReady').get('status') != 'True' or is_ready(pod):
        return
    for gate in get_dicts(pod, 'spec', 'readinessGates'):
        kind = get_str(gate, 'conditionType')
        entry = condition(pod, kind)
        if entry.get('status') == 'True':
            continue
        status = get_str(entry, 'status') or 'not set'
        details = ': '.join(filter(None, (get_str(entry, 'reason'), message_of(entry))))
        yield Cause(
            code='NotReady',
            reason='ReadinessGatesNotReady',
            subject=kind,
            message=f'readiness gate "{kind}" is {status}{": " if details else ""}{details}',
            pods=(name(pod),),
            suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
        )
