from __future__ import annotations

import pytest

from kubectl_dog.causes import admission_lookups
from kubectl_dog.causes import creation
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import view

QUOTA = 'exceeded quota: tiny, requested: {}, used: pods=1, limited: pods=1'
CLASS = 'no PriorityClass with name urgent was found'
HOOK = (
    'failed calling webhook "guard.example.com": failed to call webhook: '
    'Post "https://guard.hooks.svc:443/check?timeout=10s": {}'
)
REFUSED = HOOK.format('dial tcp 10.0.0.7:443: connect: connection refused')


def named(*names):
    return Answer('found', tuple({'metadata': {'name': name}} for name in names))


def quota(hard, used):
    return Answer('found', ({'status': {'hard': hard, 'used': used}},))


def slices(*ready):
    endpoints = [
        {'conditions': {} if is_ready is None else {'ready': is_ready}} for is_ready in ready
    ]
    return Answer('found', ({'metadata': {'namespace': 'hooks'}, 'endpoints': endpoints},))


def find(message, answer=None):
    """The cause of a refusal, with the answer to its lookup."""
    failure = {'type': 'ReplicaFailure', 'status': 'True', 'reason': 'FailedCreate'}
    replica_set = {
        'kind': 'ReplicaSet',
        'metadata': {'name': 'web-2', 'uid': 'it'},
        'spec': {'replicas': 2},
        'status': {'conditions': [{**failure, 'message': message}]},
    }
    [cause] = creation.find(view(), replica_set)
    answers = {lookup: answer for lookup in cause.lookups if answer}
    [cause] = creation.find(view(answers=answers), replica_set)
    return cause


@pytest.mark.parametrize(
    ('message', 'lookup'),
    (
        (
            QUOTA.format('pods=1'),
            Lookup(admission_lookups.RESOURCE_QUOTAS, 'shop', 'tiny', full_object=True),
        ),
        (CLASS, Lookup(admission_lookups.PRIORITY_CLASSES, '')),
        (
            REFUSED,
            Lookup(
                ENDPOINTSLICES, 'hooks', labels='kubernetes.io/service-name=guard', full_object=True
            ),
        ),
        (REFUSED.replace('guard.hooks.svc', 'example.com'), None),
        ('no way', None),
    ),
)
def test_chooses_the_lookup(message, lookup):
    assert find(message).lookups == ((lookup,) if lookup else ())


@pytest.mark.parametrize(
    ('requested', 'answer', 'recovering', 'fact'),
    (
        ('pods=1', quota({'pods': '1'}, {'pods': '1'}), False, '1 of 1 pods'),
        ('pods=1', quota({'pods': '2'}, {'pods': '1'}), True, '1 of 2 pods; a new pod fits now'),
        (
            'cpu=500m,pods=1',
            quota({'pods': '9', 'cpu': '1'}, {'pods': '1', 'cpu': '600m'}),
            False,
            'used now: 600m of 1 cpu, 1 of 9 pods',
        ),
        ('pods=1', quota({}, {}), True, '0 of unlimited pods; a new pod fits now'),
        # Everyone who may write kube events decides about this text.
        ('cpu=1.1.1', quota({'cpu': '1'}, {'cpu': '2'}), False, '2 of 1 cpu'),
        ('cpu=1e400', quota({'cpu': '1'}, {}), False, '0 of 1 cpu'),
    ),
)
def test_reports_the_use_of_a_quota(requested, answer, recovering, fact):
    cause = find(QUOTA.format(requested), answer)
    assert cause.recovering is recovering
    assert fact in cause.evidence[-1]


@pytest.mark.parametrize(
    ('answer', 'recovering', 'evidence'),
    (
        (named('urgency'), False, 'a similar PriorityClass exists: "urgency"'),
        (named('zzz'), False, 'no PriorityClass with a similar name exists (1 in total)'),
        (named('urgent'), True, 'PriorityClass "urgent" exists now'),
    ),
)
def test_reports_similar_priority_classes(answer, recovering, evidence):
    cause = find(CLASS, answer)
    assert (cause.recovering, cause.evidence) == (recovering, (evidence,))


@pytest.mark.parametrize(
    ('message', 'answer', 'recovering', 'fact'),
    (
        (REFUSED, slices(False), False, 'Service "hooks/guard" of the webhook has no ready'),
        (REFUSED, Answer('found'), False, 'Service "guard" of the webhook has no ready'),
        (REFUSED, slices(True, False), True, 'of the webhook has 1 ready endpoint now'),
        (REFUSED, slices(None), True, 'has 1 ready endpoint now'),
        # The webhook answered, and will give the same answer again.
        (HOOK.format('x509: unknown authority'), slices(True), False, 'has 1 ready endpoint now'),
    ),
)
def test_reports_the_endpoints_of_a_webhook(message, answer, recovering, fact):
    cause = find(message, answer)
    assert cause.recovering is recovering
    assert fact in cause.evidence[-1]


@pytest.mark.parametrize('answer', [None, Answer('denied'), Answer('missing')])
@pytest.mark.parametrize('message', [QUOTA.format('pods=1'), CLASS, REFUSED])
def test_adds_nothing_without_an_answer(message, answer):
    cause = find(message, answer)
    assert (cause.recovering, cause.evidence) == (False, ())


def test_a_recovering_cause_waits_for_the_next_try():
    cause = find(CLASS, named('urgent'))
    assert tolerance_of(cause).seconds == 120
    assert tolerance_of(find(CLASS, named('urgency'))).seconds == 30
