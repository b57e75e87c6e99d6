"""The manifest follows the rules of krew, and the check finds manifests that do not."""

from __future__ import annotations

import hashlib
import runpy

import pytest
import yaml

from kubectl_dog.version import VERSION
from tests import krew
from tests.artefacts import ROOT

NAMES = ('unix.tar.gz', 'windows-386.zip', 'windows-amd64.zip', 'windows-arm64.zip')
BROKEN = {
    'name': ('metadata:\n  name: dog', 'metadata:\n  name: Dog'),
    'version': (f'version: v{VERSION}', f'version: {VERSION}'),
    'shortDescription': ('shortDescription: Tells', f'shortDescription: {"Tells " * 12}'),
    'description': ('    Waits until', f'    {"Waits " * 14}until'),
    'sha256': (f'sha256: "{"0" * 64}"', 'sha256: "0123"'),
    'uri': ('-unix.tar.gz', '-unix.tar.bz2'),
    'bin': ('bin: kubectl-dog.exe', 'bin: kubectl-dog.cmd'),
    'selector': ('key: os', 'key: system'),
    'selectors': ('values: [darwin, linux]', 'values: [darwin, linux, windows]'),
    'files': ('to: "."', 'to: "./"'),
}


@pytest.fixture
def text(tmp_path):
    sums = [f'{str(at) * 64}  kubectl-dog-{VERSION}-{name}\n' for at, name in enumerate(NAMES)]
    wheel = f'{"f" * 64}  kubectl_dog-{VERSION}-py3-none-any.whl\n'
    (tmp_path / 'SHA256SUMS').write_text(''.join([*sums, wheel]))
    script = runpy.run_path(str(ROOT / 'krew' / 'manifest.py'))
    return script['manifest'](tmp_path)


def test_checksum_of_the_manifest_is_listed_once(text, tmp_path):
    script = runpy.run_path(str(ROOT / 'krew' / 'manifest.py'))
    before = (tmp_path / 'SHA256SUMS').read_text().splitlines()
    for _ in range(2):
        assert script['main']([str(tmp_path)]) == 0
    digest = hashlib.sha256((tmp_path / 'dog.yaml').read_bytes()).hexdigest()
    line = f'{digest}  dog.yaml'
    assert (tmp_path / 'SHA256SUMS').read_text().splitlines() == [line, *before]
    assert (tmp_path / 'dog.yaml').read_text() == text


def test_manifest_follows_the_rules_of_krew(text):
    assert krew.faults('dog', yaml.safe_load(text)) == []


@pytest.mark.parametrize('rule', BROKEN)
def test_violation_of_a_rule_is_detected(text, rule):
    intact, broken = BROKEN[rule]
    assert intact in text
    assert rule in krew.faults('dog', yaml.safe_load(text.replace(intact, broken)))


@pytest.mark.parametrize(('system', 'arch'), krew.PLATFORMS)
def test_every_platform_has_its_archive(text, system, arch):
    platforms = yaml.safe_load(text)['spec']['platforms']
    [at] = [at for at in platforms if krew.matches(at['selector'], system, arch)]
    kind = f'windows-{arch}.zip' if system == 'windows' else 'unix.tar.gz'
    assert at['uri'].endswith(f'/releases/download/v{VERSION}/kubectl-dog-{VERSION}-{kind}')
    assert at['sha256'] == str(NAMES.index(kind)) * 64
