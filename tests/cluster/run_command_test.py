"""`kubectl dog run`, with the real helm and the real kubectl as commands."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time

from . import helm
from . import manifests
from .stage import scene

FATAL = 'FATAL: schema version is 41, need 42'


def run(stage, *words, flags=(), **fields):
    """Run a command by the plugin to its end."""
    environment = helm.environment(stage.dog)
    return stage.dog('run', *flags, '--', *words, env=environment, timeout=100, **fields)


def installed(stage, **flags):
    """Install a good release without the plugin; return the folder of its chart."""
    chart = str(helm.write_chart(stage.folder))
    words = ['helm', 'install', 'shop', chart, '--wait', '--timeout', '60s']
    environment = {**stage.dog.env, **helm.environment(stage.dog)}
    subprocess.run(words, env=environment, check=True, capture_output=True, timeout=90)
    return chart


def upgrade(chart, *flags, schema='42', timeout='60s'):
    values = ['--set', f'version=1.5,schema={schema}', '--timeout', timeout]
    return ['helm', 'upgrade', 'shop', chart, '--install', *values, *flags]


def good_upgrade(stage):
    return run(stage, *upgrade(installed(stage), '--wait'), flags=['--verdict'])


def rolled_back(stage):
    report = stage.folder / 'report.json'
    words = upgrade(installed(stage), '--atomic', schema='41', timeout='15s')
    result = run(stage, *words, flags=['--report', f'json={report}', '--record', os.devnull])
    return result, json.loads(report.read_text())


def failing_upgrade(stage):
    chart = installed(stage)
    return run(
        stage, *upgrade(chart, schema='41'), flags=['--verdict', '--tolerate', 'CrashLoop=2']
    )


def rolled_back_install(stage):
    chart = str(helm.write_chart(stage.folder))
    return run(stage, *upgrade(chart, '--atomic', schema='41', timeout='12s'))


def pipeline(stage):
    (stage.folder / 'web.json').write_text(json.dumps(manifests.deployment('web', 'exit 3')))
    script = f'cat {stage.folder}/web.json | kubectl apply -f -'
    flags = ['--verdict', '--tolerate', 'CrashLoop=2']
    return run(stage, 'sh', '-c', script, flags=flags)


def unchanged(stage):
    stage.apply(manifests.deployment('web'))
    return run(stage, 'kubectl', 'get', 'deployment', 'web', '-o', 'name')


def hanging(stage):
    script = 'kubectl create job --image=none.invalid/x:1 late; sleep 1000'
    return run(stage, 'sh', '-c', script, flags=['--timeout', '6s'])


def killed(stage):
    return run(stage, 'sh', '-c', 'kill -KILL $$')


def _on_terminal(stage, script, answers):
    """Run a shell script on a terminal; `answers` are pairs of expected text and input."""
    environment = {**stage.dog.env, **helm.environment(stage.dog)}
    words = [str(stage.kubectl.program), 'dog', 'run', '--', 'sh', '-c', script]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(words[0], words, environment)
    output, waiting, limit = '', list(answers), time.monotonic() + 60
    try:
        while time.monotonic() < limit:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    output += os.read(terminal, 65536).decode(errors='replace')
                except OSError:
                    break
            if waiting and waiting[0][0] in output:
                os.write(terminal, waiting.pop(0)[1])
        else:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output


def terminal_input(stage):
    script = 'test -t 0 && test -t 1 && test -t 2 && echo terminal; read x; echo "got $x"'
    return _on_terminal(stage, script, [('terminal', b'some words\n')])


def interrupted_twice(stage):
    script = (
        "trap 'echo again; n=x$n' INT; "
        'kubectl create deployment web --image=localhost/busybox:1 -- false; '
        'while [ "$n" != xx ]; do sleep 1; done; exit 5'
    )
    # The watch may see the Deployment later than the command.
    return _on_terminal(stage, script, [('deploy/web', b'\x03'), ('again', b'\x03')])


@scene(good_upgrade)
def test_a_good_upgrade_is_ready(played):
    assert played.code == 0
    assert 'STATUS: deployed' in played.stdout
    assert 'deploy/web' not in played.stdout
    assert 'ready: 2/2 updated' in played.stderr


@scene(rolled_back)
def test_the_explanation_is_kept_after_helm_has_rolled_back(played):
    result, report = played
    assert result.code == 1
    why = result.stderr.partition('  WHY ')[2]
    assert 'exited with code 3' in why
    assert FATAL in why
    assert 'revision 2 was rolled back' in why
    (target,) = report['targets']
    assert (target['verdict'], target['cause']['code']) == ('failed', 'CrashLoop')


@scene(failing_upgrade)
def test_the_verdict_is_the_exit_code_of_a_command_that_does_not_wait(played):
    assert played.code == 1
    assert 'STATUS: deployed' in played.stdout
    assert FATAL in played.stderr.partition('  WHY ')[2]


@scene(rolled_back_install)
def test_the_explanation_is_kept_after_helm_has_uninstalled(played):
    assert played.code == 1
    assert 'deploy/web was deleted' in played.stderr
    assert FATAL in played.stderr.partition('  WHY ')[2]


@scene(pipeline)
def test_a_pipeline_of_a_shell(played):
    assert played.code == 1
    assert played.stdout == 'deployment.apps/web created\n'
    assert 'CrashLoop' in played.stderr.partition('  WHY ')[0]


@scene(unchanged)
def test_a_command_that_changes_nothing(played):
    assert played.code == 0
    assert played.stdout == 'deployment.apps/web\n'
    assert 'has created or changed nothing' in played.stderr
    assert 'deploy/web' not in played.stderr


@scene(hanging)
def test_a_command_that_hangs_is_ended_and_its_targets_are_explained(played):
    assert played.code == 3
    assert 'sh was ended' in played.stderr
    assert 'job/late timed out' in played.stderr
    assert played.seconds < 20


@scene(killed)
def test_a_command_that_is_killed(played):
    assert played.code == 137


@scene(terminal_input)
def test_the_command_has_the_terminal(played):
    code, output = played
    assert code == 0
    assert 'got some words' in output


@scene(interrupted_twice)
def test_the_second_ctrl_c_ends_the_tracking_and_the_command_ends_by_itself(played):
    code, output = played
    assert code == 5
    assert 'deploy/web interrupted' in output
