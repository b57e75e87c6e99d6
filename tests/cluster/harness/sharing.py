"""Share one cluster between several test runs."""

from __future__ import annotations

import os

from .lock import locked
from .processes import started_at


class Lease:
    """Keep a cluster up; the last holder stops it, unless it was up before the first."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._folder = cluster.settings.state / 'users'
        # While it exists, the tests stop the cluster; `python -m tests.cluster up` removes it.
        self._marker = marker(cluster.settings)
        self._pid_file = self._folder / str(os.getpid())

    def acquire(self):
        """Start the cluster, and register this process as a user of it."""
        with self._locked():
            if not self._cluster.alive():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._marker.touch()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._pid_file.write_text(started_at(os.getpid()))
            self._cluster.up()

    def release(self):
        """Stop the cluster if no other process uses it."""
        with self._locked():
            self._pid_file.unlink(missing_ok=True)
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
