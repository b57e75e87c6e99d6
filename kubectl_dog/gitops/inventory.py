"""The objects that an application of Argo CD or Flux manages, from its status.

https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml,
https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory,
https://fluxcd.io/flux/components/helm/helmreleases/#inventory
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import ObjectReference

APPLICATION = 'Application.argoproj.io'
KUSTOMIZATION = 'Kustomization.kustomize.toolkit.fluxcd.io'
HELM_RELEASE = 'HelmRelease.helm.toolkit.fluxcd.io'

# The cluster in which Argo CD runs, as an address or by its name.
_OWN_SERVER = 'https://kubernetes.default.svc'
_OWN_NAME = 'in-cluster'


class Managed(NamedTuple):
    """What an application manages.

    - `inventory`: None if that is not known yet.
    - `elsewhere`: the objects are in another cluster.
    """

    inventory: ManagedObjects | None = None
    elsewhere: bool = False


def is_application(resource: Resource) -> bool:
    """Return whether the objects of a kind manage other objects by GitOps."""
    return resource.key in (APPLICATION, KUSTOMIZATION, HELM_RELEASE)


def managed_objects(obj: Object, resource: Resource) -> Managed:
    """Return what an application manages now, without hooks and objects that are to be pruned."""
    if resource.key == APPLICATION:
        return _of_application(obj)
    if get_dict(obj, 'spec', 'kubeConfig'):
        return Managed(elsewhere=True)
    if 'inventory' in get_dict(obj, 'status'):
        return Managed(ManagedObjects(tuple(_entries(obj))))
    return _of_release(obj) if resource.key == HELM_RELEASE else Managed()


def _of_application(obj: Object) -> Managed:
    server = get_str(obj, 'spec', 'destination', 'server').rstrip('/')
    cluster = get_str(obj, 'spec', 'destination', 'name')
    if server not in ('', _OWN_SERVER) or cluster not in ('', _OWN_NAME):
        return Managed(elsewhere=True)
    if 'sync' not in get_dict(obj, 'status'):
        return Managed()
    references = (
        _reference(
            get_str(entry, 'group'),
            get_str(entry, 'version'),
            get_str(entry, 'kind'),
            get_str(entry, 'namespace'),
            get_str(entry, 'name'),
        )
        for entry in get_dicts(obj, 'status', 'resources')
        if not entry.get('hook') and not entry.get('requiresPruning')
    )
    return Managed(ManagedObjects(tuple(reference for reference in references if reference)))


def _entries(obj: Object) -> Iterator[ObjectReference]:
    """The entries of `status.inventory` of Flux; malformed ids are left out.

    An id is `NAMESPACE_NAME_GROUP_KIND`, in which a colon of the name is two underscores.
    """
    for entry in get_dicts(obj, 'status', 'inventory', 'entries'):
        namespace, _, rest = get_str(entry, 'id').partition('_')
        rest, _, kind = rest.rpartition('_')
        name, _, group = rest.rpartition('_')
        name = name.replace('__', ':')
        reference = _reference(group, get_str(entry, 'v'), kind, namespace, name)
        if reference is not None:
            yield reference


def _reference(
    group: str, version: str, kind: str, namespace: str, name: str
) -> ObjectReference | None:
    api_version = f'{group}/{version}' if group else version
    return ObjectReference(api_version, kind, namespace, name) if kind and name else None


def _of_release(obj: Object) -> Managed:
    """What the Helm release of a HelmRelease contains: older versions write no inventory."""
    newest = next(iter(get_dicts(obj, 'status', 'history')), {})
    namespace = get_str(obj, 'status', 'storageNamespace') or get_str(newest, 'namespace')
    name = get_str(newest, 'name')
    return Managed(ManagedObjects((), (namespace, name))) if namespace and name else Managed()
