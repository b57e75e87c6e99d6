from __future__ import annotations

import pytest

from kubectl_dog.cli.completion import partial_line


def read(text):
    return partial_line.parse_partial_line(text.split(' '))


@pytest.mark.parametrize(
    ('text', 'words', 'word'),
    (
        ('rollout ', (), ''),
        ('rollout dep', (), 'dep'),
        ('rollout deploy we', ('deploy',), 'we'),
        ('rollout -n shop deploy we', ('deploy',), 'we'),
        ('rollout -nshop deploy we', ('deploy',), 'we'),
        ('rollout --namespace=shop deploy we', ('deploy',), 'we'),
        ('rollout deploy -A we', ('deploy',), 'we'),
        ('rollout --keep-going=false we', (), 'we'),
        ('rollout --unheard-of we', (), 'we'),
        ('rollout --help we', (), 'we'),
        ('rollout -- -n we', ('-n',), 'we'),
        ('rollout -- -n', (), '-n'),
        ('multitrack - ', ('-',), ''),
        ('follow -v six we', (), 'we'),
    ),
)
def test_the_last_word_is_what_follows_the_words(text, words, word):
    line = read(text)
    assert (line.words, line.word, line.flag, line.is_flag) == (words, word, None, False)


@pytest.mark.parametrize(
    ('text', 'field', 'word'),
    (
        ('rollout -n ', 'namespace', ''),
        ('rollout -n sh', 'namespace', 'sh'),
        ('rollout --namespace=sh', 'namespace', 'sh'),
        ('rollout -n=sh', 'namespace', 'sh'),
        ('rollout --kube-context a', 'context', 'a'),
        ('rollout deploy/web --on-pause s', 'on_pause', 's'),
        ('rollout --context --', 'context', '--'),
        ('replay --speed 1', 'speed', '1'),
    ),
)
def test_the_last_word_is_the_value_of_a_flag(text, field, word):
    line = read(text)
    assert (line.flag.dest, line.word) == (field, word)


@pytest.mark.parametrize('text', ('rollout -', 'rollout --', 'rollout --na', '-', 'rollout --zz=1'))
def test_the_last_word_is_the_name_of_a_flag(text):
    assert read(text).is_flag


@pytest.mark.parametrize('text', ('', 'ro', 'help ro'))
def test_the_last_word_is_a_command(text):
    line = read(text)
    assert (line.command, line.word) == (None, text.split(' ')[-1])


@pytest.mark.parametrize('text', ('bark ', '-n shop ', 'help rollout '))
def test_after_what_is_no_command_comes_nothing(text):
    assert read(text) is None


def test_what_was_said_is_known():
    line = read('rollout --context=a -n b --as-group x --as-group y -A -v zz d')
    args = line.args
    assert (args.context, args.namespace, args.as_group) == ('a', 'b', ['x', 'y'])
    assert args.all_namespaces is True
    assert line.used == {'context', 'namespace', 'as_group', 'all_namespaces', 'verbosity'}
    assert (args.verbosity, args.output) == (None, [])
