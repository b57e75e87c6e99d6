"""Whether what a tracker gives has the shape it must have: the engine relies on it blindly."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

# A target that reads more than this keeps more connections open than a cluster likes.
MOST_WANTS = 64

_LONGEST_CODE = 63

# What tells whether a value may stand in a field, and what to call what may.
_Rule = tuple[Callable[[Any], bool], str]


class ShapeError(Exception):
    """Something is of another type than the contract says; the message names the field."""


def tracker(found: object) -> None:
    """Check that it can be a tracker; raises ShapeError."""
    if isinstance(found, type):
        raise ShapeError(f'{found.__name__} is a class: register an object of it, or a module')
    parts = [part(found, name) for name in ('wants', 'assess')]
    if all(one is None for one in parts):
        raise ShapeError('it has neither wants(view) nor assess(view)')
    if not all(one is None or callable(one) for one in parts):
        raise ShapeError('its wants and assess must be functions')


def part(found: object, name: str, default: Any = None) -> Any:
    """What a tracker has under a name; raises ShapeError where it cannot be had."""
    try:
        return getattr(found, name, default)
    except Exception as error:
        raise ShapeError(f'its {name} cannot be read: {type(error).__name__}') from error


def codes(found: object) -> tuple[str, ...]:
    """The codes that a tracker declares; raises ShapeError."""
    given = part(found, 'codes', ())
    words = tuple(given) if isinstance(given, (tuple, list, set, frozenset)) else ('',)
    if not all(map(_is_code, words)):
        raise ShapeError('its codes must be a tuple of words like CrashLoop')
    return words


def wants(found: object) -> tuple[Want, ...]:
    """The wants, checked; raises ShapeError."""
    if not isinstance(found, Iterable) or isinstance(found, (str, Watch, Lookup, Logs)):
        raise ShapeError(f'wants(view) gave {_kind(found)}, and not a sequence of wants')
    # Generators, too: it may be endless.
    given = []
    for one in found:
        if type(one) not in _FIELDS or not isinstance(one, (Watch, Lookup, Logs)):
            raise ShapeError(f'wants(view) gave {_kind(one)} among the wants')
        _check(one)
        given.append(one)
        if len(given) > MOST_WANTS:
            raise ShapeError(f'wants(view) gave more than {MOST_WANTS} wants')
    return tuple(given)


def assessment(found: object) -> Assessment:
    """The assessment, checked; raises ShapeError."""
    if type(found) is not Assessment:
        raise ShapeError(f'assess(view) gave {_kind(found)}, and not an Assessment')
    _check(found)
    return found


def _check(value: Any) -> None:
    for field, (fits, wanted) in _FIELDS[type(value)].items():
        given = getattr(value, field)
        if not fits(given):
            name = f'{type(value).__name__}.{field}'
            raise ShapeError(f'{name} {_fault(given, fits)}, and must be {wanted}')


def _fault(given: Any, fits: Callable[[Any], bool]) -> str:
    """What is wrong with a value: of a tuple, with which of its items."""
    is_sequence = type(given) is tuple and fits(())
    for at, one in enumerate(given) if is_sequence else ():
        if not fits((one,)):
            lacks = ' without a uid' if type(one) is dict else ''
            return f'has {_kind(one)}{lacks} in place {at}'
    return f'is {_kind(given)}'


def _kind(value: object) -> str:
    word = type(value).__name__
    article = 'an' if word[:1].lower() in 'aeiou' else 'a'
    return 'None' if value is None else f'{article} {word}'


def _of(kind: type, wanted: str) -> _Rule:
    return lambda value: isinstance(value, kind), wanted


def _is_number(value: object) -> bool:
    """A finite one: of anything else no deadline can be made."""
    return isinstance(value, (int, float)) and abs(value) < 1e18


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 1e18


def _is_code(value: Any) -> bool:
    """A word like CrashLoop."""
    is_word = isinstance(value, str) and value.isascii() and value.isalnum()
    return is_word and value[:1].isupper() and len(value) <= _LONGEST_CODE


def _is_sendable(value: Any) -> bool:
    return isinstance(value, str) and (value.isascii() or value.isprintable())


def _or_none(rule: _Rule) -> _Rule:
    fits, wanted = rule
    return lambda value: value is None or fits(value), f'{wanted} or None'


def _tuple(kind: type, wanted: str) -> _Rule:
    def fits(value: Any) -> bool:
        return type(value) is tuple and all(isinstance(one, kind) for one in value)

    return fits, f'a tuple of {wanted}'


def _are_objects(value: Any) -> bool:
    """Whether they are from a view: kube events and causes are found by the uid."""
    return type(value) is tuple and all(isinstance(one, dict) and uid(one) for one in value)


def _checked(kind: type) -> _Rule:
    """A value of ours, whose own fields are looked at, too."""

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
# Half a surrogate pair can be printed escaped, but goes into no URL.
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
    'tolerance_override': (lambda value: value is None, 'None: it is the user who allows'),
    'logs': _tuple_of(LogRef),
    'lookups': _tuple_of(Lookup),
}
_FIELDS[Assessment] = {
    'state': _of(State, 'a State'),
    **dict.fromkeys(('reason', 'message', 'waits_for', 'still_serving'), _TEXT),
    **dict.fromkeys(('suggested_commands', 'notices'), _TEXTS),
    **dict.fromkeys(('pods', 'other_pods', 'children'), _OBJECTS),
    'progress': _or_none(_checked(Progress)),
    'revision': _or_none(_checked(Revision)),
    'causes': _tuple_of(Cause),
    'recheck_at': _or_none(_NUMBER),
    'min_stall_timeout': _NUMBER,
    'is_terminal': _SWITCH,
}
