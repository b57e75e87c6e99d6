"""Statuses as the documentation of the operators shows them."""

from __future__ import annotations

import pytest
import yaml

from kubectl_dog.gitops.inventory import Managed
from kubectl_dog.gitops.inventory import is_application
from kubectl_dog.gitops.inventory import managed_objects
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import ObjectReference
from tests.unit.gitops.objects import APPLICATIONS
from tests.unit.gitops.objects import HELM_RELEASES
from tests.unit.gitops.objects import KUSTOMIZATIONS

WEB = ObjectReference('apps/v1', 'Deployment', 'shop', 'web')
SERVICE = ObjectReference('v1', 'Service', 'shop', 'web')
ROLE = ObjectReference('rbac.authorization.k8s.io/v1', 'ClusterRole', '', 'system:web')
ENTRIES = (
    '{inventory: {entries: [{id: shop_web_apps_Deployment, v: v1}, {id: shop_web__Service, v: v1}, '
    '{id: _system__web_rbac.authorization.k8s.io_ClusterRole, v: v1}, {id: odd, v: v1}, {v: v1}]}}'
)
RESOURCES = (
    '[{group: apps, version: v1, kind: Deployment, namespace: shop, name: web, status: Synced}, '
    '{version: v1, kind: Service, namespace: shop, name: web, status: Synced}, '
    '{version: v1, kind: Pod, namespace: shop, name: migrate, hook: true}, '
    '{version: v1, kind: ConfigMap, namespace: shop, name: old, requiresPruning: true}]'
)


@pytest.mark.parametrize(
    ('resource', 'text', 'managed'),
    (
        (KUSTOMIZATIONS, f'status: {ENTRIES}', Managed(ManagedObjects((WEB, SERVICE, ROLE)))),
        (KUSTOMIZATIONS, 'status: {inventory: {entries: []}}', Managed(ManagedObjects(()))),
        (KUSTOMIZATIONS, 'status: {}', Managed()),
        (KUSTOMIZATIONS, '{}', Managed()),
        (
            KUSTOMIZATIONS,
            f'{{spec: {{kubeConfig: {{secretRef: {{name: x}}}}}}, status: {ENTRIES}}}',
            Managed(elsewhere=True),
        ),
        (HELM_RELEASES, f'status: {ENTRIES}', Managed(ManagedObjects((WEB, SERVICE, ROLE)))),
        (
            HELM_RELEASES,
            'status: {storageNamespace: flux-system, history: [{name: web, namespace: shop}]}',
            Managed(ManagedObjects((), ('flux-system', 'web'))),
        ),
        (
            HELM_RELEASES,
            'status: {history: [{name: web, namespace: shop}, {name: old, namespace: shop}]}',
            Managed(ManagedObjects((), ('shop', 'web'))),
        ),
        (HELM_RELEASES, 'status: {storageNamespace: flux-system}', Managed()),
        (
            APPLICATIONS,
            f'status: {{sync: {{status: Synced}}, resources: {RESOURCES}}}',
            Managed(ManagedObjects((WEB, SERVICE))),
        ),
        (
            APPLICATIONS,
            'spec: {destination: {server: "https://kubernetes.default.svc/"}}',
            Managed(),
        ),
        (APPLICATIONS, 'spec: {destination: {name: in-cluster}}', Managed()),
        (
            APPLICATIONS,
            'spec: {destination: {server: "https://edge:6443"}}',
            Managed(elsewhere=True),
        ),
        (APPLICATIONS, 'spec: {destination: {name: edge}}', Managed(elsewhere=True)),
        (APPLICATIONS, 'status: {sync: {status: OutOfSync}}', Managed(ManagedObjects(()))),
    ),
)
def test_the_status_names_what_is_managed(resource, text, managed):
    assert managed_objects(yaml.safe_load(text), resource) == managed


def test_only_kinds_of_gitops_are_applications():
    kinds = (APPLICATIONS, KUSTOMIZATIONS, HELM_RELEASES, PODS)
    assert list(map(is_application, kinds)) == [True, True, True, False]
    assert not is_application(KUSTOMIZATIONS._replace(group='kustomize.config.k8s.io'))
