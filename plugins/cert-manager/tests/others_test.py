from __future__ import annotations

import pytest
from kubectl_dog_cert_manager import acme
from kubectl_dog_cert_manager import issuer
from kubectl_dog_cert_manager import request

from kubectl_dog.testing import check
from kubectl_dog.testing import wants

from . import objects
from .objects import cond

ISSUED = cond('Ready', 'True', 'Issued', 'Certificate fetched from issuer successfully')


@pytest.mark.parametrize(
    ('conditions', 'expected'),
    (
        ((objects.APPROVED, ISSUED), {'state': 'ready', 'causes': ()}),
        ((), {'state': 'progressing', 'says': 'its approval'}),
        ((objects.APPROVED,), {'state': 'progressing', 'says': 'its issuer'}),
        ((objects.APPROVED, objects.PENDING), {'says': 'its issuer (Waiting on'}),
        (
            (cond('Denied', 'True', 'policy', 'no'), cond('Ready', 'False', 'Denied', 'denied')),
            {'state': 'failed', 'reason': 'policy', 'causes': ['RequestDenied']},
        ),
        (
            (cond('Ready', 'False', 'Failed', 'out of order'),),
            {'state': 'failed', 'reason': 'Failed', 'says': 'out of order'},
        ),
    ),
)
def test_a_request_is_signed_or_refused_for_good(conditions, expected):
    check(request, objects.request(*conditions) + objects.issuer(), **expected)


def test_a_request_tells_why_its_challenge_is_not_met():
    yaml = objects.request(objects.APPROVED, objects.PENDING) + objects.issuer()
    yaml += objects.order() + objects.challenge(reason=objects.HTTP)
    assessment = check(request, yaml, causes=['ChallengePending'], state='progressing')
    assert [child['kind'] for child in assessment.children] == ['Order', 'Challenge']
    # The certificate is another object, which a request need not have.
    assert assessment.causes[0].suggested_commands == (
        'kubectl describe challenge -n default web-2-77-88',
    )
    assert wants(request, objects.request(objects.APPROVED, ISSUED)) == ()
    check(request, yaml.replace('name: web-2\n', 'name: web-2\n  deletionTimestamp: x\n', 1),
          state='deleting')  # fmt: skip


@pytest.mark.parametrize(
    ('make', 'cause'),
    ((objects.order, 'OrderFailed'), (objects.challenge, 'ChallengeFailed')),
)
def test_the_state_of_the_acme_server_decides(make, cause):
    issuer_yaml = objects.issuer()
    check(acme, make('valid') + issuer_yaml, state='ready', causes=())
    check(
        acme,
        make('pending') + issuer_yaml,
        state='progressing',
        says='the state pending to change',
    )
    for state in ('invalid', 'errored', 'expired'):
        check(
            acme,
            make(state, 'no') + issuer_yaml,
            state='failed',
            reason=state,
            causes=[cause],
        )
    gone = make().replace('annotations:', 'deletionTimestamp: x\n  annotations:')
    check(acme, gone, state='deleting')


def test_an_order_tells_of_its_challenges():
    yaml = objects.order() + objects.issuer() + objects.challenge(reason='no such host')
    assessment = check(
        acme, yaml + objects.SOLVER, causes=['ChallengePending'], says='no such host'
    )
    assert [child['kind'] for child in assessment.children] == ['Challenge']
    assert [pod['kind'] for pod in assessment.pods] == ['Pod']
    kinds = [want.resource.kind for want in wants(acme, objects.order())]
    assert kinds == ['Challenge', 'ClusterIssuer']
    kinds = [want.resource.kind for want in wants(acme, objects.challenge())]
    assert kinds == ['Pod', 'ClusterIssuer']
    assert wants(acme, objects.order('valid')) == ()


def test_an_issuer_is_ready_when_it_says_so_of_this_spec():
    ready = objects.issuer()
    check(issuer, ready, state='ready')
    says = 'cert-manager to see the change'
    check(issuer, ready.replace('ration: 2}', 'ration: 3}', 1), state='progressing', says=says)
    yaml = objects.issuer('False', 'ErrVerifyACMEAccount', 'no such host')
    check(issuer, yaml, state='progressing', causes=['IssuerNotReady'], says='no such host')
    silent = ready.partition('status:')[0]
    check(issuer, silent, state='progressing', says='cert-manager to report a status')
    gone = ready.replace('{name: letsencrypt', '{deletionTimestamp: x, name: letsencrypt')
    check(issuer, gone, state='deleting')
