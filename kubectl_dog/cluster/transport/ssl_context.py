"""The one SSLContext that every connection to the server shares."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport.bio_socket import Context
from kubectl_dog.model.errors import AccessError


class _EncryptedKeyError(Exception):
    """The private key needs a passphrase."""


def context(settings: Settings) -> ssl.SSLContext:
    """A context for these settings; raises AccessError for files that are missing or wrong."""
    made = Context(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 asks CAs for a key usage that many clusters' CAs lack; Go does not.
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if settings.insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    else:
        _trust(made, settings)
    _identify(made, settings)
    return made


def authority(settings: Settings) -> bytes:
    """The certificates to trust, as PEM; empty for those of the system. Raises AccessError."""
    return settings.ca_data or _content(settings.ca_file, 'certificate authority')


def _trust(made: ssl.SSLContext, settings: Settings) -> None:
    pem = authority(settings)
    if not pem:
        made.load_default_certs()
        return
    try:
        made.load_verify_locations(cadata=pem.decode('ascii', 'ignore'))
    except (ssl.SSLError, ValueError):
        where = '-data' if settings.ca_data else f' {settings.ca_file}'
        raise AccessError(
            f'certificate-authority{where} holds no PEM certificate: mend it'
        ) from None


def _identify(made: ssl.SSLContext, settings: Settings) -> None:
    certificate = settings.cert_data or _content(settings.cert_file, 'client certificate')
    key = settings.key_data or _content(settings.key_file, 'client key')
    if not certificate and not key:
        return
    who = f'user {settings.user!r}' if settings.user else 'the command line'
    if not certificate or not key:
        missing = 'key' if certificate else 'certificate'
        raise AccessError(
            f'{who} has no client {missing} to go with the rest: give --client-{missing}'
        )
    try:
        with _file(certificate + b'\n' + key) as path:
            made.load_cert_chain(path, password=_refuse)
    except _EncryptedKeyError:
        raise AccessError(
            f'the client key of {who} is encrypted, which kubectl cannot read either: '
            'decrypt it with «openssl pkey»'
        ) from None
    except (ssl.SSLError, ValueError):
        raise AccessError(
            f'the client certificate or key of {who} is not valid PEM, '
            'or they do not belong together: mend the kubeconfig'
        ) from None


def _refuse() -> bytes:
    # Without a callback OpenSSL would ask for a passphrase on the terminal.
    raise _EncryptedKeyError


def _content(path: str, what: str) -> bytes:
    if not path:
        return b''
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as error:
        raise AccessError(
            f'cannot read the {what} {path}: {(error.strerror or str(error)).lower()}'
        ) from None


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """A path with this content, for OpenSSL reads files only; nothing of it outlives the block."""
    if hasattr(os, 'memfd_create') and os.path.isdir('/proc/self/fd'):
        descriptor = os.memfd_create('kubectl-dog')
        try:
            with open(descriptor, 'wb', closefd=False) as file:
                file.write(content)
            yield f'/proc/self/fd/{descriptor}'
        finally:
            os.close(descriptor)
    else:
        with _temporary(content) as path:
            yield path


@contextmanager
def _temporary(content: bytes) -> Iterator[str]:
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix='kubectl-dog-')
    try:
        with open(descriptor, 'wb') as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)
