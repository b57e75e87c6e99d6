"""The renderer for people: appends a line per new fact, and a summary that explains failures."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.failure_summary import failure_summary
from kubectl_dog.output.log_lines import INDENT
from kubectl_dog.output.log_lines import LogLineFormatter
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.short_names import ShortNames

WIDTH = 14
WIDEST = 28
# Seconds between two lines that differ in their numbers only.
COUNTS_EVERY = 5.0
# Kube events that only repeat what the line of the pod and its cause show better.
_REDUNDANT_EVENT = re.compile(
    r'BackOff: Back-off |InspectFailed: |FailedScheduling: |FailedCreate: '
    r'|Failed: Failed to pull image '
    r'|Failed: Error: (\w+|(configmap|secret) .* not found)$'
)
_DIGITS = re.compile(r'\d+')


# Verdicts that need no failure summary.
_SUCCESSFUL = (Verdict.READY, Verdict.ENDED, Verdict.PROGRESSING)


class _ShownCause:
    """A cause as it was last shown, to decide whether a later event has news."""

    def __init__(self, event: events.CauseSeen) -> None:
        self.cause = event.cause
        self.pods = len(event.cause.pods)
        # Numbers in a message change by themselves: attempts, seconds of back-off.
        self.message = _DIGITS.sub('#', event.cause.message)
        # The time left changes by itself, too; only whether there is a deadline is news.
        self.limits = (event.fails_at, event.fails_at is None and event.seconds_left is None)
        self.affects_all = self.pods >= event.updated_pods

    def has_news_since(self, before: _ShownCause) -> bool:
        """Whether there is news; more pods are only news if they have doubled, or are all pods."""
        if (self.message, self.limits) != (before.message, before.limits):
            return True
        return self.pods > before.pods and (self.affects_all or self.pods >= 2 * before.pods)


class PlainRenderer:
    """Renders lines for terminals and CI logs; times are seconds since the start."""

    def __init__(self, options: RenderOptions) -> None:
        self._follow = options.follow
        self._palette = Palette(options.colour)
        self._several = options.several
        self._names = ShortNames(options.several, options.show_namespaces)
        self._logs = LogLineFormatter(self._names, self._palette, options.timestamps)
        self._width = WIDTH
        self._shown: dict[tuple[object, ...], object] = {}
        self._causes: dict[tuple[Target, tuple[str, str]], _ShownCause] = {}
        self._verdicts: dict[Target, Verdict] = {}
        # When the counts of a target were last shown, and what it waited for then.
        self._last_counts: dict[Target, tuple[float, str]] = {}
        # Targets whose children have lines of their own.
        self._with_children: set[Target] = set()
        # When a line showed that a target is ready.
        self._ready_at: dict[Target, float] = {}
        self._after_block = False
        self._handlers: dict[type, Callable[[Any], list[str]]] = {
            events.RunBegan: lambda event: [],
            events.RevisionSeen: self._revision,
            events.StateChanged: self._state,
            events.ChildChanged: self._child,
            events.KubeEvent: self._kube_event,
            events.LogChunk: self._logs.render,
            events.CauseSeen: self._cause,
            events.CauseGone: self._gone,
            events.Notice: self._notice,
            events.StatusReport: self._status,
            events.TargetEnded: self._end,
            events.RunEnded: self._summary,
        }

    def render(self, event: events.Event) -> list[str]:
        """The lines that an event adds; none if it has no news."""
        lines = self._handlers[type(event)](event)
        if lines and lines[0] and self._after_block:
            lines.insert(0, '')
        if lines:
            self._after_block = type(event) is events.TargetEnded and not lines[0]
        return lines

    def has_trusted_start(self, event: events.Event) -> bool:
        """Whether the lines of an event begin with our own text.

        True for log lines, which begin with the name of their pod.
        """
        return isinstance(event, events.LogChunk)

    def _line(
        self,
        at: float,
        subject: str,
        text: str,
        paint: Callable[[str], str] = str,
    ) -> str:
        column = sentence(subject)
        padding = ' ' * (self._width - len(column))
        seconds = f'{int(at + 0.5)}s'
        return f'{seconds:>4} {paint(column)}{padding}  {sentence(text)}'

    def _is_news(self, topic: tuple[object, ...], content: object) -> bool:
        """Whether `content` differs from what was last shown for the topic; stores it as shown."""
        before = self._shown.get(topic)
        self._shown[topic] = content
        return before != content

    def _revision(self, event: events.RevisionSeen) -> list[str]:
        self._width = min(WIDEST, max(self._width, len(self._names.target(event.target))))
        newer = ('revision', event.target) in self._shown
        if not self._is_news(('revision', event.target), event.revision.name):
            return []
        return [
            self._line(event.at, self._names.target(event.target), wording.revision(event, newer))
        ]

    def _state(self, event: events.StateChanged) -> list[str]:
        first = ('state', event.target) not in self._shown
        phase = (event.state, event.reason, _DIGITS.sub('#', event.waits_for))
        if not self._is_news(('state', event.target), phase) and not self._are_counts_due(event):
            return []
        self._last_counts[event.target] = (event.at, event.waits_for)
        # The first progress of a rollout is not shown: its pods have lines of their own.
        is_rollout = event.progress is not None or not event.waits_for
        if first and event.state is State.PROGRESSING and is_rollout and not event.reason:
            return []
        if event.state in (State.READY, State.FAILED) and not self._follow:
            # The last line of the target shows it.
            return []
        if event.state is State.READY:
            self._ready_at[event.target] = event.at
        return [self._line(event.at, self._names.target(event.target), wording.state_text(event))]

    def _are_counts_due(self, event: events.StateChanged) -> bool:
        """Whether to show new counts of a target whose children have no lines of their own."""
        if event.target in self._with_children:
            return False
        at, waited_for = self._last_counts[event.target]
        return waited_for != event.waits_for and event.at >= at + COUNTS_EVERY

    def _child(self, event: events.ChildChanged) -> list[str]:
        self._with_children.add(event.target)
        if not self._is_news(('child', event.target, event.kind, event.name), event.text):
            return []
        subject = self._names.subject(event.target, event.kind, event.name)
        return [self._line(event.at, subject, event.text)]

    def _kube_event(self, event: events.KubeEvent) -> list[str]:
        topic = ('event', event.kind, event.name, event.reason, event.message)
        if event.type != 'Warning' or _REDUNDANT_EVENT.match(f'{event.reason}: {event.message}'):
            return []
        if self._is_explained(event) or not self._is_news(topic, True):
            return []
        subject = self._names.subject(event.target, event.kind, event.name)
        text = f'{event.reason}: {event.message}'.rstrip(': \n')
        return [self._line(event.at, subject, f'⚠ {text}')]

    def _is_explained(self, event: events.KubeEvent) -> bool:
        """Whether a cause shows the same: a `BackOff` adds nothing to a CrashLoopBackOff."""
        return bool(event.reason) and any(
            target == event.target and shown.cause.reason.endswith(event.reason)
            for (target, _), shown in self._causes.items()
        )

    def _cause(self, event: events.CauseSeen) -> list[str]:
        cause, key = event.cause, (event.target, event.cause.key)
        shown, before = _ShownCause(event), self._causes.get(key)
        if before and not shown.has_news_since(before):
            return []
        self._causes[key] = shown
        scope = [self._names.target(event.target)] if self._several else []
        if len(cause.pods) == 1 and event.updated_pods <= 1:
            scope.append(self._names.subject(event.target, 'po', cause.pods[0]))
        elif cause.pods:
            scope.append(wording.pod_spread(len(cause.pods), event.updated_pods))
        is_repeated = before and before.message == shown.message
        message = [cause.message] if cause.message and not is_repeated else []
        parts = (': '.join([*scope, *message]), wording.failure_condition(event))
        text = '; '.join(part for part in parts if part)
        return [self._line(event.at, f'⚠ {cause.code}', text, self._palette.warn)]

    def _gone(self, event: events.CauseGone) -> list[str]:
        if not self._causes.pop((event.target, event.cause.key), None):
            return []
        scope = f'{self._names.target(event.target)}: ' if self._several else ''
        return [self._line(event.at, f'✓ {event.cause.code}', f'{scope}gone', self._palette.good)]

    def _notice(self, event: events.Notice) -> list[str]:
        if not self._is_news(('notice', event.target, event.text), True):
            return []
        if event.target is None:
            return [self._line(event.at, 'note', event.text)]
        # The subject column has the label.
        text = event.text.removeprefix(f'{event.target.label} ')
        return [self._line(event.at, self._names.target(event.target), text)]

    def _status(self, event: events.StatusReport) -> list[str]:
        rows = event.rows
        if len(rows) < 2:
            name_of = self._names.target
            return [
                self._line(event.at, name_of(row.target), wording.state_text(row)) for row in rows
            ]
        from kubectl_dog.output import text_table

        causes: dict[Target, Cause] = {
            target: shown.cause for (target, _), shown in self._causes.items()
        }
        margin = INDENT + ' ' * (self._width + 2)
        reported = {row.target for row in rows}
        ended = [self._verdicts[target] for target in self._verdicts if target not in reported]
        summary = self._line(event.at, 'status', text_table.summary(rows, ended))
        return [
            summary,
            *(margin + row for row in text_table.table(rows, causes, self._names.target)),
        ]

    def _end(self, event: events.TargetEnded) -> list[str]:
        self._verdicts[event.target] = event.verdict
        if event.verdict is Verdict.NO_ACCESS:
            # An error, not data: the command line prints it to standard error.
            return []
        if event.verdict not in _SUCCESSFUL:
            return ['', *failure_summary(event, self._palette, self._names.target(event.target))]
        if event.verdict is Verdict.READY and self._ready_at.get(event.target) == event.at:
            return []
        text = event.message
        if event.progress and not text:
            text = wording.done_counts(event.progress)
        start = self._line(event.at, self._names.target(event.target), '')
        took = f'    took {format_duration(event.at)}' if event.at >= 0.5 else ''
        detail = f': {sentence(text)}' if text else ''
        word = event.verdict.value
        if event.verdict is Verdict.READY:
            word = self._palette.good(word)
        return [f'{start}{word}{detail}{took}']

    def _summary(self, event: events.RunEnded) -> list[str]:
        if len(event.verdicts) < 2:
            return []
        counts = wording.count_values(
            verdict.value.replace('-', ' ') for _, verdict in event.verdicts
        )
        return [self._line(event.at, f'{len(event.verdicts)} targets', counts)]
