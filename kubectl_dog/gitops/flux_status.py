"""The revisions in the status of a Kustomization and of a HelmRelease of Flux.

https://fluxcd.io/flux/components/kustomize/kustomizations/#kustomization-status,
https://fluxcd.io/flux/components/helm/helmreleases/#helmrelease-status
"""

from __future__ import annotations

from kubectl_dog.gitops.revision_facts import RevisionFacts
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.objects import message_of

# Reasons of Ready=False that describe the attempted revision (api/v1/condition_types.go).
_OF_ATTEMPT = ('BuildFailed', 'HealthCheckFailed', 'PruneFailed', 'ReconciliationFailed')


def kustomization(obj: Object) -> RevisionFacts:
    """Return the revisions of a Kustomization."""
    status = get_dict(obj, 'status')
    attempted = get_str(status, 'lastAttemptedRevision')
    ready, healthy = condition(obj, 'Ready'), condition(obj, 'Healthy')
    reason = get_str(ready, 'reason') if ready.get('status') == 'False' else ''
    has_failed = reason in _OF_ATTEMPT and not _is_outdated(obj, ready)
    # The objects are applied before their health is checked, and the message names the revision.
    is_checked = bool(attempted) and f'revision {attempted} ' in message_of(healthy)
    applied = _present(status, 'lastAppliedRevision', 'lastAppliedOriginRevision')
    return RevisionFacts(
        applied=applied,
        attempted=(attempted,) if attempted else (),
        recorded=_recorded(obj),
        newest=(*applied, attempted) if attempted else applied,
        source=_source(obj),
        has_failed=has_failed,
        reason=reason,
        message=message_of(ready) if reason else '',
        has_inventory=is_checked or (has_failed and reason == 'HealthCheckFailed'),
        is_complete=is_observed(obj) and attempted in ('', *applied),
    )


def helm_release(obj: Object) -> RevisionFacts:
    """Return the revisions of a HelmRelease: its charts, with the digest of an OCI artifact.

    Its failures are not final: Flux may try the same chart again.
    """
    status, ready = get_dict(obj, 'status'), condition(obj, 'Ready')
    snapshots = get_dicts(status, 'history')
    newest = next(iter(snapshots), {})
    is_deployed = get_str(newest, 'status') == 'deployed'
    applied = _present(newest, 'chartVersion', 'ociDigest') if is_deployed else ()
    attempted = _present(status, 'lastAttemptedRevision', 'lastAttemptedRevisionDigest')
    return RevisionFacts(
        applied=applied,
        attempted=attempted,
        recorded=tuple(get_str(entry, 'chartVersion') for entry in reversed(snapshots)),
        newest=(*applied, *attempted),
        reason=get_str(ready, 'reason') if ready.get('status') == 'False' else '',
        message=message_of(ready) if ready.get('status') == 'False' else '',
        is_complete=is_observed(obj) and (is_deployed or not snapshots),
    )


def _present(value: Object, *fields: str) -> tuple[str, ...]:
    return tuple(text for text in (get_str(value, field) for field in fields) if text)


def _recorded(obj: Object) -> tuple[str, ...]:
    """The revisions of `status.history`, in the order in which they were first applied.

    An entry is one content, which may have been applied again later, with another revision.
    """
    entries = get_dicts(obj, 'status', 'history')
    entries = sorted(entries, key=lambda entry: get_str(entry, 'firstReconciled'))
    return tuple(get_str(entry, 'metadata', 'revision') for entry in entries)


def _source(obj: Object) -> str:
    reference = get_dict(obj, 'spec', 'sourceRef')
    namespace = get_str(reference, 'namespace') or get_str(obj, 'metadata', 'namespace')
    return f'{get_str(reference, "kind")} {namespace}/{get_str(reference, "name")}'


def _is_outdated(obj: Object, cond: Object) -> bool:
    """Whether a condition is older than the spec, or than a request to reconcile."""
    generation = get_int(obj, 'metadata', 'generation')
    if get_int(cond, 'observedGeneration', default=generation) < generation:
        return True
    requested = get_str(obj, 'metadata', 'annotations', 'reconcile.fluxcd.io/requestedAt')
    return bool(requested) and requested != get_str(obj, 'status', 'lastHandledReconcileAt')
