"""Propose `kubectl rollout undo`, but only to a revision that is known to have been ready."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import epoch

# A revision younger than this may be the cause of a failure.
RECENT_SECONDS = 3600.0
# A Deployment reports that it is not available this soon (seconds) after its creation. A later
# report means that it was available before.
_FIRST_REPORT = 5.0
# The server stamps objects and conditions in whole seconds, one after the other.
_SLACK = 2.0


def undo_command(target: Target, to_revision: str = '') -> str:
    """Return the command; without a revision it restores the one before the current one."""
    option = f' --to-revision={to_revision}' if to_revision else ''
    return f'kubectl rollout undo -n {target.namespace} {target.label}{option}'


def proven_replica_set(
    deployment: Object, newest: Object, past: Sequence[Object], ready_uids: Set[str]
) -> Object:
    """Return the ReplicaSet of a revision that was or is ready, or an empty object.

    `past` are the earlier ReplicaSets in the order of their revisions. One that still has pods, but
    none that is ready, is broken. Those of `ready_uids` have had ready pods in this run.
    """
    remaining = [replica_set for replica_set in past if get_int(replica_set, 'status', 'replicas')]
    if remaining:
        ready = [rs for rs in remaining if get_int(rs, 'status', 'readyReplicas')]
        return ready[-1] if ready else {}
    seen_ready = [replica_set for replica_set in past if uid(replica_set) in ready_uids]
    if seen_ready:
        return seen_ready[-1]
    since = epoch(condition(deployment, 'Available').get('lastTransitionTime'))
    if since is None or since > created_at(newest) + _SLACK:
        # What became of the newest revision says nothing about those before.
        return {}
    if _was_never_available(deployment):
        return {}
    if get_str(deployment, 'spec', 'strategy', 'type') == 'Recreate':
        # Only one revision has pods at a time: the one that existed when this changed.
        earlier = [rs for rs in past if created_at(rs) < since]
        return earlier[-1] if earlier else {}
    return past[0] if len(past) == 1 and _needs_pods(deployment) else {}


def unproven_replica_set(deployment: Object, past: Sequence[Object]) -> Object:
    """Return the last earlier ReplicaSet if no revision is proven; none if it did not work either.

    `past` are the earlier ReplicaSets, at least one, in the order of their revisions.
    """
    has_remaining = any(get_int(replica_set, 'status', 'replicas') for replica_set in past)
    return {} if has_remaining or _was_never_available(deployment) else past[-1]


def _was_never_available(deployment: Object) -> bool:
    available = condition(deployment, 'Available')
    since = epoch(available.get('lastTransitionTime'))
    is_first = since is not None and since <= created_at(deployment) + _FIRST_REPORT
    return is_first and available.get('status') != 'True'


def _needs_pods(deployment: Object) -> bool:
    """Whether a rolling Deployment is only available if any of its pods is."""
    desired = get_int(deployment, 'spec', 'replicas', default=1)
    value = get_dict(deployment, 'spec', 'strategy', 'rollingUpdate').get('maxUnavailable')
    allowed = desired if value == '100%' else value if isinstance(value, int) else 0
    return allowed < desired
