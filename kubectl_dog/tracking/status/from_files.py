"""Assess objects from files, without a cluster and without a clock (see `assess_once`)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from types import MappingProxyType

from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import well_known
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.status import assess_once
from kubectl_dog.tracking.status.ownership import FileObjectsByWatch
from kubectl_dog.tracking.status.ownership import OwnedObjects
from kubectl_dog.tracking.status.ownership import api_group
from kubectl_dog.tracking.status.ownership import kind_key
from kubectl_dog.tracking.status.ownership import pods_by_claim
from kubectl_dog.tracking.status.ownership import resolve_owners

_DEFINITION = 'CustomResourceDefinition.apiextensions.k8s.io'
_OPTIONS = Options()
# Only the API server sets these fields of `metadata`. A missing uid was made up.
_SERVER_FIELDS = ('resourceVersion', 'creationTimestamp', 'generation', 'managedFields')
# The short names that every server reports for kinds that are not well known (see `resources`).
_SHORT_NAMES = {
    'ConfigMap': 'cm',
    'CronJob.batch': 'cj',
    'CustomResourceDefinition.apiextensions.k8s.io': 'crd',
    'HorizontalPodAutoscaler.autoscaling': 'hpa',
    'Ingress.networking.k8s.io': 'ing',
    'Namespace': 'ns',
    'Node': 'no',
    'PersistentVolume': 'pv',
    'PersistentVolumeClaim': 'pvc',
    'PodDisruptionBudget.policy': 'pdb',
    'ReplicationController': 'rc',
    'ResourceQuota': 'quota',
    'ServiceAccount': 'sa',
}


def statuses_from_objects(
    objects: Iterable[Object],
    tracker: Callable[..., Tracker],
    options: Options = _OPTIONS,
    listed: Mapping[str, Resource] = MappingProxyType({}),
) -> tuple[Status, ...]:
    """Return a status for each object and child in order, except for Kubernetes events.

    `tracker` returns the tracker of a kind as `Trackers.of` does; it is called once per kind. Of
    the options, those on annotations and missing statuses apply. `listed` are the kinds
    (`Kind.group`) of which all objects are given; objects of other kinds may exist elsewhere.
    """
    owned = resolve_owners(objects)
    owned_objects = FileObjectsByWatch(owned.objects)
    definitions = {key: obj for obj in owned.objects for key in _defined_kinds(obj)}
    pods = pods_by_claim(owned.objects)
    listed_kinds = frozenset(listed)
    kinds: dict[str, tuple[Resource, Tracker]] = {}
    statuses = []
    for obj in owned.objects:
        key = kind_key(obj)
        if key not in kinds:
            resource = listed.get(key) or resource_of(obj)
            # The objects stand in for the cluster, which could be asked for the definition.
            has_definition = key in definitions
            judge = tracker(resource, asks_cluster=True) if has_definition else tracker(resource)
            kinds[key] = (resource, judge)
        resource, kind_tracker = kinds[key]
        view = _view(owned, owned_objects, obj, resource, listed_kinds)
        view = _with_definition(view, kind_tracker, definitions.get(key, {}))
        status = assess_once.assess_once(view, kind_tracker, options)
        if key == 'PersistentVolumeClaim' and not status.parent:
            status = status._replace(parent=pods.get((status.namespace, status.name), ''))
        statuses.append(_unless_never_applied(obj, status))
    return tuple(statuses)


def _defined_kinds(obj: Object) -> Iterator[str]:
    """Yield the kind (`Kind.group`) that a CustomResourceDefinition defines; else nothing."""
    if obj.get('kind') == 'CustomResourceDefinition':
        spec = get_dict(obj, 'spec')
        yield f'{get_str(spec, "names", "kind")}.{get_str(spec, "group")}'


def _with_definition(view: View, tracker: Tracker, definition: Object) -> View:
    """The view with the definition of the kind, also as the answer to the tracker's lookups."""
    if not definition:
        return view
    wants = tracker.wants(view)
    lookups = [
        want for want in wants if isinstance(want, Lookup) and want.resource.key == _DEFINITION
    ]
    answers = dict.fromkeys(lookups, Answer('found', (definition,)))
    return view._replace(definition=definition, answers=answers)


def _unless_never_applied(obj: Object, status: Status) -> Status:
    """Return the status, but not "in progress" for a manifest that was never applied."""
    is_applied = bool(get_dict(obj, 'status')) or _has_server_fields(obj)
    if is_applied or status.state is not State.PROGRESSING:
        return status
    message = 'has no status: the file may be a manifest that was never applied'
    return status._replace(state=State.UNKNOWN, reason='NoStatus', message=message)


def _has_server_fields(obj: Object) -> bool:
    metadata = get_dict(obj, 'metadata')
    return any(metadata.get(field) for field in _SERVER_FIELDS)


def _view(
    owned: OwnedObjects,
    owned_objects: FileObjectsByWatch,
    obj: Object,
    resource: Resource,
    listed: frozenset[str],
) -> View:
    """Return the view of one object. An object that is not in the files may still exist."""
    # Suggested commands need a namespace if the kind has one.
    default = 'default' if resource.namespaced else ''
    namespace = get_str(obj, 'metadata', 'namespace') or default
    descendants = owned.descendants(obj)
    return View(
        target=Target(resource, namespace, name(obj)),
        now=0.0,
        object=obj,
        children_by_owner_uid=descendants,
        kube_events_by_uid=owned.kube_events_by_uid,
        listed_kinds=listed.union(
            kind_key(child) for group in descendants.values() for child in group
        ),
        objects_by_watch=owned_objects,
    )


def resource_of(obj: Object) -> Resource:
    """Return the resource of an object's kind, as far as it is known without a server.

    The kind stands in for an unknown plural: kubectl accepts it in commands.
    """
    kind, version = get_str(obj, 'kind'), get_str(obj, 'apiVersion').rpartition('/')[2]
    known = well_known(kind_key(obj))
    if known is not None and known.kind == kind:
        return known
    plural = kind.lower()
    is_namespaced = bool(get_str(obj, 'metadata', 'namespace'))
    short = _SHORT_NAMES.get(kind_key(obj), plural)
    return Resource(api_group(obj), version, plural, kind, short, is_namespaced)
