"""Fixtures: a real cluster, a namespace of the test's own, and the plugin run through kubectl."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from pathlib import Path

import pytest

from . import options
from .harness import build
from .harness import requests
from .harness import settings
from .harness.cluster import Cluster
from .harness.dog import Dog
from .harness.kubectl import Kubectl
from .harness.paths import default_state
from .harness.processes import until
from .harness.registry import Registry
from .harness.sharing import Lease


@pytest.fixture(scope='session', autouse=True)
def tier(pytestconfig):
    """Lets the tests of this folder run only when they are wanted and can."""
    if not options.wanted(pytestconfig):
        pytest.skip(options.HOW)
    obstacles = ' '.join(options.obstacles())
    if obstacles and options.in_ci():
        pytest.fail(obstacles, pytrace=False)
    if obstacles:
        pytest.skip(obstacles)


@pytest.fixture(scope='session')
def cluster(tier):
    """kubectl with the administrator's rights on the cluster."""
    external = options.external_kubeconfig()
    if external:
        program = shutil.which('kubectl') or build.ensure() / 'kubectl'
        yield Kubectl(Path(program), Path(external).absolute())
        return
    own = Cluster(settings.load(default_state()))
    lease = Lease(own)
    try:
        lease.take()
        yield own.kubectl
    finally:
        lease.release()


@pytest.fixture
def own_cluster(cluster):
    """The harness's Cluster, for what its API cannot do; skips with another's cluster."""
    if options.external_kubeconfig():
        pytest.skip("Needs a cluster of the harness's own, without KUBECTL_DOG_TEST_KUBECONFIG.")
    return Cluster(settings.load(default_state()))


@pytest.fixture
def namespace(cluster, request):
    """The name of a new namespace."""
    slug = re.sub('[^a-z0-9]+', '-', request.node.name.lower())[:40].strip('-')
    name = f'{slug}-{uuid.uuid4().hex[:6]}'
    cluster('create', 'namespace', name)
    # No pod can be made before the service account, and none can start before the certificate.
    needed = ('get', 'serviceaccount/default', 'configmap/kube-root-ca.crt', '--namespace', name)
    assert until(lambda: cluster.succeeds(*needed), 30)
    yield name
    cluster('delete', 'namespace', name, '--wait=false')
    cluster(
        'delete',
        'pods',
        '--all',
        '--namespace',
        name,
        '--wait=false',
        '--force',
        '--grace-period=0',
    )


@pytest.fixture
def kubectl(cluster, namespace, tmp_path):
    """kubectl("get", "pods", check=True, stdin=None, timeout=60), in the test's namespace."""
    # A kubeconfig with the namespace in its context, so that the plugin finds it there, too.
    here = Kubectl(cluster.program, tmp_path / 'kubeconfig')
    here.kubeconfig.write_text(cluster('config', 'view', '--raw', '--flatten', '--minify').stdout)
    here('config', 'set-context', '--current', '--namespace', namespace)
    return here


@pytest.fixture
def apply(kubectl):
    """apply(manifest): a dict, a list of dicts, or YAML text."""

    def run(manifest):
        if isinstance(manifest, list):
            manifest = {'apiVersion': 'v1', 'kind': 'List', 'items': manifest}
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        return kubectl('apply', '-f', '-', stdin=text)

    return run


@pytest.fixture
def dog(kubectl, tmp_path):
    """dog("rollout", "deploy/x", timeout=60) runs the plugin; dog.start(...) does not wait."""
    runner = Dog(kubectl, tmp_path)
    yield runner
    runner.close()


@pytest.fixture
def registry(own_cluster):
    """registry(mode="ok", delay=15): starts an image registry that the node can reach."""
    started = []

    def start(mode='ok', delay=15):
        started.append(Registry(mode, delay=delay).start())
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def metrics(cluster):
    """metrics(): a snapshot of the API server's counts; see harness.requests."""
    return lambda: requests.snapshot(cluster('get', '--raw', '/metrics').stdout)


@pytest.fixture
def audit(own_cluster):
    """audit.read(verb="list"): the requests made since the test began, with their user agents."""
    return requests.AuditLog(own_cluster.settings.audit_log)
