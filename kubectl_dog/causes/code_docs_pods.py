"""Documentation of the codes of causes in a pod: containers, images, configuration, volumes."""

from __future__ import annotations

from kubectl_dog.causes.code_doc import CodeDoc

POD_DOCS = {
    'CrashLoop': CodeDoc(
        'container repeatedly exits with an error',
        'A container repeatedly exits with a code other than 0. Between restarts, the kubelet '
        'reports `CrashLoopBackOff`.',
        'Read the last log lines, which are printed, or run `kubectl logs --previous`.',
    ),
    'OOMKilled': CodeDoc(
        'container used more memory than its limit',
        'A container was terminated with the reason `OOMKilled`: it used more memory than its '
        'limit, or than the node had.',
        'Increase `resources.limits.memory`, or reduce the memory use of the program.',
    ),
    'CommandNotFound': CodeDoc(
        'command of the container does not exist',
        'The container runtime does not find the command (`no such file or directory`, `not found '
        'in $PATH`), or the shell exits with code 127.',
        'Correct `command` or `args`. The image may have no shell, or have the file in another '
        'directory.',
    ),
    'ExecFailed': CodeDoc(
        'container runtime cannot start the container',
        'The container runtime cannot start the command for another reason (`StartError`, '
        '`RunContainerError`).',
        'Read the message of the runtime. Typical causes are the working directory and mounts.',
    ),
    'PermissionDenied': CodeDoc(
        'command of the container is not executable',
        'The command is not executable (`permission denied`), or the shell exits with code 126.',
        'Make the file executable in the image, or correct `runAsUser` and the mount options.',
    ),
    'WrongArchitecture': CodeDoc(
        'image was built for another CPU architecture',
        'The container runtime reports `exec format error`: the program was built for another CPU '
        'architecture.',
        'Build the image for the architecture of the nodes, or select nodes that match.',
    ),
    'PostStartHook': CodeDoc(
        'postStart hook of the container failed',
        'A container was killed because its postStart hook failed (`FailedPostStartHook`).',
        'Read the message of the hook. The hook runs in parallel with the main process, which may '
        'not be ready yet.',
    ),
    'ExitsNormally': CodeDoc(
        'container exits with code 0, but should keep running',
        'A container that should keep running repeatedly exits with code 0.',
        'Keep the process in the foreground, or use a Job for work that completes.',
    ),
    'ContainerFailed': CodeDoc(
        'container exited with an error and is not restarted',
        'A container exited with an error, and the restart policy of the pod allows no restart. '
        'This explains why a Pod, or the Job that owns it, has failed.',
        'Read the log of the container. The pod does not run again.',
    ),
    'LivenessProbeFailed': CodeDoc(
        'container was killed because its liveness probe failed',
        'The kubelet kills a container because its liveness probe fails (`Unhealthy`, `Killing`). '
        'If no Kubernetes event reports it any more, it is recognized by exit code 137 without '
        '`OOMKilled`, after a run that was long enough for the probe to fail.',
        'Compare the probe with the endpoint of the program. Add a `startupProbe` if the program '
        'starts slowly.',
    ),
    'StartupProbeFailed': CodeDoc(
        'container was killed because its startup probe failed',
        'The kubelet kills a container because its startup probe had no success in time.',
        'Increase `failureThreshold` or `periodSeconds`, or correct the probe.',
    ),
    'NotReady': CodeDoc(
        'readiness probe fails',
        'A container is running, but its readiness probe fails. This explains why a rollout does '
        'not continue.',
        'Read the last answer of the probe, which is printed. Correct the probe or the program.',
    ),
    'InvalidImageName': CodeDoc(
        'image name is invalid',
        'The kubelet reports `InvalidImageName`: it cannot parse the image name.',
        'Correct the name. Uppercase letters and a trailing colon are not allowed.',
    ),
    'ImageNeverPull': CodeDoc(
        'image is not on the node, and imagePullPolicy is Never',
        'The image is not on the node, and `imagePullPolicy: Never` forbids pulling it.',
        'Load the image onto the nodes, or change the policy.',
    ),
    'ImageNotFound': CodeDoc(
        'registry does not have the image',
        'The registry does not have the image or the tag (`ErrImagePull`, `ImagePullBackOff`).',
        'Check the name and tag, and that the image was pushed before the rollout.',
    ),
    'ImageUnauthorized': CodeDoc(
        'registry denies access to the image',
        'The registry rejects the credentials, or requires credentials.',
        'Check `imagePullSecrets` of the pod and of its ServiceAccount. Some registries also '
        'deny access to images that do not exist.',
    ),
    'ImagePullFailed': CodeDoc(
        'image cannot be pulled, for an unknown reason',
        'The kubelet reports `ErrImagePull` or `ImagePullBackOff` without the error. The error was '
        'in a Kubernetes event, which is kept for an hour.',
        'Read the next pull error with `kubectl describe pod`, or pull the image yourself.',
    ),
    'RegistryUnreachable': CodeDoc(
        'registry cannot be reached',
        'The registry cannot be reached because of a DNS, connection, timeout or TLS error.',
        'Check the host in the image name, and the DNS and network of the node.',
    ),
    'ImageRateLimited': CodeDoc(
        'registry limits the rate of pulls',
        'The registry limits the rate of pulls (`429`, `toomanyrequests`).',
        'Wait, authenticate, or use a mirror.',
    ),
    'ConfigMapMissing': CodeDoc(
        'ConfigMap does not exist',
        'A container or a volume refers to a ConfigMap that does not exist.',
        'Create it, or correct the name. The most similar existing name is printed.',
    ),
    'SecretMissing': CodeDoc(
        'Secret does not exist',
        'A container or a volume refers to a Secret that does not exist. The tolerance is 5m while '
        'an ExternalSecret, SealedSecret or Certificate is creating it.',
        'Create it, correct the name, or check the object that should create it.',
    ),
    'KeyMissing': CodeDoc(
        'ConfigMap or Secret does not have a required key',
        'The ConfigMap or Secret exists, but does not have the key.',
        'Add the key, or correct its name. The most similar key of a ConfigMap is printed.',
    ),
    'RunAsNonRoot': CodeDoc(
        'container would run as root, but runAsNonRoot is set',
        '`runAsNonRoot` is set, but the image runs as root or as a user without a number.',
        'Set `runAsUser` to a number other than 0, or use an image with such a user.',
    ),
    'InvalidConfig': CodeDoc(
        'container cannot be created',
        'The kubelet cannot create the container from its specification '
        '(`CreateContainerConfigError`, `CreateContainerError`).',
        'Read the message of the kubelet, which names the wrong field.',
    ),
    'Unschedulable': CodeDoc(
        'no node fits the pod',
        'No node fits the pod (`FailedScheduling`), or no scheduler handles it. The tolerance is '
        '3m with an autoscaler, and 10m while it adds a node. The clock is paused while a node is '
        'nominated, or while other pods are terminating.',
        'Read which requirements (resources, taints, labels, ports) how many nodes do not meet.',
    ),
    'VolumeMissing': CodeDoc(
        'PersistentVolumeClaim or its volume does not exist',
        'The pod refers to a PersistentVolumeClaim that does not exist, or whose volume does not '
        'exist any more.',
        'Create the claim, or correct its name. The most similar existing name is printed.',
    ),
    'VolumeInvalid': CodeDoc(
        'volume cannot be used as specified',
        'A volume cannot be used as the pod specifies: for example, a path has the wrong type, or '
        'a claim is being deleted.',
        'Read the message of the kubelet.',
    ),
    'PVCPending': CodeDoc(
        'PersistentVolumeClaim is not bound',
        'A PersistentVolumeClaim is not bound. The tolerance is 30s if its StorageClass does not '
        'exist, or if it has none.',
        'Correct the StorageClass, or read the message of its provisioner. The existing '
        'StorageClasses are printed.',
    ),
    'MountFailed': CodeDoc(
        'node cannot mount a volume',
        'The kubelet cannot mount a volume (`FailedMount`) because of a storage error.',
        'Read the message of the storage driver, and check that the driver runs on the node.',
    ),
    'AttachFailed': CodeDoc(
        'volume cannot be attached to a node',
        'A volume cannot be attached to the node (`FailedAttachVolume`).',
        'Check whether the volume is still attached to another node, and which pod uses it there.',
    ),
}
