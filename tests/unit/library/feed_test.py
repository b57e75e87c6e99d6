"""The callbacks of feeds, on a cluster in memory."""

from __future__ import annotations

import threading

import pytest

import kubectl_dog
from kubectl_dog.model.assessments import State
from tests.unit.builders import daemon_set
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import stateful_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.builders import workload
from tests.unit.library.conftest import named

CALLBACKS = (
    *('on_added', 'on_ready', 'on_succeeded', 'on_failed', 'on_event_msg'),
    *('on_replica_set_added', 'on_pod_added', 'on_container_log_chunk', 'on_container_error'),
    'on_status_report',
)
LATE = named(deployment(desired=1, readyReplicas=0, availableReplicas=0))
STOPS = kubectl_dog.Options(timeout=2.0)


def listen_to(feed, stop=''):
    """Record the callbacks of a feed; the callback named `stop` stops it."""
    callbacks = []

    def recorder(name):
        def callback(*args):
            callbacks.append((name, *args))
            if name == stop:
                raise kubectl_dog.StopTrack

        return callback

    for name in CALLBACKS:
        if hasattr(feed, name):
            getattr(feed, name)(recorder(name))
    return callbacks


def names(callbacks):
    return [name for name, *_ in callbacks if name != 'on_status_report']


@pytest.mark.parametrize(
    ('kind', 'obj', 'expected'),
    [
        (kubectl_dog.DeploymentFeed, deployment(), [('on_added', True), ('on_ready',)]),
        (kubectl_dog.StatefulSetFeed, stateful_set(0), [('on_added', True), ('on_ready',)]),
        (kubectl_dog.DaemonSetFeed, daemon_set(0), [('on_added', True), ('on_ready',)]),
        (kubectl_dog.PodFeed, pod(status(ready=True), ready=True), [('on_added',), ('on_ready',)]),
        (
            kubectl_dog.JobFeed,
            workload('Job', conditions=[{'type': 'Complete', 'status': 'True'}]),
            [('on_added',), ('on_succeeded',)],
        ),
    ],
)
def test_existing_ready_object_is_reported_at_once(on, kind, obj, expected):
    cluster, feed = on(named(obj)), kind()
    received = listen_to(feed, expected[-1][0])
    assert feed.get_status().state is State.ABSENT
    feed.track('web', 'shop')
    assert [call for call in received if call[0] in ('on_added', *expected[-1])] == expected
    assert feed.get_status().state is State.READY
    assert (feed.get_status().name, feed.get_status().namespace) == ('web', 'shop')
    assert cluster.is_closed


def test_a_deployment_that_becomes_ready(on):
    cluster = on(LATE)
    cluster.then(1.0, 'MODIFIED', named(deployment()))
    feed = kubectl_dog.DeploymentFeed()
    calls = listen_to(feed, 'on_ready')
    feed.track('web')
    assert names(calls) == ['on_added', 'on_ready']
    assert calls[0] == ('on_added', False)
    reports = [args[0] for name, *args in calls if name == 'on_status_report']
    assert [(report.state, report.ready, report.is_ready) for report in reports] == [
        (State.PROGRESSING, 0, False)
    ]
    assert reports[0].waiting_for
    # It is there before the callback comes.
    assert feed.get_status().is_ready


def test_recreated_object_is_added_again(on):
    cluster = on(named(deployment()))
    again = named(deployment())
    again['metadata']['uid'] = 'another'
    cluster.then(1.0, 'DELETED', named(deployment()))
    cluster.then(2.0, 'ADDED', again)
    feed = kubectl_dog.DeploymentFeed()
    calls = listen_to(feed)
    with pytest.raises(kubectl_dog.TrackError, match='timed-out'):
        feed.track('web', options=kubectl_dog.Options(timeout=4.0))
    assert names(calls) == ['on_added', 'on_ready', 'on_added', 'on_ready']
    states = [args[0].state for name, *args in calls if name == 'on_status_report']
    assert states == [State.READY, State.ABSENT, State.READY]


def test_replica_sets_pods_logs_events_and_errors(on):
    broken = pod(status(state=waiting('ErrImagePull', 'not found')), phase='Pending', owner='rs-2')
    broken['metadata']['ownerReferences'][0]['name'] = 'web-2'
    broken, new = labelled(broken, app='web'), labelled(replica_set(), app='web')
    event = named(kube_event(broken, 'Failed', 'Failed to pull image'), 'told')
    on(LATE, new, broken, event)
    feed = kubectl_dog.DeploymentFeed()
    calls = listen_to(feed)
    with pytest.raises(kubectl_dog.TrackError):
        feed.track('web', options=kubectl_dog.Options(timeout=60.0))
    first = dict((name, args) for name, *args in reversed(calls))
    assert first['on_replica_set_added'] == [kubectl_dog.AddedReplicaSet('web-2', True)]
    assert first['on_pod_added'] == [kubectl_dog.AddedPod('web-1', 'web-2', True)]
    assert first['on_event_msg'] == ['po/web-1 Failed: Failed to pull image']
    (error,) = first['on_container_error']
    assert error[:3] == ('web-1', 'main', 'ImageNotFound')
    assert error.replica_set == 'web-2'
    (reason,) = first['on_failed']
    assert reason.startswith('ImageNotFound: ')
    assert feed.get_status().is_failed
    assert names(calls).count('on_failed') == 1
    # As a rollout: three pulls.
    assert 'on_ready' not in first


def test_on_failed_is_called_when_a_rollout_would_fail(on):
    broken = pod(status(state=waiting('InvalidImageName')), phase='Pending', owner='rs-2')
    cluster = on(LATE, labelled(replica_set(), app='web'), labelled(broken, app='web'))
    feed = kubectl_dog.DeploymentFeed()
    calls = listen_to(feed, 'on_failed')
    feed.track('web', options=kubectl_dog.Options(timeout=600.0))
    assert calls[-1][1].startswith('InvalidImageName: ')
    # Nothing has changed meanwhile: its tolerance, 5 s, was over.
    assert 4.0 < cluster.now() < 10.0


def test_log_lines_come_in_chunks_from_the_moment_that_was_asked_for(on):
    ready_pod = pod(status(state=running(), ready=True), ready=True)
    cluster = on(named(ready_pod), lines=['hello'])
    feed = kubectl_dog.PodFeed()
    calls = listen_to(feed, 'on_container_log_chunk')
    feed.track('web', options=kubectl_dog.Options(logs_from_time=1234.5))
    (chunk,) = [args[0] for name, *args in calls if name == 'on_container_log_chunk']
    assert (chunk.pod_name, chunk.container_name) == ('web', 'main')
    assert [line.text for line in chunk.log_lines] == ['hello']
    assert [want.since for want in cluster.logs] == [1234.5]


def test_a_pod_that_fails_has_failed_once(on):
    on(named(pod(status(state=ended(3)), phase='Failed')))
    feed = kubectl_dog.PodFeed()
    calls = listen_to(feed)
    feed.track('web')
    assert names(calls).count('on_failed') == 1
    assert feed.get_status().is_failed
    assert not feed.get_status().is_succeeded


def test_exception_of_a_callback_ends_track(on, left):
    cluster, feed = on(named(deployment())), kubectl_dog.DeploymentFeed()

    @feed.on_ready
    def ready():
        raise LookupError('mine')

    with pytest.raises(LookupError, match='mine'):
        feed.track('web')
    assert cluster.is_closed
    assert not left()


def test_last_callback_is_used_and_none_removes_it(on):
    on(named(deployment()))
    feed, calls = kubectl_dog.DeploymentFeed(), []
    feed.on_added(lambda is_ready: calls.append('first'))
    feed.on_added(lambda is_ready: calls.append('second'))
    feed.on_ready(lambda: calls.append('ready'))
    feed.on_ready(None)
    with pytest.raises(kubectl_dog.TrackError):
        feed.track('web', options=STOPS)
    assert calls == ['second']


def test_two_feeds_know_nothing_of_each_other(on):
    on(named(deployment()))
    feeds = [kubectl_dog.DeploymentFeed(), kubectl_dog.DeploymentFeed()]
    calls = listen_to(feeds[0], 'on_ready')
    feeds[0].track('web')
    assert calls
    assert feeds[1].get_status().state is State.ABSENT


def test_a_second_object_begins_as_one_that_is_not_known(on):
    on(named(deployment()))
    feed = kubectl_dog.DeploymentFeed()
    listen_to(feed, 'on_ready')
    feed.track('web')
    assert feed.get_status().name == 'web'
    with pytest.raises(TypeError, match='kube must be'):
        feed.track('nope', kube={})
    assert feed.get_status().state is State.ABSENT


def test_stop_ends_it_without_an_error_from_any_thread(on, left):
    cluster, feed = on(named(deployment())), kubectl_dog.DeploymentFeed()

    @feed.on_ready
    def ready():
        elsewhere = threading.Thread(target=feed.stop)
        elsewhere.start()
        elsewhere.join()

    feed.track('web', options=kubectl_dog.Options(timeout=600.0))
    assert cluster.is_closed
    assert cluster.now() < 600.0
    assert not left()


def test_a_feed_that_was_stopped_stays_so(on):
    cluster, feed = on(named(deployment())), kubectl_dog.DeploymentFeed()
    calls = listen_to(feed)
    feed.stop()
    feed.track('web')
    assert calls == []
    assert not cluster.is_closed


def test_a_status_has_no_secret(on):
    problem = waiting('CreateContainerConfigError', 'invalid https://app:hunter2@registry.test')
    on(named(pod(status(state=problem))))
    feed = kubectl_dog.PodFeed()
    calls = listen_to(feed, 'on_failed')
    with pytest.raises(kubectl_dog.TrackError):
        feed.track('web', 'shop', options=kubectl_dog.Options(timeout=2.0))
    shown = repr((calls, feed.get_status()))
    assert 'https://redacted@registry.test' in shown
    assert 'hunter2' not in shown
