"""Documentation of the codes of causes outside of pods: admission, nodes, controllers, Jobs."""

from __future__ import annotations

from kubectl_dog.causes.code_doc import CodeDoc

CONTROLLER_DOCS = {
    'QuotaExceeded': CodeDoc(
        'ResourceQuota does not allow another pod',
        'The API server rejects a pod: `exceeded quota`. The clock is paused while pods that count '
        'against the quota are terminating.',
        'Delete pods that are not needed, request less, or increase the quota. The current usage '
        'is printed.',
    ),
    'LimitRange': CodeDoc(
        'LimitRange does not allow the pod',
        'The API server rejects a pod: its requests or limits are outside a LimitRange.',
        'Correct the resources of the container that is named.',
    ),
    'PodSecurity': CodeDoc(
        'security rules do not allow the pod',
        'The API server rejects a pod: it `violates PodSecurity`, or no security context '
        'constraint allows it.',
        'Set the fields that are named, or change the level of the namespace.',
    ),
    'WebhookDenied': CodeDoc(
        'admission webhook or policy denies the pod',
        'An admission webhook or policy denies the pod. Its message is printed.',
        'Change the pod as the message requires, or ask the owner of the webhook.',
    ),
    'WebhookUnreachable': CodeDoc(
        'admission webhook does not respond',
        'An admission webhook does not respond, and its `failurePolicy` is `Fail`.',
        'Check the pods of its Service. The number of ready endpoints is printed.',
    ),
    'ServiceAccountMissing': CodeDoc(
        'ServiceAccount does not exist',
        'The pod refers to a ServiceAccount that does not exist.',
        'Create it, or correct the name. The most similar existing name is printed.',
    ),
    'PriorityClassMissing': CodeDoc(
        'PriorityClass does not exist',
        'The pod refers to a PriorityClass that does not exist.',
        'Create it, or correct the name. The most similar existing name is printed.',
    ),
    'CreateFailed': CodeDoc(
        'API server rejects the pod',
        'The API server rejects the pod for another reason (`FailedCreate`).',
        'Read the message of the API server, which is printed.',
    ),
    'NodeNotReady': CodeDoc(
        'node of the pod is not ready',
        'The node of a pod is not ready, is lost, or has not accepted the pod.',
        'Check the node. After 5m, Kubernetes replaces its pods on other nodes, except those of a '
        'StatefulSet.',
    ),
    'SandboxFailed': CodeDoc(
        'network or sandbox of the pod cannot be set up',
        'The node cannot set up the network or the sandbox of the pod (`FailedCreatePodSandBox`).',
        'Check the network plugin of the node. A RuntimeClass may need a handler that the node '
        'does not have.',
    ),
    'Evicted': CodeDoc(
        'pods are repeatedly evicted by their nodes',
        'Nodes repeatedly evict pods of this revision because memory, disk space or process IDs '
        'are low. A pod that exceeds its own limit of ephemeral storage fails at the second '
        'eviction.',
        'Set realistic requests and limits, and check what uses the resources of the node.',
    ),
    'Preempted': CodeDoc(
        'pods are repeatedly preempted',
        'Pods of this revision are repeatedly preempted by pods of higher priority.',
        'Increase their priority, or add nodes.',
    ),
    'NodeShutdown': CodeDoc(
        'pods are repeatedly terminated by node shutdowns',
        'Pods of this revision are repeatedly terminated because their nodes shut down.',
        'Check what shuts down the nodes.',
    ),
    'OutOfResources': CodeDoc(
        'pods are repeatedly rejected by their nodes',
        'Nodes repeatedly reject pods that the scheduler assigned to them (`OutOfcpu`, '
        '`NodeAffinity`, `UnexpectedAdmissionError`).',
        'Check what else uses the resources of the node: static pods, or a second scheduler.',
    ),
    'ProgressDeadlineExceeded': CodeDoc(
        'no progress within the deadline',
        'The Deployment reports no progress within `progressDeadlineSeconds` for the revision that '
        'is being rolled out.',
        'Read the cause that is printed with it.',
    ),
    'StuckOnOldPod': CodeDoc(
        'old pod that is not ready blocks the rollout',
        'An old pod is not ready, and the StatefulSet waits for it before it replaces any pod '
        '(`podManagementPolicy: OrderedReady`).',
        'Delete the old pod. The StatefulSet creates it again with the new revision.',
    ),
    'TerminatingPods': CodeDoc(
        'old pods are still terminating',
        'Old pods are still terminating. This explains why new pods are missing, or why '
        '`--wait-for-termination` waits.',
        'Check the finalizer, grace period or preStop hook that is printed.',
    ),
    'Partitioned': CodeDoc(
        'partition keeps pods at the old revision',
        'The partition of a StatefulSet keeps pods of the old revision that are not ready.',
        'Lower the partition, or fix the old revision.',
    ),
    'ConditionFailed': CodeDoc(
        'controller reports an error',
        'A custom resource has an error in a condition or phase (`Ready=False` with '
        '`ReconcileError`, `Degraded=True`, `Stalled=True`). The tolerance is 10s for a failed '
        'phase, 30s for an error, and 5m for an error that may be temporary.',
        'Read the printed message of the controller, and then the log of the controller.',
    ),
    'InitNotFinished': CodeDoc(
        'init container is still running',
        'An init container is still running. This explains what the pod waits for.',
        'Read the log of the init container. It may wait for something that does not exist.',
    ),
    'BackoffLimitExceeded': CodeDoc(
        'pods of the Job failed too often',
        'The pods of the Job failed more often than `backoffLimit` allows.',
        'Read the cause of the failed pod, which is printed with it.',
    ),
    'DeadlineExceeded': CodeDoc(
        'Job ran longer than allowed',
        'The Job ran longer than `activeDeadlineSeconds`.',
        'Increase the deadline, or check why the Job is slow.',
    ),
    'PodFailurePolicy': CodeDoc(
        'pod failed, and podFailurePolicy allows no retry',
        'A pod failed, and a rule of the `podFailurePolicy` of the Job allows no retry.',
        'Read the message, which names the rule and the pod.',
    ),
    'FailedIndexes': CodeDoc(
        'some indexes of the Job failed permanently',
        'An Indexed Job ended, and some of its indexes failed permanently.',
        'Check the pods of the indexes that are printed.',
    ),
    'MaxFailedIndexesExceeded': CodeDoc(
        'too many indexes of the Job failed',
        'More indexes of an Indexed Job failed than `maxFailedIndexes` allows.',
        'Check the pods of the indexes that are printed.',
    ),
    'JobFailed': CodeDoc(
        'controller of the Job reported a failure',
        'The Job failed for a reason that its own controller reports (`managedBy`).',
        'Read the message of the controller, which is printed.',
    ),
}
