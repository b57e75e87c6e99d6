from __future__ import annotations

import pytest

from kubectl_dog.cli import flags
from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import Flag
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.cli.flags import create_flag

FLAGS = (
    create_flag('-R, --recursive', 'x'),
    create_flag('-A, --all', 'x'),
    Flag(('-n', '--name'), 'NAME', aliases=('--called',)),
    Flag(('--number',), 'N', parse=int, default=3),
    Flag(('--file',), 'FILE', repeated=True),
    Flag(('--mode',), 'MODE', choices=('on', 'off', 'auto')),
)


def parse(*words, number='*'):
    return flags.parse(
        Command('bark', print, '', FLAGS, Argument('words', 'WORD', '', number)), words
    )


@pytest.mark.parametrize(
    ('words', 'values'),
    (
        ((), {'words': [], 'recursive': None, 'name': None, 'number': 3, 'file': []}),
        (('a', '-n', 'x', 'b'), {'words': ['a', 'b'], 'name': 'x'}),
        (('-nx',), {'name': 'x'}),
        (('-n=x',), {'name': 'x'}),
        (('--name=',), {'name': ''}),
        (('--name', ''), {'name': ''}),
        (('--called', 'x', '--name=y=z'), {'name': 'y=z'}),
        (('--number', '-1'), {'number': -1}),
        (('--file', 'a', '--file=-', '--file', '-'), {'file': ['a', '-', '-']}),
        (('--name', '-x', '--file', '--all=false', '-A'), {'name': '-x', 'all': True}),
        (('-R', 'a'), {'recursive': True, 'words': ['a']}),
        (('-R=false', '--all=T'), {'recursive': False, 'all': True}),
        (('-AR',), {'recursive': True, 'all': True}),
        (('-ARnx',), {'recursive': True, 'all': True, 'name': 'x'}),
        (('-ARn', 'x', 'a'), {'recursive': True, 'name': 'x', 'words': ['a']}),
        (('-AR=false',), {'recursive': False, 'all': True}),
        (('-', '--', '-R'), {'words': ['-', '-R'], 'recursive': None}),
        (('--', '-R', '--', '--all=x'), {'words': ['-R', '--', '--all=x'], 'recursive': None}),
        (('--mode', 'off'), {'mode': 'off'}),
    ),
)
def test_words_become_values(words, values):
    parsed = vars(parse(*words))
    assert {name: parsed[name] for name in values} == values


@pytest.mark.parametrize(
    ('words', 'message'),
    (
        (('--nam', 'x'), 'unknown flag: --nam: did you mean --name?'),
        (('--zzz=1',), 'unknown flag: --zzz'),
        (('-x',), 'unknown flag: -x'),
        (('-Rx',), 'unknown flag: -x'),
        (('--Rx',), 'unknown flag: --Rx'),
        (('-1',), 'unknown flag: -1'),
        (('- x',), 'unknown flag: - x'),
        (('--name',), 'flag needs an argument: --name'),
        (('-n', 'x', '--name'), 'flag needs an argument: --name'),
        (('-Rn',), 'flag needs an argument: -n'),
        (('--name', '--', 'x'), 'flag needs an argument: --name'),
        (('--name=--',), 'invalid flag "--name=--": -- cannot be a value'),
        (('-n--',), 'invalid flag "-n--": -- cannot be a value'),
        (('-n', '--file', 'x'), 'flag needs an argument: -n'),
        (('--number', 'x'), 'invalid --number "x": '),
        (('--mode', 'x'), 'invalid --mode "x": use on, off or auto'),
        (('-R=x',), 'invalid --recursive "x": use true or false'),
    ),
)
def test_an_invalid_flag_is_an_error_that_names_it(words, message):
    with pytest.raises(UsageError) as raised:
        parse(*words)
    assert str(raised.value).startswith(message)


def test_the_number_of_arguments_is_checked():
    assert parse('a', number='').words == 'a'
    assert parse(number='?').words is None
    for words, message in (((), 'WORD is missing'), (('a', 'b'), 'unexpected argument "b"')):
        with pytest.raises(UsageError, match=message):
            parse(*words, number='')
