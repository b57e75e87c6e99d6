"""`--on-failure COMMAND`, with recordings in the place of a cluster."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import types

import pytest

from kubectl_dog import api
from kubectl_dog.cli import failure_command
from kubectl_dog.cli import limited_process
from kubectl_dog.cli import main as program
from kubectl_dog.cli import run_outputs
from kubectl_dog.cli.parser import load
from kubectl_dog.cli.parser import parse
from kubectl_dog.model import events
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.recording import bundled
from kubectl_dog.recording.recorded_source import RecordedSource
from tests.unit import run_records
from tests.unit.needs import posix
from tests.unit.run_records import API
from tests.unit.run_records import WEB

NAMES = ('VERDICT', 'CAUSE', 'TARGET', 'NAMESPACE', 'REVISION', 'REPORT')
# Writes what it gets as JSON, and copies the files that it is given.
PROBE = """
import json, os, sys
values = {{name: value for name, value in os.environ.items() if name.startswith('KUBECTL_DOG_')}}
files = [open(path).read() for path in sys.argv[1:]]
print('printed by the command')
with open({log!r}, 'a') as log:
    log.write(json.dumps([values, json.load(sys.stdin), files]) + '\\n')
"""


@pytest.fixture
def probe(monkeypatch, tmp_path):
    """A command, and a function that returns what each of its runs got."""
    for name in [name for name in os.environ if name.startswith('KUBECTL_DOG_')]:
        monkeypatch.delenv(name)
    script, log = tmp_path / 'a probe.py', tmp_path / 'log'
    script.write_text(PROBE.format(log=str(log)))
    command = f'{shlex.quote(sys.executable)} {shlex.quote(str(script))}'
    return command, lambda: [json.loads(line) for line in log.read_text().splitlines()]


@pytest.fixture
def run(capfd):
    def main(*argv):
        return (program.main(argv), *capfd.readouterr())

    return main


@pytest.fixture
def play(monkeypatch):
    """Put a recording in the place of the cluster."""

    def use(name, namespace='checkout'):
        connection = types.SimpleNamespace(namespace=namespace)
        monkeypatch.setattr(api, 'connect', lambda **flags: connection)
        source = RecordedSource(bundled.load(name), None)
        monkeypatch.setattr(api, 'live_source', lambda connection: source)

    return use


@posix
def test_the_command_gets_the_verdict_and_the_summary(run, play, probe):
    play('missing-configmap')
    command, calls = probe
    code, out, err = run('rollout', 'deploy/checkout', '-o', 'json', '--on-failure', command)
    assert (code, err) == (1, 'printed by the command\n')
    [[values, summary, _]] = calls()
    assert summary == json.loads(out.splitlines()[-1])
    assert summary['exitCode'] == 1
    ended = [json.loads(line) for line in out.splitlines() if '"ended"' in line]
    revisions = [json.loads(line) for line in out.splitlines() if '"type": "revision"' in line]
    assert values == {
        'KUBECTL_DOG_VERDICT': 'failed',
        'KUBECTL_DOG_CAUSE': 'ConfigMapMissing',
        'KUBECTL_DOG_TARGET': 'deploy/checkout',
        'KUBECTL_DOG_NAMESPACE': ended[0]['target']['namespace'],
        'KUBECTL_DOG_REVISION': revisions[-1]['revision'],
        'KUBECTL_DOG_REPORT': '',
    }


@posix
def test_it_runs_after_all_files_are_written(run, play, probe, tmp_path):
    play('missing-configmap')
    command, calls = probe
    out, folder = tmp_path / 'out.jsonl', tmp_path / 'reports'
    files = [str(path) for path in (out, folder / 'junit.xml', folder / 'recording.jsonl')]
    flags = ('--report', f'dir={folder}', '-o', f'json={out}', '--on-failure')
    assert run('rollout', 'deploy/checkout', *flags, shlex.join([*shlex.split(command), *files]))[0]
    [[values, _, texts]] = calls()
    assert values['KUBECTL_DOG_REPORT'] == str(folder)
    assert '"type": "summary"' in texts[0].splitlines()[-1]
    assert texts[1].endswith('</testsuites>\n')
    assert '"end": true' in texts[2].splitlines()[-1]


@posix
def test_it_does_not_run_after_a_good_rollout(run, play, tmp_path):
    play('good', 'shop')
    code, _, err = run('rollout', 'deploy/web', '--on-failure', f'touch {tmp_path}/file')
    assert (code, err, list(tmp_path.iterdir())) == (0, '', [])


@posix
def test_it_does_not_run_if_a_signal_came_while_files_were_written(run, play, probe, monkeypatch):
    play('missing-configmap')
    command, _ = probe
    finish = run_outputs.RunOutputs.finish

    def interrupted(outputs):
        os.kill(os.getpid(), signal.SIGTERM)
        return finish(outputs)

    monkeypatch.setattr(run_outputs.RunOutputs, 'finish', interrupted)
    code, _, err = run('rollout', 'deploy/checkout', '--on-failure', command)
    assert (code, err) == (1, '')


@posix
@pytest.mark.parametrize(
    ('script', 'message'),
    (
        ('exit 3', 'ended with exit code 3'),
        ('kill -9 $$', 'was ended by signal 9'),
        ('kill -TERM $PPID; sleep 1000', 'was interrupted'),
        ('exit 0', None),
    ),
)
def test_the_exit_code_stays_that_of_the_verdict(run, play, script, message):
    play('missing-configmap')
    command = shlex.join(['sh', '-c', script])
    code, _, err = run('rollout', 'deploy/checkout', '--on-failure', command)
    assert (code, err) == (1, f'--on-failure: sh {message}\n' if message else '')


@posix
def test_a_time_limit_is_reported(run, play):
    play('missing-configmap')
    flags = ('--on-failure', 'sleep 1000', '--on-failure-timeout', '1ms')
    code, _, err = run('rollout', 'deploy/checkout', *flags)
    assert code == 1
    assert err.startswith('--on-failure: sleep did not end within ')
    assert err.count('\n') == 1


@posix
def test_a_command_that_cannot_be_started_is_reported(run, play, monkeypatch):
    play('missing-configmap')

    def fail(*_):
        raise OSError(8, 'Exec format error')

    monkeypatch.setattr(limited_process, 'run', fail)
    code, _, err = run('rollout', 'deploy/checkout', '--on-failure', 'sh x')
    assert (code, err) == (1, '--on-failure: sh cannot be run: Exec format error\n')


@posix
def test_the_run_goes_on_if_nobody_reads_its_lines(play, probe):
    play('missing-configmap')
    command, calls = probe
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, 'w') as closed:
        before, sys.stdout = sys.stdout, closed
        try:
            code = program.main(['rollout', 'deploy/checkout', '--on-failure', command])
        finally:
            sys.stdout = before
    assert (code, len(calls())) == (1, 1)


PROGRAM = """
import sys, types
from kubectl_dog import api
from kubectl_dog.cli import process_exit
from kubectl_dog.cli.main import main
from kubectl_dog.recording import bundled
from kubectl_dog.recording.recorded_source import RecordedSource
api.connect = lambda **flags: types.SimpleNamespace(namespace='checkout')
api.live_source = lambda connection: RecordedSource(bundled.load('missing-configmap'), None)
sys.exit(process_exit.run(main))
"""
WAITS = 'trap "echo ended; exit 7" INT TERM; echo ready; while :; do sleep 0.01; done'


@posix
@pytest.mark.parametrize('number', (signal.SIGINT, signal.SIGTERM))
@pytest.mark.parametrize('script', (WAITS, f'cat >/dev/null; {WAITS}'))
def test_a_signal_to_the_program_ends_the_command_and_keeps_the_exit_code(number, script):
    command = shlex.join(['sh', '-c', script])
    words = [sys.executable, '-c', PROGRAM, 'rollout', 'deploy/checkout', '--on-failure', command]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr.readline() == 'ready\n'
        process.send_signal(number)
        out, err = process.communicate()
    # A shell may also report that the signal has ended its child.
    *_, ended, reported = err.splitlines()
    assert (process.returncode, ended, reported) == (1, 'ended', '--on-failure: sh was interrupted')
    assert 'ConfigMapMissing' in out


def started(monkeypatch, *batch, code=None, **fields):
    """The calls of a command after a run with these events."""
    calls = []
    monkeypatch.setattr(
        limited_process, 'run', lambda *values: calls.append(values) or limited_process.Ended(0)
    )
    args = types.SimpleNamespace(report=(), on_failure_timeout=60.0)
    parsed = failure_command.ParsedCommand(('notify', 'a b'), '/bin/notify')
    command = failure_command.FailureCommand(parsed, 1e9, args, {'HOME': '/root'}, **fields)
    verdicts = tuple((event.target, event.verdict) for event in batch if hasattr(event, 'verdict'))
    code = max(EXIT_CODES[verdict] for _, verdict in verdicts) if code is None else code
    command.add((*batch, events.RunEnded(10.0, code, verdicts)))
    command.run()
    return calls


@pytest.mark.parametrize(
    ('verdict', 'runs'),
    (
        (Verdict.READY, False),
        (Verdict.FAILED, True),
        (Verdict.TIMED_OUT, True),
        (Verdict.DELETED, True),
        (Verdict.NEVER_APPEARED, True),
        (Verdict.SUPERSEDED, False),
        (Verdict.NO_ACCESS, False),
        (Verdict.PAUSED, False),
        (Verdict.UNKNOWN, False),
        (Verdict.INTERRUPTED, False),
        (Verdict.TERMINATED, False),
    ),
)
def test_verdicts_for_which_it_runs(monkeypatch, verdict, runs):
    calls = started(monkeypatch, run_records.ended(verdict=verdict))
    assert len(calls) == runs
    if runs:
        words, environment, data, seconds = calls[0]
        assert (words, seconds) == (['/bin/notify', 'a b'], 60.0)
        assert environment['HOME'] == '/root'
        assert environment['KUBECTL_DOG_VERDICT'] == verdict.value
        assert json.loads(data)['exitCode'] == EXIT_CODES[verdict]


def test_it_does_not_run_if_any_target_is_superseded(monkeypatch, capsys):
    batch = run_records.ended(API), run_records.ended(verdict=Verdict.SUPERSEDED)
    assert started(monkeypatch, *batch, code=1) == []
    assert capsys.readouterr().err.count('deploy/web was superseded') == 1


def test_it_does_not_run_without_an_end(monkeypatch):
    args = types.SimpleNamespace(report=(), on_failure_timeout=60.0)
    parsed = failure_command.ParsedCommand(('notify',), '/bin/notify')
    monkeypatch.setattr(limited_process, 'run', None)
    failure_command.FailureCommand(parsed, 1e9, args).run()


def test_the_target_is_one_that_the_exit_code_comes_from(monkeypatch):
    revision = events.RevisionSeen(0.0, WEB, Revision('4'), 1)
    batch = (
        run_records.ended(API, Verdict.TIMED_OUT),
        revision._replace(target=API),
        revision,
        revision._replace(revision=Revision('5')),
        run_records.ended(WEB),
    )
    [(_, environment, _, _)] = started(monkeypatch, *batch, code=1)
    values = [environment[f'KUBECTL_DOG_{name}'] for name in NAMES]
    assert values == ['failed', 'CrashLoop', 'deploy/web', 'shop', '5', '']


@pytest.mark.parametrize(
    ('verdict', 'reason', 'state', 'revision'),
    (
        pytest.param(Verdict.NEVER_APPEARED, 'NotUpdated', 'Pinned', '', id='not applied'),
        pytest.param(Verdict.TIMED_OUT, '', 'Pinned', '', id='not applied before the time limit'),
        pytest.param(Verdict.TIMED_OUT, '', 'MinimumReplicasUnavailable', '7', id='applied'),
        pytest.param(Verdict.FAILED, 'CrashLoop', 'Pinned', '7', id='failed'),
    ),
)
def test_an_older_revision_is_not_that_of_the_failure(verdict, reason, state, revision):
    seen = events.RevisionSeen(0.0, WEB, Revision('7'), 1)
    progress = events.StateChanged(1.0, WEB, State.PROGRESSING, state, '', None, 'a change')
    end = run_records.ended(verdict=verdict)._replace(reason=reason)
    values = failure_command.environment_of(run_records.record(seen, progress, end), '')
    assert values['KUBECTL_DOG_REVISION'] == revision


def test_log_lines_are_not_kept(monkeypatch):
    args = types.SimpleNamespace(report=(), on_failure_timeout=60.0)
    parsed = failure_command.ParsedCommand(('notify',), '/bin/notify')
    command = failure_command.FailureCommand(parsed, 1e9, args)
    command.add([run_records.logged('x')])
    assert command._record.targets == {}


def test_values_of_the_cluster_have_no_control_characters_and_a_limit():
    record = run_records.hostile('\x1b[31m\0\n\t\u202e\ud800 \x85' + 'x' * 5000)
    values = failure_command.environment_of(record, '/a\nb')
    assert values['KUBECTL_DOG_CAUSE'].startswith('Code[31m xxx')
    assert values['KUBECTL_DOG_REPORT'] == '/ab'
    for value in values.values():
        assert value.isprintable()
        assert len(value) <= 1000
        assert b'\0' not in os.fsencode(value)


def test_no_credentials_are_added(monkeypatch):
    [(_, environment, _, _)] = started(monkeypatch, run_records.ended())
    assert set(environment) == {'HOME', *(f'KUBECTL_DOG_{name}' for name in NAMES)}


@posix
@pytest.mark.parametrize(
    ('text', 'words'),
    (
        ('sh', ('sh',)),
        ('sh -c \'a b\' "c d" e\\ f # g', ('sh', '-c', 'a b', 'c d', 'e f', '#', 'g')),
        ('sh $HOME;ls|x', ('sh', '$HOME;ls|x')),
    ),
)
def test_words_are_split_without_a_shell(text, words):
    parsed = failure_command.parse(text)
    assert parsed.words == words
    assert os.path.isabs(parsed.path)


@posix
def test_a_path_is_relative_to_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    script = tmp_path / 'notify'
    script.write_text('#!/bin/sh\n')
    with pytest.raises(UserError, match=r'is not executable'):
        failure_command.parse('./notify')
    script.chmod(0o755)
    assert failure_command.parse('./notify').path == str(script)


@pytest.mark.parametrize('command', ('rollout deploy/web', 'multitrack spec.json'))
@pytest.mark.parametrize(
    ('text', 'reason'),
    (
        ('', 'use a command'),
        ("''", 'use a command'),
        ("sh 'x", 'a quotation mark is not closed'),
        ('no-such-program x', 'program "no-such-program" was not found in PATH'),
        ('./no-such-program', 'program "./no-such-program" was not found'),
    ),
)
def test_a_wrong_command_is_an_error_before_the_run(run, command, text, reason):
    code, out, err = run(*command.split(), '--on-failure', text)
    assert (code, out, err.count('\n')) == (2, '', 1)
    assert err.startswith(f'error: invalid --on-failure "{text}": {reason}')


@posix
@pytest.mark.parametrize(
    ('flags', 'message'),
    (
        (('--on-failure', 'sh', '--watch=false'), '--on-failure cannot be used with --watch=false'),
        (('--on-failure-timeout', 'soon'), 'invalid --on-failure-timeout "soon"'),
    ),
)
def test_wrong_flags(run, flags, message):
    code, out, err = run('rollout', 'deploy/web', *flags)
    assert (code, out, err.count('\n')) == (2, '', 1)
    assert err.startswith(f'error: {message}')


@posix
def test_a_limit_of_zero_is_none(monkeypatch):
    args = parse(['rollout', 'deploy/web', '--on-failure', 'sh', '--on-failure-timeout', '0'])
    calls = []
    monkeypatch.setattr(
        limited_process, 'run', lambda *values: calls.append(values) or limited_process.Ended(0)
    )
    command = failure_command.FailureCommand(args.on_failure, 1e9, args)
    verdicts = ((WEB, Verdict.FAILED),)
    command.add([run_records.ended(), events.RunEnded(10.0, 1, verdicts)])
    command.run()
    assert calls[0][-1] == float('inf')


@pytest.mark.parametrize(
    ('command', 'has_flag'),
    (('rollout', True), ('multitrack', True), ('follow', False), ('replay', False)),
)
def test_commands_with_the_flag(command, has_flag):
    assert ('--on-failure' in load(command).flags_by_name()) is has_flag
