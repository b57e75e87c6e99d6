from __future__ import annotations

import pytest

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Target
from kubectl_dog.output.shown_causes import ShownCauses

DB = Target(STATEFULSETS, 'shop', 'db')


def seen(number, code='PVCPending', subject='data-db-{}', message='claim "data-db-{}" is pending'):
    pods = (f'db-{number}',)
    cause = Cause(code, '', subject.format(number), message.format(number), pods)
    return CauseSeen(1.0, DB, cause, 8, 30.0, None)


def news(*given):
    causes = ShownCauses()
    return [causes.see(event) for event in given]


def test_the_cause_of_each_pod_is_one_cause_with_a_count():
    items = news(*(seen(number) for number in range(8)))
    assert [len(item.pods) if item else 0 for item in items] == [1, 2, 0, 4, 0, 0, 0, 8]
    assert [item.is_growth for item in items if item] == [False, True, True, True]
    assert [item.has_message for item in items if item] == [True, False, False, False]


@pytest.mark.parametrize(
    'other',
    (
        seen(1, code='Evicted'),
        seen(1, message='claim "data-db-{}" has no class'),
        # One ConfigMap and another, a container and another: each is a fact.
        seen(1, subject='main', message='container "main" exits'),
    ),
)
def test_another_cause_is_told_in_full(other):
    assert news(seen(0), other)[1].has_message


def test_containers_of_a_pod_are_told_apart():
    main, proxy = (
        seen(0, subject=name, message=f'container "{name}" exits') for name in ('main', 'proxy')
    )
    assert all(item.has_message for item in news(main, proxy))


def test_the_causes_of_pods_are_gone_together():
    causes = ShownCauses()
    first, second = seen(0), seen(1)
    causes.see(first)
    causes.see(second)
    assert not causes.forget(DB, first.cause)
    assert causes.has_any(DB)
    assert causes.forget(DB, second.cause)
    assert not causes.forget(DB, second.cause)
    assert not causes.has_any(DB)
