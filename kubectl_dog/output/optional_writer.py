"""A writer for standard output beside files: the run goes on if its reader is slow or gone."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError


class OptionalWriter(BackgroundWriter):
    """A background writer that delays and ends nothing.

    Droppable lines beyond `room` are dropped, and a line has their number. `failure` is the reason
    why the rest could not be written; it is empty if the reader has closed the output.
    """

    failure = ''
    _omitted = 0

    def has_room(self) -> bool:
        """Return True: lines without room are dropped."""
        return True

    def write(
        self, lines: Sequence[str], droppable: bool = False, trusted_start: bool = False
    ) -> None:
        """Queue lines, or drop them; raises nothing."""
        if droppable and self._waiting >= self._room:
            self._omitted += len(lines)
            return
        # close() has the error.
        with contextlib.suppress(OutputClosedError, OutputFailedError):
            if self._omitted:
                super().write(self._drop_notice(self._omitted))
                self._omitted = 0
            super().write(lines, droppable, trusted_start)

    def close(self, deadline: float | None = None) -> bool:
        """Wait as BackgroundWriter does; returns True if there is nobody to wait for."""
        try:
            return super().close(deadline)
        except OutputClosedError:
            return True
        except OutputFailedError as error:
            self.failure = str(error)
            return True
