"""Renderer for people: a line per new fact, and a summary that explains failures."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from kubectl_dog.model import events
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.line_layout import HeldLines
from kubectl_dog.output.line_layout import LineLayout
from kubectl_dog.output.log_lines import LogLineFormatter
from kubectl_dog.output.pod_lines import PodLines
from kubectl_dog.output.renderer import HOLD
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.short_names import ShortNames
from kubectl_dog.output.shown_causes import ShownCauses
from kubectl_dog.output.state_lines import StateLines
from kubectl_dog.output.time_column import TimeColumn

# Seconds in which a new pod may fail its probes without a warning: then a cause reports it.
_STARTING = 20.0
# Kubernetes events that are older are marked with their age.
_OLD = 10.0
# Kube events that only repeat what the line of the pod and its cause show better.
_REDUNDANT_EVENT = lazy_compile(
    r'BackOff: Back-off |InspectFailed: |FailedScheduling: |FailedCreate: '
    r'|Failed: Failed to pull image '
    r'|Failed: Error: (\w+|(configmap|secret) .* not found)$'
)
_NOT_YET_READY = lazy_compile(r'Unhealthy: (Readiness|Startup) probe ')

# Texts of events and notices that are remembered: pods, which they may name, come and go.
MAX_TEXTS = 5000

# Verdicts that need no failure summary.
_SUCCESSFUL = (Verdict.READY, Verdict.ENDED, Verdict.PROGRESSING, Verdict.PASSED)
# Verdicts that all targets get at the same time, at the end.
_COMMON = (Verdict.INTERRUPTED, Verdict.TERMINATED)


class PlainRenderer:
    """A renderer of lines for terminals and CI logs.

    Some lines are held back for a second, and dropped if they do not hold any more by then: about
    what a target waits for, passing states of pods, exits that a cause explains. They are released
    by the next event, or by `flush`.
    """

    def __init__(self, options: RenderOptions) -> None:
        self._follow = options.follow
        self._palette = Palette(options.colour)
        self._several = options.several
        times = TimeColumn(options.started, options.clock)
        self._layout = LineLayout(options.columns, times)
        self._names = ShortNames(options.several, options.show_namespaces, self._layout.widest)
        self._logs = LogLineFormatter(self._names, self._palette, options, times.indent)
        self._is_once = False
        self._is_check = False
        self._shown: dict[tuple[object, ...], object] = {}
        self._texts: dict[int, None] = {}
        self._causes = ShownCauses()
        self._verdicts: dict[Target, Verdict] = {}
        self._held = HeldLines()
        self._pods = PodLines(self._layout, self._names, self._logs, self._held)
        self._states = StateLines(self._pods, self._causes, options.follow)
        # Failures whose summaries come at the end.
        self._failures: list[events.TargetEnded] = []
        # Targets in progress, which may wait for the root of a failure.
        self._progressing: list[events.TargetEnded] = []
        self._after_block = False
        self._handlers: dict[type, Callable[[Any], list[str]]] = {
            events.RunBegan: self._begin,
            events.RevisionSeen: self._revision,
            events.StateChanged: self._states.render,
            events.ChildChanged: self._pods.render,
            events.KubeEvent: self._kube_event,
            events.CauseSeen: self._cause,
            events.CauseGone: self._gone,
            events.Notice: self._notice,
            events.StatusReport: self._status,
            events.TargetEnded: self._end,
            events.RunEnded: self._summary,
        }

    def render(self, event: events.Event) -> list[str]:
        """Return the lines that an event adds; none if it has no news."""
        if isinstance(event, events.LogChunk):
            return [text for _, text in self.render_log(event)]
        if isinstance(event, events.RunEnded):
            self._held.clear()
        elif isinstance(event, events.StatusReport):
            for row in event.rows:
                self._held.drop(('state', row.target))
        elif isinstance(event, events.TargetEnded):
            self._held.drop(('state', event.target))
        elif isinstance(event, events.ChildChanged) and self._pods.is_news(event):
            # Before lines are released: what follows replaces it.
            self._held.drop(('child', event.target, event.name))
        lines = self._held.release(event.at)
        added = self._handlers[type(event)](event)
        if added and not isinstance(event, events.TargetEnded):
            lines += self._held.flush([('revision', getattr(event, 'target', None))])
        lines += added
        if lines and lines[0] and self._after_block:
            lines.insert(0, '')
        if lines:
            self._after_block = type(event) is events.TargetEnded and not lines[0]
        return lines

    def flush(self, at: float) -> list[str]:
        """Return the lines that were held back for a second at the time `at`."""
        lines = self._held.release(at)
        if lines and self._after_block:
            self._after_block = False
            lines.insert(0, '')
        return lines

    def render_log(self, chunk: events.LogChunk) -> list[tuple[int, str]]:
        """Return the lines for a chunk of log lines, each with the time to sort it by."""
        rendered = self._logs.render(chunk)
        # Its log shows that it runs.
        self._held.drop(('child', chunk.target, chunk.pod))
        before = self._held.release(chunk.at)
        first = chunk.lines[0].time if chunk.lines else 0
        if self._after_block and (before or rendered):
            before.insert(0, '')
            self._after_block = False
        return [*((first, line) for line in before), *rendered]

    def has_trusted_start(self, event: events.Event) -> bool:
        """Return whether the lines of an event begin with our own text.

        True for log lines, which begin with the name of their pod, and for the lines that were held
        back until then, which begin with a time unless they are wrapped.
        """
        return isinstance(event, events.LogChunk) and not self._layout.columns

    def _is_news(self, topic: tuple[object, ...], content: object) -> bool:
        """Return whether `content` differs from the last one of the topic, and store it."""
        before = self._shown.get(topic)
        self._shown[topic] = content
        return before != content

    def _is_new_text(self, topic: tuple[object, ...]) -> bool:
        """Return whether a text about a topic is new, and remember it for a long time."""
        # The hash alone: a run of days has thousands of texts.
        key = hash(topic)
        is_new = key not in self._texts
        self._texts.pop(key, None)
        self._texts[key] = None
        if len(self._texts) > MAX_TEXTS:
            del self._texts[next(iter(self._texts))]
        return is_new

    def _begin(self, event: events.RunBegan) -> list[str]:
        self._is_once = event.mode == 'once'
        self._is_check = event.mode == 'check'
        if self._several:
            # Also the lines of pods are aligned: `po/web-…-x2x8q`.
            for target in event.targets:
                self._layout.widen(f'po/{target.name}-…-x2x8q')
        return []

    def _revision(self, event: events.RevisionSeen) -> list[str]:
        name = self._names.full(event.target)
        self._layout.widen(name)
        newer = ('revision', event.target) in self._shown
        if not self._is_news(('revision', event.target), event.revision.name):
            return []
        subject = self._names.target(event.target)
        # A shortened name stands in full once.
        full = '' if newer or subject == name else f'{name}: '
        lines = self._layout.line(event.at, subject, full + wording.revision(event, newer))
        if event.revision.changes or event.at >= HOLD:
            return lines
        # A target that is ready already needs no more than its last line.
        self._held.hold(('revision', event.target), event.at, lambda: lines)
        return []

    def _kube_event(self, event: events.KubeEvent) -> list[str]:
        topic = ('event', event.kind, event.name, event.reason, event.message)
        text = f'{event.reason}: {event.message}'
        if event.type != 'Warning' or _REDUNDANT_EVENT.match(text):
            return []
        if self._is_explained(event) or self._is_starting(event) or not self._is_new_text(topic):
            return []
        subject = self._names.subject(event.target, event.kind, event.name)
        age = f' ({format_duration(event.age)} ago)' if event.age >= _OLD else ''
        return self._layout.line(event.at, subject, '⚠ ' + text.rstrip(': \n') + age)

    def _is_explained(self, event: events.KubeEvent) -> bool:
        """Return whether a cause shows the same: a `BackOff` adds nothing to a CrashLoopBackOff."""
        return bool(event.reason) and any(
            cause.reason.endswith(event.reason) for cause in self._causes.of(event.target)
        )

    def _is_starting(self, event: events.KubeEvent) -> bool:
        """Return whether a pod fails its probes only because it has just started."""
        is_probe = bool(_NOT_YET_READY.match(f'{event.reason}: {event.message}'))
        is_new = self._pods.age(event.target, event.name, event.at) < _STARTING
        return is_probe and is_new and not self._follow

    def _cause(self, event: events.CauseSeen) -> list[str]:
        self._held.drop(('state', event.target))
        for pod in event.cause.pods:
            # The cause explains what the pod waits for.
            self._held.drop(('child', event.target, pod))
        seen = self._causes.see(event)
        # The summary of a check follows at once, and has all causes.
        if seen is None or self._is_check:
            return []
        topic = ('cause', event.target, event.cause.code)
        if not seen.is_growth:
            self._held.drop(topic)
            if seen.has_message:
                self._pods.drop_explained(event)
            return self._cause_lines(event, seen.pods, seen.has_message)
        # More pods of a known cause: they often follow each other.
        self._held.hold(topic, event.at, lambda: self._cause_lines(event, seen.pods, False))
        return []

    def _cause_lines(
        self, event: events.CauseSeen, pods: tuple[str, ...], has_message: bool
    ) -> list[str]:
        cause = event.cause
        scope = [self._names.target(event.target)] if self._several else []
        if len(pods) == 1 and event.updated_pods <= 1:
            if pods[0].startswith(event.target.name):
                # Its name shows the target.
                scope = []
            scope.append(self._names.subject(event.target, 'po', pods[0]))
        elif pods:
            scope.append(wording.pod_spread(len(pods), event.updated_pods))
        message = [cause.message] if cause.message and has_message else []
        parts = (': '.join([*scope, *message]), wording.failure_condition(event))
        text = '; '.join(part for part in parts if part)
        return self._layout.line(event.at, f'⚠ {cause.code}', text, self._palette.warn)

    def _gone(self, event: events.CauseGone) -> list[str]:
        if not self._causes.forget(event.target, event.cause):
            return []
        self._held.drop(('cause', event.target, event.cause.code))
        self._pods.forget_explained(event.target)
        scope = f'{self._names.target(event.target)}: ' if self._several else ''
        return self._layout.line(
            event.at, f'✓ {event.cause.code}', f'{scope}gone', self._palette.good
        )

    def _notice(self, event: events.Notice) -> list[str]:
        if not self._is_new_text(('notice', event.target, event.text)):
            return []
        if event.target is None:
            return self._layout.line(event.at, 'note', event.text)
        # The subject column has the label.
        text = event.text.removeprefix(f'{event.target.label} ')
        return self._layout.line(event.at, self._names.target(event.target), text)

    def _status(self, event: events.StatusReport) -> list[str]:
        rows = event.rows
        if len(rows) < 2:
            return [line for row in rows for line in self._row(event.at, row)]
        from kubectl_dog.output import text_table

        causes: dict[Target, Cause] = {}
        for row in rows:
            causes.update((row.target, cause) for cause in self._causes.of(row.target))
        # The table needs the columns of a terminal.
        margin = self._layout.indent if self._layout.columns else self._layout.margin
        reported = {row.target for row in rows}
        ended = [self._verdicts[target] for target in self._verdicts if target not in reported]
        counts = text_table.summary(rows, causes, ended)
        summary = self._layout.line(event.at, 'status', counts)
        room = max(0, self._layout.columns - len(margin))
        table = text_table.table(rows, causes, self._names.target, room)
        if not table or self._is_news(('table',), table):
            return [*summary, *(margin + row for row in table)]
        return self._layout.line(event.at, 'status', f'{counts} (no change)')

    def _row(self, at: float, row: events.StateChanged) -> Iterator[str]:
        yield from self._layout.line(at, self._names.target(row.target), wording.state_text(row))

    def _end(self, event: events.TargetEnded) -> list[str]:
        if event.verdict is not Verdict.ENDED:
            self._verdicts[event.target] = event.verdict
        if event.verdict is Verdict.NO_ACCESS:
            # An error, not data: the command line prints it to standard error.
            return []
        lines = self._pods.end(event)
        if event.verdict is Verdict.READY:
            self._held.drop(('revision', event.target))
        lines += self._held.flush([('revision', event.target)])
        lines += self._result(event)
        if event.verdict is Verdict.ENDED:
            # Members of a followed group come and go.
            self._states.forget(event.target)
            self._causes.forget_target(event.target)
            self._shown.pop(('revision', event.target), None)
        return lines

    def _result(self, event: events.TargetEnded) -> list[str]:
        if event.verdict not in _SUCCESSFUL:
            return self._fail(event)
        if self._was_failing(event):
            self._failures.append(event)
            return []
        if event.verdict is Verdict.PROGRESSING:
            self._progressing.append(event)
        if event.verdict is Verdict.PASSED and self._is_check and self._several:
            return []
        if event.verdict is Verdict.READY and self._states.ready_at.get(event.target) == event.at:
            return []
        text = event.message
        if event.progress and not text:
            text = wording.done_counts(event.progress, event.target.resource.kind)
        took = f'    took {format_duration(event.at)}' if event.at >= 0.5 else ''
        detail = f': {sentence(text)}' if text else ''
        word = event.verdict.value
        if event.verdict is not Verdict.READY:
            return self._layout.line(
                event.at, self._names.target(event.target), f'{word}{detail}{took}'
            )
        start = self._layout.start(event.at, self._names.target(event.target))
        return [f'{start}{self._palette.good(word)}{detail}{took}']

    def _fail(self, event: events.TargetEnded) -> list[str]:
        """Return the summary of a single target; those of several come at the end."""
        # A finished rollout needs no summary.
        from kubectl_dog.output.end_summaries import end_summaries
        from kubectl_dog.output.failure_summary import outcome

        if not self._several:
            palette, names = self._palette, self._names.full
            return ['', *end_summaries([event], palette, names, self._layout.columns)]
        self._failures.append(event)
        if event.verdict not in _COMMON:
            subject, text = self._names.target(event.target), f'✗ {outcome(event)}'
            # If the run ends now, the summary follows at once.
            self._held.hold(
                ('end', event.target),
                event.at,
                lambda: self._layout.line(event.at, subject, text, self._palette.bad),
            )
        return []

    def _was_failing(self, event: events.TargetEnded) -> bool:
        """Return whether a target had a cause that would have failed it when the run ended."""
        cause = event.explanation.cause
        is_open = event.verdict is Verdict.PROGRESSING and self._several and not self._is_once
        return is_open and cause is not None and wording.can_fail(cause)

    def _summary(self, event: events.RunEnded) -> list[str]:
        lines = []
        if self._failures:
            from kubectl_dog.output.end_summaries import end_summaries

            shown = end_summaries(
                self._failures,
                self._palette,
                self._names.full,
                self._layout.columns,
                self._progressing,
            )
            lines = ['', *shown]
        if len(event.verdicts) < 2:
            return lines
        failing = {ended.target for ended in self._failures}
        counts = wording.count_values(
            'failing'
            if target in failing and verdict is Verdict.PROGRESSING
            else verdict.value.replace('-', ' ')
            for target, verdict in event.verdicts
        )
        return [*self._layout.line(event.at, f'{len(event.verdicts)} targets', counts), *lines]
