"""No command prints what a CI system or a terminal obeys, whatever the cluster says."""

from __future__ import annotations

import contextlib
import io
import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from kubectl_dog import recorded_runs
from kubectl_dog.cli import main as program
from kubectl_dog.model.errors import UserError
from kubectl_dog.output import formats
from tests.unit import ci

DEMOS = resources.files('kubectl_dog') / 'recording' / 'demo'
NAMES = ('crash-loop', 'good', 'image-not-found', 'missing-configmap')
RECORDINGS = {name: (DEMOS / f'{name}.jsonl').read_text(encoding='utf-8') for name in NAMES}
# Values by which objects find each other, or that the engine reads as numbers and times.
KEYS = ('message', 'lines', 'reason', 'image', 'name', 'pod', 'changes')
KEPT = {'uid', 'kind', 'apiVersion', 'creationTimestamp', 'recording', 'started', 'resourceVersion'}
HOSTILE = '##[error]x\r\n::error::x ##vso[a.b]\x1b[31m'
FEW = settings(ci.SETTINGS, max_examples=25)


def run(*argv):
    out, err = io.StringIO(newline=''), io.StringIO(newline='')
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = program.main(argv)
    return code, out.getvalue(), err.getvalue()


def assert_harmless(*outputs):
    for output in outputs:
        assert ci.obeyed(output) == []
        assert ci.controls(output) == []


def poisoned(value, text, keys, key=''):
    """The value with a text in front of, or behind, every text that stands below one of the keys;
    the names of containers, and of what the recording was asked for, stay.
    """
    if isinstance(value, dict):
        return {
            name: part
            if name in KEPT
            else poisoned(part, text, keys, name if name in keys else key)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [poisoned(part, text, keys, key) for part in value]
    is_time = key == 'lines' and value[:3] == '202'
    if (
        not isinstance(value, str)
        or not key
        or is_time
        or (key in ('name', 'pod') and len(value) < 18)
    ):
        return value
    return text + value if len(value) % 2 else value + text


def recording(folder, name, text, keys):
    path = folder / 'run.jsonl'
    lines = [json.loads(line) for line in RECORDINGS[name].splitlines()]
    poisoned_lines = [json.dumps(poisoned(line, text, keys)) for line in lines]
    path.write_text('\n'.join(poisoned_lines) + '\n', encoding='utf-8')
    return str(path)


@FEW
@given(
    st.sampled_from(NAMES),
    ci.TEXT,
    st.sets(st.sampled_from(KEYS), min_size=1),
    st.sampled_from(
        (
            *(['-o', name] for name in formats.FORMATS),
            ['--color', 'always'],
            ['--timestamps', '--output-prefix', '  '],
        )
    ),
)
def test_a_whole_run(tmp_path_factory, name, text, keys, flags):
    folder = tmp_path_factory.mktemp('run')
    code, out, err = run('replay', recording(folder, name, text, keys), '--instant', *flags)
    assert code != 70
    assert_harmless(out, err)


@pytest.mark.parametrize('flags', ([], ['-o', 'json']))
def test_a_run_shows_what_it_breaks(tmp_path, flags):
    path = recording(tmp_path, 'crash-loop', HOSTILE, {'message', 'lines', 'name', 'pod'})
    code, out, _ = run('replay', path, '--instant', *flags)
    assert code == 1
    assert (r'#\#[error]' in out) == (not flags)
    assert ('#\\u0023[error]' in out) == bool(flags)


@FEW
@given(
    ci.TEXT,
    st.sets(st.sampled_from(KEYS), min_size=1),
    st.sampled_from(([], ['-o', 'json'], ['--color', 'always'])),
)
def test_status_of_files(tmp_path_factory, text, keys, flags):
    folder = tmp_path_factory.mktemp('status')
    objects = [
        obj
        for line in map(json.loads, RECORDINGS['crash-loop'].splitlines())
        for obj in line.get('listed', ())
    ]
    path = folder / 'all.json'
    listed = poisoned({'items': objects}, text, keys)
    path.write_text(json.dumps({'apiVersion': 'v1', 'kind': 'List', **listed}), encoding='utf-8')
    code, out, err = run('status', '--local', '-f', str(path), *flags)
    assert code != 70
    assert_harmless(out, err)


@ci.SETTINGS
@given(
    ci.TEXT,
    st.sampled_from(
        (
            (),
            ('rollout',),
            ('rollout', 'deploy/x', '--timeout'),
            ('replay', '/nowhere', '--speed'),
            ('replay', '/nowhere', '-o'),
            ('demo',),
            ('trackers',),
            ('status', '--local', '-f'),
        )
    ),
)
def test_errors_that_repeat_what_was_said(text, words):
    _, out, err = run(*words, f'{text}x')
    assert_harmless(out, err)


def test_a_flag_that_nobody_knows_is_repeated_escaped():
    code, _, err = run('rollout', 'deploy/x', '--\x1b[2J\n::error::x')
    assert code == 2
    assert r'--\x1b[2J ::error::x' in err
    assert_harmless(err)


@pytest.mark.parametrize('error', (UserError(HOSTILE), ValueError(HOSTILE)))
def test_errors_that_quote_the_cluster(monkeypatch, error):
    def fail(*args):
        raise error

    monkeypatch.setattr(recorded_runs, 'demos', fail)
    code, out, err = run('demo', '--list')
    assert (code, out) == (70 if isinstance(error, ValueError) else 2, '')
    # A crash report has no messages of errors.
    assert (r'#\#[error]x' in err) is (code == 2)
    assert_harmless(err)


def test_what_packages_print_is_no_command(monkeypatch):
    def tell():
        print('#', '#[error]x', sep='')
        print('::error::x')
        return {}

    monkeypatch.setattr(recorded_runs, 'demos', tell)
    assert run('demo', '--list') == (0, '', '#\\#[error]x\n\\::error::x\n')


# Characters without width, bidi controls, a tag, and a control character.
INVISIBLE = '\u200b\u200d\u2060\ufeff\xad\u061c\u200e\u200f\u202e\u2066\U000e0041\x00'
OUTPUTS = (
    (),
    ('-o', 'json'),
    ('--brief',),
    ('-q',),
    ('--ci', 'github'),
    ('--ci', 'gitlab'),
    ('--ci', 'azure'),
    ('--ci', 'teamcity'),
    ('--ci', 'buildkite'),
    ('--report', 'html=OUT'),
    ('--report', 'junit=OUT'),
    ('--report', 'json=OUT'),
    ('--report', 'markdown=OUT'),
    ('--report', 'trace=OUT'),
)


def everything_printed(folder, path, flags):
    report = folder / 'out'
    words = [word.replace('OUT', str(report)) for word in flags]
    _, out, err = run('replay', path, '--instant', *words)
    return out + err + (report.read_text(encoding='utf-8') if report.exists() else '')


@pytest.mark.parametrize('flags', OUTPUTS, ids=' '.join)
def test_text_that_nobody_sees_is_escaped_in_every_output(tmp_path, flags, monkeypatch):
    for variable in ('GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT', 'CI_PROJECT_DIR'):
        monkeypatch.delenv(variable, raising=False)
    text = ''.join(f'{character}x' for character in INVISIBLE)
    path = recording(tmp_path, 'crash-loop', text, {'message', 'lines', 'reason'})
    printed = everything_printed(tmp_path, path, flags)
    assert not set(INVISIBLE) & set(printed)
    assert '\\u200b' in printed or '&#x200b;' in printed


@pytest.mark.parametrize('flags', ((), ('--brief',), ('--report', 'html=OUT')), ids=' '.join)
def test_a_line_of_many_megabytes_is_clipped_in_every_output(tmp_path, flags):
    lines = [json.loads(line) for line in RECORDINGS['crash-loop'].splitlines()]
    entry = next(line['lines'] for line in lines if 'lines' in line)
    entry[-1][1] = 'x' * 50_000_000
    path = tmp_path / 'run.jsonl'
    path.write_text('\n'.join(map(json.dumps, lines)) + '\n', encoding='utf-8')
    assert len(everything_printed(tmp_path, str(path), flags)) < 500_000
