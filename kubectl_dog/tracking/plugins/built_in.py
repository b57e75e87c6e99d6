"""Entry points of kubectl-dog itself, as in setup.cfg.

They are listed here, because importlib.metadata takes a tenth of the time of a finished rollout.
"""

from __future__ import annotations

from collections.abc import Mapping

_KINDS = 'kubectl_dog.trackers.kinds'

_MODULES = {
    'Deployment.apps': 'deployment',
    'Pod': 'pod',
    'StatefulSet.apps': 'statefulset',
    'DaemonSet.apps': 'daemonset',
    'ReplicaSet.apps': 'replicaset',
    'ReplicationController': 'replicaset',
    'Job.batch': 'job',
    'CronJob.batch': 'cronjob',
    'Service': 'service',
    'Ingress.networking.k8s.io': 'ingress',
    'PersistentVolumeClaim': 'persistentvolumeclaim',
    'PersistentVolume': 'persistentvolume',
    'HorizontalPodAutoscaler.autoscaling': 'horizontalpodautoscaler',
    'PodDisruptionBudget.policy': 'poddisruptionbudget',
    'CustomResourceDefinition.apiextensions.k8s.io': 'customresourcedefinition',
    'APIService.apiregistration.k8s.io': 'apiservice',
    'Namespace': 'namespace',
    'Node': 'node',
    'CertificateSigningRequest.certificates.k8s.io': 'certificatesigningrequest',
    'ResourceQuota': 'resourcequota',
    'Secret': 'secret',
}

# Kinds that are ready as soon as they exist.
_EXISTING = (
    'ConfigMap',
    'ServiceAccount',
    'LimitRange',
    'PodTemplate',
    'Endpoints',
    'EndpointSlice.discovery.k8s.io',
    'ControllerRevision.apps',
    'NetworkPolicy.networking.k8s.io',
    'IngressClass.networking.k8s.io',
    'Role.rbac.authorization.k8s.io',
    'RoleBinding.rbac.authorization.k8s.io',
    'ClusterRole.rbac.authorization.k8s.io',
    'ClusterRoleBinding.rbac.authorization.k8s.io',
    'StorageClass.storage.k8s.io',
    'CSIDriver.storage.k8s.io',
    'VolumeAttributesClass.storage.k8s.io',
    'PriorityClass.scheduling.k8s.io',
    'RuntimeClass.node.k8s.io',
    'Lease.coordination.k8s.io',
    'MutatingWebhookConfiguration.admissionregistration.k8s.io',
    'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
    'ValidatingAdmissionPolicy.admissionregistration.k8s.io',
    'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io',
    'MutatingAdmissionPolicy.admissionregistration.k8s.io',
    'MutatingAdmissionPolicyBinding.admissionregistration.k8s.io',
    'FlowSchema.flowcontrol.apiserver.k8s.io',
    'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io',
)

TRACKERS: Mapping[str, str] = {
    **{kind: f'{_KINDS}.{module}' for kind, module in _MODULES.items()},
    **dict.fromkeys(_EXISTING, f'{_KINDS}.exists'),
}

CONNECTIONS: Mapping[str, str] = {
    'kubeconfig': 'kubectl_dog.cluster.connections.kubeconfig_connection:connect',
    'kubernetes': 'kubectl_dog.cluster.connections.official_client:connect',
}
