"""A pytest fixture that waits for a stack before the tests that need it.

NAMESPACE=shop pytest stack_test.py
"""

from __future__ import annotations

import os

import pytest

import kubectl_dog


@pytest.fixture(scope='session')
def stack():
    """Wait for the workloads with the label `stack=shop`; the tests fail if these do."""
    return kubectl_dog.rollout(
        ['deploy', 'sts'],
        selector='stack=shop',
        namespace=os.environ['NAMESPACE'],
        options=kubectl_dog.Options(timeout=120.0),
    )


def test_the_shop_is_up(stack):
    assert {target.name for target, _ in stack.verdicts} == {'web', 'store'}


def test_the_shop_has_no_problems(stack):
    statuses = kubectl_dog.status(['deploy/web', 'sts/store'], namespace=os.environ['NAMESPACE'])
    assert {status.state.value for status in statuses} == {'ready'}
    assert not any(status.causes for status in statuses)
