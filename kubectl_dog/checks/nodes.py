"""Find pods that fit no node of the cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from kubectl_dog.causes import scheduling
from kubectl_dog.checks import node_selection
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Evidence
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.limit_ranges import with_defaults
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.wants import Lookup

_ANNOTATIONS = ('metadata', 'annotations')
_SCHEDULERS = ('', 'default-scheduler')
# The status of the cluster autoscaler.
_AUTOSCALER = Lookup(CONFIGMAPS, 'kube-system', 'cluster-autoscaler-status')
# Labels of nodes that are added when a pod needs them.
_ELASTIC = ('karpenter.sh/', 'eks.amazonaws.com/compute-type')
_VIRTUAL = ('type', 'virtual-kubelet')
# With this annotation of its namespace, the server adds tolerations to pods.
_TOLERATIONS = 'scheduler.alpha.kubernetes.io/defaultTolerations'


def find_unschedulable(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the cause of a pod that fits no node, even if the nodes were empty."""
    spec = get_dict(template.pod, 'spec')
    if get_str(spec, 'nodeName') or get_dicts(spec, 'schedulingGates'):
        return
    if get_str(spec, 'schedulerName') not in _SCHEDULERS or get_str(spec, 'runtimeClassName'):
        # A RuntimeClass adds tolerations and a selector to the pod.
        return
    namespace = yield from context.namespace(template.target.namespace)
    if any(get_str(obj, *_ANNOTATIONS, _TOLERATIONS) for obj in namespace.objects):
        return
    nodes = yield from context.list(NODES, '', full=True)
    pod = yield from with_defaults(context, template)
    if nodes is None:
        return
    if template.is_daemon:
        yield from _check_daemon(context, template, pod, nodes)
        return
    misfits = []
    for text in node_selection.misfits(pod, nodes.values()):
        if not text:
            return
        misfits.append(text)
    message = _scheduler_message(misfits)
    if not misfits:
        yield 'the cluster has no nodes yet'
    elif any(text in node_selection.PASSING for text in misfits):
        yield f'its pod fits no node now: {message}'
    else:
        yield from _report(context, template, pod, message)


def _check_daemon(
    context: CheckContext, template: PodTemplate, pod: Object, nodes: Mapping[str, Object]
) -> Findings:
    """Check the nodes that get a pod of a DaemonSet: those that it selects and tolerates."""
    misfits = daemon_misfits(pod, nodes.values())
    if misfits and all(misfits):
        yield from _report(context, template, pod, _scheduler_message(misfits))
    elif any(misfits):
        yield f'{sum(map(bool, misfits))} of {len(misfits)} nodes are too small for its pod'


def daemon_misfits(pod: Object, nodes: Iterable[Object]) -> list[str]:
    """Return, for each node that a DaemonSet selects, why its pod does not fit; '' if it fits."""
    every = node_selection.misfits(pod, nodes, is_daemon=True)
    return [text for text in every if not text.startswith('node(s)')]


def _report(context: CheckContext, template: PodTemplate, pod: Object, message: str) -> Findings:
    nodes = yield from context.list(NODES, '', full=True)
    if any(map(_is_elastic, (nodes or {}).values())):
        yield f'its pod fits no node, unless a new one is added: {message}'
        return
    if _AUTOSCALER not in context.answers:
        yield Evidence(_AUTOSCALER)
        return
    if context.answers[_AUTOSCALER].status != 'missing':
        yield f'its pod fits no node, unless an autoscaler adds one: {message}'
        return
    scheduled = {'status': 'False', 'reason': 'Unschedulable', 'message': message}
    yield scheduling.unschedulable(context.view(template.target), pod, scheduled)


def _scheduler_message(misfits: Sequence[str]) -> str:
    counts = Counter(misfits)
    parts = ', '.join(f'{count} {text}' for text, count in sorted(counts.items()))
    return f'0/{len(misfits)} nodes are available: {parts}.'


def _is_elastic(node: Object) -> bool:
    labels = get_dict(node, 'metadata', 'labels')
    return _VIRTUAL in labels.items() or any(key.startswith(_ELASTIC) for key in labels)
