"""The program ends well after a signal, and when the reader of its output goes away."""

from __future__ import annotations

import signal
import subprocess
import time

from . import manifests
from .stage import scene


def stopped(stage, number):
    stage.apply(manifests.deployment('web', probe='false', replicas=2))
    run = stage.dog.start('rollout', 'deploy/web')
    run.wait_for('running')
    sent = time.monotonic()
    run.interrupt(number)
    return run.wait(), time.monotonic() - sent


def interrupted(stage):
    return stopped(stage, signal.SIGINT)


def terminated(stage):
    return stopped(stage, signal.SIGTERM)


def cut_short(stage):
    stage.apply(manifests.deployment('web', 'while :; do echo more; sleep 1; done', probe='false'))
    command = f'"{stage.kubectl.program}" dog rollout deploy/web | head -1'
    words = {'shell': True, 'text': True, 'capture_output': True}
    return subprocess.run(command, env=stage.dog.env, timeout=30, check=False, **words)


@scene(interrupted)
def test_ctrl_c_ends_at_once_with_the_state_so_far(played):
    result, seconds = played
    assert result.code == 130
    assert '0/2 ready' in result.stdout.partition('deploy/web interrupted after')[2]
    assert 'Traceback' not in result.output
    assert seconds < 2


@scene(terminated)
def test_sigterm_ends_at_once_with_the_state_so_far(played):
    result, seconds = played
    assert result.code == 143
    assert '0/2 ready' in result.stdout.partition('deploy/web terminated after')[2]
    assert seconds < 2


@scene(cut_short)
def test_a_reader_that_goes_away_ends_it(played):
    assert played.stdout.count('\n') == 1
    assert played.stderr == ''
