"""Check objects against an API server in memory."""

from __future__ import annotations

from types import SimpleNamespace

from kubectl_dog import manifest_check
from kubectl_dog import target_resolution
from kubectl_dog.manifests.manifest_objects import Place
from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.model import events
from tests.unit.api_server import KINDS
from tests.unit.api_server import ApiServer

SHOP = {'kind': 'Namespace', 'metadata': {'name': 'shop'}}
OTHER = {'kind': 'Namespace', 'metadata': {'name': 'other'}}


def obj(kind, name='web', namespace='shop', labels=None, annotations=None, **fields):
    """An object of a kind that the server has."""
    root, _, namespaced = KINDS[kind]
    metadata = {'name': name, 'labels': labels or {}, 'annotations': annotations or {}}
    if namespaced:
        metadata['namespace'] = namespace
    version = root.removeprefix('/apis/').removeprefix('/api/')
    return {'apiVersion': version, 'kind': kind, 'metadata': metadata, **fields}


def workload(kind='Deployment', name='web', namespace='shop', pod=None, containers=None, **spec):
    """A workload with a pod template; `pod` has fields of the template's spec."""
    template = {'spec': {'containers': containers or [container()], **(pod or {})}}
    if kind == 'Pod':
        return obj(kind, name, namespace, spec=template['spec'])
    if kind == 'CronJob':
        return obj(kind, name, namespace, spec={'jobTemplate': {'spec': {'template': template}}})
    return obj(kind, name, namespace, spec={'template': template, **spec})


def container(name='main', image='web:1', requests=None, limits=None, **fields):
    resources = {'requests': requests or {}, 'limits': limits or {}}
    return {'name': name, 'image': image, 'resources': resources, **fields}


def node(name='n1', cpu='4', memory='8Gi', labels=None, taints=(), **spec):
    status = {'allocatable': {'cpu': cpu, 'memory': memory}}
    return obj('Node', name, labels=labels, spec={'taints': list(taints), **spec}, status=status)


def check_objects(*objects, cluster=(SHOP,), nodes=None, dry_run=True, server=None, **options):
    """The result of a check.

    The cluster has one node unless `nodes` are given. `found` are (object, code, subject).
    """
    nodes = (node(),) if nodes is None else nodes
    server = server or ApiServer(*cluster, OTHER, *nodes, **options)
    placed = [Placed(Place('a.yaml', number, 1), entry) for number, entry in enumerate(objects)]
    kinds = target_resolution.resolver(server)
    batch = manifest_check.objects_to_check(placed, server.namespace, False, kinds)
    run = manifest_check.check(server, batch, dry_run, 0.0)
    causes = [event for event in run.batch if isinstance(event, events.CauseSeen)]
    ends = [event for event in run.batch if isinstance(event, events.TargetEnded)]
    return SimpleNamespace(
        run=run,
        server=server,
        found=[(event.target.name, event.cause.code, event.cause.subject) for event in causes],
        codes=[event.cause.code for event in causes],
        causes=[event.cause for event in causes],
        notices=[event.text for event in run.batch if isinstance(event, events.Notice)],
        ends={event.target.name: event for event in ends},
    )
