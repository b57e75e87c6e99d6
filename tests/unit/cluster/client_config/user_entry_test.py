from __future__ import annotations

import pytest

from kubectl_dog.cluster.auth.provider import provider
from kubectl_dog.cluster.client_config import in_cluster
from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.client_config.kubeconfig_test import config
from tests.unit.cluster.client_config.kubeconfig_test import env  # noqa: F401

V1 = 'client.authentication.k8s.io/v1'


def plugin(**fields):
    return {'exec': {'command': 'x', 'apiVersion': V1, 'interactiveMode': 'Never', **fields}}


def test_a_plugin(env, tmp_path):  # noqa: F811
    extensions = [
        1,
        {'name': 'other'},
        {'name': 'client.authentication.k8s.io/exec', 'extension': 7},
    ]
    user = plugin(
        command='./x',
        args=['a'],
        env=[{'name': 'A', 'value': 'b'}, {'name': 'C'}],
        installHint='hint',
        provideClusterInfo=True,
    )
    settings = resolve_settings(ConnectionFlags(), env(config(user=user, extensions=extensions)))
    assert settings.plugin == Plugin(
        f'{tmp_path}/f0/./x', ('a',), (('A', 'b'), ('C', '')), V1, 'Never', 'hint', True, 7
    )


def test_the_interactive_mode_has_a_default_in_v1beta1_only(env):  # noqa: F811
    user = plugin(apiVersion=f'{V1}beta1', interactiveMode=None)
    assert (
        resolve_settings(ConnectionFlags(), env(config(user=user))).plugin.interactive_mode
        == 'IfAvailable'
    )


@pytest.mark.parametrize(
    ('user', 'message'),
    (
        (plugin(command=None), 'user "a": exec: command is missing'),
        (plugin(apiVersion=f'{V1}alpha1'), f'must be one of {V1}, {V1}beta1, not "{V1}alpha1"'),
        (
            plugin(interactiveMode=None),
            'user "a": exec: interactiveMode is missing',
        ),
        (
            plugin(interactiveMode='x'),
            'exec.interactiveMode: must be one of Never, IfAvailable, Always, not "x"',
        ),
        (plugin(args='x'), 'exec.args: must be a list, not text'),
        (plugin(env='x'), 'exec.env: must be a list, not text'),
        (plugin(env=[{'value': 'x'}]), 'exec.env[0].name: is missing'),
        (
            plugin(env=[{'name': 'a=b', 'value': 'x'}]),
            'exec.env[0]: must be a valid environment variable',
        ),
        ({'exec': 'x'}, 'user "a": exec: must be a mapping'),
        (
            {**plugin(), 'auth-provider': {'name': 'oidc'}},
            'user "a": has both exec and auth-provider',
        ),
        ({'auth-provider': {'name': 'gcp'}}, 'no longer supports: install gke-gcloud-auth-plugin'),
        ({'auth-provider': {'name': 'azure'}}, 'no longer supports: install kubelogin'),
        ({'auth-provider': {'name': 'x'}}, 'auth-provider: unsupported name: use oidc'),
        ({'token': 't', 'password': 'p'}, 'user "a" has both a token and a password: remove one'),
        (
            {'client-key': 'k', 'client-key-data': 'UEVN', 'token': 't'},
            'has both client-key and client-key-data',
        ),
        ({}, 'user "a" in the kubeconfig has no credentials: sign in, or use --token'),
        ({'client-key': 'k'}, 'has no credentials'),
        ({'token': 't', 'as-groups': ['g']}, 'require a user: use --as'),
        ({'token': 't', 'as': 'a\nb'}, 'a control character'),
        ({'token': 't', 'as': 'a', 'as-groups': 'g'}, 'user "a": as-groups: must be a list'),
        ({'token': 't', 'as': 'a', 'as-user-extra': {'k': 'v'}}, 'as-user-extra.k: must be a list'),
    ),
)
def test_errors_name_user_and_field(env, user, message):  # noqa: F811
    with pytest.raises(AccessError) as raised:
        resolve_settings(ConnectionFlags(), env(config(user=user)))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ('user', 'flags'),
    (
        ({'token': 't'}, ConnectionFlags()),
        ({'username': 'u'}, ConnectionFlags()),
        ({'client-certificate': 'c', 'client-key': 'k'}, ConnectionFlags()),
        ({}, ConnectionFlags(token='t')),
        ({}, ConnectionFlags(username='u', password='p')),
    ),
)
def test_a_plugin_comes_last(env, user, flags):  # noqa: F811
    assert resolve_settings(flags, env(config(user={**plugin(), **user}))).plugin is None


def test_a_provider_goes_with_a_certificate_but_not_with_a_token(env):  # noqa: F811
    user = {
        'auth-provider': {'name': 'oidc', 'config': {'client-id': 'i'}},
        'client-certificate': 'c',
        'client-key': 'k',
    }
    settings = resolve_settings(ConnectionFlags(), env(config(user=user)))
    assert (settings.provider, bool(settings.cert_file)) == ({'client-id': 'i'}, True)
    assert resolve_settings(ConnectionFlags(token='t'), env(config(user=user))).provider is None


def test_flags_without_credentials(env):  # noqa: F811
    with pytest.raises(AccessError, match='there are no credentials: use --token or --user'):
        resolve_settings(ConnectionFlags(server='https://a'), {'KUBECONFIG': 'none'})


def test_impersonation_by_the_kubeconfig(env):  # noqa: F811
    user = {
        'token': 't',
        'as': 'jürgen',
        'as-uid': '7',
        'as-groups': ['g', 'h'],
        'as-user-extra': {'a/b %é': ['1', '2']},
    }
    assert resolve_settings(ConnectionFlags(), env(config(user=user))).impersonate == (
        ('Impersonate-User', 'jürgen'.encode().decode('latin-1')),
        ('Impersonate-Uid', '7'),
        ('Impersonate-Group', 'g'),
        ('Impersonate-Group', 'h'),
        ('Impersonate-Extra-a%2Fb%20%25%C3%A9', '1'),
        ('Impersonate-Extra-a%2Fb%20%25%C3%A9', '2'),
    )


def test_impersonation_by_flags_goes_first_and_over_http_too(env):  # noqa: F811
    user = {'as': 'x', 'as-groups': ['g', 'h'], 'as-user-extra': {'k': ['1'], 'l': ['2']}}
    flags = ConnectionFlags(
        as_user='y', as_group=('f',), as_user_extra=('k=3=4', 'k=5'), as_uid='u'
    )
    settings = resolve_settings(flags._replace(server='http://a'), env(config(user=user)))
    assert settings.impersonate == (
        ('Impersonate-User', 'y'),
        ('Impersonate-Uid', 'u'),
        ('Impersonate-Group', 'f'),
        ('Impersonate-Extra-k', '3=4'),
        ('Impersonate-Extra-k', '5'),
        ('Impersonate-Extra-l', '2'),
    )


@pytest.fixture
def pod(tmp_path, monkeypatch):
    monkeypatch.setattr(in_cluster, 'FOLDER', str(tmp_path))
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'token').write_text('account\n')
    return {'KUBERNETES_SERVICE_HOST': '10.0.0.1', 'KUBERNETES_SERVICE_PORT': '443'}


def test_in_a_pod(pod, tmp_path):
    (tmp_path / 'namespace').write_text('home\n')
    (tmp_path / 'ca.crt').write_text('PEM')
    settings = resolve_settings(ConnectionFlags(), pod)
    assert settings == Settings(
        'https://10.0.0.1:443',
        'home',
        ca_file=f'{tmp_path}/ca.crt',
        token_file=f'{tmp_path}/token',
    )
    assert provider(settings).current().authorization == 'Bearer account'


def test_in_a_pod_there_may_be_less_and_flags_count(pod):
    pod['KUBERNETES_SERVICE_HOST'] = 'fd00::1'
    settings = resolve_settings(ConnectionFlags(token='t', as_user='x', proxy_url='http://p'), pod)
    assert settings.server == 'https://[fd00::1]:443'
    assert (settings.namespace, settings.ca_file, settings.token_file) == ('default', '', '')
    assert (settings.token, settings.proxy_url) == ('t', 'http://p')
    assert settings.impersonate == (('Impersonate-User', 'x'),)
    assert resolve_settings(ConnectionFlags(), {**pod, 'POD_NAMESPACE': 'x'}).namespace == 'x'
    assert (
        resolve_settings(ConnectionFlags(namespace='n'), {**pod, 'POD_NAMESPACE': 'x'}).namespace
        == 'n'
    )


def test_without_an_account_there_is_no_pod(pod, tmp_path):
    (tmp_path / 'token').unlink()
    with pytest.raises(AccessError, match='no kubeconfig found'):
        resolve_settings(ConnectionFlags(), pod)


def test_a_kubeconfig_goes_before_the_pod(pod, tmp_path, env):  # noqa: F811
    assert resolve_settings(ConnectionFlags(), {**pod, **env(config())}).server == 'https://a'
