"""Kinds of resources and references to single objects."""

from __future__ import annotations

import re
from typing import Union

from kubectl_dog.model.named_tuple import NamedTuple


class Resource(NamedTuple):
    """A kind of object, as the API server serves it.

    - `group`: empty for the core group.
    - `short`: short name, such as `deploy`.
    """

    group: str
    version: str
    plural: str
    kind: str
    short: str
    namespaced: bool = True

    @property
    def key(self) -> str:
        """`Kind.group`, or `Kind` in the core group: the name trackers register under."""
        return f'{self.kind}.{self.group}' if self.group else self.kind

    @property
    def api_version(self) -> str:
        """`group/version` as objects carry it."""
        return f'{self.group}/{self.version}' if self.group else self.version

    def path(self, namespace: str, name: str = '', subresource: str = '') -> str:
        """Return the URL path of the collection, or of one object or its subresource.

        Names may come from messages of the cluster, and must not lead to another path.
        """
        root = f'/apis/{self.group}/{self.version}' if self.group else f'/api/{self.version}'
        scope = f'/namespaces/{_quoted(namespace)}' if self.namespaced and namespace else ''
        parts = [root + scope, self.plural, _quoted(name), subresource]
        return '/'.join(part for part in parts if part)


_PLAIN = re.compile(r'[A-Za-z0-9._:~-]+')


def _quoted(name: str) -> str:
    """Return a name as one segment of a path; names that Kubernetes allows are unchanged."""
    if name in ('.', '..'):
        return name.replace('.', '%2E')
    if not name or _PLAIN.fullmatch(name):
        return name
    return ''.join(
        chr(byte) if _PLAIN.fullmatch(chr(byte)) else f'%{byte:02X}'
        for byte in name.encode('utf-8', 'replace')
    )


class Target(NamedTuple):
    """An object to track."""

    resource: Resource
    namespace: str
    name: str

    @property
    def label(self) -> str:
        """The name in output: `deploy/web`; `deploy` for the placeholder of an empty group."""
        return f'{self.resource.short}/{self.name}' if self.name else self.resource.short


class Group(NamedTuple):
    """All objects of a kind with these labels.

    - `namespace`: empty means all namespaces.
    - `labels`: label selector; empty selects all.
    - `by_labels`: always true; makes it unequal to a Target: NamedTuples compare as tuples.
    """

    resource: Resource
    namespace: str
    labels: str
    by_labels: bool = True

    @property
    def label(self) -> str:
        """The name in output: `deploy -l app=web`."""
        return f'{self.resource.short} -l {self.labels}' if self.labels else self.resource.short

    @property
    def placeholder(self) -> Target:
        """The target that represents the group while it is empty."""
        return Target(self.resource, self.namespace, '')


TargetOrGroup = Union[Target, Group]

DEPLOYMENTS = Resource('apps', 'v1', 'deployments', 'Deployment', 'deploy')
REPLICASETS = Resource('apps', 'v1', 'replicasets', 'ReplicaSet', 'rs')
PODS = Resource('', 'v1', 'pods', 'Pod', 'po')
EVENTS = Resource('', 'v1', 'events', 'Event', 'ev')
NODES = Resource('', 'v1', 'nodes', 'Node', 'node', namespaced=False)
NAMESPACES = Resource('', 'v1', 'namespaces', 'Namespace', 'ns', namespaced=False)
CONFIGMAPS = Resource('', 'v1', 'configmaps', 'ConfigMap', 'cm')
SECRETS = Resource('', 'v1', 'secrets', 'Secret', 'secret')
STATEFULSETS = Resource('apps', 'v1', 'statefulsets', 'StatefulSet', 'sts')
DAEMONSETS = Resource('apps', 'v1', 'daemonsets', 'DaemonSet', 'ds')
CONTROLLERREVISIONS = Resource(
    'apps', 'v1', 'controllerrevisions', 'ControllerRevision', 'controllerrevision'
)
JOBS = Resource('batch', 'v1', 'jobs', 'Job', 'job')
SERVICES = Resource('', 'v1', 'services', 'Service', 'svc')
ENDPOINTSLICES = Resource(
    'discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', 'endpointslice'
)
NETWORKPOLICIES = Resource('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', 'netpol')

# Groups of the API server and common API extensions; all other groups with a dot are custom.
_BUILT_IN = frozenset(
    f'{name}.k8s.io'
    for name in (
        *('admissionregistration', 'apiextensions', 'apiregistration', 'authentication'),
        *('authorization', 'certificates', 'coordination', 'discovery', 'events'),
        *('flowcontrol.apiserver', 'internal.apiserver', 'metrics', 'custom.metrics'),
        *('external.metrics', 'networking', 'node', 'rbac.authorization', 'resource'),
        *('scheduling', 'storage', 'storagemigration'),
    )
)

# Entry of `View.forbidden_kinds` if logs may not be read.
LOGS = 'pods/log'

# These kinds are known without discovery, which would delay every start.
_WELL_KNOWN = {
    spelling: resource
    for resource in (DEPLOYMENTS, PODS, STATEFULSETS, DAEMONSETS, REPLICASETS, JOBS, SERVICES)
    for name in (resource.plural, resource.kind.lower(), resource.short)
    for spelling in (
        name,
        f'{name}.{resource.group}' if resource.group else name,
        f'{name}.{resource.version}.{resource.group}',
    )
}


def is_custom(resource: Resource) -> bool:
    """Return whether a CustomResourceDefinition may define the resource."""
    return is_custom_group(resource.group)


def is_custom_group(group: str) -> bool:
    """Return whether a CustomResourceDefinition may define kinds of an API group."""
    return '.' in group and group not in _BUILT_IN


def well_known_kind(api_version: str, kind: str) -> Resource | None:
    """Return the resource for `apiVersion` and `kind` if it is the same on every server."""
    group, _, version = api_version.rpartition('/')
    known = well_known(f'{kind}.{version}.{group}')
    return known if known is not None and known.kind == kind else None


def well_known(word: str) -> Resource | None:
    """Return the resource that a TYPE means on every server; None if that needs discovery."""
    return _WELL_KNOWN.get(word.lower())
