"""Encode options as JSON values and decode them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import nullable
from kubectl_dog.model.options import Options
from kubectl_dog.recording.json_fields import Json
from kubectl_dog.recording.json_fields import Table
from kubectl_dog.recording.json_fields import pack
from kubectl_dog.recording.json_fields import unpack

T = TypeVar('T')

_number = nullable(Field.number)
_whole = nullable(Field.whole)


def _texts(data: Field) -> tuple[str, ...]:
    return tuple(item.text() for item in data.items())


def _positive(read: Callable[[Field], T]) -> Callable[[Field], T]:
    def read_positive(data: Field) -> T:
        value = read(data)
        if not data.value > 0:
            raise data.error(f'must be more than 0, not {value}')
        return value

    return read_positive


def _at_least_a_second(data: Field) -> float:
    value = data.number()
    if value < 1:
        raise data.error(f'must be at least 1, not {value}')
    return value


def _explicit(data: Field) -> tuple[str, ...]:
    """Return the names of options as in the code; ignores unknown names."""
    return tuple(_OPTIONS.rows[name][0] for name in _texts(data) if name in _OPTIONS.rows)


_OPTIONS = Table(
    Options,
    {
        'timeout': ('timeout', _number),
        'stall_timeout': ('stall_timeout', _number),
        'create_timeout': ('create_timeout', _positive(Field.number)),
        'stable_for': ('stable_for', _number),
        'status_period': ('status_period', _at_least_a_second),
        'since': ('since', _number),
        'logs_from_time': ('logs_from_time', _number),
        'tail': ('tail', _whole),
        'logs': ('logs', Field.flag),
        'follow': ('follow', Field.flag),
        'once': ('once', Field.flag),
        'tolerate': ('tolerate', _texts),
        'allow_failures': ('allow_failures', Field.text),
        'on_pause': ('on_pause', Field.text),
        'revision': ('revision', Field.text),
        'expect_images': ('expect_images', _texts),
        'expect_generation': ('expect_generation', _whole),
        'file_images': ('file_images', _texts),
        'wait_for_termination': ('wait_for_termination', Field.flag),
        'strict_nodes': ('strict_nodes', Field.flag),
        'keep_going': ('keep_going', Field.flag),
        'fail_mode': ('fail_mode', Field.text),
        'blocking': ('blocking', Field.flag),
        'min_available': ('min_available', Field.text),
        'ready_when': ('ready_when', Field.text),
        'require_status': ('require_status', Field.flag),
        'ignore_foreign_annotations': ('ignore_foreign_annotations', Field.flag),
        'exit_when_ready': ('exit_when_ready', Field.flag),
        'emit_timer_changes': ('emit_timer_changes', Field.flag),
        'explicit': ('explicit', _explicit),
        'show_events': ('show_events', Field.flag),
        'logs_all': ('logs_all', Field.flag),
        'containers': ('containers', _texts),
        'skip_containers': ('skip_containers', _texts),
        'include': ('include', _texts),
        'exclude': ('exclude', _texts),
        'logs_until': ('logs_until', Field.text),
        'previous': ('previous', Field.flag),
        'max_log_streams': ('max_log_streams', _positive(Field.whole)),
        'needs_namespace': ('needs_namespace', Field.flag),
        'at_revision': ('at_revision', Field.text),
        'at_source': ('at_source', Field.text),
        'revision_timeout': ('revision_timeout', _positive(Field.number)),
        'with_managed': ('with_managed', Field.flag),
        'command': ('command', Field.text),
        'exit_with_verdict': ('exit_with_verdict', Field.flag),
        'helm_release': ('helm_release', Field.text),
    },
    former={'told': 'explicit', 'attentive': 'emit_timer_changes'},
)
_OPTION_NAMES = {name: wire for wire, (name, _) in _OPTIONS.rows.items()}


def encode(options: Options) -> Json:
    """Return the options that differ from their defaults."""
    explicit = tuple(_OPTION_NAMES.get(name, name) for name in options.explicit)
    return pack(options._replace(explicit=explicit), _OPTIONS)


def decode(data: Field) -> Options:
    """Decode the result of encode; ignores unknown options (see `unknown`)."""
    options: Options = unpack(_OPTIONS, data)
    return options


def unknown(data: Json) -> tuple[str, ...]:
    """Return the names of the options that decode ignores because it does not know them."""
    data = _OPTIONS.renamed(data)
    names = (*data, *data.get('explicit', ()))
    return tuple(dict.fromkeys(name for name in names if name not in _OPTIONS.rows))
