"""Mask the secret parts of texts: passwords in URLs and commands, tokens, private keys.

A program can tell a secret by its name (see `secret_names`) or by its form. References to
variables, such as `$(PASSWORD)`, are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.secret_names import is_secret_name
from kubectl_dog.model.text_format import may_hold_secret

MASK = 'redacted'
_MOST_CHANGES = 5
T = TypeVar('T')
# Returns what replaces a secret.
Replace = Callable[[str], str]

_REFERENCE = lazy_compile(r'\$(?:\w{1,200}|\{[^{}\s]{1,200}\}|\([^()]{1,200}\))')
# What the redactor of recordings writes.
_TOKEN = lazy_compile(r'redacted-[0-9a-f]{8}')
_PRIVATE_KEY = lazy_compile(
    r'-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:(?!-----END).){0,20000}'
    r'(?:-----END [A-Z0-9 ]{0,40}-----)?'
    # The same in base64.
    r'|LS0tLS1CRUdJTi(?:BSU0Eg|BQUklW|BFQyBQ|BPUEVOU1NI|BFTkNS|BEU0Eg)[A-Za-z0-9+/=]{0,20000}',
    re.S,
)
# Credentials that have a form of their own.
_KNOWN_FORM = lazy_compile(
    r'\beyJ[\w-]{8,8000}\.[\w-]{4,8000}(?:\.[\w-]{0,8000})?'
    r'|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b'
    r'|\bgh[oprsu]_[A-Za-z0-9]{20,255}|\bgithub_pat_\w{20,255}|\bglpat-[\w-]{16,255}'
    r'|\bxox[abeprs]-[\w-]{10,255}|\bAIza[\w-]{30,255}|\b[rs]k_live_\w{16,255}'
    r'|\bnpm_[A-Za-z0-9]{30,255}|\bhvs\.[\w-]{20,255}'
    r'|(?<=hooks\.slack\.com/services/)[\w/]{1,255}'
)
# Up to the last `@` before the path; a password may have characters that should be encoded.
_URL_LOGIN = lazy_compile(
    r'(?<=://)(?:[^\s/?#\'"<>]{1,500}'
    r'|[^\s/:@?#\'"<>]{0,200}:(?!\d{1,5}(?:[/?#]|$))[^\s\'"@<>]{0,300})@'
)
# user:password@tcp(db:3306)/shop; the digest of an image is not a host.
_LOGIN = lazy_compile(
    r'(?<![\w./:@%+-])(?!mailto:)[\w.%+-]{1,64}:[^\s:@/\'"<>]{1,200}@(?!sha\d)(?=[\w\[(])'
)
_CURL_LOGIN = lazy_compile(
    r'(?P<before>(?:^|\s)(?:-u|--user|--proxy-user)[ =][\'"]?[^\s:\'"]{1,200}:)'
    r'(?P<value>(?!\d+\b)[^\s\'"]{1,500})'
)
_SCHEME = lazy_compile(
    r'(?P<before>\b(?:[Bb]earer|[Bb]asic)[ \t]{1,3})(?!realm\b)'
    # A word of a sentence has no such characters.
    r'(?P<value>(?=[\w+/=.~-]{1,200}?(?<=[\w+/=.~-])[0-9A-Z=._~+/-])[\w+/=.~-]{6,8000})'
)


class _Named(NamedTuple):
    """A form of a name with a value: `value` matches where `name` ends; its last group is it."""

    name: re.Pattern[str]
    value: re.Pattern[str]


# PASSWORD=x, --password='x y', ?token=x
_ASSIGNED = _Named(
    lazy_compile(r'(?P<name>(?<![\w.-])[\w.-]{1,100})[ \t]{0,2}=(?!=)[ \t]{0,2}'),
    lazy_compile(
        r'"([^"]{1,20000})|\'([^\']{1,20000})|(\$\([^()]{1,200}\))'
        r'|((?:[^\s\'";&|<>,]|,(?![\w.-]{1,100}=)){1,20000})'
    ),
)
# "password": "x", also in a JSON text
_JSON = _Named(
    lazy_compile(r'(?P<quote>\\{0,9}["\'])(?P<name>[\w.-]{1,100})(?P=quote)\s{0,9}:\s{0,9}'),
    lazy_compile(
        r'(?P<end>\\{0,9}["\'])((?:(?!(?<!\\)(?P=end)).){1,8000})|([^\s\'"\\,{}\[\]]{1,200})', re.S
    ),
)
# 'X-Api-Key: x'
_HEADER = _Named(
    lazy_compile(r'["\'](?P<name>[\w.-]{1,100}):[ \t]{0,3}'),
    lazy_compile(r'([^"\'\n]{1,20000})'),
)
# --password x
_FLAG = _Named(
    lazy_compile(r'(?<![^\s\'"(=;&|])--?(?P<name>[A-Za-z][\w.-]{1,60})[ \t]{1,9}(?!-)'),
    lazy_compile(r'"([^"]{1,20000})|\'([^\']{1,20000})|(\$\([^()]{1,200}\))|([^\s\'"]{1,20000})'),
)
_YAML = _Named(
    lazy_compile(r'^[ \t]{0,200}(?:- )?["\']?(?P<name>[\w.-]{1,100})["\']?:[ \t]{1,9}', re.M),
    lazy_compile(
        r'[|>][-+\d]{0,3}\n[ \t]{1,200}(\S[^\n]{0,8000}(?:\n(?:[ \t][^\n]{0,8000}|(?=\n))){0,500})'
        r'|"([^"\n]{1,8000})|\'([^\'\n]{1,8000})|([^\s|>{\[&*!][^\n]{0,8000})'
    ),
)
_LOGIN_FLAGS = ('-u', '--user', '--proxy-user')
# The next word is a script of a shell.
_SCRIPT_FLAG = lazy_compile(r'-[a-z]{0,9}c')
_QUOTED = lazy_compile(r'(?<!\\)"(?:[^"\\]|\\.){1,2000}"?')
_OPTION = lazy_compile(r'--?(?P<name>[A-Za-z][\w.-]{0,100})')
# A word that is one setting or header.
_SETTING = lazy_compile(
    r'(-{0,2}(?P<name>[\w.-]{1,100})=|\s{0,50}(?P<header>[\w.-]{1,100}):[ \t]{0,9})(\S.*)', re.S
)


def mask_text(text: str) -> str:
    """Mask a sentence or a message; one that quotes a redacted object gets the same text."""
    if not may_hold_secret(text):
        return text
    return _until_stable(_TOKEN.sub(MASK, text), lambda part: replace_in_text(part, _masked))


def mask_words(words: Sequence[str]) -> list[str]:
    """Mask the words of a command."""
    known = [_TOKEN.sub(MASK, word) for word in words]
    return _until_stable(known, lambda part: replace_in_words(part, _masked))


def mask_url(url: str) -> str:
    """Mask the user, the password and the secret parameters of a URL."""
    return replace_in_text(url, _masked) if '@' in url or '=' in url else url


def mask(value: Any) -> Any:
    """Mask all texts of a value that consists of texts, (named) tuples and dictionaries."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {name: mask(item) for name, item in value.items()}
    if not isinstance(value, tuple):
        return value
    masked = [mask(item) for item in value]
    if all(new is old for new, old in zip(masked, value)):
        return value
    return value._make(masked) if hasattr(value, '_make') else tuple(masked)


def _until_stable(value: T, change: Callable[[T], T]) -> T:
    """Change a value again and again: then one that was changed before gives the same result."""
    for _ in range(_MOST_CHANGES):
        changed = change(value)
        if changed == value:
            break
        value = changed
    return value


def _masked(secret: str) -> str:
    return MASK


def replace_in_text(text: str, replace: Replace) -> str:
    """Replace the secret parts of a text that is a sentence, a document or a URL."""
    if not may_hold_secret(text):
        return text
    # Messages of the kubelet quote commands. Elsewhere, `--password must be` is a sentence.
    text = _replace_known_forms(text, replace)
    text = _QUOTED.sub(lambda match: _replace_flags(match[0], replace), text)
    return _replace_forms(text, replace)


def replace_in_command(text: str, replace: Replace) -> str:
    """Replace the secret parts of a command or a script in one text."""
    return _replace_forms(_replace_flags(_replace_known_forms(text, replace), replace), replace)


def replace_in_words(words: Sequence[str], replace: Replace) -> list[str]:
    """Replace secrets in the words of a command; the value of a flag may be the next word."""
    replaced: list[str] = []
    before = ''
    for word in words:
        option = _OPTION.fullmatch(before)
        if option and is_secret_name(option['name']) and not _OPTION.fullmatch(word):
            replaced.append(_replaced(_replace_known_forms(word, replace), replace))
        elif option and before in _LOGIN_FLAGS:
            # `user:password`, but not two numbers.
            text = _CURL_LOGIN.sub(lambda match: _with_value(match, replace), f'{before} {word}')
            replaced.append(_replace_forms(text[len(before) + 1 :], replace))
        elif _SCRIPT_FLAG.fullmatch(before):
            replaced.append(replace_in_command(word, replace))
        else:
            replaced.append(_replace_word(word, replace))
        before = word
    return replaced


def _replace_word(word: str, replace: Replace) -> str:
    match = _SETTING.fullmatch(word) if '=' in word or ':' in word else None
    if match and is_secret_name(match['name'] or match['header']):
        return match[1] + _replaced(match[4], replace)
    return replace_in_command(word, replace)


def _replace_flags(text: str, replace: Replace) -> str:
    if '-' not in text:
        return text
    text = _CURL_LOGIN.sub(lambda match: _with_value(match, replace), text)
    return _replace_named(text, _FLAG, replace)


def _replace_known_forms(text: str, replace: Replace) -> str:
    if 'PRIVATE KEY' in text or 'LS0tLS1CRUdJTi' in text:
        text = _PRIVATE_KEY.sub(lambda match: replace(match[0]), text)
    return _KNOWN_FORM.sub(lambda match: replace(match[0]), text)


def _replace_forms(text: str, replace: Replace) -> str:
    if not may_hold_secret(text):
        return text
    if '@' in text:
        text = _URL_LOGIN.sub(lambda match: _login(match[0], replace), text)
        text = _LOGIN.sub(lambda match: _login(match[0], replace), text)
    if ':' in text:
        text = _replace_named(text, _JSON, replace)
        text = _replace_named(text, _HEADER, replace)
        if '\n' in text:
            text = _replace_named(text, _YAML, replace)
    if '=' in text:
        text = _replace_named(text, _ASSIGNED, replace)
    return _SCHEME.sub(lambda match: _with_value(match, replace), text)


def _replace_named(text: str, form: _Named, replace: Replace) -> str:
    """Replace the values of secret names; the value of another name may contain one."""
    parts = []
    end = 0
    for name in form.name.finditer(text):
        if name.start() < end or not is_secret_name(name['name']):
            continue
        value = form.value.match(text, name.end())
        if value and value.lastindex:
            group = value.lastindex
            parts += [text[end : value.start(group)], _replaced(value[group], replace)]
            end = value.end(group)
    return ''.join((*parts, text[end:])) if parts else text


def _login(text: str, replace: Replace) -> str:
    """Replace a user with a password, or a token in its place."""
    password = text[:-1].partition(':')[2]
    return text if password and _REFERENCE.fullmatch(password) else f'{replace(text[:-1])}@'


def _with_value(match: re.Match[str], replace: Replace) -> str:
    return match['before'] + _replaced(match['value'], replace)


def _replaced(value: str, replace: Replace) -> str:
    """Replace a value, but no reference, and neither a bracket nor a full stop at its end."""
    kept = value.rstrip('\\).]')
    if not kept or kept in ('true', 'false', 'null') or _REFERENCE.fullmatch(value):
        return value
    return replace(kept) + value[len(kept) :]
