"""Rows: credential plugins."""

from __future__ import annotations

import json

from .world import row

EXEC = 'Credential plugins (`exec`)'
API = 'client.authentication.k8s.io/v1'


def plugin(world, status=None, version=API, code=0, stdout=None, before='', **more):
    """A user entry with a credential plugin: a shell script that logs how it is run."""
    answer = {'apiVersion': version, 'kind': 'ExecCredential', 'status': status or {'token': 'p'}}
    answer = world.write('answer', json.dumps(answer) if stdout is None else stdout)
    script = world.write('bin/plugin', _SCRIPT.format(world.folder, answer, code, before), 0o755)
    entry = {'apiVersion': version, 'command': script, 'interactiveMode': 'Never', **more}
    return {'exec': {key: value for key, value in entry.items() if value is not None}}


_SCRIPT = """#!/bin/sh
echo run >> {0}/runs
printf '%s' "$KUBERNETES_EXEC_INFO" > {0}/info
echo "A=$A cwd=$(pwd) args=$* terminal=$(test -t 0 && echo yes || echo no)" > {0}/notes
{3}
cat {1}
exit {2}
"""


def notes(world, done):
    return world.folder.joinpath('notes').read_text().strip().replace(str(world.folder), '…')


def terminal(world, done):
    interactive = json.loads(world.folder.joinpath('info').read_text())['spec']['interactive']
    return f'{notes(world, done).split()[-1]}, interactive: {interactive}'


def runs(world, done):
    path = world.folder / 'runs'
    count = len(path.read_text().splitlines()) if path.exists() else 0
    return {0: 'plugin not run', 1: 'plugin run once'}.get(count, f'plugin run {count} times')


def info(world, done):
    text = world.folder.joinpath('info').read_text()
    credential = json.loads(text)
    cluster = credential['spec'].get('cluster', {})
    if 'server' in cluster:
        cluster['server'] = cluster['server'].replace(str(world.api.server_port), 'PORT')
    if 'certificate-authority-data' in cluster:
        right = cluster['certificate-authority-data'] == world.pki.data('ca.crt')
        cluster['certificate-authority-data'] = 'the CA' if right else 'wrong'
    return '`' + json.dumps(credential, sort_keys=True) + '`'


def pair(world, name='bob'):
    return {
        'clientCertificateData': world.pki.text(f'{name}.crt'),
        'clientKeyData': world.pki.text(f'{name}.key'),
    }


for kind in ('v1', 'v1beta1'):

    @row(EXEC, f'{kind}: a token')
    def _(world, kind=kind):
        return world.case(
            plugin(world, version=f'client.authentication.k8s.io/{kind}'), inspect=runs
        )


@row(EXEC, 'v1alpha1, which kubectl has given up')
def _(world):
    return world.case(plugin(world, version='client.authentication.k8s.io/v1alpha1'), inspect=runs)


@row(EXEC, 'a certificate')
def _(world):
    return world.case(plugin(world, pair(world)))


@row(EXEC, 'a certificate and a token together')
def _(world):
    return world.case(plugin(world, {**pair(world), 'token': 'p'}))


@row(EXEC, 'a key without its certificate')
def _(world):
    return world.case(plugin(world, {'clientKeyData': world.pki.text('bob.key'), 'token': 'p'}))


@row(EXEC, 'a certificate that is no PEM')
def _(world):
    return world.case(plugin(world, {'clientCertificateData': 'x', 'clientKeyData': 'y'}))


@row(EXEC, 'YAML in place of JSON')
def _(world):
    text = f'apiVersion: {API}\nkind: ExecCredential\nstatus:\n  token: t\n'
    text += '  expirationTimestamp: 2999-01-01T00:00:00Z\n'
    return world.case(plugin(world, stdout=text))


@row(EXEC, 'env, args, and the working directory of the caller')
def _(world):
    user = plugin(world, args=['x', 'y z'], env=[{'name': 'A', 'value': 'b c'}])
    (world.folder / 'here').mkdir()
    return world.case(user, inspect=notes, cwd=world.folder / 'here')


@row(EXEC, 'a relative command: from the folder of the kubeconfig')
def _(world):
    user = plugin(world, command='./bin/plugin')
    (world.folder / 'here').mkdir()
    return world.case(user, cwd=world.folder / 'here')


@row(EXEC, 'a bare command: from PATH, and not from the PATH that `env` gives it')
def _(world):
    path = f'{world.folder}/bin:/usr/bin:/bin'
    user = plugin(world, command='plugin', env=[{'name': 'PATH', 'value': '/usr/bin:/bin'}])
    return world.case(user, env={'PATH': path})


@row(EXEC, 'provideClusterInfo: the CA file as data, the server name, and the config')
def _(world):
    extension = {'name': 'client.authentication.k8s.io/exec', 'extension': {'audience': 'x'}}
    cluster = {'extensions': [extension], 'tls-server-name': 'api.test'}
    return world.case(plugin(world, provideClusterInfo=True), inspect=info, cluster=cluster)


@row(EXEC, 'provideClusterInfo: no config, insecure, proxy-url, disable-compression')
def _(world):
    cluster = {
        'certificate-authority': None,
        'insecure-skip-tls-verify': True,
        'proxy-url': 'http://127.0.0.1:1',
        'disable-compression': True,
    }
    return world.case(plugin(world, provideClusterInfo=True), inspect=info, cluster=cluster)


@row(EXEC, 'no provideClusterInfo: nothing about the cluster')
def _(world):
    return world.case(plugin(world), inspect=info)


for mode in ('Never', 'IfAvailable', 'Always'):
    for has in (False, True):

        @row(EXEC, f'interactiveMode {mode}, standard input {"a" if has else "no"} terminal')
        def _(world, mode=mode, has=has):
            inspect = terminal if has or mode != 'Always' else runs
            return world.case(plugin(world, interactiveMode=mode), inspect=inspect, terminal=has)


@row(EXEC, 'v1 without an interactiveMode')
def _(world):
    return world.case(plugin(world, interactiveMode=None), inspect=runs)


@row(EXEC, 'v1beta1 without an interactiveMode: IfAvailable')
def _(world):
    user = plugin(world, version='client.authentication.k8s.io/v1beta1', interactiveMode=None)
    return world.case(user, inspect=terminal, terminal=True)


@row(EXEC, 'exit code 3, and its stderr')
def _(world):
    user = plugin(world, code=3, before='echo sign in first >&2')
    return world.case(
        user, inspect=lambda world, done: stderr(done, 'sign in first', 'exit code 3')
    )


@row(EXEC, 'a command that is not there, and its installHint')
def _(world):
    user = plugin(world, command='no-such-plugin', installHint='brew install it')
    return world.case(user, inspect=lambda world, done: stderr(done, 'brew install it'))


def stderr(done, *texts):
    return 'on stderr: ' + ', '.join(f'“{text}”' for text in texts if text in done.stderr)


@row(EXEC, 'stderr is passed through on success')
def _(world):
    user = plugin(world, before='echo hello >&2')
    return world.case(user, inspect=lambda world, done: stderr(done, 'hello'))


@row(EXEC, '300 KB on stderr')
def _(world):
    user = plugin(world, before='head -c 300000 /dev/zero | tr "\\0" x >&2')
    return world.case(user, inspect=lambda world, done: f'{len(done.stderr):,} bytes on stderr')


for what, text in (
    ('no ExecCredential', 'garbage'),
    ('another version', json.dumps({'apiVersion': f'{API}beta1', 'kind': 'ExecCredential'})),
    ('no status', json.dumps({'apiVersion': API, 'kind': 'ExecCredential'})),
    (
        'nothing in the status',
        json.dumps({'apiVersion': API, 'kind': 'ExecCredential', 'status': {}}),
    ),
):

    @row(EXEC, f'the plugin prints {what}')
    def _(world, text=text):
        return world.case(plugin(world, stdout=text), inspect=runs)


@row(EXEC, 'not expired: one run for three requests', ours_only=True)
def _(world):
    status = {'token': 'p', 'expirationTimestamp': '2999-01-01T00:00:00Z'}
    return world.case(plugin(world, status), inspect=runs, ours=('--times', '3'))


@row(
    EXEC,
    'refused (401): run again',
    'kubectl has the new credentials for its next request only; kubectl dog repeats the request',
)
def _(world):
    world.serve(refuse=('Bearer 1',))
    user = plugin(world, before=_COUNTED.format(API, world.folder), stdout='')
    return world.case(user, inspect=runs)


_COUNTED = """n=$(wc -l < {1}/runs)
echo '{{"apiVersion":"{0}","kind":"ExecCredential","status":{{"token":"'$((n))'"}}}}'
"""


@row(EXEC, 'refused (401) with nothing better to offer: one more run, no more')
def _(world):
    world.serve(refuse=('Bearer p',))
    return world.case(plugin(world), inspect=runs)


for what, given in (('token', {'token': 't'}), ('password', {'username': 'u', 'password': 'p'})):

    @row(EXEC, f'a {what} goes before the plugin')
    def _(world, given=given):
        return world.case({**plugin(world), **given}, inspect=runs)


@row(EXEC, 'a certificate goes before the plugin')
def _(world):
    pki = world.pki
    pair = {'client-certificate': pki.path('jane.crt'), 'client-key': pki.path('jane.key')}
    return world.case({**plugin(world), **pair}, inspect=runs)


@row(EXEC, '--token goes before the plugin')
def _(world):
    return world.case(plugin(world), args=('--token', 't'), inspect=runs)


@row(EXEC, 'exec and auth-provider')
def _(world):
    provider = {'name': 'oidc', 'config': {}}
    return world.case({**plugin(world), 'auth-provider': provider}, inspect=runs)
