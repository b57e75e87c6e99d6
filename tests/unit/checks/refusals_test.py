"""Objects without which the API server refuses pods."""

from __future__ import annotations

import pytest

from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import obj
from tests.unit.checked import workload

REFERENCES = [
    ('serviceAccountName', 'ServiceAccount', 'ServiceAccountMissing', 'robot'),
    ('serviceAccount', 'ServiceAccount', 'ServiceAccountMissing', 'robot'),
    ('priorityClassName', 'PriorityClass', 'PriorityClassMissing', 'robot'),
    ('runtimeClassName', 'RuntimeClass', 'CreateFailed', 'web'),
]


@pytest.mark.parametrize(('field', 'kind', 'code', 'subject'), REFERENCES)
def test_missing_objects_of_pods(field, kind, code, subject):
    spec = workload(pod={field: 'robot'})
    assert check_objects(spec).found == [('web', code, subject)]
    assert check_objects(spec, cluster=(SHOP, obj(kind, 'robot'))).found == []
    assert check_objects(spec, obj(kind, 'robot')).found == []


@pytest.mark.parametrize(
    'pod',
    [
        {'serviceAccountName': 'default'},
        {'priorityClassName': 'system-node-critical'},
        {'priorityClassName': 'system-cluster-critical'},
    ],
)
def test_objects_that_every_cluster_has_are_not_read(pod):
    result = check_objects(workload(pod=pod), dry_run=False)
    assert (result.found, result.notices) == ([], [])
    read = [path.rpartition('/')[2] for path in result.server.requests]
    assert 'serviceaccounts' not in read
    assert 'priorityclasses' not in read


def test_a_similar_account_is_evidence():
    spec = workload(pod={'serviceAccountName': 'shoper'})
    [cause] = check_objects(spec, cluster=(SHOP, obj('ServiceAccount', 'shopper'))).causes
    assert '"shopper"' in cause.evidence[0]
    # Also one of the batch.
    [cause] = check_objects(spec, obj('ServiceAccount', 'shopper')).causes
    assert '"shopper"' in cause.evidence[0]


@pytest.mark.parametrize(('field', 'kind', 'code', 'subject'), REFERENCES)
def test_without_permission_nothing_is_found(field, kind, code, subject):
    plural = {'ServiceAccount': 'serviceaccounts', 'PriorityClass': 'priorityclasses'}.get(
        kind, 'runtimeclasses'
    )
    result = check_objects(workload(pod={field: 'robot'}), forbidden=(plural,))
    assert result.found == []
    assert [plural in text for text in result.notices] == [True]
