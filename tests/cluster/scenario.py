"""Scenarios: rollouts described in YAML files, each a play (stage.py); README.md has the format."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from . import manifests
from .harness import paths

FOLDER = Path(__file__).with_name('scenarios')

# The folder of a scenario names its verdict.
EXIT_CODES = {
    'ready': 0,
    'failed': 1,
    'timed-out': 3,
    'deleted': 4,
    'never-appeared': 4,
    'paused': 6,
}
FIELDS = {
    'about',
    'since',
    'target',
    'flags',
    'registry',
    'repository',
    'later',
    'before',
    'steps',
    'after',
    'within',
    'warns',
    'cause',
    'words',
    'says',
    'never',
}

# Seconds that a shell line may take.
SHELL_TIMEOUT = 90


class Outcome(NamedTuple):
    """The result of a scenario, and its `spec` with the placeholders filled in.

    `seconds` run from the last step to the end of the program. `recording` is the file in which
    the program recorded it. `first_faults` are the faults of a first try, in which the machine was
    short of processors.
    """

    spec: dict
    result: object
    seconds: float
    namespace: str
    recording: Path
    first_faults: tuple = ()


class Scenario:
    """A play that is described in a YAML file."""

    def __init__(self, path):
        self.__name__ = f'{path.parent.name}/{path.stem}'
        self.verdict = path.parent.name
        self.spec = {'target': 'deploy/web', **yaml.safe_load(path.read_text(encoding='utf-8'))}
        unknown = self.spec.keys() - FIELDS
        assert not unknown, f'{path}: no such fields: {unknown}'
        self.last = max(self.spec['steps'])
        self.is_supported = _version(self.spec.get('since', '1.0')) <= _version(paths.MINOR)

    def __call__(self, stage):
        """Run the steps and the program."""
        spec = _filled(self.spec, self._places(stage))
        try:
            _do(stage, spec.get('before', ()))
            return self._play(stage, spec)
        finally:
            _do(stage, spec.get('after', ()))

    def _places(self, stage):
        places = {'<namespace>': stage.namespace, '<run>': manifests.RUN}
        mode, _, delay = self.spec.get('registry', '').partition(' ')
        if mode:
            places['<image>'] = stage.registry(mode, float(delay or 15)).image()
        if 'repository' in self.spec:
            folder = _repository(stage.folder / 'git', _filled(self.spec['repository'], places))
            places['<repository>'] = str(folder)
            places['<commit>'] = _git(folder, 'rev-parse', 'HEAD')
            if 'later' in self.spec:
                _git(folder, 'checkout', '-qb', 'later')
                _commit(folder, _filled(self.spec['later'], places))
                places['<later>'] = _git(folder, 'rev-parse', 'HEAD')
                _git(folder, 'checkout', '-q', 'main')
            places['<url>'] = f'{stage.git_server().url}/git'
        return places

    def _play(self, stage, spec):
        limit = self.last + self.spec['within'] + 30
        words = [*shlex.split(spec['target']), *shlex.split(spec.get('flags', ''))]
        if '--timeout' not in words:
            words += ['--timeout', f'{limit}s']
        recording = stage.folder / 'recording.jsonl'
        words += ['--record', str(recording)]
        began = effect = time.monotonic()
        run = None
        for second, actions in sorted({0: (), **spec['steps']}.items()):
            time.sleep(max(0.0, began + second - time.monotonic()))
            if run and not run.running():
                raise AssertionError(f'ended before second {second}:\n{run.wait().output}')
            _do(stage, actions)
            effect = time.monotonic()
            run = run or stage.dog.start('rollout', *words)
        result = run.wait(limit + 30)
        seconds = time.monotonic() - effect
        return Outcome(spec, result, seconds, stage.namespace, recording)

    def faults(self, outcome):
        """Sentences on how the outcome differs from the expected one."""
        spec, result, seconds = outcome[:3]
        explained = _explanation(result.stdout)
        codes = set(re.findall(r'^ *\d+\S* ⚠ (\w+)', result.stdout, re.MULTILINE))
        wanted = EXIT_CODES[self.verdict]
        faults = [
            result.code != wanted and f'exit code {result.code}, not {wanted}',
            seconds > spec['within'] and f'{seconds:.1f} s after the last step',
            result.stderr and f'printed to standard error: {result.stderr}',
            'Traceback' in result.output and 'a traceback',
            *(f'not explained: {text}' for text in spec.get('words', ()) if text not in explained),
            *(f'not said: {text}' for text in spec.get('says', ()) if text not in result.stdout),
            *(f'said: {text}' for text in spec.get('never', ()) if text in result.stdout),
        ]
        if self.verdict == 'ready':
            false = codes - set(spec.get('warns', ()))
            faults += ['✗' in result.stdout and 'a failure', false and f'warnings: {false}']
        elif 'cause' in spec and not re.search(rf': {spec["cause"]}\b', explained.split('\n')[0]):
            faults.append(f'the cause is not {spec["cause"]}')
        return [fault for fault in faults if fault]


def load(folder=FOLDER):
    """The scenarios for the version of Kubernetes; the longest first, so that none starts last."""
    loaded = [Scenario(path) for path in sorted(folder.glob('*/*.yaml'))]
    scenarios = [scenario for scenario in loaded if scenario.is_supported]
    return sorted(scenarios, key=lambda scenario: -scenario.last - scenario.spec['within'])


def _version(minor):
    return tuple(map(int, minor.split('.')))


def _repository(folder, files):
    """The folder, as a git repository with these files."""
    folder.mkdir()
    _git(folder, 'init', '-q', '-b', 'main')
    _commit(folder, files)
    return folder


def _commit(folder, files):
    """Commit files with their content; None removes a file."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(json.dumps(content))
    _git(folder, 'add', '--all', '.')
    _git(folder, '-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-qm', 'x')


def _git(folder, *command):
    done = subprocess.run(
        ['git', *command], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


def _explanation(stdout):
    """The last part of the report: the headline, and the blocks below it."""
    headline = re.search(r'^[✗⚠] .*', stdout, re.MULTILINE)
    return stdout[headline.start() :] if headline else ''


def _filled(value, places):
    """The value with the placeholders in its texts filled in."""
    if isinstance(value, dict):
        return {_filled(key, places): _filled(inner, places) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, places) for inner in value]
    if isinstance(value, str):
        for place, text in places.items():
            value = value.replace(place, text)
    return value


def _do(stage, actions):
    for action in actions:
        if isinstance(action, str):
            _run(stage, action)
        else:
            stage.apply(_manifest(action))


def _manifest(action):
    """The action itself, or a builder in manifests.py called with its arguments."""
    if 'kind' in action:
        return action
    ((builder, fields),) = action.items()
    return getattr(manifests, builder)(**{'name': 'web', **(fields or {})})


def _run(stage, line):
    done = subprocess.run(
        ['sh', '-ec', line],
        env=stage.dog.env,
        text=True,
        capture_output=True,
        timeout=SHELL_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f'{line}: exit code {done.returncode}\n{done.stdout}{done.stderr}')
