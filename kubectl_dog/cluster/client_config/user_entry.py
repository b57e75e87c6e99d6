"""The identity's half of the settings: who signs in, how, and as whom."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from kubectl_dog.cluster.client_config import impersonation
from kubectl_dog.cluster.client_config.cluster_entry import absolute
from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError

_API = 'client.authentication.k8s.io/'
_MODES = ('Never', 'IfAvailable', 'Always')
_EXTENSION = 'client.authentication.k8s.io/exec'
_GONE = {'gcp': 'gke-gcloud-auth-plugin', 'azure': 'kubelogin'}


def with_user(entry: Entry, cluster: Entry, flags: ConnectionFlags, made: Settings) -> Settings:
    """Add the identity of a user entry and of these flags; raises AccessError."""
    made = made._replace(impersonate=impersonation.impersonation_headers(entry, flags))
    # kubectl, too, reads no credentials for plain HTTP: they would cross the network in the open.
    if not made.server.startswith('https://'):
        return made
    made = _given(entry, flags, _certificate(entry, flags, made))
    if entry.body.get('exec') and entry.body.get('auth-provider'):
        raise entry.wrong(f'user {entry.name!r} has both «exec» and «auth-provider»')
    has_token = bool(made.token or made.token_file)
    if has_token and (made.username or made.password):
        raise AccessError(f'{user_label(made)} has both a token and a password: keep one of them')
    provider = _provider(entry)
    if has_token or made.username or made.password:
        return made
    if provider:
        return made._replace(provider=provider)
    if made.cert_data or made.cert_file:
        return made
    if not entry.body.get('exec'):
        raise _nobody(made)
    return made._replace(plugin=_plugin(entry, cluster))


def user_label(made: Settings) -> str:
    """Whose credentials these are, for sentences."""
    return f'user {made.user!r}' if made.user else 'the command line'


def _nobody(made: Settings) -> AccessError:
    # kubectl asks for a name and a password here, of which no cluster of today knows anything.
    if not made.user:
        return AccessError('there are no credentials: give --token or --user')
    return AccessError(
        f'user {made.user!r} in the kubeconfig has no credentials: sign in, or give --token'
    )


def _given(entry: Entry, flags: ConnectionFlags, made: Settings) -> Settings:
    token, token_file = entry.text('token'), entry.path('tokenFile')
    if flags.token:
        token, token_file = flags.token, ''
    return made._replace(
        token=token,
        token_file=token_file,
        username=flags.username or entry.text('username'),
        password=flags.password or entry.text('password'),
    )


def _certificate(entry: Entry, flags: ConnectionFlags, made: Settings) -> Settings:
    for what in ('client-certificate', 'client-key'):
        flag = flags.client_key if what == 'client-key' else flags.client_certificate
        data = b'' if flag else entry.data(f'{what}-data')
        file = absolute(flag) if flag else entry.path(what)
        if data and file:
            raise entry.wrong(f'user {entry.name!r} has both «{what}» and «{what}-data»')
        if what == 'client-key':
            made = made._replace(key_data=data, key_file=file)
        else:
            made = made._replace(cert_data=data, cert_file=file)
    if made.cert_data or made.cert_file:
        return made
    # As for kubectl, a key alone says nothing.
    return made._replace(key_data=b'', key_file='')


def _provider(entry: Entry) -> dict[str, str]:
    found = entry.mapping('auth-provider')
    if not found:
        return {}
    name = Entry(f'{entry.name}: auth-provider', found, entry.file).text('name')
    if name in _GONE:
        raise AccessError(
            f'user {entry.name!r} signs in with the auth-provider {name}, which kubectl has given '
            f'up: install {_GONE[name]}, and have it write the kubeconfig anew'
        )
    if name != 'oidc':
        raise entry.wrong(f'user {entry.name!r} has an unknown auth-provider')
    config = Entry(f'{entry.name}: auth-provider', found, entry.file).mapping('config')
    inner = Entry(f'{entry.name}: auth-provider', config, entry.file)
    return {key: inner.text(key) for key in config}


def _plugin(entry: Entry, cluster: Entry) -> Plugin:
    inner = Entry(f'{entry.name}: exec', entry.mapping('exec'), entry.file)
    command, version = inner.text('command'), inner.text('apiVersion')
    if not command:
        raise inner.wrong(f'«{inner.name}» has no command')
    if version not in (f'{_API}v1', f'{_API}v1beta1'):
        raise inner.wrong(
            f'«{inner.name}» has the apiVersion {version!r}, but kubectl knows {_API}v1 and '
            f'{_API}v1beta1 only'
        )
    mode = inner.text('interactiveMode') or ('' if version.endswith('/v1') else 'IfAvailable')
    if mode not in _MODES:
        raise inner.wrong(f'«{inner.name}» must have an interactiveMode: {", ".join(_MODES)}')
    return Plugin(
        # Words without a separator are looked up in PATH.
        command=inner.resolved(command) if os.sep in command else command,
        args=inner.texts('args'),
        env=tuple(_variables(inner)),
        api_version=version,
        interactive_mode=mode,
        install_hint=inner.text('installHint'),
        wants_cluster=inner.flag('provideClusterInfo'),
        config=_extension(cluster) if inner.flag('provideClusterInfo') else None,
    )


def _variables(inner: Entry) -> Iterator[tuple[str, str]]:
    listed = inner.body.get('env') or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise inner.wrong(f'«env» of «{inner.name}» must be a list of name and value')
    for each in listed:
        variable = Entry(f'{inner.name}: env', each, inner.file)
        name, value = variable.text('name'), variable.text('value')
        if not name or '=' in name or '\0' in name + value:
            raise inner.wrong(f'«env» of «{inner.name}» has a variable without a proper name')
        yield name, value


def _extension(cluster: Entry) -> Any:
    listed = cluster.body.get('extensions')
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get('name') == _EXTENSION:
            return _plain(each.get('extension'), cluster)
    return None


def _plain(value: Any, cluster: Entry) -> Any:
    """What the plugin is given as JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise cluster.wrong(
            f'«extensions» of «{cluster.name}» has an {_EXTENSION} that JSON cannot hold'
        ) from None
    return value
