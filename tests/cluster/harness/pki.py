"""Keys and certificates, made with openssl."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CLIENTS = {
    'admin': '/O=system:masters/CN=admin',
    'kubelet-client': '/O=system:masters/CN=apiserver-kubelet-client',
    'controller-manager': '/CN=system:kube-controller-manager',
    'scheduler': '/CN=system:kube-scheduler',
    'node': '/O=system:nodes/CN=system:node:localhost',
}
SERVER_NAMES = 'DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.0.0.1'
EC_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'

# With the extensions that Python 3.13 insists on when it verifies.
CA_CONFIG = """
[req]
distinguished_name = name
x509_extensions = ca
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
subjectKeyIdentifier = hash
"""
LEAF_EXTENSIONS = """
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
"""


def ensure(folder):
    """Makes the keys and certificates, unless the folder is there already."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made aside and renamed: the folder is complete or not there.
    scratch = Path(tempfile.mkdtemp(prefix='pki-', dir=folder.parent))
    try:
        _make_all(scratch)
        os.replace(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make_all(folder):
    (folder / 'ca.conf').write_text(CA_CONFIG)
    _openssl(
        folder,
        f'req -x509 -config ca.conf {EC_KEY} -days 3650 -subj /CN=kubectl-dog-test-ca '
        '-keyout ca.key -out ca.crt',
    )
    # This pair signs the service accounts' tokens, and verifies them.
    _openssl(folder, 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out sa.key')
    _openssl(folder, 'pkey -in sa.key -pubout -out sa.pub')
    server = f'extendedKeyUsage = serverAuth\nsubjectAltName = {SERVER_NAMES}\n'
    _sign(folder, 'apiserver', '/CN=kube-apiserver', server)
    # For the webhooks that tests run on loopback.
    _sign(folder, 'webhook', '/CN=localhost', server)
    for name, subject in CLIENTS.items():
        _sign(folder, name, subject, 'extendedKeyUsage = clientAuth\n')


def _sign(folder, name, subject, extensions):
    (folder / f'{name}.ext').write_text(LEAF_EXTENSIONS + extensions)
    _openssl(folder, f'req {EC_KEY} -subj {subject} -keyout {name}.key -out {name}.csr')
    _openssl(
        folder,
        f'x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 '
        f'-extfile {name}.ext -out {name}.crt',
    )


def _openssl(folder, arguments):
    subprocess.run(
        ['openssl', *arguments.split()],
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
