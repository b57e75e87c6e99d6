"""From words and objects to targets and groups, with kinds that a table knows."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import foreground
from kubectl_dog.cli import main
from kubectl_dog.cli import targets
from kubectl_dog.cli.parser import parse
from kubectl_dog.cluster import helm
from kubectl_dog.cluster.discovery import client
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target


class Connection:
    server, user, namespace = 'https://h', '', 'shop'

    def get(self, path, query=(), accept=''):
        raise AssertionError('nothing is to be asked')


class Kinds:
    """What a server would know."""

    def many(self, word):
        return {
            'deploy': [DEPLOYMENTS],
            'deployment': [DEPLOYMENTS],
            'sts': [STATEFULSETS],
            'node': [NODES],
            'all': [PODS, DEPLOYMENTS],
        }[word]

    def of_kind(self, version, kind):
        return {'Deployment': DEPLOYMENTS, 'ConfigMap': CONFIGMAPS}.get(kind, 'no such kind')


@pytest.fixture
def find(monkeypatch, capsys):
    def run(*argv, stdin=''):
        monkeypatch.setattr(target_resolution, 'resolver', lambda connection: Kinds())
        monkeypatch.setattr(sys, 'stdin', SimpleNamespace(buffer=io.BytesIO(stdin.encode())))
        args = parse(['rollout', *argv])
        wanted = targets.find(*targets.read(args.target, args), Connection(), args.namespace)
        return list(wanted.targets), capsys.readouterr().err

    return run


def deploy(name='a', namespace='shop'):
    return Target(DEPLOYMENTS, namespace, name)


@pytest.mark.parametrize(
    ('word', 'resource'),
    (
        ('deploy', DEPLOYMENTS),
        ('Deployment', DEPLOYMENTS),
        ('deployments.apps', DEPLOYMENTS),
        ('deployment.v1.apps', DEPLOYMENTS),
        ('po', PODS),
        ('PODS', PODS),
        ('pod.v1.', PODS),
    ),
)
def test_kinds_that_every_server_has_are_known_without_asking(word, resource):
    kinds = target_resolution.resolver(Connection())
    assert kinds(word) == resource
    assert kinds.many(word) == [resource]
    assert kinds.of_kind(resource.api_version, resource.kind) == resource


def test_kinds_are_resolved_by_one_resolver(monkeypatch):
    connections = []

    def resolver(connection):
        connections.append(connection)
        return lambda word: STATEFULSETS

    monkeypatch.setattr(client, 'Resolver', resolver)
    connection = Connection()
    resolve = target_resolution.resolver(connection)
    assert connections == []
    assert (resolve('word'), resolve('words')) == (STATEFULSETS, STATEFULSETS)
    assert connections == [connection]


@pytest.mark.parametrize(
    ('argv', 'expected'),
    (
        (['deploy/a', 'sts/b'], [deploy(), Target(STATEFULSETS, 'shop', 'b')]),
        (['deploy', 'b', 'a'], [deploy('b'), deploy('a')]),
        (['deploy,sts', 'a'], [deploy(), Target(STATEFULSETS, 'shop', 'a')]),
        (['node/n'], [Target(NODES, '', 'n')]),
        (['all', 'a'], [Target(PODS, 'shop', 'a'), deploy()]),
        (['deploy', '-l', 'a=b'], [Group(DEPLOYMENTS, 'shop', 'a=b')]),
        (['deploy,node', '-l', ''], [Group(DEPLOYMENTS, 'shop', ''), Group(NODES, '', '')]),
        (['deploy', '-l', 'a', '-A'], [Group(DEPLOYMENTS, '', 'a')]),
        (['deploy,deployment', '-l', 'a'], [Group(DEPLOYMENTS, 'shop', 'a')]),
    ),
)
def test_words_become_targets_and_groups(find, argv, expected):
    assert find(*argv) == (expected, '')


@pytest.mark.parametrize('argv', (['deploy/a', 'deployment/a'], ['deploy,deploy', 'a', 'a', 'a']))
def test_what_is_named_twice_is_one_target(find, argv):
    targets, err = find(*argv)
    assert targets == [deploy()]
    assert err in ('', 'note: deploy/a is given more than once\n')


YAML = """
{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, labels: {tier: web}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: other}}
---
{apiVersion: x/v1, kind: Odd, metadata: {name: "\\x1b"}}
"""
ODD = 'note: standard input, document 3 (line 5) is ignored: no such kind\n'


def test_objects_become_targets_and_what_is_left_out_is_said(find):
    targets = [deploy(), Target(CONFIGMAPS, 'other', 'c')]
    assert find('-f', '-', stdin=YAML) == (targets, ODD)
    assert find('-f', '-', '-l', 'tier=web', stdin=YAML) == ([deploy()], '')


def test_a_namespace_that_was_named_must_be_that_of_the_objects(find):
    with pytest.raises(
        UserError, match='provided object "other" does not match the namespace "shop"'
    ):
        find('-f', '-', '-n', 'shop', stdin=YAML)


def test_nothing_to_track_is_an_error_with_its_reason(find):
    with pytest.raises(UserError, match=r'no targets found: standard input, document 1 .*no such'):
        find('-f', '-', stdin='{apiVersion: x/v1, kind: Odd, metadata: {name: a}}')
    with pytest.raises(UserError, match=r'no targets found$'):
        find('-f', '-', '-l', 'tier=db', stdin=YAML)


@pytest.mark.parametrize(
    ('sought', 'several', 'show_namespaces'),
    (
        ([deploy()], False, False),
        ([deploy(), deploy('b')], True, False),
        ([deploy(), deploy('a', 'other')], True, True),
        ([deploy(), Target(NODES, '', 'n')], True, False),
        ([Group(DEPLOYMENTS, 'shop', 'a')], True, False),
        ([Group(DEPLOYMENTS, '', 'a')], True, True),
        ([Group(NODES, '', 'a')], True, False),
    ),
)
def test_output_tells_targets_and_namespaces_apart_where_there_are_several(
    sought, several, show_namespaces
):
    played = api.play(None, None, sought, Options())
    assert (played.several, played.show_namespaces) == (several, show_namespaces)


def test_a_release_is_tracked_wherever_its_objects_are(find, monkeypatch):
    def release(connection, name, namespace=''):
        return helm.Release(name, 3, YAML + '\n---\n# \ud800')

    monkeypatch.setattr(helm, 'release', release)
    targets, err = find('--helm-release', 'shop', '-n', 'shop')
    assert targets == [deploy(), Target(CONFIGMAPS, 'other', 'c')]
    assert err == ODD.replace('standard input', 'release shop, revision 3')


def test_a_release_is_not_compared(monkeypatch):
    monkeypatch.setattr(target_resolution, 'resolver', lambda connection: Kinds())
    monkeypatch.setattr(helm, 'release', lambda _, name, space='': helm.Release(name, 3, APPLIED))
    args = parse(['rollout', '--helm-release', 'shop'])
    words, inputs = targets.read(args.target, args)
    assert targets.find(words, inputs, Connection(), None).file_objects == {}


@pytest.mark.parametrize('words', (['status'], ['track']))
def test_the_habit_of_a_second_word_goes_with_every_form(monkeypatch, words):
    seen = []
    monkeypatch.setattr(foreground, 'track_targets', lambda words, *rest: seen.append(words) or 0)
    for argv in (['deploy/a'], ['deploy', '-l', 'a'], ['-f', '-'], ['--helm-release', 'x']):
        main.main(['rollout', *words, *argv])
    assert seen == [['deploy/a'], ['deploy'], [], []]


@pytest.mark.parametrize('name', ('No_Pe', 'web.', '-web', 'wéb', 'web\n'))
def test_a_name_that_nothing_can_have_is_not_waited_for(find, name):
    with pytest.raises(UserError, match='invalid name of a Deployment'):
        find(f'deploy/{name}')


def test_a_flag_in_the_same_word_is_said_to_be_in_it(find):
    with pytest.raises(UserError, match='"web --timeout=20s": do not put the name and flags'):
        find('deploy/web --timeout=20s')


def test_names_of_other_groups_are_left_to_the_server(monkeypatch, find):
    other = DEPLOYMENTS._replace(group='example.org')
    monkeypatch.setattr(Kinds, 'many', lambda self, word: [other])
    assert find('things/system:Odd')[0] == [Target(other, 'shop', 'system:Odd')]


@pytest.mark.parametrize('name', ('..', 'a%2fb', 'a\x1b[31m', 'a\u202eb', 'a\u200bb', 'a\nb'))
def test_names_that_no_group_can_have_are_refused(monkeypatch, find, name):
    other = DEPLOYMENTS._replace(group='example.org')
    monkeypatch.setattr(Kinds, 'many', lambda self, word: [other])
    with pytest.raises(UserError, match='invalid name of a Deployment'):
        find(f'things/{name}')


APPLIED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: main, image: web:2}]}}}
"""


@pytest.mark.parametrize(
    ('options', 'is_compared'),
    (
        (Options(), True),
        (Options(expect_generation=2), True),
        (Options(follow=True), False),
        (Options(revision='2'), False),
        (Options(expect_images=('web:3',)), False),
    ),
)
def test_targets_of_a_file_are_compared_with_it(options, is_compared):
    [placed] = target_resolution.parse_manifests(APPLIED.encode(), 'f')
    resolved = target_resolution.targets_of_objects([placed], 'shop', False, Kinds())
    assert resolved.expected(options) == ({deploy('web'): placed.object} if is_compared else {})
