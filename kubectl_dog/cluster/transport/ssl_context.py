"""The SSLContext that all connections to a server share."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model import limits
from kubectl_dog.model.errors import AccessError


class _EncryptedKeyError(Exception):
    """The private key needs a passphrase."""


def create_context(settings: Settings) -> ssl.SSLContext:
    """Create a context for settings; raises AccessError for missing or invalid files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 requires a key usage that the CAs of many clusters lack; Go does not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        _load_ca_certificates(context, settings)
    _load_client_certificate(context, settings)
    return context


def ca_certificates(settings: Settings) -> bytes:
    """Return the certificates to trust (PEM), empty for those of the system; raises AccessError."""
    return settings.ca_data or _read(settings.ca_file, 'certificate authority')


def _load_ca_certificates(context: ssl.SSLContext, settings: Settings) -> None:
    pem = ca_certificates(settings)
    if not pem:
        context.load_default_certs()
        return
    try:
        context.load_verify_locations(cadata=pem.decode('ascii', 'ignore'))
    except (ssl.SSLError, ValueError):
        location = '-data' if settings.ca_data else f' {settings.ca_file}'
        raise AccessError(
            f'certificate-authority{location} contains no PEM certificate: check the kubeconfig'
        ) from None


def _load_client_certificate(context: ssl.SSLContext, settings: Settings) -> None:
    certificate = settings.cert_data or _read(settings.cert_file, 'client certificate')
    key = settings.key_data or _read(settings.key_file, 'client key')
    if not certificate and not key:
        return
    owner = f'user "{settings.user}"' if settings.user else 'the command line'
    if not certificate or not key:
        given, missing = ('certificate', 'key') if certificate else ('key', 'certificate')
        raise AccessError(
            f'{owner} has a client {given} without a {missing}: use --client-{missing}'
        )
    try:
        with _path_with(certificate + b'\n' + key) as path:
            context.load_cert_chain(path, password=_refuse_passphrase)
    except _EncryptedKeyError:
        raise AccessError(
            f'the client key of {owner} is encrypted, which kubectl does not support either: '
            'decrypt it with `openssl pkey`'
        ) from None
    except (ssl.SSLError, ValueError):
        raise AccessError(
            f'the client certificate and key of {owner} are not valid PEM, or do not match: '
            'check the kubeconfig'
        ) from None


def _refuse_passphrase() -> bytes:
    # Without a callback OpenSSL asks for a passphrase on the terminal.
    raise _EncryptedKeyError


def _read(path: str, label: str) -> bytes:
    if not path:
        return b''
    try:
        with open(path, 'rb') as file:
            content = file.read(limits.CREDENTIAL_BYTES + 1)
    except OSError as error:
        raise AccessError(
            f'cannot read the {label} {path}: {(error.strerror or str(error)).lower()}'
        ) from None
    if len(content) > limits.CREDENTIAL_BYTES:
        size = limits.describe(limits.CREDENTIAL_BYTES)
        raise AccessError(f'the {label} {path} has more than {size}')
    return content


@contextmanager
def _path_with(content: bytes) -> Iterator[str]:
    """Provide content as a file for OpenSSL, which reads files only, during the block."""
    if hasattr(os, 'memfd_create') and os.path.isdir('/proc/self/fd'):
        descriptor = os.memfd_create('kubectl-dog')
        try:
            with open(descriptor, 'wb', closefd=False) as file:
                file.write(content)
            yield f'/proc/self/fd/{descriptor}'
        finally:
            os.close(descriptor)
    else:
        with _temporary_file(content) as path:
            yield path


@contextmanager
def _temporary_file(content: bytes) -> Iterator[str]:
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix='kubectl-dog-')
    try:
        with open(descriptor, 'wb') as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)
