"""Hundreds of log streams, quick restarts and rotations: no line is lost or doubled.

A kubelet of their own restarts containers without delay and rotates small logs. `pytest -rP` shows
the printed figures.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import defaultdict
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from . import manifests
from . import stage as stages
from .harness import control_plane
from .harness import private
from .harness.counting import CountingProxy
from .harness.processes import until

PODS, CONTAINERS, LINES = 10, 20, 150
NUMBERED = (
    f'i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line $i; '
    f'[ $((i % 5)) = 0 ] && sleep 1; done; {manifests.RUN}'
)
RUNS = 11
RESTARTING = (
    f'echo >> /kept/runs; n=$(wc -l < /kept/runs); echo run $n; '
    f'[ $n = {RUNS} ] && exec sleep 1000; sleep 0.5; echo end $n; exit 3'
)
# A thousand lines a second, each of about a hundred bytes in the kubelet's file.
FLOOD = 24_000
FLOODING = (
    f'i=0; while [ $i -lt {FLOOD} ]; do i=$((i+1)); '
    'echo line $i which is long enough to fill the file of a log after some hundreds; '
    f'[ $((i % 100)) = 0 ] && sleep 0.1; done; {manifests.RUN}'
)
# Seconds between the kubelet's checks for rotation: its minimum.
ROTATION_CHECK_SECONDS = 3
OUTAGE_SECONDS = 3 * ROTATION_CHECK_SECONDS


@pytest.fixture(scope='module')
def quick(own_machine):
    """A cluster with a kubelet that restarts at once and rotates often."""
    with private.opened(
        crashLoopBackOff={'maxContainerRestartPeriod': '1s'},
        containerLogMaxSize='64Ki',
        containerLogMaxFiles=50,
        containerLogMonitorInterval=f'{ROTATION_CHECK_SECONDS}s',
    ) as cluster:
        yield cluster


@contextmanager
def following(cluster, folder, target, manifest):
    """Follow a new object through a proxy; yields the stage, the proxy, and the run."""
    with (
        stages.opened(cluster.kubectl, stages.unique(folder.name), folder) as stage,
        CountingProxy(cluster.settings.ports.api) as proxy,
    ):
        stage.apply(manifest)
        server = f'--server=https://127.0.0.1:{proxy.port}'
        flags = ('--tail', '-1', '-o', 'json', '--record', str(folder / 'recording.jsonl'))
        yield stage, proxy, stage.dog.start('follow', target, server, *flags)


def wait_for_lines(run, text, count, seconds):
    """Wait until log lines that begin with `text` have been printed `count` times."""
    text = f'"text": "{text}'
    assert until(lambda: run.stdout.count(text) >= count, seconds, 0.5), run.stdout[-2000:]


def records(result):
    """The printed records; fails if there is anything on stderr."""
    assert result.stderr == ''
    assert result.code == 130
    return [json.loads(line) for line in result.stdout.splitlines()]


def finish(run):
    """Interrupt the run and return its records."""
    run.interrupt()
    return records(run.wait(300))


@pytest.fixture(scope='module')
def crowd(quick, tmp_path_factory):
    """200 logs, with each connection cut once and the API server away once in the middle."""
    containers = [manifests.container(NUMBERED, name=f'main-{n}') for n in range(CONTAINERS)]
    deployment = manifests.deployment('web', replicas=PODS, template={'containers': containers})
    folder = tmp_path_factory.mktemp('crowd')
    with following(quick, folder, 'deploy/web', deployment) as (_, proxy, run):
        wait_for_lines(run, 'line 1"', PODS * CONTAINERS, 120)
        proxy.cut()
        time.sleep(3)
        before = run.stdout.count('"text": "line')
        control_plane.restart(quick)
        wait_for_lines(run, f'line {LINES}"', PODS * CONTAINERS, 120)
        print(f'{before} lines of {PODS * CONTAINERS * LINES} before the API server ended')
        yield finish(run)


def test_two_hundred_logs_across_a_cut_and_a_restart(crowd):
    texts = defaultdict(list)
    for record in crowd:
        if record['type'] == 'log':
            texts[record['pod'], record['container']].append(record['text'])
    assert len(texts) == PODS * CONTAINERS
    wanted = [f'line {number}' for number in range(1, LINES + 1)]
    assert [key for key, got in texts.items() if got != wanted] == []


def test_no_gap_is_told_where_there_is_none(crowd):
    assert [record for record in crowd if 'may be missing' in json.dumps(record)] == []


@pytest.fixture(scope='module')
def restarting(quick, tmp_path_factory):
    """Ten restarts in a row, in the background: the recording and the run."""
    folder = tmp_path_factory.mktemp('again')
    kept = {'volumeMounts': [{'name': 'kept', 'mountPath': '/kept'}]}
    volumes = [{'name': 'kept', 'emptyDir': {}}]
    pod = manifests.pod('again', RESTARTING, container=kept, volumes=volumes)
    with following(quick, folder, 'pod/again', pod) as (_, _, run):
        yield folder / 'recording.jsonl', run


@pytest.fixture(scope='module')
def again(restarting, rotated):
    """The printed records, and the runs that the pod's status showed as running."""
    recording, run = restarting
    wait_for_lines(run, f'run {RUNS}"', 1, 60)
    printed = finish(run)
    seen = {
        status['restartCount']
        for record in map(json.loads, recording.read_text().splitlines())
        for status in record.get('object', {}).get('status', {}).get('containerStatuses', ())
        if 'running' in status.get('state', {})
    }
    print(f'{len(seen)} of {RUNS} runs were seen alive')
    return printed, seen


def test_every_run_that_was_seen_alive_is_shown(again):
    printed, seen = again
    runs = defaultdict(list)
    for record in printed:
        if record['type'] == 'log':
            runs[record['instance']].append(record['text'])
    whole = {n: [f'run {n + 1}', f'end {n + 1}'][: 1 if n + 1 == RUNS else 2] for n in range(RUNS)}
    assert RUNS - 1 in seen
    assert {n: runs[n] for n in seen} == {n: whole[n] for n in seen}
    # Of runs that were not seen running, no other lines are shown.
    assert all(set(got) <= set(whole[n]) for n, got in runs.items())
    assert list(runs) == sorted(runs)


@pytest.fixture(scope='module')
def rotated(quick, restarting, tmp_path_factory):
    """A log that is rotated while it cannot be read: the records, and the files' last lines."""
    folder = tmp_path_factory.mktemp('rotated')
    with following(quick, folder, 'pod/flood', manifests.pod('flood', FLOODING)) as parts:
        stage, proxy, run = parts
        wait_for_lines(run, f'line {FLOOD // 4} ', 1, 60)
        with proxy.away():
            time.sleep(OUTAGE_SECONDS)
        wait_for_lines(run, f'line {FLOOD} ', 1, 60)
        files = sorted(quick.settings.pod_logs.glob(f'{stage.namespace}_flood_*/main/0.log.*'))
        yield SimpleNamespace(
            printed=finish(run), last_lines=[last_line_number(file) for file in files]
        )


def last_line_number(path):
    """The number of the last line in a log file of the kubelet."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == '.gz' else path.read_bytes()
    return int(re.findall(rb' line (\d+) ', content)[-1])


def line_numbers(printed):
    """The numbers of the lines, and None for each reported gap."""
    for record in printed:
        if record['type'] == 'log':
            yield int(record['text'].split()[1])
        elif 'may be missing' in json.dumps(record):
            yield None


def test_of_a_rotated_log_only_what_is_not_served_any_more_is_lost(rotated):
    numbers = [number for number in line_numbers(rotated.printed) if number]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (1, FLOOD)
    jumps = [(a, b) for a, b in zip(numbers, numbers[1:]) if b != a + 1]
    print(f'{len(rotated.last_lines)} rotations; lines missing between {jumps}')
    assert len(rotated.last_lines) >= 4
    # Lines are only missing up to the end of a rotated file.
    assert [b - 1 for _, b in jumps if b - 1 not in rotated.last_lines] == []


def test_what_was_rotated_away_unread_is_one_gap_in_its_place(rotated):
    numbers = list(line_numbers(rotated.printed))
    assert numbers.count(None) == 1
    at = numbers.index(None)
    assert numbers[at + 1] > numbers[at - 1] + OUTAGE_SECONDS // 2 * 100
