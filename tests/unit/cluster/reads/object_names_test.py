from __future__ import annotations

import json

import pytest

from kubectl_dog.cluster.reads.object_names import object_names
from kubectl_dog.model.connection import Response
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import NODES


class Pages:
    """A connection that answers with these pages, in order."""

    namespace = 'shop'

    def __init__(self, *pages):
        self.pages = list(pages)
        self.asked = []
        self.versions = []

    def get(self, path, query=(), accept=''):
        self.asked.append((path, dict(query).get('continue')))
        self.versions.append(dict(query).get('resourceVersion'))
        page = self.pages.pop(0)
        status = 200 if isinstance(page, dict) and page.get('kind') != 'Status' else 403
        return Response(status, page if isinstance(page, bytes) else json.dumps(page).encode(), {})


def table(*names, more='', before=()):
    columns = [*before, {'name': 'Name', 'format': 'name'}]
    rows = [{'cells': [*('x' for _ in before), name, '1/1']} for name in names]
    return {
        'kind': 'Table',
        'metadata': {'continue': more},
        'columnDefinitions': [*columns, {'name': 'Ready', 'format': ''}],
        'rows': rows,
    }


def listed(*names):
    items = [{'metadata': {'name': name}} for name in names]
    return {'kind': 'DeploymentList', 'metadata': {}, 'items': items}


@pytest.mark.parametrize(
    'pages',
    (
        [table('web', 'db')],
        [table('web', 'db', before=[{'name': 'Last Seen', 'format': ''}])],
        [table('web', more='x'), table('db')],
        [listed('web', 'db')],
    ),
)
def test_names_come_in_whatever_form_the_server_has(pages):
    assert object_names(Pages(*pages), DEPLOYMENTS) == ['web', 'db']


def test_the_server_may_answer_from_memory_but_a_page_goes_on_from_the_one_before():
    pages = Pages(table('web', more='x'), table('db'))
    object_names(pages, DEPLOYMENTS)
    assert pages.versions == ['0', None]


def test_an_empty_namespace_has_no_names():
    assert object_names(Pages({**table(), 'rows': None}), DEPLOYMENTS) == []


def test_the_namespace_is_the_connections_and_pages_follow_each_other():
    connection = Pages(table('web', more='next'), table('db'))
    object_names(connection, DEPLOYMENTS)
    path = '/apis/apps/v1/namespaces/shop/deployments'
    assert connection.asked == [(path, None), (path, 'next')]
    nodes = Pages(table('one'))
    object_names(nodes, NODES)
    assert nodes.asked == [('/api/v1/nodes', None)]


@pytest.mark.parametrize(
    'pages',
    (
        [{'kind': 'Status', 'status': 'Failure', 'code': 403}],
        [table('web', more='x'), {'kind': 'Status', 'status': 'Failure', 'code': 410}],
        [b'<html>'],
        [b'[]'],
        [{'kind': 'Table', 'columnDefinitions': [], 'rows': [{'cells': ['web']}]}],
        [{'kind': 'List', 'items': [None]}],
    ),
)
def test_a_part_of_the_names_is_not_offered_as_the_whole(pages):
    with pytest.raises(AccessError, match='deployments cannot be listed'):
        object_names(Pages(*pages), DEPLOYMENTS)
