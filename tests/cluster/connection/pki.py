"""Certificates for servers and users, made by openssl."""

from __future__ import annotations

import base64
import subprocess

# A CA without key usage, as many clusters have: Python 3.13 refuses it by default.
_CA = (
    '[req]\ndistinguished_name=d\nx509_extensions=e\n[d]\n[e]\nbasicConstraints=critical,CA:true\n'
)
_KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')
_NAMES = 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:api.test\n'


class Pki:
    """Files in a folder: ca, other-ca, server, expired, wrong, jane, bob (each .crt and .key)."""

    def __init__(self, folder):
        self.folder = folder
        for name in ('ca', 'other-ca'):
            self._authority(name)
        self._sign('server', _NAMES)
        self._sign('wrong', 'subjectAltName=DNS:other.test\n')
        self._sign('expired', _NAMES, days='-1')
        for name in ('jane', 'bob'):
            self._sign(name, 'extendedKeyUsage=clientAuth\n')

    def path(self, name):
        return str(self.folder / name)

    def text(self, name):
        return (self.folder / name).read_text()

    def data(self, name):
        return base64.b64encode((self.folder / name).read_bytes()).decode()

    def _authority(self, name):
        (self.folder / 'ca.cnf').write_text(_CA)
        self._openssl(
            'req', '-x509', *_KEY, '-subj', f'/CN={name}', '-days', '2', '-config', 'ca.cnf',
            '-keyout', f'{name}.key', '-out', f'{name}.crt',
        )  # fmt: skip

    def _sign(self, name, extension, days='2'):
        (self.folder / 'ext').write_text(extension)
        self._openssl('req', *_KEY, '-subj', f'/CN={name}', '-keyout', f'{name}.key', '-out', 'csr')
        self._openssl(
            'x509', '-req', '-in', 'csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial',
            '-days', days, '-extfile', 'ext', '-out', f'{name}.crt',
        )  # fmt: skip

    def _openssl(self, *arguments):
        subprocess.run(('openssl', *arguments), cwd=self.folder, check=True, capture_output=True)
