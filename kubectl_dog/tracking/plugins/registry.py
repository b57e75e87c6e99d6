"""Choose the tracker of a kind: rules of the user, a package that claims it, or shipped rules."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import is_custom
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.trackers.protocol import codes_of
from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins.contract import ShapeError
from kubectl_dog.tracking.plugins.entry_points import Claim
from kubectl_dog.tracking.plugins.fault_barrier import GuardedTracker
from kubectl_dog.tracking.plugins.fault_barrier import Unjudged
from kubectl_dog.tracking.plugins.fault_barrier import cannot_judge

if TYPE_CHECKING:
    from kubectl_dog.trackers.declarative.rule_model import Rule


class Trackers:
    """The trackers of one call; a package is imported when its kind is first used."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        chosen: Iterable[str] = (),
        limit: entry_points.Limit = nullcontext,
    ) -> None:
        """Prepare the choice of trackers, without importing any.

        `rules` win over everything; `chosen` are texts `Kind.group=PACKAGE`; `limit` applies to
        the code of other packages. Raises UserError if a chosen package has no such tracker.
        """
        self._rules = rules
        self._chosen = _parse_chosen(chosen)
        self.limit = limit
        self._notices: list[str] = []
        self._reported: list[Any] = []
        self._known: dict[Resource, Tracker] = {}

    def notices(self) -> list[str]:
        """The notices about the choice of trackers since the last call."""
        notices, self._notices = self._notices, []
        return notices

    @property
    def codes(self) -> frozenset[str]:
        """The codes that are declared by the trackers used so far."""
        return frozenset(code for tracker in self._known.values() for code in codes_of(tracker))

    def of(self, resource: Resource, asks_cluster: bool = False) -> Tracker:
        """The tracker of a kind; raises UserError if the package chosen for it cannot be used.

        In this order: a rule of the user, a rule in the CustomResourceDefinition (if the cluster
        may be asked for it), a package that claims the kind, a shipped rule, or the generic
        tracker. If packages claim the kind, but none can be used and there is no rule, nothing
        judges it.
        """
        rule = next((rule for rule in self._rules if rule.fits(resource)), None)
        if rule is not None:
            from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker

            return RuleTracker(rule)
        if resource not in self._known:
            self._known[resource] = self._of_packages(resource)
        if asks_cluster and is_custom(resource):
            from kubectl_dog.rules.rule_text import parse_annotation
            from kubectl_dog.trackers.declarative.crd_annotation import AnnotationTracker

            return AnnotationTracker(resource, self._known[resource], parse_annotation)
        return self._known[resource]

    def rivals(self, kind: str) -> tuple[Claim, ...]:
        """The claims on a kind (`Kind.group`), in order of precedence."""
        rivals = entry_points.claims(entry_points.TRACKERS).get(kind, ())
        chosen = self._chosen.get(kind)
        if chosen is None:
            return rivals
        return tuple(sorted(rivals, key=lambda claim: _package_name(claim) != chosen))

    def _of_packages(self, resource: Resource) -> Tracker:
        rivals = self.rivals(resource.key)
        if len(rivals) > 1 and resource.key not in self._chosen:
            first, *others = rivals
            self._notices.append(
                f'{len(rivals)} packages have a tracker for {resource.key}: that of {first.label} '
                f'is used, not that of {" or ".join(claim.label for claim in others)} '
                f'(--tracker {resource.key}={others[0].package} turns that round)'
            )
        return self._first_usable(resource, rivals) or generic_tracker()

    def _first_usable(self, resource: Resource, rivals: Sequence[Claim]) -> Tracker | None:
        """The first usable tracker of packages and shipped rules; None if there is none."""
        if not rivals:
            return _shipped(resource)
        claim, *others = rivals
        is_chosen = self._chosen.get(resource.key) == _package_name(claim)

        def instead() -> Tracker | None:
            # The user who chose this package does not want the verdict of another.
            return None if is_chosen else self._first_usable(resource, others)

        is_ours = _package_name(claim) == entry_points.OWN_PACKAGE
        try:
            return GuardedTracker(
                claim.load(self.limit),
                claim.label,
                instead,
                partial(self._report, claim),
                None if is_ours else self.limit,
            )
        except (entry_points.BrokenError, ShapeError) as error:
            if is_chosen:
                raise UserError(
                    f'the tracker of {claim.label} for {resource.key}, which --tracker names, '
                    f'cannot be used: {error}'
                ) from error
            substitute = instead()
            result = 'nothing is judged without it' if substitute is None else 'is left out'
            self._report(
                claim,
                f'the tracker of {claim.label} for {resource.key} cannot be used, and {result}: '
                f'{error}',
            )
            return substitute or Unjudged(cannot_judge(claim.label, str(error)))

    def _report(self, claim: Claim, text: str) -> None:
        """Report a broken claim once, not for every target and version of its kind."""
        if claim.entry not in self._reported:
            self._reported.append(claim.entry)
            self._notices.append(text)


def generic_tracker() -> Tracker:
    """The tracker of kinds without any tracker or rule of their own."""
    from kubectl_dog.trackers import generic

    return generic


def _shipped(resource: Resource) -> Tracker | None:
    """The tracker by the shipped rule for a kind; None if there is none."""
    from kubectl_dog.rules import shipped_rules
    from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker

    rule = shipped_rules.find_rule(resource)
    return None if rule is None else RuleTracker(rule)


def _parse_chosen(texts: Iterable[str]) -> Mapping[str, str]:
    """The normalized names of the chosen packages, by kind."""
    chosen = {}
    for text in texts:
        kind, _, package = text.partition('=')
        if not kind or not package:
            raise UserError(f'{text!r} chooses no tracker: write --tracker Kind.group=PACKAGE')
        known = entry_points.claims(entry_points.TRACKERS).get(kind, ())
        if entry_points.normalized_name(package) not in set(map(_package_name, known)):
            names = ' and '.join(claim.package for claim in known)
            has = f'{package} has no tracker for {kind}, but {names}'
            nobody = f'no package has a tracker for {kind}'
            raise UserError(f'{has if names else nobody}; see kubectl dog trackers')
        chosen[kind] = entry_points.normalized_name(package)
    return chosen


def _package_name(claim: Claim) -> str:
    return entry_points.normalized_name(claim.package)
