"""The release workflow and the GitHub action: syntax and consistency."""

from __future__ import annotations

import hashlib
import os
import re
import runpy
import subprocess

import pytest
import yaml

from kubectl_dog.version import VERSION
from tests.artefacts import ROOT
from tests.artefacts import import_module
from tests.unit.needs import posix

WORKFLOW = yaml.safe_load((ROOT / '.github' / 'workflows' / 'release.yml').read_text())
ACTION = yaml.safe_load((ROOT / 'action.yml').read_text())
TESTS = yaml.safe_load((ROOT / '.github' / 'workflows' / 'tests.yml').read_text())
JOB, PUBLISH = WORKFLOW['jobs']['build'], WORKFLOW['jobs']['publish']
JOBS = [*WORKFLOW['jobs'].values(), *TESTS['jobs'].values()]
STEPS = [step for job in JOBS for step in job['steps']] + ACTION['runs']['steps']
CHANGES = f'# Changelog\n\n## [Unreleased]\n\n## [{VERSION}] - 2026-01-01\n'


@pytest.mark.parametrize('step', STEPS)
def test_steps_use_an_action_or_run_a_script_that_bash_can_read(step):
    assert ('uses' in step) is not ('run' in step)
    subprocess.run(['bash', '-n'], input=step.get('run', ''), text=True, check=True)
    assert '${{' not in step.get('run', ''), 'what comes from outside is never code'
    # A tag of theirs can be moved; a commit cannot.
    assert re.search('@[0-9a-f]{40}$', step.get('uses', f'@{40 * "0"}'))


def test_only_the_publish_job_has_write_permissions():
    assert WORKFLOW['permissions'] == {}
    assert JOB['permissions'] == {'contents': 'read'}
    allowed = {'contents': 'write', 'id-token': 'write', 'attestations': 'write'}
    assert PUBLISH['permissions'] == allowed
    assert not [step for step in PUBLISH['steps'] if 'python' in str(step)]
    [attested] = [step for step in PUBLISH['steps'] if 'attest' in step.get('uses', '')]
    assert attested['with'] == {'subject-checksums': 'dist/SHA256SUMS'}


def test_workflow_installs_every_python_of_the_build():
    [pythons] = [
        step['with']['python-version'] for step in JOB['steps'] if 'setup-python' in str(step)
    ]
    pythons_module = import_module('pythons')
    assert pythons.split() == [f'3.{minor}' for minor in pythons_module.MINORS]


def test_container_copies_the_built_file():
    lines = (ROOT / 'Containerfile').read_text().splitlines()
    # What was downloaded is not executable any more.
    assert 'COPY --chmod=0755 dist/kubectl-dog /usr/local/bin/' in lines
    assert [line for line in lines if line.startswith(('ARG', 'FROM'))] == [
        'ARG PYTHON=docker.io/library/python:3.13-slim',
        'FROM ${PYTHON}',
    ]
    assert 'USER 65532:65532' in lines


@pytest.mark.parametrize(
    ('tag', 'changes', 'messages'),
    (
        (f'v{VERSION}', CHANGES, []),
        (
            VERSION,
            CHANGES,
            [f'the tag {VERSION} is not that of version {VERSION} in kubectl_dog/version.py'],
        ),
        (
            f'v{VERSION}',
            '# Changelog\n\n## [Unreleased]\n',
            [f'CHANGELOG.md has no section for {VERSION}'],
        ),
    ),
)
def test_tag_that_contradicts_the_sources_is_not_released(tmp_path, tag, changes, messages):
    (tmp_path / 'kubectl_dog').mkdir()
    (tmp_path / 'kubectl_dog' / 'version.py').write_text(f"VERSION = '{VERSION}'\n")
    (tmp_path / 'CHANGELOG.md').write_text(changes)
    obstacles = runpy.run_path(str(ROOT / 'release.py'))['obstacles']
    assert list(obstacles(tag, tmp_path)) == messages


@pytest.mark.parametrize(
    ('word', 'meant'),
    (
        ('--with', '--with'),
        ('acme-lamps==1.2', 'acme-lamps==1.2'),
        ('../lamps', f'{ROOT.parent}/lamps'),
        ('./lamps[all]', f'{ROOT}/lamps[all]'),
        ('--with=./lamps', f'--with={ROOT}/lamps'),
        ('lamps-1-py3-none-any.whl', f'{ROOT}/lamps-1-py3-none-any.whl'),
        ('acme @ https://example.org/lamps.whl', 'acme @ https://example.org/lamps.whl'),
        ('/usr/bin/python3', '/usr/bin/python3'),
    ),
)
@posix
def test_paths_in_options_are_relative_to_the_caller(monkeypatch, word, meant):
    monkeypatch.chdir(ROOT)
    assert runpy.run_path(str(ROOT / 'release.py'))['from_here'](word) == meant


def acted(folder, digest, args, **env):
    """Run the action's script, with a release in `folder` that prints its arguments."""
    env = {
        'PATH': os.environ['PATH'],
        'VERSION': '9.9.9',
        'SHA256': digest,
        'ARGS': args,
        'RELEASES': f'file://{folder}/releases',
        'RUNNER_TEMP': str(folder),
        'GITHUB_PATH': str(folder / 'path'),
        'GITHUB_OUTPUT': str(folder / 'output'),
        **env,
    }
    script = ROOT / '.github' / 'rollout.sh'
    done = subprocess.run([script], env=env, capture_output=True, text=True, check=False)
    # The folder for reports has a random name.
    done.stdout = re.sub(r'\[--report\]\[dir=[^]]*/kubectl-dog-report\.\w{6}\]', '', done.stdout)
    return done


@pytest.fixture
def released(tmp_path):
    folder = tmp_path / 'releases' / 'download' / 'v9.9.9'
    folder.mkdir(parents=True)
    (folder / 'kubectl-dog').write_text('#!/bin/sh\nprintf "[%s]" "$@"\nexit 3\n')
    return hashlib.sha256((folder / 'kubectl-dog').read_bytes()).hexdigest()


def test_action_runs_the_release_and_returns_its_exit_code(tmp_path, released):
    done = acted(tmp_path, released, 'deploy/web\n--expect-image\na b; $(id)\n')
    assert (done.returncode, done.stdout) == (
        3,
        '[rollout][deploy/web][--expect-image][a b; $(id)]',
    )
    (report,) = tmp_path.glob('kubectl-dog-report.*')
    assert (tmp_path / 'output').read_text() == f'report={report}\nexit-code=3\n'
    assert (tmp_path / 'path').read_text() == f'{tmp_path}/kubectl-dog-9.9.9\n'


@pytest.mark.parametrize(
    ('args', 'words'),
    (
        ('deploy/web --timeout=10m', ('deploy/web', '--timeout=10m')),
        ('  deploy/web   sts/db ', ('deploy/web', 'sts/db')),
        (
            'deploy -l \'app in (a, b)\' --include "x y"',
            ('deploy', '-l', 'app in (a, b)', '--include', 'x y'),
        ),
        ('deploy -l ""', ('deploy', '-l', '')),
        (
            'deploy/web $(id) `id` $HOME * ; #x',
            ('deploy/web', '$(id)', '`id`', '$HOME', '*', ';', '#x'),
        ),
        ('a\\ b "\\"c\\""', ('a b', '"c"')),
    ),
)
def test_the_action_splits_a_single_line_as_a_shell_does(tmp_path, released, args, words):
    done = acted(tmp_path, released, args)
    assert (done.stdout, done.stderr) == (''.join(f'[{word}]' for word in ('rollout', *words)), '')


def test_the_action_reports_a_quotation_that_is_not_closed(tmp_path, released):
    done = acted(tmp_path, released, 'deploy/web --include "a b')
    message = 'args: no closing quotation: close the quotation, or write one word per line\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, '', message)


def test_action_accepts_a_tag_as_version(tmp_path, released):
    done = acted(tmp_path, released, 'deploy/web', VERSION='v9.9.9')
    assert (done.returncode, done.stdout) == (3, '[rollout][deploy/web]'), done.stderr


def test_action_refuses_a_file_with_another_checksum(tmp_path, released):
    done = acted(tmp_path, '0' * 64, 'deploy/web')
    assert (done.returncode, done.stdout) == (1, '')
    assert f'has the checksum {released}, not {"0" * 64}: it was not installed' in done.stderr
    assert not list(tmp_path.glob('kubectl-dog-9.9.9/*'))


@pytest.mark.parametrize('folder', ('D:\\a\\_temp', 'with space'))
@pytest.mark.parametrize('args', ('', '\n\n'))
def test_action_runs_in_any_temporary_folder(tmp_path, released, folder, args):
    (tmp_path / folder).mkdir()
    done = acted(tmp_path, released, args, RUNNER_TEMP=str(tmp_path / folder))
    assert (done.returncode, done.stdout) == (3, '[rollout]'), done.stderr


def test_action_has_the_outputs_of_the_step():
    assert set(ACTION['outputs']) == {'verdict', 'exit-code', 'cause', 'report'}
    for name, output in ACTION['outputs'].items():
        assert output['value'] == f'${{{{ steps.rollout.outputs.{name} }}}}'


def test_action_has_a_default_for_the_address_of_releases():
    [step] = ACTION['runs']['steps']
    home = "github.action_repository || 'kubectl-dog/kubectl-dog'"
    assert home in step['env']['RELEASES']
