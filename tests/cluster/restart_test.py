"""The API server restarts in the middle of a rollout: no log line is lost or doubled."""

from __future__ import annotations

import json
import signal
from collections import defaultdict
from itertools import count

import pytest

from . import manifests
from . import stage as stages
from .harness import control_plane
from .harness.processes import until

LINES = 12000
PER_SECOND = 400
AMID = LINES // 6
BATCH = PER_SECOND // 10
FATAL = 'FATAL: cannot open /data/ledger.db: permission denied'

# The last line comes some seconds before the pod is ready, as a ready pod's log is not read on.
NUMBERED = (
    f'i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line $i; '
    f'[ $((i % {BATCH})) = 0 ] && sleep 0.1; done; sleep 5; touch /tmp/ready; {manifests.RUN}'
)


class Restarted:
    """The results of two rollouts that ran while the API server restarted."""

    def __init__(self, number, numbered, crashing, took):
        self.number, self.numbered, self.crashing, self.took = number, numbered, crashing, took


def rollout(stage):
    return stage.dog.start('rollout', 'deploy/web', '--tail', '-1', '-o', 'json')


@pytest.fixture(scope='module', params=[signal.SIGTERM, signal.SIGKILL], ids=['term', 'kill'])
def restarted(private_cluster, request, tmp_path_factory):
    """Run both rollouts, and restart the API server in the middle of them."""
    folder = tmp_path_factory.mktemp('restart')
    kubectl = private_cluster.kubectl
    with (
        stages.opened(kubectl, stages.unique('numbered'), _folder(folder, 'numbered')) as numbers,
        stages.opened(kubectl, stages.unique('crashing'), _folder(folder, 'crashing')) as crashes,
    ):
        numbers.apply(manifests.deployment('web', NUMBERED, replicas=2, probe='test -e /tmp/ready'))
        first = rollout(numbers)
        assert until(lambda: len(_texts(first.stdout)) == 2, 60)
        crashes.apply(manifests.deployment('web', f'sleep 3; echo "{FATAL}"; exit 3'))
        second = rollout(crashes)
        assert until(lambda: _furthest(first.stdout) > AMID, 60)
        took = control_plane.restart(private_cluster, request.param)
        print(f'{request.param.name}: the API server ended within {took:.1f} s')
        yield Restarted(request.param, first.wait(180), second.wait(180), took)


def test_rollout_ends_ready(restarted):
    assert ending(restarted.numbered)['verdict'] == 'ready'
    assert restarted.numbered.code == 0


def test_no_line_is_lost_or_doubled(restarted):
    texts = _texts(restarted.numbered.stdout)
    assert len(texts) == 2
    wanted = [f'line {number}' for number in range(1, LINES + 1)]
    for container, got in texts.items():
        assert got == wanted, f'{container}: {_difference(got)}'


def test_crash_loop_is_found(restarted):
    ended = ending(restarted.crashing)
    assert (ended['verdict'], restarted.crashing.code) == ('failed', 1)
    assert ended['cause']['code'] == 'CrashLoop'
    assert FATAL in json.dumps(ended['logExcerpt'])


def test_nothing_but_the_report_is_printed(restarted):
    for result in (restarted.numbered, restarted.crashing):
        assert result.stderr == ''
        assert 'Traceback' not in result.stdout


def ending(result):
    """The record of type `ended`."""
    return next(record for record in _records(result.stdout) if record['type'] == 'ended')


def _folder(parent, name):
    folder = parent / name
    folder.mkdir()
    return folder


def _records(stdout):
    # A last line without an end is still being written.
    return map(json.loads, stdout.rpartition('\n')[0].splitlines())


def _texts(stdout):
    """The lines of each container."""
    texts = defaultdict(list)
    for record in _records(stdout):
        if record['type'] == 'log':
            texts[record['pod'], record['container']].append(record['text'])
    return texts


def _furthest(stdout):
    return max(map(len, _texts(stdout).values()), default=0)


def _difference(got):
    """The first lines that are lost or doubled, as a message."""
    for number, text in zip(count(1), got):
        if text != f'line {number}':
            return f'{len(got)} lines; in place of line {number}: {got[number - 1 : number + 9]}'
    return f'{len(got)} lines of {LINES}'
