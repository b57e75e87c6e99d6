from __future__ import annotations

import pytest

from kubectl_dog.causes.quantities import requested
from tests.unit.builders import container
from tests.unit.builders import pod


def asks(resource, *amounts, inits=(), sidecars=(), overhead=None):
    def wish(name, amount, **spec):
        return container(name, resources={'requests': {resource: amount}}, **spec)

    apps = [wish(f'c{n}', amount) for n, amount in enumerate(amounts)]
    first = [wish(f'i{n}', amount) for n, amount in enumerate(inits)]
    first += [wish(f's{n}', one, restartPolicy='Always') for n, one in enumerate(sidecars)]
    spec = {'overhead': {resource: overhead}} if overhead else {}
    return requested(pod(containers=apps or [container()], inits=first, **spec), resource)


@pytest.mark.parametrize(
    ('resource', 'amounts', 'fields', 'told'),
    (
        ('cpu', ('8',), {}, '8'),
        ('cpu', ('0.1',), {}, '0.1'),
        ('cpu', (), {'inits': ('2',)}, '2'),
        ('cpu', (), {}, ''),
        ('cpu', ('1', '500m'), {}, '1500m'),
        ('cpu', ('1500m', '500m'), {}, '2'),
        ('cpu', ('1',), {'inits': ('3', '4')}, '4'),
        ('cpu', ('1',), {'sidecars': ('2',)}, '3'),
        ('cpu', ('1',), {'overhead': '1'}, '2'),
        ('cpu', ('odd', '1'), {}, '1'),
        ('cpu', ('odd', 'odder'), {}, ''),
        ('memory', ('1Gi', '512Mi'), {}, '1.5Gi'),
        ('memory', ('1Gi', '1Mi'), {}, '1025Mi'),
        ('memory', ('1G', '1'), {}, '1000000001'),
        ('memory', ('100', '50'), {}, '150'),
        ('ephemeral-storage', ('1Ti', '1Ti'), {}, '2Ti'),
        ('nvidia.com/gpu', (1, 2), {}, '3'),
        ('memory', ('1e3', '1k'), {}, '2000'),
    ),
)
def test_what_the_containers_of_a_pod_ask_for_together(resource, amounts, fields, told):
    assert asks(resource, *amounts, **fields) == told
