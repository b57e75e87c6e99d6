"""Scenarios: rollouts told in YAML files, each a play (stage.py); README.md tells the format."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from . import manifests

FOLDER = Path(__file__).with_name('scenarios')

# The folder of a scenario tells its verdict.
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
    'target',
    'flags',
    'registry',
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

# No shell line takes longer, in seconds.
PATIENCE = 90


class Outcome(NamedTuple):
    """What came of a scenario, and what was `told` of it, with the places filled in; `seconds` run
    from the last step to the end of the program. `recording` is the file in which the program
    recorded it. `starved` are the faults of a first try, in which the machine was short of
    processors.
    """

    told: dict
    result: object
    seconds: float
    namespace: str
    recording: Path
    starved: tuple = ()


class Scenario:
    """A play read from a file."""

    def __init__(self, path):
        self.__name__ = f'{path.parent.name}/{path.stem}'
        self.verdict = path.parent.name
        self.told = {'target': 'deploy/web', **yaml.safe_load(path.read_text(encoding='utf-8'))}
        unknown = self.told.keys() - FIELDS
        assert not unknown, f'{path}: no such fields: {unknown}'
        self.last = max(self.told['steps'])

    def __call__(self, stage):
        """Plays it."""
        told = _filled(self.told, self._places(stage))
        try:
            _do(stage, told.get('before', ()))
            return self._play(stage, told)
        finally:
            _do(stage, told.get('after', ()))

    def _places(self, stage):
        places = {'<namespace>': stage.namespace, '<run>': manifests.RUN}
        mode, _, delay = self.told.get('registry', '').partition(' ')
        if mode:
            places['<image>'] = stage.registry(mode, float(delay or 15)).image()
        return places

    def _play(self, stage, told):
        limit = self.last + self.told['within'] + 30
        words = [*shlex.split(told['target']), *shlex.split(told.get('flags', ''))]
        if '--timeout' not in words:
            words += ['--timeout', f'{limit}s']
        recording = stage.folder / 'recording.jsonl'
        words += ['--record', str(recording)]
        began = effect = time.monotonic()
        run = None
        for second, actions in sorted({0: (), **told['steps']}.items()):
            time.sleep(max(0.0, began + second - time.monotonic()))
            if run and not run.running():
                raise AssertionError(f'ended before second {second}:\n{run.wait().output}')
            _do(stage, actions)
            effect = time.monotonic()
            run = run or stage.dog.start('rollout', *words)
        result = run.wait(limit + 30)
        seconds = time.monotonic() - effect
        return Outcome(told, result, seconds, stage.namespace, recording)

    def faults(self, outcome):
        """Sentences on what is not as the scenario wants it."""
        told, result, seconds = outcome[:3]
        explained = _explanation(result.stdout)
        codes = set(re.findall(r'^ *\d+\S* ⚠ (\w+)', result.stdout, re.MULTILINE))
        wanted = EXIT_CODES[self.verdict]
        found = [
            result.code != wanted and f'exit code {result.code}, not {wanted}',
            seconds > told['within'] and f'{seconds:.1f} s after the last step',
            result.stderr and f'printed to standard error: {result.stderr}',
            'Traceback' in result.output and 'a traceback',
            *(f'not explained: {one}' for one in told.get('words', ()) if one not in explained),
            *(f'not said: {one}' for one in told.get('says', ()) if one not in result.stdout),
            *(f'said: {one}' for one in told.get('never', ()) if one in result.stdout),
        ]
        if self.verdict == 'ready':
            false = codes - set(told.get('warns', ()))
            found += ['✗' in result.stdout and 'a failure', false and f'warnings: {false}']
        elif 'cause' in told and not re.search(rf': {told["cause"]}\b', explained.split('\n')[0]):
            found.append(f'the cause is not {told["cause"]}')
        return [one for one in found if one]


def load():
    """Every scenario, those that last longest first, so that none is left at the end."""
    found = [Scenario(path) for path in sorted(FOLDER.glob('*/*.yaml'))]
    return sorted(found, key=lambda one: -one.last - one.told['within'])


def _explanation(stdout):
    """The ending of the report: the headline, and the blocks below it."""
    headline = re.search(r'^[✗⚠] .*', stdout, re.MULTILINE)
    return stdout[headline.start() :] if headline else ''


def _filled(value, places):
    """The value with the places in its texts filled in."""
    if isinstance(value, dict):
        return {_filled(key, places): _filled(one, places) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, places) for one in value]
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
    """A manifest as it stands, or the name of a builder in manifests.py and what it takes."""
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
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f'{line}: exit code {done.returncode}\n{done.stdout}{done.stderr}')
