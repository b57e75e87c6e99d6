"""The words that controllers use in their conditions, reasons and phases, and what they mean.

Conditions come in both polarities (`Ready=False`, `Degraded=True`), reasons and phases in hundreds
of spellings: those that are known decide as a whole, others by the words they are made of.
"""

from __future__ import annotations

import re
from enum import Enum


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
_CLIP = 300


class Meaning(Enum):
    """What a word says about the object; NEUTRAL is one that nobody knows."""

    GOOD = 'good'
    BAD = 'bad'
    TRANSIENT = 'transient'
    WORKING = 'working'
    PAUSED = 'paused'
    NEUTRAL = 'neutral'


class Role(Enum):
    """What a type of condition is for: True is good for the first four."""

    SUMMARY = 'summary'
    GATE = 'gate'
    GOOD = 'good'
    PART = 'part'
    STALLED = 'stalled'
    FAILED = 'failed'
    BAD = 'bad'
    WORKING = 'working'
    PAUSED = 'paused'
    ASIDE = 'aside'


_ROLES = {
    # kstatus and the API conventions: the one condition that sums up the others.
    Role.SUMMARY: 'Ready',
    # Beside a summary these say whether the newest spec was taken at all.
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
_ROLE = {name: role for role, names in _ROLES.items() for name in names.split()}
_PART_GOOD = ('Ready', 'Available', 'Healthy', 'Synced', 'Succeeded', 'Accepted', 'Reconciled')
_PART_BAD = ('Failed', 'Failure', 'Error', 'Degraded')

_BAD = _set(
    'error errors err errored failed failure fail fails failing invalid denied forbidden '
    'unauthorized unauthenticated missing misconfigured misconfiguration conflict conflicts '
    'conflicted rejected unsupported incompatible bad unable cannot exceeded refused crash '
    'crashed crashing crashloop unhealthy degraded broken malformed illegal duplicate lost '
    'aborted faulted stalled corrupt corrupted unresolved unresolvable unknownhost mismatch '
    'nonexistent insufficient terminal unparsable uninstallable red'
)
# Of a state, but not of a reason, that is as bad. What ends a run will not get better by itself.
_ENDS = _set(
    'failed failure error errored aborted rejected cancelled canceled timeout timedout expired '
    'killed evicted interrupted'
)
_BAD_STATE = _ENDS | _set('dead critical')
# These another attempt, another node or a person elsewhere may still make good.
_BAD_FOR_NOW = _set('unavailable backoff unschedulable offline down unreachable blocked')
_ERRORS = _set('error errors err failure failures issues problems')
# What was not there when somebody looked may be made a moment later.
_NOT_THERE = _set('found exist exists yet ready')
_NOT_SO = _set(
    'found allowed permitted supported authorized valid accepted compatible exist exists '
    'matching matched resolved recoverable'
)
_WORKING = _set(
    'progress pending queued scheduled requested started starting unknown yellow retry retries '
    'new initial initialize setup prepare prepared init rollout awaiting busy dependency '
    'dependencies inactive yet failover unready'
)
_WAITS_FOR_OTHERS = _set('dependency dependencies retry retries retrying')
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
# They look like work, and as a state they are what was wanted.
_STEADY = _set('running serving listening started scheduled')
_NEGATIONS = _set('not no non')

# Reasons that a condition like `Progressing` keeps when it is over, as a Deployment's does.
_SETTLED = _set('available complete completed succeeded finished expected done ready')

# What a message says when the next attempt may well succeed.
_AGAIN = (
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
    """What a type of condition is for; a prefix (`ACK.`, `example.com/`) does not matter."""
    bare = re.split(r'[./]', kind)[-1]
    known = _ROLE.get(bare[:1].upper() + bare[1:])
    if known is not None:
        return known
    if tokens(bare) & {'not', 'un', 'no'}:
        return Role.ASIDE
    if bare.endswith(_PART_BAD):
        return Role.BAD
    return Role.PART if bare.endswith(_PART_GOOD) else Role.ASIDE


def is_bad_as_a_whole(kind: str) -> bool:
    """Whether a bad condition speaks of the object, and not of one part (`BackupFailed`)."""
    return _ROLE.get(re.split(r'[./]', kind)[-1]) is Role.BAD


def tokens(text: str) -> frozenset[str]:
    """The words that a word is made of, in small letters: `InvalidSpec` is invalid and spec."""
    found = frozenset(one.lower() for one in _WORDS.findall(text[:_CLIP]))
    if {'back', 'off'} <= found and 'crash' not in found:
        return found | {'backoff'}
    return found | {'timedout'} if {'timed', 'out'} <= found else found


def reason(text: str) -> Meaning:
    """What a condition's reason says about why it is not as it should be."""
    said = tokens(text)
    if said & _PAUSED:
        return Meaning.PAUSED
    if 'dependency' in said or 'dependencies' in said:
        return Meaning.WORKING
    absent = 'not' in said and said & _NOT_THERE
    if said & _BAD or ('not' in said and said & _NOT_SO):
        passing = said & (_TRANSIENT | _WAITS_FOR_OTHERS) or absent
        return Meaning.TRANSIENT if passing else Meaning.BAD
    if said & _TRANSIENT:
        return Meaning.TRANSIENT
    return Meaning.WORKING if _is_working(said) else Meaning.NEUTRAL


def state(text: str) -> Meaning:
    """What a phase or a state says."""
    said = tokens(text)
    if 'no' in said and said & _ERRORS:
        said = said - _ERRORS - {'no'} | {'ok'}
    if {'failing', 'over'} <= said:
        said = said - {'failing'} | {'failover'}
    negated = said & _NEGATIONS
    if said & _PAUSED:
        return Meaning.PAUSED
    if said & (_BAD | _BAD_STATE) or (negated and said & _NOT_SO):
        return Meaning.BAD
    if _is_working(said - _STEADY) or negated:
        return Meaning.WORKING
    if said & _BAD_FOR_NOW and not said & {'scale', 'scaled'}:
        return Meaning.TRANSIENT
    return Meaning.GOOD if said & (_GOOD | _STEADY) else Meaning.NEUTRAL


def is_end(text: str) -> bool:
    """Whether a bad state is how a run ends, and not how something is that goes on."""
    return bool(tokens(text) & _ENDS)


def _is_working(said: frozenset[str]) -> bool:
    return bool(said & _WORKING) or any(one.endswith('ing') for one in said)


def is_settled(text: str) -> bool:
    """Whether the reason of a condition like `Progressing` says that it is over."""
    return bool(tokens(text) & _SETTLED) and not tokens(text) & (_BAD | {'not', 'minimum'})


def is_passing(message: str) -> bool:
    """Whether a message tells of something that the next attempt may get over."""
    said = message[:_CLIP].lower()
    return any(phrase in said for phrase in _AGAIN)
