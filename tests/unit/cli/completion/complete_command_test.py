from __future__ import annotations

import subprocess
import sys

import pytest

from kubectl_dog import api
from kubectl_dog import completion_source
from kubectl_dog import platform_compat
from kubectl_dog.cli import main
from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.cli.completion import complete_command
from kubectl_dog.cli.completion.deadline import Deadline
from tests.unit.needs import posix

CONFIG = """\
apiVersion: v1
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}, {name: d, context: {}}]
clusters: [{name: k, cluster: {server: 'SERVER'}}]
users: [{name: u, user: USER}]
"""
HANGS = f"""{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never,
  command: {sys.executable!r}, args: ['-c', 'import time; time.sleep(60)']}}}}"""


def ran(tmp_path, config, *words):
    path = tmp_path / 'config'
    path.write_text(config)
    return subprocess.run(
        [sys.executable, '-m', 'kubectl_dog', '__complete', *words, '--kubeconfig', str(path), ''],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def seen(done):
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ('config', 'words'),
    (
        ('{', ['rollout']),
        ('contexts: 7', ['rollout']),
        ('', ['rollout', 'deploy']),
        (CONFIG.replace('SERVER', 'https://127.0.0.1:1').replace('USER', '{}'), ['rollout']),
        (CONFIG.replace('SERVER', 'https://127.0.0.1:1').replace('USER', HANGS), ['rollout']),
        (CONFIG.replace('SERVER', 'https://[').replace('USER', '{}'), ['follow', 'deploy']),
        (CONFIG.replace('SERVER', 'http://127.0.0.1:1').replace('USER', '{}'), ['rollout', '-v9']),
    ),
)
def test_whatever_goes_wrong_is_not_told(tmp_path, config, words):
    assert seen(ran(tmp_path, config, *words)) == (0, ':4\n', '')


def test_no_word_at_all_is_a_command_to_be():
    done = subprocess.run(
        [sys.executable, '-m', 'kubectl_dog', '__complete'], capture_output=True, check=True
    )
    assert b'rollout\t' in done.stdout


def test_kubectl_calls_a_program_of_its_own():
    code = (
        'import sys; from kubectl_dog.cli.completion.complete_command import main; sys.exit(main())'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, 'rollout', '--on-pause', 'w'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert seen(done) == (0, 'wait\n:4\n', '')


@pytest.mark.parametrize('name', ('/x/kubectl_complete-dog', 'kubectl_complete-dog.exe'))
def test_a_link_to_the_program_or_a_copy_of_it_completes(name):
    code = (
        'import sys; from kubectl_dog.cli.main import main; '
        'sys.argv[0] = sys.argv.pop(1); sys.exit(main())'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, name, 'rollout', '--on-pause', 'w'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert seen(done) == (0, 'wait\n:4\n', '')


def test_contexts_come_from_the_kubeconfig(tmp_path):
    path = tmp_path / 'config'
    path.write_text(CONFIG.replace('USER', '{}'))
    answer = complete_command.answer(
        ['rollout', f'--kubeconfig={path}', '--context', ''], Deadline(60.0)
    )
    assert answer == cobra_protocol.create_answer(('c', 'd'))


def test_flags_before_the_command_are_understood(tmp_path):
    path = tmp_path / 'config'
    path.write_text(CONFIG.replace('USER', '{}'))
    answer = complete_command.answer(
        [f'--kubeconfig={path}', 'rollout', '--context', ''], Deadline(60.0)
    )
    assert answer == cobra_protocol.create_answer(('c', 'd'))


@pytest.mark.parametrize(
    ('timeout', 'seconds'),
    (('', 0.8), ('3', 3), ('x', 0.8), ('-1', 0.8), ('nan', 0.8), ('inf', 0.8)),
)
def test_the_environment_says_how_long_to_wait(monkeypatch, timeout, seconds):
    asked = []
    monkeypatch.setenv('KUBECTL_DOG_COMPLETION_TIMEOUT', timeout)
    monkeypatch.setattr(complete_command.platform_compat, 'detach', lambda: False)
    monkeypatch.setattr(complete_command.time, 'process_time', lambda: 0.0)
    monkeypatch.setattr(
        complete_command, 'Deadline', lambda left: asked.append(left) or Deadline(left)
    )
    assert complete_command.run(['--color', '']) == 0
    assert asked == [seconds]


def test_shells_without_descriptions_get_none():
    command = [sys.executable, '-m', 'kubectl_dog', '__completeNoDesc', 've']
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert seen(done) == (0, 'version\n:4\n', '')


def test_the_script_calls_what_the_program_understands(capsys):
    assert main.main(['completion']) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert (first, last) == ('#!/bin/sh', 'exec kubectl-dog __complete "$@"')


def test_a_terminal_gets_a_hint(capsys, monkeypatch):
    monkeypatch.setattr(platform_compat, 'is_terminal', lambda stream: True)
    assert main.main(['completion']) == 0
    assert 'save it as kubectl_complete-dog' in capsys.readouterr().err


@posix
def test_the_script_is_silent_where_the_program_has_been_removed(capsys, tmp_path):
    main.main(['completion'])
    done = subprocess.run(
        ['/bin/sh', '-c', capsys.readouterr().out, 'x', 'rollout', ''],
        capture_output=True, text=True, check=False, env={'PATH': str(tmp_path)},
    )  # fmt: skip
    assert seen(done) == (0, '', '')


@pytest.mark.parametrize(
    ('flags', 'connected'),
    (([], 'lazy'), (['--connection', 'kubernetes'], 'kubernetes')),
)
def test_names_come_from_the_chosen_connection(monkeypatch, flags, connected):
    monkeypatch.setattr(completion_source, 'connect', lambda **flags: 'lazy')
    monkeypatch.setattr(api, 'connect', lambda connection, **flags: connection)
    for name in ('namespaces', 'kinds'):
        monkeypatch.setattr(completion_source, name, lambda connection: {connection: ''})
    monkeypatch.setattr(completion_source, 'objects', lambda connection, types: [connection])
    for words in (['--namespace', ''], [''], ['deploy', '']):
        answer = complete_command.answer(['rollout', *flags, *words], Deadline(60.0))
        assert [value for value, _ in answer.values] == [connected]
