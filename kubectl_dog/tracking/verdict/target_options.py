"""What the user wants of one target: flags first, then the annotations that it carries. Pure."""

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
from kubectl_dog.tracking.logs import filter
from kubectl_dog.tracking.verdict import min_available
from kubectl_dog.tracking.verdict import ready_when

PREFIX = 'kubectl-dog.github.io/'


class TargetOptions(NamedTuple):
    """`options` with what the annotations add, their tolerances read; `notices` as sentences
    without a subject: an annotation that cannot be read is told, and changes nothing.
    """

    options: Options
    tolerances: Mapping[str, Tolerance]
    allowed_failures: PodShare
    notices: tuple[str, ...] = ()


def read_target_options(
    options: Options, thing: Object, codes: Collection[str] = ()
) -> TargetOptions:
    """The wishes for one object; raises UserError where an option itself cannot be read.

    `codes` are those that its tracker has beside the catalogue; an option may be about another's.
    """
    told, notices = _annotations(thing, codes)
    # Each code for itself: a flag for one leaves the annotation for another.
    tolerances = dict(
        map(parse_unchecked_tolerance, (*told.pop('tolerate', ()), *options.tolerate))
    )
    unsaid = Options._field_defaults
    merged = {
        name: one
        for name, one in told.items()
        if getattr(options, name) == unsaid[name] and name not in options.explicit
    }
    effective = options._replace(**merged)
    return TargetOptions(
        effective, tolerances, parse_pod_share(effective.allow_failures), tuple(notices)
    )


def _annotations(thing: Object, codes: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    told: dict[str, Any] = {}
    notices = []
    for key, value in sorted(get_dict(thing, 'metadata', 'annotations').items()):
        word = str(key)[len(PREFIX) :]
        if not str(key).startswith(PREFIX):
            continue
        try:
            field, read_value = _annotation(word)
            found = read_value(str(value))
            if word == 'tolerate':
                check_codes(found, codes)
            told[field] = found
        except UserError as error:
            notices.append(f'has the annotation {key}, which is left out: {error}')
    return told, notices


def _annotation(word: str) -> tuple[str, Callable[[str], Any]]:
    if word not in ANNOTATIONS:
        raise UserError(f'it is not known; known are {", ".join(ANNOTATIONS)}')
    return ANNOTATIONS[word]


def _tolerate(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(',') if one.strip())


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
    return tuple(one.strip() for one in text.split(',') if one.strip())


def _patterns(text: str) -> tuple[str, ...]:
    """One in each line: a comma may be part of a pattern."""
    found = tuple(one.strip() for one in text.splitlines() if one.strip())
    for one in found:
        filter.check_pattern(one)
    return found


# By what follows the prefix: the field of Options, and what reads its value.
ANNOTATIONS: dict[str, tuple[str, Callable[[str], Any]]] = {
    'tolerate': ('tolerate', _tolerate),
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
