"""Print the states again whenever they change: `status --watch`."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import foreground
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import state_report
from kubectl_dog.cli import targets
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.state_report import Report
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.statuses import exit_code
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Want
from kubectl_dog.output import cell_width
from kubectl_dog.output import status_table
from kubectl_dog.output.command_guard import is_obeyed
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer
from kubectl_dog.tracking.schedule.event_dedup import NoticeDedup

if TYPE_CHECKING:
    from kubectl_dog.tracking.plugins.registry import Trackers

# Seconds from a change to its output: changes come in groups. The assessment of many objects may
# take at most a fifth of the time.
_REST = 0.3
_COST_FACTOR = 4.0


def run(args: Arguments, judges: Trackers) -> int:
    """Print the states until a signal; returns the exit code."""
    if args.local:
        raise UserError('--watch needs a cluster: it cannot be combined with --local')
    if state_report.wants_everything(args):
        return _watch_everything(args, judges)
    return _watch_targets(args, judges)


def _watch_targets(args: Arguments, judges: Trackers) -> int:
    words, inputs = targets.read(args.target, args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = targets.find(words, inputs, connection, args.namespace)
    options = tracking_flags.judgement(args)
    live = api.live_source(connection)

    def report() -> Report:
        now = reader.statuses()
        return Report(
            now.statuses, now.not_seen, now.children,
            clock_offset=connection.clock_offset, denied_reads=now.denied_reads,
        )  # fmt: skip

    screen = _Screen(args, report, live.now, judges)
    source = _DrawingSource(live, screen.draw)
    reader = api.live_reader(source, resolved.targets, judges, options)
    with foreground.handle_signals(live) as received:
        for event in reader.session:
            reader.note(event)
            if isinstance(event, TargetEnded) and event.verdict is Verdict.NO_ACCESS:
                screen.notice(state_report.describe_unseen(event))
            elif isinstance(event, Notice) and event.target is None:
                screen.notice(event.text)
            if not received:
                source.note_change()
        if not received:
            screen.draw()
    return _exit_code(args, screen.report, received)


def _watch_everything(args: Arguments, judges: Trackers) -> int:
    connection = api.connect(**common_flags.cluster(args))
    inventory = state_report.read_everything(args, connection, judges)
    live = api.live_source(connection)

    def report() -> Report:
        statuses = inventory.statuses()
        offset, denied = connection.clock_offset, inventory.denied_reads
        return Report(statuses, is_everything=True, clock_offset=offset, denied_reads=denied)

    screen = _Screen(args, report, live.now, judges)
    source = _DrawingSource(live, screen.draw)
    outages = NoticeDedup()
    with foreground.handle_signals(live) as received:
        try:
            if not inventory.statuses():
                state_report.check_namespace(args, connection)
            screen.draw()
            source.reconcile(inventory.wants)
            for item in _items(source):
                if isinstance(item.payload, ReadFailure):
                    if outages.is_new(item.payload.reason, item.payload.message):
                        screen.notice(item.payload.message)
                else:
                    inventory.apply(item)
                    source.note_change()
        finally:
            source.close()
    return _exit_code(args, screen.report, received)


def _items(source: _DrawingSource) -> Iterator[Item]:
    """Yield the items until a signal, or until the source ends."""
    while True:
        try:
            item = source.take(None)
        except SourceEndedError:
            return
        if item is not None and isinstance(item.payload, Signal):
            return
        if item is not None:
            yield item


def _exit_code(args: Arguments, last: Report, received: Sequence[int]) -> int:
    if received and received[0] != signal.SIGINT:
        return platform_compat.exit_code_of(received[0])
    if args.exit_code:
        return last.exit_code()
    unseen = [end.verdict for end in last.unseen if end.verdict is Verdict.NO_ACCESS]
    return exit_code((), *unseen)


class _DrawingSource:
    """A source that draws some time after a change, while it waits for the next item."""

    def __init__(self, source: api.Stoppable, draw: Callable[[], object]) -> None:
        self._source = source
        self._draw = draw
        self._due: float | None = None
        self._rest = _REST

    @property
    def started(self) -> float:
        """Do as the source does."""
        return self._source.started

    def now(self) -> float:
        """Do as the source does."""
        return self._source.now()

    def note_change(self) -> None:
        """Draw soon."""
        if self._due is None:
            self._due = self.now() + self._rest

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return the next item, or None at the time `until`; draw if that is due before."""
        while True:
            ends = [time for time in (until, self._due) if time is not None]
            item = self._source.take(min(ends, default=None), lines)
            if item is not None:
                return item
            if self._due is None or self.now() < self._due:
                return None
            began = time.process_time()
            self._draw()
            self._due = None
            self._rest = max(_REST, _COST_FACTOR * (time.process_time() - began))

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Do as the source does."""
        self._source.reconcile(wants)

    def close(self) -> None:
        """Do as the source does."""
        self._source.close()


class _Screen:
    """The states on standard output: in place on a terminal, otherwise one block after the other.

    `report` is what was drawn last.
    """

    def __init__(
        self,
        args: Arguments,
        report: Callable[[], Report],
        clock: Callable[[], float],
        judges: Trackers,
    ) -> None:
        self._args = args
        self._read = report
        self._clock = clock
        self._judges = judges
        self._writer = Writer(standard_streams.stdout())
        self._palette = state_report.palette(args)
        self._in_place = _InPlace(self._writer) if _is_in_place(args, os.environ) else None
        self._last: object = None
        self.report = Report(())

    def notice(self, text: str) -> None:
        """Print a sentence to standard error; the next table is below it."""
        if self._in_place:
            self._in_place.forget()
        sys.stderr.write(f'{sentence(text)}\n')

    def draw(self) -> None:
        """Print the states if they have changed since they were printed last."""
        self.report = self._read()
        for notice in self._judges.notices():
            self.notice(notice)
        if self._args.output == 'json':
            self._write_if_changed(
                status_table.document(self.report.statuses, self.report.denied_reads)
            )
            return
        size = state_report.terminal_size() if self._in_place else None
        rows = self.report.rows(folds=size is not None)
        # The age changes all the time; this does not count as a change.
        if (rows, size) == self._last:
            return
        is_first = self._last is None
        self._last = rows, size
        offset = self.report.clock_offset
        lines = state_report.lines_for(rows, self._palette, size, True, offset)
        title = f'{self._clock():.0f}s: {status_table.summary(rows)}'
        if self._in_place and size:
            self._in_place.draw([*lines, title], size)
        else:
            self._writer.write([*([] if is_first else ['']), title, *lines])

    def _write_if_changed(self, line: str) -> None:
        if line != self._last:
            self._last = line
            self._writer.write([line])


def _is_in_place(args: Arguments, environment: Mapping[str, str]) -> bool:
    stream = standard_streams.stdout()
    if args.output == 'json' or not platform_compat.is_terminal(stream):
        return False
    return not is_obeyed(stream, environment) and environment.get('TERM') != 'dumb'


class _InPlace:
    """Lines at the bottom of a terminal; each frame replaces the lines of the one before.

    Each frame is one write. The cursor stays visible and below the lines, so that nothing has to be
    restored at the end.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._lines: Sequence[str] = ()

    def forget(self) -> None:
        """Leave the lines as they are: the next ones are below."""
        self._lines = ()

    def draw(self, lines: Sequence[str], size: os.terminal_size) -> None:
        """Replace the lines; lines that do not fit the height are counted."""
        room = max(3, size.lines - 1)
        if len(lines) > room:
            hidden = len(lines) - room + 1
            lines = [*lines[: room - 2], f'… {hidden} more lines', lines[-1]]
        # A narrower window has wrapped the old lines.
        before = sum(
            max(1, -(-cell_width.width(_bare(line)) // size.columns)) for line in self._lines
        )
        # Lines above the top of a lower window cannot be reached any more.
        before = min(before, size.lines - 1)
        up = f'\x1b[{before}A' if before else ''
        rest = before - len(lines)
        blank = '\x1b[K\n' * rest + f'\x1b[{rest}A' if rest > 0 else ''
        text = ''.join(f'{line}\x1b[K\n' for line in lines)
        self._lines = lines
        self._writer.write_text(f'\x1b[?2026h\r{up}{text}{blank}\x1b[?2026l')


def _bare(line: str) -> str:
    import re

    return re.sub(r'\x1b\[[0-9;]*m', '', line)
