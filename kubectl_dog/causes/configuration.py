"""Find missing or wrong ConfigMaps, Secrets and container settings (family "configuration")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.causes.secret_providers import with_provider
from kubectl_dog.causes.suggestions import with_existing_names
from kubectl_dog.causes.volumes import is_mounting
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_RESOURCES = {'configmap': CONFIGMAPS, 'secret': SECRETS}
_CODES = {'configmap': 'ConfigMapMissing', 'secret': 'SecretMissing'}
_KINDS = {'configmap': 'ConfigMap', 'secret': 'Secret'}

# Only the kubelet's cache of ConfigMaps is late: not a failure.
_CACHE_IS_LATE = lazy_compile(r'failed to sync \w+ cache', re.I)
_MISSING = lazy_compile(r'(configmap|secret) "([^"]+)" not found', re.I)
_KEY = lazy_compile(r"couldn't find key (\S+) in (ConfigMap|Secret) (?:[^/\s]+/)?(\S+)")
_VOLUME_KEY = lazy_compile(r'references non-existent (?:config|secret) key: (\S+)')
_ROOT = lazy_compile(r'runAsNonRoot|will run as root|user is non-root|breaks non-root policy')
# The runtime was busy: not a failure of the container.
_LATE = lazy_compile(r'deadline exceeded|failed to reserve container name', re.I)


class ConfigurationFault(NamedTuple):
    """A fault in the configuration of a container.

    - `kind`, `missing`: `configmap` or `secret`, and its name; both empty for other faults.
    """

    code: str
    subject: str
    message: str
    kind: str = ''
    missing: str = ''


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the configuration of one pod: of its containers and its volumes."""
    for container in containers(pod):
        reason, message = get_str(container.waiting, 'reason'), message_of(container.waiting)
        if reason in ('CreateContainerConfigError', 'CreateContainerError'):
            fault = read_message(message, container.name)
            if fault is not None:
                yield cause_of(view, pod, fault, reason)
    yield from _in_volumes(view, pod)


def read_message(message: str, container: str) -> ConfigurationFault | None:
    """Parse a message of the kubelet; None if it only reports a delay of the kubelet."""
    if _CACHE_IS_LATE.search(message) or _LATE.search(message):
        return None
    key = _KEY.search(message)
    if key:
        holder = f'{key[2]} "{key[3]}"'
        subject = f'{key[3]}/{key[1]}'
        return ConfigurationFault(
            'KeyMissing', subject, f'{holder} has no key "{key[1]}"', key[2].lower(), key[3]
        )
    missing = _MISSING.search(message)
    if missing:
        kind = missing[1].lower()
        sentence = (
            f'container "{container}" needs {_KINDS[kind]} "{missing[2]}", which does not exist'
        )
        return ConfigurationFault(_CODES[kind], missing[2], sentence, kind, missing[2])
    if _ROOT.search(message):
        sentence = f'container "{container}" must not run as root (runAsNonRoot): {message}'
        return ConfigurationFault('RunAsNonRoot', container, sentence)
    return ConfigurationFault(
        'InvalidConfig', container, f'container "{container}" cannot be created: {message}'
    )


def _in_volumes(view: View, pod: Object) -> Iterator[Cause]:
    """Yield FailedMount causes, known only from events; active until a container starts."""
    if not is_mounting(view, pod):
        return
    seen = set()
    for event in view.kube_events_by_uid.get(uid(pod), ()):
        message = message_of(event)
        if event.get('reason') != 'FailedMount' or _CACHE_IS_LATE.search(message):
            continue
        fault = read_volume_message(pod, message)
        if fault is not None and fault.subject not in seen:
            seen.add(fault.subject)
            yield cause_of(view, pod, fault, 'FailedMount')


def read_volume_message(pod: Object, message: str) -> ConfigurationFault | None:
    """Parse a message of the kubelet about a volume; None if nothing is missing."""
    volume = re.search(r'for volume "([^"]+)"', message)
    label = f'volume "{volume[1]}"' if volume else 'a volume'
    key = _VOLUME_KEY.search(message)
    if key:
        holders = ' or '.join(_holders(pod, volume[1] if volume else '', key[1]))
        holder = f' of {holders}' if holders else ''
        sentence = f'{label} needs key "{key[1]}"{holder}, which does not exist'
        return ConfigurationFault('KeyMissing', f'volume/{key[1]}', sentence)
    missing = _MISSING.search(message)
    if missing is None:
        return None
    kind = missing[1].lower()
    sentence = f'{label} needs {_KINDS[kind]} "{missing[2]}", which does not exist'
    return ConfigurationFault(_CODES[kind], f'volume/{missing[2]}', sentence, kind, missing[2])


def _holders(pod: Object, volume: str, key: str) -> Iterator[str]:
    """Yield the objects that a volume takes this key from: the kubelet does not name them."""
    for volume_spec in get_dicts(pod, 'spec', 'volumes'):
        for source in (volume_spec, *get_dicts(volume_spec, 'projected', 'sources')):
            for field, kind in (('configMap', 'ConfigMap'), ('secret', 'Secret')):
                wanted = [get_str(item, 'key') for item in get_dicts(source, field, 'items')]
                if get_str(volume_spec, 'name') == volume and key in wanted:
                    holder = get_dict(source, field)
                    yield f'{kind} "{get_str(holder, "name") or get_str(holder, "secretName")}"'


def cause_of(view: View, pod: Object, fault: ConfigurationFault, reason: str) -> Cause:
    """Return the cause of a fault, with the lookups that show more about it."""
    is_key = bool(fault.kind) and fault.code == 'KeyMissing'
    kind, described = (fault.kind, fault.missing) if is_key else ('pod', name(pod))
    command = f'kubectl describe {kind} -n {view.target.namespace} {described}'
    cause = Cause(
        code=fault.code,
        reason=reason,
        subject=fault.subject,
        message=fault.message,
        pods=(name(pod),),
        suggested_commands=(command,),
    )
    if fault.code == 'KeyMissing' and fault.kind == 'configmap':
        return _with_keys(view, cause, fault.missing)
    if fault.code == 'KeyMissing' and fault.kind == 'secret':
        # Data of Secrets are never read; the provider of the Secret may not have finished.
        return with_provider(view, cause, fault.missing)
    if not fault.kind:
        return cause
    lookup = Lookup(_RESOURCES[fault.kind], view.target.namespace)
    cause = cause._replace(
        lookups=(lookup,),
        suggested_commands=(f'kubectl get {fault.kind}s -n {view.target.namespace}',),
    )
    answer = view.answers.get(lookup)
    if answer is not None and answer.status == 'found':
        names = [name(obj) for obj in answer.objects]
        cause = with_existing_names(cause, _KINDS[fault.kind], fault.missing, names)
    if fault.kind == 'secret' and not cause.recovering:
        return with_provider(view, cause, fault.missing)
    return cause


def _with_keys(view: View, cause: Cause, holder: str) -> Cause:
    """Add a similar key that the ConfigMap has, if the key is missing."""
    lookup = Lookup(CONFIGMAPS, view.target.namespace, holder, full_object=True)
    cause = cause._replace(lookups=(lookup,))
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return cause
    config_map = answer.objects[0]
    keys = [*get_dict(config_map, 'data'), *get_dict(config_map, 'binaryData')]
    return with_existing_names(cause, 'key', cause.subject.partition('/')[2], keys, ' in it')
