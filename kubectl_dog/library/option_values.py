"""Check the options of a call, and convert values of similar types: `'5m'`, `['web']`, `2`."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kubectl_dog import api
from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import FAIL_MODES
from kubectl_dog.model.options import LOGS_UNTIL
from kubectl_dog.model.options import PAUSES
from kubectl_dog.model.options import Options
from kubectl_dog.model.times import parse_duration
from kubectl_dog.tracking.logs.filter import check_pattern
from kubectl_dog.tracking.verdict.readiness import check_min_available
from kubectl_dog.tracking.verdict.ready_when import check_conditions

# Longer than any run, in seconds.
_NEVER = 1e7


def check_options(options: Options | None) -> Options:
    """Return the options with converted values; None means the defaults.

    Raises TypeError for a value of another type, and UserError for an invalid value. As on the
    command line, a timeout of 0 means none.
    """
    if options is None:
        return Options()
    if not isinstance(options, Options):
        raise TypeError(f'options must be kubectl_dog.Options, not {_type(options)}')
    values = options._asdict()
    defaults = Options._field_defaults
    changed = {name: value for name, value in values.items() if value != defaults[name]}
    checked = options._replace(
        **{name: _check(name, value, defaults[name]) for name, value in changed.items()}
    )
    if checked.command:
        raise UserError('command is an option of `kubectl dog run`, which starts the command')
    return checked._replace(
        timeout=checked.timeout or None,
        stall_timeout=checked.stall_timeout or None,
        create_timeout=_NEVER if options.create_timeout is None else checked.create_timeout,
        status_period=checked.status_period or _NEVER,
    )


def check_arguments(given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise TypeError with a hint for an unknown argument."""
    names = list(known)
    for name in given:
        if name in names:
            continue
        if name in Options._fields:
            hint = f': use options=kubectl_dog.Options({name}=…)'
        else:
            similar = similar_names(name, names)
            hint = f': did you mean {similar[0]}?' if similar else f': use {", ".join(names)}'
        raise TypeError(f'unknown argument {name!r}{hint}')


def check_flags(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the flags of a connection with converted values; raises TypeError and UserError."""
    check_arguments(flags, ConnectionFlags._fields)
    return {name: None if value is None else _flag(name, value) for name, value in flags.items()}


def _flag(name: str, value: Any) -> Any:
    if name in ('insecure_skip_tls_verify', 'disable_compression'):
        return switch(name, value)
    if name in ('as_group', 'as_user_extra'):
        return texts(name, value)
    if name == 'request_timeout':
        return _seconds(name, value)
    return _count(name, value) if name == 'verbosity' else text(name, path_text(value))


def check_name(name: Any) -> None:
    """Raise TypeError or UserError unless the value can be the name of an object."""
    if not text('name', name) or '/' in name:
        raise UserError(f'invalid name "{name}": use the name of an object without its type')


def path_text(value: Any) -> Any:
    """Return the text of a path; any other value as it is."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def texts(name: str, value: Any) -> tuple[str, ...]:
    """Return a text, or several, as a tuple; raises TypeError."""
    values = (value,) if isinstance(value, str) else value
    if isinstance(values, Mapping) or not isinstance(values, Iterable):
        raise TypeError(f'{name} must be strings, not {_type(value)}')
    result = tuple(values)
    for text in result:
        if not isinstance(text, str):
            raise TypeError(f'{name} must be strings, not {_type(text)}')
    return result


def text(name: str, value: Any) -> str:
    """Return the value if it is a text; raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f'{name} must be a string, not {_type(value)}')
    return value


def switch(name: str, value: Any) -> bool:
    """Return the value if it is True or False; raises TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f'{name} must be True or False, not {_type(value)}')
    return value


def _check(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        return switch(name, value)
    if isinstance(default, tuple):
        return _checked(name, texts(name, value))
    if isinstance(default, str):
        is_number = name in _NUMBERS and isinstance(value, int) and not isinstance(value, bool)
        return _checked(name, str(value) if is_number else text(name, value))
    if value is None and (default is None or name in _OPTIONAL):
        return None
    is_count = isinstance(default, int) or name in _COUNTS
    return _count(name, value) if is_count else _seconds(name, value)


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'{name} must be a whole number, not {_type(value)}')
    least = 1 if name in ('max_log_streams', *_COUNTS) else 0
    if value < least:
        raise _invalid(name, value, f'use {least} or more')
    return value


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except UserError:
            raise _invalid(name, value, "use seconds, or a string like '5m'") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f'{name} must be a number of seconds, not {_type(value)}')
    if not math.isfinite(value) or value < 0:
        raise _invalid(name, value, 'use a number of seconds of 0 or more')
    return float(value)


def _checked(name: str, value: Any) -> Any:
    """Return the value after the check of its syntax; raises UserError that names the option."""
    check = _CHECKS.get(name)
    for part in (value,) if isinstance(value, str) else value:
        try:
            if check is not None and part:
                check(part)
        except UserError as error:
            raise _invalid(name, part, str(error)) from None
    return value


def _one_of(words: tuple[str, ...]) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in words:
            raise UserError(f'use {", ".join(words)}')

    return check


def _revision(value: str) -> None:
    if not value.isdecimal():
        raise UserError('use the number of a revision')


_CHECKS: Mapping[str, Callable[[str], object]] = {
    'tolerate': api.check_tolerance,
    'allow_failures': parse_pod_share,
    'min_available': check_min_available,
    'ready_when': check_conditions,
    'include': check_pattern,
    'exclude': check_pattern,
    'on_pause': _one_of(PAUSES),
    'fail_mode': _one_of(FAIL_MODES),
    'logs_until': _one_of(LOGS_UNTIL),
    'revision': _revision,
}
# Options with a default that may be None, which means no limit.
_OPTIONAL = ('tail', 'create_timeout')
# Options without a default that are whole numbers.
_COUNTS = ('expect_generation',)
# Options whose text may be a number.
_NUMBERS = ('allow_failures', 'min_available', 'revision')


def _invalid(name: str, value: object, hint: str) -> UserError:
    return UserError(f'invalid option {name}={value!r}: {hint}')


def _type(value: object) -> str:
    return type(value).__name__
