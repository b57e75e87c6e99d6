"""User settings from a user entry and flags: credentials and impersonation."""

from __future__ import annotations

import json
import os
from typing import Any

from kubectl_dog.cluster.client_config import impersonation
from kubectl_dog.cluster.client_config.cluster_entry import absolute_path
from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.fields import Field

_VERSIONS = ('client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1')
_MODES = ('Never', 'IfAvailable', 'Always')
_EXTENSION = 'client.authentication.k8s.io/exec'
_REMOVED_PROVIDERS = {'gcp': 'gke-gcloud-auth-plugin', 'azure': 'kubelogin'}


def with_user(entry: Entry, cluster: Entry, flags: ConnectionFlags, settings: Settings) -> Settings:
    """Add the credentials of a user entry and of flags to settings; raises AccessError."""
    settings = settings._replace(impersonate=impersonation.impersonation_headers(entry, flags))
    # Like kubectl, send no credentials over plain HTTP.
    if not settings.server.startswith('https://'):
        return settings
    settings = _with_client_certificate(entry, flags, settings)
    settings = _with_token_and_password(entry, flags, settings)
    plugin, provider = entry.inner('exec'), entry.inner('auth-provider')
    if plugin.data.value and provider.data.value:
        raise entry.error('has both exec and auth-provider: remove one of them')
    has_token = bool(settings.token or settings.token_file)
    if has_token and (settings.username or settings.password):
        owner = user_label(settings)
        raise AccessError(f'{owner} has both a token and a password: remove one of them')
    oidc = _oidc_config(provider)
    if has_token or settings.username or settings.password:
        return settings
    if oidc:
        return settings._replace(provider=oidc)
    if settings.cert_data or settings.cert_file:
        return settings
    if not plugin.data.value:
        raise _no_credentials_error(settings)
    return settings._replace(plugin=_exec_plugin(plugin, cluster))


def user_label(settings: Settings) -> str:
    """Return the owner of the credentials, for messages."""
    return f'user "{settings.user}"' if settings.user else 'the command line'


def _no_credentials_error(settings: Settings) -> AccessError:
    # kubectl asks for a name and a password here, but no current cluster accepts them.
    if not settings.user:
        return AccessError('there are no credentials: use --token or --user')
    return AccessError(
        f'user "{settings.user}" in the kubeconfig has no credentials: sign in, or use --token'
    )


def _with_token_and_password(entry: Entry, flags: ConnectionFlags, settings: Settings) -> Settings:
    token, token_file = entry.text('token'), entry.path('tokenFile')
    if flags.token:
        token, token_file = flags.token, ''
    return settings._replace(
        token=token,
        token_file=token_file,
        username=flags.username or entry.text('username'),
        password=flags.password or entry.text('password'),
    )


def _with_client_certificate(entry: Entry, flags: ConnectionFlags, settings: Settings) -> Settings:
    for field in ('client-certificate', 'client-key'):
        flag = flags.client_key if field == 'client-key' else flags.client_certificate
        data = b'' if flag else entry.encoded(f'{field}-data')
        file = absolute_path(flag) if flag else entry.path(field)
        if data and file:
            raise entry.error(f'has both {field} and {field}-data: remove one of them')
        if field == 'client-key':
            settings = settings._replace(key_data=data, key_file=file)
        else:
            settings = settings._replace(cert_data=data, cert_file=file)
    if settings.cert_data or settings.cert_file:
        return settings
    # Like kubectl, ignore a key without a certificate.
    return settings._replace(key_data=b'', key_file='')


def _oidc_config(provider: Entry) -> dict[str, str]:
    """Return the configuration of an OIDC auth-provider; empty if there is none."""
    if not provider.data.value:
        return {}
    name = provider.text('name')
    if name in _REMOVED_PROVIDERS:
        raise AccessError(
            f'user "{provider.name}" uses the auth-provider {name}, which kubectl no longer '
            f'supports: install {_REMOVED_PROVIDERS[name]}, and use it to write a new kubeconfig'
        )
    if name != 'oidc':
        raise provider.error('unsupported name: use oidc')
    config = provider.inner('config')
    return {key: config.text(key) for key in config.data.value}


def _exec_plugin(plugin: Entry, cluster: Entry) -> Plugin:
    command = plugin.text('command')
    version = plugin.read('apiVersion', lambda data: data.choice(_VERSIONS), '')
    mode = plugin.read('interactiveMode', lambda data: data.choice(_MODES), '')
    if version == _VERSIONS[1]:
        mode = mode or 'IfAvailable'
    for name, value in (('command', command), ('apiVersion', version), ('interactiveMode', mode)):
        if not value:
            raise plugin.error(f'{name} is missing')
    wants_cluster = plugin.flag('provideClusterInfo')
    return Plugin(
        # Commands without a separator are looked up in PATH.
        command=plugin.resolved(command) if os.sep in command else command,
        args=plugin.texts('args'),
        env=plugin.read('env', _plugin_variables, ()),
        api_version=version,
        interactive_mode=mode,
        install_hint=plugin.text('installHint'),
        wants_cluster=wants_cluster,
        config=_plugin_config(cluster) if wants_cluster else None,
    )


def _plugin_variables(data: Field) -> tuple[tuple[str, str], ...]:
    return tuple(map(_plugin_variable, data.items()))


def _plugin_variable(data: Field) -> tuple[str, str]:
    name, value = data.required('name').text(), data.optional('value', Field.text, '')
    if not name or '=' in name or '\0' in name + value:
        raise data.error('must be a valid environment variable')
    return name, value


def _plugin_config(cluster: Entry) -> Any:
    listed = cluster.data.value.get('extensions')
    for extension in listed if isinstance(listed, list) else ():
        if isinstance(extension, dict) and extension.get('name') == _EXTENSION:
            return _check_json(extension.get('extension'), cluster)
    return None


def _check_json(value: Any, cluster: Entry) -> Any:
    """Return the value; raises AccessError if the plugin cannot receive it as JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise cluster.error(f'extensions: {_EXTENSION} must be valid JSON') from None
    return value
