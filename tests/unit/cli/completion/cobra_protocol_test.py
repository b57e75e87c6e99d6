from __future__ import annotations

import pytest

from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.cli.completion.cobra_protocol import Answer


def test_lines_are_values_with_what_they_mean_and_then_the_directive():
    given = cobra_protocol.create_answer({'a': 'first', 'b': ''})
    assert cobra_protocol.lines(given) == ['a\tfirst', 'b', ':4']
    assert cobra_protocol.lines(given, described=False) == ['a', 'b', ':4']
    assert cobra_protocol.lines(cobra_protocol.NOTHING) == [':4']


def test_what_is_meant_is_one_line_that_a_terminal_obeys_not():
    answer = cobra_protocol.create_answer({'a': 'x\ny\x1b[2J'})
    assert cobra_protocol.lines(answer)[0] == 'a\tx y\\x1b[2J'


@pytest.mark.parametrize(
    'hostile',
    ('$(id)', '`id`', 'a;b', 'a b', "a'b", 'a\nb', 'a\tb', 'a\x1b[2J', 'a\u202eb', '~', ''),
)
def test_what_a_shell_might_run_is_not_offered(hostile):
    given = cobra_protocol.create_answer(
        (hostile, 'web', 'system:node', 'arn:aws:eks:eu:1:cluster/x', 'jane@host')
    )
    kept = [value for value, _ in cobra_protocol.filter_by_prefix(given, '').values]
    assert kept == ['web', 'system:node', 'arn:aws:eks:eu:1:cluster/x', 'jane@host']


def test_a_name_that_a_command_would_take_for_a_flag_is_not_offered():
    given = cobra_protocol.create_answer(('--kubeconfig=x', '-x', 'web-1'))
    assert [value for value, _ in cobra_protocol.filter_by_prefix(given, '').values] == ['web-1']
    assert len(cobra_protocol.filter_by_prefix(given, '-').values) == 2


def test_only_what_goes_on_from_the_word_is_offered():
    given = Answer((('web', ''), ('db', '')), 6)
    assert cobra_protocol.filter_by_prefix(given, 'w') == Answer((('web', ''),), 6)


def test_endings_of_files_are_no_words():
    given = cobra_protocol.create_answer(('yaml',), cobra_protocol.ENDINGS)
    assert cobra_protocol.filter_by_prefix(given, 'k8s/w') == given
