"""The rights that a call needs, by its targets and flags."""

from __future__ import annotations

import pytest

from kubectl_dog.checks import call_rights
from kubectl_dog.checks.call_rights import Call
from kubectl_dog.checks.rights import Right
from kubectl_dog.checks.rights import children_of
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.plugins.registry import Trackers
from tests.unit.builders import DEPLOY
from tests.unit.builders import manifest
from tests.unit.builders import view

NODE = Target(NODES, '', 'n1')
LAMPS = Resource('x.io', 'v1', 'lamps', 'Lamp', 'lamp')
DOMES = Resource('x.io', 'v1', 'domes', 'Dome', 'dome', namespaced=False)
OF_DEPLOYMENT = {'deployments.apps', 'replicasets.apps', 'pods', 'events'}
OF_LAMP = {
    *('lamps.x.io', 'deployments.apps', 'replicasets.apps', 'statefulsets.apps'),
    *('daemonsets.apps', 'jobs.batch', 'pods', 'events'),
}


def verbs(rights):
    """(namespace, verbs) -> resources."""
    granted = {}
    for right in rights:
        name = f'{right.resource}.{right.group}' if right.group else right.resource
        granted.setdefault((right.namespace, name), []).append(right.verb)
    result = {}
    for (namespace, name), words in granted.items():
        result.setdefault((namespace, ' '.join(words)), set()).add(name)
    return result


@pytest.mark.parametrize(
    ('call', 'expected'),
    [
        (
            Call((DEPLOY,)),
            {('shop', 'list watch'): OF_DEPLOYMENT, ('shop', 'get'): {'pods/log'}},
        ),
        (Call((DEPLOY,), logs=False), {('shop', 'list watch'): OF_DEPLOYMENT}),
        (Call((DEPLOY,), logs=False, once=True), {('shop', 'list'): OF_DEPLOYMENT}),
        (
            Call((Group(DEPLOYMENTS, '', 'a=b'),)),
            {('', 'list watch'): OF_DEPLOYMENT, ('', 'get'): {'pods/log'}},
        ),
        (
            Call((NODE,)),
            {('', 'list watch'): {'nodes'}, ('default', 'list watch'): {'events'}},
        ),
        (
            Call((Target(CONFIGMAPS, 'shop', 'a'),), releases=('shop',)),
            {('shop', 'list watch'): {'configmaps', 'events'}, ('shop', 'get list'): {'secrets'}},
        ),
        (
            Call((Target(LAMPS, 'shop', 'a'),)),
            {('shop', 'list watch'): OF_LAMP, ('shop', 'get'): {'pods/log'}},
        ),
        (
            Call((Target(DOMES, '', 'a'),)),
            {('', 'list watch'): {'domes.x.io'}, ('default', 'list watch'): {'events'}},
        ),
    ],
)
def test_the_rights_of_a_call(call, expected):
    assert verbs(call_rights.needed_rights(call)) == expected


@pytest.mark.parametrize(
    ('call', 'used', 'unused'),
    [
        (Call((DEPLOY,)), ('secrets', 'nodes', 'networkpolicies'), ('pods/log', 'deployments')),
        (Call((DEPLOY,), logs=False), ('pods/log',), ()),
        (Call((DEPLOY,), is_compared=True), ('deployments',), ()),
        (Call((NODE,)), (), ('secrets', 'nodes')),
        (Call((Target(SECRETS, 'shop', 'a'),), is_compared=True), (), ('secrets',)),
    ],
)
def test_what_a_call_can_do_without(call, used, unused):
    groups = call_rights.optional_rights(call)
    resources = {right.resource for group in groups.values() for right in group}
    assert resources.issuperset(used)
    assert resources.isdisjoint(unused)
    assert all(groups.values())


def test_optional_rights_are_comments_in_the_roles():
    from kubectl_dog.checks import rights

    call = Call((DEPLOY,), is_compared=True)
    lines = [
        *rights.write_roles(call_rights.needed_rights(call), call_rights.optional_rights(call))
    ]
    optional = '\n'.join(line for line in lines if line.startswith('#'))
    for text in ('kind: ClusterRole', '[nodes]', 'verbs: [patch]', 'explain failures'):
        assert text in optional
    assert sum(line.startswith('kind: ') for line in lines) == 1


KINDS = (DEPLOYMENTS, STATEFULSETS, DAEMONSETS, REPLICASETS, JOBS, PODS, SERVICES)


@pytest.mark.parametrize('resource', KINDS, ids=lambda resource: resource.kind)
def test_what_a_tracker_reads_is_granted(resource):
    spec = {'selector': {'matchLabels': {'app': 'web'}}, 'type': 'LoadBalancer'}
    seen = view(manifest(resource.kind, spec=spec), target=Target(resource, 'shop', 'web'))
    wants = [*Trackers().of(resource).wants(seen)]
    read = {want.resource for want in wants if isinstance(want, Watch)}
    assert read <= {resource, *children_of(resource)}


def test_a_right_is_for_all_objects_of_a_kind():
    assert Right('shop', 'apps', 'deployments', 'list') in call_rights.needed_rights(
        Call((DEPLOY,))
    )
