"""Query the kube events of an object. They may come late, merged, or in any order."""

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
    """When the event last occurred, in epoch seconds; reads series and new-style events, too."""
    for path in (('series', 'lastObservedTime'), ('lastTimestamp',), ('eventTime',)):
        seconds = epoch(get_str(event, *path))
        if seconds is not None:
            return seconds
    return created_at(event)


def event_message(event: Object) -> str:
    """The message of the event without the prefix `(combined from similar events)`."""
    return _COMBINED.sub('', message_of(event)).strip()


def occurrence_count(event: Object) -> int:
    """How often the event occurred; at least 1."""
    return max(1, get_int(event, 'count'), get_int(event, 'series', 'count'))


def events_about(view: View, obj: Object, *reasons: str) -> list[Object]:
    """The kube events about an object with one of these reasons, the oldest first."""
    events = [
        event
        for event in view.kube_events_by_uid.get(uid(obj), ())
        if event.get('reason') in reasons
    ]
    return sorted(events, key=last_seen_at)


def newest_event_about(view: View, obj: Object, *reasons: str) -> Object:
    """The newest kube event about an object with one of these reasons, or an empty mapping."""
    events = events_about(view, obj, *reasons)
    return events[-1] if events else {}


def eviction_event(view: View, pod: Object) -> Object:
    """The kube event of the pod's eviction by its node, or an empty mapping.

    An evicted pod whose containers end without an error is Succeeded, and its status does not
    mention the eviction.
    """
    return newest_event_about(view, pod, 'Evicted') if is_finished(pod) else {}


def events_about_named(view: View, kind: str, names: frozenset[str]) -> Iterator[Object]:
    """Yield the kube events about objects of the target's namespace with these names."""
    for events in view.kube_events_by_uid.values():
        about = get_dict(events[0], 'involvedObject') if events else {}
        if (
            about.get('kind') == kind
            and get_str(about, 'name') in names
            and about.get('namespace', view.target.namespace) == view.target.namespace
        ):
            yield from events
