"""Find the field of a manifest that a cause is about."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.manifests.line_nodes import Node
from kubectl_dog.model.causes import Cause

_POD_SPECS = (
    ('spec', 'template', 'spec'),
    ('spec', 'jobTemplate', 'spec', 'template', 'spec'),
    ('spec',),
)
_REFERENCES = {
    'ConfigMapMissing': (('configMapRef', 'configMapKeyRef', 'configMap'), ('name',)),
    'SecretMissing': (('secretRef', 'secretKeyRef', 'secret'), ('name', 'secretName')),
}
_KEY_REFERENCES = ('configMapKeyRef', 'secretKeyRef', 'items')
# Fields of a container, the best one first.
_CONTAINER_FIELDS = {
    'InvalidImageName': ('image',),
    'ImageNeverPull': ('imagePullPolicy', 'image'),
    'ImageNotFound': ('image',),
    'ImageUnauthorized': ('image',),
    'RegistryUnreachable': ('image',),
    'ImageRateLimited': ('image',),
    'WrongArchitecture': ('image',),
    'OOMKilled': ('resources.limits.memory', 'resources.limits', 'resources'),
    'LivenessProbeFailed': ('livenessProbe',),
    'StartupProbeFailed': ('startupProbe',),
    'NotReady': ('readinessProbe',),
    'PostStartHook': ('lifecycle.postStart', 'lifecycle'),
    'CommandNotFound': ('command', 'args'),
    'ExecFailed': ('command', 'args'),
    'PermissionDenied': ('command', 'args'),
    'RunAsNonRoot': ('securityContext.runAsNonRoot', 'securityContext'),
}
# Fields of the pod template.
_POD_FIELDS = {
    'RunAsNonRoot': ('securityContext.runAsNonRoot', 'securityContext'),
    'PodSecurity': ('securityContext',),
    'ServiceAccountMissing': ('serviceAccountName', 'serviceAccount'),
    'PriorityClassMissing': ('priorityClassName',),
    'NotReady': ('readinessGates',),
}
# Fields of the object.
_OBJECT_FIELDS = {
    'ProgressDeadlineExceeded': ('spec.progressDeadlineSeconds',),
    'BackoffLimitExceeded': ('spec.backoffLimit',),
    'DeadlineExceeded': ('spec.activeDeadlineSeconds', 'spec.template.spec.activeDeadlineSeconds'),
    'PodFailurePolicy': ('spec.podFailurePolicy',),
    'QuotaExceeded': ('spec.replicas',),
}
_VOLUMES = ('VolumeMissing', 'VolumeInvalid', 'PVCPending', 'MountFailed', 'AttachFailed')
_RESOURCES = ('QuotaExceeded', 'LimitRange')
# Words in messages of the scheduler, and the fields that these messages are about.
_SCHEDULING = {
    'nsufficient': ('resources',),
    'affinity': ('affinity', 'nodeSelector'),
    'selector': ('nodeSelector', 'affinity'),
    'topology': ('topologySpreadConstraints',),
    'taint': ('tolerations',),
}


class _Template(NamedTuple):
    """An object, its pod template and the containers in it.

    `is_same` compares the name of an object in the cluster with that in the manifest.
    """

    document: Node
    pod_spec: Node | None
    containers: list[Node]
    is_same: Callable[[str, str], bool]


def find_field(document: Node, cause: Cause | None, is_same: Callable[[str, str], bool]) -> Node:
    """Return the node that the cause is about; that of the object if no field fits."""
    specs = (document.get(*path) for path in _POD_SPECS)
    pod_spec = next((spec for spec in specs if spec and spec.get('containers')), None)
    containers = []
    if pod_spec:
        containers = [*pod_spec.items('containers'), *pod_spec.items('initContainers')]
    template = _Template(document, pod_spec, containers, is_same)
    field = next(_candidates(template, cause), None) if cause else None
    return field or document


def _candidates(template: _Template, cause: Cause) -> Iterator[Node]:
    """Yield the nodes that the cause may be about, the best one first."""
    own = [item for item in template.containers if item.text('name') == cause.subject]
    for container in own:
        yield from _fields(container, _CONTAINER_FIELDS.get(cause.code, ()))
    if template.pod_spec:
        yield from _referenced(template, template.pod_spec, cause)
        yield from _fields(template.pod_spec, _POD_FIELDS.get(cause.code, ()))
        yield from _of_scheduling(template, template.pod_spec, cause)
    if cause.code in _RESOURCES and ('cpu' in cause.message or 'memory' in cause.message):
        yield from _resources(template)
    yield from _fields(template.document, _OBJECT_FIELDS.get(cause.code, ()))
    if cause.code in _RESOURCES:
        yield from _resources(template)
    yield from own


def _fields(node: Node, names: tuple[str, ...]) -> Iterator[Node]:
    for name in names:
        field = node.get(*name.split('.'))
        if field:
            yield field


def _resources(template: _Template) -> Iterator[Node]:
    for container in template.containers:
        yield from _fields(container, ('resources',))


def _referenced(template: _Template, pod_spec: Node, cause: Cause) -> Iterator[Node]:
    """Yield references to a missing object or key, and volumes."""
    # In volumes, the subject is `volume/NAME`.
    name = cause.subject.rpartition('/')[2]
    keys, fields = _REFERENCES.get(cause.code, ((), ()))
    if cause.code == 'KeyMissing':
        keys, fields = _KEY_REFERENCES, ('key',)
        holder = cause.subject.partition('/')[0]
    for key, node in pod_spec.mappings():
        if key not in keys:
            continue
        for field in fields:
            value = node.get(field)
            is_same = template.is_same if field != 'key' else str.__eq__
            if not value or not isinstance(value.value, str) or not is_same(name, value.value):
                continue
            if (
                field != 'key'
                or not node.text('name')
                or template.is_same(holder, node.text('name'))
            ):
                yield value
    if cause.code in _VOLUMES:
        yield from _volumes(template, pod_spec, cause.subject)


def _volumes(template: _Template, pod_spec: Node, subject: str) -> Iterator[Node]:
    """Yield volumes by their name or claim; claims of a StatefulSet are in its templates."""
    for volume in pod_spec.items('volumes'):
        claim = volume.get('persistentVolumeClaim', 'claimName')
        if claim and template.is_same(subject, volume.text('persistentVolumeClaim', 'claimName')):
            yield claim
        elif volume.text('name') == subject:
            yield volume
    for claim in template.document.items('spec', 'volumeClaimTemplates'):
        name = claim.text('metadata', 'name')
        if name and (subject == name or subject.startswith(f'{name}-')):
            yield claim


def _of_scheduling(template: _Template, pod_spec: Node, cause: Cause) -> Iterator[Node]:
    if cause.code == 'Unschedulable':
        for text, fields in _SCHEDULING.items():
            if text in cause.message:
                yield from _resources(template) if 'resources' in fields else ()
                yield from _fields(pod_spec, fields)
