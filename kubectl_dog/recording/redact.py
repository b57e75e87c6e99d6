"""Redact secrets in recordings, without removing what explains a failure.

It redacts the values in Secrets (and their annotations) and ConfigMaps, of environment variables
and of probe headers, at any depth of an object. It drops `last-applied-configuration`, which
contains all of them. Names, keys, images, commands, arguments and log lines are not redacted.
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
_SECRET_FIELDS = {
    'Secret': ('data', 'stringData'),
    'ConfigMap': ('data', 'binaryData'),
}
# Lists of {name, value}: environment variables, and the headers of probes (Authorization).
_NAMED_VALUES = ('env', 'httpHeaders')
# Settings of volume drivers may be passwords. The others are contents of a Secret to be created.
_DRIVER_SETTINGS = ('volumeAttributes', 'options', 'stringData', 'encryptedData')
_SECRET = re.compile(r'password|passphrase|token|secret_?key|client_?secret|private_?key', re.I)
# Controllers write these annotations: numbers of revisions and the like.
_OWN_ANNOTATION = re.compile(
    r'([a-z0-9-]+\.)*(kubernetes\.io|k8s\.io|kubectl-dog\.github\.io)/|rollout\.argoproj\.io/'
)


class Redactor:
    """A redactor that replaces values by `redacted-<8 hex>` in copies of objects.

    `salt` must be random and must not be stored: with it, short secrets could be guessed.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def payload(self, payload: Payload, want: Want | None) -> Payload:
        """Return a copy of the payload with redacted objects."""
        # The objects of a list, and metadata, have no kind.
        kind = want.resource.kind if isinstance(want, (Watch, Lookup)) else ''
        if isinstance(payload, Changed):
            return payload._replace(object=self.redact(payload.object, kind))
        if isinstance(payload, (Listed, Answer)):
            objects = tuple(self.redact(obj, kind) for obj in payload.objects)
            return payload._replace(objects=objects)
        return payload

    def redact(self, value: Object, kind: str = '') -> Object:
        """Return a redacted copy of an object. Pass `kind` if the object has none."""
        copy: Object = self._redact_nested(value)
        kind = kind or str(value.get('kind', ''))
        for field in _SECRET_FIELDS.get(kind, ()):
            self._redact_field(copy, field)
        return copy

    def _redact_annotations(self, value: Any) -> Any:
        """Keep only annotations of controllers: deploy tools store whole manifests in theirs."""
        if not isinstance(value, dict):
            return self._redact_values(value)
        return {
            name: entry if _OWN_ANNOTATION.match(name) else self._token_of(entry)
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

    def _redact_nested(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._redact_nested(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        return {key: self._redact_by_name(key, entry) for key, entry in value.items()}

    def _redact_by_name(self, name: str, value: Any) -> Any:
        if name in _NAMED_VALUES:
            return self._redact_named_values(value)
        if name == 'annotations':
            return self._redact_annotations(value)
        if name in _DRIVER_SETTINGS and isinstance(value, dict):
            return {key: self._token_of(entry) for key, entry in value.items()}
        if isinstance(value, str) and _SECRET.fullmatch(name):
            return self._token_of(value)
        copy = self._redact_nested(value)
        if name == 'template' and isinstance(copy, dict):
            self._redact_field(copy, 'data')
        return copy

    def _redact_named_values(self, entries: Any) -> Any:
        copies = self._redact_nested(entries)
        for entry in copies if isinstance(copies, list) else ():
            if isinstance(entry, dict) and 'value' in entry:
                entry['value'] = self._token_of(entry['value'])
        return copies

    def _token_of(self, value: object) -> str:
        text = str(value).encode('utf-8', 'surrogatepass')
        return f'redacted-{hmac.new(self._salt, text, hashlib.sha256).hexdigest()[:8]}'
