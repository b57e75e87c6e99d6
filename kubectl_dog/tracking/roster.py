"""Everything that could judge a kind: what each package claims, and the rules that ship."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.roster import BROKEN
from kubectl_dog.model.roster import UNUSED
from kubectl_dog.model.roster import USED
from kubectl_dog.model.roster import TrackerInfo
from kubectl_dog.rules import library
from kubectl_dog.tracking import plugins
from kubectl_dog.tracking import shapes
from kubectl_dog.tracking.choice import Trackers
from kubectl_dog.tracking.plugins import Claim
from kubectl_dog.version import VERSION


def read(trackers: Trackers) -> tuple[TrackerInfo, ...]:
    """All of them by kind, those that go first first. Imports every package that claims a kind."""
    entries: list[TrackerInfo] = []
    for kind in plugins.claims(plugins.TRACKERS):
        entries += _of_kind(trackers.rivals(kind), trackers.limit)
    used = {one.kind: one for one in entries if one.state == USED}
    entries += _of_rules(used)
    entries += [
        TrackerInfo('', name, '', 'code', '', BROKEN, why)
        for name, why in plugins.unreadable_packages()
    ]
    # The order among those that claim one kind stays as it is.
    return tuple(sorted(entries, key=lambda one: one.kind))


def _of_kind(rivals: Sequence[Claim], limit: plugins.Limit) -> Iterator[TrackerInfo]:
    first = ''
    for claim in rivals:
        entry = TrackerInfo(claim.name, claim.package, claim.version, 'code', claim.source)
        why = _fault(claim, limit)
        if why:
            yield entry._replace(state=BROKEN, note=why)
        elif first:
            yield entry._replace(state=UNUSED, note=_goes_first(first))
        else:
            first = claim.label
            yield entry


def _fault(claim: Claim, limit: plugins.Limit) -> str:
    """Why it cannot be used; empty where it can."""
    try:
        found = claim.load(limit)
        shapes.tracker(found)
        shapes.codes(found)
    except (plugins.BrokenError, shapes.ShapeError) as error:
        return str(error)
    return ''


def _of_rules(used: dict[str, TrackerInfo]) -> Iterable[TrackerInfo]:
    found: dict[tuple[str, str], TrackerInfo] = {}
    for rule in library.shipped_rules():
        for group in rule.groups:
            for kind in rule.kinds:
                name, file = f'{kind}.{group}', rule.source.partition(':')[0]
                entry = TrackerInfo(name, plugins.OWN_PACKAGE, VERSION, 'rules', file)
                if name in used:
                    label = f'{used[name].package} {used[name].version}'.strip()
                    entry = entry._replace(state=UNUSED, note=_goes_first(label))
                found.setdefault((name, file), entry)
    return found.values()


def _goes_first(label: str) -> str:
    return f'{label} goes first'
