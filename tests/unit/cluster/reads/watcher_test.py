from __future__ import annotations

import json
import time

import pytest

from kubectl_dog.cluster.reads import watcher
from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.model import limits
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Watch
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse
from tests.unit.cluster.server import stream
from tests.unit.cluster.server import until

PATH = '/api/v1/namespaces/ns/pods'
END = {'k8s.io/initial-events-end': 'true'}
GONE = {'type': 'ERROR', 'object': {'kind': 'Status', 'code': 410, 'reason': 'Expired'}}


def pod(name, version='1', **metadata):
    return {
        'kind': 'Pod',
        'apiVersion': 'v1',
        'metadata': {'name': name, 'resourceVersion': version, **metadata},
    }


def event(change, name, version='1'):
    return {'type': change, 'object': pod(name, version)}


def bookmark(version, annotations=None):
    metadata = {'resourceVersion': version}
    if annotations:
        metadata['annotations'] = annotations
    return {'type': 'BOOKMARK', 'object': {'kind': 'Pod', 'metadata': metadata}}


PODS_IN_NS = Watch(PODS, 'ns')
LISTED = (event('ADDED', 'a', '3'), bookmark('7', END))


@pytest.fixture
def plain():
    return set()


@pytest.fixture
def begin(start, connection, world, plain):
    def begin(want=PODS_IN_NS):
        return start(lambda emit: Watcher(want, connection, emit, plain, world.environment))

    return begin


def names(payload):
    return [obj['metadata']['name'] for obj in payload.objects]


def queries(server):
    return [request.query for request in server.requests]


def test_lists_by_watching_and_then_delivers_changes(server, begin):
    server.on(PATH, stream(*LISTED, event('MODIFIED', 'a', '8'), then='hold'))
    run = begin(Watch(PODS, 'ns', 'app=web', 'metadata.name=a'))
    assert run.get(2) == [Listed((pod('a', '3'),)), Changed('MODIFIED', pod('a', '8'))]
    assert queries(server) == [
        {
            'watch': 'true',
            'allowWatchBookmarks': 'true',
            'sendInitialEvents': 'true',
            'resourceVersionMatch': 'NotOlderThan',
            'labelSelector': 'app=web',
            'fieldSelector': 'metadata.name=a',
        }
    ]


def test_nothing_is_listed_before_the_end_bookmark(server, begin):
    server.on(PATH, stream(event('ADDED', 'a'), bookmark('2'), then='hold'))
    assert begin().quiet()


def test_an_empty_collection_is_listed(server, begin):
    server.on(PATH, stream(bookmark('7', END), then='hold'))
    assert begin().next() == Listed(())


@pytest.mark.parametrize(
    'text',
    (
        b'{}',
        # Without what looks like owners it is no JSON.
        b'{"a":[{}]},"b":{}',
    ),
)
def test_owners_are_never_delivered(server, begin, text):
    owners = b'"managedFields":[{"manager":"x","fieldsV1":%s}]' % text
    obj = b'{"kind":"Pod","metadata":{"name":"a",%s},"spec":{}}' % owners
    line = b'{"type":"MODIFIED","object":%s}\n' % obj
    server.on(PATH, stream(*LISTED, line, then='hold'))
    pruned = {'kind': 'Pod', 'metadata': {'name': 'a'}, 'spec': {}}
    assert begin().get(2)[1] == Changed('MODIFIED', pruned)


def test_objects_are_pruned(server, begin):
    added = {'type': 'ADDED', 'object': pod('a', '3', managedFields=[{}])}
    server.on(PATH, stream(added, bookmark('7', END), then='hold'))
    assert begin().next() == Listed((pod('a', '3'),))


@pytest.mark.parametrize(
    ('after', 'version'),
    (
        ((event('MODIFIED', 'a', '9'),), '9'),
        ((bookmark('12'),), '12'),
        ((event('DELETED', 'a', '10'),), '10'),
    ),
)
def test_goes_on_where_it_was_when_the_server_ends_the_watch(server, begin, world, after, version):
    server.on(
        PATH, stream(*LISTED), stream(*after), stream(event('MODIFIED', 'b', '20'), then='hold')
    )
    run = begin()
    run.next()
    while run.next().object['metadata']['name'] != 'b':
        pass
    assert [query.get('resourceVersion') for query in queries(server)] == [None, '7', version]


@pytest.mark.parametrize('how', ('cut', 'reset'))
def test_a_line_cut_in_the_middle_is_had_again(server, begin, how):
    half = b'{"type": "MODIFIED", "obj'
    server.on(
        PATH,
        stream(*LISTED, half, then=how),
        stream(event('MODIFIED', 'a', '8'), then='hold'),
    )
    assert begin().get(2)[1] == Changed('MODIFIED', pod('a', '8'))


def test_lines_split_over_chunks_and_close_delimited_bodies(server, begin):
    text = json.dumps(event('ADDED', 'a', '3')).encode() + b'\n'
    server.on(PATH, stream(text[:20], text[20:], bookmark('7', END), chunked=False, then='hold'))
    assert names(begin().next()) == ['a']


def test_an_event_of_megabytes_is_whole(server, begin):
    big = pod('a', '8', annotations={'text': 'x' * 5_000_000})
    server.on(PATH, stream(*LISTED, {'type': 'MODIFIED', 'object': big}, then='hold'))
    assert begin().get(2)[1] == Changed('MODIFIED', big)


@pytest.mark.parametrize('gone', (refuse(410), stream(GONE)), ids=('status', 'event'))
def test_an_expired_version_lists_again_and_the_new_list_replaces(server, begin, gone):
    server.on(
        PATH,
        stream(*LISTED),
        gone,
        stream(event('ADDED', 'b', '30'), bookmark('31', END), then='hold'),
    )
    assert [names(listed) for listed in begin().get(2)] == [['a'], ['b']]


def test_other_errors_on_a_watch_list_again(server, begin):
    error = {'type': 'ERROR', 'object': {'kind': 'Status', 'code': 500, 'message': 'etcd'}}
    server.on(PATH, stream(*LISTED, error), stream(bookmark('31', END), then='hold'))
    assert [names(listed) for listed in begin().get(2)] == [['a'], []]


@pytest.mark.parametrize('status', (400, 422))
def test_falls_back_to_pages_where_listing_by_watching_is_refused(server, begin, plain, status):
    bare = {'metadata': {'name': 'a', 'resourceVersion': '3'}}
    server.on(
        PATH,
        refuse(status),
        page({'metadata': {'continue': 'c1', 'resourceVersion': '5'}, 'items': [bare]}),
        page({'metadata': {'resourceVersion': '5'}, 'items': [pod('b')]}),
        stream(event('MODIFIED', 'b', '6'), then='hold'),
    )
    run = begin()
    assert run.get(2) == [Listed((pod('a', '3'), pod('b'))), Changed('MODIFIED', pod('b', '6'))]
    assert queries(server)[1:] == [
        {'limit': '500'},
        {'limit': '500', 'continue': 'c1'},
        {'watch': 'true', 'allowWatchBookmarks': 'true', 'resourceVersion': '5'},
    ]
    assert plain == {''}


def test_pages_that_expire_are_listed_all_at_once(server, begin, plain):
    plain.add('')
    server.on(
        PATH,
        page({'metadata': {'continue': 'c1'}, 'items': [pod('a')]}),
        refuse(410),
        page({'metadata': {'resourceVersion': '5'}, 'items': [pod('b')]}),
    )
    assert names(begin().next()) == ['b']
    assert queries(server)[2] == {}


def test_what_one_watch_found_out_holds_for_its_api_group_only(server, begin, plain):
    plain.add('')
    server.on('/apis/apps/v1/namespaces/ns/deployments', stream(bookmark('7', END), then='hold'))
    assert begin(Watch(DEPLOYMENTS, 'ns')).next() == Listed(())


def test_falls_back_where_no_end_bookmark_comes(server, begin, monkeypatch):
    monkeypatch.setattr(watcher, '_LIST_READ_TIMEOUT', 0.1)
    server.on(
        PATH,
        stream(event('ADDED', 'a'), then='hold'),
        page({'metadata': {'resourceVersion': '5'}, 'items': [pod('b')]}),
    )
    assert names(begin().next()) == ['b']


def test_falls_back_where_events_go_on_without_an_end_bookmark(server, begin, world):
    def busy(wire):
        wire.head()
        wire.send(event('ADDED', 'a'))
        time.sleep(0.05)
        world.now = 31.0
        wire.send(event('MODIFIED', 'a'))
        wire.hold()

    server.on(PATH, busy, page({'metadata': {'resourceVersion': '5'}, 'items': [pod('b')]}))
    assert names(begin().next()) == ['b']


def test_silence_lists_again(server, begin, monkeypatch):
    monkeypatch.setattr(watcher, '_READ_TIMEOUT', 0.1)
    server.on(PATH, stream(*LISTED, then='hold'), stream(bookmark('9', END), then='hold'))
    assert [names(listed) for listed in begin().get(2)] == [['a'], []]


def test_waits_longer_each_time_nothing_comes_and_short_again_after_something(server, begin, world):
    ends = [stream() for _ in range(6)]
    server.on(PATH, stream(*LISTED), *ends, stream(bookmark('8')), stream())
    server.on(PATH, stream(event('MODIFIED', 'z', '9'), then='hold'))
    begin().get(2)
    assert world.waits == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 0.2]


def test_waits_as_long_as_the_server_asks(server, begin, world):
    server.on(PATH, refuse(429, Retry_After='7'), stream(*LISTED, then='hold'))
    assert names(begin().next()) == ['a']
    assert world.waits == [7.0]


def test_a_server_in_need_is_told_at_the_second_refusal(server, begin):
    server.on(
        PATH,
        refuse(503, 'busy'),
        refuse(503, 'busy'),
        refuse(503, 'busy'),
        stream(*LISTED, then='hold'),
    )
    payloads = begin().get(3)
    assert payloads[0] == ReadFailure('unreachable', f'{server.url} cannot answer now: busy')
    assert payloads[1] == ReadFailure('recovered', f'{server.url} responds again')
    assert names(payloads[2]) == ['a']


@pytest.mark.parametrize(
    ('status', 'reason', 'requests'),
    ((403, 'denied', 2), (404, 'invalid', 1), (405, 'invalid', 1)),
)
def test_ends_where_asking_again_is_of_no_use(server, begin, status, reason, requests):
    # A user who may not watch may still be allowed to list.
    server.on(PATH, *[refuse(status, 'no such luck')] * requests)
    run = begin()
    trouble = run.next()
    assert (trouble.reason, 'no such luck' in trouble.message) == (reason, True)
    assert run.ended()
    assert len(server.requests) == requests


GADGETS = Resource('x.io', 'v1', 'gadgets', 'Gadget', 'gadget')


def test_an_object_of_a_kind_that_comes_later_is_not_there_yet(server, begin, world):
    path = '/apis/x.io/v1/namespaces/ns/gadgets'
    server.on(path, *[refuse(404, 'no such kind')] * 3, stream(*LISTED, then='hold'))
    payloads = begin(Watch(GADGETS, 'ns', fields='metadata.name=a')).get(2)
    assert [names(payload) for payload in payloads] == [[], ['a']]
    assert len(world.waits) == 3


def test_of_many_objects_a_kind_that_is_not_served_is_an_error(server, begin):
    server.on('/apis/x.io/v1/namespaces/ns/gadgets', refuse(404, 'no such kind'))
    assert begin(Watch(GADGETS, 'ns', 'a=b')).next().reason == 'invalid'


def test_a_bad_selector_is_told_by_the_list(server, begin):
    server.on(PATH, refuse(400, 'bad selector'), refuse(400, 'bad selector'))
    assert begin().next().reason == 'invalid'


def test_tries_on_when_not_signed_in(server, begin):
    server.on(PATH, refuse(401, 'Unauthorized'), refuse(401), stream(*LISTED, then='hold'))
    payloads = begin().get(3)
    assert [getattr(payload, 'reason', 'listed') for payload in payloads] == [
        'unauthorized',
        'recovered',
        'listed',
    ]


def test_an_outage_is_told_once_and_so_is_its_end(server, begin, world, tls):
    server.on(PATH, stream(*LISTED, then='pause'))
    run = begin()
    run.next()
    server.refuse()
    server.then = 'cut'
    server.resume.set()
    trouble = run.next()
    assert trouble.reason == 'unreachable'
    assert (
        'connection refused; check --context and whether the cluster is running' in trouble.message
    )
    until(lambda: len(world.waits) > 5)
    again = Server(tls, server.port)
    again.on(PATH, stream(event('MODIFIED', 'a', '8'), then='hold'))
    try:
        assert [getattr(payload, 'reason', None) for payload in run.get(2)] == ['recovered', None]
    finally:
        run.reader.stop()
        assert run.ended()
        again.close()


@pytest.mark.parametrize(
    ('script', 'headers'),
    (
        (stream(*LISTED, then='hold'), False),
        (stream(then='hold'), False),
        (stream(*LISTED, chunked=False, then='hold'), False),
        (Wire.hold, True),
    ),
    ids=('idle', 'listing', 'close-delimited', 'no-headers'),
)
def test_stops_at_once(server, begin, connection, script, headers):
    server.on(PATH, script)
    run = begin()
    until(lambda: server.requests)
    time.sleep(0.05)
    began = time.monotonic()
    run.reader.stop()
    run.thread.join(0.2)
    # Who waits for headers has no stream yet: only the connection can wake it.
    assert run.thread.is_alive() == headers
    connection.close()
    assert run.ended()
    assert time.monotonic() - began < 1


@pytest.mark.parametrize('body', (b'<html>', [1]))
def test_a_list_that_is_garbage_is_had_again(server, begin, plain, body):
    plain.add('')
    server.on(PATH, page(body), page({'metadata': {'resourceVersion': '5'}, 'items': [pod('b')]}))
    assert names(begin().next()) == ['b']


def test_garbage_is_had_again(server, begin):
    server.on(PATH, stream(b'<html>\n'), stream(*LISTED, then='hold'))
    assert names(begin().next()) == ['a']


def test_an_object_of_any_depth_and_text_is_delivered(server, begin):
    deep = json.dumps(event('ADDED', 'a')).replace(
        '"kind"', f'"x": {"[" * 9000}{"]" * 9000}, "kind"'
    )
    server.on(PATH, stream(deep.encode() + b'\n', bookmark('7', END), then='hold'))
    run = begin(Watch(PODS, 'ns', 'app=\ud800'))
    assert names(run.next()) == ['a']
    assert queries(server)[0]['labelSelector'] == 'app=?'


@pytest.mark.parametrize(
    ('bad', 'count', 'message'),
    (
        (page(b'<html>', Content_Type='text/html'), 2, 'it sent an HTML page'),
        (page(b'', 302, Location='https://joe:pw@else.test/x?y'), 2, 'a redirect to else.test;'),
        (page(b'', 301, Location='https://['), 2, 'it sent a redirect;'),
        (stream(b'<html>\n'), 2, 'it sent an event that cannot be read'),
        (refuse(500, 'no quorum'), 2, 'no quorum'),
        (refuse(429, 'slow down'), 5, 'slow down'),
    ),
)
def test_an_outage_is_reported_after_some_bad_answers_in_a_row(
    server, begin, world, bad, count, message
):
    server.on(PATH, *[bad] * (count - 1), stream(*LISTED))
    server.on(PATH, *[bad] * (count + 2), stream(event('MODIFIED', 'a', '8'), then='hold'))
    run = begin()
    assert names(run.next()) == ['a']
    failure = run.next()
    assert failure.reason == 'unreachable' and message in failure.message
    assert [getattr(payload, 'reason', None) for payload in run.get(2)] == ['recovered', None]


@pytest.mark.parametrize('count', (2, 3))
def test_lists_that_are_cut_are_reported_after_some(server, begin, count):
    server.on(PATH, *[stream(b'{"type"', then='cut')] * count, stream(*LISTED, then='hold'))
    reasons = [getattr(payload, 'reason', None) for payload in begin().get(1 if count < 3 else 3)]
    assert reasons == ([None] if count < 3 else ['unreachable', 'recovered', None])


def test_watches_that_all_end_at_once_are_reported_once(server, begin):
    server.on(PATH, stream(*LISTED), *[stream()] * 15, stream(bookmark('8'), then='hold'))
    payloads = begin().get(3)
    assert [getattr(payload, 'reason', None) for payload in payloads] == [
        None, 'unreachable', 'recovered',
    ]  # fmt: skip
    assert 'ends its answers too early' in payloads[1].message


def test_credentials_that_are_rejected_for_half_a_minute_are_invalid(server, begin, world):
    server.on(PATH, stream(*LISTED), *[refuse(401, 'Unauthorized')] * 20)
    run = begin()
    reasons = [getattr(payload, 'reason', None) for payload in run.get(3)]
    assert reasons == [None, 'unauthorized', 'invalid']
    assert run.ended()
    assert (len(server.requests), 25 < sum(world.waits) < 60) == (11, True)


def test_an_event_without_end_is_not_kept(server, begin, monkeypatch):
    monkeypatch.setattr(limits, 'EVENT_BYTES', 100_000)
    server.on(PATH, stream(*LISTED), stream(b'{"type": "', b'x' * 200_000, then='hold'))
    run = begin()
    assert names(run.next()) == ['a']
    assert 'sent an answer of more than 97 KiB' in run.next().message


def test_a_list_without_end_is_not_kept(server, begin, monkeypatch, plain):
    monkeypatch.setattr(limits, 'LIST_BYTES', 1000)
    plain.add('')
    endless = page({'metadata': {'continue': 'c'}, 'items': [pod('a')] * 3})
    server.on(PATH, *[endless] * 9)
    failure = begin().next()
    assert (failure.reason, 'more than 0 KiB' in failure.message) == ('unreachable', True)
