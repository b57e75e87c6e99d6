"""Evidence and remedy of each code: the text of docs/codes.md."""

from __future__ import annotations

from typing import NamedTuple


class CodeDoc(NamedTuple):
    """The documentation of a code in Markdown.

    - `evidence`: what the cluster shows.
    - `remedy`: what to do.
    """

    evidence: str
    remedy: str


CODE_DOCS = {
    'CrashLoop': CodeDoc(
        'A container ends with an exit code other than 0, again and again; the kubelet says '
        '`CrashLoopBackOff` in between.',
        'Read the last words of its log, which are printed; then `kubectl logs --previous`.',
    ),
    'OOMKilled': CodeDoc(
        'A container ends with the reason `OOMKilled`: it used more memory than its limit, or '
        'than its node had.',
        'Raise `resources.limits.memory`, or make the program use less.',
    ),
    'CommandNotFound': CodeDoc(
        'The runtime cannot find the command (`no such file or directory`, `not found in $PATH`), '
        'or the shell ends with 127.',
        'Correct `command` or `args`; the image may lack a shell, or have the file elsewhere.',
    ),
    'ExecFailed': CodeDoc(
        'The runtime cannot start the command for another reason (`StartError`, '
        '`RunContainerError`).',
        'The words of the runtime say what is wrong; often it is a working directory or a mount.',
    ),
    'PermissionDenied': CodeDoc(
        'The command may not be executed (`permission denied`), or the shell ends with 126.',
        'Make the file executable in the image, or correct `runAsUser` and mount options.',
    ),
    'WrongArchitecture': CodeDoc(
        'The runtime says `exec format error`: the program is for another processor.',
        'Build the image for the architecture of the nodes, or select nodes that fit.',
    ),
    'PostStartHook': CodeDoc(
        'A container is killed because its postStart hook failed (`FailedPostStartHook`).',
        'The words of the hook are printed; it runs beside the main process, which may not '
        'be up yet.',
    ),
    'ExitsNormally': CodeDoc(
        'A container that has to run for ever ends with 0, again and again.',
        'Keep the process in the foreground; work that ends belongs into a Job.',
    ),
    'ContainerFailed': CodeDoc(
        'A container of a pod that restarts nothing has ended with an error. It is the reason that '
        'is told where the Pod, or the Job it is of, has failed.',
        'Read its log; the pod will not run again.',
    ),
    'LivenessProbeFailed': CodeDoc(
        'The kubelet kills a container because its liveness probe fails (`Unhealthy`, `Killing`).',
        'Compare the probe with what the program serves; give a slow start a `startupProbe`.',
    ),
    'StartupProbeFailed': CodeDoc(
        'The kubelet kills a container because its startup probe never succeeds.',
        'Raise `failureThreshold` or `periodSeconds`, or correct what is probed.',
    ),
    'NotReady': CodeDoc(
        'A container runs, and its readiness probe fails. It explains why a rollout does '
        'not go on.',
        'The last answer of the probe is printed: correct the probe, or what it asks.',
    ),
    'InvalidImageName': CodeDoc(
        'The kubelet says `InvalidImageName`: the name cannot be parsed.',
        'Correct the name; capital letters and a trailing colon are not allowed.',
    ),
    'ImageNeverPull': CodeDoc(
        'The image is not on the node, and `imagePullPolicy: Never` forbids pulling it.',
        'Load the image onto the nodes, or change the policy.',
    ),
    'ImageNotFound': CodeDoc(
        'The registry answers that it does not have the image or the tag (`ErrImagePull`, '
        '`ImagePullBackOff`).',
        'Check name and tag, and that the image was pushed before the rollout.',
    ),
    'ImageUnauthorized': CodeDoc(
        'The registry refuses the credentials, or asks for some.',
        'Check `imagePullSecrets` of the pod and of its service account; private images often look '
        'as if they did not exist.',
    ),
    'RegistryUnreachable': CodeDoc(
        'The registry cannot be reached: name, connection, time-out or TLS.',
        'Check the host in the image name, DNS and the network of the node.',
    ),
    'ImageRateLimited': CodeDoc(
        'The registry limits pulls (`429`, `toomanyrequests`).',
        'Wait, authenticate, or use a mirror.',
    ),
    'ConfigMapMissing': CodeDoc(
        'A container or a volume refers to a ConfigMap that does not exist.',
        'Create it, or correct the name; the nearest existing name is printed.',
    ),
    'SecretMissing': CodeDoc(
        'A container or a volume refers to a Secret that does not exist. While an ExternalSecret, '
        'SealedSecret or Certificate is at work on it, it has 5m.',
        'Create it, or correct the name; look at what should make it.',
    ),
    'KeyMissing': CodeDoc(
        'The ConfigMap or Secret exists, and lacks the key.',
        'Add the key, or correct its name; the nearest key of a ConfigMap is printed.',
    ),
    'RunAsNonRoot': CodeDoc(
        '`runAsNonRoot` is set, and the image runs as root or as a user by name.',
        'Set `runAsUser` to a number other than 0, or use an image with such a user.',
    ),
    'InvalidConfig': CodeDoc(
        'The kubelet cannot create the container from its specification '
        '(`CreateContainerConfigError`, `CreateContainerError`).',
        'The words of the kubelet say which field is wrong.',
    ),
    'Unschedulable': CodeDoc(
        'No node takes the pod (`FailedScheduling`), or no scheduler looks at it. An autoscaler at '
        'work stretches the time, a nominated node and pods that are going stop the clock.',
        'The parts say what lacks on how many nodes: room, tolerations, labels, ports.',
    ),
    'VolumeMissing': CodeDoc(
        'The pod refers to a volume claim that does not exist, or whose volume is gone.',
        'Create the claim, or correct its name; the nearest existing one is printed.',
    ),
    'VolumeInvalid': CodeDoc(
        'A volume cannot be used as the pod asks (a path of the wrong type, a claim that '
        'is going).',
        'The words of the kubelet say what is wrong with it.',
    ),
    'PVCPending': CodeDoc(
        'A volume claim is not bound. Without a storage class, or a class that exists, it has 30s.',
        'Correct the class, or look at what its provisioner says; the classes there are '
        'are printed.',
    ),
    'MountFailed': CodeDoc(
        'The kubelet cannot mount a volume (`FailedMount`) for a reason of the storage.',
        'The words of the driver are printed; check that it runs on the node.',
    ),
    'AttachFailed': CodeDoc(
        'A volume cannot be attached to the node (`FailedAttachVolume`).',
        'It may still be attached elsewhere: look for the pod that holds it.',
    ),
    'QuotaExceeded': CodeDoc(
        'The API server refuses a pod: `exceeded quota`. The clock stops while pods that it '
        'charges are going.',
        'Free what is used, ask for less, or raise the quota; what is left is printed.',
    ),
    'LimitRange': CodeDoc(
        'The API server refuses a pod: its requests or limits are outside of a LimitRange.',
        'Correct the resources of the container that is named.',
    ),
    'PodSecurity': CodeDoc(
        'The API server refuses a pod: it `violates PodSecurity`, or no security context '
        'constraint allows it.',
        'Set the fields that are named, or change the level of the namespace.',
    ),
    'WebhookDenied': CodeDoc(
        'An admission webhook or policy denies the pod; its answer is printed.',
        'Do what it asks, or ask those who run it.',
    ),
    'WebhookUnreachable': CodeDoc(
        'An admission webhook does not answer, and its `failurePolicy` is Fail.',
        'Look at the pods behind its service; whether any is ready is printed.',
    ),
    'ServiceAccountMissing': CodeDoc(
        'The pod names a service account that does not exist.',
        'Create it, or correct the name; the nearest existing one is printed.',
    ),
    'PriorityClassMissing': CodeDoc(
        'The pod names a PriorityClass that does not exist.',
        'Create it, or correct the name; the nearest existing one is printed.',
    ),
    'CreateFailed': CodeDoc(
        'The API server refuses the pod for another reason (`FailedCreate`).',
        'Its words are printed.',
    ),
    'NodeNotReady': CodeDoc(
        'The node of a pod does not answer: it is not ready, is lost, or never took the pod up.',
        'Look at the node; after 5m its pods are replaced elsewhere, but not those of a '
        'StatefulSet.',
    ),
    'SandboxFailed': CodeDoc(
        'The node cannot set up the network or the sandbox of the pod (`FailedCreatePodSandBox`).',
        'Look at the network plugin of the node; a RuntimeClass may need a handler it lacks.',
    ),
    'Evicted': CodeDoc(
        'Its node puts pods of this revision out, again and again: it lacks memory, disk or PIDs.',
        'Set requests that are true, and look at what fills the node.',
    ),
    'Preempted': CodeDoc(
        'Pods of this revision have to make room for others of higher priority, again and again.',
        'Give them a priority, or add room.',
    ),
    'NodeShutdown': CodeDoc(
        'Pods of this revision are ended by the shutdown of their nodes, again and again.',
        'Look at what restarts the nodes.',
    ),
    'OutOfResources': CodeDoc(
        'A node refuses pods that the scheduler gave it (`OutOfcpu`, `NodeAffinity`, '
        '`UnexpectedAdmissionError`), again and again.',
        'Something else takes the room: static pods, or a second scheduler.',
    ),
    'ProgressDeadlineExceeded': CodeDoc(
        'The Deployment itself says that it made no progress within `progressDeadlineSeconds`, and '
        'says it of the revision that is rolled out.',
        'What it waits for is printed with it.',
    ),
    'StuckOnOldPod': CodeDoc(
        'An old pod is broken, and the StatefulSet replaces none before it is ready '
        '(`podManagementPolicy: OrderedReady`).',
        'Delete the old pod: it comes back with the new revision.',
    ),
    'TerminatingPods': CodeDoc(
        'Old pods are still going. It explains what new ones wait for, and what '
        '`--wait-for-termination` waits for.',
        'A finalizer, the grace period or a preStop hook is named.',
    ),
    'Partitioned': CodeDoc(
        'A StatefulSet keeps pods that are not ready at the old revision, as its partition says.',
        'Lower the partition, or mend the old revision.',
    ),
    'ConditionFailed': CodeDoc(
        'A custom resource tells of an error in a condition or a phase (`Ready=False` with '
        '`ReconcileError`, `Degraded=True`, `Stalled=True`). How long that may stand depends on '
        'the word: 10s for a phase that is failed, 30s for an error, 5m where it may pass.',
        'The words of the controller are printed; its own log tells more.',
    ),
    'InitNotFinished': CodeDoc(
        'An init container is still running. It explains what the pod waits for.',
        'Read its log: it may wait for something that is not there.',
    ),
    'BackoffLimitExceeded': CodeDoc(
        'The Job says that its pods failed more often than `backoffLimit` allows.',
        'The cause of the failed pod is printed with it.',
    ),
    'DeadlineExceeded': CodeDoc(
        'The Job ran longer than `activeDeadlineSeconds`.',
        'Raise the deadline, or look at what takes so long.',
    ),
    'PodFailurePolicy': CodeDoc(
        'A pod failed in a way that the `podFailurePolicy` of the Job makes final.',
        'The rule and the pod are named.',
    ),
    'FailedIndexes': CodeDoc(
        'An Indexed Job ended, and some of its indexes had failed for good.',
        'The indexes are named.',
    ),
    'MaxFailedIndexesExceeded': CodeDoc(
        'More indexes of an Indexed Job failed than `maxFailedIndexes` allows.',
        'The indexes are named.',
    ),
    'JobFailed': CodeDoc(
        'The Job failed for a reason that its own controller gives (`managedBy`).',
        'Its words are printed.',
    ),
}
