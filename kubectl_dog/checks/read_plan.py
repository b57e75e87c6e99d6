"""Combine lookups into few reads, and split their answers again."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping

from kubectl_dog.model.items import Answer
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.wants import Lookup

# More objects of a kind than this in one namespace, and more namespaces than this, are listed.
MAX_GETS = 3
MAX_NAMESPACES = 2

Plan = dict[Lookup, list[Lookup]]


def plan_reads(lookups: Iterable[Lookup]) -> Plan:
    """Return the reads to send, each with the lookups that it answers."""
    return _combine_namespaces(_combine_names(lookups))


def _combine_names(lookups: Iterable[Lookup]) -> Plan:
    groups: dict[tuple[object, ...], list[Lookup]] = {}
    for lookup in lookups:
        key = (lookup.resource, lookup.namespace, bool(lookup.name) or lookup.full_object)
        groups.setdefault(key, []).append(lookup)
    plan: Plan = {}
    for group in groups.values():
        if group[0].name and len({lookup.name for lookup in group}) > MAX_GETS:
            first = group[0]
            is_full = any(lookup.full_object for lookup in group)
            plan[Lookup(first.resource, first.namespace, full_object=is_full)] = group
        else:
            plan.update((lookup, [lookup]) for lookup in group)
    return plan


def _combine_namespaces(plan: Plan) -> Plan:
    groups: dict[object, list[Lookup]] = {}
    for read in plan:
        groups.setdefault(read.resource, []).append(read)
    result: Plan = {}
    for group in groups.values():
        namespaces = {read.namespace for read in group}
        if len(namespaces) > MAX_NAMESPACES:
            is_full = any(read.full_object for read in group)
            wide = Lookup(group[0].resource, '', full_object=is_full)
            result[wide] = [lookup for read in group for lookup in plan[read]]
        else:
            for read in group:
                result.setdefault(read, []).extend(plan[read])
    return result


def split_answer(answer: Answer, lookups: Iterable[Lookup]) -> Mapping[Lookup, Answer]:
    """Return the answer to each lookup, given that to the read that answers them."""
    return {lookup: _part(answer, lookup) for lookup in lookups}


def _part(answer: Answer, lookup: Lookup) -> Answer:
    if answer.status != 'found':
        return answer
    objects = tuple(
        obj
        for obj in answer.objects
        if not lookup.namespace or get_str(obj, 'metadata', 'namespace') == lookup.namespace
    )
    if not lookup.name:
        return answer._replace(objects=objects)
    own = tuple(obj for obj in objects if name(obj) == lookup.name)
    return Answer('found', own) if own else Answer('missing')
