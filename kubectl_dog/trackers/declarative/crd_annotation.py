"""Judge a custom kind by the rules in an annotation of its CustomResourceDefinition."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.items import Answer
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
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

# Wait this many seconds for the definition: its rules may decide otherwise.
_LOOKUP_TIMEOUT = 30.0
# Do not report that wait for this many seconds: the answer usually arrives at once.
_QUIET_PERIOD = 5.0


class BrokenAnnotation(NamedTuple):
    """An annotation whose rules cannot be parsed, with the error."""

    error: str


Parse = Callable[[str, Resource], Union[Sequence[Rule], BrokenAnnotation]]


class AnnotationTracker:
    """The tracker of a custom kind, whose definition may have rules; `parse` parses their text."""

    def __init__(self, resource: Resource, fallback: Tracker, parse: Parse) -> None:
        self._resource = resource
        self._fallback = fallback
        self.codes = codes_of(fallback)
        self._parse = parse
        self._lookup = Lookup(CRDS, '', f'{resource.plural}.{resource.group}')
        self._parsed: tuple[str, Sequence[Rule] | BrokenAnnotation] = ('', ())

    def wants(self, view: View) -> Sequence[Want]:
        """The definition, and what the fallback wants."""
        return (self._lookup, *self._fallback.wants(view))

    def assess(self, view: View) -> Assessment:
        """Assess by the rules of the definition, or by the fallback if it has none.

        Nothing is decided before the definition is read, or if its rules are broken.
        """
        answer = view.answers.get(self._lookup)
        since = max(created_at(view.object or {}), view.run_history.started)
        if answer is None and view.now < since + _LOOKUP_TIMEOUT:
            return _assess_pending(self._fallback.assess(view), view.now, since)
        rules = self._parse_rules(answer)
        if isinstance(rules, BrokenAnnotation):
            return _assess_broken(rules, view)
        rule = next((rule for rule in rules if rule.fits(self._resource)), None)
        return self._fallback.assess(view) if rule is None else assess_by_rule(rule, view)

    def _parse_rules(self, answer: Answer | None) -> Sequence[Rule] | BrokenAnnotation:
        """The rules in the annotation, parsed once per text: every change makes an assessment."""
        crd = answer.objects[0] if answer is not None and answer.objects else {}
        text = get_str(crd, 'metadata', 'annotations', ANNOTATION)
        if text != self._parsed[0]:
            self._parsed = (text, self._parse(text, self._resource) if text else ())
        return self._parsed[1]


def _assess_broken(annotation: BrokenAnnotation, view: View) -> Assessment:
    """Unknown: a judgement without the rules might say that the object is ready."""
    obj = view.object or {}
    if is_deleting(obj):
        return assessment_helpers.deleting(obj)
    return unjudged(
        f'cannot be judged: the rules of its {CRDS.kind} are broken: {annotation.error}'
    )


def _assess_pending(assessed: Assessment, now: float, since: float) -> Assessment:
    """The assessment until the definition is read: it may say nothing that is final."""
    due = since + _LOOKUP_TIMEOUT
    if assessed.state not in assessment_helpers.FINAL and not is_unjudged(assessed):
        return assessed._replace(causes=(), recheck_at=min(assessed.recheck_at or due, due))
    pending = assessment_helpers.waiting(f'the rules of its {CRDS.kind}')
    if now < since + _QUIET_PERIOD:
        return pending._replace(state=State.UNKNOWN, recheck_at=since + _QUIET_PERIOD)
    return pending._replace(recheck_at=due)
