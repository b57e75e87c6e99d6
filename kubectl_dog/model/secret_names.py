"""Decide whether the value under a name is secret: `adminPassword`, `--api-key`, `X-Auth-Token`.

This is the only list of such words. Names of fields that only refer to a secret, or describe one,
end with another word: `passwordSecretRef`, `tokenTTL`, `secretName`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r'[A-Z]{1,100}(?![a-z])|[A-Z]?[a-z]{1,100}')
_LONGEST = 200
# Anywhere in a name, also at the end of a longer word: PGPASSWORD, authtoken.
_SECRET_WORD = re.compile(
    r'\w{0,100}(?:password|passwd|passphrase|passcode|token|secret|credential|apikey|secretkey'
    r'|privatekey|accesskey|dockerconfigjson|dockercfg|htpasswd|signature)s?'
    r'|(?:db|my|pg|root|user|admin|smtp|mail|redis)?pass|pwd|pw|creds?|jwt|bearer|cookies?|sas'
)
# Only as the last word: `auth.enabled` and `authMode` are no secrets.
_LAST_WORDS = frozenset(('auth', 'authorization', 'sig', 'pat'))
# Before the word `key`; other keys are those of mappings and sorts, or public.
_KEY_WORDS = frozenset(
    (
        *('access', 'account', 'admin', 'aes', 'api', 'app', 'application', 'auth', 'client'),
        *('consumer', 'cookie', 'deploy', 'encrypt', 'encryption', 'hmac', 'ingest', 'integration'),
        *('jwt', 'license', 'master', 'private', 'root', 'rsa', 'secret', 'service', 'session'),
        *('shared', 'signing', 'ssh', 'storage', 'subscription', 'symmetric', 'webhook', 'write'),
    )
)
_KEYS = ('key', 'keys')
# At the end of a name: the value refers to a secret, or describes it.
_DESCRIPTIONS = frozenset(
    (
        *('age', 'algorithm', 'alias', 'audience', 'audiences', 'class', 'condition', 'conditions'),
        *('count', 'dir', 'directory', 'duration', 'enabled', 'endpoint', 'expiration', 'expiry'),
        *('expires', 'field', 'file', 'files', 'folder', 'format', 'generation', 'group', 'header'),
        *('hours', 'id', 'ids', 'interval', 'issuer', 'kind', 'length', 'lifetime', 'limit'),
        *('message', 'method', 'minutes', 'mode', 'mount', 'name', 'names', 'namespace', 'path'),
        *('paths', 'phase', 'policy', 'prefix', 'provider', 'reason', 'ready', 'ref', 'reference'),
        *('references', 'refs', 'required', 'requests', 'review', 'rotation', 'seconds'),
        *('selector', 'size', 'source', 'state', 'status', 'stdin', 'store', 'strategy', 'suffix'),
        *('template', 'time', 'timeout', 'ttl', 'type', 'types', 'uri', 'url', 'usage', 'valid'),
        *('version', 'volume'),
    )
)
# At the beginning of a name: a switch or a limit.
_SWITCHES = frozenset(
    (
        *('allow', 'automount', 'count', 'create', 'disable', 'enable', 'generate', 'has', 'is'),
        *(
            'limit',
            'max',
            'min',
            'no',
            'num',
            'observed',
            'require',
            'skip',
            'total',
            'use',
            'with',
        ),
    )
)


@lru_cache(maxsize=2048)
def is_secret_name(name: str) -> bool:
    """Return whether a value under this name is secret.

    `name` is that of a field, a variable, a flag, a header or a parameter.
    """
    words = [word.lower() for word in _WORD.findall(name[-_LONGEST:])]
    if not words or words[-1] in _DESCRIPTIONS or words[0] in _SWITCHES:
        return False
    if words[-1] in _LAST_WORDS or any(map(_SECRET_WORD.fullmatch, words)):
        return True
    pairs = zip(words, words[1:])
    return any(first in _KEY_WORDS and second in _KEYS for first, second in pairs)


@lru_cache(maxsize=2048)
def is_description(name: str) -> bool:
    """Return whether a field below a secret one refers to an object, or describes the secret."""
    words = [word.lower() for word in _WORD.findall(name[-_LONGEST:])]
    return bool(words) and (words[-1] in _DESCRIPTIONS or words[-1] in ('key', 'optional'))
