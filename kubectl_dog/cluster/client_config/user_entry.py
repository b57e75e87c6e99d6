"""User settings from a user entry and flags: credentials and impersonation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from kubectl_dog.cluster.client_config import impersonation
from kubectl_dog.cluster.client_config.cluster_entry import absolute_path
from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError

_API_GROUP = 'client.authentication.k8s.io/'
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
    if entry.body.get('exec') and entry.body.get('auth-provider'):
        raise entry.error(f'user {entry.name!r} has both «exec» and «auth-provider»')
    has_token = bool(settings.token or settings.token_file)
    if has_token and (settings.username or settings.password):
        owner = user_label(settings)
        raise AccessError(f'{owner} has both a token and a password: keep one of them')
    provider = _oidc_config(entry)
    if has_token or settings.username or settings.password:
        return settings
    if provider:
        return settings._replace(provider=provider)
    if settings.cert_data or settings.cert_file:
        return settings
    if not entry.body.get('exec'):
        raise _no_credentials_error(settings)
    return settings._replace(plugin=_exec_plugin(entry, cluster))


def user_label(settings: Settings) -> str:
    """Name the owner of the credentials, for messages."""
    return f'user {settings.user!r}' if settings.user else 'the command line'


def _no_credentials_error(settings: Settings) -> AccessError:
    # kubectl asks for a name and a password here, but no current cluster accepts them.
    if not settings.user:
        return AccessError('there are no credentials: give --token or --user')
    return AccessError(
        f'user {settings.user!r} in the kubeconfig has no credentials: sign in, or give --token'
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
        data = b'' if flag else entry.data(f'{field}-data')
        file = absolute_path(flag) if flag else entry.path(field)
        if data and file:
            raise entry.error(f'user {entry.name!r} has both «{field}» and «{field}-data»')
        if field == 'client-key':
            settings = settings._replace(key_data=data, key_file=file)
        else:
            settings = settings._replace(cert_data=data, cert_file=file)
    if settings.cert_data or settings.cert_file:
        return settings
    # Like kubectl, ignore a key without a certificate.
    return settings._replace(key_data=b'', key_file='')


def _oidc_config(entry: Entry) -> dict[str, str]:
    body = entry.mapping('auth-provider')
    if not body:
        return {}
    name = Entry(f'{entry.name}: auth-provider', body, entry.file).text('name')
    if name in _REMOVED_PROVIDERS:
        raise AccessError(
            f'user {entry.name!r} signs in with the auth-provider {name}, which kubectl has given '
            f'up: install {_REMOVED_PROVIDERS[name]}, and have it write the kubeconfig anew'
        )
    if name != 'oidc':
        raise entry.error(f'user {entry.name!r} has an unknown auth-provider')
    config = Entry(f'{entry.name}: auth-provider', body, entry.file).mapping('config')
    inner = Entry(f'{entry.name}: auth-provider', config, entry.file)
    return {key: inner.text(key) for key in config}


def _exec_plugin(entry: Entry, cluster: Entry) -> Plugin:
    inner = Entry(f'{entry.name}: exec', entry.mapping('exec'), entry.file)
    command, version = inner.text('command'), inner.text('apiVersion')
    if not command:
        raise inner.error(f'«{inner.name}» has no command')
    if version not in (f'{_API_GROUP}v1', f'{_API_GROUP}v1beta1'):
        raise inner.error(
            f'«{inner.name}» has the apiVersion {version!r}, but kubectl knows {_API_GROUP}v1 and '
            f'{_API_GROUP}v1beta1 only'
        )
    mode = inner.text('interactiveMode') or ('' if version.endswith('/v1') else 'IfAvailable')
    if mode not in _MODES:
        raise inner.error(f'«{inner.name}» must have an interactiveMode: {", ".join(_MODES)}')
    return Plugin(
        # Commands without a separator are looked up in PATH.
        command=inner.resolved(command) if os.sep in command else command,
        args=inner.texts('args'),
        env=tuple(_plugin_variables(inner)),
        api_version=version,
        interactive_mode=mode,
        install_hint=inner.text('installHint'),
        wants_cluster=inner.flag('provideClusterInfo'),
        config=_plugin_config(cluster) if inner.flag('provideClusterInfo') else None,
    )


def _plugin_variables(inner: Entry) -> Iterator[tuple[str, str]]:
    listed = inner.body.get('env') or []
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise inner.error(f'«env» of «{inner.name}» must be a list of name and value')
    for item in listed:
        variable = Entry(f'{inner.name}: env', item, inner.file)
        name, value = variable.text('name'), variable.text('value')
        if not name or '=' in name or '\0' in name + value:
            raise inner.error(f'«env» of «{inner.name}» has a variable without a proper name')
        yield name, value


def _plugin_config(cluster: Entry) -> Any:
    listed = cluster.body.get('extensions')
    for extension in listed if isinstance(listed, list) else ():
        if isinstance(extension, dict) and extension.get('name') == _EXTENSION:
            return _check_json(extension.get('extension'), cluster)
    return None


def _check_json(value: Any, cluster: Entry) -> Any:
    """Return the value; raises AccessError if the plugin cannot receive it as JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise cluster.error(
            f'«extensions» of «{cluster.name}» has an {_EXTENSION} that JSON cannot hold'
        ) from None
    return value
