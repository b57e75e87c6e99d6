from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
import yaml

from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError


def config(name='a', current=True, user=None, **cluster):
    document = {
        'clusters': [{'name': name, 'cluster': {'server': f'https://{name}', **cluster}}],
        'contexts': [{'name': name, 'context': {'cluster': name, 'user': name}}],
        'users': [{'name': name, 'user': {'token': f'{name}-token'} if user is None else user}],
    }
    return {**document, 'current-context': name} if current else document


@pytest.fixture
def env(tmp_path, monkeypatch):
    """Write kubeconfigs and give the environment that names them."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def env(*documents):
        paths = []
        for number, document in enumerate(documents):
            path = tmp_path / f'f{number}' / 'config'
            path.parent.mkdir(exist_ok=True)
            path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
            paths.append(str(path))
        return {'KUBECONFIG': os.pathsep.join(paths)}

    return env


def test_first_file_wins_for_values_and_current_context(env):
    second = config('b')
    second['users'].append({'name': 'a', 'user': {'token': 'wrong'}})
    settings = resolve_settings(ConnectionFlags(), env(config('a'), second))
    assert (settings.server, settings.context, settings.token) == ('https://a', 'a', 'a-token')


@pytest.mark.parametrize('section', ('clusters', 'users', 'contexts'))
def test_two_entries_of_one_name_in_a_file_are_an_error(env, section):
    document = config('c')
    document[section] *= 2
    with pytest.raises(AccessError) as error:
        resolve_settings(ConnectionFlags(), env(document))
    assert f'{section}: duplicate name "c" in list' in str(error.value)
    assert 'c-token' not in str(error.value)


def test_what_the_first_file_lacks_comes_from_the_next(env):
    settings = resolve_settings(ConnectionFlags(), env(config('a', current=False), '', config('b')))
    assert (settings.server, settings.user) == ('https://b', 'b')
    assert (
        resolve_settings(ConnectionFlags(context='a'), env(config('a'), config('b'))).server
        == 'https://a'
    )


def test_missing_files_of_a_list_are_skipped(env, tmp_path):
    variables = env(config('a'))
    variables['KUBECONFIG'] = os.pathsep.join(('', str(tmp_path / 'no'), variables['KUBECONFIG']))
    assert resolve_settings(ConnectionFlags(), variables).server == 'https://a'


def test_the_flag_excludes_the_list(env, tmp_path):
    other = tmp_path / 'other'
    other.write_text(yaml.safe_dump(config('b')))
    assert (
        resolve_settings(ConnectionFlags(kubeconfig=str(other)), env(config('a'))).server
        == 'https://b'
    )


def test_the_default_is_in_the_home_folder(env, tmp_path):
    (tmp_path / '.kube').mkdir()
    (tmp_path / '.kube' / 'config').write_text(yaml.safe_dump(config('home')))
    assert resolve_settings(ConnectionFlags(), {}).server == 'https://home'


def test_relative_paths_start_at_the_file_that_holds_the_entry(env, tmp_path):
    first, second = config('a'), config('b', **{'certificate-authority': 'ca.crt'})
    first['contexts'][0]['context'] = {'cluster': 'b', 'user': 'c'}
    second['users'] = []
    files = {'client-certificate': 'x/c.crt', 'client-key': '../c.key', 'tokenFile': 'token'}
    settings = resolve_settings(ConnectionFlags(), env(first, second, config('c', user=files)))
    f1, f2 = str(tmp_path / 'f1'), str(tmp_path / 'f2')
    assert settings.ca_file == f'{f1}/ca.crt'
    assert settings.cert_file == f'{f2}/x/c.crt'
    assert settings.key_file == f'{f2}/../c.key'
    assert settings.token_file == f'{f2}/token'


def test_flags_replace_what_the_files_say(env, tmp_path):
    data = base64.b64encode(b'PEM').decode()
    user = {'tokenFile': 'token', 'client-certificate-data': data, 'client-key-data': data}
    cluster = {'certificate-authority-data': data, 'tls-server-name': 'name'}
    flags = ConnectionFlags(
        server='https://other/',
        token='t',
        namespace='ns',
        certificate_authority='ca',
        client_certificate='cert',
        client_key='key',
    )
    settings = resolve_settings(flags, env(config(user=user, **cluster)))
    assert settings == Settings(
        **{
            'server': 'https://other',
            'namespace': 'ns',
            'context': 'a',
            'user': 'a',
            'ca_data': b'',
            'ca_file': str(tmp_path / 'ca'),
            'insecure': False,
            'tls_server_name': '',
            'cert_data': b'',
            'cert_file': str(tmp_path / 'cert'),
            'key_data': b'',
            'key_file': str(tmp_path / 'key'),
            'token': 't',
            'token_file': '',
        }
    )


def test_data_is_decoded(env):
    settings = resolve_settings(
        ConnectionFlags(), env(config(**{'certificate-authority-data': 'UEVN'}))
    )
    assert settings.ca_data == b'PEM'


def test_user_and_cluster_flags_choose_entries(env):
    variables = env(config('a'), config('b'))
    settings = resolve_settings(ConnectionFlags(user='b', cluster='b'), variables)
    assert (settings.server, settings.user, settings.context) == ('https://b', 'b', 'a')


@pytest.mark.parametrize(
    ('given', 'flag', 'expected'), ((None, None, 'default'), ('x', None, 'x'), ('x', 'y', 'y'))
)
def test_namespace(env, given, flag, expected):
    document = config()
    if given:
        document['contexts'][0]['context']['namespace'] = given
    assert resolve_settings(ConnectionFlags(namespace=flag), env(document)).namespace == expected


def test_the_insecure_flag_sets_aside_the_ca(env):
    variables = env(config(**{'certificate-authority-data': 'UEVN'}))
    settings = resolve_settings(ConnectionFlags(insecure_skip_tls_verify=True), variables)
    assert (settings.insecure, settings.ca_data) == (True, b'')


def test_a_ca_flag_sets_aside_insecure(env):
    variables = env(config(**{'insecure-skip-tls-verify': True}))
    assert not resolve_settings(ConnectionFlags(certificate_authority='ca'), variables).insecure


@pytest.mark.parametrize(
    ('server', 'expected'),
    (
        ('https://h:6443/', 'https://h:6443'),
        ('https://h/k8s/c', 'https://h/k8s/c'),
        ('h', 'http://h'),
    ),
)
def test_server_address(env, server, expected):
    assert (
        resolve_settings(ConnectionFlags(server=server, token='t'), {'KUBECONFIG': 'none'}).server
        == expected
    )


def test_plain_http_gets_no_credentials(env):
    user = {'token': 't', 'client-certificate-data': 'UEVN', 'client-key-data': 'UEVN'}
    settings = resolve_settings(
        ConnectionFlags(server='http://127.0.0.1:8001'), env(config(user=user))
    )
    assert (settings.token, settings.cert_data, settings.key_data) == ('', b'', b'')


def broken(**change):
    return {**config(), **change}


@pytest.mark.parametrize(
    ('document', 'flags', 'message'),
    (
        (
            'a: [',
            ConnectionFlags(),
            r'config, line \d: is not YAML: .*$',
        ),
        ('- a', ConnectionFlags(), 'config: must be one mapping with clusters'),
        (
            '[' * 900 + ']' * 900,
            ConnectionFlags(),
            'config, line 1: is nested more than 200 levels',
        ),
        ('- ' * 2000, ConnectionFlags(), 'config, line 1: is nested more than 200 levels'),
        ('\0', ConnectionFlags(), 'config, line 1: has a character that YAML does not allow'),
        (broken(users={'a': 1}), ConnectionFlags(), 'config: users: must be a list'),
        (broken(users=[1]), ConnectionFlags(), r'users\[0\]: must be a mapping'),
        (broken(contexts=[{'name': 1}]), ConnectionFlags(), r'contexts\[0\].name: must be text'),
        (broken(**{'current-context': 1}), ConnectionFlags(), 'current-context: must be text'),
        (
            config(user={'token': 123}),
            ConnectionFlags(),
            'config: user "a": token: must be text, not a number: put it in quotes',
        ),
        (
            config(user={'client-key-data': '%'}),
            ConnectionFlags(),
            'client-key-data: must be base64',
        ),
        (
            config(user={'client-key-data': 'é'}),
            ConnectionFlags(),
            'client-key-data: must be base64',
        ),
        (config(), ConnectionFlags(context='b'), r"no context 'b' in .*--context \(available: a\)"),
        (
            config(current=False),
            ConnectionFlags(),
            r'no current-context: .*--context \(available: a\)',
        ),
        ({'current-context': 'x'}, ConnectionFlags(), r"no context 'x' .*\(none available\)"),
        (
            broken(clusters=[]),
            ConnectionFlags(),
            "no cluster 'a' in the kubeconfig, used by context 'a'",
        ),
        (
            broken(users=[]),
            ConnectionFlags(),
            "no user 'a' in the kubeconfig, used by context 'a'",
        ),
        (
            config(),
            ConnectionFlags(user='z'),
            r"no user 'z' in the kubeconfig: .*--user \(available: a\)",
        ),
        (config(server=None), ConnectionFlags(), 'cluster "a" .* has no server: use --server'),
        (config(server='https://'), ConnectionFlags(), 'invalid server "https://": use'),
        (config(server='https://a:x'), ConnectionFlags(), 'invalid server'),
        (config(server='ftp://a'), ConnectionFlags(), 'invalid server'),
        (
            config(**{'insecure-skip-tls-verify': True, 'certificate-authority': 'ca'}),
            ConnectionFlags(),
            'both a certificate authority and insecure',
        ),
    ),
)
def test_errors_are_one_sentence(env, document, flags, message):
    with pytest.raises(AccessError, match=message) as raised:
        resolve_settings(flags, env(document))
    assert '\n' not in str(raised.value)


NOT_HOSTS = (
    *(
        '',
        ' ',
        'a b',
        'a..b',
        '.a',
        '%%%',
        'a%b',
        'a' * 64,
        'a.' * 127 + 'a',
        '１２',
        '①',
        'a\u202eb',
    ),
    *('a\nb', 'a\x1bb', 'a"b', "a'b", 'a<b', '\u2260' * 60),
)
HOSTS = ('a', 'a.', 'a-b.c_d', '127.0.0.1', '[::1]', '[fe80::1%eth0]', 'bücher.example', 'A' * 63)


@pytest.mark.parametrize('host', NOT_HOSTS)
def test_names_that_no_host_can_have_are_refused_with_file_and_field(env, host):
    for field, value in (('server', f'https://{host}:6443'), ('proxy-url', f'http://{host}:1')):
        with pytest.raises(AccessError) as raised:
            resolve_settings(ConnectionFlags(), env(config(**{field: value})))
        assert f'{field} of cluster "a" in the kubeconfig ' in str(raised.value)
        assert f'f0{os.sep}config' in str(raised.value)
    if host:
        with pytest.raises(AccessError, match=r'config: cluster "a": tls-server-name: .*no.* host'):
            resolve_settings(ConnectionFlags(), env(config(**{'tls-server-name': host})))
        with pytest.raises(AccessError, match=r'^invalid --tls-server-name: '):
            resolve_settings(ConnectionFlags(tls_server_name=host), env(config()))


@pytest.mark.parametrize('host', HOSTS)
def test_names_that_a_host_can_have_are_accepted(env, host):
    fields = {
        'server': f'https://{host}:6443',
        'proxy-url': f'http://{host}:1',
        'tls-server-name': host.strip('[]'),
    }
    settings = resolve_settings(ConnectionFlags(), env(config(**fields)))
    assert settings.server == fields['server']
    assert settings.proxy_url == fields['proxy-url']


@pytest.mark.parametrize('path', ('/é', '/a b', '/\n', '/\x1b', '?é'))
def test_an_address_has_only_what_a_request_may_have(env, path):
    with pytest.raises(AccessError, match=r'^invalid server '):
        resolve_settings(ConnectionFlags(), env(config(server=f'https://a:1{path}')))


@pytest.mark.parametrize(
    ('section', 'field'),
    (
        *(('clusters', field) for field in ('server', 'certificate-authority', 'proxy-url')),
        ('clusters', 'tls-server-name'),
        *(('users', field) for field in ('token', 'tokenFile', 'username', 'client-key', 'as')),
        ('contexts', 'namespace'),
    ),
)
def test_no_text_has_a_nul_character(env, section, field):
    document = config(user={'x': 'y'})
    document[section][0][section[:-1]][field] = 'a\0b'
    with pytest.raises(AccessError, match=f'config: {section[:-1]} "a": {field}: has a NUL'):
        resolve_settings(ConnectionFlags(), env(document))


NOT_NAMESPACES = ('a/../b', '%%%', 'A', 'a.b', '\x1b[31m', '\u202e', 'a' * 64, ' ', '１２')


@pytest.mark.parametrize('name', NOT_NAMESPACES)
def test_names_that_no_namespace_can_have_are_refused(env, name):
    document = config()
    document['contexts'][0]['context']['namespace'] = name
    with pytest.raises(AccessError, match='config: context "a": namespace: invalid name: use up'):
        resolve_settings(ConnectionFlags(), env(document))
    assert resolve_settings(ConnectionFlags(namespace='b'), env(document)).namespace == 'b'
    with pytest.raises(UserError, match=r'^invalid namespace ".*": use up to 63') as raised:
        resolve_settings(ConnectionFlags(namespace=name), env(config()))
    assert raised.value.exit_code == 2


def test_nearest_contexts_come_first(env):
    document = config()
    document['contexts'] += [{'name': f'prod-{n}', 'context': {}} for n in range(11)]
    with pytest.raises(AccessError, match=r'available: prod-1, .* and 2 more'):
        resolve_settings(ConnectionFlags(context='prd-1'), env(document))


HIDDEN = 'hunter2'
FIELDS = {
    'clusters': {
        'text': ('server', 'certificate-authority', 'certificate-authority-data', 'proxy-url'),
        'switch': ('insecure-skip-tls-verify', 'disable-compression'),
    },
    'users': {
        'text': ('token', 'tokenFile', 'username', 'password', 'client-key', 'client-key-data'),
        'mapping': ('exec', 'auth-provider', 'as-user-extra'),
        'list': ('as-groups',),
    },
    'contexts': {'text': ('cluster', 'user', 'namespace')},
}
FEW = (f'!!int {HIDDEN}', f'!{HIDDEN} x')
TAGGED = (
    *(f'!!{tag} {HIDDEN}' for tag in ('float', 'bool', 'timestamp', 'binary', 'merge')),
    *("!!int ''", f'!!python/name:{HIDDEN} x', '1' * 40, '1.0e+999', '.nan'),
    *('!!binary aGk=', '!!float 1:x', '!!int 0x', '!!int 1:y'),
    *(f'[{HIDDEN}]', f'{{a: {HIDDEN}}}', f'!!set {{{HIDDEN}: }}', '5', 'yes'),
)
OTHER = {
    'text': (*FEW, f'[{HIDDEN}]', '5'),
    'switch': (*FEW, HIDDEN, '"true"', '1', f'[{HIDDEN}]'),
    'mapping': (*FEW, HIDDEN, f'[{HIDDEN}]', 'yes'),
    'list': (*FEW, HIDDEN, f'[5, {HIDDEN}]', f'{{a: {HIDDEN}}}', '[!!int x]'),
}
CASES = [('users', 'token', value) for value in TAGGED] + [
    (section, field, value)
    for section, kinds in FIELDS.items()
    for kind, fields in kinds.items()
    for field in fields
    for value in OTHER[kind]
]


def with_field(section, field, value):
    document = config(user={'x': 'y'})
    document[section][0][section[:-1]][field] = 'PLACE'
    return yaml.safe_dump(document).replace('PLACE', value)


@pytest.mark.parametrize(('section', 'field', 'value'), CASES)
def test_errors_name_file_and_field_and_hide_the_value(env, section, field, value):
    with pytest.raises(AccessError) as raised:
        resolve_settings(ConnectionFlags(), env(with_field(section, field, value)))
    message = str(raised.value)
    entry = f'f0{os.sep}config: {section[:-1]} "a": {field}'
    assert message.startswith('invalid kubeconfig ') and entry in message
    assert HIDDEN not in message and '1111' not in message


@pytest.mark.parametrize(
    'document',
    (
        f'token: {HIDDEN}\n  x: y',
        f'token: *{HIDDEN}',
        f'a: &{HIDDEN} b\nc: &{HIDDEN} d\ntoken: [*{HIDDEN}',
        f'token: !{HIDDEN}! x',
        f'token: !{HIDDEN} [x]',
        f'token: !!omap {HIDDEN}',
        f'token: !!str {{{HIDDEN}: x}}',
        f'? [{{{HIDDEN}: x}}]\n: y',
        f'token: "{HIDDEN}\\q"',
        '[' * 3000,
        '[' * 900 + HIDDEN + ']' * 900,
        f'token: !!int {HIDDEN}',
    ),
)
def test_errors_of_a_document_hide_secrets(env, document):
    with pytest.raises(AccessError) as raised:
        resolve_settings(ConnectionFlags(), env(document))
    assert HIDDEN not in str(raised.value)


@pytest.mark.parametrize('token', ('2024-01-01', '1:59', '!!str 5'))
def test_text_that_looks_like_a_time_is_text_as_for_kubectl(env, token):
    settings = resolve_settings(ConnectionFlags(), env(with_field('users', 'token', token)))
    assert settings.token == token.replace('!!str ', '')


@pytest.mark.parametrize('encoding', ('utf-8-sig', 'utf-16'))
def test_files_of_windows_are_read(env, encoding):
    variables = env(config())
    path = Path(variables['KUBECONFIG'])
    path.write_bytes(path.read_text().encode(encoding))
    assert resolve_settings(ConnectionFlags(), variables).context == 'a'


@pytest.mark.parametrize('extension', ('!!binary aGk=', '.nan', '!!int x'))
def test_what_a_plugin_is_given_must_be_json(env, extension):
    plugin = {
        'command': 'x',
        'apiVersion': 'client.authentication.k8s.io/v1',
        'interactiveMode': 'Never',
        'provideClusterInfo': True,
    }
    document = yaml.safe_dump(config(user={'exec': plugin}))
    name = 'client.authentication.k8s.io/exec'
    more = f'    extensions: [{{name: {name}, extension: {extension}}}]\n'
    with pytest.raises(AccessError, match='cluster "a": extensions: '):
        resolve_settings(
            ConnectionFlags(), env(document.replace('cluster:\n', f'cluster:\n{more}', 1))
        )


@pytest.mark.parametrize('name', ('[a]', '{a: b}', '5', '!!int x'))
def test_the_name_of_an_auth_provider_must_be_text(env, name):
    with pytest.raises(AccessError, match=r'user "a": auth-provider\.name: must be text'):
        resolve_settings(
            ConnectionFlags(), env(with_field('users', 'auth-provider', f'{{name: {name}}}'))
        )


@pytest.mark.parametrize(
    ('flags', 'env_', 'message'),
    (
        (ConnectionFlags(kubeconfig='no'), {}, 'kubeconfig no does not exist: check --kubeconfig'),
        (ConnectionFlags(kubeconfig='.'), {}, r'cannot read the kubeconfig \.: is a directory'),
        (
            ConnectionFlags(),
            {'KUBECONFIG': 'no'},
            r'no kubeconfig found \(searched no\): set KUBECONFIG',
        ),
        (ConnectionFlags(context='x'), {}, r'searched .*/\.kube/config'),
        (ConnectionFlags(), {'KUBERNETES_SERVICE_HOST': '10.0.0.1'}, 'no kubeconfig found'),
    ),
)
def test_without_a_kubeconfig(env, flags, env_, message):
    with pytest.raises(AccessError, match=message):
        resolve_settings(flags, env_)


def test_a_server_is_enough(env):
    flags = ConnectionFlags(server='https://a', token='t', certificate_authority='/ca')
    settings = resolve_settings(flags, {})
    assert (settings.server, settings.token, settings.user) == ('https://a', 't', '')


def test_settings_do_not_show_secrets(env):
    assert 'a-token' not in repr(resolve_settings(ConnectionFlags(), env(config())))
