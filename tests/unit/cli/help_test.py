"""The help is short, complete, and its examples run."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from importlib import resources
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import main as program
from kubectl_dog.cli import parser
from kubectl_dog.cluster import helm
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import well_known
from kubectl_dog.tracking.status.everything import Inventory
from kubectl_dog.tracking.status.everything import Kinds
from tests.unit.api_server import ApiServer
from tests.unit.builders import deployment
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import workload
from tests.unit.in_memory import Cluster

COMMANDS = list(parser.SUMMARIES)
EXAMPLES = [example for name in COMMANDS for example in parser.load(name).examples]
MANIFEST = '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}'

DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  versions: [{name: v1, served: true}]
"""


@pytest.fixture
def help_of(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
        assert program.main(words) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize('words', ([], *([name] for name in COMMANDS)))
def test_the_help_fits_on_a_screen(help_of, words):
    text = help_of(*words, '--help')
    assert text.startswith(' '.join(('usage: kubectl dog', *words)))
    assert len(text.splitlines()) <= 60
    assert max(map(len, text.splitlines())) <= 100
    assert 'kubectl-dog/tree/main/docs' in text


@pytest.mark.parametrize('words', (['-h'], ['help'], [], ['help', '--help-all']))
def test_the_help_of_the_program_has_what_a_newcomer_needs(help_of, words):
    text = help_of(*words)
    assert all(f'\n  {name} ' in text for name in COMMANDS)
    assert '--version' in text
    assert all(
        re.search(rf'[\s:]{code}\s', text) for code in (0, 1, 2, 3, 4, 5, 6, 70, 130, 141, 143)
    )


def row(flag):
    return rf'(?m)^ +{", ".join(flag.names)}( |$)'


@pytest.mark.parametrize('command', COMMANDS)
def test_help_all_has_every_flag_and_help_the_common_ones(help_of, command):
    flags = parser.load(command).flags
    rare = [flag for flag in flags if not flag.common]
    few, every = (help_of(command, word) for word in ('--help', '--help-all'))
    assert not [flag.names for flag in flags if not re.search(row(flag), every)]
    assert not [flag.names for flag in rare if re.search(row(flag), few)]
    assert bool(rare) == (f'{len(rare)} more flags: kubectl dog {command} --help-all' in few)


@pytest.mark.parametrize('command', COMMANDS)
def test_every_flag_has_a_help_text_that_is_a_phrase(command):
    for text in (flag.help for flag in parser.load(command).flags):
        assert re.match(r'[A-Z]', text) and not text.endswith('.'), text


def test_the_values_of_a_flag_that_looks_like_help_are_no_help(help_of, capsys):
    assert program.main(['version', '--', '--help']) == 2
    assert 'unexpected argument "--help"' in capsys.readouterr().err


def ready(obj, name='web', **labels):
    meta = {**obj['metadata'], 'name': name, 'namespace': 'shop', 'uid': name}
    return labelled({**obj, 'metadata': meta}, app='shop', **labels)


class Resolver:
    """A resolver of the kinds that every server has."""

    def __call__(self, word):
        return well_known(word.lower())

    def many(self, words):
        known = [well_known(word) for word in words.split(',')]
        if None in known:
            raise UserError('no such kind')
        return known

    def of_kind(self, version, kind):
        return well_known(kind.lower())


@pytest.fixture
def world(monkeypatch, tmp_path, packages):
    """A cluster, and the files that the examples name."""
    job = workload('Job', conditions=[{'type': 'Complete', 'status': 'True'}])
    objects = (ready(deployment()), ready(pod(ready=True), 'smoke-test'), ready(job, 'migrate'))
    connection = ApiServer()
    monkeypatch.setattr(api, 'connect', lambda **flags: connection)
    everything = Inventory(Kinds((PODS,), ()), 'shop', api.trackers().of, Options())
    everything.replace(PODS, objects[1:2])
    monkeypatch.setattr(api, 'inventory', lambda *_: (everything, ()))
    monkeypatch.setattr(api, 'live_source', lambda connection: Cluster(*objects))
    monkeypatch.setattr(target_resolution, 'resolver', lambda connection: Resolver())
    monkeypatch.setattr(target_resolution, 'definition_of', lambda *_: {})
    monkeypatch.setattr(helm, 'release', lambda *args: helm.Release('shop', 1, MANIFEST))
    packages.install('acme-rollouts', code='codes = ()', Rollout_argoproj_io='')
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'k8s').mkdir()
    (tmp_path / 'k8s' / 'web.yaml').write_text(MANIFEST)
    (tmp_path / 'crd.yaml').write_text(DEFINITION)
    spec = {'Deployments': [{'ResourceName': 'web', 'Namespace': 'shop'}]}
    (tmp_path / 'spec.json').write_text(json.dumps(spec))
    recorded = resources.files('kubectl_dog.recording').joinpath('demo/good.jsonl')
    (tmp_path / 'web.jsonl').write_bytes(recorded.read_bytes())


@pytest.mark.usefixtures('world')
@pytest.mark.parametrize('example', EXAMPLES)
def test_every_example_runs(monkeypatch, capsys, example):
    if ' -- ' in example:
        # Any command that succeeds.
        example = f'{example.partition(" -- ")[0]} -- {shlex.quote(sys.executable)} -c ""'
    before, _, command = example.rpartition(' | ')
    command, _, file = command.partition(' < ')
    text = MANIFEST
    if before.startswith('echo'):
        text = shlex.split(before)[1]
    elif file:
        with open(file, encoding='utf-8') as stream:
            text = stream.read()
    stdin = SimpleNamespace(buffer=io.BytesIO(text.encode()), isatty=lambda: False)
    monkeypatch.setattr(sys, 'stdin', stdin)
    words = shlex.split(command)
    assert words[:2] == ['kubectl', 'dog']
    instant = ['--instant'] if words[2] in ('demo', 'replay') else []
    words = [word for word in words[2:] if not instant or word not in ('--speed', '5', '10')]
    assert program.main([*words, *instant]) in (0, 1, 3), capsys.readouterr().err


@pytest.mark.parametrize('words', (['rollout', '--help'], ['__complete', 'rollout', '--ti']))
def test_help_and_flag_completion_import_neither_argparse_nor_the_engine(words):
    code = f'import sys; from kubectl_dog.cli.main import main; main({words}); print(*sys.modules)'
    ran = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.splitlines()[-1].split())
    heavy = {'argparse', 'json', 'traceback', 'kubectl_dog.api', 'kubectl_dog.causes.catalogue'}
    assert not loaded & heavy
