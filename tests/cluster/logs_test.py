"""Selection of logs and lines of real containers; and the cost of a slow reader."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from datetime import datetime

from . import manifests
from .harness.dog import SCRIPTS
from .harness.processes import until
from .stage import scene

RUN = manifests.RUN


def lines(stdout):
    """(container, text) of each log line of plain output."""
    return re.findall(r'(\S+) │ (.*)', stdout)


def mixed(script):
    init = manifests.container('echo prepared', name='prepare')
    sidecar = manifests.container(f'echo proxied; {RUN}', name='proxy', restartPolicy='Always')
    return manifests.pod('mix', script, initContainers=[init, sidecar])


def every_container(stage):
    stage.apply(mixed(f'echo serving; {RUN}'))
    run = stage.dog.start('follow', 'pod/mix')
    run.wait_for('serving', 60)
    image = manifests.container()['image']
    script = f'echo examined; {RUN}'
    stage.kubectl(
        'debug', 'mix', f'--image={image}', '-c', 'probe', '--', 'sh', '-c', script
    )  # fmt: skip
    run.wait_for('examined', 60)
    run.interrupt()
    return run.wait(120)


def chosen(stage):
    stage.apply(mixed(f'echo GET /pay; echo GET /healthz; echo level=error; {RUN}'))
    stage.kubectl('wait', '--for=condition=Ready', 'pod/mix', '--timeout=60s')
    ways = {
        'included': ('--include', 'GET|level=error'),
        'excluded': ('--exclude', 'main=GET .h'),
        'named': ('--containers', 'prepare,proxy'),
        'skipped': ('--skip-containers', 'main'),
        'none': ('--no-logs',),
    }
    shown = {}
    for name, flags in ways.items():
        run = stage.dog('follow', 'pod/mix', '--timeout', '4s', *flags)
        shown[name] = sorted(text for _, text in lines(run.stdout))
    return shown


def restarted(stage):
    script = (
        'echo >> /kept/runs; n=$(wc -l < /kept/runs); echo run $n; '
        '[ $n = 2 ] && sleep 9; [ $n -gt 2 ] && sleep 1000; echo ending; exit 3'
    )
    mounts = {'volumeMounts': [{'name': 'kept', 'mountPath': '/kept'}]}
    volumes = [{'name': 'kept', 'emptyDir': {}}]
    stage.apply(manifests.pod('again', script, container=mounts, volumes=volumes))
    count = ('get', 'pod', 'again', '-o', 'jsonpath={.status.containerStatuses[0].restartCount}')
    states = ('get', 'pod', 'again', '-o', 'jsonpath={..state.running.startedAt}')
    ready = lambda: stage.kubectl(*count).stdout == '1' and stage.kubectl(*states).stdout  # noqa: E731
    assert until(ready, 60, 0.2)
    now = stage.dog.start('follow', 'pod/again', '-o', 'json', '--timeout', '40s')
    before = stage.dog.start('follow', 'pod/again', '--previous', '--timeout', '40s')
    return now.wait(80), before.wait(80)


def some_of_many(stage):
    stage.apply(manifests.deployment('web', f'echo hello; {RUN}', replicas=5))
    return stage.dog('rollout', 'deploy/web', timeout=90)


def all_of_many(stage):
    stage.apply(manifests.deployment('web', f'echo hello; {RUN}', replicas=5))
    return stage.dog('rollout', 'deploy/web', '--logs-all', timeout=90)


def unshown_words(stage):
    stage.apply(manifests.deployment('web', 'echo FATAL: no disk; exit 3'))
    return stage.dog('rollout', 'deploy/web', '--exclude', 'FATAL', timeout=90)


def slow_reader(stage):
    """Read one line a second until long after the verdict was due, and then everything.

    Returns the exit code, the output, the peak memory in KB, and the seconds from the start of the
    program to the start of the last pod.
    """
    # In bursts: without pauses three such pods would take the processors from the other plays.
    burst = 'i=0; while [ $i -lt 1000 ]; do echo "$HOSTNAME says so, to nobody"; i=$((i+1)); done'
    flood = f'while :; do {burst}; sleep 0.2; done'
    stage.apply(manifests.deployment('web', flood, replicas=3))
    program = [str(SCRIPTS / 'kubectl-dog'), 'rollout', 'deploy/web', '--tail', '-1']
    began, clock = time.monotonic(), time.time()
    child = subprocess.Popen(
        program, env=stage.dog.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    taken = []
    while time.monotonic() < began + 30:
        taken.append(child.stdout.readline())
        time.sleep(1)
    with open(f'/proc/{child.pid}/status', encoding='ascii') as status:
        peak = int(re.search(r'VmHWM:\s+(\d+) kB', status.read())[1])
    with child.stdout:
        taken.append(child.stdout.read())
    states = ('get', 'pods', '-o', 'jsonpath={.items[*]..state.running.startedAt}')
    started = [
        datetime.fromisoformat(timestamp[:-1] + '+00:00').timestamp()
        for timestamp in stage.kubectl(*states).stdout.split()
    ]
    stage.kubectl('delete', 'deployment', 'web', '--wait=false')
    return child.wait(30), ''.join(taken), peak, max(started) - clock


@scene(every_container)
def test_init_sidecar_app_and_ephemeral_containers_have_logs(played):
    expected = [
        ('prepare', 'prepared'),
        ('proxy', 'proxied'),
        ('main', 'serving'),
        ('probe', 'examined'),
    ]
    assert sorted(lines(played.stdout)) == sorted(expected)


@scene(chosen)
def test_patterns_and_names_choose_what_is_shown(played):
    others = ['prepared', 'proxied']
    assert played == {
        'included': ['GET /healthz', 'GET /pay', 'level=error'],
        'excluded': sorted(['GET /pay', 'level=error', *others]),
        'named': others,
        'skipped': others,
        'none': [],
    }


@scene(restarted)
def test_each_run_is_marked_and_the_one_before_is_shown_on_request(played):
    now, before = played
    records = [json.loads(line) for line in now.stdout.splitlines()]
    runs = [record['instance'] for record in records if record['type'] == 'log']
    # The container fails, so its previous run is shown in any case.
    assert runs == [0, 0, 1, 1, 2]
    printed = re.findall(r'── restart (\d)|│ (.+)', before.stdout)
    # A line that the first run has printed as well is not printed again.
    first, second = [('', 'run 1'), ('', 'ending')], [('1', ''), ('', 'run 2')]
    assert printed == [*first, *second, ('2', ''), ('', 'run 3')]


@scene(some_of_many)
def test_three_pods_are_shown_and_that_is_told_once(played):
    # All print the same line.
    assert len(lines(played.stdout)) == 1
    assert played.stdout.count('logs of 3 of 5 pods are shown (--logs-all shows all)') == 1


@scene(all_of_many)
def test_all_pods_are_shown_on_request(played):
    assert len(lines(played.stdout)) == 5
    assert 'pods are shown' not in played.stdout


@scene(unshown_words)
def test_a_line_that_is_left_out_explains_all_the_same(played):
    assert lines(played.stdout) == []
    assert 'last log line: FATAL: no disk' in played.stdout


@scene(slow_reader)
def test_a_slow_reader_slows_neither_the_verdict_nor_takes_memory(played):
    code, output, peak, started = played
    assert code == 0
    took = int(re.search(r'ready: 3/3 .*took (\d+)s', output)[1])
    # Without a probe they have to stay up for ten seconds.
    assert took < started + 10 + 4
    assert len(re.findall(r'[\d,]+ log lines omitted', output)) == 1
    assert peak < 80_000, f'{peak} KB; {os.cpu_count()} processors'
