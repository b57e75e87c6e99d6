"""One pod in a few words: each condition has its own, and a new one is a new description."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import ContainerState
from kubectl_dog.tracking.targets.pod_summary import container_states
from kubectl_dog.tracking.targets.pod_summary import describe_pod
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import waiting


def unscheduled(**condition):
    obj = pod(phase='Pending')
    obj['status']['conditions'] = [{'type': 'PodScheduled', 'status': 'False', **condition}]
    return obj


def initializing(state, name='prepare'):
    return pod(
        status(state=waiting('PodInitializing')),
        inits=[container('prepare'), container('migrate')],
        init_statuses=[status(name, state=state)],
    )


def failed(*statuses, **more):
    obj = pod(*statuses, phase='Failed')
    return {**obj, 'status': {**obj['status'], **more}}


@pytest.mark.parametrize(
    ('obj', 'words'),
    (
        (pod(status(), deleting=True), ['terminating']),
        (unscheduled(message='no room'), ['no room']),
        (unscheduled(reason='Unschedulable'), ['Unschedulable']),
        (pod(status(), phase='Succeeded'), ['completed']),
        (failed(reason='Evicted'), ['failed', 'Evicted']),
        (failed(status(state=ended(3))), ['failed', 'main', '3']),
        (failed(status(state=ended(0))), ['failed']),
        (pod(status(), ready=True), ['ready']),
        (pod(status(state=waiting('ErrImagePull'))), ['main', 'image']),
        (pod(status(state=waiting('CreateContainerError'))), ['main', 'CreateContainerError']),
        (pod(status(state=ended(3)), ready=True), ['main', '3']),
        (pod(status(state=ended(137, 'OOMKilled'))), ['main', 'OOMKilled']),
        (pod(status(state=ended(3), last=ended(3), restarts=2)), ['main', '3', '3rd']),
        (pod(status(last=ended(3), restarts=1)), ['main', '3', 'again']),
        (pod(status('a'), status('b'), containers=[container('a'), container('b')]), ['running']),
        (initializing(running()), ['1/2', 'prepare']),
        (initializing(running(), 'migrate'), ['2/2', 'migrate']),
        (initializing(ended(3)), ['prepare', '3']),
        (initializing(ended(0)), ['node']),
        (pod(status(state=waiting('ContainerCreating')), nodeName='n-1'), ['n-1']),
        (pod(), ['node']),
    ),
)
def test_what_a_description_names(obj, words):
    text = describe_pod(obj).text
    assert [word for word in words if word not in text] == []


def same(*states):
    return len({describe_pod(pod(status(state=state))).text for state in states}) == 1


def test_the_words_that_the_kubelet_changes_between_two_attempts_make_no_difference():
    assert same(waiting('ErrImagePull'), waiting('ImagePullBackOff'))
    assert same(waiting('ContainerCreating'), waiting('PodInitializing'))
    assert not same(waiting('ErrImagePull'), waiting('ContainerCreating'))
    last = {'last': ended(3), 'restarts': 2}
    crashed, backing_off = ended(3), waiting('CrashLoopBackOff')
    assert describe_pod(pod(status(state=crashed, **last))) == describe_pod(
        pod(status(state=backing_off, **last))
    )


@pytest.mark.parametrize(
    ('given', 'expected'),
    (
        ({}, ('running', '', None, 0, False)),
        ({'ready': True}, ('running', '', None, 0, True)),
        ({'state': waiting('ContainerCreating')}, ('waiting', '', None, 0, False)),
        ({'state': waiting('ErrImagePull')}, ('waiting', 'ImagePullBackOff', None, 0, False)),
        (
            {'state': waiting('CrashLoopBackOff'), 'last': ended(3), 'restarts': 2},
            ('waiting', 'CrashLoopBackOff', 3, 2, False),
        ),
        ({'state': ended(137, 'OOMKilled')}, ('terminated', 'OOMKilled', 137, 0, False)),
    ),
)
def test_states_of_containers(given, expected):
    assert container_states(pod(status(**given))) == (ContainerState('main', *expected),)


def test_containers_without_a_status_have_no_state():
    init = container('prepare')
    assert container_states(pod(inits=[init])) == (
        ContainerState('prepare', '', '', None, 0, False),
        ContainerState('main', '', '', None, 0, False),
    )
