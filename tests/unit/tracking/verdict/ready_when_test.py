from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import UserError
from kubectl_dog.tracking.verdict import ready_when
from tests.unit.builders import view


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


def state(text, state=State.PROGRESSING, obj=None):
    return ready_when.apply_ready_when(
        view(obj or custom_object(Ready='True', Synced='False', Odd='InBetween')),
        Assessment(state),
        text,
    ).state


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
def test_ready_is_what_was_agreed(text, met):
    wanted = State.READY if met else State.PROGRESSING
    assert [state(text), state(text, State.READY)] == [wanted, wanted]


@pytest.mark.parametrize('other', (State.FAILED, State.PAUSED, State.DELETING))
def test_what_is_neither_ready_nor_at_work_is_what_it_is(other):
    assert state('condition=Ready', other) is other


def test_a_status_of_an_older_generation_says_nothing():
    assert (
        state('condition=Ready', obj=custom_object(generation=2, Ready='True')) is State.PROGRESSING
    )


def test_nothing_is_agreed_by_default():
    assert state('', State.READY) is State.READY


def test_it_says_what_it_waits_for():
    waiting = ready_when.apply_ready_when(
        view(custom_object()), Assessment(State.READY), 'condition=Ready'
    )
    assert waiting.waits_for == 'condition=Ready'


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
def test_what_cannot_be_read_is_said(text):
    with pytest.raises(UserError):
        ready_when.parse_ready_when(text)
