"""Read the annotations by which users tell other tools how to track an object.

READERS lists them; docs/annotations.md has their meanings. Some only change options. Conditions of
Helm become a rule, which the engine of `--rules` evaluates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from kubectl_dog.causes.catalogue import BASELINE_RESTARTS
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.causes.tolerances import spec_tolerances
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.fields import Field
from kubectl_dog.model.go_regex import for_all
from kubectl_dog.model.go_regex import regex
from kubectl_dog.model.times import parse_duration
from kubectl_dog.trackers.declarative.foreign_rules import HELM_FAILURE
from kubectl_dog.trackers.declarative.foreign_rules import HELM_SUCCESS
from kubectl_dog.trackers.declarative.foreign_rules import annotation_text
from kubectl_dog.trackers.declarative.foreign_rules import helm_rule
from kubectl_dog.trackers.declarative.foreign_rules import json_texts
from kubectl_dog.trackers.declarative.foreign_rules import parse_iso_duration
from kubectl_dog.trackers.declarative.rule_model import Rule
from kubectl_dog.tracking.verdict import ready_when
from kubectl_dog.tracking.verdict.foreign_annotations import ForeignOptions

_CONTAINER = re.compile(r'[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?')
_FAIL_MODES = {
    'FailWholeDeployProcessImmediately': 'now',
    'HopeUntilEndOfDeployProcess': 'end',
    'IgnoreAndContinueDeployProcess': 'ignore',
}
_TERMINATION_MODES = {'WaitUntilResourceReady': True, 'NonBlocking': False}
_LOGS_UNTIL = {'PodIsReady': 'ready', 'ControllerIsReady': 'available', 'EndOfDeploy': 'end'}
_NOT_AWAITED = 'it is not waited for, and its failure does not change the exit code'
_FAILURE_IGNORED = 'its failure does not change the exit code'


class Reading(NamedTuple):
    """The options that an annotation sets, by field name.

    `weakens` says how they weaken the verdict; `awaited` is false if nothing is waited for.
    """

    values: Mapping[str, Any]
    weakens: str = ''
    awaited: bool = True


def read_annotations(annotations: Mapping[str, Any]) -> ForeignOptions:
    """Read the annotations of other tools; one that cannot be read changes nothing."""
    known = {key: reader for key in annotations for reader in _reader(str(key))}
    values: dict[str, Any] = {}
    weakenings, notices, not_awaited = [], [], ''
    for key in sorted(known):
        name, read = known[key]
        try:
            reading = read(annotation_text(annotations, key), key[len(name) :])
        except UserError as error:
            notices.append(_left_out(key, error))
            continue
        for field, value in reading.values.items():
            joined = isinstance(value, tuple)
            values[field] = (*values.get(field, ()), *value) if joined else value
        if reading.weakens:
            text = f'has the annotation {key}: {reading.weakens} (--ignore-foreign-annotations)'
            weakenings.append((frozenset(reading.values), text))
        not_awaited = not_awaited or ('' if reading.awaited else key)
    rule, problems = _helm_rule(annotations)
    return ForeignOptions(values, tuple(weakenings), (*notices, *problems), rule, not_awaited)


def _reader(key: str) -> Iterator[tuple[str, Read]]:
    """The reader of an annotation with its name; nothing if it is not read."""
    if key in READERS:
        yield key, READERS[key]
        return
    for name, read in CONTAINER_READERS.items():
        if key.startswith(name) and _CONTAINER.fullmatch(key[len(name) :]):
            yield name, read
            return


def _left_out(key: str, error: Exception) -> str:
    return f'has an invalid annotation {key}, which is ignored: {error}'


def _helm_rule(annotations: Mapping[str, Any]) -> tuple[Rule | None, tuple[str, ...]]:
    """The rule of Helm's pair of annotations, and notices; one without the other is ignored."""
    keys = (HELM_SUCCESS, HELM_FAILURE)
    given = [key for key in keys if key in annotations]
    if len(given) == 1:
        other = next(key for key in keys if key not in given)
        return None, (f'has the annotation {given[0]}, which Helm ignores without {other}',)
    try:
        rule = helm_rule(*(annotation_text(annotations, key) for key in keys)) if given else None
    except UserError as error:
        return None, (_left_out(' and '.join(keys), error),)
    return (rule if rule and (rule.ready or rule.failed) else None), ()


# A reader gets the value of an annotation, and the name of a container, if its own ends with one.
Read = Callable[[str, str], Reading]


def _wait_for(text: str, _: str) -> Reading:
    """Pulumi: one condition, or a JSON list of conditions that must all be met."""
    conditions = json_texts(text) if text.startswith('[') else [text]
    if any(len(condition.splitlines()) > 1 for condition in conditions):
        raise UserError('a condition must be one line')
    joined = '\n'.join(conditions)
    ready_when.check_conditions(joined)
    return Reading({'ready_when': joined})


def _not_awaited(text: str, _: str) -> Reading:
    if text.lower() not in ('true', 't', '1'):
        return _checked_switch(text)
    return Reading({'fail_mode': 'ignore'}, _NOT_AWAITED, awaited=False)


def _checked_switch(text: str) -> Reading:
    _flag(text)
    return Reading({})


def _disabled_wait(_: str, __: str) -> Reading:
    """kapp: the annotation has no value."""
    return Reading({'fail_mode': 'ignore'}, _NOT_AWAITED, awaited=False)


def _timeout_seconds(text: str, _: str) -> Reading:
    return _timeout(float(_count(text)))


def _timeout_override(text: str, _: str) -> Reading:
    return _timeout(parse_iso_duration(text))


def _timeout(seconds: float) -> Reading:
    """A time limit for the whole; until then, missing progress does not matter."""
    if not seconds:
        raise UserError('must be more than 0')
    return Reading({'timeout': seconds, 'stall_timeout': seconds})


def _required_rollout(text: str, _: str) -> Reading:
    if text == 'full':
        return Reading({})
    if text == 'none':
        return Reading({'min_available': '0'}, 'no pod needs to be available')
    if text.lower() == 'maxunavailable':
        return Reading({'min_available': 'maxUnavailable'}, 'maxUnavailable pods may be missing')
    if not parse_pod_share(text).is_percent:
        raise UserError(f'invalid value "{text[:60]}": use full, none, maxUnavailable or 90%')
    return Reading({'min_available': text}, f'{text} of the pods are enough')


def _fail_mode(text: str, _: str) -> Reading:
    mode = _choice(text, _FAIL_MODES)
    return Reading({'fail_mode': mode}, _FAILURE_IGNORED if mode == 'ignore' else '')


def _termination_mode(text: str, _: str) -> Reading:
    blocking = _choice(text, _TERMINATION_MODES)
    return Reading({'blocking': blocking}, '' if blocking else 'other targets do not wait for it')


def _failures_allowed(text: str, _: str) -> Reading:
    allowed = _count(text)
    is_weaker = allowed + 1 > BASELINE_RESTARTS
    weakens = f'{allowed} terminations per container are tolerated' if is_weaker else ''
    return Reading({'tolerate': tuple(spec_tolerances(allowed, None))}, weakens)


def _probe_failures(text: str, container: str) -> Reading:
    return Reading({'tolerate': (f'NotReady/{container}={parse_duration(text):.3f}s',)})


def _no_activity_timeout(text: str, _: str) -> Reading:
    seconds = parse_duration(text)
    if not seconds:
        raise UserError('must be more than 0')
    return Reading({'stall_timeout': seconds})


def _patterns(option: str) -> Read:
    def read(text: str, container: str) -> Reading:
        pattern = regex(Field(text))
        return Reading({option: (f'{container}={pattern}' if container else for_all(pattern),)})

    return read


def _names(option: str) -> Read:
    return lambda text, _: Reading({option: tuple(filter(None, map(str.strip, text.split(','))))})


def _shows_events(text: str, _: str) -> Reading:
    return Reading({'show_events': _flag(text)})


def _skips_logs(text: str, _: str) -> Reading:
    return Reading({'logs': not _flag(text)})


def _logs_until(text: str, _: str) -> Reading:
    return Reading({'logs_until': _choice(text, _LOGS_UNTIL)})


def _choice(text: str, choices: Mapping[str, Any]) -> Any:
    if text not in choices:
        raise UserError(f'invalid value "{text[:60]}": use {", ".join(choices)}')
    return choices[text]


def _flag(text: str) -> bool:
    words = {'true': True, 't': True, '1': True, 'false': False, 'f': False, '0': False}
    if text.lower() not in words:
        raise UserError(f'invalid value "{text[:60]}": use true or false')
    return words[text.lower()]


def _count(text: str) -> int:
    if not re.fullmatch('[0-9]{1,6}', text):
        raise UserError(f'invalid value "{text[:60]}": use a number')
    return int(text)


READERS: Mapping[str, Read] = {
    'pulumi.com/waitFor': _wait_for,
    'pulumi.com/skipAwait': _not_awaited,
    'pulumi.com/timeoutSeconds': _timeout_seconds,
    'kapp.k14s.io/disable-wait': _disabled_wait,
    'argocd.argoproj.io/ignore-healthcheck': _not_awaited,
    'krane.shopify.io/timeout-override': _timeout_override,
    'krane.shopify.io/required-rollout': _required_rollout,
    'werf.io/track-termination-mode': _termination_mode,
    'werf.io/fail-mode': _fail_mode,
    'werf.io/failures-allowed-per-replica': _failures_allowed,
    'werf.io/no-activity-timeout': _no_activity_timeout,
    'werf.io/log-regex': _patterns('include'),
    'werf.io/log-regex-skip': _patterns('exclude'),
    'werf.io/skip-logs': _skips_logs,
    'werf.io/skip-logs-for-containers': _names('skip_containers'),
    'werf.io/show-logs-only-for-containers': _names('containers'),
    'werf.io/show-logs-until': _logs_until,
    'werf.io/show-service-messages': _shows_events,
}
# The name of a container follows.
CONTAINER_READERS: Mapping[str, Read] = {
    'werf.io/ignore-readiness-probe-fails-for-': _probe_failures,
    'werf.io/log-regex-skip-for-': _patterns('exclude'),
    'werf.io/log-regex-for-': _patterns('include'),
}
