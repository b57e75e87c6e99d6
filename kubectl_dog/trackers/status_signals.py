"""Signals: parts of an object's status, such as a condition or a phase, with their meaning."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers.condition_terms import Meaning

# How long, in seconds, a bad signal may last before it is a failure. kstatus and Flux document
# Stalled as final. The condition `Failed`, and a run that failed, may be left from an earlier spec
# until the controller observes the new one. Nearly every controller retries errors, at first within
# seconds; network problems may last minutes.
FINAL = 0.0
FAILED = 10.0
ERROR = 30.0
TRANSIENT = 300.0

_PLAIN_FIELDS = tuple(
    f'status.{name}' for name in ('phase', 'state', 'status', 'health', 'health.status', 'ready')
)


class Rank(Enum):
    """The importance of a signal.

    - `SUMMARY`: the condition Ready.
    - `MAIN`: a condition of a known type, or a state at the top of the status.
    - `EXTRA`: a condition whose type is a failure, or an error field; Ready=True outranks it.
    - `ASIDE`: a part that is not ready, or a condition of an unknown type with the reason of a
      failure; Available=True outranks it, too.
    - `NESTED`: a state or error deeper in the status; every good sign at the top outranks it.
    - `HISTORY`: something that is over; it decides nothing.
    """

    SUMMARY = 'summary'
    MAIN = 'main'
    EXTRA = 'extra'
    ASIDE = 'aside'
    NESTED = 'nested'
    HISTORY = 'history'


class StatusSignal(NamedTuple):
    """One part of a status (`Ready=False`) and its meaning, with its reason and message.

    A bad signal is a failure after `seconds`. `current` is set if the signal has an
    observedGeneration of its own.
    """

    meaning: Meaning
    name: str
    reason: str = ''
    message: str = ''
    seconds: float = ERROR
    current: bool = False
    rank: Rank = Rank.MAIN

    @property
    def text(self) -> str:
        """The name with its reason and message."""
        details = ': '.join(filter(None, (self.reason, self.message)))
        return f'{self.name} ({details})' if details else self.name

    @property
    def is_secondary_state(self) -> bool:
        """Whether it is a state field with a name like `backupStatus`, which may be of a part."""
        head = self.name.partition('=')[0]
        return head.startswith('status.') and head not in _PLAIN_FIELDS

    @property
    def field(self) -> str:
        """The field of the object that the signal comes from."""
        head = self.name.partition('=')[0]
        if head.startswith('status.'):
            return head
        path, separator, kind = head.rpartition(': ')
        return f'status.{path}{"." if separator else ""}conditions[type={kind}]'


def bad(signal: StatusSignal, seconds: float) -> StatusSignal:
    """Return the signal as a failure after `seconds`; later if its message may be temporary."""
    if seconds and condition_terms.is_transient_message(signal.message):
        seconds = TRANSIENT
    return signal._replace(meaning=Meaning.BAD, seconds=seconds)


def one_line(message: str) -> str:
    """Return a message without line breaks and without its final full stop."""
    return ' '.join(message.split()).rstrip('.')
