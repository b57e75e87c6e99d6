"""Assess a custom kind by the rules in an annotation of its CustomResourceDefinition."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers.declarative import foreign_rules
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
    """The tracker of a custom kind whose definition may have rules, parsed by `parse`.

    `reads_foreign`: conditions for krane in its annotations are rules as well.
    """

    def __init__(
        self, resource: Resource, fallback: Tracker, parse: Parse, reads_foreign: bool = True
    ) -> None:
        self._resource = resource
        self._fallback = fallback
        self.codes = codes_of(fallback)
        self._parse = parse
        self._lookup = Lookup(CRDS, '', f'{resource.plural}.{resource.group}', full_object=True)
        self._reads_foreign = reads_foreign
        self._parsed: tuple[str, Sequence[Rule] | BrokenAnnotation] = ('', ())

    def wants(self, view: View) -> Sequence[Want]:
        """Return the lookup of the definition, and the wants of the fallback."""
        answer = view.answers.get(self._lookup)
        definition = answer.objects[0] if answer is not None and answer.objects else {}
        return (self._lookup, *self._fallback.wants(view._replace(definition=definition)))

    def assess(self, view: View) -> Assessment:
        """Assess by the rules of the definition, or by the fallback if it has none.

        Nothing is decided before the definition is read, or if its rules are broken.
        """
        answer = view.answers.get(self._lookup)
        since = max(created_at(view.object or {}), view.run_history.started)
        if answer is None and view.now < since + _LOOKUP_TIMEOUT:
            return _assess_pending(self._fallback.assess(view), view.now, since)
        definition = answer.objects[0] if answer is not None and answer.objects else {}
        rules = self._parse_rules(definition)
        view = view._replace(definition=definition)
        if isinstance(rules, BrokenAnnotation):
            return _assess_broken(rules, view)
        rule = next((rule for rule in rules if rule.fits(self._resource)), None)
        rule, notices = (rule, ()) if rule else self._krane_rule(definition)
        assessed = self._fallback.assess(view) if rule is None else assess_by_rule(rule, view)
        return assessed._replace(notices=(*notices, *assessed.notices)) if notices else assessed

    def _krane_rule(self, definition: Mapping[str, Any]) -> tuple[Rule | None, tuple[str, ...]]:
        """Return the rule of krane's annotations, and a notice if they cannot be read."""
        annotations = get_dict(definition, 'metadata', 'annotations')
        if not self._reads_foreign or foreign_rules.KRANE_CONDITIONS not in annotations:
            return None, ()
        try:
            return foreign_rules.krane_rule_of(annotations), ()
        except UserError as error:
            text = f'has an invalid annotation {foreign_rules.KRANE_CONDITIONS} on its {CRDS.kind}'
            return None, (f'{text}, which is ignored: {error}',)

    def _parse_rules(self, definition: Mapping[str, Any]) -> Sequence[Rule] | BrokenAnnotation:
        """Return the rules in the annotation, parsed once per text, as assessments are frequent."""
        text = get_str(definition, 'metadata', 'annotations', ANNOTATION)
        if text != self._parsed[0]:
            self._parsed = (text, self._parse(text, self._resource) if text else ())
        return self._parsed[1]


def _assess_broken(annotation: BrokenAnnotation, view: View) -> Assessment:
    """Return an unknown state: without its rules, an object might be assessed as ready."""
    obj = view.object or {}
    if is_deleting(obj):
        return assessment_helpers.deleting(obj)
    return unjudged(
        f'cannot be assessed: the rules of its {CRDS.kind} are broken: {annotation.error}'
    )


def _assess_pending(assessed: Assessment, now: float, since: float) -> Assessment:
    """Return the assessment until the definition is read; it is never ready or failed."""
    due = since + _LOOKUP_TIMEOUT
    if assessed.state not in assessment_helpers.FINAL and not is_unjudged(assessed):
        return assessed._replace(causes=(), recheck_at=min(assessed.recheck_at or due, due))
    pending = assessment_helpers.waiting(f'the rules of its {CRDS.kind}')
    if now < since + _QUIET_PERIOD:
        return pending._replace(state=State.UNKNOWN, recheck_at=since + _QUIET_PERIOD)
    return pending._replace(recheck_at=due)
