"""`--report KIND=FILE`, with a kind of report that lists the targets."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from kubectl_dog.cli import main as program
from kubectl_dog.cli import report_files
from kubectl_dog.cli import run_outputs
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli.parser import load
from kubectl_dog.output.report import report_kinds
from tests.unit.needs import posix

DEMO = ('demo', 'crash-loop', '--instant')


def list_targets(record):
    return f'{record.end.exit_code}: {", ".join(target.label for target in record.targets)} \udc80'


REPORT = '1: deploy/ledger ?'


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    entry = report_kinds.ReportKind('targets', f'{__name__}:list_targets', 'targets.txt')
    monkeypatch.setattr(
        report_kinds, 'KINDS', {'list': entry, 'more': entry._replace(file_name='m')}
    )


@pytest.fixture
def run(capsys):
    def main(*argv):
        return (program.main(argv), *capsys.readouterr())

    return main


def test_reports_are_written_when_the_run_has_ended(run, tmp_path):
    path = tmp_path / 'targets.txt'
    path.write_text('an older report')
    code, out, err = run(*DEMO, '--report', f'list={path}', '--report', f'more={tmp_path}/b')
    assert (code, err) == (1, '')
    assert out == run(*DEMO)[1]
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {
        'targets.txt': REPORT,
        'b': REPORT,
    }


@posix
def test_a_signal_while_reports_are_written_limits_the_wait_for_the_reader(run, monkeypatch):
    deadlines = []

    def interrupt(outputs):
        os.kill(os.getpid(), signal.SIGTERM)
        monkeypatch.setattr(standard_streams, 'set_deadline', deadlines.append)
        return []

    monkeypatch.setattr(run_outputs.RunOutputs, 'finish', interrupt)
    assert run(*DEMO)[0] == 1
    assert deadlines == [0.0]


@posix
def test_the_file_has_the_usual_permissions(run, tmp_path):
    before = os.umask(0o027)
    try:
        assert run(*DEMO, '--report', f'list={tmp_path}/a')[0] == 1
    finally:
        os.umask(before)
    assert (tmp_path / 'a').stat().st_mode & 0o777 == 0o640


def test_a_directory_gets_all_reports(run, tmp_path):
    assert run(*DEMO, '--report', f'dir={tmp_path}/new/reports')[0] == 1
    written = (tmp_path / 'new' / 'reports').iterdir()
    assert {path.name: path.read_text() for path in written} == {'targets.txt': REPORT, 'm': REPORT}


@posix
def test_the_target_of_a_link_is_replaced(run, tmp_path):
    link, path = tmp_path / 'link', tmp_path / 'path'
    link.symlink_to(path)
    assert run(*DEMO, '--report', f'list={link}')[0] == 1
    assert link.is_symlink() and path.read_text() == REPORT


def test_a_device_is_written_to(run):
    assert run(*DEMO, '--report', f'list={os.devnull}')[::2] == (1, '')
    assert not os.path.isfile(os.devnull)


@posix
def test_a_pipe_is_written_to(run):
    reader, writer = os.pipe()
    try:
        assert run(*DEMO, '--report', f'list=/dev/fd/{writer}')[::2] == (1, '')
        assert os.read(reader, 99).decode() == REPORT
    finally:
        os.close(reader)
        os.close(writer)


@posix
def test_a_named_pipe_without_a_reader_is_an_error_at_the_end(run, tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    code, _, err = run(*DEMO, '--report', f'list={tmp_path}/pipe')
    assert code == 1
    assert err == f'cannot write the report {tmp_path}/pipe: {os.strerror(errno.ENXIO)}\n'


def test_a_device_that_may_not_be_written_is_an_error_before_the_run(run, monkeypatch):
    monkeypatch.setattr(os, 'access', lambda path, mode: False)
    code, out, err = run(*DEMO, '--report', f'list={os.devnull}')
    assert (code, out) == (2, '') and os.strerror(errno.EACCES) in err


@pytest.mark.parametrize(
    ('report', 'message'),
    (
        ('list', 'invalid --report "list": use list=FILE, more=FILE, dir=DIR'),
        ('list=', 'invalid --report "list=": use list=FILE, more=FILE, dir=DIR'),
        ('pdf=x', 'invalid --report "pdf=x": use list=FILE, more=FILE, dir=DIR'),
        ('list=-', 'invalid --report "list=-": standard output has the lines of the run'),
        ('list=.', f'cannot write the report .: {os.strerror(errno.EISDIR)}'),
        ('list=none/x', f'cannot write the report none/x: {os.strerror(errno.ENOENT)}'),
        ('dir=file', f'cannot create the directory file: {os.strerror(errno.EEXIST)}'),
        ('more=a', 'two reports have the same file'),
        ('list=file', 'the file of the report list=file is used by another flag'),
    ),
)
@pytest.mark.parametrize('command', ('follow -f file', 'replay file', 'multitrack file'))
def test_a_wrong_file_is_an_error_before_the_run(
    run, tmp_path, monkeypatch, command, report, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'file').write_text('x')
    code, out, err = run(*command.split(), '--report', 'list=./a', '--report', report)
    assert (code, out) == (2, '')
    assert err.startswith(f'error: {message}')
    assert err.count('\n') == 1
    assert [path.name for path in tmp_path.iterdir()] == ['file']


def test_a_run_that_does_not_start_removes_the_report_of_an_earlier_run(run, tmp_path):
    path = tmp_path / 'targets.txt'
    path.write_text('0: deploy/web')
    flags = ('--kubeconfig', str(tmp_path / 'none'), '--report', f'list={path}')
    assert run('rollout', 'deploy/web', *flags)[0] == 5
    assert not path.exists()


@pytest.mark.parametrize('flags', ((), ('-o', 'json=new/reports/run.jsonl')))
def test_a_run_that_does_not_start_removes_empty_directories(run, tmp_path, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    flags += ('--kubeconfig', 'none', '--report', 'dir=new/reports')
    assert run('rollout', 'deploy/web', *flags)[0] == 5
    assert (tmp_path / 'new').exists() is ('-o' in flags)


def test_a_directory_that_existed_is_kept(run, tmp_path):
    flags = ('--kubeconfig', str(tmp_path / 'none'), '--report', f'dir={tmp_path}')
    assert run('rollout', 'deploy/web', *flags)[0] == 5
    assert tmp_path.exists()


def test_a_full_disk_is_a_message_and_leaves_the_exit_code(run, tmp_path, monkeypatch):
    def replace(*paths):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'replace', replace)
    demo = ('demo', 'good', '--instant')
    code, out, err = run(*demo, '--report', f'list={tmp_path}/a', '--report', f'more={os.devnull}')
    assert (code, out) == run(*demo)[:2]
    assert code == 0
    assert err == f'cannot write the report {tmp_path}/a: {os.strerror(errno.ENOSPC)}\n'
    assert not [*tmp_path.iterdir()]


def fail(record):
    raise KeyError(record.targets)


def test_an_internal_error_of_a_report_leaves_the_exit_code(run, tmp_path, monkeypatch):
    entry = report_kinds.ReportKind('error', f'{__name__}:fail', 'x')
    monkeypatch.setitem(report_kinds.KINDS, 'wrong', entry)
    demo = ('demo', 'good', '--instant')
    flags = ('--report', f'wrong={tmp_path}/a', '--report', f'list={tmp_path}/b')
    code, out, err = run(*demo, *flags)
    assert (code, out) == run(*demo)[:2]
    assert 'internal error' in err and 'command --report wrong' in err and 'ledger' not in err
    assert [path.name for path in tmp_path.iterdir()] == ['b']


@pytest.mark.parametrize('command', ('rollout', 'follow', 'multitrack', 'replay', 'demo'))
def test_commands_that_play_or_track_have_reports(command):
    assert report_files.REPORT in load(command).flags
