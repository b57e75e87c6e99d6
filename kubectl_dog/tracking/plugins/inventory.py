"""List all trackers: those of packages, and shipped rules."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.tracker_info import BROKEN
from kubectl_dog.model.tracker_info import UNUSED
from kubectl_dog.model.tracker_info import USED
from kubectl_dog.model.tracker_info import TrackerInfo
from kubectl_dog.rules import shipped_rules
from kubectl_dog.tracking.plugins import contract
from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins.entry_points import Claim
from kubectl_dog.tracking.plugins.registry import Trackers
from kubectl_dog.version import VERSION


def read(trackers: Trackers) -> tuple[TrackerInfo, ...]:
    """Return all entries by kind, in order of precedence; imports all packages with trackers."""
    entries: list[TrackerInfo] = []
    for kind in entry_points.claims(entry_points.TRACKERS):
        entries += of_kind(trackers.rivals(kind), trackers.limit)
    used = {entry.kind: entry for entry in entries if entry.state == USED}
    entries += _of_rules(used)
    entries += [
        TrackerInfo('', name, '', 'code', '', BROKEN, why)
        for name, why in entry_points.unreadable_packages()
    ]
    # The sort is stable, so the precedence within a kind stays.
    return tuple(sorted(entries, key=lambda entry: entry.kind))


def of_kind(rivals: Sequence[Claim], limit: entry_points.Limit) -> Iterator[TrackerInfo]:
    """Yield the entries of the claims on a kind, which imports their packages."""
    first = ''
    for claim in rivals:
        entry = TrackerInfo(claim.name, claim.package, claim.version, 'code', claim.source)
        why = _fault(claim, limit)
        if why:
            yield entry._replace(state=BROKEN, note=why)
        elif first:
            yield entry._replace(state=UNUSED, note=_precedence_note(first))
        else:
            first = claim.label
            yield entry


def _fault(claim: Claim, limit: entry_points.Limit) -> str:
    """Return the reason why a claim cannot be used; empty if it can."""
    try:
        tracker = claim.load(limit)
        contract.tracker(tracker)
        contract.codes(tracker)
    except (entry_points.BrokenError, contract.ShapeError) as error:
        return str(error)
    return ''


def _of_rules(used: dict[str, TrackerInfo]) -> Iterable[TrackerInfo]:
    entries: dict[tuple[str, str], TrackerInfo] = {}
    for rule in shipped_rules.shipped_rules():
        for group in rule.groups:
            for kind in rule.kinds:
                name, file = f'{kind}.{group}', rule.source.partition(':')[0]
                entry = TrackerInfo(name, entry_points.OWN_PACKAGE, VERSION, 'rules', file)
                if name in used:
                    label = f'{used[name].package} {used[name].version}'.strip()
                    entry = entry._replace(state=UNUSED, note=_precedence_note(label))
                entries.setdefault((name, file), entry)
    return entries.values()


def _precedence_note(label: str) -> str:
    return f'{label} takes precedence'
