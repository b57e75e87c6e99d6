from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import pythons


def test_runs_a_command_and_returns_its_output():
    assert pythons.run(sys.executable, '-c', 'print(1)').strip() == '1'


def test_a_command_that_fails_is_reported_with_its_output():
    with pytest.raises(pythons.BrokenError, match='exit code 3\nno'):
        pythons.run(sys.executable, '-c', 'print("no"); raise SystemExit(3)')


@pytest.mark.parametrize(
    ('script', 'passes'),
    (
        ('def test_a(): pass', True),
        ('def test_a(): assert False', False),
        # Fails only if it has not run before.
        (
            'from pathlib import Path\n'
            'def test_a():\n    assert Path("mark").exists() or Path("mark").touch()',
            True,
        ),
        ('import none_such', False),
    ),
)
def test_failed_tests_run_once_more(script, passes, tmp_path, capsys):
    (tmp_path / 'some_test.py').write_text(script)
    command = (sys.executable, '-m', 'pytest', '-q', 'some_test.py')
    try:
        output = pythons.run_tests(*command, cwd=tmp_path)
    except pythons.BrokenError:
        output = 'broken'
    assert ('1 passed' in output) == passes
    assert ('1 failed' in capsys.readouterr().out) == (passes and 'mark' in script)


@pytest.mark.parametrize(
    ('version', 'measured'), ((pythons.promised()[0], False), (pythons.promised()[-1], True))
)
def test_branch_coverage_is_measured_on_the_newest_python(version, measured, monkeypatch, tmp_path):
    modules = []

    def run(*command, **_):
        modules.extend(word for word in command if str(word).startswith('tests.'))
        return 'rollout\nTOTAL 9 0 99.5%\n2 files skipped.\n1 passed'

    monkeypatch.setattr(pythons, 'run', run)
    monkeypatch.setattr(pythons, 'interpreter', lambda version: 'python')
    monkeypatch.setattr(pythons, 'environment', lambda *_: tmp_path)
    report = pythons.check(version, tmp_path, Path('dog.whl'), Path('dog.tar.gz'))
    assert ('tests.floors' in modules) == measured
    assert ('branch coverage 99.5%' in report) == measured
    assert report.startswith('1 passed; ')


def test_the_newest_python_and_then_the_oldest_start_first(monkeypatch, capsys):
    started = []
    monkeypatch.setattr(pythons, '_AT_ONCE', 1)
    monkeypatch.setattr(pythons, 'build', lambda *_: ('wheel', 'sdist'))
    monkeypatch.setattr(pythons.shutil, 'copytree', lambda *_, **__: None)
    monkeypatch.setattr(pythons, 'check', lambda version, *_: started.append(version))
    assert pythons.main(['3.9', '3.10', '3.11']) == 0
    assert started == ['3.11', '3.9', '3.10']
    printed = capsys.readouterr().out.splitlines()
    assert [line.partition(':')[0] for line in printed] == [
        'Python 3.9',
        'Python 3.10',
        'Python 3.11',
    ]
