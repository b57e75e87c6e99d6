from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from kubectl_dog import api
from kubectl_dog import recorded_runs
from kubectl_dog.cli import main as program
from kubectl_dog.cli.completion import complete_command
from kubectl_dog.cli.completion.deadline import Deadline
from kubectl_dog.output import formats


class CountRenderer:
    """Counts the events of a run."""

    def __init__(self, options):
        self._prefix = f'several={options.several}'
        self._count = 0

    def render(self, event):
        self._count += 1
        return [f'{self._prefix} {self._count}']

    def render_log(self, chunk):
        return [(line.time, text) for line in chunk.lines for text in self.render(chunk)]

    def flush(self, at):
        return []

    def has_trusted_start(self, event):
        return True


@pytest.fixture
def count_format(monkeypatch):
    """An output format in a module of its own, added to the table with one line."""
    module = ModuleType('count_renderer')
    module.CountRenderer = CountRenderer
    monkeypatch.setitem(sys.modules, 'count_renderer', module)
    added = formats.Format('a count of events', 'count_renderer:CountRenderer')
    monkeypatch.setitem(formats.FORMATS, 'count', added)


@pytest.mark.usefixtures('count_format')
def test_a_format_in_the_table_can_be_chosen_on_the_command_line(capsys):
    assert program.main(['demo', 'good', '--instant', '-o', 'count']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'several=False 1' and len(lines) > 5


@pytest.mark.usefixtures('count_format')
def test_a_format_in_the_table_is_in_the_help(capsys):
    assert program.main(['demo', '--help']) == 0
    help_text = ' '.join(capsys.readouterr().out.split())
    assert 'plain (plain text, the default), json (JSON Lines), ' in help_text
    assert ', count (a count of events)' in help_text


@pytest.mark.usefixtures('count_format')
def test_a_format_in_the_table_is_completed():
    answer = complete_command.answer(['rollout', '-o', ''], Deadline(60.0))
    assert [value for value, _ in answer.values] == [*formats.FORMATS]


def test_every_format_creates_a_renderer():
    play = recorded_runs.demo('good', None)
    for name in formats.FORMATS:
        assert hasattr(api.renderer(name, play, colour=False), 'render')


@pytest.mark.parametrize(('name', 'unused'), (('plain', 'jsonl'), ('json', 'plain')))
def test_a_run_imports_no_renderer_of_another_format(name, unused):
    code = (
        'import sys; from kubectl_dog.cli.main import main; '
        f'main(["demo", "good", "--instant", "-o", "{name}"]); print(*sys.modules)'
    )
    ran = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert f'kubectl_dog.output.{unused}' not in ran.stdout.splitlines()[-1].split()
