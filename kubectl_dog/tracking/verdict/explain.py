"""Explain a verdict by facts, log lines and suggested commands."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.causes.aggregate import rank
from kubectl_dog.causes.log_excerpt import log_excerpt
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

_MAX_COMMANDS = 2


def best_explanation(causes: Iterable[Cause]) -> Cause | None:
    """The cause that explains most: a specific one before a general one."""
    return min(causes, key=rank, default=None)


def explain(view: View, assessed: Assessment, cause: Cause | None, fact: str) -> Explanation:
    """Explain a verdict by its cause, if there is one; `fact` is known without any cause."""
    if cause is None:
        known = filter(None, (fact, assessed.still_serving))
        return Explanation(None, tuple(known), (), assessed.suggested_commands[:_MAX_COMMANDS])
    facts = [_headline(cause, len(assessed.pods)), *cause.evidence]
    if fact not in cause.message:
        facts.append(fact)
    if assessed.still_serving:
        facts.append(assessed.still_serving)
    lines = _log_lines(view, cause)
    commands = dict.fromkeys((*cause.suggested_commands, *assessed.suggested_commands))
    shown = tuple(commands)[:_MAX_COMMANDS]
    return Explanation(cause, tuple(facts), lines, shown, tuple(_missing_evidence(view, cause)))


def _headline(cause: Cause, pods: int) -> str:
    details = []
    if cause.pods and pods > 1:
        details.append(f'{len(cause.pods)} of {pods} new pods')
    if cause.terminations > 1:
        details.append(
            f'{cause.terminations} times' if pods <= 1 else f'up to {cause.terminations} times each'
        )
    if cause.terminations_before:
        details.append(f'{cause.terminations_before} times before tracking began')
    return f'{cause.message} ({", ".join(details)})' if details else cause.message


def _log_lines(view: View, cause: Cause) -> tuple[str, ...]:
    for log in cause.logs:
        lines = log_excerpt([line.text for line in view.logs.get((log.uid, log.container), ())])
        if lines:
            return lines
    return ()


def _missing_evidence(view: View, cause: Cause) -> Iterable[str]:
    if cause.logs and not any((log.uid, log.container) in view.logs for log in cause.logs):
        denied = LOGS in view.forbidden_kinds
        yield f'its log {"may not be read (pods/log)" if denied else "could not be read in time"}'
    for lookup in cause.lookups:
        yield from _unanswered(view, lookup)


def _unanswered(view: View, lookup: Lookup) -> Iterable[str]:
    answer = view.answers.get(lookup)
    where = ' of the namespace' if lookup.namespace == view.target.namespace else ''
    subject = f'the {lookup.resource.plural}{where}'
    if lookup.name:
        subject = f'{lookup.resource.kind} {lookup.name}'
    if answer is None:
        yield f'{subject}: not fetched in time'
    # A custom kind that may not be listed may be missing from the cluster.
    elif answer.status == 'denied' and not is_custom(lookup.resource):
        yield f'{subject}: may not be {"read" if lookup.name else "listed"}'
