from __future__ import annotations

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.tracking.verdict import ready_when


def custom_object(phase='Active', generation=1, **conditions):
    return {
        'metadata': {'generation': generation},
        'status': {
            'observedGeneration': 1,
            'phase': phase,
            'replicas': 3,
            'done': True,
            'conditions': [{'type': key, 'status': value} for key, value in conditions.items()],
            'parts': [{'name': 'a', 'state': 'up'}, {'name': 'b', 'state': 'down'}],
        },
    }


OBJECT = custom_object(Ready='True', Synced='False', Odd='InBetween')


@pytest.mark.parametrize(
    ('text', 'met'),
    (
        ('condition=Ready', True),
        ('condition=Ready=true', True),
        ('condition=Ready=False', False),
        ('condition=Synced=false', True),
        ('condition=ready', True),
        ('condition=Odd=InBetween', True),
        ('condition=Nothing', False),
        ('jsonpath={.status.phase}=Active', True),
        ("jsonpath='{.status.phase}'=Active", True),
        ('jsonpath={.status.phase}=active', False),
        ('jsonpath=.status.phase=Active', True),
        ('jsonpath={.status.phase}', True),
        ('jsonpath={.status.nothing}', False),
        ('jsonpath={.status.replicas}=3', True),
        ('jsonpath={.status.done}=true', True),
        ('jsonpath={.status.parts[?(@.name=="a")].state}=up', True),
        ('jsonpath={.status.parts[?(@.name=="b")].state}=up', False),
        ('jsonpath=status.parts[name=a].state=up', True),
    ),
)
def test_a_condition_is_met(text, met):
    assert ready_when.is_met(ready_when.parse_ready_when(text), OBJECT) is met


@pytest.mark.parametrize(
    'text',
    (
        '',
        'delete',
        'condition=',
        'condition==True',
        'condition=Ready==True',
        'jsonpath=',
        'jsonpath={.a b}',
        'jsonpath={.status.phase}==Active',
        'Ready',
    ),
)
def test_refuses_an_invalid_condition(text):
    with pytest.raises(UserError):
        ready_when.parse_ready_when(text)
