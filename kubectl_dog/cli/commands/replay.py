"""The commands `replay` and `demo`: play recordings, without a cluster."""

from __future__ import annotations

import sys

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import report_files
from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import UserError

_DEMO = 'crash-loop'
_SLOWEST, _FASTEST = 0.001, 1e6


def _speed(text: str) -> float:
    speed = float(text)
    if not _SLOWEST <= speed <= _FASTEST:
        raise ValueError
    return speed


_SPEED = (
    create_flag(
        '--speed N',
        'Speed compared with that of the recording (default: 1)',
        common=True,
        parse=_speed,
        expected=f'use a number from {_SLOWEST} to {_FASTEST:.0f}',
    ),
    create_flag('--instant', 'Play without any delay', common=True),
)


def replay() -> Command:
    """Return the table of the command."""
    return Command(
        'replay',
        run_replay,
        'Play a recording that `rollout --record FILE` has written, and assess it again. No '
        'cluster is needed.',
        (
            *_SPEED,
            common_flags.RULES,
            common_flags.TRACKER,
            *common_flags.output(),
            report_files.REPORT,
            ci_systems.CI_OF_RECORDINGS,
        ),
        Argument('file', 'FILE', 'Recording; - for standard input'),
        examples=('kubectl dog replay web.jsonl --speed 10', 'kubectl dog replay - < web.jsonl'),
    )


def demo() -> Command:
    """Return the table of the command."""
    return Command(
        'demo',
        run_demo,
        'Play a recording of a real rollout that is included in the program. No cluster is needed.',
        (
            create_flag('--list', 'List the recordings', common=True),
            *_SPEED,
            *common_flags.output(),
            report_files.REPORT,
            ci_systems.CI_OF_RECORDINGS,
        ),
        Argument('name', '[NAME]', f'Recording (default: {_DEMO}); see --list', '?', _DEMO),
        examples=('kubectl dog demo', 'kubectl dog demo good --speed 5'),
    )


def run_replay(args: Arguments) -> int:
    """Play a recording from a file or from standard input."""
    from kubectl_dog import recorded_runs
    from kubectl_dog.cli import foreground

    report_files.prepare(args)
    output_choice.prepare(args)
    judges = common_flags.judges(args)
    notes: tuple[str, ...] = ()
    if args.file != '-' and output_choice.choose(args).has_brief:
        from kubectl_dog.cli import brief_recording

        notes = brief_recording.played_by(args.file)
    return foreground.run(recorded_runs.replay(args.file, _pace(args), judges, _warn), args, notes)


def _warn(text: str) -> None:
    from kubectl_dog.output.escape import sentence

    sys.stderr.write(f'{sentence(text)}\n')


def run_demo(args: Arguments) -> int:
    """Play, or list, the recordings that ship with the program."""
    from kubectl_dog import recorded_runs
    from kubectl_dog.cli import foreground
    from kubectl_dog.cli import parser
    from kubectl_dog.cli import standard_streams
    from kubectl_dog.output.escape import sentence
    from kubectl_dog.output.stream_writer import Writer

    if args.list:
        listed = [f'{name:20} {sentence(title)}' for name, title in recorded_runs.demos().items()]
        Writer(standard_streams.stdout()).write(listed)
        return 0
    report_files.prepare(args)
    output_choice.prepare(args)
    command = f'{parser.program_name()} demo {args.name} --instant -o plain'
    notes = ('RECORDING included in the program', f'  All lines: {command}')
    play = recorded_runs.demo(args.name, _pace(args), common_flags.judges(args))
    return foreground.run(play, args, notes)


def _pace(args: Arguments) -> float | None:
    if args.instant and args.speed is not None:
        raise UserError('only one of --speed or --instant can be used')
    return None if args.instant else args.speed or 1.0
