"""Find objects that the API server rejects in a dry run."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes.admission_errors import parse_admission_error
from kubectl_dog.causes.creation import REMEDIES
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.pod_templates import pod_template
from kubectl_dog.checks.refusals import refused
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.secret_texts import mask_text

_CREATED = (200, 201)
_NO_PERMISSION = lazy_compile(
    r'User "[^"]*" cannot (?P<verb>[\w*]+) resource "(?P<resource>[^"]+)"'
)
# A webhook with side effects cannot take part.
_UNSUPPORTED = lazy_compile(r'does not support dry run')
# Only server-side apply rejects lists with duplicates.
_DUPLICATES = lazy_compile(r'duplicate entries for key')
# Answers with the status 500 if the object, or a webhook, is wrong.
_REJECTED = lazy_compile(
    r'failed calling webhook|failed to create typed patch object'
    r'|unable to convert unstructured object'
)
# What the server says about a Secret without quoting its values.
_NO_BASE64 = lazy_compile(r'illegal base64 data at input byte [0-9]{1,9}')
_IMMUTABLE = lazy_compile(r'immutable|updates to ')
_PREFIX = lazy_compile(
    r'^(?:[\w.-]+ "[^"]*" is (?:invalid|forbidden)'
    r'|failed to create typed patch object \([^)]{1,600}\)'
    r'|failed to convert new object \([^)]{1,600}\) to proper version: '
    r'unable to convert unstructured object to [^:]{1,600}'
    r'): (?:errors:\s+|error decoding from json: )?'
)
# A value, as a structure of Go.
_VALUE = lazy_compile(r', got &value[^\n]*')
_POD_SECURITY = lazy_compile(r'would (?P<text>violate PodSecurity \\?"(?P<level>\w+):.*)')
_LABEL = 'pod-security.kubernetes.io/'
_LONGEST = 400


class DryRun(NamedTuple):
    """The answer to the dry run of an object.

    - `fields`: the fields that are wrong, with the reason.
    - `warnings`: the header "Warning".
    """

    status: int
    message: str = ''
    fields: tuple[tuple[str, str], ...] = ()
    warnings: str = ''


def find_rejections(context: CheckContext, entry: Entry, answer: DryRun) -> Findings:
    """Yield the cause, or notices, for the answer to the dry run of an object."""
    if answer.status in _CREATED:
        yield from _find_pod_security(context, entry, answer.warnings)
        return
    denied = _NO_PERMISSION.search(answer.message)
    if answer.status == 403 and denied:
        yield f'no dry run: no permission to {denied["verb"]} {denied["resource"]}'
    elif _UNSUPPORTED.search(answer.message) or _has_only_duplicates(answer.message):
        yield f'no dry run: {_shown(entry, answer.message)}'
    elif answer.status in (400, 403, 422) or _REJECTED.search(answer.message):
        cause = _rejection(context, entry, answer)
        if answer.fields and all(_may_be_left_over(message) for _, message in answer.fields):
            target = entry.target
            current = yield from context.current(target.resource, target.namespace, target.name)
            if current.status != 'missing':
                yield f'apply fails unless it removes present fields: {cause.message}'
                return
        yield cause
    else:
        yield f'no dry run: {_shown(entry, answer.message)}'


def _has_only_duplicates(message: str) -> bool:
    """Return whether no other problem is listed, one a line after a heading."""
    problems = [line for line in message.splitlines() if not line.endswith('errors:')]
    return bool(problems) and all(map(_DUPLICATES.search, problems))


def _may_be_left_over(message: str) -> bool:
    """Return whether fields that the object has now, and that apply removes, may be the reason.

    A server-side apply leaves the fields of other managers: a port that is changed is there twice.
    """
    is_forbidden = message.startswith('Forbidden') and not _IMMUTABLE.search(message)
    return message.startswith('Duplicate value') or is_forbidden


def _rejection(context: CheckContext, entry: Entry, answer: DryRun) -> Cause:
    parsed = parse_admission_error(answer.message)
    target = entry.target
    if parsed.code != 'CreateFailed':
        template = pod_template(entry)
        if template is not None and target.resource.key == 'Pod':
            return refused(context, template, answer.message)._replace(lookups=())
        _, _, text = parsed.sentence.partition(': ')
        subject = parsed.subject or target.name
        remedy = REMEDIES[parsed.code].format(namespace=target.namespace, subject=subject)
        return Cause(
            parsed.code,
            '',
            subject,
            f'{target.label} is rejected: {_shown(entry, text)}',
            suggested_commands=(remedy,),
        )
    fields = [f'{field}: {reason}' if field else reason for field, reason in answer.fields]
    text = _shown(entry, '; '.join(fields) or _VALUE.sub('', _without_prefix(answer.message)))
    subject = answer.fields[0][0] if answer.fields else ''
    return Cause(
        'CreateFailed',
        '',
        subject or target.name,
        f'the API server rejects it: {text}',
    )


def _shown(entry: Entry, text: str) -> str:
    """Return a text of the server, shortened; it may quote values of a Secret."""
    if get_str(entry.object, 'kind') == 'Secret':
        known = _NO_BASE64.search(text)
        return known[0] if known else 'the reason is not shown, as it may quote a value'
    # A text that is cut in the middle of a URL would show its password.
    return mask_text(text)[:_LONGEST]


def _without_prefix(message: str) -> str:
    prefix = _PREFIX.match(message)
    return message[prefix.end() :] if prefix else message


def _find_pod_security(context: CheckContext, entry: Entry, warnings: str) -> Findings:
    """Yield the cause of a workload whose pods the namespace does not allow.

    The server only warns about workloads. It warns about the level that is enforced, unless the
    namespace has another level for warnings.
    """
    warned = _POD_SECURITY.search(warnings)
    template = pod_template(entry)
    if warned is None or template is None:
        return
    answer = yield from context.namespace(entry.target.namespace)
    labels = answer.objects[0].get('metadata', {}).get('labels', {}) if answer.objects else {}
    enforced = labels.get(f'{_LABEL}enforce')
    level = labels.get(f'{_LABEL}warn') or enforced
    text = warned['text'].replace('\\"', '"').rstrip('"')
    if enforced and (level == enforced or warned['level'] == enforced):
        message = text.replace('violate', 'violates', 1)
        yield refused(context, template, f'pods "x" is forbidden: {message}')
    else:
        yield f'its pods would {text}'
