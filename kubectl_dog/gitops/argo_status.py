"""The revisions in the status of an Application of Argo CD.

https://github.com/argoproj/argo-cd/blob/master/pkg/apis/application/v1alpha1/types.go
"""

from __future__ import annotations

from typing import Any

from kubectl_dog.gitops.revision_facts import RevisionFacts
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of

_FAILED = ('Failed', 'Error')


def application(obj: Object) -> RevisionFacts:
    """Return the revisions of an Application.

    A revision is applied if the last comparison was with it, and found it in the cluster or came
    after its successful sync: health is that of the last comparison.
    """
    status = get_dict(obj, 'status')
    operation = get_dict(status, 'operationState')
    phase = get_str(operation, 'phase')
    compared = _revisions(get_dict(status, 'sync'))
    operated = _revisions(get_dict(operation, 'syncResult')) or _revisions(
        get_dict(operation, 'operation', 'sync')
    )
    is_synced = get_str(status, 'sync', 'status') == 'Synced'
    was_synced = phase == 'Succeeded' and operated == compared
    # A later revision may need no sync.
    has_failed = phase in _FAILED and not (is_synced and compared != operated)
    problem = {} if has_failed else next(iter(get_dicts(status, 'conditions')), {})
    return RevisionFacts(
        applied=compared if is_synced or was_synced else (),
        attempted=operated,
        recorded=tuple(
            revision for entry in get_dicts(status, 'history') for revision in _revisions(entry)
        ),
        newest=compared,
        source=_source(obj),
        has_failed=has_failed,
        reason=f'Sync{phase}' if has_failed else get_str(problem, 'type'),
        message=message_of(operation if has_failed else problem),
        has_inventory=compared == operated,
    )


def _revisions(value: Any) -> tuple[str, ...]:
    """The revision, or those of several sources."""
    several = get_dict(value).get('revisions')
    if isinstance(several, list) and several:
        return tuple(revision for revision in several if isinstance(revision, str))
    revision = get_str(value, 'revision')
    return (revision,) if revision else ()


def _source(obj: Object) -> str:
    source = get_dict(obj, 'spec', 'source')
    address, ref = get_str(source, 'repoURL'), get_str(source, 'targetRevision')
    # A chart has revisions of its own.
    return '' if get_str(source, 'chart') or not address else f'{address} {ref or "HEAD"}'
