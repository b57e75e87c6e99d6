"""Keeps secrets out of recordings, and what they tell about a failure in them.

Redacted are the values in Secrets (and their annotations) and ConfigMaps, of environment variables
and of probe headers, wherever they stand in an object; `last-applied-configuration` holds them all
again and is dropped. Names, keys, images, commands and arguments stay. Log lines stay as well.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
_HOLDERS = {
    'Secret': ('data', 'stringData'),
    'ConfigMap': ('data', 'binaryData'),
}
# Lists of {name, value}: environment variables, and the headers of probes (Authorization).
_NAMED_VALUES = ('env', 'httpHeaders')
# What volumes hand to their drivers may be a password; what makes Secrets holds what is in them.
_DRIVER_SETTINGS = ('volumeAttributes', 'options', 'stringData', 'encryptedData')
_SECRET = re.compile(r'password|passphrase|token|secret_?key|client_?secret|private_?key', re.I)
# Controllers write these themselves: numbers of revisions, and the like.
_OWN_ANNOTATION = re.compile(
    r'([a-z0-9-]+\.)*(kubernetes\.io|k8s\.io|kubectl-dog\.github\.io)/|rollout\.argoproj\.io/'
)


class Redactor:
    """Replaces values by `redacted-<8 hex>`, equal ones by the same; inputs are never changed.

    `salt` must be random and must not be stored, or short secrets could be found by trying.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def payload(self, payload: Payload, want: Want | None) -> Payload:
        """The payload of an item with its objects redacted."""
        # Objects of a list, and metadata, do not carry the kind they are of.
        kind = want.resource.kind if isinstance(want, (Watch, Lookup)) else ''
        if isinstance(payload, Changed):
            return payload._replace(object=self.redact(payload.object, kind))
        if isinstance(payload, (Listed, Answer)):
            objects = tuple(self.redact(each, kind) for each in payload.objects)
            return payload._replace(objects=objects)
        return payload

    def redact(self, value: Object, kind: str = '') -> Object:
        """One object; `kind` where the object itself does not tell."""
        copy: Object = self._walk(value)
        kind = kind or str(value.get('kind', ''))
        for field in _HOLDERS.get(kind, ()):
            self._hide(copy, field)
        return copy

    def _annotations(self, value: Any) -> Any:
        """Deploy tools keep whole manifests in theirs; only those of controllers are known."""
        if not isinstance(value, dict):
            return self._tokens(value)
        return {
            key: each if _OWN_ANNOTATION.match(key) else self._token(each)
            for key, each in value.items()
            if key != LAST_APPLIED
        }

    def _hide(self, holder: Object, field: str) -> None:
        if field in holder:
            holder[field] = self._tokens(holder[field])

    def _tokens(self, value: Any) -> Any:
        """Each value of a mapping hidden; all of what an aggregated API has in its place."""
        if isinstance(value, dict):
            return {key: self._token(each) for key, each in value.items()}
        return self._token(value) if value else value

    def _walk(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._walk(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {key: self._field(key, each) for key, each in value.items()}

    def _field(self, key: str, value: Any) -> Any:
        if key in _NAMED_VALUES:
            return self._named(value)
        if key == 'annotations':
            return self._annotations(value)
        if key in _DRIVER_SETTINGS and isinstance(value, dict):
            return {name: self._token(each) for name, each in value.items()}
        if isinstance(value, str) and _SECRET.fullmatch(key):
            return self._token(value)
        copy = self._walk(value)
        if key == 'template' and isinstance(copy, dict):
            self._hide(copy, 'data')
        return copy

    def _named(self, entries: Any) -> Any:
        copies = self._walk(entries)
        for entry in copies if isinstance(copies, list) else ():
            if isinstance(entry, dict) and 'value' in entry:
                entry['value'] = self._token(entry['value'])
        return copies

    def _token(self, value: object) -> str:
        text = str(value).encode('utf-8', 'surrogatepass')
        return f'redacted-{hmac.new(self._salt, text, hashlib.sha256).hexdigest()[:8]}'
