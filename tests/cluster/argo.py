"""Argo Rollouts on a stage, with the package of trackers and with Argo's own plugin."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from threading import Thread

from tests import page

from . import manifests
from .harness import argo_rollouts
from .harness.processes import until
from .stage import READY_SOON

# Ready soon, for revisions that are not tested.
READY = {'exec': {'command': ['true']}, 'periodSeconds': 1}
SERVE = "echo serving {}; trap 'exit 0' TERM; sleep 100000 & wait"
ANALYSIS = {'analysis': {'templates': [{'templateName': 'good'}]}}


class Argo:
    """A stage with Rollouts, the package, and Argo's own plugin."""

    def __init__(self, stage, env, address):
        self.stage, self.address, self._env = stage, address, env

    def dog(self, *arguments):
        return self.stage.dog(*arguments, env=self._env, timeout=90)

    def start(self, *arguments):
        return self.stage.dog.start(*arguments, env=self._env)

    def rollout(self, *flags):
        return self.dog('rollout', 'rollout/web', *flags)

    def plugin(self, *arguments):
        return argo_rollouts.plugin(self.stage.kubectl, *arguments)

    def argo_phase(self):
        """The phase that Argo's own plugin prints."""
        return self.plugin('status', 'web', '--watch=false').stdout.partition(' ')[0].strip()

    def apply(self, strategy, script=SERVE.format('one'), probe=READY, **spec):
        """Apply a Rollout: Argo's variant of a Deployment, with a strategy."""
        rollout = manifests.deployment('web', script, container={'readinessProbe': probe}, **spec)
        rollout['apiVersion'], rollout['kind'] = 'argoproj.io/v1alpha1', 'Rollout'
        rollout['spec']['strategy'] = strategy
        self.stage.apply(rollout)

    def healthy(self):
        """Wait until Argo reports it as healthy."""
        assert until(lambda: self.argo_phase() == 'Healthy', 60, pause=0.5)


def canary(*steps):
    return {'canary': {'steps': list(steps), 'maxSurge': 1}}


def template(provider, **metric):
    """The AnalysisTemplate `good`, which measures the metric `errors`."""
    return {
        'apiVersion': 'argoproj.io/v1alpha1',
        'kind': 'AnalysisTemplate',
        'metadata': {'name': 'good'},
        'spec': {'metrics': [{'name': 'errors', **metric, 'provider': provider}]},
    }


def services():
    """The two Services between which blue/green switches."""
    return [
        {
            'apiVersion': 'v1',
            'kind': 'Service',
            'metadata': {'name': name},
            'spec': {'selector': {'app': 'web'}, 'ports': [{'port': 80}]},
        }
        for name in ('active', 'preview')
    ]


def analysed(argo, provider, step=ANALYSIS, **metric):
    """The results of a second revision that has an analysis as a step; see `changed`."""
    argo.stage.apply(template(provider, **metric))
    return changed(argo, canary({'setWeight': 50}, step))


def changed(argo, strategy):
    """The result of a second revision, the phase that Argo's plugin prints, and the replay."""
    argo.apply(strategy)
    argo.healthy()
    argo.apply(strategy, SERVE.format('two'), READY_SOON)
    recording = str(argo.stage.folder / 'rollout.jsonl')
    ended, argos = argo.rollout('--record', recording), argo.argo_phase()
    return ended, argos, argo.dog('replay', recording, '--instant')


def web(argo):
    return {'web': {'url': argo.address, 'jsonPath': '{$.rate}'}}


class Metrics(BaseHTTPRequestHandler):
    """The server that a web metric reads."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({'rate': 0.42}).encode())

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def metrics():
    """The address of a server that reports a success rate of 42%."""
    server = ThreadingHTTPServer(('127.0.0.1', 0), Metrics)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f'http://127.0.0.1:{server.server_port}/'
    finally:
        server.shutdown()
        server.server_close()


def installed(folder):
    """Environment variables with which the program finds the package of trackers."""
    source, site = folder / 'source', folder / 'site'
    shutil.copytree(page.ROOT / 'plugins' / 'argo-rollouts', source)
    pip = (sys.executable, '-m', 'pip', 'install', '-q', '--no-deps')
    subprocess.run((*pip, '--target', str(site), str(source)), check=True)
    return {'PYTHONPATH': str(site)}
