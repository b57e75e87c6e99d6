"""What annotations of other tools mean for a target, and how they change its assessment.

`foreign_readers` reads the annotations. It is imported if an object has any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.views import View

if TYPE_CHECKING:
    from kubectl_dog.trackers.declarative.rule_model import Rule

PREFIXES = (
    'argocd.argoproj.io/',
    'helm.sh/readiness-',
    'kapp.k14s.io/',
    'krane.shopify.io/',
    'pulumi.com/',
    'werf.io/',
)


class ForeignOptions(NamedTuple):
    """What the annotations of other tools on an object mean.

    - `values`: values of options by field name; tuples of several annotations are joined.
    - `weakenings`: (fields, sentence without a subject) for values that weaken the verdict.
    - `notices`: sentences without a subject about annotations that cannot be read.
    - `rule`: conditions for ready and failed.
    - `not_awaited`: the annotation that says not to wait for the object; empty if there is none.
    """

    values: Mapping[str, Any] = {}
    weakenings: tuple[tuple[frozenset[str], str], ...] = ()
    notices: tuple[str, ...] = ()
    rule: Rule | None = None
    not_awaited: str = ''


NONE = ForeignOptions()


def read_foreign(obj: Object) -> ForeignOptions:
    """Read the annotations of other tools; one that cannot be read changes nothing."""
    annotations = get_dict(obj, 'metadata', 'annotations')
    if not any(str(key).startswith(PREFIXES) for key in annotations):
        return NONE
    from kubectl_dog.tracking.verdict.foreign_readers import read_annotations

    return read_annotations(annotations)


def apply_foreign(view: View, assessed: Assessment, foreign: ForeignOptions) -> Assessment:
    """The assessment by the conditions of other tools; pauses and deletions stay."""
    if foreign.rule and assessed.state in (State.READY, State.PROGRESSING, State.FAILED):
        from kubectl_dog.trackers.declarative.rule_tracker import assess_by_rule

        assessed = _apply_rule(foreign.rule, assess_by_rule(foreign.rule, view), assessed)
    if foreign.not_awaited and assessed.state in (State.PROGRESSING, State.PAUSED, State.UNKNOWN):
        message = f'is not waited for ({foreign.not_awaited})'
        return assessed._replace(state=State.READY, reason='NotAwaited', message=message)
    return assessed


def _apply_rule(rule: Rule, by_rule: Assessment, assessed: Assessment) -> Assessment:
    """Replace the state; pods and causes are those of the tracker."""
    if by_rule.state is State.PROGRESSING and assessed.state is State.FAILED:
        return assessed
    notices = by_rule.notices
    if by_rule.state is State.READY and assessed.state is State.FAILED:
        notices = (f'is ready by {rule.source}, although it has failed: {assessed.message}',)
    message = f'meets {rule.source}' if by_rule.state is State.READY else by_rule.message
    return assessed._replace(
        state=by_rule.state,
        reason=by_rule.reason,
        message=message,
        waits_for=by_rule.waits_for,
        is_terminal=assessed.is_terminal and by_rule.state is assessed.state,
        notices=(*assessed.notices, *notices),
        decided_by=rule.source,
    )
