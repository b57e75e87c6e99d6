"""Lookups are combined into few reads."""

from __future__ import annotations

from kubectl_dog.checks.read_plan import plan_reads
from kubectl_dog.checks.read_plan import split_answer
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Lookup


def get(name, namespace='shop', full=False):
    return Lookup(SECRETS, namespace, name, full_object=full)


def test_a_few_objects_are_read_by_name():
    lookups = [get(name) for name in 'abc']
    assert plan_reads(lookups) == {lookup: [lookup] for lookup in lookups}


def test_many_objects_are_listed():
    lookups = [get(name) for name in 'abcd']
    assert plan_reads(lookups) == {Lookup(SECRETS, 'shop'): lookups}
    lookups.append(get('e', full=True))
    assert plan_reads(lookups) == {Lookup(SECRETS, 'shop', full_object=True): lookups}
    names = [Lookup(NAMESPACES, '', name) for name in 'abcd']
    assert plan_reads(names) == {Lookup(NAMESPACES, ''): names}


def test_many_namespaces_are_read_at_once():
    few = [Lookup(CONFIGMAPS, namespace) for namespace in 'ab']
    assert plan_reads(few) == {lookup: [lookup] for lookup in few}
    many = [*few, Lookup(CONFIGMAPS, 'c', full_object=True)]
    assert plan_reads(many) == {Lookup(CONFIGMAPS, '', full_object=True): many}
    mixed = [get('x', 'a'), get('y', 'b'), get('z', 'c')]
    assert plan_reads(mixed) == {Lookup(SECRETS, ''): mixed}


def test_answers_are_split():
    objects = tuple(
        {'metadata': {'name': name, 'namespace': namespace}}
        for name, namespace in ('ax', 'bx', 'ay')
    )
    named, missing, listed = get('a', 'x'), get('b', 'y'), Lookup(SECRETS, 'x')
    parts = split_answer(Answer('found', objects), [named, missing, listed])
    assert parts == {
        named: Answer('found', objects[:1]),
        missing: Answer('missing'),
        listed: Answer('found', objects[:2]),
    }
    denied = Answer('denied', message='no')
    assert split_answer(denied, [named]) == {named: denied}
