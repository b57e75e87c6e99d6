"""Decide readiness by a condition of the user (`--ready-when`), as `kubectl wait --for` does."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.objects import condition_status
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.views import View
from kubectl_dog.trackers.declarative import jsonpath


class ReadyCondition(NamedTuple):
    """Either a condition and its status, both in lower case, or a path and its value.

    A path without a value only has to exist.
    """

    text: str
    condition: str = ''
    path: jsonpath.Path | None = None
    value: str | None = None


def parse_ready_when(text: str) -> ReadyCondition:
    """Parse `condition=NAME[=VALUE]` or `jsonpath={.PATH}[=VALUE]`; raises UserError."""
    form, _, rest = text.strip().partition('=')
    try:
        if form == 'condition' and rest:
            name, _, status = (part.strip().lower() for part in rest.partition('='))
            if name and not status.startswith('='):
                return ReadyCondition(text, name, value=status or 'true')
        if form == 'jsonpath' and rest:
            path, value = _split_path(rest)
            if not (value or '').startswith('='):
                return ReadyCondition(text, path=jsonpath.parse(path), value=value)
    except ValueError as error:
        raise UserError(str(error)) from None
    raise UserError(
        f'{text!r} says nothing of when it is ready: write condition=NAME[=VALUE] or '
        'jsonpath={.status.phase}[=VALUE]'
    )


def _split_path(text: str) -> tuple[str, str | None]:
    """Split a path, which may have an equals sign in its filters, from its value."""
    end = text.find('}') + 1 if '}' in text else text.rfind(']') + 1
    path, equals, value = text[end:].partition('=')
    bare = (text[:end] + path).strip('\'"').replace('{.', '{')
    return bare, value.strip('\'"') if equals else None


def apply_ready_when(view: View, assessed: Assessment, text: str) -> Assessment:
    """The assessment, ready only if the condition is met; failures and pauses stay."""
    if not text or assessed.state not in (State.READY, State.PROGRESSING):
        return assessed
    condition = parse_ready_when(text)
    if is_observed(view.object or {}) and _is_met(condition, view):
        return assessed._replace(state=State.READY, reason='ReadyWhen', message=f'meets {text}')
    return assessed._replace(
        state=State.PROGRESSING,
        reason='ReadyWhen',
        message='',
        is_terminal=False,
        waits_for=assessed.waits_for or text,
    )


def _is_met(wanted: ReadyCondition, view: View) -> bool:
    if wanted.path is None:
        # kubectl ignores the case, and its own examples are in lower case.
        return any(
            get_str(condition, 'type').lower() == wanted.condition
            and condition_status(condition).lower() == wanted.value
            for condition in get_dicts(view.object, 'status', 'conditions')
        )
    values = list(map(jsonpath.scalar_text, jsonpath.values(wanted.path, view.object or {})))
    return bool(values) if wanted.value is None else wanted.value in values
