"""Rules that stand on the CustomResourceDefinition of a kind, in an annotation."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.items import Answer
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers.declarative.rule_model import Rule
from kubectl_dog.trackers.declarative.rule_tracker import assess_by_rule
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.trackers.protocol import codes_of

ANNOTATION = 'kubectl-dog.github.io/rules'
CRDS = Resource(
    'apiextensions.k8s.io',
    'v1',
    'customresourcedefinitions',
    'CustomResourceDefinition',
    'crd',
    namespaced=False,
)

# How long, in seconds, the definition is waited for: nothing is decided without its rules.
_ANSWER = 30.0
# For so long, in seconds, nothing is told of that: it is there a moment later.
_SOON = 5.0


class BrokenAnnotation(NamedTuple):
    """An annotation that holds no rule, and why."""

    error: str


Read = Callable[[str, Resource], Union[Sequence[Rule], BrokenAnnotation]]


class AnnotationTracker:
    """A tracker that gives way to rules on the definition; `read` makes rules of its text."""

    def __init__(self, resource: Resource, otherwise: Tracker, read: Read) -> None:
        self._resource = resource
        self._otherwise = otherwise
        self.codes = codes_of(otherwise)
        self._read = read
        self._lookup = Lookup(CRDS, '', f'{resource.plural}.{resource.group}')
        self._known: tuple[str, Sequence[Rule] | BrokenAnnotation] = ('', ())

    def wants(self, view: View) -> Sequence[Want]:
        """The definition, and what the tracker wants that it may give way to."""
        return (self._lookup, *self._otherwise.wants(view))

    def assess(self, view: View) -> Assessment:
        """By the rules, if there are any; nothing is decided before that is known."""
        answer = view.answers.get(self._lookup)
        since = max(created_at(view.object or {}), view.run_history.started)
        if answer is None and view.now < since + _ANSWER:
            return _undecided(self._otherwise.assess(view), view.now, since)
        found = self._rules(answer)
        if isinstance(found, BrokenAnnotation):
            judged = self._otherwise.assess(view)
            notice = f'has a broken rule on its {CRDS.kind}, which is not used: {found.error}'
            return judged._replace(notices=(*judged.notices, notice))
        rule = next((one for one in found if one.fits(self._resource)), None)
        return self._otherwise.assess(view) if rule is None else assess_by_rule(rule, view)

    def _rules(self, answer: Answer | None) -> Sequence[Rule] | BrokenAnnotation:
        """Read once for each text: an assessment is made with every change."""
        crd = answer.objects[0] if answer is not None and answer.objects else {}
        said = get_str(crd, 'metadata', 'annotations', ANNOTATION)
        if said != self._known[0]:
            self._known = (said, self._read(said, self._resource) if said else ())
        return self._known[1]


def _undecided(judged: Assessment, now: float, since: float) -> Assessment:
    due = since + _ANSWER
    if judged.state not in assessment_helpers.FINAL and not is_unjudged(judged):
        return judged._replace(causes=(), recheck_at=min(judged.recheck_at or due, due))
    waits = assessment_helpers.waiting(f'the rules of its {CRDS.kind}')
    if now < since + _SOON:
        return waits._replace(state=State.UNKNOWN, recheck_at=since + _SOON)
    return waits._replace(recheck_at=due)
