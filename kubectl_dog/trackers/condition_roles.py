"""Classify condition types: which are good if they are True, and which decide the state.

Conditions have both polarities (`Ready=False`, `Degraded=True`). Known types are listed; the words
of other types tell their roles.
"""

from __future__ import annotations

import re
from enum import Enum

from kubectl_dog.trackers.condition_terms import STEADY
from kubectl_dog.trackers.condition_terms import tokens
from kubectl_dog.trackers.condition_terms import word_set
from kubectl_dog.trackers.condition_terms import words


class Role(Enum):
    """The role of a condition type; for the first four roles, True is good."""

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
    'NamesAccepted Applied ReconcileSuccess ValidationSucceeded Admitted',
    Role.GOOD: 'Available Healthy Succeeded Success Successful Complete Completed Deployed '
    'Installed Provisioned Initialized Running Active Bound Released Registered Connected '
    'Configured Created Up Online Resolved Published Offered Finished Done',
    Role.STALLED: 'Stalled',
    Role.FAILED: 'Failed Failure Error Errored Terminal Aborted',
    Role.BAD: 'Degraded Unhealthy Invalid NotReady Unavailable Misconfigured ConfigError '
    'ReconcileError ReconciliationError ReconcileFailed ReplicaFailure Rejected ErrorOccurred '
    'Failing Recoverable',
    Role.WORKING: 'Reconciling Progressing Creating Updating Upgrading Pending Deploying '
    'Provisioning Installing Initializing Scaling ScalingUp ScalingDown RollingOut Issuing '
    'Processing InProgress Deleting Migrating Restoring Remediating RolloutProgressing '
    'RollingUpdate',
    Role.PAUSED: 'Paused Suspended ReconciliationPaused Hibernated Hibernating Stopped Halted',
}
_ROLE_OF_TYPE = {name: role for role, names in _ROLES.items() for name in names.split()}
_GOOD_SUFFIXES = (
    *('Ready', 'Available', 'Healthy', 'Synced', 'Succeeded', 'Accepted', 'Reconciled'),
    *('Created', 'Deployed', 'Installed', 'Configured', 'Provisioned', 'Established', 'Valid'),
    *('Applied', 'Programmed', 'Resolved', 'Completed', 'Initialized', 'Registered', 'Bound'),
    *('Connected', 'Successful', 'Success', 'Admitted', 'Provided', 'Reserved', 'Synchronized'),
    *('Scheduled', 'Launched', 'Loaded', 'Verified', 'Published', 'Issued', 'Joined', 'Satisfied'),
    *('Reachable', 'Discoverable', 'Allocated', 'Attached', 'Promoted', 'Upgraded', 'Adopted'),
    *('UpToDate', 'Generated', 'Imported', 'Exported', 'Restored', 'Cloned', 'Migrated'),
)
_BAD_SUFFIXES = (
    *('Failed', 'Failure', 'Error', 'Errors', 'Degraded', 'Irreconcilable', 'Unrecoverable'),
    *('Unhealthy', 'Misconfigured', 'Invalid', 'Unreachable', 'Unavailable', 'Conflict'),
)
# Last words of condition types that are bad if True, and words in "ing" that are no work.
_BAD_TYPE = word_set(
    'errors failing unsupported rejected denied forbidden broken crashed expired exceeded lost '
    'stuck misconfiguration mismatch incompatible'
)
_STEADY_TYPE = STEADY | word_set('ping missing existing warning warnings accepting string polling')


def role(kind: str) -> Role:
    """Return the role of a condition type; a prefix (`ACK.`, `example.com/`) is ignored."""
    bare = re.split(r'[./]', kind)[-1]
    known = _ROLE_OF_TYPE.get(bare[:1].upper() + bare[1:])
    if known is not None:
        return known
    if words(bare)[:2] == ('no', 'matching'):
        return Role.BAD
    if tokens(bare) & {'not', 'un', 'no'}:
        return Role.IGNORED
    if bare.endswith(_BAD_SUFFIXES):
        return Role.BAD
    if bare.endswith(_GOOD_SUFFIXES):
        return Role.COMPONENT
    return _role_of_words(words(bare))


def _role_of_words(type_words: tuple[str, ...]) -> Role:
    """Return the role of an unknown condition type: `ConfigUnsupported`, `Synchronizing`."""
    first, last = (type_words[0], type_words[-1]) if type_words else ('', '')
    if last in _BAD_TYPE or first in ('invalid', 'failed', 'conflicting'):
        return Role.BAD
    if first in ('pending', 'awaiting') or type_words[-2:] == ('in', 'progress'):
        return Role.WORKING
    return Role.WORKING if last.endswith('ing') and last not in _STEADY_TYPE else Role.IGNORED


def is_listed(kind: str) -> bool:
    """Return whether the role of a condition type is listed, and not guessed from its words."""
    bare = re.split(r'[./]', kind)[-1]
    return bare[:1].upper() + bare[1:] in _ROLE_OF_TYPE


def is_bad_for_object(kind: str) -> bool:
    """Return whether a bad condition concerns the whole object, unlike `BackupFailed`."""
    return _ROLE_OF_TYPE.get(re.split(r'[./]', kind)[-1]) is Role.BAD
