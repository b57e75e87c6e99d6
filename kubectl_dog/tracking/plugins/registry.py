"""Which tracker judges a kind: rules that were given, a package that claims it, or what ships."""

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
    """The trackers of one call. A package is imported when its kind is asked for."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        chosen: Iterable[str] = (),
        limit: entry_points.Limit = nullcontext,
    ) -> None:
        """`rules` win over everything; `chosen` are texts `Kind.group=PACKAGE`; `limit` is for all
        that packages of others do.

        Raises UserError where no such package has a tracker for that kind.
        """
        self._rules = rules
        self._chosen = _chosen(chosen)
        self.limit = limit
        self._notices: list[str] = []
        self._told: list[Any] = []
        self._known: dict[Resource, Tracker] = {}

    def notices(self) -> list[str]:
        """What there is to tell of the choice, since this was asked last: one sentence each."""
        told, self._notices = self._notices, []
        return told

    @property
    def codes(self) -> frozenset[str]:
        """The codes that the trackers asked for so far have declared."""
        return frozenset(code for one in self._known.values() for code in codes_of(one))

    def of(self, resource: Resource, asks_cluster: bool = False) -> Tracker:
        """What judges a kind: a rule that was given, the definition's own rule (where the cluster
        may be asked for it), a package that claims it, a rule that ships, or the generic judgement.
        Where what claims it cannot be used, and nothing else is made for it, nothing judges it.

        Raises UserError where the package that was chosen for it cannot be used.
        """
        rule = next((one for one in self._rules if one.fits(resource)), None)
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
        """The packages that claim a kind (`Kind.group`), that which goes first first."""
        rivals = entry_points.claims(entry_points.TRACKERS).get(kind, ())
        chosen = self._chosen.get(kind)
        if chosen is None:
            return rivals
        return tuple(
            sorted(rivals, key=lambda one: entry_points.normalized_name(one.package) != chosen)
        )

    def _of_packages(self, resource: Resource) -> Tracker:
        rivals = self.rivals(resource.key)
        if len(rivals) > 1 and resource.key not in self._chosen:
            first, *others = rivals
            self._notices.append(
                f'{len(rivals)} packages have a tracker for {resource.key}: that of {first.label} '
                f'is used, not that of {" or ".join(one.label for one in others)} '
                f'(--tracker {resource.key}={others[0].package} turns that round)'
            )
        return self._first(resource, rivals) or generic_tracker()

    def _first(self, resource: Resource, rivals: Sequence[Claim]) -> Tracker | None:
        """The first that can be used, of packages and then of the rules that ship; None where
        nothing is made for the kind.
        """
        if not rivals:
            return _shipped(resource)
        claim, *others = rivals
        is_chosen = self._chosen.get(resource.key) == entry_points.normalized_name(claim.package)

        def instead() -> Tracker | None:
            # Whoever asked for it does not want the verdict of another.
            return None if is_chosen else self._first(resource, others)

        is_ours = entry_points.normalized_name(claim.package) == entry_points.OWN_PACKAGE
        try:
            return GuardedTracker(
                claim.load(self.limit),
                claim.label,
                instead,
                partial(self._tell, claim),
                None if is_ours else self.limit,
            )
        except (entry_points.BrokenError, ShapeError) as error:
            if is_chosen:
                raise UserError(
                    f'the tracker of {claim.label} for {resource.key}, which --tracker names, '
                    f'cannot be used: {error}'
                ) from error
            other = instead()
            what = 'nothing is judged without it' if other is None else 'is left out'
            self._tell(
                claim,
                f'the tracker of {claim.label} for {resource.key} cannot be used, and {what}: '
                f'{error}',
            )
            return other or Unjudged(cannot_judge(claim.label, str(error)))

    def _tell(self, claim: Claim, text: str) -> None:
        """Once: what is broken is so for every target and version of its kind."""
        if claim.entry not in self._told:
            self._told.append(claim.entry)
            self._notices.append(text)


def generic_tracker() -> Tracker:
    """What judges a kind that nobody has made a tracker or a rule for."""
    from kubectl_dog.trackers import generic

    return generic


def _shipped(resource: Resource) -> Tracker | None:
    """The rule that ships for a kind; None where there is none."""
    from kubectl_dog.rules import shipped_rules
    from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker

    rule = shipped_rules.find_rule(resource)
    return None if rule is None else RuleTracker(rule)


def _chosen(texts: Iterable[str]) -> Mapping[str, str]:
    """The packages that were chosen, by kind."""
    found = {}
    for one in texts:
        kind, _, package = one.partition('=')
        if not kind or not package:
            raise UserError(f'{one!r} chooses no tracker: write --tracker Kind.group=PACKAGE')
        known = entry_points.claims(entry_points.TRACKERS).get(kind, ())
        if entry_points.normalized_name(package) not in {
            entry_points.normalized_name(claim.package) for claim in known
        }:
            names = ' and '.join(claim.package for claim in known)
            has = f'{package} has no tracker for {kind}, but {names}'
            nobody = f'no package has a tracker for {kind}'
            raise UserError(f'{has if names else nobody}; see kubectl dog trackers')
        found[kind] = entry_points.normalized_name(package)
    return found
