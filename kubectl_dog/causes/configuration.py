"""Family «configuration»: what a container is made from is missing or wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.causes.secret_providers import with_provider
from kubectl_dog.causes.suggestions import similar_names_sentence
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

# The kubelet's cache of ConfigMaps is late, not the ConfigMap: this never counts.
_CACHE_IS_LATE = lazy_compile(r'failed to sync \w+ cache', re.I)
_MISSING = lazy_compile(r'(configmap|secret) "([^"]+)" not found', re.I)
_KEY = lazy_compile(r"couldn't find key (\S+) in (ConfigMap|Secret) (?:[^/\s]+/)?(\S+)")
_VOLUME_KEY = lazy_compile(r'references non-existent (?:config|secret) key: (\S+)')
_ROOT = lazy_compile(r'runAsNonRoot|will run as root|user is non-root|breaks non-root policy')
# The runtime was busy: nothing is wrong with the container.
_LATE = lazy_compile(r'deadline exceeded|failed to reserve container name', re.I)


class ConfigurationFault(NamedTuple):
    """What is wrong with a container's configuration: `kind` is configmap, secret or empty."""

    code: str
    subject: str
    message: str
    kind: str = ''
    missing: str = ''


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Causes of one pod's configuration, from its containers and from its volumes."""
    for container in containers(pod):
        reason, words = get_str(container.waiting, 'reason'), message_of(container.waiting)
        if reason in ('CreateContainerConfigError', 'CreateContainerError'):
            fault = read_message(words, container.name)
            if fault is not None:
                yield _cause(view, pod, fault, reason)
    yield from _in_volumes(view, pod)


def read_message(words: str, container: str) -> ConfigurationFault | None:
    """What the kubelet's words mean; None where they tell of its own delay."""
    if _CACHE_IS_LATE.search(words) or _LATE.search(words):
        return None
    key = _KEY.search(words)
    if key:
        what = f'{key[2]} {key[3]}'
        subject = f'{key[3]}/{key[1]}'
        return ConfigurationFault(
            'KeyMissing', subject, f'{what} has no key {key[1]}', key[2].lower(), key[3]
        )
    missing = _MISSING.search(words)
    if missing:
        kind = missing[1].lower()
        message = (
            f'container {container} needs {kind} "{missing[2]}", which does not exist (not found)'
        )
        return ConfigurationFault(_CODES[kind], missing[2], message, kind, missing[2])
    if _ROOT.search(words):
        message = f'container {container} must not run as root (runAsNonRoot): {words}'
        return ConfigurationFault('RunAsNonRoot', container, message)
    return ConfigurationFault(
        'InvalidConfig', container, f'container {container} cannot be created: {words}'
    )


def _in_volumes(view: View, pod: Object) -> Iterator[Cause]:
    """FailedMount is told by kube events only; it stands while nothing of the pod has started."""
    if not is_mounting(view, pod):
        return
    seen = set()
    for event in view.kube_events_by_uid.get(uid(pod), ()):
        words = message_of(event)
        if event.get('reason') != 'FailedMount' or _CACHE_IS_LATE.search(words):
            continue
        fault = _volume_fault(pod, words)
        if fault is not None and fault.subject not in seen:
            seen.add(fault.subject)
            yield _cause(view, pod, fault, 'FailedMount')


def _volume_fault(pod: Object, words: str) -> ConfigurationFault | None:
    volume = re.search(r'for volume "([^"]+)"', words)
    called = f'volume {volume[1]}' if volume else 'a volume'
    key = _VOLUME_KEY.search(words)
    if key:
        named = ' or '.join(_holders(pod, volume[1] if volume else '', key[1]))
        message = f'{called} names a key that is not there: {key[1]}'
        return ConfigurationFault(
            'KeyMissing', f'volume/{key[1]}', f'{message} in {named}' if named else message
        )
    missing = _MISSING.search(words)
    if missing is None:
        return None
    kind = missing[1].lower()
    message = f'{called} needs {kind} "{missing[2]}", which does not exist (not found)'
    return ConfigurationFault(_CODES[kind], f'volume/{missing[2]}', message, kind, missing[2])


def _holders(pod: Object, volume: str, key: str) -> Iterator[str]:
    """The objects that a volume wants to have this key: the kubelet does not name them."""
    for one in get_dicts(pod, 'spec', 'volumes'):
        for source in (one, *get_dicts(one, 'projected', 'sources')):
            for field, kind in (('configMap', 'ConfigMap'), ('secret', 'Secret')):
                wanted = [get_str(item, 'key') for item in get_dicts(source, field, 'items')]
                if get_str(one, 'name') == volume and key in wanted:
                    held = get_dict(source, field)
                    yield f'{kind} {get_str(held, "name") or get_str(held, "secretName")}'


def _cause(view: View, pod: Object, fault: ConfigurationFault, reason: str) -> Cause:
    about = f'{fault.kind} -n' if fault.kind and fault.code == 'KeyMissing' else 'pod -n'
    what = fault.missing if about != 'pod -n' else name(pod)
    command = f'kubectl describe {about} {view.target.namespace} {what}'
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
        # Of a Secret nothing is read; what makes it may not have finished.
        return with_provider(view, cause, fault.missing)
    if not fault.kind:
        return cause
    lookup = Lookup(_RESOURCES[fault.kind], view.target.namespace)
    cause = cause._replace(
        lookups=(lookup,),
        suggested_commands=(f'kubectl get {fault.kind}s -n {view.target.namespace}',),
    )
    answer = view.answers.get(lookup)
    names = [name(one) for one in answer.objects] if answer else []
    if fault.missing in names:
        return cause._replace(
            recovering=True, evidence=(f'{fault.kind} {fault.missing} exists now',)
        )
    if answer is not None and answer.status == 'found':
        cause = cause._replace(evidence=(similar_names_sentence(fault.kind, fault.missing, names),))
    return with_provider(view, cause, fault.missing) if fault.kind == 'secret' else cause


def _with_keys(view: View, cause: Cause, holder: str) -> Cause:
    """What keys the ConfigMap has instead of the one that is missing."""
    lookup = Lookup(CONFIGMAPS, view.target.namespace, holder, full_object=True)
    cause = cause._replace(lookups=(lookup,))
    answer = view.answers.get(lookup)
    if answer is None or answer.status != 'found':
        return cause
    found = answer.objects[0]
    keys = [*get_dict(found, 'data'), *get_dict(found, 'binaryData')]
    wanted = cause.subject.partition('/')[2]
    if wanted in keys:
        return cause._replace(recovering=True, evidence=(f'key {wanted} exists now',))
    return cause._replace(evidence=(similar_names_sentence('key', wanted, keys, ' in it'),))
