"""`--ci SYSTEM`, with recordings in the place of a cluster."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import types

import pytest

from kubectl_dog import api
from kubectl_dog.cli import ci_run
from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import main as program
from kubectl_dog.cli.parser import parse
from kubectl_dog.output.ci import github
from kubectl_dog.recording import bundled
from kubectl_dog.recording.recorded_source import RecordedSource
from tests.unit import run_records
from tests.unit.needs import posix
from tests.unit.output.ci import runner_models

DEMO = ('demo', 'crash-loop', '--instant')
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
      - name: checkout
        envFrom:
        - configMapRef:
            name: checkout-setings
"""


@pytest.fixture
def run(capsys):
    def main(*argv):
        return (program.main(argv), *capsys.readouterr())

    return main


class Recorded(RecordedSource):
    def compare_with_files(self, objects):
        pass


@pytest.fixture
def recorded(monkeypatch):
    """The recording missing-configmap in the place of the cluster."""
    connection = types.SimpleNamespace(namespace='checkout')
    monkeypatch.setattr(api, 'connect', lambda **flags: connection)
    source = Recorded(bundled.load('missing-configmap'), None)
    monkeypatch.setattr(api, 'live_source', lambda connection: source)


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job of GitHub Actions, in its checkout."""
    monkeypatch.setenv('GITHUB_ACTIONS', 'true')
    monkeypatch.setenv('GITHUB_WORKSPACE', str(tmp_path))
    for name in ('GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT'):
        path = tmp_path / name
        path.touch()
        monkeypatch.setenv(name, str(path))
    (tmp_path / 'k8s').mkdir()
    (tmp_path / 'k8s' / 'checkout.yaml').write_text(MANIFEST)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize('name', ('k8s/checkout.yaml', './k8s', 'k8s/../k8s/'))
@pytest.mark.usefixtures('recorded')
def test_rollout_annotates_the_line_of_the_manifest(run, job, name):
    code, out, _ = run('rollout', '-f', name)
    error, *_ = runner_models.github(out)
    assert code == 1
    assert (error.name, error.properties['file'], error.properties['line']) == (
        'error',
        'k8s/checkout.yaml',
        '12',
    )
    assert error.text.startswith('k8s/checkout.yaml:12: container "checkout" needs ConfigMap')
    assert (job / 'GITHUB_STEP_SUMMARY').read_text(encoding='utf-8').startswith('### ❌')
    outputs = (job / 'GITHUB_OUTPUT').read_text()
    assert re.fullmatch(
        'verdict=failed\nexit-code=1\ncause<<(kubectl-dog-.{32})\nConfigMapMissing\n\\1\n', outputs
    )


@posix
@pytest.mark.usefixtures('recorded')
def test_rollout_annotates_the_base_of_a_kustomization(run, job, monkeypatch):
    (job / 'k8s' / 'kustomization.yaml').write_text('resources: [checkout.yaml]\n')
    kubectl = job / 'bin' / 'kubectl'
    kubectl.parent.mkdir()
    kubectl.write_text('#!/bin/sh\ncat k8s/checkout.yaml\n')
    kubectl.chmod(0o755)
    monkeypatch.setenv('KUBECTL', str(kubectl))
    error, *_ = runner_models.github(run('rollout', '-k', 'k8s')[1])
    assert (error.properties['file'], error.properties['line']) == ('k8s/checkout.yaml', '12')


@pytest.mark.usefixtures('recorded')
def test_files_outside_of_the_checkout_have_no_line(run, job, monkeypatch):
    monkeypatch.setenv('GITHUB_WORKSPACE', str(job / 'elsewhere'))
    error, *_ = runner_models.github(run('rollout', '-f', 'k8s')[1])
    assert set(error.properties) == {'title'}


@pytest.mark.usefixtures('recorded')
def test_targets_without_files_have_no_line(run, job):
    error, *_ = runner_models.github(run('rollout', 'deploy/checkout')[1])
    assert set(error.properties) == {'title'}


@pytest.mark.usefixtures('job')
@pytest.mark.parametrize(
    ('flags', 'level'),
    (([], 6), (['-v', '2'], 2), (['--ci', 'none'], None), (['--ci', 'gitlab'], None)),
)
def test_debug_output_of_the_job_logs_requests(monkeypatch, flags, level):
    monkeypatch.setenv('RUNNER_DEBUG', '1')
    args = parse(['rollout', 'deploy/web', *flags])
    assert common_flags.cluster(args)['verbosity'] == level


@pytest.mark.usefixtures('recorded')
def test_none_writes_nothing(run, job):
    code, out, err = run('rollout', '-f', 'k8s', '--ci', 'none')
    assert (code, err, '::' in out) == (1, '', False)
    assert (job / 'GITHUB_STEP_SUMMARY').read_text() == ''


@pytest.mark.usefixtures('job')
def test_recordings_are_written_for_a_ci_system_only_if_asked(run):
    assert '::error' not in run(*DEMO)[1]
    assert '\n::error' in run(*DEMO, '--ci', 'auto')[1]
    assert '##vso[task.logissue' in run(*DEMO, '--ci', 'azure')[1]


def test_auto_outside_of_ci_systems_writes_nothing(run):
    assert run(*DEMO, '--ci', 'auto') == run(*DEMO)


def test_json_on_standard_output_has_no_commands(run, job):
    code, out, err = run(*DEMO, '--ci', 'auto', '-o', 'json')
    assert (code, err) == (1, '')
    assert all(json.loads(line) for line in out.splitlines())
    assert 'CrashLoop' in (job / 'GITHUB_STEP_SUMMARY').read_text(encoding='utf-8')


@pytest.mark.usefixtures('job')
def test_json_in_a_file_leaves_the_commands_on_standard_output(run, tmp_path):
    code, out, _ = run(*DEMO, '--ci', 'auto', '-o', f'json={tmp_path}/a.jsonl')
    assert (code, '\n::error' in out, '\n::group' in out) == (1, True, True)


@pytest.mark.usefixtures('job')
@pytest.mark.parametrize(('flag', 'has_commands'), (('-q', True), ('--brief', False)))
def test_short_outputs_have_no_details(run, flag, has_commands):
    code, out, _ = run(*DEMO, '--ci', 'auto', flag)
    assert (code, '::error' in out, '::group' in out) == (1, has_commands, False)


def test_files_of_a_step_are_appended_to(run, job):
    summary, outputs = job / 'GITHUB_STEP_SUMMARY', job / 'GITHUB_OUTPUT'
    summary.write_text('# Tests\n')
    outputs.write_text('other=1')
    run(*DEMO, '--ci', 'auto')
    assert summary.read_text(encoding='utf-8').startswith('# Tests\n### ❌ `deploy/ledger`')
    assert outputs.read_text().startswith('other=1\nverdict=failed\n')


def test_a_summary_that_would_be_too_long_is_not_written(run, job):
    summary = job / 'GITHUB_STEP_SUMMARY'
    summary.write_text('x' * (github.MAX_SUMMARY - 10))
    code, _, err = run(*DEMO, '--ci', 'auto')
    assert code == 1
    assert err == (f'--ci: cannot write {summary}: the file would be larger than 1,048,576 bytes\n')
    assert summary.stat().st_size == github.MAX_SUMMARY - 10
    assert 'verdict=failed' in (job / 'GITHUB_OUTPUT').read_text()


def test_files_that_cannot_be_written_do_not_change_the_verdict(run, job, monkeypatch):
    monkeypatch.setenv('GITHUB_OUTPUT', str(job))
    code, out, err = run(*DEMO, '--ci', 'auto')
    assert (code, '\n::error' in out) == (1, True)
    assert err.startswith(f'--ci: cannot write {job}: ')


def test_gitlab_links_the_page_of_the_run(job, monkeypatch):
    monkeypatch.setenv('CI_PROJECT_DIR', str(job))
    monkeypatch.setenv('CI_JOB_URL', 'https://gitlab.example/-/jobs/1')
    monkeypatch.setattr(ci_run.report_files, 'requested', lambda args: [('html', 'out/run.html')])
    args = parse(['demo', '--ci', 'gitlab'])
    lines = ci_run.CiRun('gitlab', args).finish(run_records.demo('crash-loop'))
    assert lines[0].start.endswith('[collapsed=true]\r\x1b[0K')
    links = json.loads((job / 'kubectl-dog-annotations.json').read_text())
    url = 'https://gitlab.example/-/jobs/1/artifacts/file/out/run.html'
    assert links['kubectl dog'][0]['external_link']['url'] == url


AGENT = """#!{python}
import sys
open({log!r}, 'w', encoding='utf-8').write(repr(sys.argv[1:]) + sys.stdin.read())
"""


def install(folder, monkeypatch, text):
    agent = folder / 'buildkite-agent'
    agent.write_text(text, encoding='utf-8')
    agent.chmod(agent.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv('PATH', str(folder))


@posix
def test_buildkite_agent_is_run_with_the_report(run, tmp_path, monkeypatch):
    log = tmp_path / 'log'
    install(tmp_path, monkeypatch, AGENT.format(python=sys.executable, log=str(log)))
    code, out, err = run(*DEMO, '--ci', 'buildkite')
    assert (code, err) == (1, '')
    assert '\n--- kubectl dog: timeline' in out
    text = log.read_text(encoding='utf-8')
    assert text.startswith("['annotate', '--style', 'error', '--context', 'kubectl-dog-")
    assert '### ❌ `deploy/ledger` failed' in text


@posix
@pytest.mark.parametrize(
    ('text', 'reason'),
    (
        (None, 'it is not in PATH'),
        ('#!/bin/sh\nexit 3\n', 'its exit code is 3'),
        ('#!/bin/sh\n/bin/sleep 60\n', 'it did not end within 0s'),
    ),
)
def test_problems_of_the_agent_are_reported(run, tmp_path, monkeypatch, text, reason):
    monkeypatch.setattr(ci_run, '_PROGRAM_TIMEOUT', 0.1 if '0s' in reason else 15)
    if text:
        install(tmp_path, monkeypatch, text)
    else:
        monkeypatch.setenv('PATH', str(tmp_path))
    code, _, err = run(*DEMO, '--ci', 'buildkite')
    assert code == 1
    assert err == f'--ci: cannot run buildkite-agent annotate: {reason}\n'


def test_paths_on_another_drive_have_no_location(monkeypatch):
    def relpath(path, start):
        raise ValueError

    monkeypatch.setattr(os.path, 'relpath', relpath)
    assert ci_run._relative('web.yaml', 'elsewhere') == ''


@posix
def test_a_rollout_that_is_ready_does_not_import_the_lookup_of_lines():
    code = (
        'import sys\nfrom kubectl_dog.cli.main import main\n'
        'code = main(["demo", "good", "--instant", "--ci", "github"])\n'
        'assert code == 0\n'
        'assert "kubectl_dog.manifests" not in sys.modules\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b'')


@pytest.mark.parametrize(
    ('environment', 'name'),
    (
        ({'GITHUB_ACTIONS': 'true'}, 'github'),
        ({'GITLAB_CI': 'true'}, 'gitlab'),
        ({'TF_BUILD': 'True'}, 'azure'),
        ({'TEAMCITY_VERSION': '2026.1'}, 'teamcity'),
        ({'BUILDKITE': 'true'}, 'buildkite'),
        ({'CI': 'true', 'JENKINS_URL': 'https://ci'}, ''),
        ({'GITHUB_ACTIONS': 'false'}, ''),
        ({}, ''),
    ),
)
def test_detection(environment, name):
    assert ci_systems.detect(environment) == name


@pytest.mark.parametrize(
    ('name', 'environment', 'asks'),
    (
        ('github', {'RUNNER_DEBUG': '1'}, True),
        ('github', {}, False),
        ('gitlab', {'RUNNER_DEBUG': '1'}, False),
        ('azure', {'SYSTEM_DEBUG': 'True'}, True),
        ('gitlab', {'CI_DEBUG_TRACE': 'true'}, True),
        ('teamcity', {}, False),
    ),
)
def test_debug_output(name, environment, asks):
    args = parse(['demo', '--ci', name])
    assert ci_systems.asks_for_debug(args, environment) is asks
