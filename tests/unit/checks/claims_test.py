"""Claims and storage classes that do not exist."""

from __future__ import annotations

import pytest

from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import obj
from tests.unit.checked import workload

MOUNT = {'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'data-db-0'}}]}
FAST = obj('StorageClass', 'fast')
DEFAULT = obj(
    'StorageClass', 'std', annotations={'storageclass.kubernetes.io/is-default-class': 'true'}
)


def claim(name='data', **spec):
    return obj('PersistentVolumeClaim', name, spec=spec)


def database(template='data', **spec):
    claims = [{'metadata': {'name': template}, 'spec': spec}]
    return workload('StatefulSet', 'db', volumeClaimTemplates=claims)


def test_a_missing_claim_is_found():
    assert check_objects(workload(pod=MOUNT)).found == [('web', 'VolumeMissing', 'data-db-0')]
    present = (SHOP, claim('data-db-0'))
    assert check_objects(workload(pod=MOUNT), cluster=present).found == []
    assert check_objects(workload(pod=MOUNT), forbidden=('persistentvolumeclaims',)).found == []


def test_claims_of_the_batch_count_as_present():
    cluster = (SHOP, DEFAULT)
    assert check_objects(workload(pod=MOUNT), claim('data-db-0'), cluster=cluster).found == []
    assert check_objects(workload(pod=MOUNT), database(), cluster=cluster).found == []
    elsewhere = obj('StatefulSet', 'db', 'other', spec=database()['spec'])
    for other in (elsewhere, database('logs'), workload('StatefulSet', 'db')):
        codes = check_objects(workload(pod=MOUNT), other, cluster=cluster).codes
        assert codes == ['VolumeMissing']


@pytest.mark.parametrize('make', (claim, database))
def test_a_class_that_does_not_exist_is_found(make):
    subject = 'data' if make is claim else 'data-db-0'
    result = check_objects(make(storageClassName='fats'), cluster=(SHOP, FAST))
    assert [entry[1:] for entry in result.found] == [('PVCPending', subject)]
    assert '"fast"' in result.causes[0].evidence[0]
    assert check_objects(make(storageClassName='fast'), cluster=(SHOP, FAST)).found == []
    assert check_objects(make(storageClassName='fast'), FAST).found == []


@pytest.mark.parametrize('make', (claim, database))
def test_no_default_class_is_found(make):
    assert check_objects(make(), cluster=(SHOP, FAST)).codes == ['PVCPending']
    assert check_objects(make(), cluster=(SHOP, DEFAULT)).found == []


@pytest.mark.parametrize(
    ('spec', 'volume'),
    [({'storageClassName': 'gone'}, 'gone'), ({}, ''), ({'storageClassName': ''}, '')],
)
def test_a_volume_of_the_class_makes_it_a_notice(spec, volume):
    volumes = obj('PersistentVolume', 'pv', spec={'storageClassName': volume})
    result = check_objects(claim(**spec), cluster=(SHOP, volumes))
    assert (result.found, len(result.notices)) == ([], 1)


def test_volumes_that_may_not_be_read_make_it_a_notice():
    spec = claim(storageClassName='gone')
    assert check_objects(spec, forbidden=('persistentvolumes',)).found == []
    assert check_objects(spec, forbidden=('storageclasses',)).found == []


@pytest.mark.parametrize('spec', ({'volumeName': 'pv-1'},))
def test_a_claim_with_a_volume_needs_no_class(spec):
    assert check_objects(claim(**spec)).found == []


def test_claims_that_exist_are_not_bound_again():
    assert check_objects(claim(storageClassName='gone'), cluster=(SHOP, claim())).found == []
    present = (SHOP, claim('data-db-0'))
    assert check_objects(database(storageClassName='gone'), cluster=present).found == []


def test_the_old_annotation_names_a_class():
    spec = claim()
    spec['metadata']['annotations'] = {'volume.beta.kubernetes.io/storage-class': 'fast'}
    assert check_objects(spec, cluster=(SHOP, FAST)).found == []
