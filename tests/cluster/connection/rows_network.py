"""Rows: trust, addresses and proxies."""

from __future__ import annotations

from . import servers
from .world import row

TRUST = 'Trust and addresses'
PROXY = 'Proxies'
PLAIN = {'certificate-authority': None}


@row(TRUST, 'a CA without key usage (Python 3.13 has become strict about those)')
def _(world):
    return world.case()


@row(TRUST, 'an unknown CA')
def _(world):
    return world.case(cluster={'certificate-authority': world.pki.path('other-ca.crt')})


@row(TRUST, 'no CA in the kubeconfig: the system store, which does not know it')
def _(world):
    return world.case(cluster=PLAIN)


@row(TRUST, 'no CA in the kubeconfig: the system store, which knows it')
def _(world):
    return world.case(cluster=PLAIN, env={'SSL_CERT_FILE': world.pki.path('ca.crt')})


@row(TRUST, 'a CA file that is missing')
def _(world):
    return world.case(cluster={'certificate-authority': '/nowhere/ca'})


for name, what in (('expired', 'that has expired'), ('wrong', 'for another host')):

    @row(TRUST, f'a certificate {what}')
    def _(world, name=name):
        world.serve(certificate=name)
        return world.case()


@row(TRUST, 'insecure-skip-tls-verify')
def _(world):
    return world.case(cluster={**PLAIN, 'insecure-skip-tls-verify': True})


@row(TRUST, 'insecure-skip-tls-verify, and a CA')
def _(world):
    return world.case(cluster={'insecure-skip-tls-verify': True})


@row(TRUST, '--insecure-skip-tls-verify over a CA in the kubeconfig')
def _(world):
    world.serve(certificate='expired')
    return world.case(args=('--insecure-skip-tls-verify',))


@row(TRUST, '--insecure-skip-tls-verify=false changes nothing')
def _(world):
    return world.case(
        args=('--insecure-skip-tls-verify=false',),
        cluster={**PLAIN, 'insecure-skip-tls-verify': True},
    )


@row(TRUST, '--certificate-authority over insecure-skip-tls-verify')
def _(world):
    return world.case(
        args=('--certificate-authority', world.pki.path('other-ca.crt')),
        cluster={**PLAIN, 'insecure-skip-tls-verify': True},
    )


@row(TRUST, 'tls-server-name')
def _(world):
    world.serve(certificate='wrong')
    return world.case(cluster={'tls-server-name': 'other.test'})


@row(TRUST, '--tls-server-name')
def _(world):
    return world.case(
        args=('--tls-server-name', 'api.test'), cluster={'tls-server-name': 'other.test'}
    )


@row(TRUST, '--server sets aside the tls-server-name of the kubeconfig')
def _(world):
    config = {'tls-server-name': 'other.test'}
    return world.case(args=('--server', world.serve().url), cluster=config)


@row(TRUST, 'a path before the API')
def _(world):
    server = f'{world.serve().url}/k8s/c1/'
    return world.case(
        cluster={'server': server},
        kubectl=('version', '--output=json'),
        inspect=lambda world, done: world.api.paths[0].partition('?')[0],
    )


@row(TRUST, 'IPv6')
def _(world):
    world.serve(host='::1')
    return world.case()


@row(TRUST, 'a server without a scheme: http, even with a CA')
def _(world):
    return world.case(cluster={'server': f'127.0.0.1:{world.serve().server_port}'})


@row(TRUST, 'an address that is none')
def _(world):
    return world.case(cluster={'server': 'https://'})


@row(TRUST, 'nobody listens')
def _(world):
    return world.case(cluster={'server': 'https://127.0.0.1:1'})


@row(TRUST, '--request-timeout')
def _(world):
    world.serve(slow=5)
    return world.case(
        args=('--request-timeout', '300ms'),
        inspect=lambda world, done: 'in time' if not world.api.seen else 'too late',
        same_everywhere=False,
    )


def zipped(world, done):
    return 'asks for gzip' if world.api.zipped else 'asks for no compression'


@row(
    TRUST,
    'compression',
    'API servers compress nothing below 128 KB, nor watches and logs, which is what is read here',
)
def _(world):
    return world.case(inspect=zipped)


@row(TRUST, '--disable-compression')
def _(world):
    return world.case(args=('--disable-compression',), inspect=zipped)


@row(TRUST, '-v 6 tells the requests')
def _(world):
    return world.case(
        args=('-v=6',),
        inspect=lambda world, done: 'told' if f'{world.api.url}/version' in done.stderr else '',
    )


def proxied(world, args=(), env=None, tls=False, server='https://api.test', key='', **cluster):
    """A case whose server only a proxy can reach; PROXY stands for its address."""
    world.serve()
    world.proxy = world.keep(servers.Proxy(world.api, world.pki if tls else None))
    address = f'127.0.0.1:{world.proxy.port}'
    fill = lambda text: text.replace('PROXY', address)  # noqa: E731
    settings = {name: fill(value) for name, value in cluster.items()}
    if key:
        settings['proxy-url'] = fill(key)
    settings['server'] = server if server else world.api.url
    variables = {name: fill(value) for name, value in (env or {}).items()}
    args = (*(fill(arg) for arg in args), '--request-timeout=3s')
    # Without a proxy it is the machine's resolver and routes that decide.
    return world.case(
        args=args, env=variables, cluster=settings, inspect=route, same_everywhere=bool(key)
    )


def route(world, done):
    return f'by {", ".join(world.proxy.seen)}' if world.proxy.seen else 'straight'


@row(PROXY, 'proxy-url, http')
def _(world):
    return proxied(world, key='http://PROXY')


@row(PROXY, 'proxy-url with a name and a password')
def _(world):
    return proxied(world, key='http://joe:p%40ss@PROXY')


@row(PROXY, 'proxy-url, https: the proxy is trusted as the server is')
def _(world):
    return proxied(world, key='https://PROXY', tls=True)


@row(PROXY, 'proxy-url, socks5: the proxy looks up the name')
def _(world):
    return proxied(world, key='socks5://PROXY')


@row(PROXY, 'proxy-url with a scheme that is not known')
def _(world):
    return proxied(world, key='ftp://PROXY')


@row(PROXY, '--proxy-url over proxy-url')
def _(world):
    return proxied(world, ('--proxy-url', 'http://PROXY'), key='http://127.0.0.1:1')


@row(PROXY, 'proxy-url over HTTPS_PROXY and NO_PROXY')
def _(world):
    env = {'HTTPS_PROXY': 'http://127.0.0.1:1', 'NO_PROXY': '*'}
    return proxied(world, env=env, key='http://PROXY')


@row(PROXY, 'proxy-url to a server on this machine')
def _(world):
    return proxied(world, server='', key='http://PROXY')


@row(PROXY, 'a proxy that does not answer')
def _(world):
    return proxied(world, key='http://127.0.0.1:1')


@row(PROXY, 'HTTPS_PROXY')
def _(world):
    return proxied(world, env={'HTTPS_PROXY': 'http://PROXY'})


@row(PROXY, 'https_proxy, without a scheme')
def _(world):
    return proxied(world, env={'https_proxy': 'PROXY'})


@row(PROXY, 'HTTPS_PROXY with socks5')
def _(world):
    return proxied(world, env={'HTTPS_PROXY': 'socks5://PROXY'})


@row(PROXY, 'HTTPS_PROXY and a server on this machine: straight')
def _(world):
    return proxied(world, server='', env={'HTTPS_PROXY': 'http://PROXY'})


@row(PROXY, 'HTTP_PROXY says nothing about https')
def _(world):
    return proxied(world, env={'HTTP_PROXY': 'http://PROXY'})


for rules, server in (
    ('api.test', 'https://api.test'),
    ('.test', 'https://api.test'),
    ('test', 'https://api.test'),
    ('.api.test', 'https://api.test'),
    ('pi.test', 'https://api.test'),
    ('*.test', 'https://api.test'),
    ('other, api.test:443', 'https://api.test'),
    ('api.test:444', 'https://api.test'),
    ('*', 'https://api.test'),
    ('192.0.2.0/24', 'https://192.0.2.7'),
    ('192.0.3.0/24', 'https://192.0.2.7'),
    ('192.0.2.7', 'https://192.0.2.7'),
):

    @row(PROXY, f'HTTPS_PROXY and NO_PROXY={rules}, server {server}')
    def _(world, rules=rules, server=server):
        env = {'HTTPS_PROXY': 'http://PROXY', 'NO_PROXY': rules}
        return proxied(world, env=env, server=server, **{'tls-server-name': 'api.test'})
