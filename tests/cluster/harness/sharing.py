"""One cluster for several test runs at once."""

from __future__ import annotations

import os

from .lock import locked
from .processes import started_at


class Lease:
    """Keeps a cluster up; whoever is last takes it down, unless it was up before the first."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._folder = cluster.settings.state / 'users'
        # What makes the cluster the tests' own. `python -m tests.cluster up` takes it away.
        self._marker = marker(cluster.settings)
        self._mine = self._folder / str(os.getpid())

    def take(self):
        """Brings the cluster up."""
        with self._locked():
            if not self._cluster.alive():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._marker.touch()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._mine.write_text(started_at(os.getpid()))
            self._cluster.up()

    def release(self):
        """Takes the cluster down if nobody needs it any more."""
        with self._locked():
            self._mine.unlink(missing_ok=True)
            others = [
                path
                for path in self._folder.iterdir()
                if started_at(int(path.name)) == path.read_text()
            ]
            if self._marker.exists() and not others:
                self._cluster.down()
                self._marker.unlink()

    def _locked(self):
        return locked(
            self._cluster.settings.state.with_name(
                f'{self._cluster.settings.state.name}.users.lock'
            )
        )


def marker(settings):
    """The file that says that the tests brought the cluster up."""
    return settings.state / 'started-by-tests'
