"""The grammar of targets; `tests/grammar.py` is what kubectl says, and is asked of it."""

from __future__ import annotations

import pytest

from kubectl_dog.cli import targets
from kubectl_dog.cli.parser import parse
from kubectl_dog.model.errors import UserError
from tests import grammar

OURS = (
    ((), 'no targets: use TYPE/NAME, such as deploy/web, TYPE -l SELECTOR, -f FILE'),
    (('-l', 'a=b'), 'the selector needs a type'),
    (('-A',), 'no targets'),
    (
        ('web',),
        'incomplete target "web": use TYPE/NAME, such as deploy/web, or TYPE -l SELECTOR \\(',
    ),
    (('all',), 'incomplete target "all": use all -l \'\''),
    (('undo', 'deploy/web'), 'only watches them: run `kubectl rollout undo deploy/web` first'),
    (('deploy/web,db',), 'use TYPE/NAME'),
    (('deploy,sts',), 'incomplete target "deploy,sts"'),
    (('deploy', '-A'), 'incomplete target "deploy".*-l \'\' selects all'),
    (('deploy/a', '-R'), '-R needs -f DIR'),
    (('-k', 'dir', '-R'), '-R needs -f DIR'),
    (('-k', 'dir', 'deploy'), 'when a path is specified'),
    (('--helm-release', 'x', 'deploy/a'), 'when a path is specified'),
    (('--helm-release', 'x', '-f', '-'), '--helm-release cannot be combined'),
    (('--helm-release', 'x', '-k', 'dir'), '--helm-release cannot be combined'),
    (('-f', '-', '-A'), '-A needs TYPE -l SELECTOR'),
    (('deploy', '-l', 'a in (b'), "invalid selector 'a in \\(b' at"),
    (('-f', '-', '-l', '=x='), "invalid selector '=x=' at"),
)
CHOSEN = (
    (('deploy', '-l', 'a=b'), 'deploy'),
    (('deploy,sts', '-l', 'a=b'), 'deploy,sts'),
    (('-l', 'a=b', 'deploy'), 'deploy'),
    (('deploy', '-l', ''), 'deploy'),
    (('deploy', '-l', 'a', '-A'), 'deploy'),
    (('all', '-l', 'a'), 'all'),
    (('-f', '-'), ''),
    (('-f', 'a.yaml', '-f', 'b', '-R', '-n', 'x'), ''),
    (('-f', 'a.yaml', '-l', 'a=b'), ''),
    (('-k', 'dir'), ''),
    (('--helm-release', 'shop'), ''),
)


def read(argv):
    args = parse(['rollout', *argv])
    return targets.read(args.target, args)


@pytest.mark.parametrize(('argv', 'message'), (*grammar.REFUSED,))
def test_what_kubectl_refuses_is_refused_with_its_words(argv, message):
    with pytest.raises(UserError) as raised:
        read(argv)
    assert str(raised.value).startswith(message)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(('argv', 'message'), OURS)
def test_what_is_not_clear_is_refused(argv, message):
    with pytest.raises(UserError, match=message):
        read(argv)


@pytest.mark.parametrize(('argv', 'names'), grammar.TAKEN)
def test_names_are_taken_as_kubectl_takes_them(argv, names):
    target_words, inputs = read(argv)
    assert (tuple(target_words.names), target_words.types, inputs.is_given) == (names, '', False)


@pytest.mark.parametrize(('argv', 'types'), CHOSEN)
def test_what_is_chosen_has_no_names(argv, types):
    target_words, inputs = read(argv)
    assert (target_words.names, target_words.types) == ((), types)
    assert inputs.is_given is not bool(types)


@pytest.mark.parametrize('argv', [('deploy/a',), ('-f', '-'), ('deploy', '-l', 'a')])
@pytest.mark.parametrize('command', ['rollout', 'follow', 'status'])
def test_every_command_has_the_same_targets(command, argv):
    args = parse([command, *argv])
    assert targets.read(args.target, args) == read(argv)
