"""docs/outputs.md shows runs in every format; with `KUBECTL_DOG_WRITE=1`, this test writes it.

Each format is the real output for a recording that ships with the program.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import sys
from pathlib import Path

import pytest

from kubectl_dog.cli.main import main
from tests.unit.output import live_page_test

DOCS = Path(__file__).parents[2] / 'docs'
PAGE = DOCS / 'outputs.md'
# Folder of HTML reports, which the page links.
FOLDER = DOCS / 'outputs'
RUNS = {
    'good': 'A good rollout',
    'crash-loop': 'A crash loop',
    'twelve-services': 'Twelve targets, of which two are broken',
}
HEAD = """# The same rollouts in every output format

A test (`tests/unit/outputs_page_test.py`) writes this page from the recordings that ship with the
program. To print an output yourself, run `kubectl dog demo NAME --instant` with the flags in the
title. In the log for GitLab, `␛` stands for the escape character, and `␍` for a carriage return.
"""
CONTROLS = str.maketrans({'\x1b': '␛', '\r': '␍'})


def printed(name, *flags):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        main(['demo', name, '--instant', *flags])
    return output.getvalue()


def plain(name, folder):
    return printed(name)


def live(name, folder):
    return live_page_test.screen(name, at=4.0, columns=80, rows=24, lines=15)


def quiet(name, folder):
    return printed(name, '-q')


def brief(name, folder):
    return printed(name, '--brief')


def github(name, folder):
    whole = printed(name, '--ci', 'github')
    return whole.removeprefix(printed(name)).removeprefix('\n')


def gitlab(name, folder):
    whole = printed(name, '--ci', 'gitlab')
    return whole.removeprefix(printed(name)).removeprefix('\n').translate(CONTROLS)


def report(kind):
    def write(name, folder):
        printed(name, '--report', f'{kind}={folder / kind}')
        return (folder / kind).read_text(encoding='utf-8')

    return write


# The title of each format, the language of its block, and the function that returns its text.
FORMS = (
    ('Plain text', 'text', plain),
    ('Live view, after 4 s on a terminal of 80 columns and 24 rows', 'text', live),
    ('Quiet: `-q`', 'text', quiet),
    ('Brief, for software agents: `--brief`', 'text', brief),
    ('GitHub Actions, after the plain text: `--ci github`', 'text', github),
    ('GitLab, after the plain text: `--ci gitlab`', 'text', gitlab),
    (
        'Markdown: `--report markdown=FILE`, also the step summary of GitHub',
        'markdown',
        report('markdown'),
    ),
    ('JUnit: `--report junit=FILE`', 'xml', report('junit')),
)


def page(folder):
    lines = [HEAD]
    for name, title in RUNS.items():
        lines.append(f'## {title}\n\nRecording: `{name}`\n')
        for form, language, text_of in FORMS:
            text = text_of(name, folder).rstrip('\n') or '(nothing)'
            lines.append(f'### {form}\n\n````{language}\n{text}\n````\n')
        link = f'[{name}.html](outputs/{name}.html)'
        lines.append(f'### HTML: `--report html=FILE`\n\n{link}: open it in a browser.\n')
    return '\n'.join(lines)


@pytest.fixture(autouse=True)
def fixed(monkeypatch):
    """The values that differ from run to run, and from machine to machine."""
    for variable in ('GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT', 'CI_PROJECT_DIR', 'CI_JOB_URL'):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
    monkeypatch.setattr(secrets, 'token_hex', lambda size: 'token')
    monkeypatch.setattr('time.time', lambda: 1.8e9)


def test_the_page_shows_what_the_program_prints(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = page(tmp_path)
    reports = {name: report('html')(name, tmp_path) for name in RUNS}
    if os.environ.get('KUBECTL_DOG_WRITE'):
        PAGE.write_text(text, encoding='utf-8')
        FOLDER.mkdir(exist_ok=True)
        for name, html in reports.items():
            (FOLDER / f'{name}.html').write_text(html, encoding='utf-8')
    assert PAGE.read_text(encoding='utf-8') == text
    for name, html in reports.items():
        assert (FOLDER / f'{name}.html').read_text(encoding='utf-8') == html


@pytest.mark.parametrize('name', RUNS)
def test_the_story_of_a_broken_run_is_in_every_form(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fact = {'good': 'ready', 'crash-loop': 'need 42', 'twelve-services': 'PAYMENT_URL'}[name]
    for form, _, text_of in FORMS:
        text = text_of(name, tmp_path)
        assert fact in text or (
            name == 'good' and any(part in form for part in ('hub', 'Lab', 'JUnit', 'Live'))
        )
