"""Encode options as JSON values and decode them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubectl_dog.model.options import Options
from kubectl_dog.recording.json_fields import FormatError
from kubectl_dog.recording.json_fields import Json
from kubectl_dog.recording.json_fields import Table
from kubectl_dog.recording.json_fields import flag
from kubectl_dog.recording.json_fields import optional_number
from kubectl_dog.recording.json_fields import optional_whole
from kubectl_dog.recording.json_fields import pack
from kubectl_dog.recording.json_fields import sequence
from kubectl_dog.recording.json_fields import text
from kubectl_dog.recording.json_fields import unpack


def _texts(data: Any) -> tuple[str, ...]:
    return tuple(map(text, sequence(data)))


def _positive(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def check_positive(data: Any) -> Any:
        value = check(data)
        if not value or value <= 0:
            raise FormatError('must be more than 0')
        return value

    return check_positive


def _explicit(data: Any) -> tuple[str, ...]:
    """The names of options in the code; ignores unknown names."""
    return tuple(_OPTIONS.rows[name][0] for name in _texts(data) if name in _OPTIONS.rows)


_OPTIONS = Table(
    Options,
    {
        'timeout': ('timeout', optional_number),
        'stall_timeout': ('stall_timeout', optional_number),
        'create_timeout': ('create_timeout', _positive(optional_number)),
        'stable_for': ('stable_for', optional_number),
        'status_period': ('status_period', _positive(optional_number)),
        'since': ('since', optional_number),
        'logs_from_time': ('logs_from_time', optional_number),
        'tail': ('tail', optional_whole),
        'logs': ('logs', flag),
        'follow': ('follow', flag),
        'once': ('once', flag),
        'tolerate': ('tolerate', _texts),
        'allow_failures': ('allow_failures', text),
        'on_pause': ('on_pause', text),
        'revision': ('revision', text),
        'expect_images': ('expect_images', _texts),
        'wait_for_termination': ('wait_for_termination', flag),
        'strict_nodes': ('strict_nodes', flag),
        'keep_going': ('keep_going', flag),
        'fail_mode': ('fail_mode', text),
        'blocking': ('blocking', flag),
        'min_available': ('min_available', text),
        'ready_when': ('ready_when', text),
        'exit_when_ready': ('exit_when_ready', flag),
        'emit_timer_changes': ('emit_timer_changes', flag),
        'explicit': ('explicit', _explicit),
        'show_events': ('show_events', flag),
        'logs_all': ('logs_all', flag),
        'containers': ('containers', _texts),
        'skip_containers': ('skip_containers', _texts),
        'include': ('include', _texts),
        'exclude': ('exclude', _texts),
        'logs_until': ('logs_until', text),
        'previous': ('previous', flag),
        'max_log_streams': ('max_log_streams', _positive(optional_whole)),
    },
    former={'told': 'explicit', 'attentive': 'emit_timer_changes'},
)
_OPTION_NAMES = {name: wire for wire, (name, _) in _OPTIONS.rows.items()}


def encode(options: Options) -> Json:
    """The options that differ from their defaults."""
    explicit = tuple(_OPTION_NAMES.get(name, name) for name in options.explicit)
    return pack(options._replace(explicit=explicit), _OPTIONS)


def decode(data: Any) -> Options:
    """The inverse of encode. Ignores unknown options (see `unknown`)."""
    options: Options = unpack(_OPTIONS, data)
    return options


def unknown(data: Json) -> tuple[str, ...]:
    """The names of the options that decode ignores because it does not know them."""
    data = _OPTIONS.renamed(data)
    names = (*data, *data.get('explicit', ()))
    return tuple(dict.fromkeys(name for name in names if name not in _OPTIONS.rows))
