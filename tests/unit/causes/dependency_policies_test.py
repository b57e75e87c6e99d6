"""NetworkPolicies are named as a possibility, if a connection to a working Service times out."""

from __future__ import annotations

import pytest

from tests.unit.services import crashing
from tests.unit.services import endpoint_slice
from tests.unit.services import explained
from tests.unit.services import service
from tests.unit.services import serving

TIMED_OUT = 'dial tcp 10.96.3.4:5432: i/o timeout'
QUERY = 'dial tcp: lookup db.shop.svc on 10.96.0.10:53: i/o timeout'
WORKING = (service(), endpoint_slice(ready=(True,)), serving())
TO_DB = 'these pods, and may block connections to svc/db:5432'
FROM_WEB = 'the pods of svc/db:5432, and may block these connections'
FOREIGN = {'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'bank'}}}
NEAR = {'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'shop'}}}


def policy(name='deny-all', namespace='shop', selector=None, **spec):
    return {
        'kind': 'NetworkPolicy',
        'metadata': {'name': name, 'namespace': namespace},
        'spec': {'podSelector': selector or {}, **spec},
    }


def obstacles(line, *objects, **given):
    """What a line of the log adds to the evidence of a crash, and the kinds that were read."""
    cause, kinds = explained(crashing('web'), *objects, logs={'web-1': line}, **given)
    plain, _ = explained(crashing('web'), logs={'web-1': 'x'})
    added = cause.evidence[len(plain.evidence) :]
    assert bool(added) is (cause.dependency is not None)
    return list(added), kinds


@pytest.mark.parametrize(
    ('spec', 'expected'),
    (
        # Without types, a policy is for ingress, and for egress only if it has such rules.
        ({}, [FROM_WEB]),
        ({'policyTypes': ['Ingress']}, [FROM_WEB]),
        ({'policyTypes': ['Egress']}, [TO_DB]),
        ({'egress': []}, [TO_DB, FROM_WEB]),
        ({'policyTypes': ['Ingress', 'Egress']}, [TO_DB, FROM_WEB]),
        ({'selector': {'matchLabels': {'app': 'web'}}, 'policyTypes': ['Egress']}, [TO_DB]),
        ({'selector': {'matchLabels': {'app': 'db'}}, 'policyTypes': ['Egress']}, []),
        ({'selector': {'matchLabels': {'app': 'web'}}}, []),
        ({'selector': {'matchExpressions': [{'key': 'app', 'operator': 'Exists'}]}}, [FROM_WEB]),
        ({'selector': {'matchExpressions': [{'key': 'app', 'operator': 'DoesNotExist'}]}}, []),
        (
            {
                'selector': {
                    'matchExpressions': [{'key': 'app', 'operator': 'In', 'values': ['db', 'x']}]
                }
            },
            [FROM_WEB],
        ),
        (
            {
                'selector': {
                    'matchExpressions': [{'key': 'app', 'operator': 'NotIn', 'values': ['db']}]
                }
            },
            [],
        ),
        # Rules that clearly allow the connection.
        ({'ingress': [{}]}, []),
        ({'ingress': [{'from': []}]}, []),
        ({'ingress': [{'from': [{'podSelector': {'matchLabels': {'app': 'web'}}}]}]}, []),
        ({'ingress': [{'from': [{'namespaceSelector': {}}]}]}, []),
        ({'ingress': [{'from': [NEAR]}]}, []),
        ({'ingress': [{'from': [{'ipBlock': {'cidr': '0.0.0.0/0'}}]}]}, []),
        ({'ingress': [{'ports': [{'port': 5432}]}]}, []),
        ({'ingress': [{'ports': [{'port': 5432, 'protocol': 'TCP'}]}]}, []),
        ({'ingress': [{'ports': [{'port': 5000, 'endPort': 6000}]}]}, []),
        ({'ingress': [{'ports': [{'protocol': 'TCP'}]}]}, []),
        ({'ingress': [{'ports': [{'port': 'sql'}]}]}, []),
        # Rules that do not.
        ({'ingress': [{'from': [{'podSelector': {'matchLabels': {'app': 'api'}}}]}]}, [FROM_WEB]),
        ({'ingress': [{'from': [FOREIGN]}]}, [FROM_WEB]),
        ({'ingress': [{'from': [{'ipBlock': {'cidr': '10.0.0.0/8'}}]}]}, [FROM_WEB]),
        (
            {'ingress': [{'from': [{'ipBlock': {'cidr': '0.0.0.0/0', 'except': ['10.0.0.0/8']}}]}]},
            [FROM_WEB],
        ),
        ({'ingress': [{'ports': [{'port': 80}]}]}, [FROM_WEB]),
        ({'ingress': [{'ports': [{'port': 5432, 'protocol': 'UDP'}]}]}, [FROM_WEB]),
        ({'ingress': [{'ports': [{'port': 5000, 'endPort': 5100}]}]}, [FROM_WEB]),
        ({'ingress': [{'ports': [{'port': 'http'}]}]}, [FROM_WEB]),
    ),
)
def test_a_policy_is_named_if_it_selects_the_pods_and_does_not_clearly_allow_it(spec, expected):
    db = serving()
    db['spec']['containers'][0]['ports'][0]['name'] = 'sql'
    added, _ = obstacles(TIMED_OUT, *WORKING[:2], db, policy(**spec))
    assert [text.partition(' selects ') for text in added] == [
        ('networkpolicy/deny-all', ' selects ', text) for text in expected
    ]


def test_another_policy_may_allow_the_connection():
    assert obstacles(TIMED_OUT, *WORKING, policy(), policy('allow', ingress=[{}]))[0] == []


def test_several_policies_are_counted():
    policies = [policy(f'deny-{number}', policyTypes=['Ingress']) for number in range(5)]
    [text] = obstacles(TIMED_OUT, *WORKING, *policies[:2])[0]
    assert text.startswith('networkpolicy/deny-0 and networkpolicy/deny-1 select the pods')
    [text] = obstacles(TIMED_OUT, *WORKING, *policies)[0]
    assert ', networkpolicy/deny-2 and 2 more select ' in text


@pytest.mark.parametrize(
    'line',
    (
        'dial tcp 10.96.3.4:5432: connect: connection refused',
        'dial tcp: lookup db on 10.96.0.10:53: no such host',
        'cannot connect to http://db:5432',
    ),
)
def test_other_problems_are_not_due_to_a_policy(line):
    added, kinds = obstacles(line, *WORKING, policy(policyTypes=['Ingress', 'Egress']))
    assert added == [] and 'NetworkPolicy' not in kinds


def test_a_service_without_ready_endpoints_has_another_problem():
    given = service(), endpoint_slice(), serving(), policy()
    added, kinds = obstacles(TIMED_OUT, *given)
    assert 'has 0 of 1 endpoints ready' in added[0]
    assert not [text for text in added if 'networkpolicy' in text]
    assert 'NetworkPolicy' not in kinds


def test_without_permission_nothing_is_said():
    assert obstacles(TIMED_OUT, *WORKING, policy(), denied=('NetworkPolicy',))[0] == []
    assert obstacles(TIMED_OUT, *WORKING, policy(), denied=('Pod',))[0] == []


def test_each_end_has_the_policies_of_its_namespace():
    given = (
        service(namespace='data'),
        endpoint_slice(ready=(True,), namespace='data'),
        serving(namespace='data'),
    )
    line = 'connect ETIMEDOUT db.data.svc:5432'
    both = [policy(policyTypes=['Ingress', 'Egress'])]
    added, kinds = obstacles(line, *given, *both)
    assert len(added) == 1 and TO_DB in added[0]
    assert kinds.count('NetworkPolicy') == 2
    near_only = policy(namespace='data', ingress=[{'from': [{'podSelector': {}}]}])
    [text] = obstacles(line, *given, near_only)[0]
    assert FROM_WEB in text
    allowed = policy(namespace='data', ingress=[{'from': [NEAR]}])
    assert obstacles(line, *given, allowed)[0] == []


@pytest.mark.parametrize(
    ('spec', 'is_named'),
    (
        ({'policyTypes': ['Egress']}, True),
        ({'policyTypes': ['Ingress']}, False),
        ({'egress': [{'ports': [{'port': 53, 'protocol': 'UDP'}]}]}, False),
        ({'egress': [{'ports': [{'port': 53}]}]}, True),
        (
            {'egress': [{'to': [{'podSelector': {'matchLabels': {'k8s-app': 'kube-dns'}}}]}]},
            True,
        ),
        (
            {
                'egress': [
                    {
                        'to': [
                            {
                                'namespaceSelector': {},
                                'podSelector': {'matchLabels': {'k8s-app': 'kube-dns'}},
                            }
                        ]
                    }
                ]
            },
            False,
        ),
    ),
)
def test_a_query_that_times_out_may_be_blocked_on_its_way_out(spec, is_named):
    added, _ = obstacles(QUERY, *WORKING, policy(**spec))
    expected = 'networkpolicy/deny-all selects these pods, and may block DNS queries'
    assert added == ([expected] if is_named else [])


def test_a_port_of_unknown_number_is_not_clearly_allowed():
    slices = endpoint_slice(ready=(True,))
    slices['ports'] = []
    by_port = policy(ingress=[{'ports': [{'port': 5432}]}])
    assert len(obstacles(TIMED_OUT, service(), slices, serving(), by_port)[0]) == 1
    two = service(ports=[{'port': 80}, {'port': 5432}])
    assert len(obstacles('connect ETIMEDOUT db', two, *WORKING[1:], by_port)[0]) == 1
    assert obstacles(TIMED_OUT, service(), slices, serving(), policy(ingress=[{}]))[0] == []
