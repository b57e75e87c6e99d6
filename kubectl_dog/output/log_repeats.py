"""Find log lines that say nothing new: those of restarts and replicas, and stack frames."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.resources import Target
from kubectl_dog.model.text_format import count_noun

# Lines of each run of a container that are compared with those of earlier runs and other pods.
MAX_COMPARED = 500
# Lines of a run after a restart that are printed although the same container has printed others.
MAX_NEW = 30
# Lines of all pods of a target that are remembered.
MAX_PRINTED = 5_000
# Containers whose logs are compared at the same time.
MAX_LOGS = 100
# Frames of a stack trace that are printed.
MAX_FRAMES = 2
_LONG_NAME = 5
# The start of longer lines identifies them.
_MAX_LENGTH = 2_000

# Parts that differ between two runs of the same program: times, durations, addresses and ids.
_CLOCK = r'\d\d:\d\d:\d\d(?:[.,]\d+)?'
_VARIABLE = lazy_compile(
    r'(?:\d{4}[-/]\d\d[-/]\d\d|\d\d/\w{3}/\d{4}|\b\w{3} [ \d]\d|\b[IWEF]\d{4})[T :]'
    rf'{_CLOCK}(?: ?Z| ?[+-]\d\d:?\d\d)?'
    rf'|\b{_CLOCK}'
    r'|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b'
    r'|\b0x[0-9a-fA-F]+|@[0-9a-f]{4,}\b'
    r'|\b(?=[a-f]*[0-9][0-9a-f]*)(?=[0-9]*[a-f])[0-9a-f]{8,}\b'
    # Seconds, milliseconds, microseconds or nanoseconds since the epoch.
    r'|\b1\d{9}(?:\d{3}){0,3}(?:\.\d+)?\b'
    r'|\b\d+(?:\.\d+)? ?(?:[mµun]s|s|secs?|seconds?|millis(?:econds)?|minutes?)\b'
    r'|\brunning for \d+(?:\.\d+)?'
    r'|\b(?i:pid)[ =:]+\d+|\b\d+(?= --- \[)'
    # The local port of a connection.
    r'|(?<=\d):(?:3[2-9]|[45]\d|6[0-5])\d{3}\b'
)
# Of Java, JavaScript and .NET. The frames of Python and Go are on two lines, and stay as they are.
_FRAME = lazy_compile(r'\s+(?:at \S.*[:)]|\.\.\. \d+ (?:more|common frames omitted))')


class _LeftOut:
    """What was left out of the log of one run; `origin` is the pod that has printed the same."""

    def __init__(self) -> None:
        self.folded = 0
        self.same = 0
        self.omitted = 0
        self.origin = ''


class _Log:
    """The log of a container: what was compared in its current run, and left out of its runs."""

    def __init__(self, instance: int) -> None:
        self.instance = instance
        self.compared = 0
        self.new = 0
        self.frames = 0
        self.folded = 0
        # By the number of restarts before the run; without what was mentioned.
        self.left_out: dict[int, _LeftOut] = {}

    def start_again(self, instance: int) -> None:
        """Begin with the lines of the next run."""
        if self.folded:
            self.current.folded += self.folded
        self.instance = instance
        self.compared = self.new = self.frames = self.folded = 0

    @property
    def current(self) -> _LeftOut:
        """What was left out of the current run."""
        return self.left_out.setdefault(self.instance, _LeftOut())


class LogRepeats:
    """The logs of a run, as far as needed to recognise lines that were printed before.

    With `follow`, only a restarted container is compared, with its own earlier runs; otherwise all
    pods of a target, and stack traces are shortened.
    """

    def __init__(self, follow: bool) -> None:
        self._follow = follow
        self._logs: dict[tuple[Target, str, str], _Log] = {}
        self._printed: dict[tuple[object, ...], dict[int, tuple[str, int]]] = {}

    def new_lines(self, chunk: LogChunk) -> Sequence[LogLine]:
        """Return the lines of a chunk to print, and lines that count folded stack frames."""
        key = (chunk.target, chunk.pod, chunk.container)
        log = self._logs.get(key)
        if log is None:
            log = self._logs[key] = _Log(chunk.instance)
            self._evict()
        elif log.instance != chunk.instance:
            log.start_again(chunk.instance)
        if log.compared >= MAX_COMPARED and not log.instance and not log.frames:
            return chunk.lines
        scope = key if self._follow else (chunk.target, chunk.container)
        printed = self._printed.setdefault(scope, {})
        lines: list[LogLine] = []
        for line in chunk.lines:
            self._add(line, chunk.pod, log, printed, lines)
        return lines

    def forget(self, target: Target, pod: str) -> None:
        """Forget the logs of a pod that is gone."""
        for key in [key for key in self._logs if key[:2] == (target, pod)]:
            del self._logs[key]
            self._printed.pop(key, None)

    def _evict(self) -> None:
        """Forget the oldest log: pods come and go as long as the run lasts."""
        if len(self._logs) > MAX_LOGS:
            oldest = next(iter(self._logs))
            del self._logs[oldest]
            self._printed.pop(oldest, None)

    def _add(
        self,
        line: LogLine,
        pod: str,
        log: _Log,
        printed: dict[int, tuple[str, int]],
        lines: list[LogLine],
    ) -> None:
        """Append a line to `lines` if it is new, and record it."""
        if log.compared < MAX_COMPARED:
            log.compared += 1
            identity, origin = _identity(line.text, pod), (pod, log.instance)
            if len(printed) < MAX_PRINTED or identity in printed:
                origin = printed.setdefault(identity, origin)
            if origin != (pod, log.instance):
                log.current.same += 1
                # After a restart, the reader knows the lines from this container.
                log.current.origin = pod if log.instance else origin[0]
                return
        if not self._follow and _FRAME.match(line.text, 0, _MAX_LENGTH):
            log.frames += 1
            if log.frames > MAX_FRAMES:
                log.folded += 1
                return
        else:
            if log.folded:
                lines.append(LogLine(line.time, f'        … {_frames(log.folded)}'))
            log.frames = log.folded = 0
        if log.instance:
            log.new += 1
            if log.new > MAX_NEW:
                log.current.omitted += 1
                return
        lines.append(line)

    def has_remark(self, target: Target, pod: str) -> bool:
        """Return whether anything was left out of the logs of a pod since the last remark."""
        logs = (
            log for (owner, name, _), log in self._logs.items() if (owner, name) == (target, pod)
        )
        return any(log.folded or log.left_out for log in logs)

    def remark(
        self, target: Target, pods: Collection[str], exits: int | None = None
    ) -> tuple[str, str]:
        """Return what was left out of the logs of pods since the last remark, and another pod.

        With `exits`, only of the runs that have ended when there were so many exits.

        The text is empty, or like `same 3 log lines as`; it is completed by the name of the other
        pod that has printed them, or by `before` if there is none.
        """
        same = omitted = folded = 0
        origin = ''
        for (owner, name, _), log in self._logs.items():
            if owner != target or name not in pods:
                continue
            if log.folded and (exits is None or log.instance < exits):
                log.current.folded += log.folded
                log.folded = 0
            for instance in [*log.left_out]:
                if exits is None or instance < exits:
                    left = log.left_out.pop(instance)
                    same, omitted = same + left.same, omitted + left.omitted
                    folded, origin = folded + left.folded, left.origin or origin
        parts = [_frames(folded)] if folded else []
        if omitted:
            parts.append(f'{count_noun(omitted, "more log line")} not shown')
        if same:
            parts.append('same log line as' if same == 1 else f'same {same:,} log lines as')
        return ', '.join(parts), '' if origin in pods else origin


def _identity(text: str, pod: str) -> int:
    """Return a number that is the same for lines that differ in times and ids only."""
    text = text[:_MAX_LENGTH]
    # Short names may be part of any word.
    text = text.replace(pod, '#') if len(pod) >= _LONG_NAME else text
    return hash(_VARIABLE.sub('#', text))


def _frames(count: int) -> str:
    return count_noun(count, 'more stack frame')
