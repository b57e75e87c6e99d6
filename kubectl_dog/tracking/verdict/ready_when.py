"""What the user says ready means (`--ready-when`), in the words of `kubectl wait --for`. Pure."""

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
    """A condition and the status it has to have, both in lower case; or a path to what has to be
    there, or be this.
    """

    text: str
    condition: str = ''
    path: jsonpath.Path | None = None
    value: str | None = None


def parse_ready_when(text: str) -> ReadyCondition:
    """`condition=NAME[=VALUE]` or `jsonpath={.PATH}[=VALUE]`; raises UserError."""
    form, _, rest = text.strip().partition('=')
    try:
        if form == 'condition' and rest:
            name, _, status = (one.strip().lower() for one in rest.partition('='))
            if name and not status.startswith('='):
                return ReadyCondition(text, name, value=status or 'true')
        if form == 'jsonpath' and rest:
            path, value = _parted(rest)
            if not (value or '').startswith('='):
                return ReadyCondition(text, path=jsonpath.parse(path), value=value)
    except ValueError as error:
        raise UserError(str(error)) from None
    raise UserError(
        f'{text!r} says nothing of when it is ready: write condition=NAME[=VALUE] or '
        'jsonpath={.status.phase}[=VALUE]'
    )


def _parted(text: str) -> tuple[str, str | None]:
    """A path, which may hold a sign of equality in its filters, and the value it has to have."""
    end = text.find('}') + 1 if '}' in text else text.rfind(']') + 1
    path, equals, value = text[end:].partition('=')
    bare = (text[:end] + path).strip('\'"').replace('{.', '{')
    return bare, value.strip('\'"') if equals else None


def apply_ready_when(view: View, assessed: Assessment, text: str) -> Assessment:
    """Ready means what was agreed, and nothing else; failures and pauses are what they are."""
    if not text or assessed.state not in (State.READY, State.PROGRESSING):
        return assessed
    agreed = parse_ready_when(text)
    if is_observed(view.object or {}) and _holds(agreed, view):
        return assessed._replace(state=State.READY, reason='ReadyWhen', message=f'meets {text}')
    return assessed._replace(
        state=State.PROGRESSING,
        reason='ReadyWhen',
        message='',
        is_terminal=False,
        waits_for=assessed.waits_for or text,
    )


def _holds(agreed: ReadyCondition, view: View) -> bool:
    if agreed.path is None:
        # kubectl does not mind the case, and its own examples are in lower case.
        return any(
            get_str(one, 'type').lower() == agreed.condition
            and condition_status(one).lower() == agreed.value
            for one in get_dicts(view.object, 'status', 'conditions')
        )
    found = [jsonpath.scalar_text(one) for one in jsonpath.values(agreed.path, view.object or {})]
    return bool(found) if agreed.value is None else agreed.value in found
