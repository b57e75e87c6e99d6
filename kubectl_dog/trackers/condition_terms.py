"""Classify the condition types, reasons and phases that controllers use.

Conditions have both polarities (`Ready=False`, `Degraded=True`), and reasons and phases have
hundreds of spellings. Known condition types are listed; other texts are split into words.
"""

from __future__ import annotations

import re
from enum import Enum


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
_MAX_LENGTH = 300


class Meaning(Enum):
    """What a reason or phase means for the object; NEUTRAL is an unknown word."""

    GOOD = 'good'
    BAD = 'bad'
    TRANSIENT = 'transient'
    WORKING = 'working'
    PAUSED = 'paused'
    NEUTRAL = 'neutral'


class Role(Enum):
    """The role of a condition type; for the first four, True is good."""

    SUMMARY = 'summary'
    GATE = 'gate'
    GOOD = 'good'
    COMPONENT = 'component'
    STALLED = 'stalled'
    FAILED = 'failed'
    BAD = 'bad'
    WORKING = 'working'
    PAUSED = 'paused'
    IGNORED = 'ignored'


_ROLES = {
    # In kstatus and the API conventions, Ready summarizes the other conditions.
    Role.SUMMARY: 'Ready',
    # These say whether the newest spec was accepted, which Ready may not include.
    Role.GATE: 'Synced Accepted Programmed ResolvedRefs Reconciled Valid Validated Established '
    'NamesAccepted Applied ReconcileSuccess ValidationSucceeded',
    Role.GOOD: 'Available Healthy Succeeded Success Successful Complete Completed Deployed '
    'Installed Provisioned Initialized Running Active Bound Released Registered Connected '
    'Configured Created Up Online Resolved Published Offered Finished Done',
    Role.STALLED: 'Stalled',
    Role.FAILED: 'Failed Failure Error Errored Terminal Aborted',
    Role.BAD: 'Degraded Unhealthy Invalid NotReady Unavailable Misconfigured ConfigError '
    'ReconcileError ReconciliationError ReconcileFailed ReplicaFailure Rejected ErrorOccurred',
    Role.WORKING: 'Reconciling Progressing Creating Updating Upgrading Pending Deploying '
    'Provisioning Installing Initializing Scaling ScalingUp ScalingDown RollingOut Issuing '
    'Processing InProgress Deleting Migrating Restoring Remediating RolloutProgressing',
    Role.PAUSED: 'Paused Suspended ReconciliationPaused Hibernated',
}
_ROLE_OF_TYPE = {name: role for role, names in _ROLES.items() for name in names.split()}
_GOOD_SUFFIXES = ('Ready', 'Available', 'Healthy', 'Synced', 'Succeeded', 'Accepted', 'Reconciled')
_BAD_SUFFIXES = ('Failed', 'Failure', 'Error', 'Degraded')

_BAD = _set(
    'error errors err errored failed failure fail fails failing invalid denied forbidden '
    'unauthorized unauthenticated missing misconfigured misconfiguration conflict conflicts '
    'conflicted rejected unsupported incompatible bad unable cannot exceeded refused crash '
    'crashed crashing crashloop unhealthy degraded broken malformed illegal duplicate lost '
    'aborted faulted stalled corrupt corrupted unresolved unresolvable unknownhost mismatch '
    'nonexistent insufficient terminal unparsable uninstallable red'
)
# Bad as a state, but not as a reason. A run that ended like this does not recover.
_TERMINAL = _set(
    'failed failure error errored aborted rejected cancelled canceled timeout timedout expired '
    'killed evicted interrupted'
)
_BAD_STATE = _TERMINAL | _set('dead critical')
# Another attempt, another node or a person may still resolve these.
_BAD_TRANSIENT = _set('unavailable backoff unschedulable offline down unreachable blocked')
_ERRORS = _set('error errors err failure failures issues problems')
# "not found" and the like may be resolved a moment later.
_NEGATED_TRANSIENT = _set('found exist exists yet ready')
_NEGATED_BAD = _set(
    'found allowed permitted supported authorized valid accepted compatible exist exists '
    'matching matched resolved recoverable'
)
_WORKING = _set(
    'progress pending queued scheduled requested started starting unknown yellow retry retries '
    'new initial initialize setup prepare prepared init rollout awaiting busy dependency '
    'dependencies inactive yet failover unready'
)
_RETRYING = _set('dependency dependencies retry retries retrying')
_TRANSIENT = _set(
    'timeout timedout throttled throttling throttle ratelimited ratelimit unreachable transient '
    'temporary temporarily connection network unavailable backoff'
)
_PAUSED = _set('paused suspended hibernated')
_GOOD = _set(
    'ready running active available bound healthy succeeded successful success complete completed '
    'synced deployed established online up ok okay installed provisioned valid green enabled '
    'attached finished done normal live listening serving connected reconciled '
    'created applied operational configured resolved accepted executed issued'
)
# These end in "ing" or sound like work, but are good as a state.
_STEADY = _set('running serving listening started scheduled')
_NEGATIONS = _set('not no non')

# Reasons of `Progressing=True` that mean that the work is done, as for a Deployment.
_SETTLED = _set('available complete completed succeeded finished expected done ready')

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


def role(kind: str) -> Role:
    """Return the role of a condition type; a prefix (`ACK.`, `example.com/`) is ignored."""
    bare = re.split(r'[./]', kind)[-1]
    known = _ROLE_OF_TYPE.get(bare[:1].upper() + bare[1:])
    if known is not None:
        return known
    if tokens(bare) & {'not', 'un', 'no'}:
        return Role.IGNORED
    if bare.endswith(_BAD_SUFFIXES):
        return Role.BAD
    return Role.COMPONENT if bare.endswith(_GOOD_SUFFIXES) else Role.IGNORED


def is_bad_for_object(kind: str) -> bool:
    """Whether a bad condition is about the whole object, unlike `BackupFailed`."""
    return _ROLE_OF_TYPE.get(re.split(r'[./]', kind)[-1]) is Role.BAD


def tokens(text: str) -> frozenset[str]:
    """Split a text into lower-case words: `InvalidSpec` is `invalid` and `spec`."""
    words = frozenset(word.lower() for word in _WORDS.findall(text[:_MAX_LENGTH]))
    if {'back', 'off'} <= words and 'crash' not in words:
        return words | {'backoff'}
    return words | {'timedout'} if {'timed', 'out'} <= words else words


def reason(text: str) -> Meaning:
    """Return the meaning of the reason of a condition that is not as it should be."""
    words = tokens(text)
    if words & _PAUSED:
        return Meaning.PAUSED
    if 'dependency' in words or 'dependencies' in words:
        return Meaning.WORKING
    is_absent = 'not' in words and words & _NEGATED_TRANSIENT
    if words & _BAD or ('not' in words and words & _NEGATED_BAD):
        is_transient = words & (_TRANSIENT | _RETRYING) or is_absent
        return Meaning.TRANSIENT if is_transient else Meaning.BAD
    if words & _TRANSIENT:
        return Meaning.TRANSIENT
    return Meaning.WORKING if _is_working(words) else Meaning.NEUTRAL


def state(text: str) -> Meaning:
    """Return the meaning of a phase or state."""
    words = tokens(text)
    if 'no' in words and words & _ERRORS:
        words = words - _ERRORS - {'no'} | {'ok'}
    if {'failing', 'over'} <= words:
        words = words - {'failing'} | {'failover'}
    negated = words & _NEGATIONS
    if words & _PAUSED:
        return Meaning.PAUSED
    if words & (_BAD | _BAD_STATE) or (negated and words & _NEGATED_BAD):
        return Meaning.BAD
    if _is_working(words - _STEADY) or negated:
        return Meaning.WORKING
    if words & _BAD_TRANSIENT and not words & {'scale', 'scaled'}:
        return Meaning.TRANSIENT
    return Meaning.GOOD if words & (_GOOD | _STEADY) else Meaning.NEUTRAL


def is_terminal_state(text: str) -> bool:
    """Whether a bad state is final."""
    return bool(tokens(text) & _TERMINAL)


def _is_working(words: frozenset[str]) -> bool:
    return bool(words & _WORKING) or any(word.endswith('ing') for word in words)


def is_settled_reason(text: str) -> bool:
    """Whether the reason of a condition like `Progressing` says that the work is done."""
    return bool(tokens(text) & _SETTLED) and not tokens(text) & (_BAD | {'not', 'minimum'})


def is_transient_message(message: str) -> bool:
    """Whether a message reports a problem that the next attempt may not have."""
    text = message[:_MAX_LENGTH].lower()
    return any(phrase in text for phrase in _TRANSIENT_PHRASES)
