"""Start the live view of a run, if the flags, the environment and the terminal allow it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import TextIO
from typing import cast

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model.events import Event
from kubectl_dog.output import agent_variables
from kubectl_dog.output import colour
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.stream_writer import OutputClosedError

if TYPE_CHECKING:
    from kubectl_dog.output.live import LiveView

# Seconds before the first frame: a run that ends sooner has no table.
START = 0.3
# Seconds to wait until a slow terminal has removed the table.
_REMOVAL = 0.5


def is_live(
    choice: str, environment: Mapping[str, str], terminal: bool, output_format: str
) -> bool:
    """Return whether to show a table below the lines."""
    if choice == 'plain' or output_format != 'plain':
        return False
    if not terminal or environment.get('TERM') == 'dumb':
        return False
    is_watched = not environment.get('CI') and not agent_variables.find_agent_variable(environment)
    return choice == 'live' or is_watched


@contextlib.contextmanager
def live_view(
    writer: BackgroundWriter, play: api.RunningSession, args: Arguments, output_format: str
) -> Iterator[Callable[[Sequence[Event]], object]]:
    """Show a table below the lines of a run; yields the function that takes the events."""
    stream = standard_streams.stdout()
    is_terminal = platform_compat.is_terminal(stream)
    is_terminal = is_terminal and not play.shares_terminal
    if not is_live(args.progress, os.environ, is_terminal, output_format):
        yield lambda events: None
        return
    view = _LateView(writer, lambda: _create_view(play, args, stream))
    stderr = sys.stderr
    if platform_compat.is_terminal(stderr):
        sys.stderr = cast('TextIO', LinesAbove(stderr, writer, lambda: view.is_shown))
    try:
        with platform_compat.around_suspension(view.hide, view.show):
            yield view.add
    except BaseException:
        view.hide()
        raise
    finally:
        view.cancel()
        sys.stderr = stderr


class _LateView:
    """A live view that begins a moment after the run, so that short runs do not load it."""

    def __init__(self, writer: BackgroundWriter, create: Callable[[], LiveView]) -> None:
        self._writer = writer
        self._create = create
        self._view: LiveView | None = None
        # The batches of events before the view exists.
        self._early: list[Sequence[Event]] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(START, self._start)
        self._timer.daemon = True
        self._timer.start()

    @property
    def is_shown(self) -> bool:
        """Whether a table is on the screen."""
        return self._view is not None and self._view.is_shown

    def add(self, events: Sequence[Event]) -> None:
        """Add events to the table."""
        if self._view is None:
            with self._lock:
                if self._view is None:
                    self._early.append(events)
                    return
        if self._view.add(events):
            self._writer.redraw()

    def show(self) -> None:
        """Show the table, if it has begun."""
        if self._view is not None:
            self._writer.show(self._view)

    def hide(self) -> None:
        """Remove the table; wait a moment for the terminal."""
        self._writer.hide(_REMOVAL)

    def cancel(self) -> None:
        """Do not begin any more."""
        self._timer.cancel()

    def _start(self) -> None:
        view = self._create()
        with self._lock:
            for events in self._early:
                view.add(events)
            self._view = view
        self._early.clear()
        self.show()


def _create_view(play: api.RunningSession, args: Arguments, stream: TextIO) -> LiveView:
    # A finished rollout needs none of these.
    from kubectl_dog.output.live import LiveView
    from kubectl_dog.output.live_table import LiveTable
    from kubectl_dog.output.short_names import ShortNames
    from kubectl_dog.output.terminal import StreamTerminal

    names = ShortNames(play.several, play.show_namespaces)
    terminal = StreamTerminal(stream)
    coloured = colour.is_enabled(args.color, os.environ, terminal=True)
    speed = 0.0 if getattr(args, 'instant', False) else getattr(args, 'speed', None) or 1.0
    return LiveView(
        LiveTable(names.target, colour.Palette(coloured), terminal.encode), terminal, speed
    )


class LinesAbove:
    """Standard error on the same terminal: whole lines go above the table."""

    def __init__(
        self, stream: TextIO, writer: BackgroundWriter, is_shown: Callable[[], bool]
    ) -> None:
        self._stream = stream
        self._writer = writer
        self._is_shown = is_shown

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, above the table if it is whole lines."""
        if text.endswith('\n') and self._is_shown():
            with contextlib.suppress(OSError, OutputClosedError):
                self._writer.write(text[:-1].split('\n'))
                return len(text)
        return self._stream.write(text)
