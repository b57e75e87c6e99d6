"""Query the Kubernetes events of an object, which may arrive late, merged, or in any order."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_finished
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View

_COMBINED = lazy_compile(r'^\(combined from similar events\): ')


def last_seen_at(event: Object) -> float:
    """Return when the event last occurred, in epoch seconds; supports series and both APIs."""
    for path in (('series', 'lastObservedTime'), ('lastTimestamp',), ('eventTime',)):
        seconds = epoch(get_str(event, *path))
        if seconds is not None:
            return seconds
    return created_at(event)


def event_message(event: Object) -> str:
    """Return the message of the event without the prefix `(combined from similar events)`."""
    return _COMBINED.sub('', message_of(event)).strip()


def occurrence_count(event: Object) -> int:
    """Return how often the event occurred; at least 1."""
    return max(1, get_int(event, 'count'), get_int(event, 'series', 'count'))


def events_about(view: View, obj: Object, *reasons: str) -> list[Object]:
    """Return the Kubernetes events about an object with one of these reasons, oldest first."""
    events = [
        event
        for event in view.kube_events_by_uid.get(uid(obj), ())
        if event.get('reason') in reasons
    ]
    return sorted(events, key=last_seen_at)


def newest_event_about(view: View, obj: Object, *reasons: str) -> Object:
    """Return the newest event about an object with one of these reasons, or an empty mapping."""
    events = events_about(view, obj, *reasons)
    return events[-1] if events else {}


def events_about_container(view: View, pod: Object, container: str) -> tuple[Object, ...]:
    """The Kubernetes events about one container of a pod, the oldest first."""
    field = f'{{{container}}}'
    return tuple(
        event
        for event in view.kube_events_by_uid.get(uid(pod), ())
        if get_str(event, 'involvedObject', 'fieldPath').endswith(field)
    )


def eviction_event(view: View, pod: Object) -> Object:
    """Return the Kubernetes event of the pod's eviction by its node, or an empty mapping.

    An evicted pod whose containers exit with code 0 is Succeeded, and its status does not
    mention the eviction.
    """
    return newest_event_about(view, pod, 'Evicted') if is_finished(pod) else {}


def events_about_named(view: View, kind: str, names: frozenset[str]) -> Iterator[Object]:
    """Yield the Kubernetes events about objects of the target's namespace with these names."""
    for events in view.kube_events_by_uid.values():
        about = get_dict(events[0], 'involvedObject') if events else {}
        if (
            about.get('kind') == kind
            and get_str(about, 'name') in names
            and about.get('namespace', view.target.namespace) == view.target.namespace
        ):
            yield from events
