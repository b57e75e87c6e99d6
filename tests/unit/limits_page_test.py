"""docs/limits.md lists the limits of input; with `KUBECTL_DOG_WRITE=1`, this test writes it.

Each row is the real message and exit code for input just above the limit.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

import pytest

from kubectl_dog import file_limits
from kubectl_dog.cli.main import main
from kubectl_dog.manifests import url_fetch
from kubectl_dog.model import times
from kubectl_dog.model.errors import UserError
from kubectl_dog.recording import reader
from tests.unit.needs import posix

PAGE = Path(__file__).parents[2] / 'docs' / 'limits.md'
HEAD = """# Limits of input

A test (`tests/unit/limits_page_test.py`) writes this page: each row is what the program prints
for input just above the limit. `FILE` is a file, and `-` standard input. Exit code 2 means that a
file is wrong, 5 that there is no access. Sizes are in MiB (1,048,576 bytes).
`kubectl_dog/file_limits.py` has the sizes of files. No file is read further than its limit, so that
`/dev/zero` needs no more memory than the largest file.

| input | limit | message | exit code |
| --- | --- | --- | --- |
"""
FOOT = """
Not refused, but shortened:

- Objects of the cluster and of recordings that are nested more than {deepest} levels deep: deeper
  values become null.
- Integers of more than 40 digits in JSON and YAML: they are text, and no number.
- Log lines and messages: they are clipped, and printed with their real length.
- Manifests of more than 4 MiB, or more than 2,000 of them: annotations of CI systems do not name
  their lines.
"""
MIB = file_limits.MIB
KUBECONFIG = ('status', 'deploy/x', '--kubeconfig', 'FILE')
LOCAL = ('status', '--local', '-f', 'FILE')
HEADER = {'recording': 'kubectl-dog/v1', 'started': '2026-01-01T00:00:00Z', 'targets': []}


def size(limit):
    return f'{limit // MIB} MiB' if limit >= MIB else f'{limit // 1024} KiB'


def recording(record, **options):
    return f'{json.dumps({**HEADER, "options": options})}\n{record}\n'


class Case:
    """A row: the input, its limit, the arguments and the content of FILE: a text or a size."""

    def __init__(self, title, limit, argv, content='', big=0, source='file'):
        self.title, self.limit, self.argv = title, limit, argv
        self.content, self.big, self.source = content, big, source


DEEP = '[' * 201 + ']' * 201
ALIASES = f'a: &a [{"1," * 1_000}]\nb: [{"*a," * 100}]\n'
MUCH = {'big': file_limits.MANIFEST}
CASES = (
    Case('kubeconfig', size(file_limits.KUBECONFIG), KUBECONFIG, big=file_limits.KUBECONFIG),
    Case('kubeconfig: nesting', '200 levels', KUBECONFIG, f'a: {DEEP}'),
    Case('kubeconfig: aliases', '100,000 values', KUBECONFIG, ALIASES),
    Case('manifest: `-f FILE`, `--local -f FILE`', size(file_limits.MANIFEST), LOCAL, **MUCH),
    Case('manifest: `-f -`', size(file_limits.MANIFEST), LOCAL, source='stdin', **MUCH),
    Case('manifest: nesting', '200 levels', LOCAL, f'a: {DEEP}'),
    Case('manifest: aliases', '100,000 values in a document', LOCAL, ALIASES),
    Case('spec', size(file_limits.SPEC), ('multitrack', 'FILE'), big=file_limits.SPEC),
    Case('spec: nesting', '200 levels', ('multitrack', 'FILE'), DEEP),
    Case(
        'rules: `--rules FILE`', size(file_limits.RULES), ('replay', '--rules', 'FILE', 'x'),
        big=file_limits.RULES,
    ),
    Case('rules: nesting', '60 levels', ('replay', '--rules', 'FILE', 'x'), f'a: {DEEP}'),
    Case(
        'recording: a line', size(file_limits.RECORDING_LINE), ('replay', 'FILE'),
        big=file_limits.RECORDING_LINE,
    ),
    Case(
        'recording: times', f'{reader._LONGEST / 86400:.0f} days', ('replay', 'FILE'),
        recording('{"at": 1e9, "clock": 0}'),
    ),
    Case(
        'recording: interval of reports', 'at least 1 s', ('replay', 'FILE'),
        recording('', status_period=0),
    ),
    Case('`--speed`', '0.001 to 1,000,000', ('replay', 'x', '--speed', '1e-300')),
    Case('durations, such as `--timeout`', 'ten years', ('rollout', 'x/y', '--timeout', '999999h')),
)  # fmt: skip


def refusal(case, folder, monkeypatch):
    """The exit code and the message for a case."""
    file = folder / 'FILE'
    file.write_text(case.content, encoding='utf-8')
    if case.big:
        with file.open('ab') as stream:
            stream.truncate(case.big + 1)
    argv = [str(file) if word == 'FILE' else word for word in case.argv]
    if case.source == 'stdin':
        argv = ['-' if word == str(file) else word for word in argv]
    error = io.StringIO()
    with file.open('rb') as stream, contextlib.redirect_stderr(error):
        monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(stream))
        code = main(argv)
    return code, error.getvalue().replace(f'{folder}/', '').strip()


def row(title, limit, message, code):
    text = message.removeprefix('error: ').partition('; see')[0]
    return f'| {title} | {limit} | `{text}` | {code} |\n'


@pytest.fixture(scope='module')
def refusals(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv('KUBECONFIG', raising=False)
        results = []
        for number, case in enumerate(CASES):
            folder = tmp_path_factory.mktemp(f'case{number}')
            results.append((case, *refusal(case, folder, patch)))
        return results


@posix
def test_input_above_a_limit_is_refused_with_one_sentence(refusals):
    for case, code, message in refusals:
        assert code == (5 if case.argv is KUBECONFIG else 2), (case.title, message)
        assert message.startswith('error: '), case.title
        assert '\n' not in message
        assert len(message) < 250


@posix
def test_the_page_lists_the_limits(refusals):
    rows = [row(case.title, case.limit, message, code) for case, code, message in refusals]
    more = (
        ('manifest: URL', size(url_fetch.LARGEST), file_limits.DOWNLOAD),
        (
            'manifest: output of `kubectl kustomize`',
            size(file_limits.MANIFEST),
            file_limits.MANIFEST,
        ),
    )
    rows += [
        row(title, limit, f'cannot read …: {file_limits.too_large(number).strerror}', 2)
        for title, limit, number in more
    ]
    rows.append(
        f'| recording | {size(file_limits.RECORDING)}, {file_limits.RECORDING_LINES:,} lines | '
        f'`cannot read …: {file_limits.too_large(file_limits.RECORDING).strerror}` | 2 |\n'
    )
    text = HEAD + ''.join(rows) + FOOT.format(deepest=200)
    if os.environ.get('KUBECTL_DOG_WRITE'):
        PAGE.write_text(text, encoding='utf-8')
    assert PAGE.read_text(encoding='utf-8') == text


class Endless(io.RawIOBase):
    """A stream of which a line never ends."""

    def readable(self):
        return True

    def readinto(self, buffer):
        buffer[:] = bytes(len(buffer))
        return len(buffer)


def test_an_endless_stream_is_read_up_to_its_limit():
    with pytest.raises(OSError, match='larger than 1 MiB'):
        file_limits.read_stream(io.BufferedReader(Endless()), MIB)


@pytest.mark.parametrize(
    ('name', 'limit', 'content', 'message'),
    (
        ('RECORDING_LINE', 4, b'123\n45678', 'a line is larger than 0 KiB'),
        ('RECORDING', 4, b'123\n45678', '^.Errno [0-9]+. larger than 0 KiB'),
        ('RECORDING_LINES', 2, b'1\n2\n3\n', 'it has more than 2 lines'),
    ),
)
def test_the_limits_of_a_recording(name, limit, content, message, monkeypatch):
    allowed = list(file_limits.read_recording(io.BytesIO(content)))
    assert b''.join(allowed) == content
    monkeypatch.setattr(file_limits, name, limit)
    with pytest.raises(OSError, match=message):
        list(file_limits.read_recording(io.BytesIO(content)))


def test_a_recording_of_exactly_the_largest_number_of_lines_is_read(monkeypatch):
    monkeypatch.setattr(file_limits, 'RECORDING_LINES', 2)
    assert list(file_limits.read_recording(io.BytesIO(b'1\n2'))) == [b'1\n', b'2']


@pytest.mark.parametrize('text', ('1' * 10, '9999999999h', '1e9', '٣s', '３s', '1' * 400 + 's'))
def test_a_duration_has_a_limit(text):
    with pytest.raises(UserError):
        times.parse_duration(text)
