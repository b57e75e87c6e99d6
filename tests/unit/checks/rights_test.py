"""The rights that tracking needs, and the Roles that grant them."""

from __future__ import annotations

import pytest
import yaml

from kubectl_dog.checks import rights
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.rights import Right
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import Target
from tests.unit.builders import DEPLOY
from tests.unit.checked import check_objects
from tests.unit.checked import workload

NAMESPACE = Target(NAMESPACES, '', 'shop')
NEEDED = rights.needed_rights([Entry(DEPLOY, {}), Entry(NAMESPACE, {})])


def rule(resources, verbs=('list', 'watch'), groups=('',)):
    return {'resources': list(resources), 'verbs': list(verbs), 'apiGroups': list(groups)}


ENOUGH = (
    rule(['pods', 'events']),
    rule(['deployments', 'replicasets'], groups=['apps']),
    rule(['pods/log'], ['get']),
)
ALL = rule('*', '*', '*')


def test_needed_rights():
    assert Right('shop', 'apps', 'replicasets', 'watch') in NEEDED
    assert Right('shop', '', 'pods/log', 'get') in NEEDED
    assert Right('', '', 'namespaces', 'list') in NEEDED
    assert Right('default', '', 'events', 'list') in NEEDED
    assert rights.needed_rights([Entry(DEPLOY, {}, 'unknown')]) == []


@pytest.mark.parametrize(
    ('rules', 'missing'),
    [
        ([ALL], []),
        (ENOUGH, []),
        (ENOUGH[1:], ['events', 'pods']),
        (ENOUGH[:2], ['pods/log']),
        ([*ENOUGH[:1], *ENOUGH[2:]], ['deployments', 'replicasets']),
        ([rule(['pods', 'events'], ['get']), *ENOUGH[1:]], ['events', 'pods']),
        ([{}], ['deployments', 'events', 'pods', 'pods/log', 'replicasets']),
    ],
)
def test_missing_rights(rules, missing):
    needed = rights.needed_rights([Entry(DEPLOY, {})])
    absent = rights.ungranted_rights(needed, {'status': {'resourceRules': list(rules)}})
    assert sorted({right.resource for right in absent}) == missing


@pytest.mark.parametrize(
    ('review', 'is_complete'),
    [
        ({}, False),
        ({'status': {'incomplete': True}}, False),
        ({'status': {'incomplete': False}}, True),
    ],
)
def test_some_authorizers_do_not_list_their_rules(review, is_complete):
    assert rights.is_complete(review) is is_complete


def test_description():
    text = rights.describe(Right('shop', 'apps', 'deployments', verb) for verb in ('list', 'watch'))
    assert text == 'list and watch deployments.apps'


def test_roles_grant_exactly_what_is_needed():
    roles = list(yaml.safe_load_all('\n'.join(rights.write_roles(NEEDED))))
    granted = {
        Right(role['metadata'].get('namespace', ''), group, resource, verb)
        for role in roles
        for entry in role['rules']
        for group in entry['apiGroups']
        for resource in entry['resources']
        for verb in entry['verbs']
    }
    assert granted == set(NEEDED)
    assert {role['kind'] for role in roles} == {'Role', 'ClusterRole'}


@pytest.mark.parametrize('namespace', ('shop', 'on', 'null', '123', '1e3', 'a}: b'))
def test_the_namespace_of_a_role_is_a_text(namespace):
    lines = rights.write_roles([Right(namespace, '', 'pods', 'get')])
    assert yaml.safe_load('\n'.join(lines))['metadata']['namespace'] == namespace


@pytest.mark.parametrize(
    ('rules', 'notices'), [([ALL], 0), (ENOUGH, 0), (ENOUGH[:2], 1), (None, 0)]
)
def test_missing_rights_are_a_notice(rules, notices):
    result = check_objects(workload(), rules=rules)
    assert (result.found, len(result.notices)) == ([], notices)


@pytest.mark.parametrize(
    ('rules', 'denied', 'words'),
    [
        (ENOUGH[:2], (), ''),
        (ENOUGH[:2], ('pods',), 'get pods/log'),
        ([], ('replicasets',), 'list and watch replicasets.apps'),
    ],
)
def test_rights_are_asked_for_one_by_one_if_the_rules_are_incomplete(rules, denied, words):
    notices = check_objects(workload(), rules=rules, denied=denied).notices
    assert len(notices) == bool(words)
    assert words in ''.join(notices)
