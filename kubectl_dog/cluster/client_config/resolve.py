"""Resolve flags, kubeconfig and environment to settings, with the precedence of kubectl."""

from __future__ import annotations

import os
from collections.abc import Collection
from collections.abc import Mapping

from kubectl_dog.cluster.client_config import cluster_entry
from kubectl_dog.cluster.client_config import kubeconfig
from kubectl_dog.cluster.client_config import user_entry
from kubectl_dog.cluster.client_config.kubeconfig import NO_ENTRY
from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.cluster.client_config.kubeconfig import Kubeconfig
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError

_NAMESPACE_CHARACTERS = frozenset('abcdefghijklmnopqrstuvwxyz0123456789-')
_LONGEST_NAMESPACE = 63
_VALID_NAMESPACE = 'use up to 63 lower-case letters, digits and dashes'


def resolve_settings(flags: ConnectionFlags, env: Mapping[str, str] = os.environ) -> Settings:
    """Return settings for these flags; raises AccessError with what to do about it."""
    if not flags.context:
        flags = flags._replace(context=env.get('KUBEDOG_KUBE_CONTEXT'))
    config = kubeconfig.load(flags.kubeconfig, env, flags.kubeconfig_base64)
    if not (flags.server or flags.context or flags.cluster or config.current):
        from kubectl_dog.cluster.client_config import in_cluster

        if in_cluster.is_available(env):
            return in_cluster.in_cluster_settings(flags, env)
    if not config.files and not flags.server:
        raise _no_kubeconfig_error(config)
    context = _context(config, flags)
    cluster_name = flags.cluster or context.text('cluster')
    cluster = _entry_by_name(config.clusters, 'cluster', cluster_name, context)
    user = _entry_by_name(config.users, 'user', flags.user or context.text('user'), context)
    settings = cluster_entry.cluster_settings(cluster, flags)._replace(
        namespace=_namespace(flags, context),
        context=context.name,
        user=user.name,
    )
    return user_entry.with_user(user, cluster, flags, settings)


def _namespace(flags: ConnectionFlags, context: Entry) -> str:
    name = flags.namespace or context.text('namespace') or 'default'
    # It becomes part of paths.
    if len(name) <= _LONGEST_NAMESPACE and _NAMESPACE_CHARACTERS.issuperset(name):
        return name
    if flags.namespace:
        raise UserError(f'invalid namespace "{name[:_LONGEST_NAMESPACE]}": {_VALID_NAMESPACE}')
    raise context.error(f'namespace: invalid name: {_VALID_NAMESPACE}')


def _no_kubeconfig_error(config: Kubeconfig) -> AccessError:
    files = [path for path in config.looked_at if os.path.exists(path)]
    message = f'the kubeconfig is empty ({", ".join(files)})' if files else 'no kubeconfig found'
    searched = '' if files else f' (searched {", ".join(config.looked_at)})'
    return AccessError(f'{message}{searched}: set KUBECONFIG, or use --kubeconfig or --server')


def _context(config: Kubeconfig, flags: ConnectionFlags) -> Entry:
    name = flags.context or config.current
    if not name:
        if flags.server or flags.cluster:
            return NO_ENTRY
        raise AccessError(
            'the kubeconfig has no current-context: choose one with --context'
            + _format_choices(config.contexts, '')
        )
    if name not in config.contexts:
        raise AccessError(
            f'there is no context {name!r} in {", ".join(config.looked_at)}: '
            f'choose one with --context{_format_choices(config.contexts, name)}'
        )
    return config.contexts[name]


def _format_choices(names: Collection[str], wrong: str) -> str:
    if not names:
        return ' (none available)'
    from difflib import SequenceMatcher

    sorted_names = sorted(names, key=lambda name: -SequenceMatcher(None, wrong, name).ratio())
    more = f' and {len(sorted_names) - 10} more' if len(sorted_names) > 10 else ''
    return f' (available: {", ".join(sorted_names[:10])}{more})'


def _entry_by_name(entries: Mapping[str, Entry], section: str, name: str, context: Entry) -> Entry:
    if not name:
        return NO_ENTRY
    if name not in entries:
        origin = f', used by context {context.name!r}' if context.text(section) == name else ''
        raise AccessError(
            f'there is no {section} {name!r} in the kubeconfig{origin}: choose one with --{section}'
            + _format_choices(entries, name)
        )
    return entries[name]
