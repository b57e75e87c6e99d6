"""Plays: functions that take long on a cluster, run at the same time, each in its own namespace.

    def crash_loop(stage):
        stage.apply(manifests.deployment('web', 'exit 3'))
        return stage.dog('rollout', 'deploy/web')

    @scene(crash_loop)
    def test_crash_loop_fails(played):
        assert played.code == 1

A play runs in a thread. A test that asks for `played` gets what it returned, or its exception.
A play whose `faults` are not empty is run once more if the machine was short of processors.
"""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from . import options
from .harness import pressure
from .harness.dog import Dog
from .harness.git_server import GitServer
from .harness.kubectl import Kubectl
from .harness.processes import until
from .harness.registry import Registry

PLAYED = 'played'

# None is begun while the machine is busy.
MAX_CONCURRENT_PLAYS = 18

# A readiness probe that lets a rollout go on until the plugin has surely seen it.
READY_SOON = {'exec': {'command': ['true']}, 'initialDelaySeconds': 4, 'periodSeconds': 1}


class Stage:
    """An existing namespace, with `kubectl` and `dog` whose kubeconfig selects it."""

    def __init__(self, cluster, namespace, folder):
        self.namespace = namespace
        self.folder = folder
        self._close = []
        # A kubeconfig with the namespace in its context, so that the plugin finds it there, too.
        view = ('config', 'view', '--raw', '--flatten', '--minify', '-o', 'json')
        self._config = json.loads(cluster(*view).stdout)
        self._config['contexts'][0]['context']['namespace'] = namespace
        self.kubectl = Kubectl(cluster.program, self._write('kubeconfig'))
        self.dog = self._dog(self.kubectl)

    def apply(self, manifest):
        """Applies a manifest: a dict, a list of dicts, or YAML text."""
        if isinstance(manifest, list):
            manifest = {'apiVersion': 'v1', 'kind': 'List', 'items': manifest}
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        return self.kubectl('apply', '-f', '-', stdin=text)

    def account(self, *resources):
        """The plugin without an identity, and the token of a new account that may read these."""
        self.kubectl('create', 'serviceaccount', 'reader')
        if resources:
            allowed = (f'--resource={",".join(resources)}', '--verb=get,list,watch')
            self.kubectl('create', 'role', 'reader', *allowed)
            self.bind_role('reader')
        return self.reader()

    def bind_role(self, role):
        """Bind a role to the new account."""
        whom = f'--serviceaccount={self.namespace}:reader'
        self.kubectl('create', 'rolebinding', 'reader', f'--role={role}', whom)

    def reader(self):
        """The plugin without an identity, and a token of the new account."""
        token = self.kubectl('create', 'token', 'reader').stdout.strip()
        # A client certificate would win over --token, as it does for kubectl.
        self._config['users'][0]['user'] = {}
        return self._dog(Kubectl(self.kubectl.program, self._write('nobody'))), token

    def registry(self, mode, delay=15):
        """An image registry; skips with a cluster that cannot reach it."""
        if options.external_kubeconfig():
            pytest.skip("Needs a cluster of the harness's own.")
        started = Registry(mode, delay=delay).start()
        self._close.append(started.close)
        return started

    def git_server(self):
        """A git server for the repositories in the folder of the stage."""
        started = GitServer(self.folder)
        self._close.append(started.close)
        return started

    def close(self):
        """Stop the servers and runs that were started here."""
        for close in self._close:
            close()

    def _write(self, name):
        path = self.folder / name
        path.write_text(json.dumps(self._config))
        return path

    def _dog(self, kubectl):
        folder = kubectl.kubeconfig.with_suffix('.runs')
        folder.mkdir()
        dog = Dog(kubectl, folder)
        self._close.append(dog.close)
        return dog


def unique(title):
    """A name for a namespace."""
    slug = re.sub('[^a-z0-9]+', '-', title.lower())[:40].strip('-')
    return f'{slug}-{uuid.uuid4().hex[:6]}'


def await_usable(cluster, namespace):
    """Waits until pods can be made in a new namespace."""
    # No pod can be created before the service account, or start before the certificate.
    needed = ('get', 'serviceaccount/default', 'configmap/kube-root-ca.crt')
    assert until(lambda: cluster.succeeds(*needed, '--namespace', namespace), 30)


@contextmanager
def opened(cluster, namespace, folder):
    """A stage in a new namespace, which is deleted with all that is in it."""
    cluster('create', 'namespace', namespace)
    here = ('--namespace', namespace)
    try:
        await_usable(cluster, namespace)
        stage = Stage(cluster, namespace, folder)
        try:
            yield stage
        finally:
            stage.close()
    finally:
        cluster('delete', 'namespace', namespace, '--wait=false')
        now = ('--wait=false', '--force', '--grace-period=0')
        cluster('delete', 'pods', '--all', *here, *now)


def scene(*plays):
    """Runs the test once for each play, and gives it the outcome as `played`."""
    names = [play.__name__ for play in plays]
    return pytest.mark.parametrize(PLAYED, plays, ids=names, indirect=True)


def plays(items):
    """The plays that these tests ask for, each once."""
    callspecs = [getattr(item, 'callspec', None) for item in items]
    played = [
        callspec.params[PLAYED] for callspec in callspecs if callspec and PLAYED in callspec.params
    ]
    return list(dict.fromkeys(played))


@contextmanager
def playing(cluster, wanted, folder):
    """Starts the plays; a dict with a future for each."""
    gate = pressure.LoadGate()

    def once(play):
        # Two modules may each have a play of this name.
        name = unique(play.__name__)
        own = folder / name
        own.mkdir()
        gate.enter()
        with opened(cluster, name, own) as stage, pressure.measured() as processors:
            return play(stage), processors

    def run(play):
        outcome, processors = once(play)
        faults = getattr(play, 'faults', lambda _: None)(outcome)
        if not faults or processors.share < pressure.STARVED:
            return outcome
        return once(play)[0]._replace(first_faults=faults)

    with ThreadPoolExecutor(MAX_CONCURRENT_PLAYS) as pool:
        yield {play: pool.submit(run, play) for play in wanted}
