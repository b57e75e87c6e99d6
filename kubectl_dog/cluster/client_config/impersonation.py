"""Acting as someone else: the headers that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError

_ILLEGAL = re.compile(rb"[^!#$&'*+.0-9A-Z^_`a-z|~-]")
_Headers = tuple[tuple[str, str], ...]


def impersonation_headers(entry: Entry, flags: ConnectionFlags) -> _Headers:
    """What the flags say goes before what the kubeconfig says, key by key; raises AccessError."""
    name = flags.as_user or entry.text('as')
    uid = flags.as_uid or entry.text('as-uid')
    groups = tuple(flags.as_group or ()) or entry.texts('as-groups')
    extra = {**_extra(entry), **_given(flags.as_user_extra or ())}
    if not name:
        if uid or groups or extra:
            raise AccessError('a group, uid or extra to act as needs a name: give --as')
        return ()
    made = [('Impersonate-User', name)]
    if uid:
        made.append(('Impersonate-Uid', uid))
    made += [('Impersonate-Group', group) for group in groups]
    for key, values in extra.items():
        made += [(f'Impersonate-Extra-{_escaped(key)}', value) for value in values]
    return tuple(_encoded(made))


def _given(listed: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in listed:
        key, _, value = each.partition('=')
        found[key] = (*found.get(key, ()), value)
    return found


def _extra(entry: Entry) -> dict[str, tuple[str, ...]]:
    found = entry.mapping('as-user-extra')
    inner = Entry(entry.name, {str(key): value for key, value in found.items()}, entry.file)
    return {key: inner.texts(key) for key in inner.body}


def _escaped(key: str) -> str:
    return _ILLEGAL.sub(lambda match: b'%%%02X' % match[0][0], key.encode()).decode()


def _encoded(made: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in made:
        if re.search('[\x00-\x08\x0a-\x1f\x7f]', value):
            raise AccessError(f'{name} has a control character in it: check --as and its like')
        # http.client writes Latin-1; the server reads the bytes as UTF-8.
        yield name, value.encode('utf-8', 'surrogateescape').decode('latin-1')
