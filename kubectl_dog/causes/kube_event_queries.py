"""What kube events tell about one object. They may come late, merged, or in any order."""

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
    """When it last happened, in epoch seconds; series and new-style events included."""
    for path in (('series', 'lastObservedTime'), ('lastTimestamp',), ('eventTime',)):
        found = epoch(get_str(event, *path))
        if found is not None:
            return found
    return created_at(event)


def event_message(event: Object) -> str:
    """Its message, without the note that says it stands for many."""
    return _COMBINED.sub('', message_of(event)).strip()


def occurrence_count(event: Object) -> int:
    """How often it happened."""
    return max(1, get_int(event, 'count'), get_int(event, 'series', 'count'))


def events_about(view: View, thing: Object, *reasons: str) -> list[Object]:
    """The kube events about it with one of these reasons, the oldest first."""
    found = [
        one for one in view.kube_events_by_uid.get(uid(thing), ()) if one.get('reason') in reasons
    ]
    return sorted(found, key=last_seen_at)


def newest_event_about(view: View, thing: Object, *reasons: str) -> Object:
    """The last kube event about it with one of these reasons, or an empty mapping."""
    found = events_about(view, thing, *reasons)
    return found[-1] if found else {}


def eviction_event(view: View, pod: Object) -> Object:
    """The kube event of its eviction by its node, or an empty mapping: a pod whose containers end
    well when told to is Succeeded then, and nothing in it tells the eviction.
    """
    return newest_event_about(view, pod, 'Evicted') if is_finished(pod) else {}


def events_about_named(view: View, kind: str, names: frozenset[str]) -> Iterator[Object]:
    """Kube events of this namespace about objects that are known by name only."""
    for events in view.kube_events_by_uid.values():
        about = get_dict(events[0], 'involvedObject') if events else {}
        if (
            about.get('kind') == kind
            and get_str(about, 'name') in names
            and about.get('namespace', view.target.namespace) == view.target.namespace
        ):
            yield from events
