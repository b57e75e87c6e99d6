"""Check the types of all values that a tracker returns, because the engine relies on them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

# Each watch and log is a connection to the API server.
MAX_WANTS = 64

_MAX_CODE_LENGTH = 63

# A check of a field's value, and the description of the values that pass it.
_Rule = tuple[Callable[[Any], bool], str]


class ShapeError(Exception):
    """A value whose type does not meet the contract; the message names the field."""


def tracker(candidate: object) -> None:
    """Check that an object can be a tracker; raises ShapeError."""
    if isinstance(candidate, type):
        raise ShapeError(f'{candidate.__name__} is a class: register an instance or a module')
    parts = [part(candidate, name) for name in ('wants', 'assess')]
    if parts == [None, None]:
        raise ShapeError('it has neither wants(view) nor assess(view)')
    if not all(function is None or callable(function) for function in parts):
        raise ShapeError('its attributes `wants` and `assess` must be functions')


def part(candidate: object, name: str, default: Any = None) -> Any:
    """Return the attribute of a tracker; raises ShapeError if it cannot be read."""
    try:
        return getattr(candidate, name, default)
    except Exception as error:
        raise ShapeError(f'its {name} cannot be read: {type(error).__name__}') from error


def codes(candidate: object) -> tuple[str, ...]:
    """Return the codes that a tracker declares; raises ShapeError."""
    declared = part(candidate, 'codes', ())
    texts = tuple(declared) if isinstance(declared, (tuple, list, set, frozenset)) else ('',)
    if not all(map(_is_code, texts)):
        raise ShapeError('its codes must be a tuple of words like CrashLoop')
    return texts


def wants(result: object) -> tuple[Want, ...]:
    """Return the wants that a tracker returned, checked; raises ShapeError."""
    if not isinstance(result, Iterable) or isinstance(result, (str, Watch, Lookup, Logs)):
        raise ShapeError(f'wants(view) returned {_kind(result)}: return a sequence of wants')
    # The result may be a generator without an end.
    checked = []
    for want in result:
        if type(want) not in _FIELDS or not isinstance(want, (Watch, Lookup, Logs)):
            raise ShapeError(
                f'wants(view) returned {_kind(want)} in the sequence: return only wants'
            )
        _check(want)
        checked.append(want)
        if len(checked) > MAX_WANTS:
            raise ShapeError(f'wants(view) returned more than {MAX_WANTS} wants')
    return tuple(checked)


def assessment(result: object) -> Assessment:
    """Return the assessment that a tracker returned, checked; raises ShapeError."""
    if type(result) is not Assessment:
        raise ShapeError(f'assess(view) returned {_kind(result)}: return an Assessment')
    _check(result)
    return result


def _check(owner: Any) -> None:
    defaults = owner._field_defaults
    for field, (fits, expected) in _FIELDS[type(owner)].items():
        value = getattr(owner, field)
        # Most fields are left as they were.
        if not (field in defaults and value is defaults[field]) and not fits(value):
            name = f'{type(owner).__name__}.{field}'
            raise ShapeError(f'{name} {_fault(value, fits)}: use {expected}')


def _fault(value: Any, fits: Callable[[Any], bool]) -> str:
    """Describe what is wrong with a value; for a tuple, with its first wrong member."""
    is_sequence = type(value) is tuple and fits(())
    for index, member in enumerate(value) if is_sequence else ():
        if not fits((member,)):
            missing = ' without a uid' if type(member) is dict else ''
            return f'has {_kind(member)}{missing} at index {index}'
    return f'is {_kind(value)}'


def _kind(value: object) -> str:
    name = type(value).__name__
    article = 'an' if name[:1].lower() in 'aeiou' else 'a'
    return 'None' if value is None else f'{article} {name}'


def _of(kind: type, expected: str) -> _Rule:
    return lambda value: isinstance(value, kind), expected


def _is_number(value: object) -> bool:
    """Return whether a value is a finite number, as deadlines require."""
    return isinstance(value, (int, float)) and abs(value) < 1e18


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 1e18


def _is_code(value: Any) -> bool:
    """Return whether a value is a word like CrashLoop."""
    is_word = isinstance(value, str) and value.isascii() and value.isalnum()
    return is_word and value[:1].isupper() and len(value) <= _MAX_CODE_LENGTH


def _is_sendable(value: Any) -> bool:
    return isinstance(value, str) and (value.isascii() or value.isprintable())


def _or_none(rule: _Rule) -> _Rule:
    fits, expected = rule
    return lambda value: value is None or fits(value), f'{expected} or None'


def _tuple(kind: type, expected: str) -> _Rule:
    def fits(value: Any) -> bool:
        return type(value) is tuple and all(isinstance(member, kind) for member in value)

    return fits, f'a tuple of {expected}'


def _are_objects(value: Any) -> bool:
    """Return whether all objects have a uid, by which events and causes are found."""
    return type(value) is tuple and all(isinstance(obj, dict) and uid(obj) for obj in value)


def _checked(kind: type) -> _Rule:
    """Return a check for one of our types, including the fields of the value."""

    def fits(value: Any) -> bool:
        if type(value) is not kind:
            return False
        _check(value)
        return True

    return fits, f'a {kind.__name__}'


def _tuple_of(kind: type) -> _Rule:
    fits, _ = _checked(kind)

    def all_fit(value: Any) -> bool:
        return type(value) is tuple and all(map(fits, value))

    return all_fit, f'a tuple of {kind.__name__}'


_TEXT, _SWITCH = _of(str, 'text'), _of(bool, 'True or False')
# A lone surrogate can be printed escaped, but cannot be part of a URL.
_SENT = (_is_sendable, 'printable text')
_NUMBER, _WHOLE = (_is_number, 'a finite number'), (_is_whole, 'a whole number')
_TEXTS = _tuple(str, 'texts')
_OBJECTS: _Rule = (_are_objects, 'a tuple of objects with a uid')
_CODED = (_is_code, 'a word like CrashLoop')

_FIELDS: dict[type, dict[str, _Rule]] = {
    Resource: {
        **dict.fromkeys(('group', 'version', 'plural', 'kind', 'short'), _SENT),
        'namespaced': _SWITCH,
    },
    Progress: dict.fromkeys(Progress._fields, _WHOLE),
    Revision: {'name': _TEXT, 'previous': _TEXT, 'changes': _TEXTS},
    RevisionTemplates: {
        **dict.fromkeys(('revision', 'earlier'), _TEXT),
        **dict.fromkeys(('template', 'earlier_template'), _of(dict, 'a pod template')),
        'earlier_created': _NUMBER,
    },
    LogRef: {'uid': _TEXT, 'container': _TEXT, 'instance': _WHOLE},
}
_FIELDS[Watch] = {
    'resource': _checked(Resource),
    **dict.fromkeys(('namespace', 'labels', 'fields'), _SENT),
}
_FIELDS[Lookup] = {
    'resource': _checked(Resource),
    **dict.fromkeys(('namespace', 'name', 'labels'), _SENT),
    'full_object': _SWITCH,
}
_FIELDS[Logs] = {
    **dict.fromkeys(('namespace', 'pod', 'uid', 'container'), _SENT),
    'restarts': _WHOLE,
    **dict.fromkeys(('running', 'previous'), _SWITCH),
    'since': _or_none(_NUMBER),
    'tail': _or_none(_WHOLE),
}
_FIELDS[Cause] = {
    'code': _CODED,
    **dict.fromkeys(('reason', 'subject', 'message'), _TEXT),
    **dict.fromkeys(('pods', 'evidence', 'suggested_commands'), _TEXTS),
    **dict.fromkeys(('terminations', 'terminations_before'), _WHOLE),
    **dict.fromkeys(('active', 'recovering', 'clock_paused', 'affects_some_pods'), _SWITCH),
    **dict.fromkeys(('may_await_other_target', 'informational'), _SWITCH),
    'tolerance_seconds': _or_none(_NUMBER),
    'tolerance_terminations': _or_none(_WHOLE),
    'tolerance_override': (lambda value: value is None, 'None, as only users set it'),
    'logs': _tuple_of(LogRef),
    **dict.fromkeys(('lookups', 'optional_lookups'), _tuple_of(Lookup)),
    'dependency': (lambda value: value is None, 'None, as the program finds it'),
}
_FIELDS[Assessment] = {
    'state': _of(State, 'a State'),
    **dict.fromkeys(('reason', 'message', 'waits_for', 'still_serving', 'decided_by'), _TEXT),
    **dict.fromkeys(('suggested_commands', 'notices'), _TEXTS),
    **dict.fromkeys(('pods', 'other_pods', 'children'), _OBJECTS),
    'progress': _or_none(_checked(Progress)),
    'revision': _or_none(_checked(Revision)),
    'templates': _or_none(_checked(RevisionTemplates)),
    'causes': _tuple_of(Cause),
    'recheck_at': _or_none(_NUMBER),
    'deadline_at': _or_none(_NUMBER),
    'min_stall_timeout': _NUMBER,
    'is_terminal': _SWITCH,
}
