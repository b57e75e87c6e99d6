"""Settings from the service account of the pod that this process runs in."""

from __future__ import annotations

import os
from collections.abc import Mapping

from kubectl_dog.cluster.client_config import cluster_entry
from kubectl_dog.cluster.client_config import impersonation
from kubectl_dog.cluster.client_config.kubeconfig import NO_ENTRY
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags

FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'


def is_available(env: Mapping[str, str]) -> bool:
    """Report whether this process runs in a pod with a service account."""
    address = env.get('KUBERNETES_SERVICE_HOST') and env.get('KUBERNETES_SERVICE_PORT')
    return bool(address) and os.path.isfile(os.path.join(FOLDER, 'token'))


def in_cluster_settings(flags: ConnectionFlags, env: Mapping[str, str]) -> Settings:
    """Return settings from the environment and the service account; raises AccessError."""
    host, port = env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']
    address = f'[{host}]' if ':' in host else host
    authority = os.path.join(FOLDER, 'ca.crt')
    settings = Settings(
        server=cluster_entry.normalize_server_url(f'https://{address}:{port}'),
        namespace=flags.namespace or env.get('POD_NAMESPACE') or _read_namespace() or 'default',
        ca_file=authority if os.path.exists(authority) else '',
        token=flags.token or '',
        token_file='' if flags.token else os.path.join(FOLDER, 'token'),
        impersonate=impersonation.impersonation_headers(NO_ENTRY, flags),
    )
    if flags.proxy_url:
        proxy_url = cluster_entry.check_proxy_url(flags.proxy_url, '--proxy-url')
        settings = settings._replace(proxy_url=proxy_url)
    return cluster_entry.apply_trust_flags(settings, flags)


def _read_namespace() -> str:
    try:
        with open(os.path.join(FOLDER, 'namespace'), encoding='utf-8') as file:
            return file.read().strip()
    except (OSError, ValueError):
        return ''
