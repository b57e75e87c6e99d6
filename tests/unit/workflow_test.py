""".github and setup.cfg list the same Python versions."""

from __future__ import annotations

import yaml

from tests import pythons

WORKFLOW = pythons.ROOT / '.github' / 'workflows' / 'tests.yml'


def job():
    return yaml.safe_load(WORKFLOW.read_text(encoding='utf-8'))['jobs']['unit']


def test_every_python_that_is_promised_is_tried_on_every_system():
    matrix = job()['strategy']['matrix']
    assert matrix['python'] == pythons.promised()
    assert {name.split('-')[0] for name in matrix['os']} == {'ubuntu', 'macos', 'windows'}
    assert not {'include', 'exclude'} & set(matrix)


def test_the_oldest_python_is_the_one_that_is_required():
    text = (pythons.ROOT / 'setup.cfg').read_text(encoding='utf-8')
    assert f'python_requires = >={pythons.promised()[0]}\n' in text


def test_the_workflow_installs_and_runs_the_unit_tier():
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


def test_interpreters_are_found_as_pyenv_has_them_the_newest_first(tmp_path):
    for version in ('3.9.2', '3.9.18', '3.10.1'):
        program = tmp_path / 'versions' / version / 'bin' / 'python'
        program.parent.mkdir(parents=True)
        program.touch()
    env = {'PYENV_ROOT': str(tmp_path), 'PATH': str(tmp_path)}
    assert pythons.interpreter('3.9', env) == str(tmp_path / 'versions/3.9.18/bin/python')
    assert pythons.interpreter('3.1', env) is None
