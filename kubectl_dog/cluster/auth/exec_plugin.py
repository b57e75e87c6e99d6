"""Credential plugins: programs named in kubeconfig that print an ExecCredential."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from base64 import b64encode
from typing import Any

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.cluster.auth.plugin_process import LimitError
from kubectl_dog.cluster.auth.plugin_process import PluginProcess
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import ssl_context
from kubectl_dog.model import json_decoding
from kubectl_dog.model import times
from kubectl_dog.model.errors import AccessError

_INFO = 'KUBERNETES_EXEC_INFO'


class ExecPlugin:
    """A provider that runs a credential plugin whenever new credentials are needed."""

    def __init__(self, settings: Settings, plugin: Plugin, seconds: float = 0.0) -> None:
        """Limit the plugin to some seconds; 0: the default limit."""
        self._settings = settings
        self._plugin = plugin
        self._process = PluginProcess(seconds)

    def close(self) -> None:
        """End the plugin if it runs; callable from any thread."""
        self._process.close()

    def issue(self) -> tuple[Credentials, float]:
        """Return credentials and their expiry (epoch seconds, or 0.0); raises AccessError."""
        interactive = self._is_interactive()
        answer = _parse_output(self._run(interactive))
        if answer is None:
            raise self._output_error('did not print an ExecCredential')
        version = answer.get('apiVersion')
        if version != self._plugin.api_version or answer.get('kind') != 'ExecCredential':
            raise self._output_error(
                f'printed {answer.get("kind")} {version}, but the kubeconfig expects '
                f'ExecCredential {self._plugin.api_version}'
            )
        status = answer.get('status')
        if not isinstance(status, dict):
            raise self._output_error('printed no status')
        return self._credentials(status), self._expiry(status)

    def _run(self, interactive: bool) -> bytes:
        # Like kubectl, ignore a PATH in the plugin's own environment.
        program = shutil.which(self._plugin.command)
        if program is None:
            hint = ' '.join(self._plugin.install_hint.split())
            raise self._error(f'was not found{f": {hint}" if hint else ", install it"}')
        if not os.path.isabs(program) and not os.path.dirname(self._plugin.command):
            # Windows searches the current directory first. Like kubectl, do not run a file that
            # anybody may have put there.
            raise self._error(
                'was found only in the current directory, from which it is not run: add its '
                'directory to PATH'
            )
        # A program without a terminal may have no standard output, or have closed it.
        with contextlib.suppress(AttributeError, ValueError, OSError):
            sys.stdout.flush()
        try:
            code, output = self._process.run(
                [program, *self._plugin.args],
                {**os.environ, **dict(self._plugin.env), _INFO: self._exec_info(interactive)},
                interactive,
            )
        except LimitError as error:
            raise self._error(str(error)) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, 'strerror', None) or str(error)
            raise self._error(f'cannot be run: {reason.lower()}') from None
        if code < 0:
            raise self._error(f'was terminated by signal {-code}')
        if code:
            raise self._error(f'failed with exit code {code}: sign in again')
        return output

    def _is_interactive(self) -> bool:
        mode = self._plugin.interactive_mode
        try:
            terminal = mode != 'Never' and sys.stdin is not None and sys.stdin.isatty()
        except ValueError:
            terminal = False
        if mode == 'Always' and not terminal:
            raise self._error('needs a terminal, but standard input is not one')
        return terminal

    def _exec_info(self, interactive: bool) -> str:
        spec: dict[str, Any] = {'interactive': interactive}
        if self._plugin.wants_cluster:
            spec['cluster'] = self._cluster()
        return json.dumps(
            {'kind': 'ExecCredential', 'apiVersion': self._plugin.api_version, 'spec': spec},
            separators=(',', ':'),
        )

    def _cluster(self) -> dict[str, Any]:
        settings = self._settings
        authority = ssl_context.ca_certificates(settings)
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
        if not all(isinstance(value, str) for value in (token, certificate, key)):
            raise self._output_error('printed a status that is not text')
        if bool(certificate) != bool(key):
            raise self._output_error('printed a certificate or a key, but not both')
        if not token and not certificate:
            raise self._output_error('printed neither a token nor a certificate')
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
            raise self._output_error('printed an invalid expirationTimestamp')
        return expires

    def _error(self, problem: str) -> AccessError:
        return AccessError(f'the credential plugin {self._plugin.command} {problem}')

    def _output_error(self, problem: str) -> AccessError:
        return self._error(f'{problem}: update it, or check the kubeconfig')


def _parse_output(output: bytes) -> dict[str, Any] | None:
    try:
        answer = json_decoding.decode(output)
    except ValueError:
        import yaml

        # Like kubectl, accept YAML. This loader keeps scalars as text, timestamps in particular.
        try:
            answer = yaml.load(output.decode('utf-8', 'replace'), yaml.BaseLoader)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
    return answer if isinstance(answer, dict) else None
