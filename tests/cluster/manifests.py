"""Build manifests, as dicts for the `apply` fixture.

A script is run by the image's shell. A probe is a script, too (a readiness probe, run every
second), or a probe as in a manifest. `container`, `template` and the keyword arguments
that are left are added to the container, the pod's spec, and the object's spec.
"""

from __future__ import annotations

from . import options

# Runs until SIGTERM, and then ends at once.
RUN = "trap 'exit 0' TERM; sleep 100000 & wait"


def container(script=RUN, *, name='main', image=None, probe=None, **fields):
    """A container."""
    spec = {'name': name, 'image': image or options.image(), 'command': ['sh', '-c', script]}
    if isinstance(probe, str):
        probe = {'exec': {'command': ['sh', '-c', probe]}, 'periodSeconds': 1}
    if probe:
        spec['readinessProbe'] = probe
    return {**spec, **fields}


def pod_spec(script=RUN, *, image=None, probe=None, container=None, **spec):
    """The spec of a pod with one container; a second of grace, for the tests' sake."""
    main = globals()['container'](script, image=image, probe=probe, **(container or {}))
    return {'terminationGracePeriodSeconds': 1, 'containers': [main], **spec}


def pod(name, script=RUN, *, image=None, probe=None, container=None, **spec):
    """A pod by itself."""
    return _manifest(
        'v1', 'Pod', name, pod_spec(script, image=image, probe=probe, container=container, **spec)
    )


def deployment(
    name, script=RUN, *, image=None, replicas=1, probe=None, container=None, template=None, **spec
):
    """A Deployment."""
    inner = pod_spec(script, image=image, probe=probe, container=container, **(template or {}))
    return _manifest(
        'apps/v1', 'Deployment', name, {'replicas': replicas, **_selected(name, inner), **spec}
    )


def replicaset(
    name, script=RUN, *, image=None, replicas=1, probe=None, container=None, template=None, **spec
):
    """A ReplicaSet."""
    inner = pod_spec(script, image=image, probe=probe, container=container, **(template or {}))
    return _manifest(
        'apps/v1', 'ReplicaSet', name, {'replicas': replicas, **_selected(name, inner), **spec}
    )


def statefulset(
    name, script=RUN, *, image=None, replicas=1, probe=None, container=None, template=None, **spec
):
    """A StatefulSet."""
    inner = pod_spec(script, image=image, probe=probe, container=container, **(template or {}))
    return _manifest(
        'apps/v1',
        'StatefulSet',
        name,
        {'replicas': replicas, 'serviceName': name, **_selected(name, inner), **spec},
    )


def daemonset(name, script=RUN, *, image=None, probe=None, container=None, template=None, **spec):
    """A DaemonSet."""
    inner = pod_spec(script, image=image, probe=probe, container=container, **(template or {}))
    return _manifest('apps/v1', 'DaemonSet', name, {**_selected(name, inner), **spec})


def job(name, script='true', *, image=None, container=None, template=None, **spec):
    """A Job whose pods are not restarted."""
    spec_of_pod = {'restartPolicy': 'Never', **(template or {})}
    inner = pod_spec(script, image=image, container=container, **spec_of_pod)
    return _manifest(
        'batch/v1',
        'Job',
        name,
        {'template': {'metadata': {'labels': {'app': name}}, 'spec': inner}, **spec},
    )


def configmap(name, **data):
    """A ConfigMap."""
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name}, 'data': data}


def _manifest(version, kind, name, spec):
    return {
        'apiVersion': version,
        'kind': kind,
        'metadata': {'name': name, 'labels': {'app': name}},
        'spec': spec,
    }


def _selected(name, inner):
    labels = {'app': name}
    return {
        'selector': {'matchLabels': labels},
        'template': {'metadata': {'labels': labels}, 'spec': inner},
    }
