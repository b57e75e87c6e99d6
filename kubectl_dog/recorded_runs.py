"""Internal API for recordings: play one, list the demos, write one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import TextIO
from typing import cast

from kubectl_dog import api
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.sources import Source
from kubectl_dog.target_resolution import NONE

if TYPE_CHECKING:
    from kubectl_dog.recording.reader import Recording
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.tracking.plugins.registry import Trackers


def _ignore(_: str) -> None:
    pass


def replay(
    path: str,
    speed: float | None,
    judges: Trackers | None = None,
    warn: Callable[[str], object] = _ignore,
) -> api.RunningSession:
    """Return a session that plays a recording; `speed` None plays it at once. Raises UserError.

    `path` is a file, or `-` for standard input. A recording of a run with chosen trackers needs the
    same trackers for the same verdict. `warn` is called with a sentence if the recording is
    incomplete or has unknown options.
    """
    from kubectl_dog.recording import reader

    if path == '-':
        import sys

        path = 'standard input'
        recording = reader.read_stream(sys.stdin.buffer, path)
    else:
        recording = reader.read(path)
    if not recording.is_complete:
        last = recording.items[-1].at if recording.items else 0.0
        warn(
            f'{path} ends after {last:.0f}s, before the end of the recorded run: the verdict '
            'assumes that nothing happened after that'
        )
    if recording.unknown:
        names = ', '.join(recording.unknown)
        warn(f'{path} has unknown options, which are ignored: {names}')
    return _replay(recording, speed, judges)


def recorded_targets(path: str) -> Sequence[TargetOrGroup]:
    """Return the targets of a recording in a file; raises UserError."""
    from kubectl_dog.recording.reader import read

    return read(path).targets


def demo(name: str, speed: float | None, judges: Trackers | None = None) -> api.RunningSession:
    """Return a session that plays a recording included in the program. Raises UserError."""
    from kubectl_dog.recording import bundled

    return _replay(bundled.load(name), speed, judges)


def demos() -> dict[str, str]:
    """Return the recordings that are included in the program, by name, with their titles."""
    from kubectl_dog.recording import bundled

    return bundled.titles()


def _replay(
    recording: Recording, speed: float | None, judges: Trackers | None = None
) -> api.RunningSession:
    from kubectl_dog.recording.recorded_source import RecordedSource

    if not recording.targets:
        raise UserError('the recording has no target in its first line')
    source = RecordedSource(recording, speed)
    played = api.session(
        source, recording.targets, recording.options, judges, recording.target_options
    )
    return api.play(source, played, recording.targets, recording.options)


def kept_recording() -> tuple[str, TextIO]:
    """Create a file for `recorder` in the cache directory; returns its path and the open file.

    Raises OSError.
    """
    from kubectl_dog.recording import kept_recordings

    path, file = kept_recordings.create()
    return path, cast('TextIO', file)


def recorder(
    file: str | TextIO,
    started: float,
    targets: Sequence[TargetOrGroup],
    options: Options,
    target_options: Mapping[TargetOrGroup, Options] = NONE,
) -> RecordingWriter:
    """Create a recording in a file; `target_options` as in `session`. Raises UserError."""
    from kubectl_dog.recording.writer import Header
    from kubectl_dog.recording.writer import RecordingWriter
    from kubectl_dog.version import VERSION

    return RecordingWriter(file, Header(started, targets, options, VERSION, target_options))


def recording_source(source: Source, writer: RecordingWriter) -> Source:
    """Return a source that records each item as it is taken."""
    from kubectl_dog.recording.writer import RecordingSource

    return RecordingSource(source, writer)
