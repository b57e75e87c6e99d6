from __future__ import annotations

import pytest

from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.parser import parse
from kubectl_dog.model.errors import UserError
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
        (('--include', '('), 'invalid --include "(": '),
        (('--exclude', r'(a)\1'), 'cannot be matched in bounded time: it refers back to a group'),
        (('--tail', 'x'), 'invalid --tail "x": use a number of lines, or -1 for all'),
        (('--since', 'x'), 'use a duration like 90s, or now, or all'),
        (('--max-log-streams', '0'), 'invalid --max-log-streams "0": use a number of 1 or more'),
        (('--containers', ','), 'use names of containers, separated by commas'),
    ),
)
def test_an_invalid_value_is_an_error_that_names_it(words, message):
    with pytest.raises(UserError) as raised:
        parse(['rollout', 'deploy/web', *words])
    assert message in str(raised.value)
