"""A finished rollout imports only what it needs: imports are most of its CPU time."""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys

from tests.unit.builders import manifest
from tests.unit.cluster.server import stream

MAIN = """
import sys
from kubectl_dog.cli.main import main
code = main(['rollout', 'deploy/web', '--kubeconfig', sys.argv[1]])
print(code, *sys.modules, file=sys.stderr)
"""
# Modules of Python and of dependencies that take a millisecond or more with their own imports.
HEAVY = {
    'asyncio', 'concurrent.futures', 'dataclasses', 'decimal', 'difflib', 'fractions',
    'glob', 'hashlib', 'html', 'http.server', 'importlib.metadata', 'importlib.resources',
    'inspect', 'json.tool', 'jsonschema', 'logging', 'multiprocessing', 'optparse', 'pickle',
    'pprint', 'random', 'socks', 'sqlite3', 'statistics', 'subprocess', 'tabulate', 'tempfile',
    'unittest', 'urllib.request', 'urllib3', 'uuid', 'xml', 'yaml', 'zipfile',
}  # fmt: skip
if sys.version_info < (3, 13):
    # http.client imports it there.
    HEAVY -= {'random'}
# Packages that only other commands, other targets or failures need.
OTHERS = (
    'causes.admission_errors', 'causes.infrastructure', 'causes.scheduling', 'cli.ci_run',
    'cli.commands.status', 'cli.commands.trackers', 'cli.completion',
    'cli.failure_command', 'cli.limited_process', 'cluster.reads.log_reader',
    'cluster.reads.lookup', 'library', 'manifests', 'model.safe_regex', 'model.statuses',
    'multitrack_spec', 'output.ci', 'output.run_record', 'recording', 'rules', 'tracking.status',
    'trackers.declarative', 'trackers.generic', 'trackers.kinds.pod', 'yaml_documents',
)  # fmt: skip
MOST_MODULES = 169
# As kubectl writes it: JSON and other forms need PyYAML.
CONFIG = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority: {ca}
    server: {server}
  name: a
contexts:
- context:
    cluster: a
    namespace: shop
    user: a
  name: a
current-context: a
kind: Config
users:
- name: a
  user:
    token: x
"""


def watch(*objects):
    added = [{'type': 'ADDED', 'object': obj} for obj in objects]
    end = {'resourceVersion': '9', 'annotations': {'k8s.io/initial-events-end': 'true'}}
    bookmark = {'type': 'BOOKMARK', 'object': {'metadata': end}}
    return stream(*added, bookmark, then='hold')


def serve_finished_rollout(server):
    counts = dict.fromkeys(('replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'), 1)
    web = manifest('Deployment', 'web', observedGeneration=3, **counts)
    web['spec'] = {'replicas': 1, 'selector': {'matchLabels': {'app': 'web'}}}
    apps, core = '/apis/apps/v1/namespaces/shop', '/api/v1/namespaces/shop'
    server.on(f'{apps}/deployments', watch(web))
    for path in (f'{apps}/replicasets', f'{core}/pods', f'{core}/events'):
        server.on(path, watch())


def test_a_finished_rollout_imports_nothing_heavy_that_it_does_not_use(server, pki, tmp_path):
    serve_finished_rollout(server)
    config = tmp_path / 'config'
    config.write_text(CONFIG.format(server=server.url, ca=pki / 'ca.crt'))
    command = [sys.executable, '-S', '-c', MAIN, str(config)]
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    code, *modules = done.stderr.split()
    assert code == '0', done.stderr
    assert sorted(HEAVY & set(modules)) == []
    ours = [name.partition('.')[2] for name in modules if name.startswith('kubectl_dog.')]
    assert [name for name in ours if f'{name}.'.startswith(tuple(f'{it}.' for it in OTHERS))] == []
    assert len(ours) < MOST_MODULES
    # model/named_tuple.py creates these classes faster.
    assert [name for name in ours if _uses_named_tuple_of_typing(name)] == ['model.named_tuple']


def _uses_named_tuple_of_typing(name):
    source = inspect.getsource(importlib.import_module(f'kubectl_dog.{name}'))
    return 'from typing import NamedTuple' in source
