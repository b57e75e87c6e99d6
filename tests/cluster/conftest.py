"""Fixtures: a real cluster, a namespace of the test's own, and the plugin run through kubectl."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from . import options
from . import stage as stages
from .connection.outcomes import Runner
from .harness import build
from .harness import private
from .harness import requests
from .harness import settings
from .harness.cluster import Cluster
from .harness.kubectl import Kubectl
from .harness.paths import default_state
from .harness.registry import Registry
from .harness.sharing import Lease


def pytest_collection_modifyitems(items):
    """Run plays first: tests with clusters of their own would delay them."""
    items.sort(key=lambda item: not stages.plays([item]))


@pytest.fixture(scope='session', autouse=True)
def tier(pytestconfig):
    """Skip the tests of this folder unless --cluster is given and the cluster can run."""
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
    # A build beside the plays would take the processors that their time limits assume.
    build.ensure_usual()
    own = Cluster(settings.load(default_state()))
    lease = Lease(own)
    try:
        lease.acquire()
        yield own.kubectl
    finally:
        lease.release()


@pytest.fixture
def own_cluster(cluster):
    """The harness's Cluster; skips with an external cluster."""
    if options.external_kubeconfig():
        pytest.skip("Needs a cluster of the harness's own, without KUBECTL_DOG_TEST_KUBECONFIG.")
    return Cluster(settings.load(default_state()))


@pytest.fixture(scope='session')
def own_machine(tier):
    """Skip tests that start a cluster of their own if an external cluster is used."""
    if options.external_kubeconfig():
        pytest.skip("Needs a cluster of the harness's own, without KUBECTL_DOG_TEST_KUBECONFIG.")


@pytest.fixture(scope='session')
def private_cluster(own_machine):
    """A Cluster that no other test run uses, so that tests may break it."""
    with private.opened() as opened:
        yield opened


@pytest.fixture
def stage(cluster, request, tmp_path):
    """A namespace of the test's own, with kubectl, apply and the plugin in it; see stage.py."""
    with stages.opened(cluster, stages.unique(request.node.name), tmp_path) as opened:
        yield opened


@pytest.fixture
def namespace(stage):
    """The name of a new namespace."""
    return stage.namespace


@pytest.fixture
def kubectl(stage):
    """kubectl("get", "pods", check=True, stdin=None, timeout=60), in the test's namespace."""
    return stage.kubectl


@pytest.fixture
def apply(stage):
    """apply(manifest): a dict, a list of dicts, or YAML text."""
    return stage.apply


@pytest.fixture
def dog(stage):
    """dog("rollout", "deploy/x", timeout=60) runs the plugin; dog.start(...) does not wait."""
    return stage.dog


@pytest.fixture(scope='session')
def outcomes(cluster, request, tmp_path_factory):
    """A future for each play of this test run."""
    wanted = stages.plays(request.session.items)
    with stages.playing(cluster, wanted, tmp_path_factory.mktemp('plays')) as started:
        yield started


@pytest.fixture
def played(outcomes, request):
    """The return value of the play that `scene` names; see stage.py."""
    return outcomes[request.param].result()


@pytest.fixture(scope='session')
def rows(tier, tmp_path_factory):
    """Runs the rows of docs/connection.md."""
    if not shutil.which('openssl'):
        pytest.skip('Needs openssl.')
    return Runner(tmp_path_factory.mktemp('rows'))


@pytest.fixture(scope='session')
def our_outcomes(rows):
    """The outcome of kubectl dog for each row of docs/connection.md."""
    return rows.outcomes('dog')


@pytest.fixture
def registry(own_cluster):
    """registry(mode="ok", delay=15): starts an image registry that the node can reach."""
    started = []

    def start(mode='ok', delay=15):
        started.append(Registry(mode, delay=delay).start())
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def metrics(cluster):
    """metrics(): a snapshot of the API server's counts; see harness.requests."""
    return lambda: requests.snapshot(cluster('get', '--raw', '/metrics').stdout)


@pytest.fixture
def audit(own_cluster):
    """audit.read(verb="list"): the requests made since the test began, with their user agents."""
    return requests.AuditLog(own_cluster.settings.audit_log)
