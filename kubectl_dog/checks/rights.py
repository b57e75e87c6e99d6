"""Compare the rights that tracking needs with those of the user, and write Roles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
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

_WATCH = ('list', 'watch')
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
    rights: set[Right] = set()
    for entry in entries:
        target = entry.target
        if entry.unserved:
            continue
        children = _CHILDREN.get(target.resource.key, ())
        for resource in (target.resource, *children):
            rights |= _watch(target.namespace, resource)
        rights |= _watch(target.namespace or _EVENTS_NAMESPACE, EVENTS)
        if PODS in children:
            rights.add(Right(target.namespace, '', LOGS, 'get'))
    return sorted(rights)


def _watch(namespace: str, resource: Resource) -> set[Right]:
    return {Right(namespace, resource.group, resource.plural, verb) for verb in _WATCH}


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


def write_roles(rights: Iterable[Right]) -> Iterator[str]:
    """Yield the lines of a Role per namespace, and of a ClusterRole, in YAML."""
    by_namespace: dict[str, list[Right]] = {}
    for right in rights:
        by_namespace.setdefault(right.namespace, []).append(right)
    for number, (namespace, own) in enumerate(by_namespace.items()):
        if number:
            yield '---'
        yield 'apiVersion: rbac.authorization.k8s.io/v1'
        yield f'kind: {"Role" if namespace else "ClusterRole"}'
        scope = f', namespace: {_yaml_text(namespace)}' if namespace else ''
        yield f'metadata: {{name: kubectl-dog{scope}}}'
        yield 'rules:'
        yield from _rules(own)


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
