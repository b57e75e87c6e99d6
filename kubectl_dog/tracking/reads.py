"""What to read of one target, and whether all of it has come.

Of kube events those of what is tracked, as a namespace may be full of others'.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.claims import may_tell
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.views import World

# Up to so many objects have a watch each for their kube events; beyond, the namespace has one.
# With the three watches of a Deployment this keeps a rollout within eight (design §9).
EVENT_WATCHES = 5


def event_watches(
    target: Target, related: Iterable[str], pods: Iterable[Object]
) -> Iterator[Watch]:
    """What brings the kube events of `related` objects (uids), and of the claims of `pods`, which
    are known by name only.
    """
    fields = [f'involvedObject.uid={key}' for key in related]
    if any(map(may_tell, pods)):
        fields.append('involvedObject.kind=PersistentVolumeClaim')
    if len(fields) > EVENT_WATCHES:
        yield Watch(EVENTS, target.namespace)
        return
    for one in fields:
        yield Watch(EVENTS, target.namespace or 'default', fields=one)


def is_complete(target: Target, wanted: Iterable[Want], view: View, world: World) -> bool:
    """Whether all that is wanted has been listed or answered, or may not be seen."""
    known = world.store.listed
    wide = Watch(EVENTS, target.namespace)
    return all(
        want in view.answers
        if isinstance(want, Lookup)
        else want in known
        or want.resource.key in view.blind
        or (want.resource == EVENTS and wide in known)
        for want in wanted
        if not isinstance(want, Logs)
    )
