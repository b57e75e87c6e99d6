"""Which kube events to read: those of what is tracked, as a namespace may be full of others'."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.claims import may_tell
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch

# Up to so many objects have a watch each for their kube events; beyond, the namespace has one.
# With the three watches of a Deployment this keeps a rollout within eight (design §9).
EVENT_WATCHES = 5


def watches(target: Target, related: Iterable[str], pods: Iterable[Object]) -> Iterator[Watch]:
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
