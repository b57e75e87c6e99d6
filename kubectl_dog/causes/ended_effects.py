"""Decide whether the effect of a cause that is not found any more is certainly over.

Between two attempts the cluster may show nothing, so a cause lasts for a moment after it was found
for the last time. It does not if all its pods are past the step that it held up.
"""

from __future__ import annotations

from kubectl_dog.causes import creation
from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.views import View

# Causes that keep a pod from getting a node.
_BEFORE_NODE = ('Unschedulable', 'PVCPending', 'VolumeMissing')
# Families of causes that keep a container from starting.
_BEFORE_START = ('image', 'configuration', 'volumes')


def is_over(view: View, assessed: Assessment, cause: Cause) -> bool:
    """Return whether a cause that is no longer found has certainly ended."""
    family = code_of(cause.code).family
    if family == 'creation':
        return creation.has_all_pods((view.object or {}, *assessed.children))
    has_node = cause.code in _BEFORE_NODE
    if not has_node and family not in _BEFORE_START and cause.code != 'SandboxFailed':
        return False
    pods = {name(pod): pod for pod in assessed.pods if name(pod) in cause.pods}
    is_past = _has_node if has_node else _is_running
    return len(pods) == len(cause.pods) > 0 and all(map(is_past, pods.values()))


def _has_node(pod: Object) -> bool:
    return bool(get_str(pod, 'spec', 'nodeName'))


def _is_running(pod: Object) -> bool:
    return all(container.running for container in containers(pod) if container.role != 'init')
