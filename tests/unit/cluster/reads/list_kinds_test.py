"""Lists of many kinds over a connection."""

from __future__ import annotations

import json
import threading

import pytest

from kubectl_dog.cluster.reads.list_kinds import list_kinds
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS


class Connection:
    """Answers by path; an answer is a body, a status, or an exception."""

    server = 'https://h'

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []
        self.lock = threading.Lock()

    def get(self, path, query=(), accept=''):
        with self.lock:
            self.asked.append((path, dict(query)))
        answer = self.answers.get(path.rpartition('/')[2], {'items': []})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return Response(answer, b'{"message": "no"}', {})
        return Response(200, json.dumps(answer).encode(), {})


def named(name):
    return {'metadata': {'name': name, 'managedFields': []}}


def test_each_kind_is_one_request_and_cluster_scoped_kinds_have_no_namespace():
    connection = Connection(pods={'items': [named('a')]})
    answers = list_kinds(connection, (PODS, NODES, JOBS), 'shop')
    [obj] = answers[PODS].objects
    assert obj == {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'a'}}
    assert list(answers) == [PODS, NODES, JOBS]
    assert sorted(path for path, _ in connection.asked) == [
        '/api/v1/namespaces/shop/pods',
        '/api/v1/nodes',
        '/apis/batch/v1/namespaces/shop/jobs',
    ]


def test_all_namespaces_take_no_more_requests():
    connection = Connection()
    list_kinds(connection, (PODS, JOBS), '')
    assert sorted(path for path, _ in connection.asked) == ['/api/v1/pods', '/apis/batch/v1/jobs']


def test_long_lists_come_in_pages():
    pages = [{'items': [named('a')], 'metadata': {'continue': 'x'}}, {'items': [named('b')]}]
    connection = Connection(pods=pages)
    answers = list_kinds(connection, (PODS,), 'shop')
    assert [obj['metadata']['name'] for obj in answers[PODS].objects] == ['a', 'b']
    assert [query.get('continue') for _, query in connection.asked] == [None, 'x']


@pytest.mark.parametrize(
    ('answer', 'result'),
    [
        (403, ReadFailure('denied', 'no')),
        (401, 'unauthorized'),
        (404, Listed(())),
        (405, Listed(())),
        (503, 'unreachable'),
        (UnreachableError('gone'), ReadFailure('unreachable', 'gone')),
        ([[]], 'unreachable'),
    ],
)
def test_a_kind_that_cannot_be_read_does_not_affect_the_others(answer, result):
    answers = list_kinds(Connection(pods=answer), (DEPLOYMENTS, PODS), 'shop')
    assert answers[DEPLOYMENTS] == Listed(())
    assert result in (answers[PODS], getattr(answers[PODS], 'reason', ''))
