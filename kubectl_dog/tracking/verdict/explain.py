"""Explain a verdict by facts, log lines and suggested commands."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable

from kubectl_dog.causes.aggregate import rank
from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.log_excerpt import log_excerpt
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import NETWORKPOLICIES
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_MAX_COMMANDS = 2
# Warnings of at most this age, in seconds, when tracking began may be about this run.
_RECENT_SECONDS = 120.0

# Commands that change or remove what may work.
_DESTRUCTIVE = ('kubectl rollout undo ', 'kubectl delete ')


def best_explanation(causes: Iterable[Cause]) -> Cause | None:
    """Return the cause that explains most: a specific one before a general one."""
    return min(causes, key=rank, default=None)


def explain(
    view: View, assessed: Assessment, cause: Cause | None, fact: str, is_broken: bool = True
) -> Explanation:
    """Explain a verdict by its cause, if there is one; `fact` is known without any cause.

    Without anything that `is_broken`, no destructive command is proposed.
    """
    if cause is None:
        commands = _commands(assessed, cause, is_broken)
        known = filter(None, (fact, _last_warning(view, assessed, fact), assessed.still_serving))
        return Explanation(None, tuple(known), (), commands, tuple(_unseen_kinds(view)))
    pods = [name(pod) for pod in assessed.pods]
    facts = [_headline(cause, pods), *cause.evidence]
    changes = _revision_changes(assessed, cause, pods)
    if changes:
        from kubectl_dog.causes.change_texts import describe_changes
        from kubectl_dog.causes.change_texts import with_earlier_limit

        cause = with_earlier_limit(cause, changes)
        facts.append(describe_changes(changes, cause.subject))
    rest = _without_end(fact, cause.message)
    if rest not in cause.message:
        facts.append(rest)
    if assessed.still_serving:
        facts.append(assessed.still_serving)
    lines = _log_lines(view, cause)
    commands = _commands(assessed, cause, is_broken)
    missing = [*missing_evidence(view, cause)]
    if not cause.pods:
        # A cause of a pod explains enough; one that only the target reports may hide another one.
        missing += _unseen_kinds(view)
    return Explanation(cause, tuple(facts), lines, commands, tuple(missing), changes)


def _without_end(fact: str, message: str) -> str:
    """Return a fact without the message of the cause at its end, which is there already."""
    text, end = fact.rstrip(), message.rstrip()
    return text[: -len(end)].rstrip(': ') if end and text.endswith(end) else fact


def _revision_changes(
    assessed: Assessment, cause: Cause, pods: Collection[str]
) -> RevisionChanges | None:
    """Return what the revision changed that the cause can come from; None if there is nothing."""
    templates = assessed.templates
    if templates is None or (cause.pods and not set(cause.pods).intersection(pods)):
        return None
    # Only the summary of a failed rollout needs it.
    from kubectl_dog.causes.changed_fields import suspect_changes

    changes = suspect_changes(cause, templates)
    return RevisionChanges(templates.revision, templates.earlier, changes) if changes else None


def _last_warning(view: View, assessed: Assessment, fact: str) -> str:
    """Return the newest warning about a custom resource; some errors are reported only there."""
    if not is_custom(view.target.resource) or assessed.state is State.PAUSED:
        return ''
    since = view.run_history.started - _RECENT_SECONDS
    warnings = [
        event
        for event in view.kube_events_by_uid.get(uid(view.object or {}), ())
        if event.get('type') == 'Warning' and last_seen_at(event) >= since
    ]
    event = max(warnings, key=last_seen_at, default={})
    message = event_message(event)
    if not message or message in fact:
        return ''
    return f'last warning event: {get_str(event, "reason")}: {message}'


def _commands(assessed: Assessment, cause: Cause | None, is_broken: bool) -> tuple[str, ...]:
    own = cause.suggested_commands if cause else ()
    commands = dict.fromkeys((*own, *assessed.suggested_commands))
    allowed = [text for text in commands if is_broken or not text.startswith(_DESTRUCTIVE)]
    return tuple(allowed[:_MAX_COMMANDS])


def _headline(cause: Cause, pods: Collection[str]) -> str:
    """Return the message of a cause with its counts; `pods` are the names of the new pods."""
    details = []
    affected = len(set(cause.pods).intersection(pods))
    if affected and len(pods) > 1:
        details.append(_spread(affected, len(pods)))
    if cause.terminations > 1:
        worst = f'up to {_times(cause.terminations)} each'
        details.append(worst if affected > 1 else _times(cause.terminations))
    if cause.terminations_before:
        details.append(f'{_times(cause.terminations_before)} before tracking began')
    return f'{cause.message} ({", ".join(details)})' if details else cause.message


def _spread(affected: int, pods: int) -> str:
    if affected < pods:
        return f'{affected} of {pods} new pods'
    return 'both new pods' if pods == 2 else f'all {pods} new pods'


def _times(count: int) -> str:
    return 'once' if count == 1 else f'{count} times'


def _log_lines(view: View, cause: Cause) -> tuple[str, ...]:
    for log in cause.logs:
        lines = log_excerpt([line.text for line in view.logs.get((log.uid, log.container), ())])
        if lines:
            return lines
    return ()


def missing_evidence(view: View, cause: Cause) -> Iterable[str]:
    """Yield sentences about what could not be read for a cause."""
    if cause.logs and not any((log.uid, log.container) in view.logs for log in cause.logs):
        denied = LOGS in view.forbidden_kinds
        yield f'its log: {"no permission to read it (pods/log)" if denied else "not read in time"}'
    for lookup in cause.lookups:
        yield from _unanswered(view, lookup)


def _unseen_kinds(view: View) -> Iterable[str]:
    """Yield a sentence about the kinds that may not be read, if there are any."""
    kinds = sorted(key.partition('.')[0] for key in view.forbidden_kinds if key != LOGS)
    if kinds:
        names = ' and '.join(filter(None, (', '.join(kinds[:-1]), kinds[-1])))
        yield f'{names} objects: no permission to list'


def _unanswered(view: View, lookup: Lookup) -> Iterable[str]:
    answer = view.answers.get(lookup)
    where = ' of the namespace' if lookup.namespace == view.target.namespace else ''
    subject = f'the {lookup.resource.plural}{where}'
    if lookup.name:
        subject = f'{lookup.resource.kind} {lookup.name}'
    # A custom kind may be missing from the cluster, and a policy is only a possibility.
    if is_custom(lookup.resource) or lookup.resource == NETWORKPOLICIES:
        return
    if answer is None:
        yield f'{subject}: not read in time'
    elif answer.status == 'denied':
        yield f'{subject}: no permission to {"get" if lookup.name else "list"}'
