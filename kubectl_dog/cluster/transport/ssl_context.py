"""The SSLContext that all connections to a server share."""

from __future__ import annotations

import contextlib
import errno
import os
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model import limits
from kubectl_dog.model.errors import AccessError

# Where Linux and macOS show open descriptors as files.
_DESCRIPTORS = '/dev/fd'
_PREFIX = 'kubectl-dog-key-'
# Seconds; reading a key takes much less.
_MAX_AGE = 60.0


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
        with _paths_with(certificate + b'\n' + key) as paths:
            context.load_cert_chain(*paths, password=_refuse_passphrase)
    except _EncryptedKeyError:
        raise AccessError(
            f'the client key of {owner} is encrypted, which kubectl does not support either: '
            'decrypt it with `openssl pkey`'
        ) from None
    except (OSError, ValueError) as error:
        # For text that is no PEM, OpenSSL leaves the error of a pipe in which it cannot seek.
        is_invalid = isinstance(error, (ssl.SSLError, ValueError)) or error.errno == errno.ESPIPE
        if not is_invalid:
            raise
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
def _paths_with(content: bytes) -> Iterator[tuple[str, str]]:
    """Provide content as two files for OpenSSL, which reads files only, during the block.

    It reads one for the certificates, and one for the key. Pipes leave nothing behind, however the
    process ends.
    """
    if not os.path.isdir(_DESCRIPTORS):
        with _temporary_file(content) as path:
            yield path, path
        return
    with contextlib.ExitStack() as pipes:
        paths = []
        for _ in range(2):
            read, write = os.pipe()
            pipes.callback(os.close, read)
            # A thread, because a pipe may have less room than this needs.
            threading.Thread(target=_write, args=(write, content), daemon=True).start()
            paths.append(f'{_DESCRIPTORS}/{read}')
        yield paths[0], paths[1]


def _write(descriptor: int, content: bytes) -> None:
    with contextlib.suppress(OSError), open(descriptor, 'wb') as file:
        file.write(content)


@contextmanager
def _temporary_file(content: bytes) -> Iterator[str]:
    """Provide content as a file, on Windows; remove those of processes that were killed."""
    import tempfile

    for entry in os.scandir(tempfile.gettempdir()):
        if entry.name.startswith(_PREFIX):
            with contextlib.suppress(OSError):
                if time.time() - entry.stat().st_mtime > _MAX_AGE:
                    os.unlink(entry.path)
    descriptor, path = tempfile.mkstemp(prefix=_PREFIX)
    try:
        with open(descriptor, 'wb') as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)
