"""What a run has shown, collected from its events: the input of reports and of CI output."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model import events
from kubectl_dog.model.resources import Target
from kubectl_dog.output.log_record import LogLimits
from kubectl_dog.output.log_record import LogRecord

# Changes, Kubernetes events and causes per target that are kept.
MAX_CHANGES = 20_000


class TargetRecord:
    """What was shown about one target, in the order of time.

    `omitted` is the number of changes, Kubernetes events and causes beyond MAX_CHANGES.
    """

    def __init__(self, target: Target, log_limits: LogLimits) -> None:
        self.target = target
        self.revisions: list[events.RevisionSeen] = []
        self.states: list[events.StateChanged] = []
        self.children: dict[tuple[str, str], list[events.ChildChanged]] = {}
        self.kube_events: list[events.KubeEvent] = []
        self.causes: list[events.CauseSeen | events.CauseGone] = []
        self.notices: list[events.Notice] = []
        self.logs: dict[tuple[str, str], LogRecord] = {}
        self.end: events.TargetEnded | None = None
        self.omitted = 0
        self._changes = 0
        self._log_limits = log_limits

    def add(self, event: events.Event) -> None:
        """Add an event about this target."""
        if isinstance(event, events.LogChunk):
            key = (event.pod, event.container)
            if key not in self.logs:
                self.logs[key] = LogRecord(self._log_limits)
            self.logs[key].add(event)
        elif isinstance(event, events.TargetEnded):
            self.end = event
        elif self._changes >= MAX_CHANGES:
            self.omitted += 1
        else:
            self._changes += 1
            self._add_change(event)

    def _add_change(self, event: events.Event) -> None:
        if isinstance(event, events.ChildChanged):
            self.children.setdefault((event.kind, event.name), []).append(event)
        elif isinstance(event, events.KubeEvent):
            self.kube_events.append(event)
        elif isinstance(event, events.StateChanged):
            self.states.append(event)
        elif isinstance(event, (events.CauseSeen, events.CauseGone)):
            self.causes.append(event)
        elif isinstance(event, events.RevisionSeen):
            self.revisions.append(event)
        elif isinstance(event, events.Notice):
            self.notices.append(event)


class RunRecord:
    """What a run has shown.

    - `started`: local time of the start, in epoch seconds.
    - `mode`: rollout, follow, once or check.
    - `targets`: in the order in which they were first seen.
    - `notices`: notices about the run.
    - `end`: None until the run has ended.
    - `seconds`: time of the last event since the start.
    """

    def __init__(self, started: float) -> None:
        self.started = started
        self.mode = ''
        self.targets: dict[Target, TargetRecord] = {}
        self.notices: list[events.Notice] = []
        self.end: events.RunEnded | None = None
        self.seconds = 0.0
        self._log_limits = LogLimits()

    def add(self, batch: Iterable[events.Event]) -> None:
        """Add events, in their order."""
        for event in batch:
            self.seconds = max(self.seconds, event.at)
            if isinstance(event, events.RunBegan):
                self.mode = event.mode
                for target in event.targets:
                    self._of(target)
            elif isinstance(event, events.RunEnded):
                self.end = event
            elif isinstance(event, events.StatusReport):
                # It repeats the latest states.
                continue
            elif event.target is None:
                self.notices.append(event)
            else:
                self._of(event.target).add(event)

    def _of(self, target: Target) -> TargetRecord:
        record = self.targets.get(target)
        if record is None:
            record = self.targets[target] = TargetRecord(target, self._log_limits)
        return record
