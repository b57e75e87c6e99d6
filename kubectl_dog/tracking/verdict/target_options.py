"""Read the options of one target: flags first, then the annotations of its object."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from typing import Any

from kubectl_dog.causes.tolerances import ToleranceTable
from kubectl_dog.causes.tolerances import check_codes
from kubectl_dog.causes.tolerances import merge_tolerances
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.options import FAIL_MODES
from kubectl_dog.model.options import LOGS_UNTIL
from kubectl_dog.model.options import PAUSES
from kubectl_dog.model.options import Options
from kubectl_dog.model.times import parse_duration
from kubectl_dog.tracking.logs.filter import check_pattern
from kubectl_dog.tracking.verdict import readiness
from kubectl_dog.tracking.verdict.foreign_annotations import NONE
from kubectl_dog.tracking.verdict.foreign_annotations import PREFIXES
from kubectl_dog.tracking.verdict.foreign_annotations import ForeignOptions
from kubectl_dog.tracking.verdict.foreign_annotations import read_foreign

PREFIX = 'kubectl-dog.github.io/'


class TargetOptions(NamedTuple):
    """The options of the call with the annotations of one object applied.

    `notices` are sentences without a subject about annotations that cannot be read, and so change
    nothing, and about those of other tools that weaken the verdict. `foreign` are the conditions of
    other tools.
    """

    options: Options
    tolerances: ToleranceTable
    notices: tuple[str, ...] = ()
    foreign: ForeignOptions = NONE


def has_annotations(obj: Object) -> bool:
    """Whether an object may have annotations that are options."""
    annotations = get_dict(obj, 'metadata', 'annotations')
    return any(str(key).startswith((PREFIX, *PREFIXES)) for key in annotations)


def read_target_options(
    options: Options, obj: Object, codes: Collection[str] = ()
) -> TargetOptions:
    """Return the options for one object; raises UserError if an option of the call cannot be read.

    `codes` are the codes that its tracker has besides the catalogue. They limit the annotations
    only, as an option of the call may be about another target.
    """
    annotated, notices = _annotations(obj, codes)
    foreign = NONE if options.ignore_foreign_annotations else read_foreign(obj)
    # A flag for one code keeps the annotation for another code.
    given = {text.partition('=')[0].strip() for text in options.tolerate}
    texts = (
        *(text for text in foreign.values.get('tolerate', ()) if _code(text) not in given),
        *annotated.pop('tolerate', ()),
        *options.tolerate,
    )
    applied = _not_given(options, {**foreign.values, **annotated})
    if 'timeout' in foreign.values and applied.get('timeout') != foreign.values['timeout']:
        # The limit of another tool is for the whole; our own replaces all of it.
        applied = {
            name: applied[name] for name in applied if name in annotated or name != 'stall_timeout'
        }
    effective = options._replace(**applied)
    tolerances = merge_tolerances(texts, effective.allow_failures)
    used = foreign.values.keys() & (applied.keys() | {'tolerate'}) - annotated.keys()
    notices += [*foreign.notices, *(text for fields, text in foreign.weakenings if fields & used)]
    if effective.ready_when != foreign.values.get('ready_when', ''):
        foreign = foreign._replace(rule=None, not_awaited='')
    if 'fail_mode' not in used:
        foreign = foreign._replace(not_awaited='')
    return TargetOptions(effective, tolerances, tuple(notices), foreign)


def read_readiness(options: Options, obj: Object) -> TargetOptions:
    """The options of the call with those annotations that say when an object is ready.

    For commands that have no verdict: nothing is tolerated or ignored by annotations.
    """
    tolerances = merge_tolerances(options.tolerate, options.allow_failures)
    if not has_annotations(obj):
        return TargetOptions(options, tolerances)
    own = read_target_options(options, obj)
    foreign = own.foreign._replace(not_awaited='')
    options = options._replace(ready_when=own.options.ready_when)
    return TargetOptions(options, tolerances, foreign.notices, foreign)


def _code(tolerance: str) -> str:
    return tolerance.partition('=')[0].partition('/')[0]


def _not_given(options: Options, annotated: dict[str, Any]) -> dict[str, Any]:
    """The values of annotations for options that the call does not have."""
    defaults = Options._field_defaults
    return {
        name: value
        for name, value in annotated.items()
        if name != 'tolerate'
        and getattr(options, name) == defaults[name]
        and name not in options.explicit
    }


def _annotations(obj: Object, codes: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """Return option values by field name, and notices about unreadable annotations."""
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
            notices.append(f'has an invalid annotation {key}, which is ignored: {error}')
    return values, notices


def _annotation(suffix: str) -> tuple[str, Callable[[str], Any]]:
    if suffix not in ANNOTATIONS:
        raise UserError(f'unknown name: use {", ".join(ANNOTATIONS)}')
    return ANNOTATIONS[suffix]


def _allow_failures(text: str) -> str:
    parse_pod_share(text)
    return text


def _min_available(text: str) -> str:
    readiness.check_min_available(text)
    return text


def _ready_when(text: str) -> str:
    from kubectl_dog.tracking.verdict import ready_when

    ready_when.check_conditions(text)
    return text


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise UserError(f'invalid value {text!r}: use {", ".join(words)}')
        return text

    return read


def _switch(text: str) -> bool:
    if text not in ('true', 'false'):
        raise UserError(f'invalid value {text!r}: use true or false')
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
