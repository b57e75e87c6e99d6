from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.report import markdown
from tests.unit import ci
from tests.unit import run_records
from tests.unit.run_records import API
from tests.unit.run_records import WEB
from tests.unit.run_records import cause
from tests.unit.run_records import ended
from tests.unit.run_records import failed
from tests.unit.run_records import logged
from tests.unit.run_records import record

PIECES = (
    *('`', '``', '```', '````', '~~~', '|', '\\', '\\|', '<b>', '</details>', '<!--', '@team'),
    *('#1', '[a](b)', '![](x)', '*', '_', '\n', '\r', '# ', '- ', '> ', '    ', '&amp;', ' '),
)
TEXT = st.one_of(ci.TEXT, st.lists(st.sampled_from(PIECES), max_size=8).map(''.join))
OURS = re.compile(
    r'### [✅❌⚠️⏳]+ (CODE [a-z -]+( after \w+)?|\d+ of \d+ targets did not become ready)'
    r'|\*\*CODE\*\*'
    r'|\| Target \| Verdict \| Cause \| After \||\| :--- \| :--- \| :--- \| ---: \|'
    r'|\| CODE \| [✅❌⚠️⏳]+ [a-z -]+ \| (CODE)? \| \w+ \|'
    r'|<details><summary>(Timeline|Last log lines of .*)</summary>|</details>|BLOCK|'
)


def outside(text):
    """The lines of a document, where BLOCK and CODE stand for blocks and spans of code."""
    lines, fence = [], ''
    for line in text.split('\n'):
        ticks = re.match('`*', line)[0]
        if fence:
            if line.strip('`') == '' and len(ticks) >= len(fence):
                fence = ''
        elif len(ticks) >= 3:
            fence = ticks
            lines.append('BLOCK')
        else:
            lines.append(re.sub(r'(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)', 'CODE', line))
    assert not fence
    return lines


@ci.SETTINGS
@given(TEXT, st.booleans())
def test_text_of_the_cluster_is_always_code(text, waits):
    report = markdown.create_report(run_records.hostile(text, waits))
    summaries = re.findall('<summary>.*', report)
    assert all(line.count('<') == 2 for line in summaries)
    assert [line for line in outside(report) if not OURS.fullmatch(line)] == []
    assert ci.obeyed(report) == []
    # The report itself separates `@` from a name, so that nobody is mentioned.
    assert ci.controls(report.replace('@\u200b', '@')) == []
    # A pipe would be the end of a cell.
    assert {line.count('|') for line in report.split('\n') if re.match(r'\| (`|:|T)', line)} == {5}


def test_no_line_ends_a_block_of_code():
    assert markdown.fence(['a', '````', '```\nb']) == ['`````text', 'a', '````', '``` b', '`````']


@pytest.mark.parametrize(
    ('text', 'span'), (('a', '`a`'), ('`', '`` ` ``'), ('a``b', '``` a``b ```'), ('', '` `'))
)
def test_span_of_code(text, span):
    assert markdown.code(text) == span


def test_a_failed_target_is_explained():
    report = markdown.create_report(failed(logged('FATAL: no schema'), facts=('it crashed twice',)))
    assert report.startswith('### ❌ `deploy/web` failed after 9s\n')
    assert '| `deploy/web` | ❌ failed | `CrashLoop` | 9s |' in report
    for text in ('  WHY   it crashed twice', '…-7hgfw web │ FATAL: no schema'):
        assert text in report
    assert report.index('WHY') < report.index('FATAL') < report.index('▒')


def test_several_targets_are_titled_by_their_number():
    both = record(ended(), ended(API, Verdict.READY))
    assert '### ❌ 1 of 2 targets did not become ready\n' in markdown.create_report(both)
    good = record(ended(WEB, Verdict.READY), ended(API, Verdict.READY))
    assert markdown.create_report(good).startswith('### ✅ 2 targets ready after 10s\n')
    paused = record(ended(WEB, Verdict.PAUSED), ended(API, Verdict.READY))
    assert '### ⚠️ 1 of 2 targets' in markdown.create_report(paused)
    going = record(ended(WEB, Verdict.PROGRESSING), ended(API, Verdict.READY))
    assert '### ⏳ 1 of 2 targets' in markdown.create_report(going)


def test_a_target_that_was_failing_when_the_run_ended_is_explained():
    run = record(ended(), ended(API, Verdict.PROGRESSING, explained=cause('OOMKilled')))
    report = markdown.create_report(run)
    assert '| `deploy/api` | ❌ failing | `OOMKilled` | 9s |' in report
    assert '**`deploy/api`**' in report


def test_a_run_without_targets_has_a_report():
    assert markdown.create_report(record()).startswith('### ✅ 0 targets')


def test_a_run_that_ended_without_a_verdict_of_a_target_is_no_success():
    title = markdown.create_report(record(code=143)).partition('\n')[0]
    assert title == '### ❌ 0 of 0 targets ready (exit code 143)'


@pytest.mark.parametrize('limit', (500, 2_000, 60_000))
def test_the_report_keeps_its_limit_and_the_most_important_part(limit):
    targets = [WEB._replace(name=f'web-{number}') for number in range(150)]
    run = record(
        logged(*['x' * 3_000] * 40), *(ended(target, facts=('y' * 3_000,)) for target in targets)
    )
    report = markdown.create_report(run, limit)
    assert len(report.encode()) <= limit
    assert report.startswith('### ❌ 150 of 150 targets')
    assert re.search(r'\d+ sections were left out', report)
    assert ('… 50 more' in report) == (limit > 10_000)
