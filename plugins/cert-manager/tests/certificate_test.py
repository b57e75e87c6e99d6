from __future__ import annotations

import pytest
from kubectl_dog_cert_manager import certificate
from kubectl_dog_cert_manager import chain

from kubectl_dog.testing import check
from kubectl_dog.testing import view
from kubectl_dog.testing import wants
from kubectl_dog.tracker import RunHistory

from . import objects
from .objects import cond

FAILED = cond('Issuing', 'False', 'Failed', 'The certificate request has failed', at=objects.BEFORE)
LATE = cond('Issuing', 'False', 'Failed', 'The certificate request has failed', at=objects.LATER)


@pytest.mark.parametrize(
    ('yaml', 'expected'),
    (
        pytest.param(objects.certificate(objects.READY), {'state': 'ready'}, id='issued'),
        pytest.param(
            objects.certificate(cond('Ready', 'True', seen=1)),
            {'state': 'progressing', 'says': 'cert-manager to see the change'},
            id='issued for the spec before',
        ),
        pytest.param(
            objects.certificate(cond('Ready', 'True').replace(', observedGeneration: 2', '')),
            {'state': 'ready'},
            id='a version that does not tell generations',
        ),
        pytest.param(
            objects.certificate(objects.READY, objects.ISSUING) + objects.issuer(),
            {'state': 'progressing', 'says': 'Issuing certificate as Secret does not exist'},
            id='issued once more',
        ),
        pytest.param(
            objects.certificate(objects.UNREADY) + objects.issuer(),
            {'state': 'progressing', 'says': 'Secret does not exist'},
            id='not issued yet',
        ),
        pytest.param(
            objects.certificate(objects.UNREADY, objects.ISSUING.replace('ation: 2', 'ation: 1'))
            + objects.issuer(),
            {'state': 'progressing', 'says': 'Issuing certificate as Secret does not exist'},
            id='changed while it is issued',
        ),
        pytest.param(
            objects.certificate() + objects.issuer(),
            {'state': 'progressing', 'says': 'cert-manager to report a status'},
            id='nothing told yet',
        ),
        pytest.param(
            objects.certificate(objects.UNREADY, FAILED) + objects.issuer(),
            {'state': 'failed', 'reason': 'Failed', 'says': 'The certificate request has failed'},
            id='the issuance failed',
        ),
        pytest.param(
            objects.certificate(objects.UNREADY, FAILED.replace('ration: 2', 'ration: 1')),
            {'state': 'progressing', 'says': 'cert-manager to see the change'},
            id='the issuance for the spec before failed',
        ),
        pytest.param(
            objects.certificate(objects.READY, FAILED, more='  notAfter: "2026-01-02T12:00:00Z"\n')
            + objects.issuer(),
            {
                'state': 'ready',
                'notices': (
                    'could not be renewed: The certificate request has failed. '
                    'It is good for 24h more.',
                ),
            },
            id='a renewal failed before, and it is good still',
        ),
        pytest.param(
            objects.certificate(objects.READY, LATE) + objects.issuer(),
            {'state': 'failed'},
            id='a renewal failed in this run',
        ),
    ),
)
def test_what_is_being_issued_goes_before_what_was(yaml, expected):
    check(certificate, yaml, causes=(), **expected)


def test_one_that_has_expired_is_not_ready_whatever_it_says():
    yaml = objects.certificate(objects.READY, more='  notAfter: "2026-01-01T11:00:00Z"')
    says = 'it expired at 2026-01-01T11:00:00Z'
    check(certificate, yaml, state='progressing', causes=['CertificateExpired'], says=says)
    yaml = objects.certificate(cond('Ready', 'False', 'Expired', 'expired')) + objects.issuer()
    check(certificate, yaml, state='progressing', causes=['CertificateExpired'])


def test_one_look_cannot_tell_that_it_has_expired():
    """`status` has no clock: it shows a time at which everything is long ago."""

    def once(*conditions):
        yaml = objects.certificate(*conditions, more='  notAfter: "2027-01-01T11:00:00Z"')
        return view(yaml, now=1e11, run_history=RunHistory(), is_snapshot=True)

    check(certificate, once(objects.READY), state='ready', causes=())
    until = 'It is good until 2027-01-01T11:00:00Z.'
    check(certificate, once(objects.READY, LATE), state='ready', says=until)
    yaml = once(cond('Ready', 'False', 'Expired', 'expired'))
    check(certificate, yaml, state='progressing', causes=['CertificateExpired'])


@pytest.mark.parametrize(
    ('yaml', 'code', 'subject', 'tolerance', 'says'),
    (
        pytest.param(
            objects.CHAIN + objects.challenge(reason=objects.HTTP),
            'ChallengePending',
            'challenge/web-2-77-88',
            120.0,
            'the challenge for web.example.com is not met: Waiting for HTTP-01',
            id='HTTP-01',
        ),
        pytest.param(
            objects.CHAIN + objects.challenge(reason='not yet propagated', kind='DNS-01'),
            'ChallengePending',
            'challenge/web-2-77-88',
            600.0,
            'not yet propagated',
            id='DNS-01',
        ),
        pytest.param(
            objects.CHAIN + objects.challenge('invalid', 'Error accepting: 403 unauthorized'),
            'ChallengeFailed',
            'challenge/web-2-77-88',
            5.0,
            'the challenge for web.example.com is invalid: Error accepting: 403 unauthorized',
            id='refused by the ACME server',
        ),
        pytest.param(
            objects.CHAIN.replace('{state: pending', '{state: errored').replace(
                'reason: ""}', 'reason: "429 rateLimited"}'
            ),
            'OrderFailed',
            'order/web-2-77',
            5.0,
            'order/web-2-77 is errored: 429 rateLimited',
            id='the order',
        ),
        pytest.param(
            objects.certificate(objects.ISSUING, objects.UNREADY)
            + objects.issuer('False', 'ErrRegisterACMEAccount', 'invalid contact domain')
            + objects.request(objects.APPROVED, objects.PENDING),
            'IssuerNotReady',
            'clusterissuer/letsencrypt',
            30.0,
            'clusterissuer/letsencrypt is not ready: invalid contact domain',
            id='the issuer',
        ),
        pytest.param(
            objects.certificate(objects.ISSUING, objects.UNREADY),
            'IssuerMissing',
            'clusterissuer/letsencrypt',
            30.0,
            'its clusterissuer/letsencrypt is not there',
            id='no issuer',
        ),
        pytest.param(
            objects.certificate(objects.ISSUING, objects.UNREADY)
            + objects.issuer()
            + objects.request(cond('Denied', 'True', 'policy', 'no wildcard')),
            'RequestDenied',
            'certificaterequest/web-2',
            5.0,
            'certificaterequest/web-2 was denied: no wildcard',
            id='denied',
        ),
        pytest.param(
            objects.certificate(objects.ISSUING, objects.UNREADY)
            + objects.issuer()
            + objects.request(objects.APPROVED, cond('InvalidRequest', 'True', 'X', 'bad usage')),
            'RequestInvalid',
            'certificaterequest/web-2',
            5.0,
            'bad usage',
            id='invalid',
        ),
        pytest.param(
            objects.certificate(objects.UNREADY, FAILED)
            + objects.issuer()
            + objects.request(objects.APPROVED, cond('Ready', 'False', 'Failed', 'signer is out')),
            'RequestFailed',
            'certificaterequest/web-2',
            5.0,
            'signer is out',
            id='failed',
        ),
    ),
)  # fmt: skip
def test_the_deepest_object_that_says_why_is_the_cause(yaml, code, subject, tolerance, says):
    (cause,) = check(certificate, yaml, causes=[code], says=says).causes
    assert (cause.subject, cause.tolerance_seconds) == (subject, tolerance)


def test_the_chain_is_the_evidence_and_its_objects_are_shown():
    yaml = objects.CHAIN + objects.challenge(reason=objects.HTTP) + objects.SOLVER
    assessment = check(certificate, yaml)
    assert assessment.causes[0].evidence == (
        'certificaterequest/web-2: Waiting on certificate issuance from order web-2-77',
        'order/web-2-77: pending',
        'challenge/web-2-77-88: pending, HTTP-01 for web.example.com',
    )
    assert assessment.causes[0].suggested_commands == (
        'kubectl describe challenge -n default web-2-77-88',
        'cmctl status certificate -n default web',
    )
    kinds = [child['kind'] for child in assessment.children]
    assert kinds == ['CertificateRequest', 'Order', 'Challenge']
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['cm-acme-http-solver-x']


def test_a_challenge_that_is_met_or_just_begun_is_no_cause():
    check(certificate, objects.CHAIN + objects.challenge('valid', 'fine'), causes=())
    check(certificate, objects.CHAIN + objects.challenge(), causes=())


def test_failures_of_the_issuance_before_are_history():
    """cert-manager deletes the request of an issuance that failed when it begins another."""
    began = objects.ISSUING.replace(objects.BEFORE, objects.LATER)
    failed = objects.request(
        cond('Ready', 'False', 'Failed', 'old'), more='  failureTime: "2026-01-01T10:30:00Z"\n'
    )
    yaml = objects.certificate(began, objects.UNREADY) + objects.issuer() + failed
    check(certificate, yaml, state='progressing', causes=())
    of_another = objects.request(cond('Denied', 'True', 'policy', 'old'), name='w', revision='1')
    yaml = objects.certificate(began, objects.UNREADY) + objects.issuer() + of_another
    check(certificate, yaml, state='progressing', causes=())


def test_attempts_that_failed_are_counted():
    more = '  failedIssuanceAttempts: 3\n'
    yaml = objects.certificate(objects.UNREADY, FAILED, more=more) + objects.issuer()
    refused = objects.request(cond('Ready', 'False', 'Failed', 'no'))
    check(certificate, yaml + refused, says='3 issuances in a row have failed')


def test_who_has_to_approve_it_is_told():
    yaml = objects.certificate(objects.ISSUING, objects.UNREADY) + objects.issuer()
    check(certificate, yaml + objects.request(), says='certificaterequest/web-2 to be approved')


def test_it_reads_the_chain_step_by_step_and_nothing_once_it_is_issued():
    def resources(yaml):
        return [want.resource.kind for want in wants(certificate, yaml)]

    begun = objects.certificate(objects.ISSUING)
    assert resources(begun) == ['CertificateRequest', 'ClusterIssuer']
    assert resources(begun + objects.request()) == ['CertificateRequest', 'Order', 'ClusterIssuer']
    assert resources(objects.CHAIN + objects.challenge()) == [
        'CertificateRequest',
        'Order',
        'Challenge',
        'Pod',
        'ClusterIssuer',
    ]
    assert 'Pod' not in resources(objects.CHAIN + objects.challenge(kind='DNS-01'))
    assert resources(objects.certificate(objects.READY)) == []


@pytest.mark.parametrize(
    ('reference', 'expected'),
    (
        ('{name: a}', (chain.ISSUERS, 'default')),
        ('{name: a, kind: Issuer, group: cert-manager.io}', (chain.ISSUERS, 'default')),
        ('{name: a, kind: ClusterIssuer}', (chain.CLUSTER_ISSUERS, '')),
        ('{name: a, kind: AWSPCAIssuer, group: awspca.cert-manager.io}', None),
        ('{name: a, kind: Moon}', None),
        ('{}', None),
    ),
)
def test_issuers_of_others_are_left_to_them(reference, expected):
    yaml = objects.certificate().replace('{name: letsencrypt, kind: ClusterIssuer}', reference)
    watch = chain.issuer_watch(view(yaml))
    assert (watch and (watch.resource, watch.namespace)) == expected


def test_an_issuer_that_may_not_be_read_is_not_missing():
    shown = view(objects.certificate(objects.ISSUING))._replace(objects_by_watch={})
    check(certificate, shown, causes=())


def test_a_certificate_that_goes_is_waited_for():
    yaml = objects.certificate().replace('{name: web', '{deletionTimestamp: "x", name: web')
    check(certificate, yaml, state='deleting')
