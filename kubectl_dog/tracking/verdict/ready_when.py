"""Parse and check the condition of `--ready-when`, with the syntax of `kubectl wait --for`."""

from __future__ import annotations

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import condition_status
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers.declarative import jsonpath


class ReadyCondition(NamedTuple):
    """A condition and its status, both in lower case, or a path and its value.

    A path without a value only has to exist.
    """

    condition: str = ''
    path: jsonpath.Path | None = None
    value: str | None = None


def check_conditions(text: str) -> None:
    """Raise UserError unless each line is a condition, and there is one."""
    for line in _lines(text) or [text]:
        parse_ready_when(line)


def unmet_condition(text: str, obj: Object) -> str:
    """The first condition, of one per line, that an object does not meet; empty if all are met."""
    return next((line for line in _lines(text) if not is_met(parse_ready_when(line), obj)), '')


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def parse_ready_when(text: str) -> ReadyCondition:
    """Parse `condition=NAME[=VALUE]` or `jsonpath={.PATH}[=VALUE]`; raises UserError."""
    form, _, rest = text.strip().partition('=')
    try:
        if form == 'condition' and rest:
            name, _, status = (part.strip().lower() for part in rest.partition('='))
            if name and not status.startswith('='):
                return ReadyCondition(name, value=status or 'true')
        if form == 'jsonpath' and rest:
            path, value = _split_path(rest)
            if not (value or '').startswith('='):
                return ReadyCondition(path=jsonpath.parse(path), value=value)
    except ValueError as error:
        raise UserError(str(error)) from None
    raise UserError(
        f'invalid condition {text!r}: use condition=NAME[=VALUE] or jsonpath={{.PATH}}[=VALUE]'
    )


def _split_path(text: str) -> tuple[str, str | None]:
    """Split a path, which may have an equals sign in its filters, from its value."""
    end = text.find('}') + 1 if '}' in text else text.rfind(']') + 1
    path, equals, value = text[end:].partition('=')
    bare = (text[:end] + path).strip('\'"').replace('{.', '{')
    return bare, value.strip('\'"') if equals else None


def is_met(wanted: ReadyCondition, obj: Object) -> bool:
    """Return whether the status of an object meets the condition."""
    if wanted.path is None:
        # kubectl ignores the case, and its own examples are in lower case.
        return any(
            get_str(condition, 'type').lower() == wanted.condition
            and condition_status(condition).lower() == wanted.value
            for condition in get_dicts(obj, 'status', 'conditions')
        )
    values = list(map(jsonpath.scalar_text, jsonpath.values(wanted.path, obj)))
    return bool(values) if wanted.value is None else wanted.value in values
