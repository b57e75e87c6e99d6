""".github and setup.cfg list the same Python versions."""

from __future__ import annotations

import pytest
import yaml

from tests import pythons

WORKFLOW = pythons.ROOT / '.github' / 'workflows' / 'tests.yml'


def job():
    return yaml.safe_load(WORKFLOW.read_text(encoding='utf-8'))['jobs']['unit']


def test_workflow_tests_every_supported_python_on_every_system():
    matrix = job()['strategy']['matrix']
    assert matrix['python'] == pythons.promised()
    assert {name.split('-')[0] for name in matrix['os']} == {'ubuntu', 'macos', 'windows'}
    assert not {'include', 'exclude'} & set(matrix)


def test_oldest_supported_python_is_the_required_one():
    text = (pythons.ROOT / 'setup.cfg').read_text(encoding='utf-8')
    assert f'python_requires = >={pythons.promised()[0]}\n' in text


def test_workflow_installs_and_runs_the_unit_tests():
    # `on` is a boolean in YAML 1.1.
    document = yaml.safe_load(WORKFLOW.read_text(encoding='utf-8'))
    assert document[True] == ['push', 'pull_request']
    steps = job()['steps']
    assert all(len({'run', 'uses'} & set(step)) == 1 for step in steps)
    commands = [step['run'] for step in steps if 'run' in step]
    assert commands[:3] == [
        'python -m pip install --require-hashes -r tests/requirements/test.txt',
        'python -m pip install --no-deps --no-build-isolation -e .',
        'python -m pytest tests/unit -q',
    ]


def test_newest_interpreter_of_pyenv_is_used(tmp_path):
    for version in ('3.9.2', '3.9.18', '3.10.1'):
        program = tmp_path / 'versions' / version / 'bin' / 'python'
        program.parent.mkdir(parents=True)
        program.touch()
    env = {'PYENV_ROOT': str(tmp_path), 'PATH': str(tmp_path)}
    assert pythons.interpreter('3.9', env) == str(tmp_path / 'versions/3.9.18/bin/python')
    assert pythons.interpreter('3.1', env) is None


def test_recipes_for_ci_systems_are_checked_in_the_gate_and_on_pull_requests():
    gate = pythons.ROOT.joinpath('.ci', 'run').read_text(encoding='utf-8')
    assert '"$work/lint/bin/python" -m tests.ci_recipes\n' in gate
    document = yaml.safe_load(WORKFLOW.read_text(encoding='utf-8'))
    commands = [step.get('run', '') for step in document['jobs']['lint']['steps']]
    assert 'python -m tests.ci_recipes' in commands


@pytest.mark.parametrize(
    'linter',
    (
        'mypy',
        'ruff check',
        'ruff format --check',
        'lint-imports',
        'tests.banned_names',
        'tests.prose',
    ),
)
def test_each_linter_runs_in_the_gate_on_pull_requests_and_before_commits(linter):
    gate = pythons.ROOT.joinpath('.ci', 'run').read_text(encoding='utf-8')
    document = yaml.safe_load(WORKFLOW.read_text(encoding='utf-8'))
    pull_request = [step.get('run', '') for step in document['jobs']['lint']['steps']]
    config = pythons.ROOT.joinpath('.pre-commit-config.yaml').read_text(encoding='utf-8')
    hooks = [hook['entry'] for repo in yaml.safe_load(config)['repos'] for hook in repo['hooks']]
    assert f'lint/bin/{linter}' in gate.replace('bin/python" -m ', 'bin/').replace('"', '')
    assert any(linter in command for command in pull_request)
    assert any(linter in command for command in hooks)
