"""Errors before a run, in jobs of CI systems."""

from __future__ import annotations

import pytest

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import early_errors
from kubectl_dog.cli import main as program
from kubectl_dog.output.stream_writer import OutputClosedError
from tests.unit import ci
from tests.unit.output.ci import runner_models

MISSING = ('rollout', 'deploy/web', '--kubeconfig', '/nowhere/config')
ENVIRONMENTS = {
    'github': {'GITHUB_ACTIONS': 'true'},
    'azure': {'TF_BUILD': 'True'},
    'teamcity': {'TEAMCITY_VERSION': '2026.1'},
    'gitlab': {'GITLAB_CI': 'true'},
    'buildkite': {'BUILDKITE': 'true'},
}


@pytest.fixture
def run(capsys, monkeypatch):
    def main(system, *argv):
        for name, value in ENVIRONMENTS[system].items():
            monkeypatch.setenv(name, value)
        return (program.main(argv), *capsys.readouterr())

    return main


@pytest.mark.parametrize('system', ('github', 'azure', 'teamcity'))
@pytest.mark.parametrize(
    ('argv', 'code'),
    ((MISSING, 5), (('rollout', 'deploy/web', '--timout', '3s'), 2), (('multitrack', '/no'), 2)),
)
def test_an_error_is_shown_by_the_system(run, system, argv, code):
    ended, out, err = run(system, *argv)
    [shown] = runner_models.MODELS[system](out)
    assert (ended, err) == (code, f'error: {shown.text or shown.properties["description"]}\n')
    assert shown.properties.get('type', shown.name) in ('error', 'buildProblem')


@pytest.mark.parametrize('system', ('gitlab', 'buildkite'))
def test_other_systems_show_no_errors(run, system):
    assert run(system, *MISSING)[:2] == (5, '')


@pytest.mark.parametrize(
    'argv',
    (
        (*MISSING, '-o', 'json'),
        (*MISSING, '--brief'),
        (*MISSING, '-o', 'json', '-q'),
        (*MISSING, '--ci', 'none'),
        (*MISSING, '--ci', 'none', '--timout', '3s'),
        (*MISSING, '--timout', '3s', '-ojson'),
        ('replay', '/nowhere'),
        ('status', *MISSING[1:]),
        ('follow', *MISSING[1:]),
        ('nonsense',),
    ),
)
def test_nothing_is_printed_for_programs_and_other_commands(run, argv):
    code, out, err = run('github', *argv)
    assert code in (2, 5)
    assert out == ''
    assert err.startswith('error: ')


@pytest.mark.parametrize('system', ('github', 'azure', 'teamcity'))
def test_text_is_escaped(system):
    text = "a%0A::error::b ##vso[x]c ##[error]d | ' ] \u2028\x1b[0m"
    command = ci_systems.error_command(system, early_errors.break_tokens(text))
    line = f'{command.start}{command.text}'
    assert '\n' not in line
    assert len(ci.obeyed(line)) == 1


def test_a_closed_output_is_no_error(monkeypatch):
    class Closed:
        def __init__(self, stream):
            pass

        def write_commands(self, commands):
            raise OutputClosedError

    monkeypatch.setattr(early_errors, 'Writer', Closed)
    early_errors.finish(['rollout', '--x'], None, 'unknown flag', ENVIRONMENTS['github'])
