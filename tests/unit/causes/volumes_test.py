from __future__ import annotations

import pytest

from kubectl_dog.causes import volumes
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

SETUP = 'MountVolume.SetUp failed for volume "d" : '
NFS = (
    f'{SETUP}mount failed: exit status 32\nMounting command: mount\nMounting arguments:  -t nfs'
    ' 127.0.0.1:/x /var/lib/kubelet/pods/df38/volumes/kubernetes.io~nfs/d\nOutput: mount:'
    " /var/lib/kubelet/pods/df38/volumes/kubernetes.io~nfs/d: unknown filesystem type 'nfs'.\n"
)
CSI = 'driver name no.such.driver not found in the list of registered CSI drivers'
MULTI = 'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node'
SUMMARY = 'Unable to attach or mount volumes: unmounted volumes=[d], timed out waiting'


def find(*events, state=None, phase='Pending', sandbox=None):
    obj = pod(status(state=state or waiting('ContainerCreating')), phase=phase)
    if sandbox:
        condition = {'type': 'PodReadyToStartContainers', 'status': sandbox}
        obj['status']['conditions'].append(condition)
    kube_events = [kube_event(obj, reason, message, at=at) for reason, message, at in events]
    return list(volumes.find(view(None, *kube_events), obj))


@pytest.mark.parametrize(
    ('reason', 'message', 'code', 'subject', 'sentence'),
    (
        (
            'FailedMount',
            f"{SETUP}hostPath type check failed: /etc/hosts is not a directory, it's a File",
            'VolumeInvalid',
            'd',
            'volume "d" cannot be used: hostPath type check failed: /etc/hosts is not a directory,'
            " it's a File",
        ),
        (
            'FailedMount',
            NFS,
            'MountFailed',
            'd',
            'volume "d" cannot be mounted: mount failed: exit status 32: mount: … unknown '
            'filesystem'
            " type 'nfs'.",
        ),
        (
            'FailedMapVolume',
            SETUP + CSI,
            'MountFailed',
            'd',
            f'volume "d" cannot be mounted: {CSI}',
        ),
        (
            'FailedAttachVolume',
            MULTI,
            'AttachFailed',
            'pvc-1',
            'volume "pvc-1" cannot be attached to its node: Volume is already exclusively '
            'attached to one node',
        ),
        (
            'FailedMount',
            SUMMARY,
            'MountFailed',
            'volumes',
            f'a volume cannot be mounted: {SUMMARY}',
        ),
    ),
)
def test_parses_messages_of_the_node(reason, message, code, subject, sentence):
    [cause] = find((reason, message, 1))
    assert (cause.code, cause.reason, cause.subject) == (code, reason, subject)
    assert (cause.message, cause.pods) == (sentence, ('web-1',))


def test_the_newest_message_per_volume_counts_before_a_summary():
    late, early = ('FailedMount', SETUP + CSI, 1), ('FailedMount', f'{SETUP}timeout', 9)
    assert [cause.message[-7:] for cause in find(late, early, ('FailedMount', SUMMARY, 0))] == [
        'drivers'
    ]


@pytest.mark.parametrize(
    'message',
    (
        f'{SETUP}configmap "app" not found',
        f'{SETUP}references non-existent secret key: a',
        f'{SETUP}failed to sync secret cache: timed out waiting for the condition',
    ),
)
def test_ignores_messages_of_the_family_configuration(message):
    assert find(('FailedMount', message, 1)) == []


@pytest.mark.parametrize(
    'fields',
    ({'state': running()}, {'phase': 'Running'}, {'sandbox': 'True'}),
)
def test_ignores_old_messages_once_volumes_are_mounted(fields):
    assert find(('FailedMount', SETUP + CSI, 1), **fields) == []


def test_later_kube_events_show_that_volumes_are_mounted():
    failed = ('FailedMount', SETUP + CSI, 5)
    assert find(failed, ('Pulling', '', 1)) == []
    assert len(find(failed, ('Pulling', '', 9), sandbox='False')) == 1


def test_an_attached_volume_is_no_cause():
    done = 'AttachVolume.Attach succeeded for volume "pvc-1"'
    assert find(('FailedAttachVolume', MULTI, 9), ('SuccessfulAttachVolume', done, 1)) == []
    assert find() == []
