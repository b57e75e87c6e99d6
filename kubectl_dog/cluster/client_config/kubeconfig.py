"""kubeconfig files: which ones there are, read and merged as kubectl merges them."""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from kubectl_dog import platform_compat
from kubectl_dog.model.errors import AccessError

_BASE64 = re.compile(r'[A-Za-z0-9+/=\s]*')
INLINE = '(base64)'
# What a scalar is that cannot be read as what its tag says; no field may have it.
_UNREADABLE = object()


class _YamlError(Exception):
    """The text is not YAML; where (or None), and the error of the parser."""


# What the constructors of the YAML library raise, too, for values that are not of their types.
_MALFORMED = (
    *(_YamlError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    RecursionError,
)


class Entry(NamedTuple):
    """A named context, cluster or user, and the file it stands in (relative paths start there)."""

    name: str
    body: dict[str, Any]
    file: str

    def text(self, key: str) -> str:
        """The value of `key`, empty where it is missing; raises AccessError if it is no text."""
        value = self.body.get(key)
        if value is None:
            return ''
        if not isinstance(value, str):
            raise self.wrong(f'«{key}» of «{self.name}» must be text, in quotes')
        return value

    def path(self, key: str) -> str:
        """A file name, made absolute by the folder of the kubeconfig that names it."""
        value = self.text(key)
        return self.resolved(value) if value else ''

    def resolved(self, path: str) -> str:
        """A path as this kubeconfig means it."""
        return os.path.join(os.path.dirname(os.path.abspath(self.file)), path)

    def data(self, key: str) -> bytes:
        """The bytes that a `*-data` key holds as base64."""
        try:
            return _base64(self.text(key))
        except binascii.Error:
            raise self.wrong(f'«{key}» of «{self.name}» is not base64') from None

    def flag(self, key: str) -> bool:
        """The switch under `key`, off where it is missing."""
        value = self.body.get(key)
        if not isinstance(value, (bool, type(None))):
            raise self.wrong(f'«{key}» of «{self.name}» must be true or false, without quotes')
        return bool(value)

    def mapping(self, key: str) -> dict[str, Any]:
        """The mapping under `key`, empty where it is missing."""
        value = self.body.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.wrong(f'«{key}» of «{self.name}» must be a mapping')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of text under `key`, empty where it is missing."""
        value = self.body.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(f'«{key}» of «{self.name}» must be a list of text')
        return tuple(value)

    def wrong(self, what: str) -> AccessError:
        """The error for something that this kubeconfig says."""
        return AccessError(f'the kubeconfig {self.file} is wrong: {what}; mend it')


class Kubeconfig(NamedTuple):
    """Everything the files say; `looked_at` names those that were looked for, found or not."""

    looked_at: tuple[str, ...]
    files: bool
    current: str
    contexts: Mapping[str, Entry]
    clusters: Mapping[str, Entry]
    users: Mapping[str, Entry]


def load(explicit: str | None, env: Mapping[str, str], inline: str | None = None) -> Kubeconfig:
    """Read `inline` (base64), else `--kubeconfig`, else the files that the environment names.

    The first file that names a thing wins. Missing and empty files of a list are skipped, but a
    file that was asked for must be there. Raises AccessError.
    """
    if not inline and not explicit:
        # kubedog's own variable goes before the common one.
        inline = env.get('KUBEDOG_KUBE_CONFIG_BASE64')
    if inline:
        return _merged({INLINE: _parsed(_inlined(inline), INLINE)})
    return _merged({path: _read(path, bool(explicit)) for path in _paths(explicit, env)})


def _merged(documents: Mapping[str, dict[str, Any]]) -> Kubeconfig:
    current = ''
    sections: dict[str, dict[str, Entry]] = {'context': {}, 'cluster': {}, 'user': {}}
    for path, document in documents.items():
        current = current or Entry('current-context', document, path).text('current-context')
        for section, entries in sections.items():
            for entry in _entries(document, section, path):
                entries.setdefault(entry.name, entry)
    return Kubeconfig(
        tuple(documents),
        any(documents.values()),
        current,
        sections['context'],
        sections['cluster'],
        sections['user'],
    )


def _paths(explicit: str | None, env: Mapping[str, str]) -> tuple[str, ...]:
    if explicit:
        return (explicit,)
    for name in ('KUBEDOG_KUBE_CONFIG', 'KUBECONFIG'):
        listed = [path for path in env.get(name, '').split(os.pathsep) if path]
        if listed:
            return tuple(dict.fromkeys(listed))
    return (os.path.join(platform_compat.home_directory(env), '.kube', 'config'),)


def _inlined(text: str) -> bytes:
    try:
        return _base64(text)
    except binascii.Error:
        raise AccessError('--kube-config-base64 is not base64: give `base64 < FILE`') from None


def _base64(text: str) -> bytes:
    if not _BASE64.fullmatch(text):
        raise binascii.Error
    return binascii.a2b_base64(text)


def _read(path: str, must_exist: bool) -> dict[str, Any]:
    try:
        with open(path, 'rb') as file:
            content = file.read()
    except FileNotFoundError:
        if must_exist:
            raise AccessError(f'there is no kubeconfig {path}; check --kubeconfig') from None
        return {}
    except OSError as error:
        raise AccessError(
            f'cannot read the kubeconfig {path}: {(error.strerror or str(error)).lower()}'
        ) from None
    return _parsed(content, path)


def _parsed(content: bytes, path: str) -> dict[str, Any]:
    try:
        document = _document(content)
    except _MALFORMED as error:
        # Never the text of the error itself: it quotes the file, which holds secrets.
        raise AccessError(
            f'the kubeconfig {path} is not valid YAML{_place(error)}; mend it'
        ) from None
    except RecursionError:
        raise AccessError(f'the kubeconfig {path} is nested too deeply; mend it') from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise AccessError(f'the kubeconfig {path} is wrong: it must be a mapping with «clusters»')
    return document


def _document(content: bytes) -> Any:
    """The value of YAML; `_UNREADABLE` stands for scalars that are not what their tags say.

    So `token: !!int hunter2` is of the wrong type, as `token: 5` is, and told by its field.
    """
    import yaml

    base: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep)
            except (yaml.YAMLError, *_MALFORMED):
                if not isinstance(node, yaml.ScalarNode):
                    raise
                self.recursive_objects.pop(node, None)
                return self.constructed_objects.setdefault(node, _UNREADABLE)

    try:
        return yaml.load(content, Loader)
    except yaml.YAMLError as error:
        raise _YamlError(getattr(error, 'problem_mark', None), error) from None


def _place(error: Exception) -> str:
    mark = error.args[0] if isinstance(error, _YamlError) else None
    if mark is None:
        return ''
    # Tags, aliases and anchors are quoted, and may be a token that begins with `!`, `*` or `&`.
    problem = re.split('[\'"]', str(getattr(error.args[1], 'problem', '')))[0].strip()
    return f' (line {mark.line + 1}, column {mark.column + 1}: {problem})'


def _entries(document: dict[str, Any], section: str, path: str) -> list[Entry]:
    items = document.get(section + 's') or []
    if not isinstance(items, list):
        raise _shape(section, path)
    return [_entry(item, section, path) for item in items]


def _entry(item: object, section: str, path: str) -> Entry:
    if not isinstance(item, dict):
        raise _shape(section, path)
    name, body = item.get('name'), item.get(section) or {}
    if not isinstance(name, str) or not isinstance(body, dict):
        raise _shape(section, path)
    return Entry(name, body, path)


def _shape(section: str, path: str) -> AccessError:
    return AccessError(
        f'the kubeconfig {path} is wrong: «{section}s» must be a list of entries with «name» '
        f'and «{section}»'
    )
