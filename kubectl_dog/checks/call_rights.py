"""The rights that a call needs, and those that it can do without."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.causes.admission_lookups import PRIORITY_CLASSES
from kubectl_dog.causes.admission_lookups import RESOURCE_QUOTAS
from kubectl_dog.causes.admission_lookups import SERVICE_ACCOUNTS
from kubectl_dog.causes.volume_claims import CLAIMS
from kubectl_dog.causes.volume_claims import STORAGE_CLASSES
from kubectl_dog.checks.batch import Batch
from kubectl_dog.checks.rights import Right
from kubectl_dog.checks.rights import children_of
from kubectl_dog.checks.rights import tracking_rights
from kubectl_dog.checks.run_checks import run_checks
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import NETWORKPOLICIES
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.wants import Lookup

# What causes look up to explain the failure of a pod.
_EVIDENCE: Mapping[Resource, tuple[str, ...]] = {
    CONFIGMAPS: ('get', 'list'),
    SECRETS: ('get', 'list'),
    SERVICES: ('get', 'list'),
    ENDPOINTSLICES: ('list',),
    NETWORKPOLICIES: ('list',),
    SERVICE_ACCOUNTS: ('list',),
    CLAIMS: ('list',),
    RESOURCE_QUOTAS: ('get',),
    NODES: ('get', 'list'),
    STORAGE_CLASSES: ('list',),
    PRIORITY_CLASSES: ('list',),
}
_EVIDENCE_TITLE = 'Optional, to explain failures. Of Secrets, only metadata is read'
_DRY_RUN_TITLE = 'Optional, to compare objects with their files by dry runs, which change nothing'


class Call(NamedTuple):
    """What a call reads.

    - `once`: nothing is watched.
    - `is_compared`: the targets are compared with the objects of files.
    - `releases`: namespaces of Helm releases that are read.
    """

    targets: tuple[TargetOrGroup, ...]
    logs: bool = True
    once: bool = False
    is_compared: bool = False
    releases: tuple[str, ...] = ()


def needed_rights(call: Call) -> list[Right]:
    """Return the rights without which the call does not see everything, sorted."""
    rights = tracking_rights(call.targets, call.logs, call.once)
    for namespace in call.releases:
        rights |= {Right(namespace, '', SECRETS.plural, verb) for verb in ('get', 'list')}
    return sorted(rights)


def optional_rights(call: Call) -> dict[str, list[Right]]:
    """Return further rights that the call uses, by what they are for."""
    evidence = sorted(set(_evidence_rights(call)))
    dry_runs = {
        Right(target.namespace, target.resource.group, target.resource.plural, 'patch')
        for target in call.targets
        if call.is_compared and target.resource != SECRETS
    }
    rights = {_EVIDENCE_TITLE: evidence, _DRY_RUN_TITLE: sorted(dry_runs)}
    return {title: group for title, group in rights.items() if group}


def _evidence_rights(call: Call) -> Iterator[Right]:
    for target in call.targets:
        if PODS not in children_of(target.resource):
            continue
        for resource, verbs in _EVIDENCE.items():
            namespace = target.namespace if resource.namespaced else ''
            yield from (Right(namespace, resource.group, resource.plural, verb) for verb in verbs)
        if not call.logs:
            yield Right(target.namespace, '', LOGS, 'get')


def check_rights(
    batch: Batch, has_dry_run: bool, is_served: Callable[[Resource], bool]
) -> list[Right]:
    """Return the rights that a check of these objects needs, without those for tracking.

    Which objects are read depends on which exist, so both are tried.
    """
    lookups = {*_needed_lookups(batch, exists=False), *_needed_lookups(batch, exists=True)}
    rights = {
        Right(
            *(lookup.namespace, lookup.resource.group, lookup.resource.plural),
            'get' if lookup.name else 'list',
        )
        for lookup in lookups
        if not is_custom(lookup.resource) or is_served(lookup.resource)
    }
    for entry in batch.entries if has_dry_run else ():
        resource = entry.target.resource
        if not (entry.unserved or entry.is_defined_here):
            rights.add(Right(entry.target.namespace, resource.group, resource.plural, 'patch'))
    return sorted(rights)


def _needed_lookups(batch: Batch, exists: bool) -> Iterable[Lookup]:
    answers: dict[Lookup, Answer] = {}
    needed: set[Lookup] = set()
    while True:
        lookups = run_checks(batch, answers).lookups
        if not lookups:
            return needed
        # The operators that may create a Secret are evidence, and are missed if they are denied.
        needed.update(
            lookup
            for lookup, is_needed in lookups.items()
            if is_needed or is_custom(lookup.resource)
        )
        answers.update((lookup, _answer(lookup, exists)) for lookup in lookups)


def _answer(lookup: Lookup, exists: bool) -> Answer:
    """Return an answer as if an object existed, or not; all namespaces exist."""
    if not lookup.name:
        return Answer('found')
    if not exists and lookup.resource != NAMESPACES:
        return Answer('missing')
    metadata = {'name': lookup.name, 'namespace': lookup.namespace}
    resource = lookup.resource
    obj = {'apiVersion': resource.api_version, 'kind': resource.kind, 'metadata': metadata}
    return Answer('found', (obj,))
