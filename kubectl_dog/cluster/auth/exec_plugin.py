"""Credential plugins: a program that kubeconfig names, which prints an ExecCredential."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from typing import Any

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import ssl_context
from kubectl_dog.model import json_decoding
from kubectl_dog.model import times
from kubectl_dog.model.errors import AccessError

_INFO = 'KUBERNETES_EXEC_INFO'


class ExecPlugin:
    """Runs the plugin, as often as it is asked to."""

    def __init__(self, settings: Settings, plugin: Plugin) -> None:
        self._settings = settings
        self._plugin = plugin

    def issue(self) -> tuple[Credentials, float]:
        """Credentials, and when they expire (epoch seconds, or 0.0); raises AccessError."""
        interactive = self._interactive()
        answer = _decoded(self._run(interactive))
        if answer is None:
            raise self._wrong('did not print an ExecCredential')
        version = answer.get('apiVersion')
        if version != self._plugin.api_version or answer.get('kind') != 'ExecCredential':
            raise self._wrong(
                f'printed {answer.get("kind")} {version}, where kubeconfig asks for '
                f'ExecCredential {self._plugin.api_version}'
            )
        status = answer.get('status')
        if not isinstance(status, dict):
            raise self._wrong('printed no status')
        return self._credentials(status), self._expiry(status)

    def _run(self, interactive: bool) -> bytes:
        # The plugin's own PATH, if it is given one, is not where it is looked for.
        program = shutil.which(self._plugin.command)
        if program is None:
            hint = ' '.join(self._plugin.install_hint.split())
            raise self._failed(f'was not found{f": {hint}" if hint else ", install it"}')
        if not os.path.isabs(program) and not os.path.dirname(self._plugin.command):
            # Windows looks there first; kubectl, too, does not run what anybody may have left.
            raise self._failed(
                'was found by way of the current folder only, and is not run from there: name its '
                'own folder on the PATH'
            )
        # A program without a terminal may have no output, or have closed it.
        with contextlib.suppress(AttributeError, ValueError, OSError):
            sys.stdout.flush()
        try:
            done = subprocess.run(
                [program, *self._plugin.args],
                env={**os.environ, **dict(self._plugin.env), _INFO: self._info(interactive)},
                stdin=None if interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                check=False,
            )
        except (OSError, ValueError) as error:
            said = getattr(error, 'strerror', None) or str(error)
            raise self._failed(f'cannot be run: {said.lower()}') from None
        if done.returncode < 0:
            raise self._failed(f'was ended by signal {-done.returncode}')
        if done.returncode:
            raise self._failed(f'failed with exit code {done.returncode}: sign in again')
        return done.stdout

    def _interactive(self) -> bool:
        mode = self._plugin.interactive_mode
        try:
            terminal = mode != 'Never' and sys.stdin is not None and sys.stdin.isatty()
        except ValueError:
            terminal = False
        if mode == 'Always' and not terminal:
            raise self._failed('needs a terminal, and standard input is none')
        return terminal

    def _info(self, interactive: bool) -> str:
        spec: dict[str, Any] = {'interactive': interactive}
        if self._plugin.wants_cluster:
            spec['cluster'] = self._cluster()
        return json.dumps(
            {'kind': 'ExecCredential', 'apiVersion': self._plugin.api_version, 'spec': spec},
            separators=(',', ':'),
        )

    def _cluster(self) -> dict[str, Any]:
        settings = self._settings
        authority = ssl_context.authority(settings)
        optional = {
            'tls-server-name': settings.tls_server_name,
            'insecure-skip-tls-verify': settings.insecure,
            'certificate-authority-data': b64encode(authority).decode(),
            'proxy-url': settings.proxy_url,
            'disable-compression': settings.disable_compression,
        }
        given = {key: value for key, value in optional.items() if value}
        return {'server': settings.server, **given, 'config': self._plugin.config}

    def _credentials(self, status: dict[str, Any]) -> Credentials:
        keys = ('token', 'clientCertificateData', 'clientKeyData')
        token, certificate, key = (status.get(name) or '' for name in keys)
        if not all(isinstance(each, str) for each in (token, certificate, key)):
            raise self._wrong('printed a status that is not text')
        if bool(certificate) != bool(key):
            raise self._wrong('printed a certificate or a key, but not both')
        if not token and not certificate:
            raise self._wrong('printed neither a token nor a certificate')
        header = (
            bearer_credentials(token, 'the token of the credential plugin')
            if token
            else Credentials()
        )
        return header._replace(certificate=certificate.encode(), key=key.encode())

    def _expiry(self, status: dict[str, Any]) -> float:
        stamp = status.get('expirationTimestamp')
        if not stamp:
            return 0.0
        expires = times.epoch(stamp)
        if expires is None:
            raise self._wrong('printed an expirationTimestamp that is no timestamp')
        return expires

    def _failed(self, how: str) -> AccessError:
        return AccessError(f'the credential plugin {self._plugin.command} {how}')

    def _wrong(self, how: str) -> AccessError:
        return self._failed(f'{how}: update it, or mend the kubeconfig')


def _decoded(output: bytes) -> dict[str, Any] | None:
    try:
        answer = json_decoding.decode(output)
    except ValueError:
        import yaml

        # kubectl, too, takes YAML. This loader leaves everything text, timestamps above all.
        try:
            answer = yaml.load(output.decode('utf-8', 'replace'), yaml.BaseLoader)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
    return answer if isinstance(answer, dict) else None
