from __future__ import annotations

import argparse

import pytest

from kubectl_dog.cli import common_flags
from kubectl_dog.model.connection import ConnectionFlags


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument('target', nargs='*')
    common_flags.add_cluster(parser)

    def parse(*words):
        args = parser.parse_args([*words, 'deploy/x'])
        assert args.target == ['deploy/x']
        return ConnectionFlags(**common_flags.cluster(args))

    return parse


def test_every_field_has_its_flag():
    assert sorted(common_flags.FIELDS.values()) == sorted(ConnectionFlags._fields)


def test_nothing_said_is_none(parse):
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
def test_flags(parse, words, expected):
    assert parse(*words) == ConnectionFlags(**expected)


@pytest.mark.parametrize(
    ('words', 'message'),
    (
        (('--as-user-extra', 'x'), "'x' is not KEY=VALUE"),
        (('--as-user-extra', '=x'), "'=x' is not KEY=VALUE"),
        (('--insecure-skip-tls-verify=maybe',), 'insecure-skip-tls-verify'),
        (('-v', 'x'), "'x'"),
    ),
)
def test_wrong_flags(parse, words, message, capsys):
    with pytest.raises(SystemExit):
        parse(*words)
    assert message in capsys.readouterr().err


def test_another_connection_is_for_the_plugins_to_find():
    parser = argparse.ArgumentParser()
    common_flags.add_cluster(parser)
    assert 'connection' not in common_flags.cluster(parser.parse_args([]))
    flags = common_flags.cluster(parser.parse_args(['--connection', 'kubernetes']))
    assert flags['connection'] == 'kubernetes'
