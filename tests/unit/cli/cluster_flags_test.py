from __future__ import annotations

import pytest

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import UserError

TARGETS = flags.Argument('target', '', '', '*')
COMMAND = flags.Command('bark', print, '', common_flags.CLUSTER, TARGETS)


def parse(*words):
    args = flags.parse(COMMAND, [*words, 'deploy/x'])
    assert args.target == ['deploy/x']
    return ConnectionFlags(**common_flags.cluster(args))


def test_every_field_has_its_flag():
    assert sorted(common_flags.FIELDS) == sorted(ConnectionFlags._fields)


@pytest.mark.parametrize(
    ('words', 'seconds'),
    (
        ((), None),
        (('--timeout', '5s'), 5),
        (('--timeout', '0'), None),
        (('--timeout', '5s', '--request-timeout', '9s'), 5),
        (('--timeout', '9s', '--request-timeout', '5s'), 5),
        (('--timeout', '9s', '--request-timeout', '0'), 9),
    ),
)
def test_an_answer_takes_no_longer_than_the_run(words, seconds):
    all_flags = (*common_flags.CLUSTER, tracking_flags.TIMEOUT)
    command = flags.Command('bark', print, '', all_flags, TARGETS)
    given = common_flags.cluster(flags.parse(command, [*words, 'deploy/x']))
    assert given['request_timeout'] == seconds


def test_nothing_said_is_none():
    assert parse() == ConnectionFlags()


@pytest.mark.parametrize(
    ('words', 'expected'),
    (
        (('-n', 'x'), {'namespace': 'x'}),
        (('--namespace=x',), {'namespace': 'x'}),
        (('--kubeconfig', 'x'), {'kubeconfig': 'x'}),
        (('--kube-config', 'x'), {'kubeconfig': 'x'}),
        (('--kube-config-base64', 'x'), {'kubeconfig_base64': 'x'}),
        (('--context', 'x'), {'context': 'x'}),
        (('--kube-context', 'x'), {'context': 'x'}),
        (('--cluster', 'x'), {'cluster': 'x'}),
        (('--user', 'x'), {'user': 'x'}),
        (('-s', 'x'), {'server': 'x'}),
        (('--server', 'x'), {'server': 'x'}),
        (('--proxy-url', 'x'), {'proxy_url': 'x'}),
        (('--token', 'x'), {'token': 'x'}),
        (('--username', 'x', '--password', 'y'), {'username': 'x', 'password': 'y'}),
        (('--as', 'x', '--as-uid', 'y'), {'as_user': 'x', 'as_uid': 'y'}),
        (('--as-group', 'x', '--as-group=y'), {'as_group': ['x', 'y']}),
        (('--as-user-extra', 'a=b=c'), {'as_user_extra': ['a=b=c']}),
        (('--certificate-authority', 'x'), {'certificate_authority': 'x'}),
        (('--client-certificate', 'x', '--client-key', 'y'),
         {'client_certificate': 'x', 'client_key': 'y'}),
        (('--tls-server-name', 'x'), {'tls_server_name': 'x'}),
        (('--request-timeout', '0'), {'request_timeout': 0}),
        (('--request-timeout', '1m'), {'request_timeout': 60}),
        (('--insecure-skip-tls-verify',), {'insecure_skip_tls_verify': True}),
        (('--insecure-skip-tls-verify=true',), {'insecure_skip_tls_verify': True}),
        (('--insecure-skip-tls-verify=false',), {'insecure_skip_tls_verify': False}),
        (('--insecure-skip-tls-verify=0',), {'insecure_skip_tls_verify': False}),
        (('--disable-compression',), {'disable_compression': True}),
        (('-v', '6'), {'verbosity': 6}),
        (('-v=6',), {'verbosity': 6}),
        (('-v6',), {'verbosity': 6}),
        (('--v=6',), {'verbosity': 6}),
    ),
)  # fmt: skip
def test_flags(words, expected):
    assert parse(*words) == ConnectionFlags(**expected)


@pytest.mark.parametrize(
    ('words', 'message'),
    (
        (('--as-user-extra', 'x'), 'invalid --as-user-extra "x": use KEY=VALUE'),
        (('--as-user-extra', '=x'), '"=x": use KEY=VALUE'),
        (('--insecure-skip-tls-verify=maybe',), '-skip-tls-verify "maybe": use true or false'),
        (('-v', 'x'), 'invalid --v "x": use a number'),
        (('-n', '--token'), 'flag needs an argument: -n'),
    ),
)
def test_wrong_flags(words, message):
    with pytest.raises(UserError) as raised:
        parse(*words)
    assert message in str(raised.value)


def test_another_connection_is_for_the_plugins_to_find():
    assert 'connection' not in common_flags.cluster(flags.parse(COMMAND, []))
    args = flags.parse(COMMAND, ['--connection', 'kubernetes'])
    assert common_flags.cluster(args)['connection'] == 'kubernetes'
