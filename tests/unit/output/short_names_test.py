from __future__ import annotations

import pytest

from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.output.short_names import ShortNames

WEB = Target(DEPLOYMENTS, 'shop', 'web')


@pytest.mark.parametrize(
    ('several', 'name', 'short'),
    [
        (False, 'web-7c9f8d6b5-x2x8q', '…-x2x8q'),
        (True, 'web-7c9f8d6b5-x2x8q', 'web-…-x2x8q'),
        (True, 'elsewhere-7c9f8d6b5-x2x8q', 'elsewhere-7c9f8d6b5-x2x8q'),
        (False, 'db-2', 'db-2'),
        (False, 'my-debug', 'my-debug'),
        (False, 'x2x8q', 'x2x8q'),
    ],
)
def test_pods_are_cut_to_what_tells_them_apart(several, name, short):
    assert ShortNames(several).pod(WEB, name) == short


def test_names_tell_the_namespace_where_there_are_several():
    names = ShortNames(several=True, show_namespaces=True)
    assert names.target(WEB) == 'shop deploy/web'
    assert names.subject(WEB, 'Pod', 'web-7c9f8d6b5-x2x8q') == 'shop po/web-…-x2x8q'
    assert names.pod(WEB, 'web-7c9f8d6b5-x2x8q') == 'shop web-…-x2x8q'
    assert names.target(Target(NODES, '', 'n')) == 'node/n'
    assert ShortNames(several=True).target(WEB) == 'deploy/web'


def test_a_pod_whose_short_name_is_taken_keeps_its_own():
    names = ShortNames()
    assert names.pod(WEB, 'web-1-x2x8q') == '…-x2x8q'
    assert names.pod(WEB, 'web-2-x2x8q') == 'web-2-x2x8q'
    assert names.pod(WEB, 'web-1-x2x8q') == '…-x2x8q'


def test_a_pod_that_is_the_target_keeps_its_name():
    assert ShortNames().pod(Target(PODS, 'shop', 'job-x2x8q'), 'job-x2x8q') == 'job-x2x8q'


@pytest.mark.parametrize(
    ('kind', 'name', 'subject'),
    [
        ('po', 'web-7c9f-x2x8q', 'po/…-x2x8q'),
        ('Pod', 'web-7c9f-x2x8q', 'po/…-x2x8q'),
        ('rs', 'web-x2x8q', 'rs/web-x2x8q'),
        ('ReplicaSet', 'web-7c9f', 'rs/web-7c9f'),
        ('Gizmo', 'web', 'gizmo/web'),
    ],
)
def test_only_pods_are_cut_and_kinds_are_short(kind, name, subject):
    assert ShortNames().subject(WEB, kind, name) == subject


def test_long_names_are_cut_in_the_middle_and_stay_different():
    names = ShortNames(widest=16)
    long = WEB._replace(name='payments-gateway-one')
    assert names.target(long) == 'deploy/p…way-one'
    assert names.full(long) == 'deploy/payments-gateway-one'
    assert names.target(long._replace(name='payments-highway-one')) == 'deploy/payments-highway-one'
    assert names.subject(long, 'ReplicaSet', 'payments-gateway-7c9f') == 'rs/payme…ay-7c9f'


def test_the_target_has_one_name():
    issuer = Target(Resource('cert-manager.io', 'v1', 'issuers', 'Issuer', 'iss'), 'shop', 'ca')
    assert ShortNames().subject(issuer, 'Issuer', 'ca') == 'iss/ca' == ShortNames().target(issuer)
    assert ShortNames().subject(issuer, 'ConfigMap', 'ca') == 'cm/ca'
