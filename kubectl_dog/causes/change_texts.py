"""Describe what a revision changed: `new in revision 8: env DB_PATH`."""

from __future__ import annotations

import re

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.template_changes import image_difference
from kubectl_dog.model.verdicts import ADDED
from kubectl_dog.model.verdicts import REMOVED
from kubectl_dog.model.verdicts import Change
from kubectl_dog.model.verdicts import RevisionChanges

_LIMIT = re.compile(r'[0-9.]{1,20}[A-Za-z]{0,2}')
# Changes that are named.
_MAX_CHANGES = 3
# Fields whose entries have a singular noun, or have names of their own.
_NOUNS = {
    'annotations': 'annotation',
    'containers': 'container',
    'env': 'env',
    'envFrom': 'envFrom',
    'imagePullSecrets': 'imagePullSecret',
    'nodeSelector': 'nodeSelector',
    'volumeMounts': 'volumeMount',
    'volumes': 'volume',
}


def describe_changes(shown: RevisionChanges, subject: str) -> str:
    """Return a sentence with the first changes; `subject` is a container that needs no name."""
    texts = [_describe(change, subject) for change in shown.changes[:_MAX_CHANGES]]
    rest = len(shown.changes) - len(texts)
    more = f' and {rest} more' if rest else ''
    return f'{_since(shown)}: {", ".join(texts)}{more}'


def with_earlier_limit(cause: Cause, shown: RevisionChanges) -> Cause:
    """Return the cause with a command that restores the memory limit, if the revision lowered it.

    Without knowledge of the earlier one, a kill for memory proposes twice the limit.
    """
    limits = [change.before for change in shown.changes if change.name == 'limits.memory']
    # People paste the command.
    if not limits or not _LIMIT.fullmatch(limits[0]):
        return cause
    commands = (
        re.sub(r'(?<= --limits=memory=)\S+$', lambda match: limits[0], command)
        for command in cause.suggested_commands
    )
    return cause._replace(suggested_commands=tuple(commands))


def _since(shown: RevisionChanges) -> str:
    numbers = shown.revision, shown.earlier
    is_next = all(map(str.isdecimal, numbers)) and int(numbers[0]) == int(numbers[1]) + 1
    return f'new in revision {shown.revision}' if is_next else f'new since revision {shown.earlier}'


def _describe(change: Change, subject: str) -> str:
    if change.contents_of:
        return f'contents of {change.contents_of} ({change.after}, before: {change.before})'
    if change.field == 'containers':
        return f'container {change.container}'
    owner = '' if change.container in ('', subject) else f' of {change.container}'
    return f'{_label(change)}{owner}{_value(change)}'


def _label(change: Change) -> str:
    if not change.name:
        return change.field
    if change.field == 'envFrom' and change.references:
        return f'envFrom {change.references[0]}'
    noun = _NOUNS.get(change.field)
    return f'{noun} {change.name}' if noun else f'{change.field}.{change.name}'


def _value(change: Change) -> str:
    objects = [text for text in change.references if text.count('/') == 1]
    if objects and change.field != 'envFrom' and change.kind != REMOVED:
        return f' (from {" and ".join(dict.fromkeys(objects))})'
    old, new = change.before, change.after
    if change.field == 'image' and change.container:
        old = image_difference(old, new)[0]
    note = '' if change.kind == ADDED else 'removed' if change.kind == REMOVED else 'changed'
    if change.kind != ADDED and old:
        note = f'before: {old}' if new else f'{note}, before: {old}'
    return ''.join((f' {new}' if new else '', f' ({note})' if note else ''))
