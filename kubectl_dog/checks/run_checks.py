"""Run all checks for all objects of a batch."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kubectl_dog.causes.aggregate import rank
from kubectl_dog.checks import backends
from kubectl_dog.checks import claims
from kubectl_dog.checks import dry_runs as dry_run_checks
from kubectl_dog.checks import existence
from kubectl_dog.checks import images
from kubectl_dog.checks import limit_ranges
from kubectl_dog.checks import nodes
from kubectl_dog.checks import quotas
from kubectl_dog.checks import references
from kubectl_dog.checks import refusals
from kubectl_dog.checks.batch import Batch
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Evidence
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.dry_runs import DryRun
from kubectl_dog.checks.pod_templates import pod_template
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup

_POD_CHECKS = (
    references.find_missing,
    references.find_missing_pull_secrets,
    refusals.find_missing_account,
    refusals.find_missing_classes,
    claims.find_missing_claims,
    images.find_invalid,
    limit_ranges.find_violations,
    nodes.find_unschedulable,
)
_KIND_CHECKS = {
    'StatefulSet.apps': claims.find_classes_of_templates,
    'PersistentVolumeClaim': claims.find_class_of_claim,
    'Ingress.networking.k8s.io': backends.find_missing_backends,
    'HorizontalPodAutoscaler.autoscaling': backends.find_missing_scale_target,
}
# Commands about objects that do not exist before they are applied.
_NOT_YET = (
    'kubectl describe pod ',
    'kubectl describe deployment ',
    'kubectl describe replicaset ',
    'kubectl describe statefulset ',
    'kubectl describe daemonset ',
    'kubectl describe job ',
    'kubectl describe cronjob ',
    'kubectl describe pvc ',
)
_COMMANDS = {
    'Unschedulable': 'kubectl describe nodes',
    'PVCPending': 'kubectl get storageclasses',
}


_NO_DRY_RUNS: Mapping[Target, DryRun] = MappingProxyType({})


class CheckResult(NamedTuple):
    """The result of all checks.

    - `causes`: per object, the best explanation first.
    - `notices`: sentences; without a target, they are about several objects.
    - `lookups`: unanswered lookups; True if a check needs the answer, False if it is evidence.
    """

    causes: Mapping[Target, tuple[Cause, ...]]
    notices: tuple[tuple[Target | None, str], ...]
    lookups: Mapping[Lookup, bool]


def run_checks(
    batch: Batch, answers: Mapping[Lookup, Answer], dry_runs: Mapping[Target, DryRun] = _NO_DRY_RUNS
) -> CheckResult:
    """Return what would fail if the objects were applied now.

    If lookups are not answered yet, the result is incomplete: answer them, and run it again.
    """
    context, use = CheckContext(batch, answers), quotas.QuotaUse()
    causes: dict[Target, tuple[Cause, ...]] = {}
    notices: dict[tuple[Target | None, str], None] = {}
    lookups: dict[Lookup, bool] = {}
    for entry in batch.entries:
        causes_by_key: dict[tuple[str, str], Cause] = {}
        for item in _check(context, entry, use, dry_runs.get(entry.target)):
            if isinstance(item, Cause):
                if not item.recovering:
                    causes_by_key.setdefault(item.key, _before_apply(item, answers))
            elif isinstance(item, str):
                notices[entry.target, item] = None
            elif isinstance(item, Evidence):
                lookups.setdefault(item.lookup, False)
            else:
                lookups[item] = True
        if causes_by_key:
            causes[entry.target] = tuple(sorted(causes_by_key.values(), key=rank))
    unanswered = {want: needed for want, needed in lookups.items() if want not in answers}
    return CheckResult(causes, tuple(notices), unanswered)


def _check(
    context: CheckContext, entry: Entry, use: quotas.QuotaUse, dry_run: DryRun | None
) -> Findings:
    unknown = existence.find_unknown_kind(entry)
    if unknown is not None:
        yield unknown
        return
    missing = yield from existence.find_missing_namespace(context, entry)
    if missing is not None:
        yield missing
        return
    check = _KIND_CHECKS.get(entry.target.resource.key)
    if check is not None:
        yield from check(context, entry)
    template = pod_template(entry)
    if template is not None:
        for pod_check in _POD_CHECKS:
            yield from pod_check(context, template)
        yield from quotas.find_exceeded(context, template, use)
    if dry_run is not None:
        yield from dry_run_checks.find_rejections(context, entry, dry_run)


def _before_apply(cause: Cause, answers: Container[Lookup]) -> Cause:
    """Return a cause without commands that need applied objects, and without unread evidence."""
    commands = [text for text in cause.suggested_commands if not text.startswith(_NOT_YET)]
    default = _COMMANDS.get(cause.code, f'kubectl dog explain {cause.code}')
    lookups = tuple(lookup for lookup in cause.lookups if lookup in answers)
    return cause._replace(
        pods=(), lookups=lookups, suggested_commands=tuple(commands) or (default,)
    )


def unread_notices(answers: Mapping[Lookup, Answer], needed: Iterable[Lookup]) -> Iterator[str]:
    """Yield a notice for each kind and namespace that a rule needs and that cannot be read."""
    texts: dict[str, None] = {}
    for lookup in needed:
        answer = answers[lookup]
        if answer.status in ('denied', 'failed'):
            verb = 'get' if lookup.name else 'list'
            where = f' in namespace "{lookup.namespace}"' if lookup.namespace else ''
            reason = f'no permission to {verb} them'
            if answer.status == 'failed':
                reason = answer.message or 'no answer'
            texts[f'{lookup.resource.plural}{where} were not checked: {reason}'] = None
    yield from texts
