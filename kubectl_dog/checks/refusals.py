"""Find missing objects for which the API server refuses the pods of a workload."""

from __future__ import annotations

from kubectl_dog.causes import creation
from kubectl_dog.causes.admission_errors import parse_admission_error
from kubectl_dog.causes.admission_lookups import PRIORITY_CLASSES
from kubectl_dog.causes.admission_lookups import SERVICE_ACCOUNTS
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource

RUNTIME_CLASSES = Resource(
    'node.k8s.io', 'v1', 'runtimeclasses', 'RuntimeClass', 'runtimeclass', namespaced=False
)
# The names that the API server and its controllers always create.
_DEFAULT_ACCOUNT = 'default'
_SYSTEM_CLASSES = ('system-cluster-critical', 'system-node-critical')


def refused(context: CheckContext, template: PodTemplate, message: str) -> Cause:
    """Return the cause that a rollout has if the API server refuses its pods with a message."""
    refusal = parse_admission_error(message)
    return creation.cause_of(
        context.view(template.target), template.workload, 'FailedCreate', refusal
    )


def find_missing_account(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the cause of a missing ServiceAccount."""
    spec, namespace = template.pod['spec'], template.target.namespace
    account = get_str(spec, 'serviceAccountName') or get_str(spec, 'serviceAccount')
    if account in ('', _DEFAULT_ACCOUNT):
        return
    accounts = yield from context.list(SERVICE_ACCOUNTS, namespace)
    if accounts is not None and account not in accounts:
        message = f'error looking up service account: serviceaccount "{account}" not found'
        yield refused(context, template, message)


def find_missing_classes(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the causes of a missing PriorityClass and a missing RuntimeClass."""
    priority = get_str(template.pod, 'spec', 'priorityClassName')
    if priority and priority not in _SYSTEM_CLASSES:
        classes = yield from context.list(PRIORITY_CLASSES, '')
        if classes is not None and priority not in classes:
            message = f'no PriorityClass with name {priority} was found'
            yield refused(context, template, message)
    runtime = get_str(template.pod, 'spec', 'runtimeClassName')
    if runtime:
        classes = yield from context.list(RUNTIME_CLASSES, '')
        if classes is not None and runtime not in classes:
            yield refused(context, template, f'pod rejected: RuntimeClass "{runtime}" not found')
