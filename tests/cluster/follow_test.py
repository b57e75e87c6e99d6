"""`follow`, and the commands of kubectl and kubedog, through the real kubectl."""

from __future__ import annotations

import json
import re
import time

from . import manifests
from . import stage as stages
from .harness.processes import until
from .stage import scene

LINES = 500
WORK = f'for i in $(seq {LINES}); do echo line $i; done; '


def web(*arguments, **fields):
    return manifests.deployment('web', *arguments, **fields)


def lines(stdout):
    """The text of each log line, in order; of plain output."""
    return re.findall(r'│ (.*)', stdout)


def all_pods(stage):
    # More pods than `rollout` streams.
    stage.apply(web(f'echo hello from $HOSTNAME; {manifests.RUN}', replicas=5))
    run = stage.dog.start('follow', 'deploy/web')
    until(lambda: run.stdout.count('hello from') >= 5, 40)
    # Lines are still printed long after the pods are ready.
    pods = stage.kubectl('get', 'pods', '-o', 'name').stdout.split()
    stage.kubectl('rollout', 'status', 'deployment/web', '--timeout=40s')
    stage.kubectl('exec', pods[0], '--', 'sh', '-c', 'echo late words > /proc/1/fd/1')
    run.wait_for('late words')
    run.interrupt()
    return pods, run.wait()


def waits(stage):
    run = stage.dog.start('follow', 'deploy/web')
    run.wait_for('does not exist yet')
    # `rollout` would give up in this time if its --create-timeout were one second.
    time.sleep(3)
    stage.apply(web(f'echo came late; {manifests.RUN}'))
    run.wait_for('came late', 40)
    run.interrupt()
    return run.wait()


def recreated(stage):
    stage.apply(web(f'echo first life; {manifests.RUN}'))
    run = stage.dog.start('follow', 'deploy/web')
    run.wait_for('first life')
    stage.kubectl('delete', 'deployment', 'web', '--cascade=foreground')
    run.wait_for('deleted')
    still = run.running()
    stage.apply(web(f'echo second life; {manifests.RUN}'))
    run.wait_for('second life', 40)
    run.interrupt()
    return still, run.wait()


def succeeded(stage):
    stage.apply(manifests.pod('once', WORK + 'sleep 1; echo bye', restartPolicy='Never'))
    return stage.dog('follow', 'pod/once', '--tail', '-1')


def failed(stage):
    stage.apply(manifests.pod('once', WORK + 'sleep 1; echo bye; exit 4', restartPolicy='Never'))
    return stage.dog('follow', 'pod', 'once', '--tail', '-1')


def already_ended(stage):
    stage.apply(manifests.pod('once', WORK + 'echo bye', restartPolicy='Never'))
    phase = ('get', 'pod', 'once', '-o', 'jsonpath={.status.phase}')
    assert until(lambda: stage.kubectl(*phase).stdout == 'Succeeded', 40)
    return stage.dog('follow', 'pod/once', '--tail', '-1')


def job_succeeded(stage):
    stage.apply(manifests.job('once', WORK + 'sleep 1; echo bye'))
    return stage.dog('follow', 'job/once', '--tail', '-1')


def job_failed(stage):
    stage.apply(manifests.job('once', WORK + 'sleep 1; echo bye; exit 4', backoffLimit=0))
    return stage.dog('follow', 'job/once', '--tail', '-1')


def job_of_a_file(stage):
    stage.apply(manifests.job('once', WORK + 'sleep 1; echo bye; exit 4', backoffLimit=0))
    path = stage.folder / 'job.json'
    path.write_text(json.dumps(manifests.job('once')))
    return stage.dog('follow', '-f', str(path), '--tail', '-1')


def until_ready(stage):
    stage.apply(web(probe=stages.READY_SOON))
    return stage.dog('follow', 'deploy/web', '--exit-when-ready', '--timeout', '90s')


def all_until_ready(stage):
    stage.apply([web(probe=stages.READY_SOON)])
    return stage.dog('follow', 'deploy', '-l', '!other', '--exit-when-ready', '--timeout', '90s')


def failing_deployment(stage):
    stage.apply(web('echo no luck; exit 3'))
    run = stage.dog.start('follow', 'deploy/web')
    run.wait_for('CrashLoop', 60)
    time.sleep(5)
    still = run.running()
    run.interrupt()
    return still, run.wait(90)


def timed_out(stage):
    stage.apply(web())
    return stage.dog('follow', 'deploy/web', '--timeout', '6s')


def timed_out_waiting(stage):
    return stage.dog('follow', 'deploy/nothing', '--timeout', '3s')


def of_kubedog(stage):
    stage.apply(web(f'echo hello; {manifests.RUN}'))
    return stage.dog('follow', 'deployment', 'web', '--timeout', '8s')


def ready(stage):
    stage.apply(web(f'echo serving; {manifests.RUN}', probe='true'))
    stage.kubectl('rollout', 'status', 'deployment/web', '--timeout=40s')


def status(stage):
    ready(stage)
    return stage.dog('rollout', 'status', 'deploy/web')


def status_with_watch(stage):
    ready(stage)
    return stage.dog('rollout', 'status', 'deployment', 'web', '-w')


def track(stage):
    ready(stage)
    return stage.dog('rollout', 'track', 'deployment', 'web')


def look_at_ready(stage):
    ready(stage)
    return stage.dog('rollout', 'status', 'deploy/web', '--watch=false')


def look_at_progressing(stage):
    stage.apply(web(probe='false'))
    return stage.dog('rollout', 'status', 'deploy/web', '--watch=false', '-o', 'json')


def look_at_nothing(stage):
    return stage.dog('rollout', 'status', 'deploy/web', '--watch=false')


def look_at_failed(stage):
    stage.apply(web(probe='false', progressDeadlineSeconds=2))
    assert until(
        lambda: 'DeadlineExceeded' in stage.kubectl('get', 'deploy', '-o', 'yaml').stdout, 40
    )
    return stage.dog('rollout', 'status', 'deploy/web', '--watch=false')


@scene(all_pods)
def test_logs_of_all_pods_are_printed_also_when_they_are_ready(played):
    pods, result = played
    texts = lines(result.stdout)
    assert sorted(text for text in texts if text.startswith('hello')) == sorted(
        f'hello from {pod.partition("/")[2]}' for pod in pods
    )
    assert texts.count('late words') == 1
    assert result.code == 130


@scene(waits)
def test_what_does_not_exist_is_waited_for(played):
    assert lines(played.stdout).count('came late') == 1


@scene(recreated)
def test_deleted_and_created_again(played):
    still, result = played
    assert still
    texts = lines(result.stdout)
    assert (texts.count('first life'), texts.count('second life')) == (1, 1)
    before = result.stdout.partition('second life')[0]
    assert re.search('deploy/web +was deleted\n.*was deleted and created again', before, re.DOTALL)


@scene(succeeded, failed, already_ended)
def test_ends_with_a_bare_pod_and_prints_its_whole_log(played):
    texts = [text for text in lines(played.stdout) if text == 'bye' or text.startswith('line')]
    assert texts == [*(f'line {number}' for number in range(1, LINES + 1)), 'bye']
    assert played.code == 0


@scene(job_succeeded, job_failed, job_of_a_file)
def test_ends_with_a_job_and_says_how(played):
    texts = [text for text in lines(played.stdout) if text == 'bye' or text.startswith('line')]
    assert texts == [*(f'line {number}' for number in range(1, LINES + 1)), 'bye']
    assert played.code == 0


@scene(job_failed, job_of_a_file)
def test_says_that_the_job_has_failed(played):
    assert re.search('^[^✓]*job/once.*fail', played.stdout, re.MULTILINE)


@scene(until_ready, all_until_ready)
def test_ends_with_what_is_ready_if_told_so(played):
    assert (played.code, 'ready' in played.stdout.splitlines()[-1]) == (0, True)


@scene(failing_deployment)
def test_nothing_is_fatal(played):
    still, result = played
    assert still
    assert result.code == 130


@scene(timed_out, timed_out_waiting, of_kubedog)
def test_time_out_ends_it(played):
    assert played.code == 3


@scene(of_kubedog)
def test_words_of_kubedog(played):
    assert 'hello' in lines(played.stdout)


@scene(status, status_with_watch, track)
def test_words_of_kubectl_and_kubedog_track(played):
    assert played.code == 0
    assert 'ready: 1/1' in played.stdout


@scene(look_at_ready)
def test_one_look_at_what_is_ready(played):
    assert played.code == 0
    assert 'ready' in played.stdout
    assert played.seconds < 20


@scene(look_at_progressing)
def test_one_look_at_what_goes_on(played):
    *_, ended, _ = map(json.loads, played.stdout.splitlines())
    assert (ended['verdict'], played.code) == ('progressing', 0)
    assert played.seconds < 20


@scene(look_at_failed)
def test_one_look_at_what_has_failed(played):
    assert played.code == 1
    assert 'ProgressDeadlineExceeded' in played.stdout


@scene(look_at_nothing)
def test_one_look_at_nothing(played):
    assert played.code == 4


@scene(
    all_pods,
    waits,
    recreated,
    succeeded,
    failed,
    already_ended,
    failing_deployment,
    timed_out,
    timed_out_waiting,
    of_kubedog,
    status,
    status_with_watch,
    track,
    look_at_ready,
    look_at_progressing,
    look_at_failed,
    look_at_nothing,
)
def test_nothing_but_the_report_is_printed(played):
    result = played[1] if isinstance(played, tuple) else played
    assert result.stderr == ''
    assert 'Traceback' not in result.stdout
