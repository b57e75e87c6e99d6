"""How each code is recognised, and what to do about it: the text of docs/codes.md."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """`sign` is what the cluster shows, `advice` what helps; both are sentences in Markdown."""

    sign: str
    advice: str


HANDBOOK = {
    'CrashLoop': Entry(
        'A container ends with an exit code other than 0, again and again; the kubelet says '
        '`CrashLoopBackOff` in between.',
        'Read the last words of its log, which are printed; then `kubectl logs --previous`.',
    ),
    'OOMKilled': Entry(
        'A container ends with the reason `OOMKilled`: it used more memory than its limit, or '
        'than its node had.',
        'Raise `resources.limits.memory`, or make the program use less.',
    ),
    'CommandNotFound': Entry(
        'The runtime cannot find the command (`no such file or directory`, `not found in $PATH`), '
        'or the shell ends with 127.',
        'Correct `command` or `args`; the image may lack a shell, or have the file elsewhere.',
    ),
    'ExecFailed': Entry(
        'The runtime cannot start the command for another reason (`StartError`, '
        '`RunContainerError`).',
        'The words of the runtime say what is wrong; often it is a working directory or a mount.',
    ),
    'PermissionDenied': Entry(
        'The command may not be executed (`permission denied`), or the shell ends with 126.',
        'Make the file executable in the image, or correct `runAsUser` and mount options.',
    ),
    'WrongArchitecture': Entry(
        'The runtime says `exec format error`: the program is for another processor.',
        'Build the image for the architecture of the nodes, or select nodes that fit.',
    ),
    'PostStartHook': Entry(
        'A container is killed because its postStart hook failed (`FailedPostStartHook`).',
        'The words of the hook are printed; it runs beside the main process, which may not '
        'be up yet.',
    ),
    'ExitsNormally': Entry(
        'A container that has to run for ever ends with 0, again and again.',
        'Keep the process in the foreground; work that ends belongs into a Job.',
    ),
    'ContainerFailed': Entry(
        'A container of a pod that restarts nothing has ended with an error. It is the reason that '
        'is told where the Pod, or the Job it is of, has failed.',
        'Read its log; the pod will not run again.',
    ),
    'LivenessProbeFailed': Entry(
        'The kubelet kills a container because its liveness probe fails (`Unhealthy`, `Killing`).',
        'Compare the probe with what the program serves; give a slow start a `startupProbe`.',
    ),
    'StartupProbeFailed': Entry(
        'The kubelet kills a container because its startup probe never succeeds.',
        'Raise `failureThreshold` or `periodSeconds`, or correct what is probed.',
    ),
    'NotReady': Entry(
        'A container runs, and its readiness probe fails. It explains why a rollout does '
        'not go on.',
        'The last answer of the probe is printed: correct the probe, or what it asks.',
    ),
    'InvalidImageName': Entry(
        'The kubelet says `InvalidImageName`: the name cannot be parsed.',
        'Correct the name; capital letters and a trailing colon are not allowed.',
    ),
    'ImageNeverPull': Entry(
        'The image is not on the node, and `imagePullPolicy: Never` forbids pulling it.',
        'Load the image onto the nodes, or change the policy.',
    ),
    'ImageNotFound': Entry(
        'The registry answers that it does not have the image or the tag (`ErrImagePull`, '
        '`ImagePullBackOff`).',
        'Check name and tag, and that the image was pushed before the rollout.',
    ),
    'ImageUnauthorized': Entry(
        'The registry refuses the credentials, or asks for some.',
        'Check `imagePullSecrets` of the pod and of its service account; private images often look '
        'as if they did not exist.',
    ),
    'RegistryUnreachable': Entry(
        'The registry cannot be reached: name, connection, time-out or TLS.',
        'Check the host in the image name, DNS and the network of the node.',
    ),
    'ImageRateLimited': Entry(
        'The registry limits pulls (`429`, `toomanyrequests`).',
        'Wait, authenticate, or use a mirror.',
    ),
    'ConfigMapMissing': Entry(
        'A container or a volume refers to a ConfigMap that does not exist.',
        'Create it, or correct the name; the nearest existing name is printed.',
    ),
    'SecretMissing': Entry(
        'A container or a volume refers to a Secret that does not exist. While an ExternalSecret, '
        'SealedSecret or Certificate is at work on it, it has 5m.',
        'Create it, or correct the name; look at what should make it.',
    ),
    'KeyMissing': Entry(
        'The ConfigMap or Secret exists, and lacks the key.',
        'Add the key, or correct its name; the nearest key of a ConfigMap is printed.',
    ),
    'RunAsNonRoot': Entry(
        '`runAsNonRoot` is set, and the image runs as root or as a user by name.',
        'Set `runAsUser` to a number other than 0, or use an image with such a user.',
    ),
    'InvalidConfig': Entry(
        'The kubelet cannot create the container from its specification '
        '(`CreateContainerConfigError`, `CreateContainerError`).',
        'The words of the kubelet say which field is wrong.',
    ),
    'Unschedulable': Entry(
        'No node takes the pod (`FailedScheduling`), or no scheduler looks at it. An autoscaler at '
        'work stretches the time, a nominated node and pods that are going stop the clock.',
        'The parts say what lacks on how many nodes: room, tolerations, labels, ports.',
    ),
    'VolumeMissing': Entry(
        'The pod refers to a volume claim that does not exist, or whose volume is gone.',
        'Create the claim, or correct its name; the nearest existing one is printed.',
    ),
    'VolumeInvalid': Entry(
        'A volume cannot be used as the pod asks (a path of the wrong type, a claim that '
        'is going).',
        'The words of the kubelet say what is wrong with it.',
    ),
    'PVCPending': Entry(
        'A volume claim is not bound. Without a storage class, or a class that exists, it has 30s.',
        'Correct the class, or look at what its provisioner says; the classes there are '
        'are printed.',
    ),
    'MountFailed': Entry(
        'The kubelet cannot mount a volume (`FailedMount`) for a reason of the storage.',
        'The words of the driver are printed; check that it runs on the node.',
    ),
    'AttachFailed': Entry(
        'A volume cannot be attached to the node (`FailedAttachVolume`).',
        'It may still be attached elsewhere: look for the pod that holds it.',
    ),
    'QuotaExceeded': Entry(
        'The API server refuses a pod: `exceeded quota`. The clock stops while pods that it '
        'charges are going.',
        'Free what is used, ask for less, or raise the quota; what is left is printed.',
    ),
    'LimitRange': Entry(
        'The API server refuses a pod: its requests or limits are outside of a LimitRange.',
        'Correct the resources of the container that is named.',
    ),
    'PodSecurity': Entry(
        'The API server refuses a pod: it `violates PodSecurity`, or no security context '
        'constraint allows it.',
        'Set the fields that are named, or change the level of the namespace.',
    ),
    'WebhookDenied': Entry(
        'An admission webhook or policy denies the pod; its answer is printed.',
        'Do what it asks, or ask those who run it.',
    ),
    'WebhookUnreachable': Entry(
        'An admission webhook does not answer, and its `failurePolicy` is Fail.',
        'Look at the pods behind its service; whether any is ready is printed.',
    ),
    'ServiceAccountMissing': Entry(
        'The pod names a service account that does not exist.',
        'Create it, or correct the name; the nearest existing one is printed.',
    ),
    'PriorityClassMissing': Entry(
        'The pod names a PriorityClass that does not exist.',
        'Create it, or correct the name; the nearest existing one is printed.',
    ),
    'CreateFailed': Entry(
        'The API server refuses the pod for another reason (`FailedCreate`).',
        'Its words are printed.',
    ),
    'NodeNotReady': Entry(
        'The node of a pod does not answer: it is not ready, is lost, or never took the pod up.',
        'Look at the node; after 5m its pods are replaced elsewhere, but not those of a '
        'StatefulSet.',
    ),
    'SandboxFailed': Entry(
        'The node cannot set up the network or the sandbox of the pod (`FailedCreatePodSandBox`).',
        'Look at the network plugin of the node; a RuntimeClass may need a handler it lacks.',
    ),
    'Evicted': Entry(
        'Its node puts pods of this revision out, again and again: it lacks memory, disk or PIDs.',
        'Set requests that are true, and look at what fills the node.',
    ),
    'Preempted': Entry(
        'Pods of this revision have to make room for others of higher priority, again and again.',
        'Give them a priority, or add room.',
    ),
    'NodeShutdown': Entry(
        'Pods of this revision are ended by the shutdown of their nodes, again and again.',
        'Look at what restarts the nodes.',
    ),
    'OutOfResources': Entry(
        'A node refuses pods that the scheduler gave it (`OutOfcpu`, `NodeAffinity`, '
        '`UnexpectedAdmissionError`), again and again.',
        'Something else takes the room: static pods, or a second scheduler.',
    ),
    'ProgressDeadlineExceeded': Entry(
        'The Deployment itself says that it made no progress within `progressDeadlineSeconds`, and '
        'says it of the revision that is rolled out.',
        'What it waits for is printed with it.',
    ),
    'StuckOnOldPod': Entry(
        'An old pod is broken, and the StatefulSet replaces none before it is ready '
        '(`podManagementPolicy: OrderedReady`).',
        'Delete the old pod: it comes back with the new revision.',
    ),
    'TerminatingPods': Entry(
        'Old pods are still going. It explains what new ones wait for, and what '
        '`--wait-for-termination` waits for.',
        'A finalizer, the grace period or a preStop hook is named.',
    ),
    'Partitioned': Entry(
        'A StatefulSet keeps pods that are not ready at the old revision, as its partition says.',
        'Lower the partition, or mend the old revision.',
    ),
    'ConditionFailed': Entry(
        'A custom resource tells of an error in a condition or a phase (`Ready=False` with '
        '`ReconcileError`, `Degraded=True`, `Stalled=True`). How long that may stand depends on '
        'the word: 10s for a phase that is failed, 30s for an error, 5m where it may pass.',
        'The words of the controller are printed; its own log tells more.',
    ),
    'InitNotFinished': Entry(
        'An init container is still running. It explains what the pod waits for.',
        'Read its log: it may wait for something that is not there.',
    ),
    'BackoffLimitExceeded': Entry(
        'The Job says that its pods failed more often than `backoffLimit` allows.',
        'The cause of the failed pod is printed with it.',
    ),
    'DeadlineExceeded': Entry(
        'The Job ran longer than `activeDeadlineSeconds`.',
        'Raise the deadline, or look at what takes so long.',
    ),
    'PodFailurePolicy': Entry(
        'A pod failed in a way that the `podFailurePolicy` of the Job makes final.',
        'The rule and the pod are named.',
    ),
    'FailedIndexes': Entry(
        'An Indexed Job ended, and some of its indexes had failed for good.',
        'The indexes are named.',
    ),
    'MaxFailedIndexesExceeded': Entry(
        'More indexes of an Indexed Job failed than `maxFailedIndexes` allows.',
        'The indexes are named.',
    ),
    'JobFailed': Entry(
        'The Job failed for a reason that its own controller gives (`managedBy`).',
        'Its words are printed.',
    ),
}
