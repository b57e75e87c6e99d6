"""What API servers, and whoever writes to them, may send in any field."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.cluster.discovery import matching
from kubectl_dog.cluster.discovery.client import Resolver
from kubectl_dog.cluster.discovery.client import discover
from kubectl_dog.cluster.helm import release
from kubectl_dog.cluster.reads.lookup import answer_lookup
from kubectl_dog.cluster.reads.object_names import object_names
from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.paging import list_all
from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.cluster.reads.watcher import ExpiredError
from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.transport.api_errors import parse_status
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import Response
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.oddities import ANY
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen

HIDDEN = 'hunter2'
LAMPS = Resource('x.example.com', 'v1', 'lamps', 'Lamp', 'lamp')
MANAGED = [{'manager': 'm', 'time': '2026-01-01T00:00:00Z', 'fieldsV1': {'f:spec': {}}}]
META = {'name': 'a', 'uid': 'u', 'annotations': {'a': 'b'}, 'managedFields': MANAGED}
LAMP = {
    'kind': 'Lamp',
    'apiVersion': 'x.example.com/v1',
    'metadata': {**META, 'resourceVersion': '4'},
    'spec': {'containers': [container()], 'template': {'spec': {'containers': [container()]}}},
}
NODE = {'kind': 'Node', 'apiVersion': 'v1', 'metadata': META, 'status': {'images': [{}]}}
SECRET = {'kind': 'Secret', 'apiVersion': 'v1', 'metadata': META, 'data': {'a': HIDDEN}}
OBJECTS = (LAMP, NODE, SECRET, pod(), deployment())
END = {'metadata': {'resourceVersion': '7', 'annotations': {'k8s.io/initial-events-end': 'true'}}}
PAGE = {'kind': 'List', 'items': [LAMP, pod()], 'metadata': {'resourceVersion': '9'}}
EVENTS = (
    {'type': 'ADDED', 'object': LAMP},
    {'type': 'BOOKMARK', 'object': END},
    {'type': 'ERROR', 'object': {'kind': 'Status', 'code': 410}},
)


class Server:
    """Answers each request with the same."""

    server, namespace, user, clock_offset = 'https://h', 'ns', '', 0.0

    def __init__(self, answer, status=200):
        self.response = Response(status, json.dumps(answer).encode(), {})

    def get(self, path, query=(), accept=''):
        return self.response


@pytest.mark.parametrize('odd', (['x', 'y'], {'a': 'x'}, 7, 'x', [['x']], True))
@pytest.mark.parametrize('kind', ('Lamp', 'Pod', 'Deployment', 'Secret', 'Node', ['Pod'], None))
def test_the_same_field_may_be_anything_elsewhere(odd, kind):
    before = {
        'kind': kind,
        'apiVersion': odd,
        'metadata': {'annotations': odd, 'managedFields': odd},
        'spec': {'containers': odd, 'template': odd},
        'status': odd,
    }
    pruned = prune(copy.deepcopy(before))
    assert pruned['spec'] == before['spec']


@pytest.mark.parametrize('field', ('dnsPolicy', 'serviceAccount'))
def test_of_a_custom_resource_nothing_is_taken_away(field):
    lamp = {**LAMP, 'kind': 'Pod', 'spec': {field: 'x', 'containers': [{'tty': 'x'}]}}
    assert prune(copy.deepcopy(lamp))['spec'] == lamp['spec']


@pytest.mark.parametrize('data', (HIDDEN, [HIDDEN], {'a': HIDDEN}, {'a': {'b': HIDDEN}}))
@pytest.mark.parametrize('version', ('v1', 'x.example.com/v1', 7))
def test_no_secret_has_a_value_whatever_its_shape(data, version):
    secret = {'kind': 'Secret', 'apiVersion': version, 'data': data, 'stringData': data}
    assert HIDDEN not in json.dumps(prune(secret))


@SETTINGS
@given(misshapen(*OBJECTS))
def test_pruning(obj):
    assert prune(obj) is obj


def emitted(*lines):
    payloads = []
    watcher = Watcher(Watch(LAMPS, 'ns'), Server({}), payloads.append, set(), Environment())
    watcher._listing = []
    for line in lines:
        try:
            watcher._handle_line(json.dumps(line).encode())
        except (CutError, ExpiredError):
            continue
    return watcher, payloads


@SETTINGS
@given(st.lists(misshapen(*EVENTS) | ANY, max_size=4))
def test_watching(lines):
    watcher, payloads = emitted(*lines, EVENTS[1], *lines)
    assert isinstance(watcher._version, str)
    assert isinstance(payloads[0], Listed)
    for payload in payloads[1:]:
        assert isinstance(payload, (Changed, Listed))
        assert isinstance(payload, Listed) or payload.change in ('ADDED', 'MODIFIED', 'DELETED')


@pytest.mark.parametrize('annotations', (['x'], 'x', 7, {'k8s.io/initial-events-end': ['true']}))
def test_a_bookmark_of_another_shape_ends_no_list(annotations):
    odd = {'type': 'BOOKMARK', 'object': {'metadata': {'annotations': annotations}}}
    _, payloads = emitted(odd, EVENTS[0], EVENTS[1])
    assert [len(payload.objects) for payload in payloads] == [1]


@SETTINGS
@given(misshapen(PAGE, {**PAGE, 'items': [SECRET]}) | ANY)
def test_listing(page):
    try:
        objects, version = list_all(Once(page), Watch(LAMPS, 'ns'), bool)
    except CutError:
        return
    assert isinstance(version, str)
    assert all(isinstance(obj, dict) for obj in objects)


class Once(Server):
    """The second page is the last one."""

    def get(self, path, query=(), accept=''):
        response, self.response = self.response, Server(PAGE).response
        return response


@pytest.mark.parametrize('items', ({'a': {}}, 'x', 7, True))
def test_what_is_in_no_list_is_not_absent(items):
    with pytest.raises(CutError):
        list_all(Server({'items': items}), Watch(PODS, 'ns'), bool)


@SETTINGS
@given(ANY | misshapen({'kind': 'Status', 'code': 403, 'message': 'no', 'reason': 'Forbidden'}))
def test_refusals(answer):
    refused = parse_status(403, json.dumps(answer).encode())
    assert [type(field) for field in refused] == [int, str, str]
    with pytest.raises(RefusedError):
        list_all(Server(answer, 403), Watch(PODS, 'ns'), bool)


@SETTINGS
@given(
    ANY | misshapen(PAGE, *OBJECTS),
    st.sampled_from(
        (
            Lookup(PODS, 'ns', 'a'),
            Lookup(PODS, 'ns'),
            Lookup(SECRETS, 'ns', 'a', full_object=True),
            Lookup(SECRETS, 'ns', full_object=True),
        )
    ),
)
def test_looking(answer, want):
    assert all(isinstance(obj, dict) for obj in answer_lookup(Server(answer), want).objects)


TABLE = {
    'kind': 'Table',
    'columnDefinitions': [{'format': 'x'}, {'format': 'name'}],
    'rows': [{'cells': ['', 'web']}],
}


@SETTINGS
@given(ANY | misshapen(TABLE, PAGE))
def test_names(answer):
    try:
        names = object_names(Once(answer), PODS)
    except UserError:
        return
    assert all(isinstance(name, str) for name in names)


AGGREGATED = {
    'kind': 'APIGroupDiscoveryList',
    'items': [
        {
            'metadata': {'name': 'apps'},
            'versions': [
                {
                    'version': 'v1',
                    'resources': [
                        {
                            'resource': 'deployments',
                            'responseKind': {'kind': 'Deployment'},
                            'scope': 'Namespaced',
                            'singularResource': 'deployment',
                            'shortNames': ['deploy'],
                            'categories': ['all'],
                            'verbs': ['list'],
                        }
                    ],
                }
            ],
        }
    ],
}
LEGACY = (
    {'kind': 'APIVersions', 'versions': ['v1']},
    {
        'kind': 'APIGroupList',
        'groups': [
            {
                'name': 'apps',
                'versions': [{'version': 'v1'}],
                'preferredVersion': {'version': 'v1'},
            }
        ],
    },
    {
        'kind': 'APIResourceList',
        'resources': [
            {'name': 'pods', 'kind': 'Pod', 'shortNames': ['po'], 'verbs': ['get', 'list']}
        ],
    },
)


class Discovery(Server):
    def __init__(self, root, version):
        self.root, self.version = Server(root).response, Server(version).response

    def get(self, path, query=(), accept=''):
        return self.root if path in ('/api', '/apis') else self.version


class NoCache:
    def read(self):
        return ()

    def write(self, kinds):
        json.dumps(kinds)


@SETTINGS
@given(
    misshapen(AGGREGATED, *LEGACY[:2]) | st.sampled_from(LEGACY[:2]) | ANY,
    misshapen(LEGACY[2]) | ANY,
)
def test_discovery(root, version):
    server = Discovery(root, version)
    try:
        kinds = discover(server).kinds
    except UserError:
        return
    matching.spellings(kinds)
    for word in ('deploy', 'pods.v1.x', 'all', 'x'):
        try:
            Resolver(server, NoCache())(word)
        except UserError:
            continue


@SETTINGS
@given(
    misshapen(
        {
            'items': [{'metadata': {'name': 'r', 'labels': {'name': 'web', 'version': '3'}}}],
            'metadata': {'name': 'r', 'labels': {'name': 'web', 'version': '3'}},
            'data': {'release': 'e30='},
        }
    )
    | ANY
)
def test_releases(answer):
    with pytest.raises(UserError):
        release(Server(answer), 'web')
