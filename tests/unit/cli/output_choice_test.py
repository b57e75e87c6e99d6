"""The flags of output formats: which one standard output has, and what files get."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog.cli import main as program
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import output_files
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.cli.output_choice import Output
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.output.report import report_kinds
from tests.unit.builders import deployment
from tests.unit.in_memory import Cluster
from tests.unit.needs import posix

DEMO = ('demo', 'crash-loop', '--instant')
SPEC = {'Deployments': [{'ResourceName': 'web', 'Namespace': 'shop'}]}


@pytest.fixture
def run(capsys):
    def main(*argv):
        return (program.main(argv), *capsys.readouterr())

    return main


def arguments(**values):
    fields = {'output': [], 'quiet': None, 'brief': None, 'output_prefix': ''}
    return SimpleNamespace(**{**fields, **values})


PLAIN, JSON = Output('plain'), Output('json')


@pytest.mark.parametrize(
    ('values', 'stdout', 'in_brief'),
    (
        ({}, 'plain', True),
        ({'output': [Output('json', 'x')]}, 'plain', True),
        ({'progress': 'auto'}, 'plain', True),
        ({'output': [PLAIN]}, 'plain', False),
        ({'output': [JSON, JSON]}, 'json', False),
        ({'quiet': True}, 'quiet', False),
        ({'quiet': True, 'output': [Output('quiet')]}, 'quiet', False),
        ({'brief': True}, 'brief', True),
        ({'brief': False}, 'plain', False),
        ({'progress': 'plain'}, 'plain', False),
        ({'output_prefix': 'web '}, 'plain', False),
    ),
)
def test_format_of_standard_output(values, stdout, in_brief):
    assert output_choice.choose(arguments(**values), {}).stdout == stdout
    by_agent = output_choice.choose(arguments(**values), {'CLAUDECODE': '1'})
    assert (by_agent.stdout == 'brief') == in_brief
    assert bool(by_agent.agent) == (in_brief and values.get('brief') is None)


@pytest.mark.parametrize(
    ('values', 'message'),
    (
        ({'output': [PLAIN, JSON]}, '-o plain and -o json both write to standard output: write'),
        ({'output': [JSON], 'quiet': True}, '-o json and --quiet both write to standard output'),
        ({'quiet': True, 'brief': True}, '--quiet and --brief both write to standard output'),
        ({'output': [Output('json', 'x'), Output('plain', './x')]}, 'two flags -o have the same'),
    ),
)
def test_formats_that_exclude_each_other(values, message):
    with pytest.raises(UsageError, match=message):
        output_choice.choose(arguments(**values), {})


@pytest.mark.parametrize(
    ('flags', 'message'),
    (
        (
            ['-o', 'yaml'],
            'invalid --output "yaml": use plain, json, quiet or brief, or FORMAT=FILE',
        ),
        (['-o', 'json='], 'invalid --output "json=": use plain, json, quiet or brief'),
        (['-o', 'yaml=x'], 'invalid --output "yaml=x": use plain'),
        (['-q', '-o', 'json'], 'both write to standard output'),
        (['--brief', '--output-prefix', 'x'], '--output-prefix cannot be used with --brief'),
        (['-o', 'json=nowhere/x'], f'cannot write nowhere/x: {os.strerror(errno.ENOENT)}'),
    ),
)
def test_wrong_flags(run, flags, message):
    code, out, err = run(*DEMO, *flags)
    assert (code, out) == (2, '')
    assert message in err


def test_file_gets_what_standard_output_would_get(run, tmp_path):
    path, brief = tmp_path / 'run.json', tmp_path / 'brief.txt'
    code, out, err = run(*DEMO, '-o', 'plain', '-o', f'json={path}', '-o', f'brief={brief}')
    assert (code, err) == (1, '')
    assert out == run(*DEMO)[1]
    assert path.read_text() == run(*DEMO, '-o', 'json')[1]
    assert brief.read_text().startswith('VERDICT deploy/ledger failed')


def test_dash_is_standard_output(run):
    assert run(*DEMO, '-o', 'json=-') == run(*DEMO, '-o', 'json')


def test_prefix_and_colours_of_a_file(run, tmp_path):
    path = tmp_path / 'run.txt'
    flags = ('--output-prefix', 'web ', '-o', f'plain={path}')
    run(*DEMO, *flags)
    text = path.read_text()
    assert 'web ' not in text and '\x1b' not in text
    run(*DEMO, *flags, '--color', 'always')
    assert '\x1b' in path.read_text()


def test_file_of_an_earlier_run_is_emptied_even_if_the_run_fails(run, tmp_path):
    path = tmp_path / 'run.json'
    path.write_text('old')
    assert run('replay', str(tmp_path / 'none'), '-o', f'json={path}')[0] == 2
    assert path.read_text() == ''


def test_input_is_not_emptied(run, tmp_path):
    path = tmp_path / 'run.jsonl'
    path.write_text('precious')
    code, _, err = run('replay', str(path), '-o', f'json={path}')
    assert (code, path.read_text()) == (2, 'precious')
    assert 'is used by another flag' in err


@posix
@pytest.mark.parametrize('name', ('good', 'crash-loop'))
def test_full_disk_keeps_the_verdict(run, name):
    if not os.path.exists('/dev/full'):
        pytest.skip('needs /dev/full')
    plain = run('demo', name, '--instant')
    code, out, err = run('demo', name, '--instant', '-o', 'json=/dev/full')
    assert (code, out) == plain[:2]
    assert err == f'/dev/full is incomplete: {os.strerror(errno.ENOSPC)}\n'


def test_report_is_not_overwritten(run, monkeypatch, tmp_path):
    kind = report_kinds.ReportKind('a list', 'none:none', 'list.txt')
    monkeypatch.setattr(report_kinds, 'KINDS', {'list': kind})
    path = tmp_path / 'list.txt'
    code, _, err = run(*DEMO, '--report', f'dir={tmp_path}', '-o', f'json={path}')
    assert code == 2
    assert f'the file of -o json={path} is used by another flag' in err


class FailingClose:
    """An open file whose last write fails when it is closed, as on network file systems."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def close(self):
        self._stream.close()
        raise OSError(errno.EDQUOT, 'quota exceeded')


def test_failure_at_the_end_of_a_file_is_reported(run, monkeypatch, tmp_path):
    def open_file(*args, **options):
        return FailingClose(open(*args, **options))

    monkeypatch.setattr(output_files, 'open', open_file, raising=False)
    code, _, err = run(*DEMO, '-o', f'json={tmp_path}/a')
    assert (code, err) == (1, f'{tmp_path}/a is incomplete: quota exceeded\n')


def test_reader_of_a_file_that_has_stopped_is_reported(run, monkeypatch, tmp_path):
    marked = []
    monkeypatch.setattr(output_files.BackgroundWriter, 'close', lambda self, deadline: False)
    monkeypatch.setattr(output_files.standard_streams, 'mark_stuck', lambda: marked.append(1))
    _, _, err = run(*DEMO, '-o', f'json={tmp_path}/a')
    assert marked
    assert f'{tmp_path}/a is incomplete: its reader has stopped reading\n' in err


def program_in_shell(command):
    return subprocess.run(
        ['sh', '-c', command], capture_output=True, text=True, check=False,
        env={**os.environ, 'dog': f'{sys.executable} -m kubectl_dog demo crash-loop --instant'},
    )  # fmt: skip


@posix
def test_file_is_complete_and_the_verdict_counts_if_standard_output_is_closed(run, tmp_path):
    path = tmp_path / 'run.json'
    ran = program_in_shell(f'{{ $dog -o json={path}; echo $? >&2; }} | true')
    assert ran.stderr == '1\n'
    assert path.read_text() == run(*DEMO, '-o', 'json')[1]


@posix
def test_standard_output_on_a_full_disk(tmp_path):
    if not os.path.exists('/dev/full'):
        pytest.skip('needs /dev/full')
    full = os.strerror(errno.ENOSPC)
    ran = program_in_shell('$dog >/dev/full')
    assert (ran.returncode, ran.stderr) == (1, f'error: cannot write to standard output: {full}\n')
    ran = program_in_shell(f'$dog -o json={tmp_path}/a >/dev/full')
    assert (ran.returncode, ran.stderr) == (1, f'standard output is incomplete: {full}\n')
    assert json.loads((tmp_path / 'a').read_text().splitlines()[-1])['exitCode'] == 1


@posix
def test_pipe_whose_reader_is_gone_is_reported(tmp_path):
    ran = program_in_shell(
        f'mkfifo {tmp_path}/p; true < {tmp_path}/p & $dog -o json={tmp_path}/p >&2; wait'
    )
    assert f'{tmp_path}/p is incomplete: its reader has closed it\n' in ran.stderr


@pytest.fixture
def multitrack(monkeypatch, tmp_path, run):
    """Track one Deployment in memory, with the cache below `tmp_path`."""
    monkeypatch.setattr(api, 'connect', lambda **flags: SimpleNamespace(namespace='shop'))
    web = deployment()
    web['metadata'].update(name='web', namespace='shop', uid='w')
    monkeypatch.setattr(api, 'live_source', lambda connection: Cluster(web))
    monkeypatch.setenv('KUBECACHEDIR', str(tmp_path / 'cache'))
    monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
    (tmp_path / 'spec.json').write_text(json.dumps(SPEC))
    return lambda *flags: run('multitrack', str(tmp_path / 'spec.json'), *flags)


class Denied(Cluster):
    """A cluster in which nothing may be read."""

    def reconcile(self, wants):
        for want in wants - self._seen:
            self._items.append(Item(0.0, want, ReadFailure('denied', 'forbidden')))
        self._seen = set(wants)


@pytest.mark.parametrize('brief', (True, False))
def test_missing_access_is_in_the_brief_text_and_otherwise_an_error(multitrack, monkeypatch, brief):
    monkeypatch.setattr(api, 'live_source', lambda connection: Denied())
    code, out, err = multitrack(f'--brief={brief}')
    assert code == 5
    text = 'deploy/web cannot be read: '
    assert (text in out, text in err) == (brief, not brief)


def kept(tmp_path):
    return list(tmp_path.glob('cache/kubectl-dog/recordings/*.jsonl'))


@pytest.mark.parametrize('flags', ([], ['-o', 'json'], ['-q']))
def test_other_formats_keep_no_recording(multitrack, tmp_path, flags):
    assert multitrack(*flags)[0] == 0
    assert kept(tmp_path) == []


def test_brief_keeps_a_recording_that_replays(multitrack, run, tmp_path):
    code, out, err = multitrack('--brief')
    [path] = kept(tmp_path)
    assert (code, err) == (0, '')
    lines = out.splitlines()
    assert lines[0].startswith('VERDICT deploy/web ready after')
    assert lines[1:3] == [
        f'RECORDING {path}',
        f'  All lines: kubectl dog replay {path} --instant -o plain',
    ]
    assert 'are redacted, log lines are not. It is kept for 7 days or 20 runs' in lines[3]
    assert run('replay', str(path), '--instant', '--brief')[1].splitlines()[:3] == lines[:3]


def test_agent_learns_why_the_output_is_brief(multitrack, monkeypatch):
    monkeypatch.setenv('CLAUDECODE', '1')
    assert 'NOTE the output is brief because CLAUDECODE is set' in multitrack()[1]
    assert multitrack('-o', 'plain')[1].startswith('  0s deploy/web')


def test_given_recording_is_named_and_no_other_is_kept(multitrack, tmp_path):
    path = tmp_path / 'my run.jsonl'
    out = multitrack('--brief', '--record', str(path))[1]
    assert f"RECORDING {path}\n  All lines: kubectl dog replay '{path}' --instant" in out
    assert path.exists() and kept(tmp_path) == []


def test_no_recording_is_kept_on_request(multitrack, tmp_path):
    out = multitrack('--brief', '--record', os.devnull)[1]
    assert f'RECORDING none, because of --record {os.devnull}' in out
    assert kept(tmp_path) == []


def test_unwritable_cache_is_no_error(multitrack, tmp_path):
    (tmp_path / 'cache').write_text('a file')
    code, out, err = multitrack('--brief')
    assert (code, err) == (0, '')
    assert 'RECORDING none: the cache directory cannot be written: ' in out
