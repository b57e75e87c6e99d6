"""What a connection needs to know: kubeconfig and flags, weighed as kubectl weighs them."""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Collection
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from kubectl_dog.cluster import kubeconfig
from kubectl_dog.cluster.kubeconfig import Entry
from kubectl_dog.cluster.kubeconfig import Kubeconfig
from kubectl_dog.cluster.protocol import Flags
from kubectl_dog.model.errors import AccessError

_BASE64 = re.compile(r'[A-Za-z0-9+/=\s]*')
_IN_CLUSTER = 'KUBERNETES_SERVICE_HOST'
# What signs a request in, or changes who signs, and what this version calls it.
_TOKEN_WINS = (('exec', 'a credential plugin (exec)'), ('auth-provider', 'an auth-provider'))
_NEVER = (
    ('username', 'user name and password'),
    ('password', 'user name and password'),
    ('as', 'impersonation (as)'),
    ('as-groups', 'impersonation (as-groups)'),
    ('as-uid', 'impersonation (as-uid)'),
    ('as-user-extra', 'impersonation (as-user-extra)'),
)


class Settings(NamedTuple):
    """One server and one identity; files are absolute paths, `*_data` is PEM."""

    server: str
    namespace: str = 'default'
    context: str = ''
    user: str = ''
    ca_data: bytes = b''
    ca_file: str = ''
    insecure: bool = False
    tls_server_name: str = ''
    cert_data: bytes = b''
    cert_file: str = ''
    key_data: bytes = b''
    key_file: str = ''
    token: str = ''
    token_file: str = ''

    def __repr__(self) -> str:
        # Tracebacks and defect reports show values: keys and tokens must not be among them.
        return f'Settings(server={self.server!r}, context={self.context!r}, user={self.user!r})'


def resolve(flags: Flags, env: Mapping[str, str] = os.environ) -> Settings:
    """Settings for these flags; raises AccessError with what to do about it."""
    config = kubeconfig.load(flags.kubeconfig, env)
    if not config.found and not flags.server:
        raise _nothing(config, env)
    context = _context(config, flags)
    cluster = _named(config.clusters, 'cluster', flags.cluster or context.text('cluster'), context)
    user = _named(config.users, 'user', flags.user or context.text('user'), context)
    settings = _cluster(cluster, flags)._replace(
        namespace=flags.namespace or context.text('namespace') or 'default',
        context=context.name,
        user=user.name,
    )
    settings = _user(user, flags, settings)
    # kubectl, too, reads no credentials for plain HTTP: they would cross the network in the open.
    if settings.server.startswith('https://'):
        return settings
    return settings._replace(
        cert_data=b'',
        cert_file='',
        key_data=b'',
        key_file='',
        token='',
        token_file='',
    )


def _nothing(config: Kubeconfig, env: Mapping[str, str]) -> AccessError:
    where = ', '.join(config.looked_at)
    if env.get(_IN_CLUSTER):
        return AccessError(
            f'no kubeconfig found (looked at {where}), and using the service account of the pod '
            'this runs in is not supported yet: set KUBECONFIG or give --kubeconfig'
        )
    return AccessError(
        f'no kubeconfig found (looked at {where}): set KUBECONFIG, or give --kubeconfig or --server'
    )


def _context(config: Kubeconfig, flags: Flags) -> Entry:
    name = flags.context or config.current
    if not name:
        if flags.server or flags.cluster:
            return Entry('', {}, '')
        raise AccessError(
            'the kubeconfig has no current-context: choose one with --context'
            + _choices(config.contexts, '')
        )
    if name not in config.contexts:
        raise AccessError(
            f'there is no context {name!r} in {", ".join(config.looked_at)}: '
            f'choose one with --context{_choices(config.contexts, name)}'
        )
    return config.contexts[name]


def _choices(names: Collection[str], wrong: str) -> str:
    if not names:
        return ' (there is none)'
    from difflib import SequenceMatcher

    near = sorted(names, key=lambda name: -SequenceMatcher(None, wrong, name).ratio())
    more = f' and {len(near) - 10} more' if len(near) > 10 else ''
    return f' (there is: {", ".join(near[:10])}{more})'


def _named(entries: Mapping[str, Entry], what: str, name: str, context: Entry) -> Entry:
    if not name:
        return Entry('', {}, '')
    if name not in entries:
        by = f', which context {context.name!r} names' if context.text(what) == name else ''
        raise AccessError(
            f'there is no {what} {name!r} in the kubeconfig{by}: choose one with --{what}'
            + _choices(entries, name)
        )
    return entries[name]


def _cluster(entry: Entry, flags: Flags) -> Settings:
    if entry.body.get('proxy-url'):
        raise _unsupported(f'cluster {entry.name!r}', entry, 'goes through a proxy (proxy-url)')
    server = flags.server or entry.text('server')
    if not server:
        raise AccessError(
            f'cluster {entry.name!r} in the kubeconfig {entry.file} has no server: give --server'
        )
    settings = Settings(
        server='',
        ca_data=_decoded(entry, 'certificate-authority-data'),
        ca_file=entry.path('certificate-authority'),
        insecure=entry.body.get('insecure-skip-tls-verify') is True,
        tls_server_name=entry.text('tls-server-name'),
    )
    if flags.insecure_skip_tls_verify or flags.certificate_authority:
        settings = settings._replace(
            ca_data=b'',
            ca_file=_absolute(flags.certificate_authority),
            insecure=bool(flags.insecure_skip_tls_verify),
        )
    if flags.tls_server_name or flags.server:
        settings = settings._replace(tls_server_name=flags.tls_server_name or '')
    if settings.insecure and (settings.ca_data or settings.ca_file):
        raise AccessError(
            f'cluster {entry.name!r} has both a certificate authority and '
            'insecure-skip-tls-verify: keep one of them'
        )
    return settings._replace(server=_url(server, settings))


def _url(server: str, settings: Settings) -> str:
    if '://' not in server:
        secure = settings.insecure or settings.ca_data or settings.ca_file
        server = f'{"https" if secure else "http"}://{server}'
    try:
        parts = urlsplit(server)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(''), None
    if parts.scheme not in ('http', 'https') or not parts.hostname or port == 0:
        raise AccessError(f'{server!r} is no address of a server: write it like https://host:6443')
    return server.rstrip('/')


def _user(entry: Entry, flags: Flags, settings: Settings) -> Settings:
    token, token_file = entry.text('token'), entry.path('tokenFile')
    if flags.token:
        token, token_file = flags.token, ''
    for key, means in _NEVER + (() if token or token_file else _TOKEN_WINS):
        if entry.body.get(key):
            raise _unsupported(f'user {entry.name!r}', entry, f'signs in with {means}')
    settings = settings._replace(
        token=token,
        token_file=token_file,
        cert_data=_decoded(entry, 'client-certificate-data'),
        cert_file=entry.path('client-certificate'),
        key_data=_decoded(entry, 'client-key-data'),
        key_file=entry.path('client-key'),
    )
    if flags.client_certificate:
        settings = settings._replace(cert_data=b'', cert_file=_absolute(flags.client_certificate))
    if flags.client_key:
        settings = settings._replace(key_data=b'', key_file=_absolute(flags.client_key))
    return settings


def _unsupported(subject: str, entry: Entry, what: str) -> AccessError:
    return AccessError(
        f'{subject} in the kubeconfig {entry.file} {what}, which is not supported yet: '
        'choose another user with --user, or another context with --context'
    )


def _decoded(entry: Entry, key: str) -> bytes:
    text = entry.text(key)
    try:
        if not _BASE64.fullmatch(text):
            raise binascii.Error
        return binascii.a2b_base64(text)
    except binascii.Error:
        raise AccessError(
            f'«{key}» of {entry.name!r} in the kubeconfig {entry.file} is not base64: mend it'
        ) from None


def _absolute(path: str | None) -> str:
    return os.path.abspath(path) if path else ''
