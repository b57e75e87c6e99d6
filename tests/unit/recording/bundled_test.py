from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

import kubectl_dog
from kubectl_dog.model.errors import UserError
from kubectl_dog.recording import bundled

HEADER = (
    '{"recording":"kubectl-dog/v1","started":"2026-01-01T00:00:00Z","targets":[],"title":"%s"}\n'
)


@pytest.fixture
def demos(tmp_path, monkeypatch):
    (tmp_path / 'good.jsonl').write_text(HEADER % 'all is well' + '{"at": 1, "clock": 0.5}\n')
    (tmp_path / 'crash-loop.jsonl').write_text(HEADER % 'it crashes')
    (tmp_path / 'README').write_text('no recording')
    monkeypatch.setattr(bundled, '_demo_folder', lambda: tmp_path)
    return tmp_path


def test_every_file_in_the_folder_has_a_name_and_a_title(demos):
    assert bundled.names() == ['crash-loop', 'good']
    assert bundled.titles() == {'crash-loop': 'it crashes', 'good': 'all is well'}
    assert len(bundled.load('good').items) == 1


@pytest.mark.parametrize('name', ['bad', '../good', 'good.jsonl', ''])
def test_unknown_name_is_an_error_that_lists_the_names(demos, name):
    with pytest.raises(UserError, match='use crash-loop, good'):
        bundled.load(name)


def test_without_a_folder_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, '_demo_folder', lambda: tmp_path / 'none')
    assert bundled.titles() == {}


def test_every_recording_that_ships_can_be_read_and_has_a_title():
    for name, title in bundled.titles().items():
        assert title
        assert bundled.load(name).items


def test_recordings_are_read_from_a_single_file_program_too(demos, tmp_path):
    package = pathlib.Path(kubectl_dog.__file__).parent
    program = tmp_path / 'dog.pyz'
    with zipfile.ZipFile(program, 'w') as archive:
        for folder in ('model', 'recording'):
            for source in (package / folder).glob('*.py'):
                archive.write(source, f'kubectl_dog/{folder}/{source.name}')
        for name in ('__init__.py', 'file_limits.py'):
            archive.write(package / name, f'kubectl_dog/{name}')
        archive.write(demos / 'good.jsonl', 'kubectl_dog/recording/demo/good.jsonl')
    code = (
        'from kubectl_dog.recording import bundled as library\n'
        'assert library.__file__.startswith(r"%s"), library.__file__\n'
        'print(library.titles(), len(library.load("good").items))'
    )
    done = subprocess.run(
        [sys.executable, '-W', 'error', '-S', '-c', code % program],
        env={**os.environ, 'PYTHONPATH': str(program)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "{'good': 'all is well'} 1\n"
