"""Find running containers that fail readiness probes (family "probes").

Containers that a probe kills are diagnosed in `exit_reasons`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.views import View

_FAILED = 'Readiness probe failed: '


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield informational causes for the failing readiness probes of one pod."""
    for container in containers(pod):
        if container.running and not container.status.get('ready'):
            answer = _last_answer(view, pod, container)
            if answer is not None:
                message = f'container {container.name} runs, but its readiness probe fails'
                yield Cause(
                    code='NotReady',
                    reason='Unhealthy',
                    subject=container.name,
                    message=f'{message} ({_describe_probe(container)}): {answer}',
                    pods=(name(pod),),
                    suggested_commands=(
                        f'kubectl describe pod -n {view.target.namespace} {name(pod)}',
                    ),
                )


def _last_answer(view: View, pod: Object, container: Container) -> str | None:
    """The last answer of the probe; None if it has not failed."""
    field = f'{{{container.name}}}'
    for event in reversed(view.kube_events_by_uid.get(uid(pod), ())):
        message = message_of(event)
        is_about_container = get_str(event, 'involvedObject', 'fieldPath').endswith(field)
        if (
            is_about_container
            and event.get('reason') == 'Unhealthy'
            and message.startswith(_FAILED)
        ):
            return message[len(_FAILED) :].strip() or 'no word'
    return None


def _describe_probe(container: Container) -> str:
    """The probe in short: `http :8080/healthz`."""
    probe = get_dict(container.spec, 'readinessProbe')
    http, tcp, grpc = (get_dict(probe, kind) for kind in ('httpGet', 'tcpSocket', 'grpc'))
    if http:
        return f'http :{http.get("port")}{http.get("path", "/")}'
    if tcp or grpc:
        return f'{"tcp" if tcp else "grpc"} :{(tcp or grpc).get("port")}'
    command = get_dict(probe, 'exec').get('command') or ()
    return f'exec {" ".join(str(word) for word in command)}'[:80]
