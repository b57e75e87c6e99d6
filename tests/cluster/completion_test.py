"""Completion through kubectl's own completion, with the TAB key in every installed shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from . import manifests
from . import options
from . import stage as stages
from .harness import typing
from .harness.dog import SCRIPTS

BASH = '/usr/share/bash-completion/bash_completion'
# How each shell starts without the user's files, and how it loads kubectl's completion.
SHELLS = {
    'bash': (
        ['bash', '--norc', '--noprofile', '-i'],
        f'source {BASH}; source <(kubectl completion bash); '
        'complete -o default -F __start_kubectl kubectl-dog',
    ),
    'zsh': (
        ['zsh', '-f', '-i'],
        'autoload -Uz compinit && compinit -u -D; source <(kubectl completion zsh); '
        'compdef _kubectl kubectl-dog',
    ),
    'fish': (['fish', '--no-config', '-i'], 'kubectl completion fish | source'),
}


@pytest.fixture(scope='module')
def stage(cluster, tmp_path_factory):
    """One namespace for all: nothing in it changes."""
    name = stages.unique('completion')
    with stages.opened(cluster, name, tmp_path_factory.mktemp(name)) as opened:
        opened.apply([manifests.deployment(name, paused=True) for name in ('web', 'worker')])
        yield opened


@pytest.fixture
def complete(stage):
    """complete("rollout", "dep"): the candidates that kubectl prints after these words."""

    def run(*words, env=None):
        command = [str(stage.kubectl.program), '__complete', 'dog', *words]
        began = time.monotonic()
        done = subprocess.run(
            command, env={**stage.dog.env, **(env or {})}, capture_output=True, text=True,
            check=False, timeout=30,
        )  # fmt: skip
        values = [line.partition('\t')[0] for line in done.stdout.splitlines()]
        messages = [line for line in done.stderr.splitlines() if not line.startswith('[Debug] ')]
        seconds = time.monotonic() - began
        return SimpleNamespace(
            values=values, messages=messages, code=done.returncode, seconds=seconds
        )

    return run


def eventually(complete, *words):
    """The candidates, with retries, as a busy machine may not answer within a second."""
    for _ in range(10):
        result = complete(*words)
        if len(result.values) > 1:
            break
    return result.values


@pytest.mark.parametrize(
    ('words', 'offered'),
    (
        (['roll'], ['rollout', ':4']),
        (['rollout', '--contex'], ['--context', ':4']),
        (['rollout', 'dep'], ['deployments', 'deploy', ':4']),
        (['rollout', 'deploy/w'], ['deploy/web', 'deploy/worker', ':4']),
        (['rollout', 'deploy', 'wo'], ['worker', ':4']),
        (['rollout', 'deploy/web', 'deploy/'], ['deploy/worker', ':4']),
        (['follow', 'sts,deploy', 'web', ''], ['worker', ':4']),
        (['rollout', '-n', 'kube-sy'], ['kube-system', ':4']),
        (['status', '-o', ''], ['table', 'json', ':4']),
        (['rollout', '-f', 'x'], ['json', 'yaml', 'yml', ':8']),
        (['rollout', '-k', ''], [':16']),
    ),
)
def test_kubectl_offers_what_there_is(complete, words, offered):
    assert eventually(complete, *words) == offered


def test_the_context_is_that_of_the_command_line(complete, stage):
    context = stage.kubectl('config', 'current-context').stdout.strip()
    nowhere = {'KUBECONFIG': '/nowhere'}
    config = ('--kubeconfig', str(stage.kubectl.kubeconfig))
    assert complete('rollout', *config, '--context', '', env=nowhere).values == [context, ':4']
    assert complete('rollout', '--context', 'none', 'deploy/').values == [':4']


@pytest.mark.parametrize(
    'env',
    ({'KUBECONFIG': '/nowhere'}, {'KUBECONFIG': os.devnull}, {'KUBECONFIG': sys.executable}),
)
def test_without_a_cluster_nothing_is_offered_and_nothing_told(complete, env):
    result = complete('rollout', 'deploy/', env=env)
    assert (result.code, result.values) == (0, [':4'])
    assert result.messages == ['Completion ended with directive: ShellCompDirectiveNoFileComp']


def test_without_the_right_to_list_nothing_is_offered_and_nothing_told(stage):
    nobody, token = stage.account()
    program = str(SCRIPTS / 'kubectl_complete-dog')
    done = subprocess.run(
        [program, 'rollout', '--token', token, 'deploy/'], env=nobody.env,
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (':4\n', '')


def test_a_server_that_never_answers_costs_no_more_than_a_second(complete):
    # An address for documentation: nobody answers.
    server = ('--server', 'https://192.0.2.1')
    waits = [complete('rollout', *server, 'deploy/').seconds for _ in range(3)]
    assert min(waits) < 1.3


@pytest.mark.parametrize(
    ('shell', 'program'),
    (
        ('bash', 'kubectl dog'),
        ('bash', 'kubectl-dog'),
        ('zsh', 'kubectl dog'),
        ('zsh', 'kubectl-dog'),
        ('fish', 'kubectl dog'),
    ),
)
def test_the_tab_key_completes_in_a_shell(stage, shell, program):
    if not shutil.which(shell) or not os.path.exists(BASH):
        assert not options.in_ci(), f'{shell} is missing'
        pytest.skip(f'{shell} is not installed, or has no bash-completion.')
    command, known = SHELLS[shell]
    home = str(stage.folder)
    env = {**stage.dog.env, 'HOME': home, 'PS1': '$ ', 'TERM': 'xterm', 'XDG_CONFIG_HOME': home}
    with typing.opened(command, env) as typed:
        typed.type(f'{known}; printf %s-%s ready now\n')
        assert typed.shows('ready-now'), typed.screen
        for keys, shown in (('rollout deploy/wo\t', 'deploy/worker '), ('fol\t', 'follow ')):
            for _ in range(10):
                typed.type(f'{program} {keys}')
                if typed.shows(shown, 3):
                    break
                typed.type('\x15')
            assert shown in typed.screen
            typed.type('\x15')
