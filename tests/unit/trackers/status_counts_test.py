from __future__ import annotations

import pytest

from kubectl_dog.trackers import status_counts


def counted(spec=None, **status):
    return {'spec': spec or {}, 'status': status}


@pytest.mark.parametrize(
    ('obj', 'text'),
    (
        (counted({'replicas': 3}, readyReplicas=2), 'status.readyReplicas=2 of 3'),
        (counted({'size': 3}, readyReplicas=2), 'status.readyReplicas=2 of 3'),
        (counted({'instances': 3}, readyInstances=2), 'status.readyInstances=2 of 3'),
        (counted({'replicas': 3}, readyReplicas=3), 'status.readyReplicas=3 of 3'),
        (counted({'replicas': 0}, readyReplicas=0), None),
        (counted(desiredReplicas=3, availableReplicas=1), 'status.availableReplicas=1 of 3'),
        (counted(replicas=3, updatedReplicas=1), 'status.readyReplicas=0 of 3'),
        (counted(expectedNodes=3, availableNodes=2), 'status.availableNodes=2 of 3'),
        (counted(machineCount=3, updatedMachineCount=2), 'status.updatedMachineCount=2 of 3'),
        (counted(matchedPods=3, updatedPods=2), 'status.updatedPods=2 of 3'),
        (
            counted(desiredNumberScheduled=3, numberReady=2, numberAvailable=3),
            'status.numberReady=2 of 3',
        ),
        (counted(ready='1/3'), 'status.ready=1 of 3'),
        (counted(scale={'statusReplicas': '2/2'}), 'status.scale.statusReplicas=2 of 2'),
        # No parts of a whole.
        (counted(updates=3, availableUpdates=2), None),
        (counted(replicas=True, readyReplicas=True), None),
        (counted(readyReplicas=2), None),
        (counted(ready=True, readies=2), None),
        ({}, None),
    ),
)
def test_counts_at_the_top_of_a_status(obj, text):
    signal = status_counts.read(obj)
    assert (signal and signal.name) == text


@pytest.mark.parametrize(
    ('strategy', 'name'),
    (
        ({}, 'status.updatedReplicas=1 of 3'),
        ({'rollingUpdate': {'partition': 1}}, 'status.updatedReplicas=1 of 2'),
        ({'rollingUpdate': {'partition': 2}}, 'status.readyReplicas=3 of 3'),
        ({'partition': 2}, 'status.readyReplicas=3 of 3'),
        ({'type': 'OnDelete'}, 'status.readyReplicas=3 of 3'),
    ),
)
def test_a_partition_needs_no_update(strategy, name):
    spec = {'replicas': 3, 'updateStrategy': strategy}
    assert status_counts.read(counted(spec, readyReplicas=3, updatedReplicas=1)).name == name


def test_of_what_is_available_only_updates_count():
    obj = counted({'replicas': 3}, readyReplicas=1, updatedReplicas=2)
    assert status_counts.read(obj, is_available=True).name == 'status.updatedReplicas=2 of 3'


@pytest.mark.parametrize(
    ('status', 'text'),
    (
        ({'racks': {'a': {'members': 3, 'readyMembers': 2}}}, 'status.racks.a.readyMembers=2 of 3'),
        (
            {'sets': [{'replicas': 1, 'readyReplicas': 1}, {'replicas': 2, 'readyReplicas': 1}]},
            'status.sets.readyReplicas=1 of 2',
        ),
        ({'lastRun': {'replicas': 3, 'readyReplicas': 2}}, None),
        ({'conditions': [{'replicas': 3, 'readyReplicas': 2}]}, None),
        ({'a': {'b': {'c': {'replicas': 3, 'readyReplicas': 2}}}}, None),
    ),
)
def test_counts_in_parts_of_a_status(status, text):
    signal = status_counts.read_nested({'status': status})
    assert (signal and signal.name) == text
