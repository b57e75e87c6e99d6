"""Find, read and merge kubeconfig files as kubectl does."""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

from kubectl_dog import file_limits
from kubectl_dog import platform_compat
from kubectl_dog.cluster.client_config import simple_yaml
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import FieldError
from kubectl_dog.model.named_tuple import NamedTuple

T = TypeVar('T')
D = TypeVar('D')

_BASE64 = re.compile(r'[A-Za-z0-9+/=\s]*')
INLINE = '(base64)'
# The value of a scalar with a tag that is not for text; no field accepts it.
_TAGGED = object()


class Entry(NamedTuple):
    """A named context, cluster or user, or a mapping in it. Paths are relative to its `file`."""

    name: str
    data: Field
    file: str

    def read(self, key: str, read: Callable[[Field], T], default: D) -> T | D:
        """Read the value under `key`; the default if it is missing. Raises AccessError."""
        try:
            return self.data.optional(key, read, default)
        except FieldError as error:
            raise _invalid(error) from None

    def text(self, key: str) -> str:
        """Return the string under `key`, empty if missing; raises AccessError for other types."""
        return self.read(key, _text, '')

    def path(self, key: str) -> str:
        """Return the path under `key`, relative to the folder of the kubeconfig."""
        value = self.text(key)
        return self.resolved(value) if value else ''

    def resolved(self, path: str) -> str:
        """Return a path relative to the folder of the kubeconfig as an absolute path."""
        return os.path.join(os.path.dirname(os.path.abspath(self.file)), path)

    def encoded(self, key: str) -> bytes:
        """Return the bytes of a `*-data` key, which holds base64."""
        try:
            return _decode_base64(self.text(key))
        except binascii.Error:
            raise self.error(f'{key}: must be base64') from None

    def flag(self, key: str) -> bool:
        """Return the boolean under `key`, False if missing."""
        return self.read(key, Field.flag, False)

    def inner(self, key: str) -> Entry:
        """Return the mapping under `key`, empty if missing."""
        data = self.read(key, _mapping, Field({}))
        return Entry(self.name, data, self.file)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of strings under `key`, empty if missing."""
        return self.read(key, _texts, ())

    def error(self, problem: str) -> AccessError:
        """Return the error for a problem in this kubeconfig."""
        return _invalid(self.data.error(problem))


NO_ENTRY = Entry('', Field({}), '')


class Kubeconfig(NamedTuple):
    """The merged content of kubeconfig files; `looked_at` has all paths that were tried."""

    looked_at: tuple[str, ...]
    files: bool
    current: str
    contexts: Mapping[str, Entry]
    clusters: Mapping[str, Entry]
    users: Mapping[str, Entry]


def load(explicit: str | None, env: Mapping[str, str], inline: str | None = None) -> Kubeconfig:
    """Read `inline` (base64), or else `--kubeconfig`, or else the files from the environment.

    The first file that defines an entry wins. Missing and empty files of a list are skipped, but
    the file of `--kubeconfig` must exist. Raises AccessError.
    """
    if not inline and not explicit:
        # kubedog's own variable has precedence over KUBECONFIG.
        inline = env.get('KUBEDOG_KUBE_CONFIG_BASE64')
    if inline:
        return _merge({INLINE: _parse(_decode_inline(inline), INLINE)})
    return _merge({path: _read(path, bool(explicit)) for path in _paths(explicit, env)})


def _merge(documents: Mapping[str, dict[str, Any]]) -> Kubeconfig:
    current = ''
    sections: dict[str, dict[str, Entry]] = {'context': {}, 'cluster': {}, 'user': {}}
    for path, document in documents.items():
        root = Entry('', Field(document, path), path)
        current = current or root.text('current-context')
        for section, entries in sections.items():
            own: dict[str, Entry] = {}
            for item in root.read(f'{section}s', Field.items, ()):
                entry = _entry(item, section, path)
                if entry.name in own:
                    # As kubectl: any of the two may be meant.
                    problem = f'{section}s: duplicate name "{entry.name}" in list'
                    raise _invalid(f'{path}: {problem}: give each {section} its own name')
                own[entry.name] = entry
            for name, entry in own.items():
                entries.setdefault(name, entry)
    return Kubeconfig(
        tuple(documents),
        any(documents.values()),
        current,
        sections['context'],
        sections['cluster'],
        sections['user'],
    )


def _entry(item: Field, section: str, path: str) -> Entry:
    try:
        name = item.required('name').text()
        body = item.optional(section, Field.object, {})
    except FieldError as error:
        raise _invalid(error) from None
    return Entry(name, Field(body, f'{path}: {section} "{name}"'), path)


def _text(data: Field) -> str:
    value = data.text()
    if '\0' in value:
        # No program, file or header can have it.
        raise data.error('has a NUL character')
    return value


def _mapping(data: Field) -> Field:
    data.object()
    return data


def _texts(data: Field) -> tuple[str, ...]:
    return tuple(map(_text, data.items()))


def _invalid(problem: object) -> AccessError:
    return AccessError(f'invalid kubeconfig {problem}')


def _paths(explicit: str | None, env: Mapping[str, str]) -> tuple[str, ...]:
    if explicit:
        return (explicit,)
    for name in ('KUBEDOG_KUBE_CONFIG', 'KUBECONFIG'):
        listed = [path for path in env.get(name, '').split(os.pathsep) if path]
        if listed:
            return tuple(dict.fromkeys(listed))
    return (os.path.join(platform_compat.home_directory(env), '.kube', 'config'),)


def _decode_inline(text: str) -> bytes:
    try:
        return _decode_base64(text)
    except binascii.Error:
        raise AccessError('--kube-config-base64 is not base64: use `base64 < FILE`') from None


def _decode_base64(text: str) -> bytes:
    if not _BASE64.fullmatch(text):
        raise binascii.Error
    return binascii.a2b_base64(text)


def _read(path: str, must_exist: bool) -> dict[str, Any]:
    try:
        content = file_limits.read_file(path, file_limits.KUBECONFIG)
    except FileNotFoundError:
        if must_exist:
            raise AccessError(f'kubeconfig {path} does not exist: check --kubeconfig') from None
        return {}
    except OSError as error:
        reason = error.strerror or str(error)
        raise AccessError(
            f'cannot read the kubeconfig {path}: {reason[:1].lower()}{reason[1:]}'
        ) from None
    except ValueError:
        # open() raises ValueError for a NUL in the name.
        raise AccessError(f'cannot read the kubeconfig {path!r}: invalid path') from None
    return _parse(content, path)


def _parse(content: bytes, path: str) -> dict[str, Any]:
    simple = simple_yaml.parse(content)
    return _parse_any(content, path) if simple is None else simple


def _parse_any(content: bytes, path: str) -> dict[str, Any]:
    from kubectl_dog import yaml_documents

    def scalar(event: Any) -> Any:
        is_tagged = event.tag and not event.implicit[0] and not event.tag.endswith(':str')
        return _TAGGED if is_tagged else yaml_documents.resolve(event)

    try:
        documents = list(yaml_documents.documents(yaml_documents.decode(content), scalar))
    except yaml_documents.DocumentError as error:
        # Not the texts in quotes: the file holds secrets.
        problem = re.split('[\'"]', str(error))[0].strip()
        raise _invalid(f'{path}, line {error.line}: {problem}') from None
    document = documents[0].value if documents else None
    if document is None:
        return {}
    if not isinstance(document, dict) or len(documents) > 1:
        raise _invalid(f'{path}: must be one mapping with clusters, users and contexts')
    return document
