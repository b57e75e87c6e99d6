"""Read the options of one target: flags first, then the annotations of its object."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from kubectl_dog.causes.tolerances import PodShare
from kubectl_dog.causes.tolerances import check_codes
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.causes.tolerances import parse_unchecked_tolerance
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.options import FAIL_MODES
from kubectl_dog.model.options import LOGS_UNTIL
from kubectl_dog.model.options import PAUSES
from kubectl_dog.model.options import Options
from kubectl_dog.model.times import parse_duration
from kubectl_dog.tracking.logs.filter import check_pattern
from kubectl_dog.tracking.verdict import min_available
from kubectl_dog.tracking.verdict import ready_when

PREFIX = 'kubectl-dog.github.io/'


class TargetOptions(NamedTuple):
    """The options of the call with the annotations of one object applied.

    `notices` are sentences without a subject about annotations that cannot be read, and so change
    nothing.
    """

    options: Options
    tolerances: Mapping[str, Tolerance]
    allowed_failures: PodShare
    notices: tuple[str, ...] = ()


def read_target_options(
    options: Options, obj: Object, codes: Collection[str] = ()
) -> TargetOptions:
    """The options for one object; raises UserError if an option of the call cannot be read.

    `codes` are the codes that its tracker has besides the catalogue. They limit the annotations
    only, as an option of the call may be about another target.
    """
    annotated, notices = _annotations(obj, codes)
    # A flag for one code keeps the annotation for another code.
    texts = (*annotated.pop('tolerate', ()), *options.tolerate)
    tolerances = dict(map(parse_unchecked_tolerance, texts))
    defaults = Options._field_defaults
    applied = {
        name: value
        for name, value in annotated.items()
        if getattr(options, name) == defaults[name] and name not in options.explicit
    }
    effective = options._replace(**applied)
    return TargetOptions(
        effective, tolerances, parse_pod_share(effective.allow_failures), tuple(notices)
    )


def _annotations(obj: Object, codes: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """Option values by field name, and notices about annotations that cannot be read."""
    values: dict[str, Any] = {}
    notices = []
    for key, value in sorted(get_dict(obj, 'metadata', 'annotations').items()):
        suffix = str(key)[len(PREFIX) :]
        if not str(key).startswith(PREFIX):
            continue
        try:
            field, parse = _annotation(suffix)
            parsed = parse(str(value))
            if suffix == 'tolerate':
                check_codes(parsed, codes)
            values[field] = parsed
        except UserError as error:
            notices.append(f'has the annotation {key}, which is left out: {error}')
    return values, notices


def _annotation(suffix: str) -> tuple[str, Callable[[str], Any]]:
    if suffix not in ANNOTATIONS:
        raise UserError(f'it is not known; known are {", ".join(ANNOTATIONS)}')
    return ANNOTATIONS[suffix]


def _allow_failures(text: str) -> str:
    parse_pod_share(text)
    return text


def _min_available(text: str) -> str:
    min_available.check_min_available(text)
    return text


def _ready_when(text: str) -> str:
    ready_when.parse_ready_when(text)
    return text


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise UserError(f'{text!r} is none of {", ".join(words)}')
        return text

    return read


def _switch(text: str) -> bool:
    if text not in ('true', 'false'):
        raise UserError(f'{text!r} is neither true nor false')
    return text == 'true'


def _stable_for(text: str) -> float | None:
    return None if text == 'auto' else parse_duration(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(','))))


def _patterns(text: str) -> tuple[str, ...]:
    """Read one pattern per line: a comma may be part of a pattern."""
    patterns = tuple(line.strip() for line in text.splitlines() if line.strip())
    for pattern in patterns:
        check_pattern(pattern)
    return patterns


# The field of Options and the parser of its value, by the annotation without its prefix.
ANNOTATIONS: dict[str, tuple[str, Callable[[str], Any]]] = {
    'tolerate': ('tolerate', _names),
    'allow-failures': ('allow_failures', _allow_failures),
    'fail-mode': ('fail_mode', _one_of(FAIL_MODES)),
    'min-available': ('min_available', _min_available),
    'ready-when': ('ready_when', _ready_when),
    'on-pause': ('on_pause', _one_of(PAUSES)),
    'stable-for': ('stable_for', _stable_for),
    'stall-timeout': ('stall_timeout', parse_duration),
    'strict-nodes': ('strict_nodes', _switch),
    'timeout': ('timeout', parse_duration),
    'wait-for-termination': ('wait_for_termination', _switch),
    'skip-logs': ('logs', lambda text: not _switch(text)),
    'containers': ('containers', _names),
    'skip-containers': ('skip_containers', _names),
    'include': ('include', _patterns),
    'exclude': ('exclude', _patterns),
    'logs-until': ('logs_until', _one_of(LOGS_UNTIL)),
}
