"""Compare the pods of all objects with the quotas of their namespaces."""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.causes import quantities
from kubectl_dog.causes.admission_lookups import RESOURCE_QUOTAS
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.limit_ranges import LIMIT_RANGES
from kubectl_dog.checks.limit_ranges import total
from kubectl_dog.checks.limit_ranges import with_defaults
from kubectl_dog.checks.nodes import daemon_misfits
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.checks.pod_templates import template_of
from kubectl_dog.checks.refusals import refused
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.wants import Lookup

_PLAIN = ('cpu', 'memory', 'ephemeral-storage')
# Each container must have them if the quota limits them.
_REQUIRED = tuple(f'{field}{name}' for field in ('', 'requests.', 'limits.') for name in _PLAIN[:2])
_JOB = 'Job.batch'
_RUN_ONCE = (_JOB, 'Pod')

Amounts = Mapping[str, float]


class QuotaUse:
    """The use of quotas by the objects that were checked before."""

    def __init__(self) -> None:
        self._added: dict[tuple[str, str], dict[str, float]] = {}

    def added(self, namespace: str, quota: str) -> dict[str, float]:
        """Return what earlier objects add to a quota, by resource."""
        return self._added.setdefault((namespace, quota), {})


def find_exceeded(context: CheckContext, template: PodTemplate, use: QuotaUse) -> Findings:
    """Yield the causes of quotas that the pods of a template would exceed."""
    quotas = yield from context.list(RESOURCE_QUOTAS, template.target.namespace, full=True)
    if not quotas:
        return
    ranges = yield from context.list(LIMIT_RANGES, template.target.namespace, full=True)
    pod = yield from with_defaults(context, template)
    count = yield from _count(context, template, pod)
    for quota_name, quota in sorted(quotas.items()):
        hard = _hard(quota)
        if not _is_in_scope(quota, pod) or not hard:
            continue
        # A LimitRange that cannot be read may set it.
        unspecified = '' if ranges is None else _unspecified(hard, pod)
        if unspecified:
            message = f'failed quota: {quota_name}: must specify {unspecified}'
            yield refused(context, template, f'pods "x" is forbidden: {message}')
            continue
        added = use.added(template.target.namespace, quota_name)
        state = _QuotaState(quota_name, hard, _used(quota, hard, added))
        wanted = _charged(pod, hard, count)
        if state.exceeded(wanted):
            current = yield from _current_use(context, template, hard)
            if current is None:
                continue
            wanted = {key: max(0.0, value - current.get(key, 0)) for key, value in wanted.items()}
        is_slow = template.target.resource.key == _JOB and not state.exceeded(
            _charged(pod, hard, 1)
        )
        if state.exceeded(wanted) and is_slow:
            refusal = refused(context, template, state.message(wanted))
            yield f'not all of its pods can run at the same time: {refusal.message}'
        elif state.exceeded(wanted):
            # The message has the use; a read would not know the other objects.
            cause = refused(context, template, state.message(wanted))
            yield cause._replace(lookups=(), recovering=False)
        else:
            for key, value in wanted.items():
                added[key] = added.get(key, 0) + value


class _QuotaState(NamedTuple):
    """A quota, with the limits and the use of resources that pods are charged for."""

    name: str
    hard: Mapping[str, str]
    used: Amounts

    def exceeded(self, wanted: Amounts) -> list[str]:
        """Return the resources of which more is wanted than is left."""
        return [
            key
            for key, amount in sorted(wanted.items())
            # Sums of fractions are not exact.
            if amount and self.used[key] + amount > quantities.value(self.hard[key]) * (1 + 1e-9)
        ]

    def message(self, wanted: Amounts) -> str:
        """Return the message of the API server."""
        keys = self.exceeded(wanted)
        requested = ','.join(f'{key}={_format(wanted[key], key)}' for key in keys)
        used = ','.join(f'{key}={_format(self.used[key], key)}' for key in keys)
        limited = ','.join(f'{key}={self.hard[key]}' for key in keys)
        return (
            f'pods "x" is forbidden: exceeded quota: {self.name}, requested: {requested}, '
            f'used: {used}, limited: {limited}'
        )


def _count(
    context: CheckContext, template: PodTemplate, pod: Object
) -> Generator[Lookup, None, int]:
    if not template.is_daemon:
        return template.pods
    nodes = yield from context.list(NODES, '', full=True)
    return len(daemon_misfits(pod, (nodes or {}).values()))


def _current_use(
    context: CheckContext, template: PodTemplate, hard: Mapping[str, str]
) -> Generator[Lookup, None, Amounts | None]:
    """Return what the pods of the present workload use; None if that is not known."""
    target = template.target
    answer = yield from context.current(target.resource, target.namespace, target.name)
    if answer.status == 'missing':
        return {}
    if answer.status != 'found':
        return None
    if target.resource.key in _RUN_ONCE:
        # It has run already, and does not run again.
        return dict.fromkeys(hard, float('inf'))
    present = template_of(target, answer.objects[0]) or template
    pod = yield from with_defaults(context, present)
    count = yield from _count(context, present, pod)
    return _charged(pod, hard, count)


def _hard(quota: Object) -> dict[str, str]:
    """Return the limits of resources that pods are charged for."""
    hard = get_dict(quota, 'spec', 'hard') or get_dict(quota, 'status', 'hard')
    return {key: str(value) for key, value in hard.items() if _is_of_pods(key)}


def _is_of_pods(resource: str) -> bool:
    if resource == 'requests.storage':
        return False
    is_amount = resource.startswith(('requests.', 'limits.', 'hugepages-'))
    return is_amount or resource in (*_PLAIN, 'pods', 'count/pods')


def _charged(pod: Object, hard: Mapping[str, str], count: int) -> dict[str, float]:
    requests, limits = total(pod, 'requests'), total(pod, 'limits')
    charged = {}
    for resource in hard:
        if resource in ('pods', 'count/pods'):
            charged[resource] = float(count)
            continue
        field, dot, name = resource.partition('.')
        amounts = limits if field == 'limits' and dot else requests
        name = name if dot and field in ('limits', 'requests') else resource
        charged[resource] = quantities.value(amounts.get(name, '0')) * count
    return {key: value for key, value in charged.items() if value}


def _used(quota: Object, hard: Iterable[str], added: Amounts) -> dict[str, float]:
    used = get_dict(quota, 'status', 'used')
    return {key: quantities.value(str(used.get(key, 0))) + added.get(key, 0) for key in hard}


def _format(value: float, resource: str) -> str:
    return quantities.format_amount(value, resource.rpartition('.')[2])


def _unspecified(hard: Mapping[str, str], pod: Object) -> str:
    """Describe the resources that the quota limits and that containers do not specify."""
    missing: dict[str, list[str]] = {}
    for container in containers(pod):
        for resource in _REQUIRED:
            field, dot, name = resource.partition('.')
            field, name = (field, name) if dot else ('requests', resource)
            if resource in hard and name not in get_dict(container.spec, 'resources', field):
                missing.setdefault(resource, []).append(container.name)
    return '; '.join(f'{key} for: {",".join(names)}' for key, names in sorted(missing.items()))


def _is_in_scope(quota: Object, pod: Object) -> bool:
    """Return whether a quota counts a pod; False for scopes that are not known."""
    listed = get_dict(quota, 'spec').get('scopes')
    scopes = listed if isinstance(listed, list) else []
    rules = [{'scopeName': scope, 'operator': 'Exists'} for scope in scopes]
    rules += get_dicts(quota, 'spec', 'scopeSelector', 'matchExpressions')
    return all(_matches_scope(rule, pod) for rule in rules)


def _matches_scope(rule: Object, pod: Object) -> bool:
    scope = get_str(rule, 'scopeName')
    has_deadline = 'activeDeadlineSeconds' in get_dict(pod, 'spec')
    is_best_effort = not total(pod, 'requests') and not total(pod, 'limits')
    if scope == 'PriorityClass':
        return _matches_class(rule, get_str(pod, 'spec', 'priorityClassName'))
    return {
        'Terminating': has_deadline,
        'NotTerminating': not has_deadline,
        'BestEffort': is_best_effort,
        'NotBestEffort': not is_best_effort,
    }.get(scope, False)


def _matches_class(rule: Object, priority: str) -> bool:
    listed = rule.get('values')
    values = listed if isinstance(listed, list) else []
    return {
        'In': priority in values,
        'NotIn': priority not in values,
        'Exists': bool(priority),
        'DoesNotExist': not priority,
    }.get(get_str(rule, 'operator'), False)
