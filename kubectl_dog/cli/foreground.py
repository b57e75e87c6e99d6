"""Run a session in the foreground: handle signals, print lines, return the exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import target_flags
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import colour
from kubectl_dog.output import log_merge
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.renderer import Renderer
from kubectl_dog.output.stream_writer import BackgroundWriter
from kubectl_dog.output.stream_writer import Writer

if TYPE_CHECKING:
    from kubectl_dog.tracking.plugins.registry import Trackers

_SIGNALS = platform_compat.signals()
_TIMED_OUT = 3
_INTERNAL_ERROR = 70


def track_targets(words: Sequence[str], options: Options, args: argparse.Namespace) -> int:
    """Track the targets on the cluster, and record the run with `--record`."""
    target_words, inputs = target_flags.read(words, args)
    judges = api.trackers(args.rules, args.tracker, platform_compat.time_limit)
    connection = api.connect(**common_flags.cluster(args))
    resolved = target_flags.find(target_words, inputs, connection, args.namespace)
    return track_on_source(api.live_source(connection), resolved, options, judges, args)


def track_on_source(
    live: api.Stoppable,
    resolved: target_resolution.ResolvedTargets,
    options: Options,
    judges: Trackers,
    args: argparse.Namespace,
) -> int:
    """Track resolved targets on a source; `judges` as in `api.session`."""
    recorder = None
    if args.record:
        recorder = api.recorder(
            args.record, live.started, resolved.targets, options, resolved.target_options
        )
    recorded = api.recording_source(live, recorder) if recorder else live
    session = api.session(recorded, resolved.targets, options, judges, resolved.target_options)
    code = run(api.play(live, session, resolved.targets, options), args)
    if recorder and recorder.failure:
        sys.stderr.write(f'{sentence(recorder.failure)}\n')
    return code


def run(play: api.RunningSession, args: argparse.Namespace) -> int:
    """Print the events of a session as they come; returns the exit code of its verdict."""
    source, session = play.source, play.session
    renderer = _create_renderer(play, args)
    prefixed = bool(args.output_prefix)

    def drop_notice(count: int) -> list[str]:
        # Lines that had not been read yet are not counted.
        text = f'at least {count:,} log lines left out: the output is read too slowly'
        lines = renderer.render(Notice(source.now(), None, text))
        return [args.output_prefix + line for line in lines]

    writer = BackgroundWriter(Writer(standard_streams.stdout()), drop_notice=drop_notice)
    code = _INTERNAL_ERROR
    with _handle_signals(source) as received:
        for events in session.event_batches(writer.has_room):
            lines = log_merge.render_batch(renderer, events)
            if prefixed:
                lines = [args.output_prefix + line for line in lines]
            droppable = all(isinstance(event, LogChunk) for event in events)
            trusted_start = not prefixed and all(map(renderer.has_trusted_start, events))
            writer.write(lines, droppable, trusted_start)
            for event in events:
                if isinstance(event, TargetEnded) and event.verdict is Verdict.NO_ACCESS:
                    reason = sentence(event.message)
                    sys.stderr.write(f'{sentence(event.target.label)} cannot be read: {reason}\n')
                if isinstance(event, RunEnded):
                    code = event.exit_code
    if received or (code == _TIMED_OUT and hasattr(args, 'timeout')):
        standard_streams.set_deadline(0.0)
    # The handlers are restored: from here on, a signal ends the program at once.
    if not writer.close(standard_streams.deadline()):
        standard_streams.mark_stuck()
        if received:
            # The signal came after the verdict, and ended the wait for the reader.
            is_interrupt = received[0] == signal.SIGINT
            code = platform_compat.INTERRUPTED if is_interrupt else platform_compat.TERMINATED
    return code


def _create_renderer(play: api.RunningSession, args: argparse.Namespace) -> Renderer:
    is_terminal = platform_compat.is_terminal(standard_streams.stdout())
    coloured = colour.is_enabled(args.color, os.environ, is_terminal)
    timestamps = bool(getattr(args, 'timestamps', False))
    return api.renderer(args.output, play, coloured, timestamps)


@contextmanager
def _handle_signals(source: api.Stoppable) -> Iterator[list[int]]:
    """End the run in order at the first signal, at once at the next; yields those received."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    received: list[int] = []

    def stop(number: int, frame: object) -> None:
        received.append(number)
        signal.signal(number, before[signal.Signals(number)])
        source.signal(_SIGNALS[signal.Signals(number)])

    for number in _SIGNALS:
        signal.signal(number, stop)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
