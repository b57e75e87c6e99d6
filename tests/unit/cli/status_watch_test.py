"""`kubectl dog status --watch`, on scripted sources."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import main as program
from kubectl_dog.cli import status_watch
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.status.everything import Inventory
from kubectl_dog.tracking.status.everything import Kinds
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import labelled
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status as container_status
from tests.unit.builders import waiting
from tests.unit.in_memory import Cluster
from tests.unit.needs import posix

SHORT = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}
CRASHED = container_status(state=waiting('CrashLoopBackOff'), last=ended(3), restarts=4)
SET = labelled(replica_set(), app='web')
LOOP = labelled(pod(CRASHED, owner='rs-2'), app='web')
FINE = labelled(pod(container_status(restarts=4, ready=True), owner='rs-2', ready=True), app='web')


class Scripted(Cluster):
    """A cluster in memory; each step of the script comes when nothing else is left to do."""

    def __init__(self, *objects, script=()):
        super().__init__(*objects)
        self.script = list(script)

    def take(self, until, lines=True):
        if until is None and not self._items and self.script:
            self._now += 1.0
            self.script.pop(0)(self)
        return super().take(until, lines)

    def put(self, want, payload):
        self._items.append(Item(self._now, want, payload))

    def signal(self, name):
        self.put(None, Signal(name))


def change(resource, obj, kind='MODIFIED'):
    def step(cluster):
        for want in sorted(cluster._seen, key=repr):
            if isinstance(want, Watch) and want.resource == resource:
                cluster.put(want, Changed(kind, obj))

    return step


def interrupt(number=signal.SIGINT):
    return lambda cluster: os.kill(os.getpid(), number)


@pytest.fixture
def watch(monkeypatch, capsys):
    """Run the command on a source, and on the same objects if it asks for everything."""

    def run(source, *argv, pods=(), screen=None):
        if screen is not None:
            # Set here: pytest sets it again before the test.
            monkeypatch.setattr(sys, 'stdout', screen)
        connection = SimpleNamespace(namespace='shop', close=lambda: None, clock_offset=0.0)
        inventory = Inventory(Kinds((DEPLOYMENTS, PODS), ()), 'shop', api.trackers().of, Options())
        inventory.replace(PODS, pods)
        monkeypatch.setattr(api, 'inventory', lambda *_: (inventory, ('without jobs: no',)))
        monkeypatch.setattr(api, 'connect', lambda **flags: connection)
        monkeypatch.setattr(api, 'live_source', lambda connection: source)
        code = program.main(['status', '--watch', *argv])
        return (code, *capsys.readouterr())

    return run


def states(out):
    """The first words of the rows, block by block."""
    return [
        [(row.strip('✗ ').split()[0], row.strip('✗ ').split()[1]) for row in block.splitlines()[2:]]
        for block in out.split('\n\n')
    ]


def test_blocks_are_printed_when_something_changes(watch):
    broken = deployment(1, **SHORT)
    script = [change(PODS, FINE), change(PODS, FINE), change(DEPLOYMENTS, deployment(1))]
    source = Scripted(broken, SET, LOOP, script=script)
    code, out, err = watch(source, 'deploy/web')
    assert (code, err) == (0, '')
    assert states(out) == [
        [('deploy/web', 'failing'), ('po/web-1', 'failing')],
        [('deploy/web', 'progressing'), ('rs/web-2', 'progressing')],
        [('deploy/web', 'ready')],
    ]
    titles = [block.splitlines()[0] for block in out.split('\n\n')]
    assert [title.partition('s: ')[2] for title in titles] == [
        *('0 of 1 ready, 1 failing', '0 of 1 ready, 1 progressing', '1 of 1 ready'),
    ]
    assert source.is_closed


def test_a_missing_target_is_waited_for(watch):
    source = Scripted(script=[change(DEPLOYMENTS, deployment(1), 'ADDED')])
    code, out, _ = watch(source, 'deploy/web')
    assert (code, states(out)) == (0, [[('deploy/web', 'absent')], [('deploy/web', 'ready')]])
    assert 'does not exist' in out


def test_json_is_one_line_for_each_change(watch):
    source = Scripted(deployment(1, **SHORT), script=[change(DEPLOYMENTS, deployment(1))])
    _, out, _ = watch(source, 'deploy/web', '-o', 'json')
    documents = [json.loads(line) for line in out.splitlines()]
    assert [entry['state'] for data in documents for entry in data['items']] == [
        *('progressing', 'ready'),
    ]


def test_everything_is_watched(watch):
    script = [change(PODS, FINE), change(PODS, FINE, 'DELETED')]
    source = Scripted(LOOP, script=script)
    code, out, err = watch(source, '-n', 'shop', pods=[LOOP])
    assert (code, err) == (0, 'note: without jobs: no\n')
    assert states(out) == [[('po/web-1', 'failing')], [('po/web-1', 'ready')], []]
    assert source.is_closed


def test_a_failed_watch_is_reported_and_the_others_go_on(watch):
    def fail(cluster):
        cluster.put(Watch(PODS, 'shop'), ReadFailure('denied', 'pods are \x1b forbidden'))

    code, _, err = watch(Scripted(LOOP, script=[fail, fail]), '-n', 'shop', pods=[LOOP])
    assert (code, err) == (0, 'note: without jobs: no\npods are \\x1b forbidden\n')


def test_a_failed_read_of_children_is_reported(watch):
    def fail(cluster):
        [pods] = [want for want in cluster._seen if want.resource == PODS]
        cluster.put(pods, ReadFailure('denied', 'no'))

    code, _, err = watch(Scripted(deployment(1, **SHORT), script=[fail]), 'deploy/web')
    assert (code, err.count('\n')) == (0, 1)
    assert 'no permission to read pods in namespace shop' in err


def test_a_namespace_that_does_not_exist_is_an_error(watch, monkeypatch):
    monkeypatch.setattr(target_resolution, 'has_namespace', lambda connection: False)
    code, out, err = watch(Scripted(), '-n', 'shop')
    assert (code, out) == (4, '')
    assert err.endswith('error: namespace shop does not exist\n')


def test_a_target_that_cannot_be_read_ends_the_command(watch):
    def fail(cluster):
        for want in cluster._seen:
            cluster.put(want, ReadFailure('denied', 'no'))

    class Denied(Scripted):
        def _matching(self, want):
            return ()

        def reconcile(self, wants):
            self._seen = set(wants)

    code, _, err = watch(Denied(script=[fail]), 'deploy/web')
    assert (code, err.count('\n')) == (5, 1)
    assert err.startswith('deploy/web cannot be read: no (--print-rbac ')


@posix
@pytest.mark.parametrize(
    ('number', 'flags', 'code'),
    [
        (signal.SIGINT, (), 0),
        (signal.SIGINT, ('--exit-code',), 1),
        (signal.SIGTERM, ('--exit-code',), 143),
        (signal.SIGHUP, ('--exit-code',), 129),
    ],
)
@pytest.mark.parametrize('target', [('deploy/web',), ('-n', 'shop')])
def test_a_signal_ends_it(watch, target, number, flags, code):
    source = Scripted(
        *(deployment(1, **SHORT), SET, LOOP),
        script=[interrupt(number), change(PODS, FINE)],
    )
    result, out, _ = watch(source, *target, *flags, pods=[LOOP])
    assert (result, len(states(out))) == (code, 1)


def test_files_are_not_watched(watch):
    code, _, err = watch(Scripted(), '--local', '-f', '-')
    assert (code, err) == (
        2, 'error: --watch needs a cluster: it cannot be combined with --local\n',
    )  # fmt: skip


def test_a_deadline_without_a_change_draws_nothing():
    drawn = []
    source = status_watch._DrawingSource(Cluster(), lambda: drawn.append(1))
    assert source.take(1.0) is None
    source.note_change()
    assert source.take(1.1) is None
    assert drawn == []
    assert source.take(9.0) is None
    assert drawn == [1]


def test_notices_about_trackers_are_printed(watch, packages):
    packages.install('acme', code='def assess(view): oops', Deployment_apps='')
    code, _, err = watch(Scripted(deployment(1)), 'deploy/web')
    assert (code, 'acme' in err) == (0, True), err


class Terminal(io.StringIO):
    """A terminal without scrolling, which understands what the command writes."""

    def __init__(self, columns):
        super().__init__()
        self.columns = columns
        self.rows, self.row, self.column = [''], 0, 0
        self.frames = 0

    def isatty(self):
        return True

    def write(self, text):
        self.frames += text.count('\x1b[?2026h')
        for part in re.findall(r'\x1b\[\??[0-9]*[a-zA-Z]|\n|\r|[^\x1b\n\r]', text):
            self._apply(part)
        return len(text)

    def _apply(self, part):
        if part == '\n':
            self.row, self.column = self.row + 1, 0
            self.rows += [''] * (self.row + 1 - len(self.rows))
        elif part == '\r':
            self.column = 0
        elif part.startswith('\x1b') and part.endswith('A'):
            self.row -= int(part[2:-1])
            assert self.row >= 0
        elif part.startswith('\x1b') and part.endswith('K'):
            self.rows[self.row] = self.rows[self.row][: self.column]
        elif len(part) == 1:
            line = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = line[: self.column] + part + line[self.column + 1 :]
            self.column += 1
            assert self.column < self.columns or not self.frames

    @property
    def shown(self):
        return [row for row in self.rows if row]


@pytest.fixture
def terminal(monkeypatch):
    for name in ('CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION', 'BUILDKITE', 'NO_COLOR'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.setenv('COLUMNS', '80')
    monkeypatch.setenv('LINES', '24')
    return Terminal(80)


def test_a_terminal_is_redrawn_in_place(watch, terminal):
    script = [change(PODS, FINE), change(DEPLOYMENTS, deployment(1))]
    source = Scripted(deployment(1, **SHORT), SET, LOOP, script=script)
    assert watch(source, 'deploy/web', screen=terminal)[0] == 0
    assert terminal.frames == 3
    assert [line.split()[0] for line in terminal.shown[:-1]] == ['TARGET', 'deploy/web']
    assert terminal.shown[-1].endswith('s: 1 of 1 ready')
    assert (terminal.row, terminal.column) == (3, 0)


def test_a_new_width_is_counted_in(watch, terminal, monkeypatch):
    def narrow(cluster):
        monkeypatch.setenv('COLUMNS', '60')
        terminal.columns = 80
        change(DEPLOYMENTS, deployment(1))(cluster)

    source = Scripted(deployment(1, **SHORT), script=[narrow])
    lines = []
    draw = status_watch._InPlace.draw

    def note(self, new, size):
        lines.append((size.columns, max(map(len, new))))
        draw(self, new, size)

    monkeypatch.setattr(status_watch._InPlace, 'draw', note)
    watch(source, 'deploy/web', screen=terminal)
    assert [width for width, _ in lines] == [80, 60]
    assert all(longest < width for width, longest in lines)


def test_lines_beyond_the_height_are_counted(watch, terminal, monkeypatch):
    monkeypatch.setenv('LINES', '6')
    pods = [pod(name=f'p{number}', phase='Pending') for number in range(9)]
    watch(Scripted(*pods), '-n', 'shop', pods=pods, screen=terminal)
    assert len(terminal.shown) == 5
    assert terminal.shown[-2].startswith('… ')
    assert terminal.shown[-2].endswith(' more lines')
    assert terminal.shown[-1].endswith('0 of 9 ready, 9 progressing')


def test_a_notice_stays_above_the_next_table(watch, terminal):
    def fail(cluster):
        cluster.put(Watch(PODS, 'shop'), ReadFailure('unreachable', 'gone'))

    source = Scripted(LOOP, script=[fail, change(PODS, FINE)])
    watch(source, '-n', 'shop', pods=[LOOP], screen=terminal)
    assert [line.split()[0] for line in terminal.shown].count('TARGET') == 2


@pytest.mark.parametrize(('name', 'value'), [('TERM', 'dumb'), ('CI', 'true')])
def test_a_terminal_that_cannot_redraw_has_blocks(watch, terminal, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    source = Scripted(LOOP, script=[change(PODS, FINE)])
    watch(source, '-n', 'shop', pods=[LOOP], screen=terminal)
    assert terminal.frames == 0
    assert sum(line.startswith(('TARGET', '  TARGET')) for line in terminal.shown) == 2


def test_old_lines_that_a_narrower_window_has_wrapped_are_replaced():
    written = []
    in_place = status_watch._InPlace(SimpleNamespace(write_text=written.append))
    in_place.draw(['\x1b[31m' + 'x' * 100 + '\x1b[0m', 'y'], os.terminal_size((120, 24)))
    in_place.draw(['z'], os.terminal_size((60, 24)))
    up = '\x1b[3A'
    blank = '\x1b[K\n' * 2 + '\x1b[2A'
    assert written[1] == f'\x1b[?2026h\r{up}z\x1b[K\n{blank}\x1b[?2026l'


def test_lines_above_the_top_of_a_lower_window_are_left_alone():
    written = []
    in_place = status_watch._InPlace(SimpleNamespace(write_text=written.append))
    in_place.draw(['x'] * 20, os.terminal_size((80, 24)))
    in_place.draw(['y'] * 20, os.terminal_size((80, 10)))
    assert written[1].startswith('\x1b[?2026h\r\x1b[9Ay')
    assert written[1].count('\n') == 9
