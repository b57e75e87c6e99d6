from __future__ import annotations

import copy

import pytest

from kubectl_dog.causes import dependencies
from kubectl_dog.causes.aggregate import causes_of_pods
from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

REFUSED = 'dial tcp 10.96.3.4:5432: connect: connection refused'
UNKNOWN = 'dial tcp: lookup db on 10.96.0.10:53: no such host'
CRASHED = pod(status(state=waiting('CrashLoopBackOff'), last=ended(1), restarts=2))
GONE = Answer('missing')


def service(name='db', ports=(5432,), namespace='shop', **spec):
    return {
        'metadata': {'name': name, 'namespace': namespace},
        'spec': {
            'clusterIP': '10.96.3.4',
            'selector': {'app': name},
            'ports': [{'port': port} for port in ports],
            **spec,
        },
    }


def endpoints(*ready):
    return Answer('found', ({'endpoints': [{'conditions': {'ready': at}} for at in ready]},))


def answer_with(*objects):
    return Answer('found', objects)


def owned(kind, name, **labels):
    obj = pod(status(state=waiting('ImagePullBackOff', 'not found'), ready=False), name=f'{name}-0')
    obj['metadata'] |= {
        'namespace': 'shop',
        'labels': labels,
        'ownerReferences': [{'kind': kind, 'name': name, 'controller': True, 'uid': 'x'}],
    }
    return obj


def explain(obj, answers, lines=(), code=None, kube_events=()):
    """The evidence of the first cause, after lookups until no further one is wanted.

    `answers`: by plural, or plural and name.
    """
    given = {}
    logs = {('pod-web-1', 'main'): tuple(LogLine(0, line) for line in lines)}
    logs[('pod-web-1', 'wait')] = logs[('pod-web-1', 'main')]
    while True:
        seen = view(None, *kube_events, answers=given, logs=logs)
        causes = causes_of_target(seen, Assessment(State.PROGRESSING, pods=(obj,)))
        cause = next(cause for cause in causes if code in (None, cause.code))
        new = {}
        for lookup in cause.lookups:
            key = f'{lookup.resource.plural}/{lookup.namespace}/{lookup.name}'.rstrip('/')
            answer = answers.get(key, answers.get(lookup.resource.plural))
            if lookup not in given and answer is not None:
                new[lookup] = answer
        if not new:
            return cause.evidence
        given.update(new)


@pytest.mark.parametrize(
    ('answers', 'facts'),
    (
        ({}, ()),
        ({'services': Answer('denied')}, ()),
        ({'services': GONE}, ('Service "db", which does not exist in namespace "shop"',)),
        (
            {'services': answer_with(service(externalName='db.example.com'))},
            ('name db.example.com',),
        ),
        ({'services': answer_with(service())}, ()),
        ({'services': answer_with(service()), 'endpointslices': endpoints(True, False)}, ()),
        (
            {'services': answer_with(service()), 'endpointslices': endpoints(False)},
            ('svc/db, which has 0 of 1 endpoints ready',),
        ),
        (
            {
                'services': answer_with(service()),
                'endpointslices': endpoints(),
                'pods': answer_with(),
            },
            ('svc/db, which has 0 of 0 endpoints ready', '(app=db) matches no pod'),
        ),
        (
            {
                'services': answer_with(service(selector={})),
                'endpointslices': endpoints(False),
            },
            ('0 of 1 endpoints ready', 'Service "db" has no selector'),
        ),
        (
            {
                'services': answer_with(service()),
                'endpointslices': endpoints(False),
                'pods': answer_with(pod(status(ready=True), name='db-0', ready=True)),
            },
            ('0 of 1 endpoints ready',),
        ),
        (
            {
                'services': answer_with(service()),
                'endpointslices': endpoints(False),
                'pods': answer_with(pod(status(state=waiting('InvalidImageName')), name='db-0')),
            },
            ('0 of 1 endpoints ready', 'po/db-0: InvalidImageName: '),
        ),
        (
            {
                'services': answer_with(service()),
                'endpointslices': endpoints(False),
                'pods': answer_with(owned('StatefulSet', 'db')),
            },
            ('0 of 1 endpoints ready', 'sts/db: ImageNotFound: '),
        ),
        (
            {
                'services': answer_with(service()),
                'endpointslices': endpoints(False),
                'pods': answer_with(owned('ReplicaSet', 'db-5f', **{'pod-template-hash': '5f'})),
            },
            ('0 of 1 endpoints ready', 'deploy/db: ImageNotFound: '),
        ),
    ),
)
def test_a_crash_is_explained_by_the_service_and_the_workload_behind_it(answers, facts):
    evidence = explain(CRASHED, answers, ['starting', UNKNOWN])[-len(facts) or None :]
    own = explain(CRASHED, {}, ['starting'])
    assert len(evidence) == (len(facts) or len(own))
    assert all(fact in text for fact, text in zip(facts, evidence))


@pytest.mark.parametrize(
    ('line', 'answers', 'fact'),
    (
        (
            REFUSED,
            {'services': answer_with(service()), 'endpointslices': endpoints()},
            'svc/db:5432',
        ),
        (REFUSED, {'services': answer_with(service(clusterIP='10.96.9.9'))}, ''),
        (
            'cannot connect to http://db:80',
            {'services': answer_with(service())},
            'only the port 5432',
        ),
        (
            'cannot connect to http://db-0.db.shop.svc:80',
            {
                'services/shop/db': answer_with(service(clusterIP='None')),
                'endpointslices': endpoints(),
            },
            'svc/db:80, which has 0 of 0',
        ),
        ('refused: db:5432', {'services': GONE}, ''),
        ('dial tcp: lookup db.example on 10.96.0.10:53: no such host', {'services': GONE}, ''),
        (
            'dial tcp: lookup db.prod on 10.96.0.10:53: i/o timeout',
            {
                'services/prod/db': answer_with(service(namespace='prod')),
                'endpointslices/prod': endpoints(),
            },
            '0 of 0',
        ),
        ('dial tcp: lookup a.b.example.com: no such host', {'services': GONE}, ''),
        ('dial tcp: lookup a.b.c on 10.96.0.10:53: no such host', {'services': GONE}, ''),
        ('dial tcp: lookup db.shop.svc: no such host', {'services': Answer('denied')}, ''),
    ),
)
def test_nothing_is_claimed_unless_a_service_fits(line, answers, fact):
    before, evidence = explain(CRASHED, {}, ['x']), explain(CRASHED, answers, [line])
    assert fact in evidence[-1] if fact else evidence == before


@pytest.mark.parametrize(
    ('changes', 'line'),
    (
        # The address of the pod itself, and one of its file of hosts.
        ({}, 'cannot connect to http://web-1:8080'),
        ({'spec': {'hostname': 'db'}}, 'cannot connect to http://db:8080'),
        ({'spec': {'hostAliases': [{'ip': '10.0.0.9', 'hostnames': ['db']}]}}, UNKNOWN),
        ({'status': {'podIP': '10.96.3.4'}}, REFUSED),
        # Its own Service is not ready because the pod is not.
        ({'metadata': {'labels': {'app': 'db'}}}, UNKNOWN),
    ),
)
def test_a_pod_does_not_depend_on_itself(changes, line):
    obj = copy.deepcopy(CRASHED)
    for field, values in changes.items():
        obj[field] = {**obj[field], **values}
    services = answer_with(service()) if 'metadata' in changes or 'status' in changes else GONE
    answers = {'services': services, 'endpointslices': endpoints(False)}
    assert explain(obj, answers, [line]) == explain(CRASHED, {}, ['x'])


def test_services_are_those_of_the_namespace_of_the_pod():
    obj = copy.deepcopy(CRASHED)
    obj['metadata']['namespace'] = 'tenant'
    evidence = explain(
        obj, {'services/tenant/db': GONE, 'services/shop/db': answer_with()}, [UNKNOWN]
    )
    assert evidence[-1].endswith('does not exist in namespace "tenant"')


def test_the_logs_of_a_few_pods_are_searched(monkeypatch):
    searched = []
    monkeypatch.setattr(
        dependencies, 'unreachable_endpoints', lambda lines: searched.append(lines) or ()
    )
    pods = [
        {**CRASHED, 'metadata': {**CRASHED['metadata'], 'name': f'web-{at}'}} for at in range(9)
    ]
    causes_of_target(view(), Assessment(State.PROGRESSING, pods=tuple(pods)))
    assert len(searched) == 3


def test_an_init_container_that_waits_is_explained_by_its_command():
    wait = container('wait', command=['sh', '-c', 'until nc -z db 5432; do sleep 1; done'])
    obj = pod(inits=[wait], init_statuses=[status('wait', state=running())], phase='Pending')
    answers = {'services': answer_with(service()), 'endpointslices': endpoints(False, False)}
    for lines in ((), ("nc: bad address 'db'",)):
        evidence = explain(obj, answers, lines, code='InitNotFinished')
        assert 'svc/db:5432, which has 0 of 2 endpoints ready' in evidence[-1]


def test_the_answer_of_a_probe_counts_unless_it_is_about_the_pod_itself():
    message = f'Readiness probe failed: {REFUSED}'
    event = kube_event(CRASHED, 'Unhealthy', message, 'spec.containers{main}')
    answers = {'services': answer_with(service()), 'endpointslices': endpoints()}
    probes = (
        ({'exec': {}}, True),
        ({'tcpSocket': {'port': 5432}}, False),
        ({'tcpSocket': {'port': 5432, 'host': 'db'}}, True),
        ({'httpGet': {'port': 5432, 'host': 'db'}}, True),
    )
    for probe, explained in probes:
        obj = pod(status(state=running()), containers=[container(readinessProbe=probe)])
        evidence = explain(obj, answers, code='NotReady', kube_events=(event,))
        assert any('svc/db:5432' in text for text in evidence) is explained


def test_a_cause_without_pods_or_of_another_family_stays():
    refused = owned('StatefulSet', 'db')
    [cause] = causes_of_pods(view(), [refused])
    assert cause.lookups == ()
