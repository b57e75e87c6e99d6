"""Compare the rights that tracking needs with those of the user, and write Roles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from kubectl_dog.checks.batch import Entry
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.resources import is_custom
from kubectl_dog.trackers.custom_children import WATCHED

_WATCH = ('list', 'watch')
_NO_RIGHTS: Mapping[str, Sequence[Right]] = MappingProxyType({})
# What trackers read besides the target.
_CHILDREN: Mapping[str, tuple[Resource, ...]] = {
    'Deployment.apps': (REPLICASETS, PODS),
    'StatefulSet.apps': (CONTROLLERREVISIONS, PODS),
    'DaemonSet.apps': (CONTROLLERREVISIONS, PODS),
    'ReplicaSet.apps': (PODS,),
    'ReplicationController': (PODS,),
    'Job.batch': (PODS,),
    'CronJob.batch': (JOBS, PODS),
    'Pod': (PODS,),
    'Service': (ENDPOINTSLICES,),
}
# Kubernetes events about objects without a namespace are here.
_EVENTS_NAMESPACE = 'default'
_CORE = "''"
_PLAIN = re.compile('[a-z][-a-z0-9]*')
_YAML_WORDS = ('true', 'false', 'yes', 'no', 'on', 'off', 'null', 'y', 'n')


class Right(NamedTuple):
    """The right to do something with all objects of a kind in a namespace, or in the cluster."""

    namespace: str
    group: str
    resource: str
    verb: str


def needed_rights(entries: Iterable[Entry]) -> list[Right]:
    """Return the rights that tracking these objects needs, sorted."""
    return sorted(tracking_rights(entry.target for entry in entries if not entry.unserved))


def tracking_rights(
    targets: Iterable[TargetOrGroup], has_logs: bool = True, once: bool = False
) -> set[Right]:
    """Return the rights that tracking these targets needs; `once`: they are not watched."""
    rights: set[Right] = set()
    for target in targets:
        namespace, children = target.namespace, children_of(target.resource)
        # Objects in all namespaces have events there.
        is_wide = bool(namespace) or target.resource.namespaced
        events = namespace if is_wide else _EVENTS_NAMESPACE
        reads = [(namespace, resource) for resource in (target.resource, *children)]
        rights.update(
            Right(place, resource.group, resource.plural, verb)
            for place, resource in (*reads, (events, EVENTS))
            for verb in (_WATCH[:1] if once else _WATCH)
        )
        if PODS in children and has_logs:
            rights.add(Right(namespace, '', LOGS, 'get'))
    return rights


def children_of(resource: Resource) -> tuple[Resource, ...]:
    """Return the kinds that a tracker reads besides the target."""
    if is_custom(resource):
        return WATCHED if resource.namespaced else ()
    return _CHILDREN.get(resource.key, ())


def ungranted_rights(rights: Iterable[Right], review: Object) -> list[Right]:
    """Return the rights that no rule of a SelfSubjectRulesReview grants.

    Rules for single objects count: they may be for the targets.
    """
    rules = get_dicts(review, 'status', 'resourceRules')
    return [right for right in rights if not any(_grants(rule, right) for rule in rules)]


def is_complete(review: Object) -> bool:
    """Return whether a SelfSubjectRulesReview has all rules; some authorizers list none."""
    return get_dict(review, 'status').get('incomplete') is False


def access_review(right: Right) -> Object:
    """Return the spec of a SelfSubjectAccessReview."""
    resource, _, subresource = right.resource.partition('/')
    return {
        'resourceAttributes': {
            'namespace': right.namespace,
            'group': right.group,
            'resource': resource,
            'subresource': subresource,
            'verb': right.verb,
        }
    }


def is_denied(review: Object) -> bool:
    """Return whether a SelfSubjectAccessReview denies the right."""
    return get_dict(review, 'status').get('allowed') is False


def _grants(rule: Object, right: Right) -> bool:
    wanted = (
        ('verbs', right.verb),
        ('apiGroups', right.group),
        ('resources', right.resource),
    )
    for field, value in wanted:
        values = rule.get(field)
        listed = values if isinstance(values, list) else []
        if value not in listed and '*' not in listed:
            return False
    return True


def describe(rights: Iterable[Right]) -> str:
    """Describe rights: `list and watch pods, get pods/log`."""
    verbs: dict[str, list[str]] = {}
    for right in rights:
        name = f'{right.resource}.{right.group}' if right.group else right.resource
        verbs.setdefault(name, []).append(right.verb)
    return ', '.join(f'{" and ".join(names)} {name}' for name, names in verbs.items())


def write_roles(
    rights: Iterable[Right], optional: Mapping[str, Sequence[Right]] = _NO_RIGHTS
) -> Iterator[str]:
    """Yield the lines of a Role per namespace, and of a ClusterRole, in YAML.

    The rules of `optional` rights, by their titles, are comments.
    """
    needed = list(rights)
    optional_of = [(title, right) for title, group in optional.items() for right in group]
    namespaces = dict.fromkeys(
        right.namespace for right in (*needed, *(right for _, right in optional_of))
    )
    for number, namespace in enumerate(namespaces):
        own = [right for right in needed if right.namespace == namespace]
        # Without a rule, the Role is a comment as well.
        mark = '' if own else '# '
        if number:
            yield f'{mark}---'
        scope = f', namespace: {_yaml_text(namespace)}' if namespace else ''
        yield f'{mark}apiVersion: rbac.authorization.k8s.io/v1'
        yield f'{mark}kind: {"Role" if namespace else "ClusterRole"}'
        yield f'{mark}metadata: {{name: kubectl-dog{scope}}}'
        yield f'{mark}rules:'
        yield from _rules(own)
        for title in optional:
            more = [
                right for key, right in optional_of if (key, right.namespace) == (title, namespace)
            ]
            if more:
                yield f'# {title}:'
                yield from (f'# {line}' for line in _rules(more))


def _yaml_text(text: str) -> str:
    """Return a text as YAML: without quotation marks, `123` is a number and `on` a boolean."""
    is_plain = _PLAIN.fullmatch(text) and text not in _YAML_WORDS
    return text if is_plain else json.dumps(text)


def _rules(rights: Iterable[Right]) -> Iterator[str]:
    verbs: dict[tuple[str, str], list[str]] = {}
    for right in rights:
        verbs.setdefault((right.group, right.resource), []).append(right.verb)
    resources: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), names in verbs.items():
        resources.setdefault((group, tuple(names)), []).append(resource)
    for (group, verb_names), listed in sorted(resources.items()):
        yield f'- apiGroups: [{group or _CORE}]'
        yield f'  resources: [{", ".join(listed)}]'
        yield f'  verbs: [{", ".join(verb_names)}]'
