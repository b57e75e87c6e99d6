"""Choose the tracker of a kind: rules of the user, a package that claims it, or shipped rules."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

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
        self._reported: list[Claim] = []
        self._known: dict[Resource, Tracker] = {}

    def notices(self) -> list[str]:
        """Return the notices about the choice of trackers since the last call."""
        notices, self._notices = self._notices, []
        return notices

    def note_unused_rules(self, resources: Collection[Resource]) -> None:
        """Add a notice for each rule file of the user that matches none of these kinds."""
        if self._rules:
            from kubectl_dog.rules.rule_files import unused_files

            self._notices += unused_files(self._rules, resources)

    @property
    def codes(self) -> frozenset[str]:
        """The codes that are declared by the trackers used so far."""
        return frozenset(code for tracker in self._known.values() for code in codes_of(tracker))

    def of(
        self, resource: Resource, asks_cluster: bool = False, reads_foreign: bool = True
    ) -> Tracker:
        """Return the tracker of a kind; raises UserError if its chosen package is unusable.

        In this order: a rule of the user, a rule in the CustomResourceDefinition (if the cluster
        may be asked for it), a package that claims the kind, a shipped rule, or the generic
        tracker. If packages claim the kind, but none can be used and there is no rule, nothing
        judges it. `reads_foreign`: conditions for krane in the definition are rules as well.
        """
        rule = next((rule for rule in self._rules if rule.fits(resource)), None)
        if rule is not None:
            from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker

            return _with_children(resource, RuleTracker(rule))
        if resource not in self._known:
            self._known[resource] = self._of_packages(resource)
        if asks_cluster and is_custom(resource):
            from kubectl_dog.rules.rule_text import parse_annotation
            from kubectl_dog.trackers.declarative.crd_annotation import AnnotationTracker

            return AnnotationTracker(
                resource, self._known[resource], parse_annotation, reads_foreign
            )
        return self._known[resource]

    def rivals(self, kind: str) -> tuple[Claim, ...]:
        """Return the claims on a kind (`Kind.group`), in order of precedence."""
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
                f'{len(rivals)} packages have a tracker for {resource.key}: using {first.label}, '
                f'not {" or ".join(claim.label for claim in others)} '
                f'(to change this: --tracker {resource.key}={others[0].package})'
            )
        return self._first_usable(resource, rivals) or _with_children(resource, generic_tracker())

    def _first_usable(self, resource: Resource, rivals: Sequence[Claim]) -> Tracker | None:
        """Return the first usable tracker of packages and shipped rules; None if there is none."""
        if not rivals:
            return _shipped(resource)
        claim, *others = rivals
        is_chosen = self._chosen.get(resource.key) == _package_name(claim)

        def instead() -> Tracker | None:
            # The user who chose this package does not want the verdict of another.
            return None if is_chosen else self._first_usable(resource, others)

        try:
            return self._load(claim, instead)
        except (entry_points.BrokenError, ShapeError) as error:
            if is_chosen:
                raise UserError(
                    f'cannot use the tracker of {claim.label} for {resource.key} (selected with '
                    f'--tracker): {error}'
                ) from error
            substitute = instead()
            result = 'the kind is not assessed' if substitute is None else 'is ignored'
            self._report(
                claim,
                f'the tracker of {claim.label} for {resource.key} cannot be used and {result}: '
                f'{error}',
            )
            return substitute or Unjudged(cannot_judge(claim.label, str(error)))

    def _load(self, claim: Claim, instead: Callable[[], Tracker | None]) -> Tracker:
        """Import the tracker of a claim; raises BrokenError and ShapeError."""
        tracker = claim.load(self.limit)
        report = partial(self._report, claim)
        if _package_name(claim) == entry_points.OWN_PACKAGE:
            return GuardedTracker(tracker, claim.label, instead, report, None)
        try:
            with self.limit():
                return GuardedTracker(tracker, claim.label, instead, report, self.limit)
        except (KeyboardInterrupt, ShapeError):
            raise
        except BaseException as error:
            raise entry_points.BrokenError(entry_points.describe_error(error)) from error

    def _report(self, claim: Claim, text: str) -> None:
        """Report a broken claim once, not for every target and version of its kind."""
        if claim not in self._reported:
            self._reported.append(claim)
            self._notices.append(text)


def generic_tracker() -> Tracker:
    """Return the tracker of kinds without any tracker or rule of their own."""
    from kubectl_dog.trackers import generic

    return generic


def _with_children(resource: Resource, tracker: Tracker) -> Tracker:
    """Return the tracker of a custom kind that also reads the workloads of its objects."""
    if not is_custom(resource):
        return tracker
    from kubectl_dog.trackers.custom_children import ChildrenTracker

    return ChildrenTracker(tracker)


def _shipped(resource: Resource) -> Tracker | None:
    """Return the tracker by the shipped rule for a kind; None if there is none."""
    from kubectl_dog.rules import shipped_rules
    from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker

    rule = shipped_rules.find_rule(resource)
    return None if rule is None else _with_children(resource, RuleTracker(rule))


def _parse_chosen(texts: Iterable[str]) -> Mapping[str, str]:
    """Return the normalized names of the chosen packages, by kind."""
    chosen = {}
    for text in texts:
        kind, _, package = text.partition('=')
        if not kind or not package:
            raise UserError(f'invalid --tracker {text!r}: use Kind.group=PACKAGE')
        known = entry_points.claims(entry_points.TRACKERS).get(kind, ())
        if entry_points.normalized_name(package) not in set(map(_package_name, known)):
            names = ' or '.join(claim.package for claim in known)
            instead = f'use {names}' if names else 'no package has one'
            fault = f'package {package!r} has no tracker for {kind}: {instead}'
            raise UserError(f'{fault}; see kubectl dog trackers')
        chosen[kind] = entry_points.normalized_name(package)
    return chosen


def _package_name(claim: Claim) -> str:
    return entry_points.normalized_name(claim.package)
