"""The answer to «why»: from causes and logs to sentences and commands. Pure."""

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

_REMEDIES = 2


def best_explanation(causes: Iterable[Cause]) -> Cause | None:
    """The cause that explains most; the specific one swallows the general."""
    return min(causes, key=rank, default=None)


def explain(view: View, assessed: Assessment, cause: Cause | None, tells: str) -> Explanation:
    """Why, in the words of the best cause; `tells` is what is known without any."""
    if cause is None:
        known = tuple(fact for fact in (tells, assessed.still_serving) if fact)
        return Explanation(None, known, (), assessed.suggested_commands[:_REMEDIES])
    facts = [_headline(cause, len(assessed.pods)), *cause.evidence]
    if tells not in cause.message:
        facts.append(tells)
    if assessed.still_serving:
        facts.append(assessed.still_serving)
    words = _words(view, cause)
    remedies = tuple(dict.fromkeys((*cause.suggested_commands, *assessed.suggested_commands)))[
        :_REMEDIES
    ]
    return Explanation(cause, tuple(facts), words, remedies, tuple(_unseen(view, cause)))


def _headline(cause: Cause, pods: int) -> str:
    told = []
    if cause.pods and pods > 1:
        told.append(f'{len(cause.pods)} of {pods} new pods')
    if cause.terminations > 1:
        told.append(
            f'{cause.terminations} times' if pods <= 1 else f'up to {cause.terminations} times each'
        )
    if cause.terminations_before:
        told.append(f'{cause.terminations_before} times before tracking began')
    return f'{cause.message} ({", ".join(told)})' if told else cause.message


def _words(view: View, cause: Cause) -> tuple[str, ...]:
    for log in cause.logs:
        words = log_excerpt([line.text for line in view.logs.get((log.uid, log.container), ())])
        if words:
            return words
    return ()


def _unseen(view: View, cause: Cause) -> Iterable[str]:
    if cause.logs and not any((log.uid, log.container) in view.logs for log in cause.logs):
        denied = LOGS in view.forbidden_kinds
        yield f'its log {"may not be read (pods/log)" if denied else "could not be read in time"}'
    for lookup in cause.lookups:
        yield from _unanswered(view, lookup)


def _unanswered(view: View, lookup: Lookup) -> Iterable[str]:
    answer = view.answers.get(lookup)
    where = ' of the namespace' if lookup.namespace == view.target.namespace else ''
    what = f'the {lookup.resource.plural}{where}'
    if lookup.name:
        what = f'{lookup.resource.kind} {lookup.name}'
    if answer is None:
        yield f'{what}: not fetched in time'
    # Who may not list a kind that is not built in may be on a cluster without it.
    elif answer.status == 'denied' and not is_custom(lookup.resource):
        yield f'{what}: may not be {"read" if lookup.name else "listed"}'
