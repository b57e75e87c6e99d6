"""Classify the reasons, phases and messages that controllers use, by their words.

Reasons and phases have hundreds of spellings. `condition_roles` classifies condition types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


_WORDS = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
# Words in the name of a field or condition that is about the past, or about what is wanted.
_PAST = word_set(
    'last previous prior old history historical past former earlier recent latest events logs '
    'transitions attempts revisions'
)
_WISHES = word_set('desired target expected requested goal wanted next')
_MAX_LENGTH = 300


class Meaning(Enum):
    """The meaning of a reason or phase for the object; NEUTRAL for an unknown word."""

    GOOD = 'good'
    BAD = 'bad'
    TRANSIENT = 'transient'
    WORKING = 'working'
    PAUSED = 'paused'
    NEUTRAL = 'neutral'


_BAD = word_set(
    'error errors err errored failed failure fail fails failing invalid denied forbidden '
    'unauthorized unauthenticated missing misconfigured misconfiguration conflict conflicts '
    'conflicted rejected unsupported incompatible bad unable cannot exceeded refused crash '
    'crashed crashing crashloop unhealthy degraded broken malformed illegal duplicate lost '
    'aborted faulted stalled corrupt corrupted unresolved unresolvable unknownhost mismatch '
    'nonexistent insufficient terminal unparsable uninstallable red irreconcilable unrecoverable '
    'unreconcilable fatal panic panicked noncompliant problem problems exhausted unusable wrong'
)
# Bad as a state, but not as a reason. A run that ended like this does not recover.
_TERMINAL = word_set(
    'failed failure error errored aborted rejected cancelled canceled timeout timedout expired '
    'killed evicted interrupted terminated'
)
_BAD_STATE = _TERMINAL | word_set('dead critical abnormal inconclusive discarded')
# Another attempt, another node or a person may still resolve these.
_BAD_TRANSIENT = word_set('unavailable backoff unschedulable offline down unreachable blocked')
_ERRORS = word_set('error errors err failure failures issues problems')
# "not found" and the like may be resolved a moment later.
_NEGATED_TRANSIENT = word_set('found exist exists yet ready')
_NEGATED_BAD = word_set(
    'found allowed permitted supported authorized valid accepted compatible exist exists '
    'matching matched resolved recoverable compliant'
)
_WORKING = word_set(
    'progress pending queued scheduled requested started starting unknown yellow retry retries '
    'new initial initialize setup prepare prepared init rollout awaiting busy dependency '
    'dependencies inactive yet failover unready submitted submission creation wait incomplete '
    'partial partially outofsync restart'
)
_RETRYING = word_set('dependency dependencies retry retries retrying')
_TRANSIENT = word_set(
    'timeout timedout throttled throttling throttle ratelimited ratelimit unreachable transient '
    'temporary temporarily connection network unavailable backoff deleted'
)
_PAUSED = word_set('paused suspended hibernated')
# Reasons that stand alone: with other words, something else was stopped.
_STOPPED_BY_USER = ('Stopped', 'Halted', 'Deactivated', 'Hibernating')
_MATCHES = word_set('match matching fit usable')
# Paused as a state, but not as a reason.
_PAUSED_STATE = _PAUSED | word_set('halted stopped hibernating suspending')
_GOOD = word_set(
    'ready running active available bound healthy succeeded successful success complete completed '
    'synced deployed established online up ok okay installed provisioned valid green enabled '
    'attached finished done normal live listening serving connected reconciled '
    'created applied operational configured resolved accepted executed issued idle uptodate passed '
    'verified loaded registered joined managed stable allocated satisfied compliant programmed '
    'open exists latest admitted optimal functional consistent reachable insync released fulfilled '
    'skipped initialized updated warning warn validated published approved upgraded promoted '
    'imported exported restored migrated assigned mounted present'
)
# These end in "ing" or sound like work, but are good as a state.
STEADY = word_set('running serving listening started scheduled warning')
_NEGATIONS = word_set('not no non')
# Who waits for these, waits for a person.
_ASKED_FOR = word_set('pending requires required waiting awaiting wait needs need for')
_BAD_PAIRS = tuple(map(word_set, ('limit reached', 'limit hit', 'rolled back', 'already exists')))
# A Deployment that starts has the reason MinimumReplicasUnavailable.
_FEW_REPLICAS = (word_set('minimum replicas unavailable'), word_set('insufficient replicas'))
# Kinds whose objects end by themselves, so that `Running` is work; with the first words below, an
# object only starts such runs.
_TASKS = word_set(
    'backup restore job run workflow task migration snapshot build experiment trial execution '
    'operation session import export scan'
)
_REPEATED = word_set('scheduled scaled cron recurring')
_OPERATIONS = word_set('operation observed reconcile reconciliation update apply sync deployment')
_FAILURE_STARTS = word_set(
    'failed failure error err errors unable cannot invalid fatal panic exception'
)
_FAILURE_PHRASES = ('could not', "couldn't", "can't", 'can not', 'no such', 'no key')

# Reasons of `Progressing=True` that mean that the work is done, as for a Deployment.
_SETTLED = word_set(
    'enabled configured active available complete completed succeeded finished expected done ready'
)

# Phrases of a message that mean that the next attempt may succeed.
_TRANSIENT_PHRASES = (
    'timeout',
    'timed out',
    'deadline exceeded',
    'connection refused',
    'connection reset',
    'no such host',
    'temporar',
    'too many requests',
    'rate limit',
    'throttl',
    'has been modified',
    'try again',
    'retry',
    'service unavailable',
    'no endpoints available',
    'handshake',
    'failed calling webhook',
    'unreachable',
    'etcdserver',
    'leader changed',
    'not yet',
)


def tokens(text: str) -> frozenset[str]:
    """Split a text into lower-case words: `InvalidSpec` is `invalid` and `spec`."""
    parts = frozenset(words(text))
    if {'back', 'off'} <= parts and 'crash' not in parts:
        return parts | {'backoff'}
    return parts | {'timedout'} if {'timed', 'out'} <= parts else parts


def words(text: str) -> tuple[str, ...]:
    """Split a text into lower-case words, in order."""
    return _words(text[:_MAX_LENGTH])


# A status has the same names and states again and again.
@lru_cache(maxsize=2048)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORDS.findall(text))


def is_history(name: str) -> bool:
    """Return whether a field or condition name is about the past (`lastError`, `history`)."""
    return not _PAST.isdisjoint(words(name))


def is_wish(name: Iterable[str]) -> bool:
    """Return whether a field name with these words is a desired value (`desiredState`)."""
    return not _WISHES.isdisjoint(name)


def is_failure(message: str) -> bool:
    """Return whether a message starts like the message of a failure."""
    if message[:60].lower().startswith(_FAILURE_PHRASES):
        return True
    first = words(message[:60])[:4]
    has_negation = not _NEGATIONS.isdisjoint(first[:2])
    return not _FAILURE_STARTS.isdisjoint(first) and not has_negation


def reason(text: str) -> Meaning:
    """Return the meaning of the reason of a condition that does not have its good status."""
    words = tokens(text)
    if words & _PAUSED or text in _STOPPED_BY_USER or _waits_for_person(words):
        return Meaning.PAUSED
    if _words(text[:_MAX_LENGTH])[:1] == ('no',) and words & (_MATCHES | _BAD):
        # NoMatchingHost, but also NoErrors.
        return Meaning.TRANSIENT if words & _MATCHES else Meaning.NEUTRAL
    is_dependency = bool(words & {'dependency', 'dependencies'}) and 'invalid' not in words
    if is_dependency or any(pair <= words for pair in _FEW_REPLICAS):
        return Meaning.WORKING
    is_absent = 'not' in words and words & _NEGATED_TRANSIENT
    if words & _BAD or ('not' in words and words & _NEGATED_BAD) or _is_bad_pair(words):
        is_transient = words & (_TRANSIENT | _RETRYING) or is_absent
        return Meaning.TRANSIENT if is_transient else Meaning.BAD
    if words & _TRANSIENT:
        return Meaning.TRANSIENT
    return Meaning.WORKING if _is_working(words) else Meaning.NEUTRAL


def state(text: str) -> Meaning:
    """Return the meaning of a phase or state."""
    return _state('Active' if text.lower() == 'on' else text[:_MAX_LENGTH])


@lru_cache(maxsize=2048)
def _state(text: str) -> Meaning:
    words = tokens(text)
    if 'no' in words and words & _ERRORS:
        words = words - _ERRORS - {'no'} | {'ok'}
    if {'split', 'brain'} <= words or {'no', 'quorum'} <= words:
        return Meaning.BAD
    if {'failing', 'over'} <= words:
        words = words - {'failing'} | {'failover'}
    negated = words & _NEGATIONS
    if words & _PAUSED_STATE or _waits_for_person(words):
        return Meaning.PAUSED
    if words & (_BAD | _BAD_STATE) or (negated and words & _NEGATED_BAD) or _is_bad_pair(words):
        return Meaning.BAD
    if _is_working(words - STEADY) or negated:
        return Meaning.WORKING
    if words & _BAD_TRANSIENT and not words & {'scale', 'scaled'}:
        return Meaning.TRANSIENT
    return Meaning.GOOD if words & (_GOOD | STEADY) else Meaning.NEUTRAL


def _waits_for_person(words: frozenset[str]) -> bool:
    is_decision = not words.isdisjoint(('approval', 'confirmation')) or {'user', 'action'} <= words
    return is_decision and not words.isdisjoint(_ASKED_FOR)


def _is_bad_pair(words: frozenset[str]) -> bool:
    return any(pair <= words for pair in _BAD_PAIRS)


def is_success(text: str) -> bool:
    """Return whether a reason says that a run has ended well."""
    return state(text) is Meaning.GOOD and not tokens(text) & STEADY


def is_absence(text: str) -> bool:
    """Return whether a reason or state only says that something does not exist (yet)."""
    words = tokens(text)
    return bool('not' in words and words & _NEGATED_TRANSIENT) or 'missing' in words


def is_task_kind(kind: str) -> bool:
    """Return whether objects of a kind run once and end, such as Backup and PipelineRun."""
    kind_words = words(kind)
    return kind_words[-1:] != () and kind_words[-1] in _TASKS and kind_words[0] not in _REPEATED


def is_operation(name: str) -> bool:
    """Return whether a `last…` field is about the current spec, such as `lastOperation`."""
    return not _OPERATIONS.isdisjoint(words(name))


def is_terminal_state(text: str) -> bool:
    """Return whether a bad state is final."""
    return bool(tokens(text) & _TERMINAL)


def _is_working(words: frozenset[str]) -> bool:
    return bool(words & _WORKING) or any(word.endswith('ing') for word in words)


def is_settled_reason(text: str) -> bool:
    """Return whether the reason of a condition like `Progressing` means that the work is done."""
    return bool(tokens(text) & _SETTLED) and not tokens(text) & (_BAD | {'not', 'minimum'})


def is_transient_message(message: str) -> bool:
    """Return whether a message reports a problem that may not recur at the next attempt."""
    text = message[:_MAX_LENGTH].lower()
    return any(phrase in text for phrase in _TRANSIENT_PHRASES)
