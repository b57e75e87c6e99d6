from __future__ import annotations

import json
import os
import stat

import pytest

from kubectl_dog import platform_compat
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.discovery import kind_cache
from kubectl_dog.cluster.discovery.client import ACCEPT
from kubectl_dog.cluster.discovery.client import Resolver
from kubectl_dog.cluster.discovery.client import discover
from kubectl_dog.cluster.discovery.kind_cache import TTL
from kubectl_dog.cluster.discovery.kind_cache import Cache
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from tests.unit.needs import posix

URL = 'https://h'
system_is_ours = platform_compat.is_own_file


def kind(plural, name, shorts=(), categories=(), namespaced=True, singular=None):
    return {
        'name': plural,
        'kind': name,
        'shortNames': list(shorts),
        'categories': list(categories),
        'namespaced': namespaced,
        'singularName': name.lower() if singular is None else singular,
    }


NODES = kind('nodes', 'Node', ['no'], namespaced=False)
EVENTS = kind('events', 'Event', ['ev'])
SCALERS = kind('horizontalpodautoscalers', 'HorizontalPodAutoscaler', ['hpa'], ['all'])
WIDGETS = kind('widgets', 'Widget', ['wi', 'wid'], ['toys'])
# (group, [(version, kinds or None where it is down)]), as the server orders them.
CORE = [('', [('v1', [kind('pods', 'Pod', ['po'], ['all']), NODES, EVENTS])])]
GROUPS = [
    (
        'apps',
        [
            (
                'v1',
                [
                    kind('deployments', 'Deployment', ['deploy'], ['all']),
                    kind('statefulsets', 'StatefulSet', ['sts'], ['all']),
                ],
            )
        ],
    ),
    ('events.k8s.io', [('v1', [EVENTS])]),
    ('autoscaling', [('v2', [SCALERS]), ('v1', [SCALERS, kind('olds', 'Old', ['hpa'])])]),
    ('batch', [('v1', [kind('jobs', 'Job')])]),
    ('first.example.com', [('v1', [kind('widgets', 'Widget', ['po', 'shared'])])]),
    ('example.com', [('v1beta1', [WIDGETS]), ('v1', [WIDGETS])]),
    (
        'odd.io',
        [
            (
                'v1',
                [
                    kind('people', 'HumanBeing', singular='person'),
                    kind('nameless', 'Nameless', singular=''),
                    kind('sharers', 'Sharer', ['shared', 'wi']),
                ],
            )
        ],
    ),
]


def aggregated(groups):
    return {
        'kind': 'APIGroupDiscoveryList',
        'items': [
            {
                'metadata': {'name': group} if group else {},
                'versions': [
                    {
                        'version': version,
                        'freshness': 'Stale' if rows is None else 'Current',
                        'resources': [
                            {
                                'resource': row['name'],
                                'responseKind': {'group': '', 'version': '', 'kind': row['kind']},
                                'scope': 'Namespaced' if row['namespaced'] else 'Cluster',
                                'singularResource': row['singularName'],
                                'shortNames': row['shortNames'],
                                'categories': row['categories'],
                                'subresources': [{'subresource': 'status'}],
                            }
                            for row in rows or [kind('leftovers', 'Leftover')]
                        ]
                        + [{'resource': 'parents', 'subresources': [{'subresource': 'x'}]}],
                    }
                    for version, rows in versions
                ],
            }
            for group, versions in groups
        ],
    }


class Server:
    """A Connection whose answers are a dict by path; counts what is asked."""

    server = URL
    namespace = 'default'
    user = 'jane'
    clock_offset = 0.0

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.accepts = []

    def get(self, path, query=(), accept=JSON):
        self.asked.append(path)
        self.accepts.append(accept)
        answer = self.answers.get(path, 404)
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(accept)
        if isinstance(answer, int):
            return Response(answer, b'{"message": "said no"}', {})
        return Response(
            200, answer if isinstance(answer, bytes) else json.dumps(answer).encode(), {}
        )


def modern(core=CORE, groups=GROUPS):
    return Server({'/api': aggregated(core), '/apis': aggregated(groups)})


def old(groups=GROUPS):
    answers = {
        '/api': {'kind': 'APIVersions', 'versions': ['v1']},
        '/apis': {
            'kind': 'APIGroupList',
            'groups': [
                {
                    'name': group,
                    # Listed the other way round: it is `preferredVersion` that counts.
                    'versions': [{'version': version} for version, _ in reversed(versions)],
                    'preferredVersion': {'version': versions[0][0]},
                }
                for group, versions in groups
            ],
        },
    }
    for group, versions in CORE + groups:
        for version, rows in versions:
            path = f'/apis/{group}/{version}' if group else f'/api/{version}'
            below = [{'name': 'pods/status', 'kind': 'Sub'}]
            answers[path] = 503 if rows is None else {'resources': rows + below}
    return Server(answers)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(tmp_path, clock):
    return lambda server=URL, user='jane': Cache(
        server, user, {'KUBECACHEDIR': str(tmp_path / 'below' / 'cache')}, clock
    )


def named(resource):
    return '/'.join(filter(None, (resource.group, resource.version, resource.plural)))


WORDS = (
    ('statefulsets', 'apps/v1/statefulsets'),
    ('statefulset', 'apps/v1/statefulsets'),
    ('sts', 'apps/v1/statefulsets'),
    ('StatefulSet', 'apps/v1/statefulsets'),
    ('STATEFULSETS', 'apps/v1/statefulsets'),
    ('STS', 'apps/v1/statefulsets'),
    ('sts.apps', 'apps/v1/statefulsets'),
    ('StatefulSet.apps', 'apps/v1/statefulsets'),
    ('statefulsets.v1.apps', 'apps/v1/statefulsets'),
    ('sts.v1.apps', 'apps/v1/statefulsets'),
    ('sts.', 'apps/v1/statefulsets'),
    ('statefulset.v1.', 'apps/v1/statefulsets'),
    # The start of a group will do, where no group has that very name.
    ('sts.ap', 'apps/v1/statefulsets'),
    ('statefulset.ap', 'apps/v1/statefulsets'),
    ('sts.v1.ap', 'apps/v1/statefulsets'),
    ('statefulset.v1.ap', None),
    ('statefulset.v2.apps', None),
    ('statefulset.batch', None),
    ('widget.exam', 'example.com/v1beta1/widgets'),
    # The core group comes first, then groups as the server orders them.
    ('events', 'v1/events'),
    ('ev', 'v1/events'),
    ('events.events.k8s.io', 'events.k8s.io/v1/events'),
    ('ev.v1.events.k8s.io', 'events.k8s.io/v1/events'),
    ('events.v1.', 'v1/events'),
    ('po', 'v1/pods'),
    ('po.first.example.com', 'first.example.com/v1/widgets'),
    ('widgets', 'first.example.com/v1/widgets'),
    ('shared', 'first.example.com/v1/widgets'),
    ('wi', 'example.com/v1beta1/widgets'),
    ('wid', 'example.com/v1beta1/widgets'),
    # The preferred version comes first, unless another is said.
    ('widgets.example.com', 'example.com/v1beta1/widgets'),
    ('widgets.v1.example.com', 'example.com/v1/widgets'),
    ('hpa', 'autoscaling/v2/horizontalpodautoscalers'),
    ('horizontalpodautoscaler.v1.autoscaling', 'autoscaling/v1/horizontalpodautoscalers'),
    # As kubectl has it: with short names the version does not count.
    ('hpa.v1.autoscaling', 'autoscaling/v2/horizontalpodautoscalers'),
    ('old', 'autoscaling/v1/olds'),
    # `a.b.c` is a version and a group, before it is a group with a dot.
    ('widgets.first.example.com', 'first.example.com/v1/widgets'),
    # The kind is not the singular; a server that tells no singular.
    ('people', 'odd.io/v1/people'),
    ('person', 'odd.io/v1/people'),
    ('HumanBeing', 'odd.io/v1/people'),
    ('humanbeing.odd.io', 'odd.io/v1/people'),
    ('HumanBeing.v1.odd.io', 'odd.io/v1/people'),
    ('HumanBeing.v2.odd.io', None),
    ('Nameless', 'odd.io/v1/nameless'),
    # A category of one kind is that kind.
    ('toys', 'example.com/v1beta1/widgets'),
    ('parents', None),
    ('status', None),
    ('pods/status', None),
    ('.apps', None),
    ('..', None),
)


@pytest.mark.parametrize('server', (modern, old))
@pytest.mark.parametrize(('word', 'expected'), WORDS)
def test_words_mean_what_they_mean_to_kubectl(word, expected, server, cache):
    resolve = Resolver(server(), cache())
    if expected is None:
        with pytest.raises(UserError, match='the server has no resource type') as raised:
            resolve(word)
        assert raised.value.exit_code == 2
    else:
        assert named(resolve(word)) == expected


RIVALS = [
    ('v1.apps', [('v2', [kind('statefulsets', 'StatefulSet')])]),
    ('example.com.cn', [('v1', [WIDGETS])]),
    *GROUPS,
    ('late.io', [('v1', [kind('stses', 'Sts')])]),
]


@pytest.mark.parametrize('server', (modern, old))
@pytest.mark.parametrize(
    ('word', 'expected'),
    (
        # A name goes before a short name, whatever group is first.
        ('sts', 'late.io/v1/stses'),
        ('sts.apps', 'apps/v1/statefulsets'),
        ('statefulset.v1.apps', 'apps/v1/statefulsets'),
        ('statefulset.v2.apps', None),
        ('statefulset.v2.v1.apps', 'v1.apps/v2/statefulsets'),
        # Not as kubectl, which may take the first group that starts so: a group that is
        # written out is meant.
        ('widgets.example.com', 'example.com/v1beta1/widgets'),
    ),
)
def test_where_several_have_a_name_one_goes_first(word, expected, server, cache):
    resolve = Resolver(server(groups=RIVALS), cache())
    if expected is None:
        with pytest.raises(UserError, match='no resource type'):
            resolve(word)
    else:
        assert named(resolve(word)) == expected


@pytest.mark.parametrize('server', (modern, old))
def test_resources_have_scope_kind_and_short_name(server, cache):
    resolve = Resolver(server(), cache())
    assert resolve('no') == ('', 'v1', 'nodes', 'Node', 'no', False)
    assert resolve('wi')[4:] == ('wi', True)
    assert resolve('jobs').short == 'job'
    assert resolve('nameless').short == 'nameless'
    # Wants are shared by value, whoever made them.
    assert (resolve('deployment'), resolve('po')) == (DEPLOYMENTS, PODS)


def test_two_requests_tell_everything(cache):
    server = modern()
    Resolver(server, cache())('jobs')
    assert (server.asked, server.accepts) == (['/api', '/apis'], [ACCEPT, ACCEPT])


def test_a_server_that_takes_no_such_accept_is_asked_plainly(cache):
    server = old()
    for path in ('/api', '/apis'):
        answer = server.answers[path]
        server.answers[path] = lambda accept, answer=answer: answer if accept == JSON else 406
    assert Resolver(server, cache())('jobs').plural == 'jobs'


def down(groups, which):
    return [
        (group, [(v, None if group == which else rows) for v, rows in versions])
        for group, versions in groups
    ]


@pytest.mark.parametrize('server', (modern, old))
def test_a_group_that_is_down_does_not_break_the_others(server, cache):
    resolve = Resolver(server(groups=down(GROUPS, 'apps')), cache())
    assert resolve('jobs').kind == 'Job'
    message = r'type "sts" \(apps/v1 did not answer\)'
    with pytest.raises(UserError, match=message):
        resolve('sts')
    with pytest.raises(UserError, match='did not answer'):
        resolve('leftovers')


@pytest.mark.parametrize(
    'failure', (UnreachableError('gone'), b'<html>', {'resources': [{}]}, {}, [1], 403)
)
def test_a_group_whose_answer_is_no_good_does_not_break_the_others(failure, cache):
    server = old()
    server.answers['/apis/batch/v1'] = failure
    assert discover(server).failed == ('batch/v1',)
    assert Resolver(server, cache())('sts').kind == 'StatefulSet'


def test_what_is_partial_is_not_remembered(cache):
    # For ten minutes `widgets` would be those of a group further down.
    server = modern(groups=down(GROUPS, 'first.example.com'))
    assert named(Resolver(server, cache())('widgets')) == 'example.com/v1beta1/widgets'
    assert named(Resolver(modern(), cache())('widgets')) == 'first.example.com/v1/widgets'


@pytest.mark.parametrize('path', ('/api', '/apis'))
@pytest.mark.parametrize(
    ('answer', 'message'),
    (
        (UnreachableError('cannot connect to it'), '^cannot connect to it$'),
        (401, 'https://h does not accept the credentials .*: sign in again'),
        (403, 'said no'),
        (503, 'https://h cannot answer now: said no'),
        (b'<html>', 'returned no API groups; check --server'),
        ([1], 'returned no API groups'),
        ({}, 'returned no API groups'),
        ({'kind': 'APIGroupDiscoveryList', 'items': [{}]}, 'returned no API groups'),
    ),
)
def test_no_discovery_is_no_access(path, answer, message, cache):
    server = modern()
    server.answers[path] = answer
    with pytest.raises(AccessError, match=message) as raised:
        Resolver(server, cache())('sts')
    assert raised.value.exit_code == 5


def test_a_server_without_a_core_group_is_one_too(cache):
    server = modern()
    del server.answers['/api']
    assert Resolver(server, cache())('sts').kind == 'StatefulSet'


@pytest.mark.parametrize(
    ('word', 'message'),
    (
        ('deplyment', 'type "deplyment"; did you mean deployments (deploy)?'),
        ('StatefullSets', 'did you mean statefulsets (sts)?'),
        ('jbos', 'did you mean jobs?'),
        ('deployment.extensions', 'did you mean deployments.apps?'),
        ('evnt.v1', 'did you mean events (ev)?'),
        ('widgetes', 'did you mean widgets (po)?'),
        ('zzz', '; `kubectl api-resources` lists the available types'),
    ),
)
def test_a_wrong_name_says_which_are_near(word, message, cache):
    with pytest.raises(UserError) as raised:
        Resolver(modern(), cache())(word)
    assert message in str(raised.value)


def test_several_that_are_near_are_told_nearest_first(cache):
    named = ('Cat', 'Cart', 'Card', 'Tart')
    groups = [('x', [('v1', [kind(f'{name.lower()}s', name) for name in named])])]
    with pytest.raises(UserError, match=r'did you mean carts, cats or tarts\?$'):
        Resolver(modern(groups=groups), cache())('cartss')


def test_a_category_of_several_kinds_is_told_with_them(cache):
    with pytest.raises(UserError) as raised:
        Resolver(modern(), cache())('all')
    assert str(raised.value) == (
        'all is a category of several kinds '
        '(Pod, Deployment, StatefulSet, HorizontalPodAutoscaler): specify one of them, '
        'or select objects with -l SELECTOR'
    )


def test_a_large_category_is_cut(cache):
    rows = [kind(f'k{number}s', f'K{number}', categories=['many']) for number in range(13)]
    with pytest.raises(UserError, match=r'K8, K9 and 3 more\): '):
        Resolver(modern(groups=[('x', [('v1', rows)])]), cache())('many')


def test_a_kind_with_the_name_of_a_category_is_that_kind(cache):
    groups = [('x', [('v1', [kind('toys', 'Toy'), kind('balls', 'Ball', categories=['toys'])])])]
    assert Resolver(modern(groups=groups), cache())('toys').kind == 'Toy'


# What is remembered


def test_the_next_start_asks_nothing(cache):
    first, later = Resolver(modern(), cache()), modern()
    first('sts')
    for word, _ in [entry for entry in WORDS if entry[1] and entry[0] != 'toys']:
        assert Resolver(later, cache())(word) == first(word)
    assert later.asked == []


def test_a_kind_that_is_new_is_asked_for_and_one_that_is_gone_is_unknown(cache, clock):
    crd = [*GROUPS, ('new.io', [('v1', [kind('gadgets', 'Gadget')])])]
    resolve = Resolver(modern(), cache())
    resolve('sts')
    with_it, without = modern(groups=crd), modern()
    assert Resolver(with_it, cache())('gadgets').group == 'new.io'
    assert Resolver(without, cache())('gadgets').group == 'new.io'
    assert without.asked == []
    resolve = Resolver(without, cache())
    resolve.forget()
    with pytest.raises(UserError, match='no resource type "gadgets"'):
        resolve('gadgets')
    # The same resolver, asked again after the kind came.
    without.answers = with_it.answers
    assert resolve('gadgets').group == 'new.io'


def test_a_resolver_asks_once(cache, tmp_path):
    server = modern()
    resolve = Resolver(server, Cache(URL, 'jane', {'KUBECACHEDIR': '/proc/nowhere'}))
    resolve('sts')
    resolve('jobs')
    assert server.asked == ['/api', '/apis']


def test_forgetting_removes_the_file_and_asks_again(cache):
    server = modern()
    resolve = Resolver(server, cache())
    resolve('sts')
    resolve.forget()
    assert not os.path.exists(cache().path)
    resolve('sts')
    assert server.asked == ['/api', '/apis'] * 2


@pytest.mark.parametrize(
    ('passed', 'asked'), ((0, False), (TTL - 1, False), (TTL, True), (-1, True))
)
def test_what_is_old_is_asked_for_again(passed, asked, cache, clock):
    Resolver(modern(), cache())('sts')
    clock.now += passed
    server = modern()
    assert Resolver(server, cache())('sts').kind == 'StatefulSet'
    assert bool(server.asked) == asked


def test_nothing_is_remembered_of_who_has_no_name(cache, tmp_path):
    kinds = discover(modern()).kinds
    cache(user='').write(kinds)
    assert list(tmp_path.iterdir()) == []
    cache().write(kinds)
    os.rename(cache().path, cache(user='').path)
    assert cache(user='').read() == ()


def test_who_acts_as_somebody_else_has_no_name():
    as_joe = (('Impersonate-User', 'joe'),)
    settings = Settings(server='http://127.0.0.1:1', user='jane')
    assert KubeConnection(settings).user == 'jane'
    assert KubeConnection(settings._replace(impersonate=as_joe)).user == ''


def test_each_server_and_user_has_a_file(cache):
    caches = [cache(), cache(user='joe'), cache(server='https://i'), cache('https://hj', 'ane')]
    assert len({entry.path for entry in caches}) == 4
    caches[0].write(discover(modern()).kinds)
    assert [bool(entry.read()) for entry in caches] == [True, False, False, False]
    # Nor is a file believed that was put in another's place.
    os.rename(caches[0].path, caches[1].path)
    assert caches[1].read() == ()


def written(cache):
    stored = cache()
    stored.write(discover(modern()).kinds)
    assert stored.read() == discover(modern()).kinds
    return stored


@posix
def test_file_and_folder_are_private_and_nothing_is_left_beside(cache):
    before = os.umask(0)
    try:
        path = written(cache).path
    finally:
        os.umask(before)
    folder = os.path.dirname(path)
    modes = [stat.S_IMODE(os.stat(file).st_mode) for file in (path, folder, f'{folder}/..')]
    assert modes == [0o600, 0o700, 0o750]
    assert os.listdir(folder) == [os.path.basename(path)]


GOOD = {
    'group': 'g',
    'version': 'v1',
    'plural': 'p',
    'kind': 'P',
    'namespaced': True,
    'singular': 's',
    'shorts': [],
    'categories': [],
    'listed': True,
}


@pytest.mark.parametrize(
    'kinds',
    (
        None,
        [None],
        [[]],
        [{}],
        [{**GOOD, 'plural': 7}],
        [{**GOOD, 'shorts': [None]}],
        [{**GOOD, 'categories': None}],
        [{name: value for name, value in GOOD.items() if name != 'kind'}],
    ),
)
def test_kinds_that_are_garbage_are_not_believed(kinds, cache):
    stored = written(cache)
    with open(stored.path) as file:
        data = json.load(file)
    with open(stored.path, 'w') as file:
        json.dump({**data, 'kinds': [GOOD]}, file)
    assert len(stored.read()) == 1
    with open(stored.path, 'w') as file:
        json.dump({**data, 'kinds': kinds}, file)
    assert stored.read() == ()
    assert Resolver(modern(), stored)('sts').kind == 'StatefulSet'


@pytest.mark.parametrize(
    'content', (b'', b'{', b'\xff', b'[]', b'null', b'{}', b'[' * 100_000, b'{"format": 2}')
)
def test_a_file_that_is_garbage_is_replaced(content, cache):
    stored = written(cache)
    with open(stored.path, 'wb') as file:
        file.write(content)
    assert stored.read() == ()
    Resolver(modern(), stored)('sts')
    assert stored.read()


@pytest.mark.parametrize('field', ('format', 'server', 'user', 'at'))
def test_a_head_that_is_wrong_is_not_believed(field, cache):
    stored = written(cache)
    with open(stored.path) as file:
        data = json.load(file)
    for wrong in (None, 'x', {}):
        with open(stored.path, 'w') as file:
            json.dump({**data, field: wrong}, file)
        assert stored.read() == ()
    del data[field]
    with open(stored.path, 'w') as file:
        json.dump(data, file)
    assert stored.read() == ()


@posix
@pytest.mark.parametrize('which', ('file', 'folder'))
@pytest.mark.parametrize('mode', (0o020, 0o002))
def test_what_others_may_write_is_not_believed(which, mode, cache):
    stored = written(cache)
    path = stored.path if which == 'file' else os.path.dirname(stored.path)
    os.chmod(path, os.stat(path).st_mode | mode)
    assert stored.read() == ()


@posix
def test_what_belongs_to_others_is_neither_read_nor_written(cache, monkeypatch):
    stored = written(cache)
    me = os.geteuid()
    before = os.stat(stored.path).st_mtime_ns
    monkeypatch.setattr(os, 'geteuid', lambda: me + 1)
    assert stored.read() == ()
    stored.write(discover(modern()).kinds)
    assert os.stat(stored.path).st_mtime_ns == before
    assert os.listdir(os.path.dirname(stored.path)) == [os.path.basename(stored.path)]


@posix
def test_a_file_of_others_in_our_folder_is_not_believed(cache, monkeypatch):
    stored = written(cache)
    real = os.fstat

    class Foreign:
        st_uid = os.geteuid() + 1

        def __init__(self, info):
            self.st_mode, self.st_size = info.st_mode, info.st_size

    monkeypatch.setattr(os, 'fstat', lambda file: Foreign(real(file)))
    assert stored.read() == ()


@posix
def test_windows_has_a_cache_though_no_owners(cache, monkeypatch):
    stored = written(cache)
    monkeypatch.setattr(platform_compat, 'is_own_file', lambda info: system_is_ours(info, 'win32'))
    monkeypatch.delattr(os, 'geteuid')
    assert stored.read()


@posix
def test_links_and_pipes_are_not_believed(cache, tmp_path):
    stored = written(cache)
    elsewhere = tmp_path / 'elsewhere'
    os.rename(stored.path, elsewhere)
    os.symlink(elsewhere, stored.path)
    assert stored.read() == ()
    os.unlink(stored.path)
    os.mkfifo(stored.path)
    assert stored.read() == ()
    stored.forget()
    os.rename(elsewhere, stored.path)
    assert stored.read()
    folder = os.path.dirname(stored.path)
    os.rename(folder, elsewhere)
    os.symlink(elsewhere, folder)
    assert stored.read() == ()


def test_a_file_that_is_far_too_large_is_not_read(cache, monkeypatch):
    stored = written(cache)
    monkeypatch.setattr(kind_cache, '_MAX_BYTES', 10)
    assert stored.read() == ()


@pytest.mark.parametrize('failing', ('mkdir', 'open', 'replace', 'lstat', 'unlink'))
def test_no_failure_of_the_disk_is_told(failing, cache, monkeypatch):
    stored = cache()

    def fail(*_, **__):
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(os, failing, fail)
        resolve = Resolver(modern(), stored)
        assert resolve('sts').kind == 'StatefulSet'
        resolve.forget()
        assert resolve('sts').kind == 'StatefulSet'
    folder = os.path.dirname(stored.path)
    left = os.listdir(folder) if os.path.isdir(folder) else []
    assert set(left) <= {os.path.basename(stored.path)}


@pytest.mark.parametrize(
    ('env', 'folder'),
    (
        ({'HOME': '/h'}, '/h/.kube/cache/kubectl-dog'),
        ({'HOME': '/h', 'KUBECACHEDIR': ''}, '/h/.kube/cache/kubectl-dog'),
        ({'HOME': '/h', 'KUBECACHEDIR': '/c'}, '/c/kubectl-dog'),
    ),
)
def test_the_folder_is_beside_the_cache_of_kubectl(env, folder):
    assert os.path.dirname(Cache(URL, '', env).path) == folder


@pytest.mark.parametrize('server', (modern, old))
@pytest.mark.parametrize(
    ('version', 'name', 'expected'),
    (
        ('v1', 'Node', 'v1/nodes'),
        ('batch/v1', 'Job', 'batch/v1/jobs'),
        ('autoscaling/v1', 'HorizontalPodAutoscaler', 'autoscaling/v1/horizontalpodautoscalers'),
        ('example.com/v1', 'Widget', 'example.com/v1/widgets'),
        ('events.k8s.io/v1', 'Event', 'events.k8s.io/v1/events'),
    ),
)
def test_objects_are_of_the_kind_and_version_that_they_say(cache, server, version, name, expected):
    assert named(Resolver(server(), cache()).of_kind(version, name)) == expected


@pytest.mark.parametrize(
    ('version', 'name', 'message'),
    (
        ('example.com/v2', 'Nothing', 'the server has no kind Nothing in example.com/v2'),
        ('batch/v1beta1', 'Job', 'the server has no kind Job in batch/v1beta1, but in batch/v1'),
        ('batch/v1', 'job', 'the server has no kind job in batch/v1'),
        ('', '', 'the server has no kind  in '),
    ),
)
def test_a_kind_that_is_not_served_is_told_with_the_versions_that_are(
    cache, version, name, message
):
    assert Resolver(modern(), cache()).of_kind(version, name) == message


def test_the_server_is_asked_once_for_all_kinds_that_it_does_not_have(cache):
    server = modern()
    resolver = Resolver(server, cache())
    for number in range(3):
        resolver.of_kind('x/v1', f'Odd{number}')
    assert server.asked == ['/api', '/apis']


def test_a_category_is_all_of_its_kinds(cache):
    resolver = Resolver(modern(), cache())
    assert [resource.kind for resource in resolver.many('all')] == [
        'Pod',
        'Deployment',
        'StatefulSet',
        'HorizontalPodAutoscaler',
    ]
    assert [resource.kind for resource in resolver.many('no')] == ['Node']
    with pytest.raises(UserError, match='no resource type "nothing"'):
        resolver.many('nothing')
