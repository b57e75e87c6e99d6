"""Parse the messages of API server refusals into a code, a subject and a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple


class AdmissionError(NamedTuple):
    """A refusal to create an object.

    - `subject`: name of the quota, webhook or missing object; empty if not in the message.
    - `requested`: resource name -> quantity that exceeds the quota; empty for other codes.
    """

    code: str
    subject: str
    sentence: str
    requested: Mapping[str, str] = {}


# Texts that controllers and the API server put before the reason.
_WRAPPERS = lazy_compile(
    r'Error creating: |[Cc]reate (?:Pod|Claim) .*? failed error: '
    r'|Failed to create new replica set "[^"]*": |Internal error occurred: '
)
_FORBIDDEN = lazy_compile(r'^(?P<plural>[\w.]+) "[^"]*" is forbidden: ')
_NOUNS = {'persistentvolumeclaims': 'PersistentVolumeClaim', 'replicasets.apps': 'ReplicaSet'}

_NAME = lazy_compile(r'[A-Za-z0-9]([A-Za-z0-9.:/_-]{0,251}[A-Za-z0-9])?')
_EXCEEDED = lazy_compile(
    r'exceeded quota: (?P<subject>[^,]{1,253}), requested: (?P<requested>\S+), '
    r'used: (?P<used>\S+), limited: (?P<limit>\S+)'
)
# The most specific first: (pattern, code, sentence with the groups of the pattern).
_PATTERNS = (
    (
        lazy_compile(r'failed quota: (?P<subject>[^:]+): (?P<rest>must specify .*)', re.S),
        'CreateFailed',
        'quota "{subject}": the pod {rest}',
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
        'admission policy "{subject}" {rest}',
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
        'ServiceAccount "{subject}" does not exist',
    ),
    (
        lazy_compile(r'no PriorityClass with name (?P<subject>\S+) was found(?P<rest>)'),
        'PriorityClassMissing',
        'PriorityClass "{subject}" does not exist',
    ),
)


def parse_admission_error(message: str) -> AdmissionError:
    """Parse the message of a FailedCreate event or a ReplicaFailure condition."""
    reason = _strip_wrappers(message)
    forbidden = _FORBIDDEN.match(reason)
    noun = _NOUNS.get(forbidden['plural'], 'pod') if forbidden else 'pod'
    reason = reason[forbidden.end() :] if forbidden else reason
    code, subject, sentence = _classify(reason)
    exceeded = _EXCEEDED.search(reason)
    requested = _amounts(exceeded['requested']) if exceeded else {}
    # The subject becomes part of commands that people paste.
    subject = subject if _NAME.fullmatch(subject) else ''
    return AdmissionError(code, subject, f'no new {noun} can be created: {sentence}', requested)


def _classify(reason: str) -> tuple[str, str, str]:
    exceeded = _EXCEEDED.search(reason)
    if exceeded:
        return 'QuotaExceeded', exceeded['subject'], _describe_quota(exceeded)
    for pattern, code, sentence in _PATTERNS:
        match = pattern.search(reason)
        if match:
            groups = match.groupdict()
            subject, rest = groups.get('subject', ''), groups['rest'].strip()
            return code, subject, sentence.format(subject=subject, rest=rest)
    return 'CreateFailed', '', reason


def _strip_wrappers(message: str) -> str:
    """Return the reason without its wrappers, which may be nested."""
    reason, position = message.strip(), 0
    while True:
        wrapper = _WRAPPERS.match(reason, position)
        if wrapper is None:
            return reason[position:]
        position = wrapper.end()


def _describe_quota(match: re.Match[str]) -> str:
    """Describe each exceeded quota: `quota "tiny" allows 1 pod (1 used, 1 more requested)`."""
    requested, used = _amounts(match['requested']), _amounts(match['used'])
    parts = []
    for resource, limit in _amounts(match['limit']).items():
        allowed = f'{limit} {resource}'
        if resource == 'pods':
            allowed = '1 pod' if limit == '1' else f'{limit} pods'
        taken, more = used.get(resource, '?'), requested.get(resource, '?')
        parts.append(f'{allowed} ({taken} used, {more} more requested)')
    return f'quota "{match["subject"]}" allows {"; ".join(parts)}'


def _amounts(text: str) -> dict[str, str]:
    pairs = (part.partition('=') for part in text.split(','))
    return {resource: amount for resource, _, amount in pairs}
