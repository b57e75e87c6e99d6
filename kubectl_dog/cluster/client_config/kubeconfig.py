"""Find, read and merge kubeconfig files as kubectl does."""

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
# The value of a scalar that cannot be read as its tag requires; no field accepts it.
_UNREADABLE = object()


class _YamlError(Exception):
    """The text is not YAML; the arguments are the position (or None) and the parser error."""


# The constructors of the YAML library also raise these for values of the wrong type.
_MALFORMED = (
    *(_YamlError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    RecursionError,
)


class Entry(NamedTuple):
    """A named context, cluster or user, and its file (relative paths start there)."""

    name: str
    body: dict[str, Any]
    file: str

    def text(self, key: str) -> str:
        """Return the text under `key`, empty if missing; raises AccessError for other types."""
        value = self.body.get(key)
        if value is None:
            return ''
        if not isinstance(value, str):
            raise self.error(f'«{key}» of «{self.name}» must be text, in quotes')
        return value

    def path(self, key: str) -> str:
        """Return the path under `key`, relative to the folder of the kubeconfig."""
        value = self.text(key)
        return self.resolved(value) if value else ''

    def resolved(self, path: str) -> str:
        """Return a path relative to the folder of the kubeconfig as an absolute path."""
        return os.path.join(os.path.dirname(os.path.abspath(self.file)), path)

    def data(self, key: str) -> bytes:
        """Return the bytes of a `*-data` key, which holds base64."""
        try:
            return _decode_base64(self.text(key))
        except binascii.Error:
            raise self.error(f'«{key}» of «{self.name}» is not base64') from None

    def flag(self, key: str) -> bool:
        """Return the boolean under `key`, False if missing."""
        value = self.body.get(key)
        if not isinstance(value, (bool, type(None))):
            raise self.error(f'«{key}» of «{self.name}» must be true or false, without quotes')
        return bool(value)

    def mapping(self, key: str) -> dict[str, Any]:
        """Return the mapping under `key`, empty if missing."""
        value = self.body.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(f'«{key}» of «{self.name}» must be a mapping')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of strings under `key`, empty if missing."""
        value = self.body.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.error(f'«{key}» of «{self.name}» must be a list of text')
        return tuple(value)

    def error(self, problem: str) -> AccessError:
        """Return the error for a problem in this kubeconfig."""
        return AccessError(f'the kubeconfig {self.file} is wrong: {problem}; mend it')


class Kubeconfig(NamedTuple):
    """The merged content of kubeconfig files; `looked_at` are all paths that were tried."""

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


def _decode_inline(text: str) -> bytes:
    try:
        return _decode_base64(text)
    except binascii.Error:
        raise AccessError('--kube-config-base64 is not base64: give `base64 < FILE`') from None


def _decode_base64(text: str) -> bytes:
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
    return _parse(content, path)


def _parse(content: bytes, path: str) -> dict[str, Any]:
    try:
        document = _load_yaml(content)
    except _MALFORMED as error:
        # Never the text of the error itself: it quotes the file, which holds secrets.
        raise AccessError(
            f'the kubeconfig {path} is not valid YAML{_format_position(error)}; mend it'
        ) from None
    except RecursionError:
        raise AccessError(f'the kubeconfig {path} is nested too deeply; mend it') from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise AccessError(f'the kubeconfig {path} is wrong: it must be a mapping with «clusters»')
    return document


def _load_yaml(content: bytes) -> Any:
    """Parse YAML; `_UNREADABLE` replaces scalars that do not match their tags.

    So `token: !!int hunter2` is reported as a field of the wrong type, as `token: 5` is.
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


def _format_position(error: Exception) -> str:
    mark = error.args[0] if isinstance(error, _YamlError) else None
    if mark is None:
        return ''
    # Tags, aliases and anchors are quoted, and may be a token that begins with `!`, `*` or `&`.
    problem = re.split('[\'"]', str(getattr(error.args[1], 'problem', '')))[0].strip()
    return f' (line {mark.line + 1}, column {mark.column + 1}: {problem})'


def _entries(document: dict[str, Any], section: str, path: str) -> list[Entry]:
    items = document.get(section + 's') or []
    if not isinstance(items, list):
        raise _shape_error(section, path)
    return [_entry(item, section, path) for item in items]


def _entry(item: object, section: str, path: str) -> Entry:
    if not isinstance(item, dict):
        raise _shape_error(section, path)
    name, body = item.get('name'), item.get(section) or {}
    if not isinstance(name, str) or not isinstance(body, dict):
        raise _shape_error(section, path)
    return Entry(name, body, path)


def _shape_error(section: str, path: str) -> AccessError:
    return AccessError(
        f'the kubeconfig {path} is wrong: «{section}s» must be a list of entries with «name» '
        f'and «{section}»'
    )
