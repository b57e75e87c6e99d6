"""Keep the explanation of each revision that failed, for the time after it was rolled back.

A command such as `helm upgrade --atomic` applies the old revision again and so deletes the pods
that show why the new one failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from typing import NamedTuple

from kubectl_dog.causes.aggregate import rank
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.objects import uid
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.views import View
from kubectl_dog.tracking.verdict.decide import Situation
from kubectl_dog.tracking.verdict.explain import best_explanation
from kubectl_dog.tracking.verdict.explain import explain

# (uid of the object, name of the revision); kinds without revisions have an empty name.
RevisionKey = tuple[str, str]


class FailedRevision(NamedTuple):
    """The worst moment of a revision that was not ready.

    - `cause`: None if only the object reports why.
    - `is_fatal`: it would fail a rollout if it stayed.
    - `view`: it shares the log lines of the store, so that lines which come later are used as well.
    """

    name: str
    cause: Cause | None
    is_fatal: bool
    view: View
    assessed: Assessment


FailedRevisions = Mapping[RevisionKey, FailedRevision]
NO_REVISIONS: FailedRevisions = MappingProxyType({})


def revision_key(view: View, assessed: Assessment) -> RevisionKey:
    """Return the key of the revision that a view shows."""
    return (uid(view.object or {}), assessed.revision.name if assessed.revision else '')


def add_moment(kept: FailedRevisions, view: View, situation: Situation) -> FailedRevisions:
    """Return the failed revisions after one more evaluation.

    A cause that fails a target only if it stays is enough: a rollback may come before that.
    """
    moment = _moment(view, situation)
    if moment is None:
        return kept
    key = revision_key(view, situation.assessed)
    known = kept.get(key)
    if known is not None and not _is_better(moment, known):
        return kept
    return {**kept, key: moment}


def _is_better(moment: FailedRevision, known: FailedRevision) -> bool:
    """Return whether a moment replaces the one that is kept; of those without a cause, the last.

    When an object is rolled back, its children may have other revisions a moment before it has.
    """
    if moment.cause is None and known.cause is None and moment.is_fatal is known.is_fatal:
        return True
    return _severity(moment) < _severity(known)


def _moment(view: View, situation: Situation) -> FailedRevision | None:
    """Return the present moment of a revision, if it has not become ready."""
    assessed = situation.assessed
    active = [cause for cause in situation.active_causes if cause.active]
    fatal = [cause for cause in active if not tolerance_of(cause).is_informational]
    is_fatal = bool(fatal) or assessed.state is State.FAILED
    # Until its controller has seen a change, the object has the name of the revision before.
    if not is_observed(view.object or {}) or not (is_fatal or assessed.state is not State.READY):
        return None
    cause = best_explanation(fatal or active)
    name = assessed.revision.name if assessed.revision else ''
    return FailedRevision(name, cause, is_fatal, view, assessed)


def _severity(failed: FailedRevision) -> tuple[object, ...]:
    """Return a sort key; the worst moment, or the one that explains most, is the first."""
    cause = failed.cause
    if cause is None:
        return (not failed.is_fatal, True)
    # While its pods are deleted, a cause affects fewer and fewer of them.
    counts = (-len(cause.pods), -cause.terminations, -len(cause.evidence))
    return (not failed.is_fatal, False, rank(cause), *counts)


def replaced_failure(
    kept: FailedRevisions, current: RevisionKey | None, only_fatal: bool = False
) -> FailedRevision | None:
    """Return the failed revision that is not the current one and explains most, if any.

    `current` is None if the object does not exist any more.
    """
    others = [failed for key, failed in kept.items() if _is_replaced(key, current)]
    chosen = [failed for failed in others if failed.is_fatal or not only_fatal]
    return min(chosen, key=_severity, default=None)


def _is_replaced(key: RevisionKey, current: RevisionKey | None) -> bool:
    if current is None or key[0] != current[0]:
        return True
    # The name is not known before the objects of the revision are listed.
    return '' not in (key[1], current[1]) and key[1] != current[1]


def has_template_of(obj: Object, baseline: Object | None) -> bool:
    """Return whether an object has the pod template that it had before the command."""
    return baseline is not None and _template(obj) == _template(baseline)


def _template(obj: Object) -> Any:
    return get_dict(obj, 'spec').get('template')


def describe_rollback(failed: FailedRevision, current: Assessment) -> tuple[str, str]:
    """Return what happened to a failed revision: in short, and with the revision after it."""
    subject = f'revision {failed.name}' if failed.name else 'the object before it'
    text = f'{subject} was rolled back'
    if current.revision is None or not current.revision.name:
        return text, text
    now = f'revision {current.revision.name} has replaced it and is {current.state.value}'
    return text, f'{text}: {now}'


def explain_failure(failed: FailedRevision, fact: str) -> Explanation:
    """Explain a failed revision; `fact` says what has become of it."""
    # What still serves is known from the revision that has replaced it.
    assessed = failed.assessed._replace(still_serving='')
    state = assessed.message
    if failed.cause is None and assessed.waits_for:
        state = f'it was waiting for {assessed.waits_for}'
    known = explain(failed.view, assessed, failed.cause, state, False)
    facts = filter(None, dict.fromkeys((*known.facts[:1], fact, *known.facts[1:])))
    return without_pods(known._replace(facts=tuple(facts)))


def without_pods(explanation: Explanation) -> Explanation:
    """Return an explanation without commands about its pods, which do not exist any more."""
    pods = explanation.cause.pods if explanation.cause else ()
    commands = [
        command
        for command in explanation.suggested_commands
        if not any(pod in command for pod in pods)
    ]
    return explanation._replace(suggested_commands=tuple(commands))
