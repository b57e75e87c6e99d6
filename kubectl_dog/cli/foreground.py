"""Run a session in the foreground: handle signals, print lines, return the exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import TextIO

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import gitops_flags
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import progress
from kubectl_dog.cli import report_files
from kubectl_dog.cli import run_outputs
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import targets
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import Source
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import colour
from kubectl_dog.output import log_merge
from kubectl_dog.output import wording
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.renderer import Renderer
from kubectl_dog.output.stream_writer import Writer

if TYPE_CHECKING:
    from kubectl_dog.tracking.plugins.registry import Trackers

_SIGNALS = platform_compat.signals()
_TIMED_OUT = 3
_INTERNAL_ERROR = 70
# Seconds to wait for the reader of standard output before a command is run.
_READER_WAIT = 2.0
# How many lines may wait for the reader of standard output, if files get all lines.
_OPTIONAL_ROOM = 100_000


def track_targets(words: Sequence[str], options: Options, args: Arguments) -> int:
    """Track the targets on the cluster; with --print-rbac, print the Roles for this."""
    if args.print_rbac:
        from kubectl_dog.cli import role_output

        return role_output.print_for_targets(words, options, args)
    report_files.prepare(args)
    output_choice.prepare(args)
    target_words, inputs = targets.read(words, args)
    judges = common_flags.judges(args)
    connection = api.connect(**common_flags.cluster(args))
    try:
        resolved = targets.find(target_words, inputs, connection, args.namespace)
    except BaseException:
        connection.close()
        raise
    live = api.live_source(connection)
    if resolved.expected(options):
        live.compare_with_files(resolved.expected(options))
    resolved = gitops_flags.with_own_options(resolved, args, options)
    return track_on_source(live, resolved, options, judges, args)


def track_on_source(
    live: api.Stoppable,
    resolved: target_resolution.ResolvedTargets,
    options: Options,
    judges: Trackers,
    args: Arguments,
) -> int:
    """Track resolved targets on a source, and record it; `judges` as in `api.session`."""
    recorded: Source = live
    recorders = []
    files, notes = _recordings(args)
    for file in files:
        from kubectl_dog import recorded_runs

        recorder = recorded_runs.recorder(
            file, live.started, resolved.targets, options, resolved.target_options
        )
        recorded = recorded_runs.recording_source(recorded, recorder)
        recorders.append(recorder)
    session = api.session(recorded, resolved.targets, options, judges, resolved.target_options)
    code = run(api.play(live, session, resolved.targets, options), args, notes)
    for recorder in recorders:
        if recorder.failure:
            sys.stderr.write(f'{sentence(recorder.failure)}\n')
    return code


def _recordings(args: Arguments) -> tuple[Sequence[str | TextIO], Sequence[str]]:
    """Return the files to record to, and notes about them."""
    if not output_choice.choose(args).has_brief:
        return report_files.recordings(args), ()
    from kubectl_dog.cli import brief_recording

    return brief_recording.choose(args)


def run(play: api.RunningSession, args: Arguments, notes: Sequence[str] = ()) -> int:
    """Print the events of a session as they come; returns the exit code of its verdict.

    `notes` are those of RenderOptions.
    """
    source, session = play.source, play.session
    choice = output_choice.choose(args)
    renderer = _create_renderer(choice, play, args, notes)
    outputs = run_outputs.RunOutputs(play, args, notes)
    prefixed = bool(args.output_prefix)

    def drop_notice(count: int) -> list[str]:
        # Lines that had not been read yet are not counted.
        text = f'at least {count:,} log lines omitted: the output is read too slowly'
        lines = renderer.render(Notice(source.now(), None, text))
        return [args.output_prefix + line for line in lines]

    writer = _create_writer(drop_notice, bool(outputs))
    code = _INTERNAL_ERROR
    view = progress.live_view(writer, play, args, choice.stdout)
    with handle_signals(source) as received, view as show:
        for events in session.event_batches(lambda: writer.has_room() and outputs.has_room()):
            lines = log_merge.render_batch(renderer, events, source.now)
            if prefixed:
                lines = [args.output_prefix + line for line in lines]
            # Without events, there may be lines that were held back.
            droppable = bool(events) and all(isinstance(event, LogChunk) for event in events)
            is_trusted = bool(events) and all(map(renderer.has_trusted_start, events))
            trusted_start = is_trusted and not prefixed
            writer.write(lines, droppable, trusted_start)
            outputs.add(events)
            show(events)
            for event in events:
                if isinstance(event, TargetEnded) and choice.stdout != output_choice.BRIEF:
                    _print_access_error(event)
                if isinstance(event, RunEnded):
                    code = event.exit_code if event.process_code is None else event.process_code
        if received or (code == _TIMED_OUT and hasattr(args, 'timeout')):
            standard_streams.set_deadline(0.0)
        writer.write_mixed(outputs.finish())
        if received:
            # It may have come while files were written: nothing waits for a reader any more.
            standard_streams.set_deadline(0.0)
    # The handlers are restored: from here on, a signal ends the program at once.
    if outputs.failure_command and not received:
        # Its output should come after the lines of the run.
        writer.wait_until_written(_READER_WAIT)
        outputs.failure_command.run()
    return _close(writer, code, received)


def _close(writer: BackgroundWriter, code: int, received: Sequence[int]) -> int:
    """Wait for the reader of standard output; returns the exit code, given that of the verdict."""
    if not writer.close(standard_streams.deadline()):
        standard_streams.mark_stuck()
        if received:
            # The signal came after the verdict, and ended the wait for the reader.
            code = platform_compat.exit_code_of(received[0])
    failure = getattr(writer, 'failure', '')
    if failure:
        sys.stderr.write(f'standard output is incomplete: {sentence(failure)}\n')
    return code


def _print_access_error(event: TargetEnded) -> None:
    if event.verdict is Verdict.NO_ACCESS:
        reason = sentence(f'{event.message}{wording.access_advice(event)}')
        sys.stderr.write(f'{sentence(event.target.label)} cannot be read: {reason}\n')


def _create_writer(
    drop_notice: Callable[[int], Sequence[str]], is_optional: bool
) -> BackgroundWriter:
    """Return the writer to standard output; it is optional if the run has other outputs."""
    writer = Writer(standard_streams.stdout())
    if not is_optional:
        return BackgroundWriter(writer, drop_notice=drop_notice)
    from kubectl_dog.output.optional_writer import OptionalWriter

    return OptionalWriter(writer, _OPTIONAL_ROOM, drop_notice=drop_notice)


def _create_renderer(
    choice: output_choice.OutputChoice,
    play: api.RunningSession,
    args: Arguments,
    notes: Sequence[str],
) -> Renderer:
    is_terminal = platform_compat.is_terminal(standard_streams.stdout())
    coloured = colour.is_enabled(args.color, os.environ, is_terminal)
    if choice.agent:
        notes = (*notes, output_choice.why_brief(choice.agent))
    options = output_choice.line_options(args, notes)
    if is_terminal:
        options['columns'] = platform_compat.terminal_columns(standard_streams.stdout())
    return api.renderer(choice.stdout, play, coloured, **options)


@contextmanager
def handle_signals(source: api.Stoppable) -> Iterator[list[int]]:
    """End the run in order at the first signal, at once at the next; yields the signals.

    A source that has `received_signals` belongs to a caller that handles signals itself.
    """
    handled: list[int] | None = getattr(source, 'received_signals', None)
    if handled is not None:
        yield handled
        return
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    # What the parent process has set to be ignored, as `nohup` does, stays ignored.
    before = {number: old for number, old in handlers.items() if old is not signal.SIG_IGN}
    received: list[int] = []

    def stop(number: int, frame: object) -> None:
        received.append(number)
        signal.signal(number, before[signal.Signals(number)])
        source.signal(_SIGNALS[signal.Signals(number)])

    for number in before:
        signal.signal(number, stop)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
