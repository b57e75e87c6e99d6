from __future__ import annotations

import pytest

from kubectl_dog.causes.quantities import requested
from kubectl_dog.causes.quantities import value
from tests.unit.builders import container
from tests.unit.builders import pod


def total_request(resource, *amounts, inits=(), sidecars=(), overhead=None):
    def asking(name, amount, **spec):
        return container(name, resources={'requests': {resource: amount}}, **spec)

    apps = [asking(f'c{n}', amount) for n, amount in enumerate(amounts)]
    first = [asking(f'i{n}', amount) for n, amount in enumerate(inits)]
    first += [asking(f's{n}', amount, restartPolicy='Always') for n, amount in enumerate(sidecars)]
    spec = {'overhead': {resource: overhead}} if overhead else {}
    return requested(pod(containers=apps or [container()], inits=first, **spec), resource)


@pytest.mark.parametrize(
    ('resource', 'amounts', 'fields', 'total'),
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
        ('memory', ('1.1.1', '1Gi'), {}, '1Gi'),
        ('memory', ('1e400', '1e400'), {}, '16Ei'),
        ('cpu', ('1e400', '1'), {}, '9223372036854775808'),
    ),
)
def test_sums_the_requests_of_a_pod(resource, amounts, fields, total):
    assert total_request(resource, *amounts, **fields) == total


@pytest.mark.parametrize(
    ('text', 'number'),
    (
        ('1', 1),
        ('500m', 0.5),
        ('1.5Gi', 1.5 * 2**30),
        ('.5', 0.5),
        ('5.', 5),
        ('1e3', 1000),
        ('1E', 1e18),
        ('1.1.1', 0),
        ('.', 0),
        ('1..2', 0),
        ('', 0),
        ('-1', 0),
        ('9' * 10_000, 0),
        ('1e400', 2**63),
        ('1e999999999', 2**63),
        ('9E', 9e18),
        ('10E', 2**63),
    ),
)
def test_reads_quantities_and_never_overflows(text, number):
    assert value(text) == number
