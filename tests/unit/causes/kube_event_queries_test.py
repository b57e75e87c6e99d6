from __future__ import annotations

import pytest

from kubectl_dog.causes import kube_event_queries
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import view

POD = pod()


def claim_event(name='data', namespace='shop'):
    claim = {'kind': 'PersistentVolumeClaim', 'metadata': {'name': name, 'uid': f'pvc-{name}'}}
    event = kube_event(claim, 'FailedBinding', 'no class')
    event['involvedObject']['namespace'] = namespace
    return event


@pytest.mark.parametrize(
    ('fields', 'seconds'),
    (
        ({'lastTimestamp': ago(5)}, 5),
        ({'lastTimestamp': None, 'eventTime': ago(6)}, 6),
        ({'lastTimestamp': None, 'eventTime': ago(6), 'series': {'lastObservedTime': ago(2)}}, 2),
        ({'lastTimestamp': None, 'metadata': {'creationTimestamp': ago(9)}}, 9),
    ),
)
def test_reads_all_time_fields_of_kube_events(fields, seconds):
    assert (
        kube_event_queries.last_seen_at({**kube_event(POD, 'Failed', ''), **fields})
        == NOW - seconds
    )


def test_sorts_kube_events_by_time():
    late, early = kube_event(POD, 'Failed', 'b', at=1), kube_event(POD, 'Failed', 'a', at=9)
    shown = view(None, late, early, kube_event(POD, 'Other', 'c', at=0))
    assert kube_event_queries.events_about(shown, POD, 'Failed') == [early, late]
    assert kube_event_queries.newest_event_about(shown, POD, 'Failed') is late
    assert kube_event_queries.newest_event_about(shown, POD, 'Killing') == {}


def test_reads_combined_kube_events():
    event = kube_event(POD, 'Failed', '(combined from similar events): Error creating: x ', count=4)
    assert (
        kube_event_queries.event_message(event),
        kube_event_queries.occurrence_count(event),
    ) == ('Error creating: x', 4)
    assert kube_event_queries.occurrence_count({**event, 'series': {'count': 7}}) == 7
    assert kube_event_queries.occurrence_count({}) == 1


def test_finds_kube_events_by_name_in_the_namespace():
    ours, other = claim_event(), claim_event('other')
    shown = view(None, ours, other, claim_event('data2', 'elsewhere'), kube_event(POD, 'X', ''))
    shown = shown._replace(kube_events_by_uid={**shown.kube_events_by_uid, 'gone': ()})
    names = frozenset({'data', 'data2'})
    assert list(kube_event_queries.events_about_named(shown, 'PersistentVolumeClaim', names)) == [
        ours
    ]
