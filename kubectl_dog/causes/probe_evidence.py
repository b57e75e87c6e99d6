"""Read the evidence of failing probes: Kubernetes events, and how a container terminated.

A kubelet sends only some of many events about an object (client-go allows 25, and one more
every 5 minutes), so the events of a container that is killed again and again are not updated.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.model.items import Object
from kubectl_dog.model.min_uptime import last_run_seconds
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.pods import Container
from kubectl_dog.model.times import epoch

# Exit codes of a container that a kubelet stops: SIGKILL after the grace period, or SIGTERM.
_SIGKILL, _SIGTERM = 137, 143
_DEFAULT_GRACE, _DEFAULT_PERIOD, _DEFAULT_FAILURES = 30, 10, 3
# The server stamps objects in whole seconds.
_SLACK = 2.0


class Kill(NamedTuple):
    """A probe (`Liveness` or `Startup`) that made the kubelet kill a container.

    `is_reported` is false if only the exit code and the duration of the run indicate it.
    """

    probe: str
    is_reported: bool


def describe_probe(spec: Object) -> str:
    """The probe in short: `http :8080/healthz`."""
    http, tcp, grpc = (get_dict(spec, kind) for kind in ('httpGet', 'tcpSocket', 'grpc'))
    if http:
        return f'http :{http.get("port")}{http.get("path", "/")}'
    if tcp or grpc:
        return f'{"tcp" if tcp else "grpc"} :{(tcp or grpc).get("port")}'
    from kubectl_dog.model.secret_texts import mask_words

    command = get_dict(spec, 'exec').get('command') or ()
    return f'exec {" ".join(mask_words([str(word) for word in command]))}'[:80]


def last_answer(kube_events: tuple[Object, ...], probe: str) -> str | None:
    """The last answer of a probe (`Liveness`) of a container; None if it has not failed."""
    prefix = f'{probe} probe failed: '
    for event in reversed(kube_events):
        message = message_of(event)
        if event.get('reason') == 'Unhealthy' and message.startswith(prefix):
            return message[len(prefix) :].strip() or 'no message'
    return None


def spec_of(container: Container, probe: str) -> Object:
    """The spec of a probe (`Liveness`) of a container; empty if it has none."""
    return get_dict(container.spec, f'{probe.lower()}Probe')


def find_kill(
    container: Container, kube_events: tuple[Object, ...], pod_grace: int = _DEFAULT_GRACE
) -> Kill | None:
    """The probe because of which the last instance of a container was killed, or None.

    `kube_events` are about the container, the oldest first.
    """
    termination = container.last_termination
    started = epoch(termination.get('startedAt')) or 0.0
    reports = [(last_seen_at(event), _reported_kill(event)) for event in kube_events]
    kills = [probe for at, probe in reports if probe and at >= started]
    if kills:
        return Kill(kills[-1], True)
    code = get_int(termination, 'exitCode')
    if termination.get('reason') == 'OOMKilled' or code not in (_SIGKILL, _SIGTERM):
        return None
    probes = [
        probe
        for probe in ('Liveness', 'Startup')
        if spec_of(container, probe) and _may_have_failed(container, probe, 0)
    ]
    # Reports about earlier instances, or of failures before a kill that was not reported.
    earlier = [
        probe
        for event in kube_events
        for probe in probes
        if _reported_kill(event) == probe or last_answer((event,), probe) is not None
    ]
    if earlier:
        return Kill(earlier[-1], True)
    is_unique = len(probes) == 1 and not spec_of(container, _other(probes[0]))
    if is_unique and code == _SIGKILL and _may_have_failed(container, probes[0], pod_grace):
        return Kill(probes[0], False)
    return None


def _other(probe: str) -> str:
    return 'Startup' if probe == 'Liveness' else 'Liveness'


def _reported_kill(event: Object) -> str:
    """`Liveness` or `Startup` if the event reports that this probe was the reason, else ''."""
    message = message_of(event) if event.get('reason') == 'Killing' else ''
    probes = (probe for probe in ('Liveness', 'Startup') if f'{probe.lower()} probe' in message)
    return next(probes, '') if 'failed' in message else ''


def _may_have_failed(container: Container, probe: str, pod_grace: int) -> bool:
    """Whether the last instance ran long enough for the probe to fail, and for the grace period."""
    spec, lived = spec_of(container, probe), last_run_seconds(container)
    failures = get_int(spec, 'failureThreshold', default=_DEFAULT_FAILURES)
    period = get_int(spec, 'periodSeconds', default=_DEFAULT_PERIOD)
    grace = get_int(spec, 'terminationGracePeriodSeconds', default=pod_grace) if pod_grace else 0
    shortest = get_int(spec, 'initialDelaySeconds') + (failures - 1) * period + grace
    return lived is not None and lived + _SLACK >= shortest
