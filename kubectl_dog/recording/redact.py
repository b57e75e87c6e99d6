"""Redact secrets in recordings, without removing what explains a failure.

In an object of any kind, it redacts

- the values in Secrets and ConfigMaps, of environment variables (except hosts and ports, which
  may explain a cause) and of headers;
- values under names that are those of secrets, such as `adminPassword`, and everything below them,
  except what refers to an object or describes the secret;
- secret parts of all other texts, such as commands, arguments, URLs and messages
  (`model/secret_texts.py`);
- annotations, except those that a controller writes or this program reads.

It drops `last-applied-configuration`, which contains all of them. It does not redact names, keys,
images, and log lines.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.secret_names import is_description
from kubectl_dog.model.secret_names import is_secret_name
from kubectl_dog.model.secret_texts import replace_in_text
from kubectl_dog.model.secret_texts import replace_in_words
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
_SECRET_FIELDS = {
    'Secret': ('data', 'stringData'),
    'ConfigMap': ('data', 'binaryData'),
}
# Lists of {name, value}, or mappings: environment variables, and headers (Authorization).
_NAMED_VALUES = re.compile(r'(?:[a-z]\w{0,100})?(?:env|envs|envvars|environment|headers?)', re.I)
# Hosts and ports in the values of variables: postgres://app:x@db:5432/shop, DB_HOST, DB_PORT.
_HOSTS = r'[a-z0-9][-a-z0-9.]{0,252}(?::\d{1,5})?(?:,[a-z0-9][-a-z0-9.]{0,252}(?::\d{1,5})?){0,20}'
_URL = re.compile(
    rf'(?P<scheme>[a-z][a-z0-9+:]{{1,40}}://)(?P<login>[^\s/?#@]{{1,500}}@)?(?P<hosts>{_HOSTS})'
    r'(?P<rest>[/?#][^@]{0,8000})?'
)
_ONLY_HOSTS = re.compile(_HOSTS)
_PORT = re.compile(r'\d{2,5}')
_HOST_NAME = re.compile(
    r'(?:\w{0,100}_)?(?:HOST|HOSTNAME|HOSTS|ADDR|ADDRESS|SERVERS?|BROKERS?|ENDPOINT)'
)
_PORT_NAME = re.compile(r'(?:\w{0,100}_)?PORT')
# Settings of volume drivers may be passwords. The others are contents of a Secret to be created.
_DRIVER_SETTINGS = ('volumeAttributes', 'options', 'stringData', 'encryptedData')
_COMMANDS = ('command', 'args')
# Texts for people; in the others, `--password x` is a command.
_SENTENCES = ('message', 'note', 'reason', 'description', 'status')
# Mappings with keys of the user and without secrets: a quota counts `secrets`.
_PUBLIC = ('labels', 'matchLabels', 'nodeSelector', 'selector', 'hard', 'used', 'ownerReferences')
# The beginning of `NAME=value` and of `Name: value`.
_SETTING = re.compile(r'[\w.-]{1,100}(?:=|: ?)')
# They may also hold settings that are no secrets.
_SINGLE_VALUES = re.compile(r'.{0,200}auth(?:orization)?', re.I)
# Controllers write these annotations: numbers of revisions and the like.
_OWN_ANNOTATION = re.compile(
    r'([a-z0-9-]+\.)*(kubernetes\.io|k8s\.io|kubectl-dog\.github\.io)/|rollout\.argoproj\.io/'
    # This program reads these of other tools.
    r'|argocd\.argoproj\.io/ignore-healthcheck|(meta\.)?helm\.sh/|kapp\.k14s\.io/disable-wait'
    r'|krane\.shopify\.io/|kueue\.x-k8s\.io/|pulumi\.com/|reconcile\.fluxcd\.io/|werf\.io/'
)


class Redactor:
    """A redactor that replaces values by `redacted-<8 hex>` in copies of objects.

    `salt` must be random and must not be stored: with it, short secrets could be guessed.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def payload(self, payload: Payload, want: Want | None) -> Payload:
        """Return a copy of the payload with redacted objects and messages."""
        # The objects of a list, and metadata, have no kind.
        kind = want.resource.kind if isinstance(want, (Watch, Lookup)) else ''
        if isinstance(payload, Changed):
            return payload._replace(object=self.redact(payload.object, kind))
        if isinstance(payload, (Listed, Answer)):
            objects = tuple(self.redact(obj, kind) for obj in payload.objects)
            payload = payload._replace(objects=objects)
        if isinstance(payload, (Answer, ReadFailure)):
            return payload._replace(message=self.text(payload.message))
        if isinstance(payload, ManagedTargets):
            notices = tuple(map(self.text, payload.notices))
            return payload._replace(notices=notices, failure=self.text(payload.failure))
        return payload

    def text(self, text: str) -> str:
        """Return a sentence without its secret parts."""
        return replace_in_text(text, self._token_of)

    def redact(self, value: Object, kind: str = '') -> Object:
        """Return a redacted copy of an object. Pass `kind` if the object has none."""
        kind = kind or str(value.get('kind', ''))
        if kind == 'CustomResourceDefinition':
            # Below a field of its schema are its type and its default.
            return {**value, 'metadata': self._redact_nested(value.get('metadata'), self._command)}
        copy: Object = self._redact_nested(value, self._command)
        for field in _SECRET_FIELDS.get(kind, ()):
            self._redact_field(copy, field)
        return copy

    def _command(self, text: str) -> str:
        return replace_in_words([text], self._token_of)[0]

    def _redact_annotations(self, value: Any) -> Any:
        """Keep only annotations of controllers: deploy tools store whole manifests in theirs."""
        if not isinstance(value, dict):
            return self._redact_values(value)
        return {
            name: self._redact_nested(entry, self.text)
            if _OWN_ANNOTATION.match(name)
            else self._token_of(entry)
            for name, entry in value.items()
            if name != LAST_APPLIED
        }

    def _redact_field(self, holder: Object, field: str) -> None:
        if field in holder:
            holder[field] = self._redact_values(holder[field])

    def _redact_values(self, value: Any) -> Any:
        """Redact the values of a mapping; an aggregated API may have a string in its place."""
        if isinstance(value, dict):
            return {key: self._token_of(entry) for key, entry in value.items()}
        return self._token_of(value) if value else value

    # These two call each other for each level of an object: they have no further frames in between.
    def _redact_nested(self, value: Any, text: Callable[[str], str]) -> Any:
        """Redact a value that is not secret as a whole; `text` redacts the texts in it."""
        if isinstance(value, str):
            return text(value)
        if isinstance(value, list):
            items = []
            for entry in value:
                items.append(self._redact_nested(entry, text))
            return items
        if not isinstance(value, dict):
            return value
        copy = {}
        for key, entry in value.items():
            copy[key] = self._redact_by_name(key, entry, text)
        named = value.get('name') or value.get('key')
        if 'value' in value and isinstance(named, str) and is_secret_name(named):
            # A parameter, such as that of a Helm chart.
            copy['value'] = self._redact_secret(value['value'], text)
        return copy

    def _redact_by_name(self, name: str, value: Any, text: Callable[[str], str]) -> Any:
        if name in _PUBLIC:
            return value
        if name == 'annotations':
            return self._redact_annotations(value)
        if name in _SENTENCES:
            text = self.text
        if self._is_secret(name, value):
            return self._redact_secret(value, text)
        if isinstance(value, (dict, list)):
            redact = self._special(name, value)
            if redact is not None:
                return redact(value, text)
        copy = self._redact_nested(value, text)
        if name == 'template' and isinstance(copy, dict):
            self._redact_field(copy, 'data')
        return copy

    def _is_secret(self, name: str, value: Any) -> bool:
        """Return whether a value and all below it are secret; a number may be a count."""
        if isinstance(value, (int, float)) and name.endswith('s'):
            return False
        is_settings = isinstance(value, (dict, list)) and _SINGLE_VALUES.fullmatch(name)
        return is_secret_name(name) and not is_settings

    def _special(self, name: str, value: Any) -> Callable[[Any, Callable[[str], str]], Any] | None:
        """Return the function for a mapping or list that is not redacted item by item, if any."""
        if name in _COMMANDS and isinstance(value, list) and all(map(_is_text, value)):
            return lambda words, _: replace_in_words(words, self._token_of)
        if name in _DRIVER_SETTINGS and isinstance(value, dict):
            return lambda settings, _: self._redact_values(settings)
        return self._redact_named_values if _NAMED_VALUES.fullmatch(name) else None

    def _redact_secret(self, value: Any, text: Callable[[str], str]) -> Any:
        """Redact a value and all below it, except what refers to an object, and switches."""
        if isinstance(value, list):
            items = []
            for entry in value:
                items.append(self._redact_secret(entry, text))
            return items
        if isinstance(value, dict):
            copy = {}
            for key, entry in value.items():
                redact = self._redact_nested if is_description(key) else self._redact_secret
                copy[key] = redact(entry, text)
            return copy
        is_kept = value is None or isinstance(value, bool) or value == ''
        return value if is_kept else self._token_of(value)

    def _redact_named_values(self, entries: Any, text: Callable[[str], str]) -> Any:
        """Redact a mapping of names to values, or a list of texts or of names with values."""
        if isinstance(entries, dict):
            return {
                name: self._redact_nested(entry, text)
                if isinstance(entry, (dict, list))
                else self._variable(name, entry)
                for name, entry in entries.items()
            }
        copies = self._redact_nested(entries, text)
        for number, entry in enumerate(entries):
            if isinstance(entry, dict) and 'value' in entry:
                copies[number]['value'] = self._variable(str(entry.get('name')), entry['value'])
            elif isinstance(entry, str):
                setting = _SETTING.match(entry)
                start = setting.end() if setting else 0
                copies[number] = entry[:start] + self._token_of(entry[start:])
        return copies

    def _variable(self, name: str, value: Any) -> str:
        """Redact the value of a variable, except hosts and ports."""
        if isinstance(value, str) and not is_secret_name(name):
            is_host = _HOST_NAME.fullmatch(name) and _ONLY_HOSTS.fullmatch(value)
            if is_host or (_PORT_NAME.fullmatch(name) and _PORT.fullmatch(value)):
                return value
            url = _URL.fullmatch(value)
            if url:
                login = f'{self._token_of(url["login"])}@' if url['login'] else ''
                rest = f'/{self._token_of(url["rest"])}' if url['rest'] else ''
                return f'{url["scheme"]}{login}{url["hosts"]}{rest}'
        return self._token_of(value)

    def _token_of(self, value: object) -> str:
        text = str(value).encode('utf-8', 'surrogatepass')
        return f'redacted-{hmac.new(self._salt, text, hashlib.sha256).hexdigest()[:8]}'


def _is_text(value: object) -> bool:
    return isinstance(value, str)
