"""What to read of one target, and whether all of it has come.

Of kube events those of what is tracked, as a namespace may be full of others'.
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
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.world import World

# Up to so many objects have a watch each for their kube events; beyond, the namespace has one.
# With the three watches of a Deployment this keeps a rollout within eight (design §9).
EVENT_WATCHES = 5


def event_watches(
    target: Target, related: Mapping[str, Object], pods: Collection[Object]
) -> Iterator[Watch]:
    """What brings the kube events of `related` objects (by uid), in the namespace of each, and of
    the claims of `pods`, which are known by name only.
    """
    if len(related) <= EVENT_WATCHES:
        wanted = dict.fromkeys(
            Watch(EVENTS, _home(target, thing), fields=f'involvedObject.uid={key}')
            for key, thing in related.items()
        )
        for pod in filter(awaits_claims, pods):
            fields = 'involvedObject.kind=PersistentVolumeClaim'
            wanted[Watch(EVENTS, _home(target, pod), fields=fields)] = None
        if len(wanted) <= EVENT_WATCHES:
            yield from wanted
            return
    homes = (_home(target, thing) for thing in (*related.values(), *pods))
    yield from (Watch(EVENTS, home) for home in dict.fromkeys(homes))


def _home(target: Target, thing: Object) -> str:
    """The namespace that the kube events about an object are in."""
    return get_str(thing, 'metadata', 'namespace') or target.namespace or 'default'


def is_complete(wanted: Iterable[Want], view: View, world: World) -> bool:
    """Whether all that is wanted has been listed or answered, or may not be seen."""
    known = world.store.listed
    return all(
        want in view.answers
        if isinstance(want, Lookup)
        else want in known
        or want.resource.key in view.forbidden_kinds
        or (want.resource == EVENTS and Watch(EVENTS, want.namespace) in known)
        for want in wanted
        if not isinstance(want, Logs)
    )
