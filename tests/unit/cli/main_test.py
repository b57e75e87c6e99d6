from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
from importlib import resources
from types import SimpleNamespace

import pytest

from kubectl_dog.cli import crash_report
from kubectl_dog.cli import main as program
from kubectl_dog.cli.commands import version
from kubectl_dog.cli.parser import command_first
from kubectl_dog.version import VERSION


@pytest.fixture
def main(monkeypatch, capsys):
    def run(*argv):
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog', *argv])
        return (program.main(), *capsys.readouterr())

    return run


def test_log_lines_are_no_reason_to_collect_garbage(main):
    before = gc.get_threshold()
    try:
        gc.set_threshold(700)
        main('version')
        assert gc.get_threshold()[0] > 5000
    finally:
        gc.set_threshold(*before)


@pytest.mark.parametrize('word', ('version', '--version'))
def test_version(main, word):
    assert main(word) == (0, f'kubectl-dog {VERSION}\n', '')


@pytest.mark.parametrize('argv', ([], ['--help'], ['rollout', '--help'], ['help', 'demo']))
def test_help_speaks_of_kubectl_dog(main, argv):
    code, out, _ = main(*argv)
    assert code == 0
    assert ' kubectl dog' in out.splitlines()[0]


@pytest.mark.parametrize(
    ('argv', 'message'),
    (
        (['rollout'], 'no targets: use TYPE/NAME, such as deploy/web, TYPE -l SELECTOR'),
        (['rollout', 'sts/'], 'must have a single resource and name: use TYPE/NAME'),
        (
            ['rollout', 'deploy/web', '--timeout', 'soon'],
            'invalid --timeout "soon": use a duration',
        ),
        (['rollout', 'deploy/web', '-o', 'yaml'], 'invalid --output "yaml": use plain'),
        (['rollout', 'deploy/web', '--tim', '3s'], 'unknown flag: --tim'),
        (
            ['trackers', '--tracker', 'Pod=acme'],
            "package 'acme' has no tracker for Pod: use kubectl-dog",
        ),
        (['status', 'deploy/web', '--tracker', 'Pod'], 'use Kind.group=PACKAGE'),
        (['replay', '/nowhere'], 'cannot read the recording /nowhere'),
        (['rollout', 'deploy/web', '--rules', '/nowhere'], '/nowhere: cannot be read'),
        (['follow', 'deploy/web', '--rules', '/nowhere'], '/nowhere: cannot be read'),
        (['replay', '/nowhere', '--rules', '/there'], '/there: cannot be read'),
        (['replay', '/nowhere', '--speed', '0'], 'use a number from 0.001 to 1000000'),
        (['replay', '/nowhere', '--speed', '1e-300'], 'use a number from 0.001 to 1000000'),
        (['replay', '/nowhere', '--speed', '10x'], 'use a number from 0.001 to 1000000'),
        (['demo', 'nothing'], 'unknown demo "nothing": use '),
        (
            ['rollout', 'deploy/web', '--timout', '3s'],
            'did you mean --timeout? see `kubectl dog ro',
        ),
        (['follow', 'deploy/web', '--exit-when-redy'], 'did you mean --exit-when-ready?'),
        (['version', 'x'], 'unexpected argument "x"; see `kubectl dog version --help`'),
        (
            ['rollout', 'deploy/web', '--tolerate', 'Nope=3', '--kubeconfig', '/nowhere'],
            'invalid --tolerate "Nope=3": no cause has the code',
        ),
        (['completion', 'bash'], 'no script for "bash": the completion of kubectl, such as'),
        (['bark'], 'unknown command "bark"; see `kubectl dog --help`'),
        (['rolout', 'x'], 'unknown command "rolout": did you mean rollout?'),
        (['rollout', '--bogus'], 'unknown flag: --bogus; see'),
        (['-n', 'x', 'bark'], 'unknown command "bark"'),
        (['-n', 'x'], 'there is no command after -n'),
        (
            ['rollout', 'deploy/web', '-n'],
            'flag needs an argument: -n; see `kubectl dog rollout --help`',
        ),
        (['rollout', '--flux', 'x'], 'helmrelease/NAME; see `kubectl dog rollout --help-all`'),
        (['replay'], 'FILE is missing'),
        (['demo', 'a', 'b'], 'unexpected argument "b"'),
        (['demo', '--speed', '2', '--instant'], 'only one of --speed or --instant'),
        (['rollout', 'deploy/web', '--on-failure-timeout', '9s'], 'needs --on-failure COMMAND'),
        (['run', '--on-failure-timeout', '0', '--', 'true'], 'needs --on-failure COMMAND'),
        (
            ['rollout', 'deploy/web', '--no-logs', '--logs-all'],
            'cannot be combined with --logs-all',
        ),
        (['follow', 'deploy/web', '--logs-all', '--no-logs'], 'cannot be combined with --logs-all'),
        (['-n', 'x', 'rollout', 'deploy/web', '-R'], '-R needs -f DIR'),
        (['--bogus', 'version'], 'unknown flag: --bogus'),
    ),
)
def test_a_wrong_command_line_is_exit_2_and_a_sentence(main, argv, message):
    code, out, err = main(*argv)
    assert (code, out) == (2, '')
    assert message in err
    assert err.count('\n') == 1


@pytest.mark.parametrize(
    'flags',
    (
        ['-n', 'x'],
        ['-nx'],
        ['--namespace=x', '--insecure-skip-tls-verify', '-v=6'],
        ['--as-group', 'x', '--disable-compression=false', '-v', '6'],
        [],
    ),
)
def test_flags_of_a_cluster_may_stand_before_the_command(flags):
    assert command_first([*flags, 'status', 'po/a', '-w']) == [
        'status',
        *flags,
        'po/a',
        '-w',
    ]


def test_without_a_command_flags_stay_what_they_are(main):
    assert main('-h')[0] == 0
    assert main('-n', 'x')[0] == 2


def test_every_line_can_be_prefixed(main):
    _, out, _ = main('demo', '--instant', '--output-prefix', '[ci] ')
    assert out and all(line.startswith('[ci] ') for line in out.splitlines())


def test_no_access_is_exit_5_and_a_sentence(main, tmp_path):
    config = str(tmp_path / 'config')
    code, out, err = main('rollout', 'deploy/web', '--kubeconfig', config)
    assert (code, out, err.count('\n')) == (5, '', 1)
    assert config in err


def test_what_packages_print_does_not_stand_among_the_output(main, packages):
    packages.install(
        'acme',
        code="""
            print('imported')
            def assess(view):
                print('assessed')
                return view.oops
        """,
        Deployment_apps='',
    )
    for argv in (['demo', '--instant', '-o', 'json'], ['trackers', '-o', 'json']):
        _, out, _ = main(*argv)
        assert [json.loads(line)['apiVersion'] for line in out.splitlines()]
    _, out, err = main('demo', '--instant', '-o', 'json')
    assert 'assessed' in err and 'assessed' not in out


def test_a_defect_of_ours_is_exit_70_and_a_report(main, monkeypatch):
    def fail(args):
        raise ZeroDivisionError('oops')

    monkeypatch.setattr(version, 'run', fail)
    code, _, err = main('version')
    assert code == 70
    assert 'please report' in err
    assert err.splitlines()[-1] == 'ZeroDivisionError (a message of 4 characters)'
    assert 'kubectl_dog.cli.main, line ' in err


HIDDEN = 'hunter2'


class Mute(Exception):
    """Cannot tell of itself."""

    def __str__(self):
        raise ValueError(HIDDEN)


def fail_with_text():
    raise ValueError(f'invalid literal: {HIDDEN!r}')


def fail_with_key():
    raise KeyError(HIDDEN)


def fail_with_cause():
    try:
        fail_with_text()
    except ValueError as error:
        raise RuntimeError(HIDDEN, {'a': HIDDEN}) from error


def fail_in_between():
    try:
        fail_with_text()
    except ValueError:
        raise TypeError(HIDDEN)  # noqa: B904


def fail_muted():
    raise Mute(HIDDEN)


def fail_deep(levels=100_000, hidden=HIDDEN):
    return fail_deep(levels - 1, hidden * 1)


def fail_with_syntax():
    compile(f"'{HIDDEN}", 'kubeconfig', 'exec')


def fail_in_a_circle():
    error = ValueError(HIDDEN)
    other = ValueError(HIDDEN)
    error.__cause__, other.__cause__ = other, error
    raise error


@pytest.mark.parametrize(
    ('fail', 'types'),
    (
        (fail_with_text, ['ValueError']),
        (fail_with_key, ['KeyError']),
        (fail_with_cause, ['ValueError', 'RuntimeError']),
        (fail_in_between, ['ValueError', 'TypeError']),
        (fail_muted, ['Mute']),
        (fail_deep, ['RecursionError']),
        (fail_with_syntax, ['SyntaxError']),
        (fail_in_a_circle, ['ValueError']),
    ),
)
def test_a_report_shows_types_and_places_and_no_value(main, monkeypatch, fail, types):
    monkeypatch.setattr(version, 'run', lambda args: fail())
    code, out, err = main('version')
    assert (code, out) == (70, '')
    assert HIDDEN not in err and os.sep + 'tests' not in err
    error_types = [line.split()[0] for line in err.splitlines() if 'a message of' in line]
    assert error_types[-len(types) :] == types
    assert f'in {fail.__name__}' in err
    assert len(err.splitlines()) < 100


@pytest.mark.skipif(sys.version_info < (3, 10), reason='Python does not tell what is its own.')
@pytest.mark.parametrize('code', ('raise ValueError', ''))
def test_a_file_that_stands_in_for_a_module_of_pythons_is_named(tmp_path, code):
    shadow = tmp_path / 'json.py'
    shadow.write_text(code)
    argv = [sys.executable, '-m', 'kubectl_dog', 'trackers', '-o', 'json']
    env = {**os.environ, 'PYTHONPATH': str(tmp_path)}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, 'internal error' in done.stderr) == (70, False)
    message = f"{shadow} replaces Python's own module json: rename the file, or remove"
    assert message in done.stderr.splitlines()[0]


def test_an_interrupt_before_tracking_is_exit_130(main, monkeypatch):
    def interrupt(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(version, 'run', interrupt)
    assert main('version') == (130, '', '')


def test_it_runs_as_a_module():
    ran = subprocess.run(
        [sys.executable, '-m', 'kubectl_dog', 'version'], capture_output=True, text=True, check=True
    )
    assert ran.stdout == f'kubectl-dog {VERSION}\n'


@pytest.mark.parametrize('encoding', ('ascii', 'cp437', 'cp1252', 'utf-8'))
@pytest.mark.parametrize(
    ('argv', 'expected'),
    ((['rollout', '--help'], 0), (['demo', '--instant'], 1), (['rollout', 'deploy…/a'], 5)),
)
def test_no_encoding_of_the_output_is_a_defect(encoding, argv, expected):
    command = [sys.executable, '-m', 'kubectl_dog', *argv]
    env = {**os.environ, 'PYTHONIOENCODING': encoding, 'KUBECONFIG': '/nowhere'}
    ran = subprocess.run(command, env=env, capture_output=True, check=False)
    assert (ran.returncode, b'Traceback' in ran.stderr) == (expected, False)


def test_start_up_imports_nothing_that_only_some_commands_need():
    code = (
        'import sys, kubectl_dog.cli.main; from kubectl_dog.cli.parser import parse; '
        'parse(["status", "a/b"]); print(*sys.modules)'
    )
    ran = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert not loaded & {
        'http.client',
        'urllib3',
        'yaml',
        'tabulate',
        'ssl',
        'dataclasses',
        'difflib',
        'importlib.metadata',
    }


def test_a_recording_that_breaks_off_is_said_to(main, tmp_path):
    recorded = resources.files('kubectl_dog.recording').joinpath('demo/crash-loop.jsonl')
    lines = recorded.read_bytes().splitlines(keepends=True)
    cut = tmp_path / 'cut.jsonl'
    for count, message in (
        (len(lines), ''),
        (len(lines) - 1, f'{cut} ends after 13s, before the end'),
    ):
        cut.write_bytes(b''.join(lines[:count]))
        code, _, err = main('replay', str(cut), '--instant')
        assert code == 1
        assert err.startswith(message) and bool(err) == bool(message)


def test_options_of_a_recording_that_are_not_known_are_told(main, tmp_path):
    recorded = resources.files('kubectl_dog.recording').joinpath('demo/crash-loop.jsonl')
    newer = tmp_path / 'newer.jsonl'
    newer.write_bytes(recorded.read_bytes().replace(b'"options":{}', b'"options":{"glow":1}', 1))
    code, _, err = main('replay', str(newer), '--instant')
    assert (code, err) == (
        1,
        f'{newer} has unknown options, which are ignored: glow\n',
    )


def test_threads_of_the_program_have_small_stacks_and_a_callers_keep_theirs():
    code = (
        'import sys, threading; from kubectl_dog.cli.main import main;'
        'main(["version"]); print(threading.stack_size());'
        'sys.argv[1:] = ["version"]; main(); print(threading.stack_size())'
    )
    ran = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert [line for line in ran.stdout.splitlines() if line.isdigit()] == ['0', str(256 * 1024)]


@pytest.mark.parametrize('size', (None, 0))
def test_a_recording_is_read_from_standard_input(main, monkeypatch, size):
    recorded = resources.files('kubectl_dog.recording').joinpath('demo/crash-loop.jsonl')
    data = recorded.read_bytes()[:size]
    monkeypatch.setattr(sys, 'stdin', SimpleNamespace(buffer=io.BytesIO(data)))
    code, out, err = main('replay', '-', '--instant')
    assert (code, 'CrashLoop' in out) == ((1, True) if data else (2, False))
    message = 'is not a recording of kubectl dog: use a file that --record has written'
    assert err == ('' if data else f'error: standard input {message}\n')


@pytest.mark.parametrize(
    ('file', 'name'),
    (
        ('/usr/bin/kubectl-dog', 'kubectl dog'),
        ('/x/kubectl_dog/__main__.py', 'python -m kubectl_dog'),
        ('/x/dog', 'dog'),
    ),
)
def test_messages_name_the_program_as_it_was_started(monkeypatch, capsys, file, name):
    monkeypatch.setattr(sys, 'argv', [file])
    assert program.main(['--help']) == 0
    assert capsys.readouterr().out.startswith(f'usage: {name} ')


@pytest.mark.parametrize(
    ('words', 'command'),
    (
        ([f'--token={HIDDEN}', 'status'], '--token'),
        ([f'-s{HIDDEN}', 'status'], '-s'),
        (['status', HIDDEN], 'status'),
        ([], ''),
    ),
)
def test_a_report_does_not_show_the_value_of_a_flag(words, command):
    try:
        fail_with_text()
    except ValueError:
        report = crash_report.crash_report(words)
    assert report.splitlines()[1].endswith(f', command {command}')
    assert HIDDEN not in report
