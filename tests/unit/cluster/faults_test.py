"""docs/faults.md: what each fault of the connection does; `KUBECTL_DOG_WRITE=1` writes it.

Each row is a run of the program against a server with that fault. It must end with the right
verdict, lose and double no log line, and leave nothing behind.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any
from typing import NamedTuple

import pytest

from kubectl_dog.cluster.auth import plugin_process
from kubectl_dog.cluster.reads import watcher
from kubectl_dog.model import limits
from tests.unit.cluster import faults
from tests.unit.cluster.faults import Amid
from tests.unit.cluster.faults import always
from tests.unit.cluster.faulty_cluster import Cluster
from tests.unit.cluster.faulty_cluster import is_running
from tests.unit.cluster.faulty_cluster import run
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse
from tests.unit.cluster.server import until
from tests.unit.needs import posix

pytestmark = posix
PAGE = Path(__file__).parents[3] / 'docs' / 'faults.md'
BALANCERS = 'check proxies and load balancers'
BACK = 'https://SERVER responds again'
CLOSED = (
    'cannot connect to https://SERVER: it closed the connection without a response; check --server'
)
BUSY = 'https://SERVER cannot answer now: too many requests'
HTML = (
    'https://SERVER does not answer like an API server: it sent an HTML page; '
    'check --server and proxies'
)
SIGN_IN = 'https://SERVER does not accept the credentials (Unauthorized): sign in again'
# What a run of `kubectl dog rollout` is called with.
ROLLOUT = ('rollout', 'deploy/web', '--tail=-1', '--timeout', '2m')
# A kind that only discovery knows.
GADGET = ('rollout', 'gadget/web')
LONGEST_WAIT = 60.0


class Row(NamedTuple):
    """A fault and its expected result; `notices` are all lines about the connection."""

    fault: Any
    notices: tuple[str, ...] = ()
    code: int = 0
    words: tuple[str, ...] = ROLLOUT
    # Whether the server supports lists as a watch.
    streams: bool = True
    # Writes what the user entry names into a folder, and returns the entry.
    user: Any = None
    # Limits that are smaller here, as the machine has little memory and time.
    smaller: Any = MappingProxyType({})
    seconds: str = ''


def retry_after(value):
    script = refuse(429, 'too many requests', Retry_After=value)
    return lambda: Amid(script, times=6)


MIB = 1024 * 1024
SMALL = {'BODY_BYTES': MIB, 'EVENT_BYTES': MIB, 'LIST_BYTES': MIB}
TOO_LONG = 'https://SERVER sent an answer of more than 1 MiB; check --server'
UNREADABLE = 'deploy/web cannot be read: '

AMID = {
    'All watches and the log are cut 8 times, at random': Row(lambda: faults.RandomCuts(1, 8)),
    'The server is away for 2 s': Row(lambda: faults.Restarts(2), (CLOSED, BACK)),
    'The server is away for 60 s': Row(lambda: faults.Restarts(60), (CLOSED, BACK)),
    '2 s of latency': Row(lambda: faults.Late(2.0)),
    'Silent connections': Row(
        lambda: Amid(faults.silent, names=('deployments', 'pods')),
        smaller={'_READ_TIMEOUT': 0.3},
        seconds='90 s without a byte',
    ),
    '410 Gone for a watch, as etcd was compacted': Row(
        lambda: Amid(refuse(410, 'too old'), names=faults.WATCHES)
    ),
    '410 Gone as an event of a watch': Row(lambda: Amid(page(faults.GONE), names=faults.WATCHES)),
    '500 four times': Row(
        lambda: Amid(refuse(500, 'etcd is down'), times=4),
        ('https://SERVER cannot answer now: etcd is down', BACK),
    ),
    '429 four times': Row(lambda: Amid(refuse(429, 'too many requests'), times=4)),
    '429 six times, Retry-After: 7': Row(retry_after('7'), (BUSY, BACK)),
    '429 six times, Retry-After: 10^400': Row(retry_after('1' + 400 * '0'), (BUSY, BACK)),
    '429 six times, Retry-After: -1': Row(retry_after('-1'), (BUSY, BACK)),
    '429 six times, Retry-After: ²': Row(retry_after('\xb2'), (BUSY, BACK)),
    '429 six times, Retry-After: a date in 99999': Row(
        retry_after('Fri, 31 Dec 99999 23:59:59 GMT'), (BUSY, BACK)
    ),
    '429 six times, Retry-After: HTML': Row(retry_after('<html>'), (BUSY, BACK)),
    'HTML with 200 from a proxy, four times': Row(lambda: Amid(faults.HTML, times=4), (HTML, BACK)),
    'Garbage with 200, four times': Row(
        lambda: Amid(page(b'\0garbage\n'), times=4, names=('deployments', 'replicasets', 'pods')),
        (
            'https://SERVER does not answer like an API server: it sent an event that cannot be '
            'read; check --server and proxies',
            BACK,
        ),
    ),
    'A redirect to another host, four times: nothing is sent there': Row(
        lambda: faults.Redirect(4),
        (
            'https://SERVER does not answer like an API server: it sent a redirect to 127.0.0.1; '
            'check --server and proxies',
            BACK,
        ),
    ),
    'gzip, not asked for': Row(lambda: faults.compressed),
    'gzip, not asked for, in lists': Row(lambda: faults.compressed, streams=False),
    'A chunk of 2^60 bytes': Row(
        lambda: Amid(faults.raw(faults.CHUNKED, b'1000000000000000\r\nx'))
    ),
    'A chunk of -5 bytes': Row(lambda: Amid(faults.raw(faults.CHUNKED, b'-5\r\nx'))),
    'A log line of 4 MB': Row(lambda: faults.long_line),
}
LISTS = {
    'Half a JSON document': (faults.with_length(9, b'{"items":'),),
    'Content-Length too short': (faults.with_length(20),),
    'Content-Length too long': (faults.with_length(200),),
    'Content-Length of 2^60': (faults.with_length(2**60),),
    'Content-Length of -1': (faults.with_length(-1),),
}
for _name, _parts in LISTS.items():
    AMID[f'{_name}, in lists'] = Row(
        lambda parts=_parts: faults.FirstLists(faults.raw(*parts)), streams=False
    )
AT_START = {
    'HTML with 200 from a proxy': Row(lambda: always(faults.HTML), (UNREADABLE + HTML,), 5),
    'Half lists, again and again': Row(
        lambda: always(faults.raw(faults.CHUNKED, b'9\r\n{"type": ')),
        (f'{UNREADABLE}https://SERVER ends its answers too early; {BALANCERS}',),
        5,
    ),
    'The credentials are rejected': Row(
        lambda: always(refuse(401, 'Unauthorized')), (UNREADABLE + SIGN_IN,), 5
    ),
    'A list without end': Row(
        lambda: always(faults.endless(faults.JSON + b'\r\n{"items": ["', b'x' * 65536)),
        (UNREADABLE + TOO_LONG,), 5, streams=False, smaller=SMALL,
    ),
    'A list of 16 MiB in 16 KB of gzip': Row(
        lambda: always(faults.bomb(16 * MIB)), (UNREADABLE + TOO_LONG,), 5, smaller=SMALL
    ),
    'A line without end in a watch': Row(
        lambda: always(faults.endless(faults.JSON + b'\r\n{"type": "', b'x' * 65536)),
        (UNREADABLE + TOO_LONG,), 5, smaller=SMALL,
    ),
}  # fmt: skip
DISCOVERY = {
    '/apis answers 404': Row(
        lambda: always(refuse(404)),
        ('error: there is no API server at https://SERVER; check --server',),
    ),
    'HTML with 200 from a proxy': Row(lambda: always(faults.HTML), (f'error: {HTML}',)),
    'Garbage with 200': Row(
        lambda: always(page(b'\0garbage')),
        ('error: https://SERVER/api returned no API groups; check --server',),
    ),
    '100 Continue without end': Row(
        lambda: always(faults.endless(b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 999)),
        (
            'error: cannot connect to https://SERVER: its headers have more than 256 KiB; '
            'check --context and whether the cluster is running',
        ),
    ),
    'A byte of the body every 0.3 s, --request-timeout 1s': Row(
        lambda: always(faults.slow(faults.JSON + b'\r\n', b'{', 0.3)),
        (
            'error: cannot connect to https://SERVER: no answer in time; '
            'check the network (VPN) and --context',
        ),
        words=(*GADGET, '--request-timeout', '1s'),
    ),
    'A byte of the headers every 0.3 s, --timeout 1s': Row(
        lambda: always(faults.slow(b'HTTP/1.1 200 ', b'x', 0.3)),
        (
            'error: cannot connect to https://SERVER: no answer in time; '
            'check the network (VPN) and --context',
        ),
        words=(*GADGET, '--timeout', '1s'),
    ),
}

V1 = 'client.authentication.k8s.io/v1'
CREDENTIAL = '{"apiVersion": "%s", "kind": "ExecCredential", "status": {"token": "\'$(cat %s)\'"}}'


def token_file(folder):
    (folder / 'token').write_text('one')
    return {'tokenFile': str(folder / 'token')}


def new_token(cluster):
    (cluster.folder / 'token').write_text('two')


def plugin(script, mode='Never'):
    """A user entry with a plugin: a shell script, after which a token is printed."""

    def write(folder):
        token_file(folder)
        answer = f"printf '%s' '{CREDENTIAL % (V1, folder / 'token')}'"
        (folder / 'plugin').write_text(f'#!/bin/sh\ncd {folder}\n{script}\n{answer}\n')
        (folder / 'plugin').chmod(0o755)
        command = str(folder / 'plugin')
        return {'exec': {'apiVersion': V1, 'command': command, 'interactiveMode': mode}}

    return write


def healthy(wire, name, cluster):
    return False


FAILED = 'error: the credential plugin /plugin '
CREDENTIALS = {
    'The token expires; its file has a new one': Row(
        lambda: faults.Expires(new_token), user=token_file
    ),
    'The token expires; the plugin prints a new one': Row(
        lambda: faults.Expires(new_token), user=plugin('')
    ),
    'The token expires, and there is no other': Row(
        lambda: faults.Expires(lambda cluster: None), (SIGN_IN, UNREADABLE + SIGN_IN), 5
    ),
    'A plugin prints without end': Row(
        lambda: healthy,
        (f'{FAILED}printed more than 1 MiB: run it in a terminal to see why',),
        5,
        user=plugin('yes'),
    ),
    'A plugin and its child hang, --request-timeout 1s': Row(
        lambda: healthy,
        (f'{FAILED}did not end within 1s: run it in a terminal to see why',),
        5,
        words=(*ROLLOUT, '--request-timeout', '1s'),
        user=plugin('sleep 99 & echo $! > new; mv new child; wait'),
    ),
    'A plugin needs a terminal': Row(
        lambda: healthy,
        (f'{FAILED}needs a terminal, but standard input is not one',),
        5,
        user=plugin('', 'Always'),
    ),
    'A child of a plugin keeps its output open': Row(
        lambda: healthy, user=plugin('sleep 99 & echo $! > agent')
    ),
}

SECTIONS = {
    'In the middle of a rollout': AMID,
    'From the first request': AT_START,
    'Discovery of a kind': {
        name: row._replace(code=5, words=row.words if row.words != ROLLOUT else GADGET)
        for name, row in DISCOVERY.items()
    },
    'Credentials': CREDENTIALS,
}
HEAD = """# Faults of the connection

A test (`tests/unit/cluster/faults_test.py`) writes this page: each row is a run of
`kubectl dog rollout deploy/web` against a server with that fault. With exit code 0, the rollout
became ready after the fault.

- Lines about it: all lines that the run prints about the connection.
- Lost, doubled: how many of 40 log lines.
- Retries: those of each watch.
- Recovers in: from the end of the fault to the next request, at most.

Where a row names 1 MiB, the test has lowered the limit.
"""
_NAMES = ('fault', 'exit code', 'lines about it', 'lost, doubled', 'retries', 'recovers in')
TITLES = f'| {" | ".join(_NAMES)} |'
WRITES = bool(os.environ.get('KUBECTL_DOG_WRITE'))
RESULTS: dict[tuple[str, str], str] = {}


@pytest.fixture(scope='module', autouse=True)
def written():
    yield
    if WRITES:
        PAGE.write_text(page_of(RESULTS), encoding='utf-8')


def limits_table():
    """The limits for input, from their module."""
    size = limits.describe
    rows = (
        ('opening a connection', f'{limits.CONNECT_SECONDS:g} s', ''),
        ('TLS, and the answer of a proxy', f'{limits.HANDSHAKE_SECONDS:g} s', ''),
        ('headers of an answer', f'{limits.HEAD_SECONDS:g} s', size(limits.HEAD_BYTES)),
        ('a whole answer', f'{limits.ANSWER_SECONDS:g} s', size(limits.BODY_BYTES)),
        ('a list, in pages or as a watch', '', size(limits.LIST_BYTES)),
        ('an event of a watch', '', size(limits.EVENT_BYTES)),
        ('silence of a watch', f'{watcher._READ_TIMEOUT:g} s', ''),
        ('a log line: the rest is cut off', '', size(limits.LOG_LINE_BYTES)),
        ('the text of a refusal', f'{limits.REFUSAL_SECONDS:g} s', size(limits.REFUSAL_BYTES)),
        ('a credential plugin', f'{limits.PLUGIN_SECONDS:g} s', size(limits.PLUGIN_BYTES)),
        (
            'an identity provider (OIDC)',
            f'{limits.PROVIDER_SECONDS:g} s',
            size(limits.PROVIDER_BYTES),
        ),
        ('a file with a token, certificate or key', '', size(limits.CREDENTIAL_BYTES)),
        ('Retry-After', f'{LONGEST_WAIT:g} s', ''),
    )
    lines = ['| input | time | size |', '| --- | --- | --- |']
    return '\n'.join([*lines, *(f'| {" | ".join(row)} |' for row in rows)])


LIMITS = """## Limits for input

More than this is an error in one sentence, with exit code 5 if the target cannot be read. If
`--timeout` or `--request-timeout` is shorter, it replaces the times for an answer and a plugin. A
longer `--request-timeout` gives a whole answer and a plugin more time.
"""


def test_the_page_has_the_limits():
    if not WRITES:
        assert limits_table() in PAGE.read_text(encoding='utf-8')


def page_of(results):
    parts = [HEAD]
    for title, rows in SECTIONS.items():
        parts += [f'## {title}', '\n'.join([TITLES, '|' + ' --- |' * 6])]
        parts[-1] += ''.join(f'\n{results[title, name]}' for name in rows)
        parts[-1] += '\n'
    parts += [LIMITS, limits_table(), '']
    return '\n\n'.join(parts).replace('\n\n\n', '\n\n')


def cells(name, row, result):
    """The row of the page."""
    fault = result.cluster.fault
    notices = '<br>'.join(result.notices).replace('|', '\\|') or 'none'
    retries = seconds = ''
    readers = result.cluster.readers.waits
    waits = [waits for reader, waits in readers.items() if 'watch' in reader]
    if isinstance(fault, Amid) and not row.seconds and not row.code:
        retries = str(len(fault.scripts) + 1)
        seconds = f'{max(map(last, waits)):g} s'
    if isinstance(fault, faults.Restarts):
        seconds = f'{sum(readers["watch deployments"]) - fault.seconds:.1f} s'
    lost = f'{result.lost}, {result.doubled}' if not result.code else ''
    texts = (name, str(result.code), notices, lost, retries, row.seconds or seconds)
    return f'| {" | ".join(texts)} |'


def check_processes(folder):
    """A hanging plugin has been ended with its children; an agent that it started has not."""
    if (folder / 'child').exists():
        until(lambda: not is_running(int((folder / 'child').read_text())))
    if (folder / 'agent').exists():
        os.kill(int((folder / 'agent').read_text()), signal.SIGKILL)


def last(waits):
    return waits[-1]


ALL = [(title, name) for title, rows in SECTIONS.items() for name in rows]


@pytest.mark.parametrize(('title', 'name'), ALL, ids=[f'{title}: {name}' for title, name in ALL])
def test_a_fault(title, name, tls, pki, tmp_path, monkeypatch):
    row = SECTIONS[title][name]
    for limit, value in row.smaller.items():
        monkeypatch.setattr(watcher if limit.startswith('_') else limits, limit, value)
    monkeypatch.setattr(sys, 'stdin', io.StringIO())
    monkeypatch.setattr(plugin_process, '_needs_own_session', lambda is_interactive: True)
    cluster = Cluster(tls, row.fault(), row.streams)
    user = row.user(tmp_path) if row.user else {'token': 'one'}
    result = run(cluster, pki, tmp_path, monkeypatch, *row.words, user=user)
    assert (result.code, result.notices) == (row.code, row.notices), result.short
    if not row.code:
        assert (result.verdict, result.lost, result.doubled) == ('ready', 0, 0), result.short
    assert result.left == []
    for waits in cluster.readers.waits.values():
        assert min(waits) >= 0.1
        assert max(waits) <= LONGEST_WAIT
        assert len(waits) <= 60
    check_processes(tmp_path)
    if isinstance(cluster.fault, faults.Redirect):
        cluster.fault.elsewhere.close()
        assert cluster.fault.elsewhere.requests == []
    RESULTS[title, name] = cells(name, row, result)
    if not WRITES:
        assert f'{RESULTS[title, name]}\n' in PAGE.read_text(encoding='utf-8')
