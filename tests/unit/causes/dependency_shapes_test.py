"""What a container waits for is found among objects whose fields have any shape."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.rolling_update import has_healthy_pod
from tests.unit.builders import view
from tests.unit.causes.dependency_policies_test import QUERY
from tests.unit.causes.dependency_policies_test import TIMED_OUT
from tests.unit.causes.dependency_policies_test import policy
from tests.unit.oddities import places
from tests.unit.oddities import replaced
from tests.unit.services import crashing
from tests.unit.services import endpoint_slice
from tests.unit.services import explained
from tests.unit.services import service
from tests.unit.services import serving

SPEC = policy(
    selector={'matchExpressions': [{'key': 'app', 'operator': 'In', 'values': ['web', 'db']}]},
    policyTypes=['Ingress', 'Egress'],
    ingress=[{'from': [{'podSelector': {}}], 'ports': [{'port': 5432, 'endPort': 5433}]}],
    egress=[{'to': [{'ipBlock': {'cidr': '10.0.0.0/8'}}], 'ports': [{'port': 'sql'}]}],
)
OBJECTS = (SPEC, service(), endpoint_slice(ready=(True,)), serving())


def misshapen():
    """The objects, with one field of one of them that has another shape."""
    for number, obj in enumerate(OBJECTS):
        for path in places(obj):
            if path[0] not in ('kind', 'metadata'):
                for value in (5, [{}], {'a': []}):
                    changed = replaced(obj, path, value)
                    yield (*OBJECTS[:number], changed, *OBJECTS[number + 1 :])


@pytest.mark.parametrize('line', (TIMED_OUT, QUERY))
def test_services_and_policies_of_any_shape(line):
    for objects in misshapen():
        cause, _ = explained(crashing('web'), *objects, logs={'web-1': line})
        assert cause.code == 'CrashLoop'


def test_a_pod_whose_name_is_no_text_is_compared():
    assert not has_healthy_pod(view(), [{'metadata': {'name': []}}], ['web-0'])
