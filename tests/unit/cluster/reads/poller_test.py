"""What may not be watched is listed at intervals, and one object is read by its name."""

from __future__ import annotations

import pytest

from kubectl_dog.cluster.reads import poller
from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Watch
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse

PATH = '/api/v1/namespaces/ns/pods'
POD = f'{PATH}/a'
GADGETS = Resource('x.io', 'v1', 'gadgets', 'Gadget', 'gadget')
ALL, WEB = Watch(PODS, 'ns', 'app=web'), Watch(PODS, 'ns', fields='metadata.name=a')
NO_WATCH, NO_LIST, NO_GET = (refuse(403, f'cannot {verb}') for verb in ('watch', 'list', 'get'))
UNWATCHED = ReadFailure('unwatched', 'cannot watch')


def pod(version):
    metadata = {'name': 'a', 'resourceVersion': version}
    return {'kind': 'Pod', 'apiVersion': 'v1', 'metadata': metadata}


def items(*objects):
    return page({'kind': 'PodList', 'metadata': {}, 'items': list(objects)})


@pytest.fixture
def begin(start, connection, world):
    def begin(want=ALL):
        return start(lambda emit: Watcher(want, connection, emit, set(), world.environment))

    return begin


def test_what_may_be_listed_is_listed_again_and_again(server, begin, world):
    server.on(PATH, NO_WATCH, items(pod('1')), items(pod('1')), items(pod('2')), items())
    payloads = begin().get(4)
    assert payloads == [Listed((pod('1'),)), UNWATCHED, Listed((pod('2'),)), Listed(())]
    assert set(world.waits) == {poller.LIST_INTERVAL}
    assert server.requests[-1].query['labelSelector'] == 'app=web'


def test_what_may_only_be_read_by_its_name_is_read_by_its_name(server, begin, world):
    server.on(PATH, NO_WATCH, NO_LIST)
    server.on(POD, page(pod('1')), page(pod('2')), refuse(404, 'none'))
    payloads = begin(WEB).get(4)
    assert payloads == [Listed((pod('1'),)), UNWATCHED, Listed((pod('2'),)), Listed(())]
    assert set(world.waits) == {poller.OBJECT_INTERVAL}


@pytest.mark.parametrize(
    ('want', 'requests', 'message'), ((ALL, 2, 'cannot list'), (WEB, 3, 'cannot get'))
)
def test_the_weakest_right_that_is_missing_is_named(server, begin, want, requests, message):
    server.on(PATH, NO_WATCH, NO_LIST)
    server.on(POD, NO_GET)
    run = begin(want)
    assert run.next() == ReadFailure('denied', message)
    assert run.ended()
    assert len(server.requests) == requests


@pytest.mark.parametrize(
    'fields',
    ('metadata.name=a,spec.nodeName=b', 'spec.x=1,metadata.name=a', 'involvedObject.uid=a'),
)
def test_a_name_alone_selects_an_object(server, begin, fields):
    server.on(PATH, NO_WATCH, NO_LIST)
    assert begin(Watch(PODS, 'ns', fields=fields)).next() == ReadFailure('denied', 'cannot list')


@pytest.mark.parametrize(
    ('trouble', 'reason'),
    ((refuse(503, 'busy'), 'unreachable'), (refuse(401, 'who'), 'unauthorized')),
)
def test_an_outage_is_reported_once_and_once_its_end(server, begin, trouble, reason):
    server.on(PATH, NO_WATCH, items(pod('1')), trouble, trouble, items(pod('1')))
    payloads = begin().get(4)
    assert [payload.reason for payload in payloads[1:]] == ['unwatched', reason, 'recovered']


@pytest.mark.parametrize('answer', (page(b'<html>'), page([])))
def test_an_answer_that_is_no_object_is_read_again(server, begin, answer):
    server.on(PATH, NO_WATCH, NO_LIST)
    server.on(POD, answer, page(pod('1')))
    assert begin(WEB).next() == Listed((pod('1'),))


def test_a_list_that_is_not_json_is_read_again(server, begin):
    server.on(PATH, NO_WATCH, page(b'<html>'), items(pod('1')))
    assert begin().next() == Listed((pod('1'),))


def test_rights_that_are_lost_end_it(server, begin):
    server.on(PATH, NO_WATCH, items(pod('1')), NO_LIST)
    payloads = begin().get(3)
    assert payloads[2] == ReadFailure('denied', 'cannot list')


def test_a_kind_that_is_not_served_has_no_object_yet(server, begin):
    path = '/apis/x.io/v1/namespaces/ns/gadgets'
    server.on(path, NO_WATCH, refuse(404, 'none'))
    assert begin(Watch(GADGETS, 'ns', fields='metadata.name=a')).next() == Listed(())


def test_a_collection_that_is_not_served_is_an_error(server, begin):
    server.on('/apis/x.io/v1/namespaces/ns/gadgets', NO_WATCH, refuse(404, 'none'))
    assert begin(Watch(GADGETS, 'ns')).next().reason == 'invalid'
