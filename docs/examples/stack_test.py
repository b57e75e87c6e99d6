"""A pytest fixture that waits for a stack before the tests that need it.

NAMESPACE=shop pytest stack_test.py
"""

from __future__ import annotations

import os

import pytest

import kubectl_dog


@pytest.fixture(scope='session')
def stack():
    """Everything with the label `stack=shop` is ready; else the tests fail, and say why."""
    return kubectl_dog.rollout(
        ['deploy', 'sts'],
        selector='stack=shop',
        namespace=os.environ['NAMESPACE'],
        options=kubectl_dog.Options(timeout=120.0),
    )


def test_the_shop_is_up(stack):
    assert {target.name for target, _ in stack.verdicts} == {'web', 'store'}


def test_nothing_stands_in_its_way(stack):
    looks = kubectl_dog.status(['deploy/web', 'sts/store'], namespace=os.environ['NAMESPACE'])
    assert [(one.state.value, one.causes) for one in looks] == [('ready', ()), ('ready', ())]
