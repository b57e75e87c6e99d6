"""Replay the recorded scenarios, and read and write the table of their expected endings.

Recordings and table use only names of the wire formats (recording, JSON Lines), so that they stay
valid when the fields of the program are renamed.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import NamedTuple

from kubectl_dog.cli.main import main

FOLDER = Path(__file__).parent
RECORDINGS = FOLDER / 'recordings'
TABLE = FOLDER / 'expected.tsv'

# The characters of generated suffixes in Kubernetes (k8s.io/apimachinery/pkg/util/rand).
_RANDOM = '[bcdfghjklmnpqrstvwxz2456789]'
_SUFFIX = re.compile(rf'(?<=[a-z0-9])-(?:{_RANDOM}{{8,10}}(?:-{_RANDOM}{{5}})?|{_RANDOM}{{5}})\b')
_EMPTY = '-'

# In characters; the longest output of a recording is a quarter of it.
_LIMIT = 100_000


class Ending(NamedTuple):
    """How one target of a recording ended, in texts; `seconds` is the time since the start.

    `seen` are the codes of all causes that were reported during the run.
    """

    scenario: str
    exit_code: str
    target: str
    verdict: str
    seconds: str
    cause: str
    subject: str
    reason: str
    seen: str


class _Output(io.StringIO):
    """Closes like a pipe at a limit: a replay whose time-out got lost reports status forever."""

    def write(self, text):
        if self.tell() > _LIMIT:
            raise BrokenPipeError
        return super().write(text)


def names():
    """The names of the recordings, such as `failed/command-not-found`."""
    paths = RECORDINGS.glob('*/*.jsonl')
    return sorted(path.relative_to(RECORDINGS).with_suffix('').as_posix() for path in paths)


def path_of(name):
    """The file of the recording of that name."""
    return RECORDINGS / f'{name}.jsonl'


def replay(path, output='json'):
    """The exit code and the output of an instant replay of a file."""
    printed = _Output()
    with contextlib.redirect_stdout(printed):
        code = main(['replay', str(path), '--instant', '-o', output])
    return code, printed.getvalue()


def endings(name, path=None):
    """The Ending of each target of a recording, by a replay of its file."""
    code, output = replay(path or path_of(name))
    records = [json.loads(line) for line in output.splitlines()]
    assert records[-1]['type'] == 'summary', f'{name}: the replay does not end'
    causes = {}
    ended = {}
    for record in records:
        if record['type'] == 'cause':
            causes.setdefault(_label(record['target']), set()).add(record['cause']['code'])
        if record['type'] == 'ended':
            ended[_label(record['target'])] = record
    verdicts = {_label(row['target']): row['verdict'] for row in records[-1]['verdicts']}
    return [
        _ending(name, code, label, verdict, ended.get(label, {}), causes.get(label, ()))
        for label, verdict in sorted(verdicts.items())
    ]


def _ending(name, code, label, verdict, ended, seen):
    cause = ended.get('cause') or {}
    fields = (
        name,
        str(code),
        label,
        verdict,
        f'{ended["at"]:.1f}' if ended else '',
        cause.get('code'),
        cause.get('subject'),
        ended.get('reason'),
        ','.join(sorted(seen)),
    )
    return Ending(*(_normalized(field or '') or _EMPTY for field in fields))


def _label(target):
    return f'{target["kind"]}/{target["name"]}'


def _normalized(text):
    """The text in one line, with the generated suffixes of names replaced."""
    return _SUFFIX.sub('-<hash>', ' '.join(text.split()))


def expected():
    """The table: by name of the recording, the Ending of each of its targets."""
    table = {}
    for line in TABLE.read_text(encoding='utf-8').splitlines()[1:]:
        ending = Ending(*line.split('\t'))
        table.setdefault(ending.scenario, []).append(ending)
    return table


def write(rows):
    """Write the table of these Endings."""
    lines = ['\t'.join(row) + '\n' for row in (Ending._fields, *rows)]
    TABLE.write_bytes(''.join(lines).encode())
