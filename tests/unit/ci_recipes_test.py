"""The recipes of docs/ci.md fit the program, action.yml and ci/gitlab.yml, and these work."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess

import pytest
import yaml

from kubectl_dog.cli.ci_systems import SYSTEMS
from kubectl_dog.cli.parser import parse
from kubectl_dog.output.ci import gitlab
from kubectl_dog.output.report.junit import FAILURES
from kubectl_dog.output.report.report_kinds import KINDS
from tests import ci_recipes
from tests.ci_recipes import ROOT
from tests.unit.needs import posix

PAGE = ci_recipes.PAGE.read_text(encoding='utf-8')
RECIPES = [(schema, yaml.safe_load(text)) for schema, text in ci_recipes.recipes()]
ACTION = yaml.safe_load((ROOT / 'action.yml').read_text(encoding='utf-8'))
INCLUDED = yaml.safe_load((ROOT / 'ci' / 'gitlab.yml').read_text(encoding='utf-8'))['.kubectl-dog']
COMMANDS = re.findall(r'kubectl dog (rollout -[^\n\'"`]*)', PAGE)


def of(schema):
    return [document for name, document in RECIPES if name == schema]


def test_recipes_are_for_systems_with_a_schema():
    # `python -m tests.ci_recipes`, a step of the linters, checks them against these schemas.
    assert {schema for schema, _ in RECIPES} == {
        'github-workflows',
        'gitlab-ci',
        'azure-pipelines',
        'buildkite',
    }


def test_github_workflow_uses_inputs_and_outputs_that_the_action_has():
    (workflow,) = of('github-workflows')
    steps = workflow['jobs']['deploy']['steps']
    (used,) = (step for step in steps if step.get('uses', '').startswith('kubectl-dog/'))
    required = {name for name, entry in ACTION['inputs'].items() if entry.get('required')}
    assert required == set(used['with'])
    outputs = set(re.findall(r'steps\.rollout\.outputs\.([\w-]+)', str(workflow)))
    assert outputs == {'report', 'cause'}
    assert outputs <= set(ACTION['outputs'])
    assert 'report.md' in PAGE
    assert KINDS['markdown'].file_name == 'report.md'


def test_gitlab_jobs_upload_what_the_program_writes():
    extending, own = (document['deploy'] for document in of('gitlab-ci'))
    assert extending['extends'] == '.kubectl-dog'
    assert set(extending['variables']) <= set(INCLUDED['variables'])
    for job in (own, INCLUDED):
        (command,) = (line for line in job['script'] if ' rollout ' in line)
        (folder,) = job['artifacts']['paths']
        assert f'--report dir={folder}' in command
        assert job['artifacts']['when'] == 'always'
        assert job['artifacts']['reports'] == {
            'junit': f'{folder}/{KINDS["junit"].file_name}',
            'annotations': gitlab.ANNOTATIONS,
        }


@pytest.mark.parametrize('command', COMMANDS)
def test_commands_of_the_page_have_known_flags(command):
    assert parse(command.split())


def test_systems_and_their_variables_are_those_of_the_program():
    rows = dict(re.findall(r'^\| `(\w+)` \| (?:`(\w+)`)? ?\|', PAGE, re.M))
    assert rows == {**{name: system.variable for name, system in SYSTEMS.items()}, 'none': ''}


def test_failures_of_the_junit_report_are_listed():
    words = ', '.join(verdict.value.replace('-', ' ') for verdict in FAILURES)
    assert f'| {words} | failure' in PAGE


def run_job(folder, **variables):
    """Run the job of ci/gitlab.yml with a release in a folder, as the runner does."""
    script = '\n'.join(['set -eo pipefail', *INCLUDED['before_script'], *INCLUDED['script']])
    env = {
        'PATH': os.environ['PATH'],
        'TMPDIR': str(folder),
        'KUBECTL_DOG_RELEASES': f'file://{folder}/releases',
        'KUBECTL_DOG_VERSION': '9.9.9',
        **variables,
    }
    command = ['bash', '-c', script]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def digest(tmp_path):
    folder = tmp_path / 'releases' / 'download' / 'v9.9.9'
    folder.mkdir(parents=True)
    (folder / 'kubectl-dog').write_text('#!/bin/sh\nprintf "[%s]" "$@"\nexit 3\n')
    return hashlib.sha256((folder / 'kubectl-dog').read_bytes()).hexdigest()


@posix
@pytest.mark.parametrize('version', ('9.9.9', 'v9.9.9'))
def test_gitlab_job_runs_the_release(tmp_path, digest, version):
    variables = {'KUBECTL_DOG_SHA256': digest, 'KUBECTL_DOG_ARGS': '-f k8s/ --include *'}
    done = run_job(tmp_path, KUBECTL_DOG_VERSION=version, **variables)
    words = ('rollout', '--report', 'dir=kubectl-dog-report', '-f', 'k8s/', '--include', '*')
    assert (done.returncode, done.stdout) == (3, ''.join(f'[{word}]' for word in words))


@posix
def test_gitlab_job_refuses_a_file_with_another_checksum(tmp_path, digest):
    done = run_job(tmp_path, KUBECTL_DOG_SHA256='0' * 64)
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == f'kubectl-dog 9.9.9 has the checksum {digest}: it was not installed\n'
