"""Request headers for impersonation (--as and its companions)."""

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
    """Return the impersonation headers; flags override the user entry. Raises AccessError."""
    name = flags.as_user or entry.text('as')
    uid = flags.as_uid or entry.text('as-uid')
    groups = tuple(flags.as_group or ()) or entry.texts('as-groups')
    extra = {**_entry_extra(entry), **_parse_extra_flags(flags.as_user_extra or ())}
    if not name:
        if uid or groups or extra:
            raise AccessError('--as-group, --as-uid and --as-user-extra require a user: use --as')
        return ()
    headers = [('Impersonate-User', name)]
    if uid:
        headers.append(('Impersonate-Uid', uid))
    headers += [('Impersonate-Group', group) for group in groups]
    for key, values in extra.items():
        headers += [(f'Impersonate-Extra-{_escape_key(key)}', value) for value in values]
    return tuple(_encode_headers(headers))


def _parse_extra_flags(listed: Sequence[str]) -> dict[str, tuple[str, ...]]:
    extra: dict[str, tuple[str, ...]] = {}
    for pair in listed:
        key, _, value = pair.partition('=')
        extra[key] = (*extra.get(key, ()), value)
    return extra


def _entry_extra(entry: Entry) -> dict[str, tuple[str, ...]]:
    inner = entry.inner('as-user-extra')
    return {str(key): inner.texts(key) for key in inner.data.value}


def _escape_key(key: str) -> str:
    return _ILLEGAL.sub(lambda match: b'%%%02X' % match[0][0], key.encode()).decode()


def _encode_headers(headers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if re.search('[\x00-\x08\x0a-\x1f\x7f]', value):
            raise AccessError(
                f'{name} contains a control character: check --as and the other --as flags'
            )
        # http.client writes Latin-1; the server reads the bytes as UTF-8.
        yield name, value.encode('utf-8', 'surrogateescape').decode('latin-1')
