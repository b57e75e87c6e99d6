"""Rows: tokens, passwords, certificates, OIDC, impersonation, and the pod's own account."""

from __future__ import annotations

from . import servers
from .world import Case
from .world import row

SIGN_IN = 'Signing in'
OIDC = 'OIDC and other auth-providers'
ACT_AS = 'Impersonation'
POD = 'In a pod'


def pair(world, name='jane'):
    return {
        'client-certificate': world.pki.path(f'{name}.crt'),
        'client-key': world.pki.path(f'{name}.key'),
    }


@row(SIGN_IN, 'token')
def _(world):
    return world.case({'token': 't'})


@row(SIGN_IN, 'tokenFile: relative to the kubeconfig, trimmed')
def _(world):
    world.write('token', ' t\n')
    return world.case({'tokenFile': 'token'})


@row(SIGN_IN, 'token and tokenFile: the file wins')
def _(world):
    return world.case({'token': 't', 'tokenFile': world.write('token', 'file')})


@row(
    SIGN_IN,
    '--token and a tokenFile in the kubeconfig',
    'what is typed goes before what lies in a file; kubectl ignores --token here without a word',
)
def _(world):
    return world.case({'tokenFile': world.write('token', 'file')}, ('--token', 't'))


@row(SIGN_IN, 'a tokenFile that is missing')
def _(world):
    return world.case({'tokenFile': '/nowhere/token'})


@row(SIGN_IN, 'a tokenFile that is empty')
def _(world):
    return world.case({'tokenFile': world.write('token', '\n')})


@row(SIGN_IN, 'a token with a line break')
def _(world):
    return world.case({'token': 't\n'})


@row(SIGN_IN, 'user name and password')
def _(world):
    return world.case({'username': 'jane', 'password': 'pa:ß'})


@row(SIGN_IN, '--username and --password')
def _(world):
    return world.case({'username': 'jane'}, ('--username', 'joe', '--password', 'x'))


@row(SIGN_IN, 'token and password')
def _(world):
    return world.case({'token': 't', 'username': 'jane', 'password': 'x'})


@row(SIGN_IN, 'certificate and token: both are sent')
def _(world):
    return world.case({**pair(world), 'token': 't'})


@row(SIGN_IN, '--client-certificate and --client-key over data')
def _(world):
    pki = world.pki
    user = {
        'client-certificate-data': pki.data('jane.crt'),
        'client-key-data': pki.data('jane.key'),
    }
    keys = (f'--client-certificate={pki.path("bob.crt")}', f'--client-key={pki.path("bob.key")}')
    return world.case(user, keys)


@row(SIGN_IN, 'a certificate as path and as data')
def _(world):
    return world.case({**pair(world), 'client-certificate-data': world.pki.data('jane.crt')})


@row(SIGN_IN, 'a certificate without its key')
def _(world):
    return world.case({'client-certificate': world.pki.path('jane.crt')})


@row(SIGN_IN, 'a token, and a key without a certificate')
def _(world):
    return world.case({'client-key': world.pki.path('jane.key'), 'token': 't'})


@row(SIGN_IN, "a certificate with another's key")
def _(world):
    return world.case({**pair(world), 'client-key': world.pki.path('bob.key')})


@row(SIGN_IN, 'a certificate file that is missing')
def _(world):
    return world.case({**pair(world), 'client-certificate': '/nowhere/crt'})


@row(SIGN_IN, 'no credentials at all (kubectl asks for a user name)')
def _(world):
    return world.case({})


@row(SIGN_IN, 'plain http: no credentials are sent')
def _(world):
    world.api = world.keep(servers.api())
    return world.case({'token': 't', **pair(world)}, cluster={'server': world.api.url})


@row(SIGN_IN, 'refused (401)')
def _(world):
    world.serve(refuse=('Bearer a',))
    return world.case()


def oidc(world, seconds=3600, trusted='ca', accept=lambda handler: True, **more):
    token = servers.jwt(3600, 'new')
    idp = world.keep(servers.provider(world.pki, token, accept))
    world.tokens = {token: 'new'}
    config = {
        'idp-issuer-url': idp.url,
        'client-id': 'id',
        'client-secret': 'secret',
        'idp-certificate-authority': world.pki.path(f'{trusted}.crt') if trusted else None,
        'refresh-token': 'r',
        **more,
    }
    if seconds is not None and 'id-token' not in more:
        config['id-token'] = servers.jwt(seconds, 'old')
        world.tokens[config['id-token']] = 'old'
    world.idp = idp
    config = {key: value for key, value in config.items() if value is not None}
    return {'auth-provider': {'name': 'oidc', 'config': config}}


def asked(world, done):
    """The names of the tokens that were sent, and the requests to the provider."""
    names = [f'the {name} token' for token, name in world.tokens.items() if named(world, token)]
    forms = [' '.join(f'{key}={form[key]}' for key in sorted(form)) for _, form in world.idp.seen]
    return ', '.join([*names, *(f'provider asked: {form}' for form in forms)])


def named(world, token):
    sent = any(token in request for request in world.api.seen)
    world.api.seen = [request.replace(token, 'TOKEN') for request in world.api.seen]
    return sent


@row(OIDC, 'an id-token that is valid')
def _(world):
    return world.case(oidc(world), inspect=asked)


@row(OIDC, 'an id-token that has expired: refreshed')
def _(world):
    return world.case(oidc(world, -1), inspect=asked)


@row(OIDC, 'no id-token yet, and idp-certificate-authority-data')
def _(world):
    data = {'idp-certificate-authority-data': world.pki.data('ca.crt')}
    return world.case(oidc(world, None, trusted=None, **data), inspect=asked)


@row(OIDC, 'no client-secret')
def _(world):
    return world.case(oidc(world, -1, **{'client-secret': None}), inspect=asked)


@row(OIDC, 'a provider that wants the client in the form, not in a header')
def _(world):
    return world.case(oidc(world, -1, accept=lambda it: 'client_id' in it.form), inspect=asked)


@row(OIDC, 'a provider that refuses')
def _(world):
    return world.case(oidc(world, -1, accept=lambda it: False), inspect=asked)


@row(OIDC, 'nothing is sent to a provider whose certificate is not trusted')
def _(world):
    return world.case(oidc(world, -1, trusted='other-ca'), inspect=asked)


@row(OIDC, 'no CA for the provider: the system store')
def _(world):
    return world.case(oidc(world, -1, trusted=None), inspect=asked)


@row(OIDC, 'expired, and no refresh-token')
def _(world):
    return world.case(oidc(world, -1, **{'refresh-token': None}), inspect=asked)


@row(OIDC, 'no idp-issuer-url')
def _(world):
    return world.case(oidc(world, **{'idp-issuer-url': None}))


@row(OIDC, 'an id-token that is no JWT')
def _(world):
    return world.case(oidc(world, **{'id-token': 'x'}))


@row(OIDC, 'a certificate goes with it')
def _(world):
    return world.case({**oidc(world), **pair(world)}, inspect=asked)


@row(OIDC, 'a token goes before it')
def _(world):
    return world.case({**oidc(world, -1), 'token': 't'}, inspect=asked)


@row(
    OIDC,
    'new tokens are written to the kubeconfig',
    'kubectl dog never writes a kubeconfig: it keeps new tokens in memory, and says so where the '
    'provider has replaced the refresh token',
)
def _(world):
    def inspect(world, done):
        text = (world.folder / 'config').read_text()
        new = next(token for token, name in world.tokens.items() if name == 'new')
        return f'{asked(world, done)}, {"written" if new in text else "not written"}'

    return world.case(oidc(world, -1), inspect=inspect)


for name in ('gcp', 'azure', 'other'):

    @row(OIDC, f'auth-provider {name}')
    def _(world, name=name):
        return world.case({'auth-provider': {'name': name}})


EVERYTHING = {
    'token': 't',
    'as': 'joe',
    'as-groups': ['g1', 'g2'],
    'as-uid': '7',
    'as-user-extra': {'Some/Key%': ['v1', 'v2'], 'ü': ['v3']},
}


@row(ACT_AS, 'as, as-groups, as-uid and as-user-extra in the kubeconfig')
def _(world):
    return world.case(EVERYTHING)


@row(ACT_AS, '--as, --as-group, --as-uid and --as-user-extra')
def _(world):
    more = ('--as-user-extra=a=b=c', '--as-user-extra=a=d', '--as-user-extra', 'k=v')
    flags = ('--as', 'joe', '--as-group', 'g1', '--as-group', 'g2', '--as-uid=7', *more)
    return world.case({'token': 't'}, flags)


@row(ACT_AS, 'flags over the kubeconfig')
def _(world):
    flags = ('--as', 'flag', '--as-group', 'flag', '--as-user-extra', 'Some/Key%=flag')
    return world.case(EVERYTHING, flags)


@row(ACT_AS, 'a name that is not ASCII')
def _(world):
    return world.case({'token': 't', 'as': 'jürgen'})


@row(ACT_AS, 'groups without a name')
def _(world):
    return world.case({'token': 't', 'as-groups': ['g']})


@row(ACT_AS, '--as-group without --as')
def _(world):
    return world.case({'token': 't'}, ('--as-group', 'g'))


@row(
    ACT_AS,
    '--as-user-extra without a value',
    'kubectl ignores it, and acts with less than was asked for',
)
def _(world):
    return world.case({'token': 't'}, ('--as', 'joe', '--as-user-extra', 'k'))


@row(ACT_AS, 'over plain http')
def _(world):
    world.api = world.keep(servers.api())
    return world.case({'as': 'joe'}, cluster={'server': world.api.url})


FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'
_MOUNT = f'mkdir -p {FOLDER} && mount --bind "$0" {FOLDER} && exec "$@"'


def pod(world, args=(), env=None, namespace='home', **more):
    world.serve(**more)
    world.write('account/token', 'account\n')
    world.write('account/namespace', namespace)
    world.write('account/ca.crt', world.pki.text('ca.crt'))
    where = {
        'KUBERNETES_SERVICE_HOST': world.api.server_address[0],
        'KUBERNETES_SERVICE_PORT': str(world.api.server_port),
        **(env or {}),
    }
    prefix = ('unshare', '-m', 'sh', '-c', _MOUNT, str(world.folder / 'account'))
    return Case(tuple(args), where, prefix=prefix)


@row(POD, 'no kubeconfig: the service account, its token trimmed')
def _(world):
    return pod(world)


@row(POD, 'IPv6')
def _(world):
    return pod(world, host='::1')


@row(POD, '--token goes before it')
def _(world):
    return pod(world, ('--token', 't'))


@row(POD, 'a kubeconfig goes before it')
def _(world):
    case = pod(world)
    return case._replace(env={**case.env, 'KUBECONFIG': world.write('config', world.config())})


@row(POD, 'a kubeconfig that is empty does not')
def _(world):
    case = pod(world)
    return case._replace(env={**case.env, 'KUBECONFIG': world.write('config', '')})


@row(
    POD,
    '--as',
    'a flag is no reason to leave the cluster: kubectl tries http://localhost:8080 then',
)
def _(world):
    return pod(world, ('--as', 'joe'))
