"""Run the unit tests on every Python of setup.cfg, with the newest versions of all dependencies.

    python -m tests.pythons            # all of them
    python -m tests.pythons 3.9 3.13   # these

Versions are not pinned here, so a breaking new version shows up; almost all other steps of .ci/run
use tests/requirements/. On the newest Python the messages of libraries are replaced, too
(tests/foreign_words.py), and branch coverage is measured (tests/floors.py). It needs only pip: it
builds a wheel and an sdist, and installs them in fresh environments. The tests run in a copy of the
checkout without the code of the package, so that they test the wheel.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_CLASSIFIER = 'Programming Language :: Python :: 3.'
_AT_ONCE = 2
_NOT_COPIED = ('.git', '*.egg-info', 'build', '__pycache__', '.*_cache')
# Takes minutes of CPU, and expressions hardly differ between versions of Python; the command of the
# README runs it.
_ELSEWHERE = '--ignore=tests/unit/linear_expressions_test.py'
_NEWEST = ('-p', 'tests.foreign_words', '--cov', '--cov-report=')
# The demo is the recording of a failed rollout.
_DEMO_FAILS = 1


class BrokenError(Exception):
    """A step failed; the message is its command and what it printed."""


def promised():
    """The versions of Python in setup.cfg, like `3.9`, the oldest first."""
    config = configparser.ConfigParser()
    config.read(ROOT / 'setup.cfg', encoding='utf-8')
    lines = config['metadata']['classifiers'].split('\n')
    return ['3.' + line[len(_CLASSIFIER) :] for line in lines if line.startswith(_CLASSIFIER)]


def interpreter(version, env=os.environ):
    """The path of a Python: the newest of pyenv, else that on the PATH, else None."""
    folder = Path(env.get('PYENV_ROOT') or Path.home() / '.pyenv', 'versions')
    programs = sorted(folder.glob(f'{version}.*/bin/python'), key=_patch)
    return str(programs[-1]) if programs else shutil.which(f'python{version}', path=env.get('PATH'))


def _patch(program):
    number = program.parent.parent.name.split('.')[2]
    return int(number) if number.isdecimal() else -1


def run(*command, cwd=None, expected=0):
    """Run a command; raises BrokenError with its output unless it ends with the expected code."""
    env = {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=env, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != expected:
        details = f'exit code {done.returncode}\n{done.stdout}'
        raise BrokenError(f'{" ".join(map(str, command))}: {details}')
    return done.stdout


def environment(program, folder, *packages):
    """Create an environment with these packages; returns the folder of its programs."""
    run(program, '-m', 'venv', folder)
    programs = folder / ('Scripts' if os.name == 'nt' else 'bin')
    pip = (programs / 'python', '-m', 'pip', '--disable-pip-version-check')
    run(*pip, 'install', '-q', *packages)
    return programs


def build(program, work):
    """Build the wheel and the sdist of this checkout."""
    programs = environment(program, work / 'build', 'build')
    run(programs / 'python', '-m', 'build', '-o', work / 'dist', ROOT)
    (wheel,), (sdist,) = (list((work / 'dist').glob(f'*{end}')) for end in ('.whl', '.tar.gz'))
    return wheel, sdist


def check(version, work, wheel, sdist):
    """Run all checks on a version of Python; raises BrokenError."""
    began = time.monotonic()
    program = interpreter(version)
    if program is None:
        raise BrokenError(f'there is no Python {version}: `pyenv install {version}`')
    programs = environment(program, work / version, f'{wheel}[test]')
    newest = version == promised()[-1]
    pytest = (programs / 'python', '-m', 'pytest', 'tests/unit', '-q', _ELSEWHERE)
    pytest += ('-o', f'cache_dir={work / version / "cache"}')
    output = run_tests(*pytest, *(_NEWEST if newest else ()), cwd=work / 'outside')
    results = [output.strip().splitlines()[-1], 'wheel and sdist install']
    if newest:
        floors = run(programs / 'python', '-m', 'tests.floors', cwd=work / 'outside')
        results.append(f'branch coverage {re.findall("^TOTAL.* (.+)$", floors, re.M)[-1]}')
    for source in (wheel, sdist):
        bare = environment(program, work / f'{version}-{source.suffix[1:]}', source)
        run(bare / 'kubectl-dog', 'version')
        run(bare / 'kubectl-dog', 'demo', '--instant', expected=_DEMO_FAILS)
        assert 'rollout' in run(bare / 'kubectl_complete-dog', 'roll')
    seconds = time.monotonic() - began
    return '; '.join((*results, f'{seconds:.0f} s in all'))


def run_tests(*pytest, cwd):
    """Run pytest, and the tests that fail once more; return its output, or raise BrokenError.

    A few tests use terminals and signals. What passes alone is printed: it depends on the load.
    """
    try:
        return run(*pytest, cwd=cwd)
    except BrokenError as error:
        failed = ('--no-cov', '--last-failed', '--last-failed-no-failures=none')
        output = run(*pytest, *failed, cwd=cwd)
        print(f'!! These tests failed, and passed when they ran alone:\n{error}', flush=True)
        return output


def _ignored(folder, names):
    code = ('*.py',) if ROOT / 'kubectl_dog' in (Path(folder), *Path(folder).parents) else ()
    return shutil.ignore_patterns(*_NOT_COPIED, *code)(folder, names)


def main(versions):
    """Check these versions, two at a time; returns 1 if any of them fails or is missing."""
    code = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        work = Path(folder)
        wheel, sdist = build(sys.executable, work)
        shutil.copytree(ROOT, work / 'outside', ignore=_ignored)
        # The newest takes longest, and then the oldest: some tests are skipped on the others.
        jobs = {
            version: pool.submit(check, version, work, wheel, sdist)
            for version in (*versions[-1:], *versions[:-1])
        }
        for version in versions:
            try:
                print(f'Python {version}: {jobs[version].result()}', flush=True)
            except BrokenError as error:
                code = 1
                print(f'Python {version}: {error}', flush=True)
    return code


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:] or promised()))
