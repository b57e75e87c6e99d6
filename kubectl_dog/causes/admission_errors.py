"""What the API server says when it refuses to create something, as one sentence and a code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.model.lazy_regex import lazy_compile


class AdmissionError(NamedTuple):
    """`subject` is what refuses or what is missing; empty where the words do not name it.

    `asked` holds, per resource, the quantity that a quota has no room for.
    """

    code: str
    subject: str
    sentence: str
    requested: Mapping[str, str] = {}


# What controllers and the API server wrap around the reason.
_WRAPPERS = lazy_compile(
    r'Error creating: |[Cc]reate (?:Pod|Claim) .*? failed error: '
    r'|Failed to create new replica set "[^"]*": |Internal error occurred: '
)
_FORBIDDEN = lazy_compile(r'^(?P<plural>[\w.]+) "[^"]*" is forbidden: ')
_NOUNS = {'persistentvolumeclaims': 'volume claim', 'replicasets.apps': 'ReplicaSet'}

_NAME = lazy_compile(r'[A-Za-z0-9]([A-Za-z0-9.:/_-]{0,251}[A-Za-z0-9])?')
_EXCEEDED = lazy_compile(
    r'exceeded quota: (?P<subject>[^,]{1,253}), requested: (?P<asked>\S+), used: (?P<used>\S+), '
    r'limited: (?P<limit>\S+)'
)
# Most telling first; what is named is the subject, the rest goes into the sentence.
_SIGNS = (
    (
        lazy_compile(r'failed quota: (?P<subject>[^:]+): (?P<rest>must specify .*)', re.S),
        'CreateFailed',
        'quota {subject} asks for more in the pod: {rest}',
    ),
    (
        lazy_compile(
            r'(?P<rest>(?:\[?(?:minimum|maximum) \S+ usage per'
            r'|(?<!\S)\S+ max limit to request ratio per).*)',
            re.S,
        ),
        'LimitRange',
        'a LimitRange of the namespace forbids it: {rest}',
    ),
    (
        lazy_compile(r'violates PodSecurity "(?P<subject>[^"]*)": (?P<rest>.*)', re.S),
        'PodSecurity',
        'it violates PodSecurity "{subject}" of the namespace: {rest}',
    ),
    (
        lazy_compile(
            r'unable to validate against any security context constraint: ?(?P<rest>.*)', re.S
        ),
        'PodSecurity',
        'no security context constraint allows it: {rest}',
    ),
    (
        lazy_compile(
            r'admission webhook "(?P<subject>[^"]*)" (?P<rest>denied the request.*)', re.S
        ),
        'WebhookDenied',
        'webhook "{subject}" {rest}',
    ),
    (
        lazy_compile(
            r"ValidatingAdmissionPolicy '(?P<subject>[^']*)' .{0,300}?(?P<rest>denied request.*)",
            re.S,
        ),
        'WebhookDenied',
        'admission policy {subject} {rest}',
    ),
    (
        lazy_compile(
            r'failed calling webhook "(?P<subject>[^"]*)": (?:failed to call webhook: )?'
            r'(?P<rest>.*)',
            re.S,
        ),
        'WebhookUnreachable',
        'webhook "{subject}" cannot be reached: {rest}',
    ),
    (
        lazy_compile(r'serviceaccount "(?P<subject>[^"]*)" not found(?P<rest>)'),
        'ServiceAccountMissing',
        'service account "{subject}" does not exist (not found)',
    ),
    (
        lazy_compile(r'no PriorityClass with name (?P<subject>\S+) was found(?P<rest>)'),
        'PriorityClassMissing',
        'PriorityClass {subject} does not exist (not found)',
    ),
)


def parse_admission_error(words: str) -> AdmissionError:
    """What the words of a FailedCreate event or a ReplicaFailure condition mean."""
    core = _strip(words)
    forbidden = _FORBIDDEN.match(core)
    noun = _NOUNS.get(forbidden['plural'], 'pod') if forbidden else 'pod'
    core = core[forbidden.end() :] if forbidden else core
    code, subject, sentence = _meaning(core)
    exceeded = _EXCEEDED.search(core)
    asked = _amounts(exceeded['asked']) if exceeded else {}
    # It goes into commands that people paste.
    subject = subject if _NAME.fullmatch(subject) else ''
    return AdmissionError(code, subject, f'no new {noun} can be created: {sentence}', asked)


def _meaning(core: str) -> tuple[str, str, str]:
    exceeded = _EXCEEDED.search(core)
    if exceeded:
        return 'QuotaExceeded', exceeded['subject'], _quota(exceeded)
    for sign, code, sentence in _SIGNS:
        match = sign.search(core)
        if match:
            named = match.groupdict()
            subject, rest = named.get('subject', ''), named['rest'].strip()
            return code, subject, sentence.format(subject=subject, rest=rest)
    return 'CreateFailed', '', core


def _strip(words: str) -> str:
    """The reason alone: wrappers are nested, so they go one after the other."""
    core, at = words.strip(), 0
    while True:
        wrapper = _WRAPPERS.match(core, at)
        if wrapper is None:
            return core[at:]
        at = wrapper.end()


def _quota(match: re.Match[str]) -> str:
    """`quota tiny allows 1 pod, 1 in use, 1 more asked for`, per resource that lacks."""
    asked, used = _amounts(match['asked']), _amounts(match['used'])
    told = []
    for resource, limit in _amounts(match['limit']).items():
        allowed = f'{limit} {resource}'
        if resource == 'pods':
            allowed = '1 pod' if limit == '1' else f'{limit} pods'
        taken, more = used.get(resource, '?'), asked.get(resource, '?')
        told.append(f'{allowed}, {taken} in use, {more} more asked for')
    return f'quota {match["subject"]} allows {"; ".join(told)}'


def _amounts(listed: str) -> dict[str, str]:
    pairs = (one.partition('=') for one in listed.split(','))
    return {resource: amount for resource, _, amount in pairs}
