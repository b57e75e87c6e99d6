"""Rollouts on a stage: the package installed, and Argo's own plugin beside it."""

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

# Soon ready, for what nobody looks at.
READY = {'exec': {'command': ['true']}, 'periodSeconds': 1}
SAYS = "echo serving {}; trap 'exit 0' TERM; sleep 100000 & wait"
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

    def says(self):
        """The first word of what Argo's own plugin says of it."""
        return self.plugin('status', 'web', '--watch=false').stdout.partition(' ')[0].strip()

    def apply(self, strategy, script=SAYS.format('one'), probe=READY, **spec):
        """A Rollout, which is Argo's word for a Deployment with a strategy."""
        made = manifests.deployment('web', script, container={'readinessProbe': probe}, **spec)
        made['apiVersion'], made['kind'] = 'argoproj.io/v1alpha1', 'Rollout'
        made['spec']['strategy'] = strategy
        self.stage.apply(made)

    def healthy(self):
        """Waits until Argo says that it is done."""
        assert until(lambda: self.says() == 'Healthy', 60, pause=0.5)


def canary(*steps):
    return {'canary': {'steps': list(steps), 'maxSurge': 1}}


def template(provider, **metric):
    """The analysis of the metric `errors` that the others name."""
    return {
        'apiVersion': 'argoproj.io/v1alpha1',
        'kind': 'AnalysisTemplate',
        'metadata': {'name': 'good'},
        'spec': {'metrics': [{'name': 'errors', **metric, 'provider': provider}]},
    }


def services():
    """Those between which blue/green switches."""
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
    """How a second revision ends that has to pass an analysis as a step."""
    argo.stage.apply(template(provider, **metric))
    return changed(argo, canary({'setWeight': 50}, step))


def changed(argo, strategy):
    """How a second revision ends, what Argo's own plugin says then, and its recording, replayed."""
    argo.apply(strategy)
    argo.healthy()
    argo.apply(strategy, SAYS.format('two'), READY_SOON)
    recording = str(argo.stage.folder / 'rollout.jsonl')
    ended, argos = argo.rollout('--record', recording), argo.says()
    return ended, argos, argo.dog('replay', recording, '--instant')


def web(argo):
    return {'web': {'url': argo.address, 'jsonPath': '{$.rate}'}}


class Metrics(BaseHTTPRequestHandler):
    """What a web metric asks."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({'rate': 0.42}).encode())

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def metrics():
    """The address of a server that says that most requests fail."""
    server = ThreadingHTTPServer(('127.0.0.1', 0), Metrics)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f'http://127.0.0.1:{server.server_port}/'
    finally:
        server.shutdown()
        server.server_close()


def installed(folder):
    """An environment in which the program finds the package, and nobody else's does."""
    source, site = folder / 'source', folder / 'site'
    shutil.copytree(page.ROOT / 'plugins' / 'argo-rollouts', source)
    pip = (sys.executable, '-m', 'pip', 'install', '-q', '--no-deps')
    subprocess.run((*pip, '--target', str(site), str(source)), check=True)
    return {'PYTHONPATH': str(site)}
