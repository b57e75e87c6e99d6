from __future__ import annotations

import pytest

from kubectl_dog.cli.completion import answer
from kubectl_dog.cli.completion.answer import Answer


def test_lines_are_values_with_what_they_mean_and_then_the_directive():
    given = answer.of({'a': 'first', 'b': ''})
    assert answer.lines(given) == ['a\tfirst', 'b', ':4']
    assert answer.lines(given, described=False) == ['a', 'b', ':4']
    assert answer.lines(answer.NOTHING) == [':4']


def test_what_is_meant_is_one_line_that_a_terminal_obeys_not():
    assert answer.lines(answer.of({'a': 'x\ny\x1b[2J'}))[0] == 'a\tx y\\x1b[2J'


@pytest.mark.parametrize(
    'hostile',
    ('$(id)', '`id`', 'a;b', 'a b', "a'b", 'a\nb', 'a\tb', 'a\x1b[2J', 'a\u202eb', '~', ''),
)
def test_what_a_shell_might_run_is_not_offered(hostile):
    given = answer.of((hostile, 'web', 'system:node', 'arn:aws:eks:eu:1:cluster/x', 'jane@host'))
    kept = [value for value, _ in answer.starting(given, '').values]
    assert kept == ['web', 'system:node', 'arn:aws:eks:eu:1:cluster/x', 'jane@host']


def test_a_name_that_a_command_would_take_for_a_flag_is_not_offered():
    given = answer.of(('--kubeconfig=x', '-x', 'web-1'))
    assert [value for value, _ in answer.starting(given, '').values] == ['web-1']
    assert len(answer.starting(given, '-').values) == 2


def test_only_what_goes_on_from_the_word_is_offered():
    given = Answer((('web', ''), ('db', '')), 6)
    assert answer.starting(given, 'w') == Answer((('web', ''),), 6)


def test_endings_of_files_are_no_words():
    given = answer.of(('yaml',), answer.ENDINGS)
    assert answer.starting(given, 'k8s/w') == given
