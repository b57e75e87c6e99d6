"""Rows of the comparison, and the files and servers with which their programs run."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from typing import NamedTuple

from . import servers

_DRIVER = Path(__file__).with_name('driver.py')
ROWS = []


class Case(NamedTuple):
    """How to run the programs. `inspect(world, run)` adds to the summary.

    `same_everywhere` is whether their messages are the same on every machine.
    """

    args: tuple = ()
    env: dict = {}  # noqa: RUF012
    terminal: bool = False
    prefix: tuple = ()
    inspect: Any = None
    kubectl: tuple = ('get', '--raw', '/version')
    ours: tuple = ()
    cwd: str = ''
    same_everywhere: bool = True


class Row(NamedTuple):
    """`make(world)` gives the case; `reason` says why kubectl dog differs, if it does."""

    section: str
    title: str
    make: Any
    reason: str = ''
    ours_only: bool = False


class Outcome(NamedTuple):
    """What a program did, and its last line on stderr if it failed."""

    summary: str
    message: str


def row(section, title, reason='', ours_only=False):
    """Register the decorated function as `make` of a row."""

    def declare(make):
        ROWS.append(Row(section, title, make, reason, ours_only))
        return make

    return declare


class World:
    """A folder for one row, and the servers that are closed with it."""

    def __init__(self, folder, pki):
        self.folder = folder
        self.pki = pki
        self._servers = []
        self.api = None
        folder.mkdir(parents=True)

    def serve(self, **more):
        """Start the API server."""
        self.api = self.keep(servers.api(self.pki, **more))
        return self.api

    def keep(self, server):
        """Close this server at the end; returns it."""
        self._servers.append(server)
        return server

    def close(self):
        for server in self._servers:
            server.close()

    def write(self, name, document, mode=0o600):
        """Write a file and return its path; dicts become JSON, which is YAML."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        path.chmod(mode)
        return str(path)

    def config(self, user=None, name='a', current=True, context=None, **cluster):
        """A kubeconfig as a dict, for the API server."""
        if not self.api:
            self.serve()
        entry = {'server': self.api.url, 'certificate-authority': self.pki.path('ca.crt')}
        entry.update(cluster)
        entry = {key: value for key, value in entry.items() if value is not None}
        user = {'token': name} if user is None else user
        config = {
            'clusters': [{'name': name, 'cluster': entry}],
            'users': [{'name': name, 'user': user}],
            'contexts': [{'name': name, 'context': {'cluster': name, 'user': name}}],
        }
        config['contexts'][0]['context'].update(context or {})
        return {**config, 'current-context': name} if current else config

    def case(self, user=None, args=(), env=None, cluster=None, **more):
        """A case with one kubeconfig."""
        path = self.write('config', self.config(user, **(cluster or {})))
        return Case(tuple(args), {'KUBECONFIG': path, **(env or {})}, **more)

    def run(self, program, case):
        """Run kubectl (a path) or kubectl dog (None); return its Outcome."""
        command = [sys.executable, str(_DRIVER), *case.ours]
        if program:
            command = [str(program), *case.kubectl]
        home = self.folder / 'home'
        home.mkdir(exist_ok=True)
        env = {'PATH': os.environ['PATH'], 'HOME': str(home), **case.env}
        done = self._run([*case.prefix, *command, *case.args], env, case)
        more = case.inspect(self, done) if case.inspect else ''
        summary = [str(request) for request in self.api.seen] if self.api else []
        if done.returncode:
            summary = f'error, {"; ".join(summary)}' if summary else 'error, nothing sent'
        else:
            summary = '; '.join(summary)
        message = self._last_line(done) if case.same_everywhere else ''
        return Outcome('; '.join(filter(None, (summary, more))), message)

    def _run(self, command, env, case):
        common = {
            'env': env,
            'capture_output': True,
            'text': True,
            'timeout': 60,
            'cwd': case.cwd or self.folder,
        }
        if not case.terminal:
            return subprocess.run(command, input='', check=False, **common)
        ours, theirs = pty.openpty()
        try:
            return subprocess.run(command, stdin=theirs, check=False, **common)
        finally:
            os.close(ours)
            os.close(theirs)

    def _last_line(self, done):
        if not done.returncode:
            return ''
        # The lines before are those of the credential plugin.
        text = done.stderr.strip().splitlines()[-1]
        text = text.replace(str(self.folder), '…').replace(str(self.pki.folder), '…')
        text = re.sub(r'(127\.0\.0\.1|\[::1\]|api\.test):\d+', r'\1:PORT', text)
        return re.sub(r'\d{4}-\d\d-\d\dT[\d:]+Z', 'TIME', text)
