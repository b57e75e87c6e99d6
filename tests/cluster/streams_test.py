"""Log streams by the hundreds, and runs and rotations in quick succession: no line lost or doubled.

A kubelet of their own restarts containers without delay and rotates small logs. The figures are
printed: `pytest -rP` shows them.
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
AGAIN = (
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
# As seldom as the kubelet can be told to look, in seconds.
LOOKS = 3
AWAY = 3 * LOOKS


@pytest.fixture(scope='module')
def quick(own_machine):
    """A cluster with a kubelet that restarts at once and rotates often."""
    with private.opened(
        crashLoopBackOff={'maxContainerRestartPeriod': '1s'},
        containerLogMaxSize='64Ki',
        containerLogMaxFiles=50,
        containerLogMonitorInterval=f'{LOOKS}s',
    ) as cluster:
        yield cluster


@contextmanager
def following(cluster, folder, target, thing):
    """Follows a new thing through a proxy; yields the stage, the proxy, and the run."""
    with (
        stages.opened(cluster.kubectl, stages.unique(folder.name), folder) as stage,
        CountingProxy(cluster.settings.ports.api) as proxy,
    ):
        stage.apply(thing)
        server = f'--server=https://127.0.0.1:{proxy.port}'
        flags = ('--tail', '-1', '-o', 'json', '--record', str(folder / 'recording.jsonl'))
        yield stage, proxy, stage.dog.start('follow', target, server, *flags)


def said(run, text, count, seconds):
    """Waits until a line that begins so was printed so many times."""
    text = f'"text": "{text}'
    assert until(lambda: run.stdout.count(text) >= count, seconds, 0.5), run.stdout[-2000:]


def records(result):
    """What was printed; fails where that is more than the report."""
    assert result.stderr == ''
    assert result.code == 130
    return [json.loads(line) for line in result.stdout.splitlines()]


def finish(run):
    """Ends it and returns what it printed."""
    run.interrupt()
    return records(run.wait(300))


@pytest.fixture(scope='module')
def crowd(quick, tmp_path_factory):
    """200 logs, with each connection cut once and the API server away once in the middle."""
    made = [manifests.container(NUMBERED, name=f'main-{n}') for n in range(CONTAINERS)]
    thing = manifests.deployment('web', replicas=PODS, template={'containers': made})
    folder = tmp_path_factory.mktemp('crowd')
    with following(quick, folder, 'deploy/web', thing) as (_, proxy, run):
        said(run, 'line 1"', PODS * CONTAINERS, 120)
        proxy.cut()
        time.sleep(3)
        before = run.stdout.count('"text": "line')
        control_plane.restart(quick)
        said(run, f'line {LINES}"', PODS * CONTAINERS, 120)
        print(f'{before} lines of {PODS * CONTAINERS * LINES} before the API server ended')
        yield finish(run)


def test_two_hundred_logs_across_a_cut_and_a_restart(crowd):
    texts = defaultdict(list)
    for one in crowd:
        if one['type'] == 'log':
            texts[one['pod'], one['container']].append(one['text'])
    assert len(texts) == PODS * CONTAINERS
    wanted = [f'line {number}' for number in range(1, LINES + 1)]
    assert [key for key, got in texts.items() if got != wanted] == []


def test_no_gap_is_told_where_there_is_none(crowd):
    assert [one for one in crowd if 'may be missing' in json.dumps(one)] == []


@pytest.fixture(scope='module')
def restarting(quick, tmp_path_factory):
    """Ten restarts in a row, which go on: the recording and the run."""
    folder = tmp_path_factory.mktemp('again')
    kept = {'volumeMounts': [{'name': 'kept', 'mountPath': '/kept'}]}
    volumes = [{'name': 'kept', 'emptyDir': {}}]
    thing = manifests.pod('again', AGAIN, container=kept, volumes=volumes)
    with following(quick, folder, 'pod/again', thing) as (_, _, run):
        yield folder / 'recording.jsonl', run


@pytest.fixture(scope='module')
def again(restarting, rotated):
    """What was printed, and which runs the pod's status showed alive."""
    recording, run = restarting
    said(run, f'run {RUNS}"', 1, 60)
    printed = finish(run)
    seen = {
        status['restartCount']
        for one in map(json.loads, recording.read_text().splitlines())
        for status in one.get('object', {}).get('status', {}).get('containerStatuses', ())
        if 'running' in status.get('state', {})
    }
    print(f'{len(seen)} of {RUNS} runs were seen alive')
    return printed, seen


def test_every_run_that_was_seen_alive_is_shown(again):
    printed, seen = again
    runs = defaultdict(list)
    for one in printed:
        if one['type'] == 'log':
            runs[one['instance']].append(one['text'])
    whole = {n: [f'run {n + 1}', f'end {n + 1}'][: 1 if n + 1 == RUNS else 2] for n in range(RUNS)}
    assert RUNS - 1 in seen
    assert {n: runs[n] for n in seen} == {n: whole[n] for n in seen}
    # And nothing is shown of others but what they wrote.
    assert all(set(got) <= set(whole[n]) for n, got in runs.items())
    assert list(runs) == sorted(runs)


@pytest.fixture(scope='module')
def rotated(quick, restarting, tmp_path_factory):
    """A log rotated many times, unread for a while: what was printed, and the kubelet's files."""
    folder = tmp_path_factory.mktemp('rotated')
    with following(quick, folder, 'pod/flood', manifests.pod('flood', FLOODING)) as parts:
        stage, proxy, run = parts
        said(run, f'line {FLOOD // 4} ', 1, 60)
        with proxy.away():
            time.sleep(AWAY)
        said(run, f'line {FLOOD} ', 1, 60)
        files = sorted(quick.settings.pod_logs.glob(f'{stage.namespace}_flood_*/main/0.log.*'))
        yield SimpleNamespace(printed=finish(run), lasts=[last(each) for each in files])


def last(path):
    """The number of the last line in a file of the kubelet's."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == '.gz' else path.read_bytes()
    return int(re.findall(rb' line (\d+) ', content)[-1])


def told(printed):
    """The numbers of the lines, and None for each gap that was told."""
    for one in printed:
        if one['type'] == 'log':
            yield int(one['text'].split()[1])
        elif 'may be missing' in json.dumps(one):
            yield None


def test_of_a_rotated_log_only_what_is_not_served_any_more_is_lost(rotated):
    numbers = [number for number in told(rotated.printed) if number]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (1, FLOOD)
    jumps = [(a, b) for a, b in zip(numbers, numbers[1:]) if b != a + 1]
    print(f'{len(rotated.lasts)} rotations; lines missing between {jumps}')
    assert len(rotated.lasts) >= 4
    # What is missing went away with the file that it ended.
    assert [b - 1 for _, b in jumps if b - 1 not in rotated.lasts] == []


def test_what_was_rotated_away_unread_is_one_gap_in_its_place(rotated):
    found = list(told(rotated.printed))
    assert found.count(None) == 1
    at = found.index(None)
    assert found[at + 1] > found[at - 1] + AWAY // 2 * 100
