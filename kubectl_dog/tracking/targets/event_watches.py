"""Choose the watches for the Kubernetes events of one target, and check whether all are listed.

Only the events of tracked objects are read, as a namespace may be full of others.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from kubectl_dog.causes.volume_claims import awaits_claims
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.world import World

# Up to this number of objects have one watch each; beyond it, one watch reads the namespace.
# With the three watches of a Deployment this keeps a rollout within eight.
EVENT_WATCHES = 5


def event_watches(
    target: Target, related: Mapping[str, Object], pods: Collection[Object]
) -> Iterator[Watch]:
    """Yield the watches for the Kubernetes events of `related` objects (by uid).

    The events of the claims of `pods` are read, too: a claim is known by its name only.
    """
    if len(related) <= EVENT_WATCHES:
        wanted = dict.fromkeys(
            Watch(EVENTS, _namespace(target, obj), fields=f'involvedObject.uid={key}')
            for key, obj in related.items()
        )
        for pod in filter(awaits_claims, pods):
            fields = 'involvedObject.kind=PersistentVolumeClaim'
            wanted[Watch(EVENTS, _namespace(target, pod), fields=fields)] = None
        if len(wanted) <= EVENT_WATCHES:
            yield from wanted
            return
    namespaces = dict.fromkeys(_namespace(target, obj) for obj in (*related.values(), *pods))
    yield from (Watch(EVENTS, namespace) for namespace in namespaces)


def _namespace(target: Target, obj: Object) -> str:
    """Return the namespace of the Kubernetes events about an object."""
    return get_str(obj, 'metadata', 'namespace') or target.namespace or 'default'


def is_complete(wanted: Iterable[Want], view: View, world: World) -> bool:
    """Return whether every want except logs was listed, answered, or refused."""
    listed = world.store.listed
    return all(
        want in view.answers
        if isinstance(want, Lookup)
        else want in listed
        or want.resource.key in view.forbidden_kinds
        or (want.resource == EVENTS and Watch(EVENTS, want.namespace) in listed)
        for want in wanted
        if not isinstance(want, (Logs, ManagedObjects))
    )
