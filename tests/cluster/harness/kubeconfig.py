"""Kubeconfig files."""

from __future__ import annotations

import base64
import os

TEMPLATE = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {ca}
    server: https://127.0.0.1:{port}
  name: kubectl-dog-test
contexts:
- context:
    cluster: kubectl-dog-test
    user: {user}
  name: kubectl-dog-test
current-context: kubectl-dog-test
kind: Config
users:
- name: {user}
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
"""


def write(settings, user):
    """Writes the user's kubeconfig into the state directory and returns its path."""
    path = settings.state / f'{user}.conf'
    text = TEMPLATE.format(
        user=user,
        port=settings.ports.api,
        ca=_base64(settings.pki / 'ca.crt'),
        certificate=_base64(settings.pki / f'{user}.crt'),
        key=_base64(settings.pki / f'{user}.key'),
    )
    # It holds a private key.
    with open(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w', encoding='ascii'
    ) as handle:
        handle.write(text)
    return path


def _base64(path):
    return base64.b64encode(path.read_bytes()).decode()
