"""What a row is made of: files, servers, a plugin, and one program that is run among them."""

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
    """How to run the programs. `look(world, run)` adds to what can be seen.

    `told` is whether what they say is the same on every machine.
    """

    args: tuple = ()
    env: dict = {}  # noqa: RUF012
    terminal: bool = False
    within: tuple = ()
    look: Any = None
    kubectl: tuple = ('get', '--raw', '/version')
    ours: tuple = ()
    cwd: str = ''
    told: bool = True


class Row(NamedTuple):
    """`make(world)` gives the case; `reason` says why kubectl dog differs, if it does."""

    section: str
    title: str
    make: Any
    reason: str = ''
    ours_only: bool = False


class Seen(NamedTuple):
    """What a program did, and, where it failed, its last words."""

    did: str
    said: str


def row(section, title, reason='', ours_only=False):
    """Declares a row."""

    def declare(make):
        ROWS.append(Row(section, title, make, reason, ours_only))
        return make

    return declare


class World:
    """One folder, with servers that close with it."""

    def __init__(self, folder, pki):
        self.folder = folder
        self.pki = pki
        self._servers = []
        self.api = None
        folder.mkdir(parents=True)

    def serve(self, **more):
        """The API server of this world."""
        self.api = self.keep(servers.api(self.pki, **more))
        return self.api

    def keep(self, server):
        """A server that is closed in the end."""
        self._servers.append(server)
        return server

    def close(self):
        for server in self._servers:
            server.close()

    def write(self, name, document, mode=0o600):
        """A file; dicts become JSON, which is YAML."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        path.chmod(mode)
        return str(path)

    def config(self, user=None, name='a', current=True, context=None, **cluster):
        """A kubeconfig as a dict, for this world's server."""
        if not self.api:
            self.serve()
        found = {'server': self.api.url, 'certificate-authority': self.pki.path('ca.crt')}
        found.update(cluster)
        found = {key: value for key, value in found.items() if value is not None}
        user = {'token': name} if user is None else user
        made = {
            'clusters': [{'name': name, 'cluster': found}],
            'users': [{'name': name, 'user': user}],
            'contexts': [{'name': name, 'context': {'cluster': name, 'user': name}}],
        }
        made['contexts'][0]['context'].update(context or {})
        return {**made, 'current-context': name} if current else made

    def case(self, user=None, args=(), env=None, cluster=None, **more):
        """A case with one kubeconfig."""
        path = self.write('config', self.config(user, **(cluster or {})))
        return Case(tuple(args), {'KUBECONFIG': path, **(env or {})}, **more)

    def run(self, program, case):
        """Runs kubectl (a path), or kubectl dog (None), and says what could be seen."""
        command = [sys.executable, str(_DRIVER), *case.ours]
        if program:
            command = [str(program), *case.kubectl]
        home = self.folder / 'home'
        home.mkdir(exist_ok=True)
        env = {'PATH': os.environ['PATH'], 'HOME': str(home), **case.env}
        done = self._run([*case.within, *command, *case.args], env, case)
        more = case.look(self, done) if case.look else ''
        seen = [str(each) for each in self.api.seen] if self.api else []
        if done.returncode:
            did = f'error, {"; ".join(seen)}' if seen else 'error, nothing sent'
        else:
            did = '; '.join(seen)
        said = self._said(done) if case.told else ''
        return Seen('; '.join(filter(None, (did, more))), said)

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

    def _said(self, done):
        if not done.returncode:
            return ''
        # What comes before is the plugin's, or argparse's.
        text = done.stderr.strip().splitlines()[-1].replace('driver.py: error: ', '')
        text = text.replace(str(self.folder), '…').replace(str(self.pki.folder), '…')
        text = re.sub(r'(127\.0\.0\.1|\[::1\]|api\.test):\d+', r'\1:PORT', text)
        return re.sub(r'\d{4}-\d\d-\d\dT[\d:]+Z', 'TIME', text)
