from __future__ import annotations

import pytest

from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.parser import parse
from kubectl_dog.model.options import Options


@pytest.mark.parametrize('command', ('rollout', 'follow'))
@pytest.mark.parametrize(
    ('words', 'fields'),
    (
        ((), {}),
        (('--logs-all',), {'logs_all': True}),
        (('--no-logs',), {'logs': False}),
        (('--no-logs=false',), {}),
        (('--previous',), {'previous': True}),
        (('--containers', 'a,b', '--containers', 'c'), {'containers': ('a', 'b', 'c')}),
        (('--skip-containers', 'proxy'), {'skip_containers': ('proxy',)}),
        (('--include', 'a|b', '--include', 'main=c'), {'include': ('a|b', 'main=c')}),
        (('--exclude', '^$'), {'exclude': ('^$',)}),
        (('--max-log-streams', '7'), {'max_log_streams': 7}),
        (('--since', 'now', '--tail', '-1'), {'since': 0.0, 'tail': None}),
    ),
)
def test_flags_become_options(command, words, fields):
    assert tracking_flags.options(parse([command, 'deploy/web', *words])) == Options(**fields)


@pytest.mark.parametrize(
    ('words', 'message'),
    (
        (('--include', '('), "--include: '(' is not a regular expression"),
        (('--exclude', r'(a)\1'), 'cannot be matched in bounded time: it refers back to a group'),
        (('--max-log-streams', '0'), "'0' is not a number of 1 or more"),
        (('--containers', ','), 'name a container'),
    ),
)
def test_what_is_wrong_is_told_with_code_2(words, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        parse(['rollout', 'deploy/web', *words])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
