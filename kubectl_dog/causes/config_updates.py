"""Add the ConfigMaps and Secrets that were updated for the rollout to a cause as evidence.

The server does not keep the earlier contents, but records when the contents were last written. If
the name of a ConfigMap has a hash of the contents, the earlier ConfigMap may still exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set

from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.template_references import container_references
from kubectl_dog.model.template_references import entry_references
from kubectl_dog.model.template_references import references
from kubectl_dog.model.template_references import without_hash
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_FAMILIES = ('container start', 'init', 'probes')
_RESOURCES = {'configmap': CONFIGMAPS, 'secret': SECRETS}
# Limit of objects that are read for one cause.
_MAX_OBJECTS = 3
# Limit of keys that are named.
_MAX_KEYS = 5
# An update that is this much older than the pod (seconds) belongs to the rollout, unless pods that
# work have been created since.
_SAME_ROLLOUT = 600.0


def with_config_updates(view: View, cause: Cause, assessed: Assessment) -> Cause:
    """Return the cause with the objects that were updated shortly before its pod as evidence."""
    templates = assessed.templates
    pods = [pod for pod in assessed.pods if name(pod) in cause.pods]
    if templates is None or not pods or code_of(cause.code).family not in _FAMILIES:
        return cause
    pod = min(pods, key=created_at)
    facts: list[str] = []
    lookups: list[Lookup] = []
    namespace = get_str(pod, 'metadata', 'namespace') or view.target.namespace
    known = references(templates.earlier_template)
    for label in _configuration(templates.template, cause.subject)[:_MAX_OBJECTS]:
        earlier = _earlier_config_map(label, known)
        names = [text.partition('/')[2] for text in (label, earlier) if text]
        resource = _RESOURCES[label.partition('/')[0]]
        wanted = [
            Lookup(resource, namespace, holder, full_object=bool(earlier)) for holder in names
        ]
        answers = [view.answers.get(lookup) for lookup in wanted]
        objects = [obj for answer in answers if answer for obj in answer.objects]
        if earlier and len(objects) == 2:
            facts += _changed_keys(without_hash(label), *objects)
        elif objects and not earlier:
            facts += _update(label, objects[0], pod, _working_since(pod, assessed))
        lookups += wanted
    return cause._replace(
        evidence=(*cause.evidence, *facts),
        optional_lookups=(*cause.optional_lookups, *lookups),
    )


def _configuration(template: Object, container_name: str) -> Sequence[str]:
    """Return the ConfigMaps and Secrets of a container and of the volumes, such as `secret/db`."""
    labels: list[str] = []
    for field in ('initContainers', 'containers'):
        for container in get_dicts(template, 'spec', field):
            if container.get('name') == container_name:
                labels += container_references(container)
    for volume in get_dicts(template, 'spec', 'volumes'):
        labels += entry_references(volume)
    objects = (label for label in labels if label.count('/') == 1)
    return [label for label in dict.fromkeys(objects) if label.partition('/')[0] in _RESOURCES]


def _earlier_config_map(label: str, known: Set[str]) -> str:
    """Return the ConfigMap that a generated one replaces, from the earlier references; or empty."""
    name_only = without_hash(label)
    if name_only == label or not label.startswith('configmap/') or label in known:
        return ''
    return next((text for text in sorted(known) if without_hash(text) == name_only != text), '')


def _changed_keys(label: str, new: Object, old: Object) -> Iterator[str]:
    """Yield which keys of a ConfigMap have other values, without the values."""
    after, before = ({**get_dict(obj, 'data'), **get_dict(obj, 'binaryData')} for obj in (new, old))
    keys = sorted(key for key in {*after, *before} if after.get(key) != before.get(key))
    shown, rest = keys[:_MAX_KEYS], len(keys) - _MAX_KEYS
    if keys:
        more = f' and {rest} more' if rest > 0 else ''
        yield f'{label}: changed keys: {", ".join(shown)}{more}'


def _working_since(pod: Object, assessed: Assessment) -> float:
    """Return the time after which an update may have broken the pod.

    Pods that work, or those of the earlier revision, were created with what was written before.
    """
    working = [created_at(old) for old in assessed.other_pods if is_ready(old)]
    if working:
        return max(working)
    earlier = assessed.templates.earlier_created if assessed.templates else 0.0
    return max(created_at(pod) - _SAME_ROLLOUT, earlier)


def _update(label: str, obj: Object, pod: Object, since: float) -> Iterator[str]:
    """Yield when an object was updated, if it was after `since`."""
    times = [epoch(entry.get('time')) for entry in get_dicts(obj, 'metadata', 'managedFields')]
    written = max((moment for moment in times if moment is not None), default=0.0)
    if not written or written <= since:
        return
    verb = 'created' if written <= created_at(obj) else 'updated'
    seconds = created_at(pod) - written
    when = f'{format_duration(abs(seconds))} {"before" if seconds > 0 else "after"}'
    # The server stamps objects in whole seconds.
    when = 'just before' if 0 <= seconds < 2 else when
    yield f'{label} was {verb} {when} pod "{name(pod)}" was created'
