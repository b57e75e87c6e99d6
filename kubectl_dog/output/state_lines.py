"""Lines about the states of targets: what they wait for, unless their pods show it."""

from __future__ import annotations

import re

from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.resources import Target
from kubectl_dog.output import wording
from kubectl_dog.output.pod_lines import PodLines
from kubectl_dog.output.shown_causes import ShownCauses

# Seconds between two lines that differ in their numbers only.
COUNTS_EVERY = 5.0
_DIGITS = re.compile(r'\d+')


class StateLines:
    """The states of targets that were printed; what a target waits for is held back first."""

    def __init__(self, pods: PodLines, causes: ShownCauses, follow: bool) -> None:
        self._layout = pods.layout
        self._names = pods.names
        self._held = pods.held
        self._pods = pods
        self._causes = causes
        self._follow = follow
        self._shown: dict[tuple[object, ...], object] = {}
        # When the counts of a target were last shown, and what it waited for then.
        self._last_counts: dict[Target, tuple[float, str]] = {}
        # When a line showed that a target is ready.
        self.ready_at: dict[Target, float] = {}

    def render(self, event: StateChanged) -> list[str]:
        """Return the lines that a change of a target's state adds."""
        topic = ('state', event.target)
        self._held.drop(topic)
        first = topic not in self._shown
        phase = (event.state, event.reason, _DIGITS.sub('#', event.waits_for))
        if self._shown.get(topic) == phase and not self._are_counts_due(event):
            return []
        # The first progress of a rollout is not shown: its pods have lines of their own.
        is_rollout = event.progress is not None or not event.waits_for
        if first and event.state is State.PROGRESSING and is_rollout and not event.reason:
            self._shown[topic] = phase
            self._last_counts[event.target] = (event.at, event.waits_for)
            return []
        if event.state in (State.READY, State.FAILED) and not self._follow:
            # The last line of the target shows it.
            self._shown[topic] = phase
            return []
        if self._is_shown_by_pods(event):
            self._shown.setdefault(topic, None)
            return []

        def print_state() -> list[str]:
            if self._is_shown_by_pods(event):
                return []
            self._shown[topic] = phase
            self._last_counts[event.target] = (event.at, event.waits_for)
            subject = self._names.target(event.target)
            return self._layout.line(event.at, subject, wording.state_text(event))

        if event.state is State.PROGRESSING and event.progress:
            self._held.hold(topic, event.at, print_state)
            return []
        if event.state is State.READY:
            self.ready_at[event.target] = event.at
        return print_state()

    def forget(self, target: Target) -> None:
        """Forget a target that has ended, and its children."""
        self._shown.pop(('state', target), None)
        self._last_counts.pop(target, None)
        self.ready_at.pop(target, None)
        self._pods.forget_target(target)

    def _is_shown_by_pods(self, event: StateChanged) -> bool:
        """Return whether the lines of pods and causes show what a target waits for."""
        counts = event.progress
        if event.state is not State.PROGRESSING or not counts:
            return False
        if not self._pods.have_lines(event.target):
            return False
        # The counts of a Deployment include ready pods of the old revision.
        is_complete = (
            counts.ready >= counts.desired
            and counts.updated >= counts.desired
            and self._pods.are_ready(event.target)
        )
        is_explained = self._causes.has_any(event.target)
        if is_explained or event.waits_for == 'pod status':
            return True
        # The pause of a canary, or an analysis, has no line of a pod.
        is_about_pods = 'pod' in event.waits_for or not event.waits_for
        return is_about_pods and not (is_complete or self._follow)

    def _are_counts_due(self, event: StateChanged) -> bool:
        """Return whether to show new counts of a target whose children have no lines."""
        if self._pods.have_lines(event.target) or event.target not in self._last_counts:
            return False
        at, waited_for = self._last_counts[event.target]
        return waited_for != event.waits_for and event.at >= at + COUNTS_EVERY
