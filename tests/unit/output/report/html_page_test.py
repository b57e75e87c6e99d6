"""The HTML report as text; tests/browser opens it in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.report import html_page
from kubectl_dog.output.report import lanes
from kubectl_dog.output.report import summary
from kubectl_dog.output.report import trace
from kubectl_dog.recording import bundled
from tests.unit import ci
from tests.unit.output.hostile_text_test import EVENTS
from tests.unit.output.report.runs import WEB
from tests.unit.output.report.runs import demo
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import run_of
from tests.unit.output.report.runs import state

VOID = {'meta', 'link', 'br', 'input'}


class Page(HTMLParser):
    """A parsed page: `texts` of elements by tag and classes, and whether all tags match."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.texts, self.attributes = [], {}, []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag not in VOID:
            names = ' '.join(value for name, value in attrs if name in ('class', 'id', 'type'))
            key = f'{tag} {names}'.strip()
            self.open.append((tag, key))
            self.texts.setdefault(key, []).append('')

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for _, key in self.open:
            self.texts[key][-1] += data

    @property
    def data(self):
        (text,) = self.texts['script application/json data']
        return json.loads(text)


def parse(run):
    return Page(html_page.create_report(run))


def ended(target, verdict=Verdict.FAILED, at=9.0, cause=None, **explanation):
    why = Explanation(cause, **explanation)
    return events.TargetEnded(at, target, verdict, '', 'it is dark', None, why)


def rows(page):
    """The cells of the table of phases."""
    return list(
        zip(
            page.texts.get('td time', []),
            page.texts.get('td text', []),
        )
    )


@pytest.mark.parametrize('name', bundled.names())
def test_pages_of_recordings_are_valid(name):
    run = demo(name)
    page = parse(run)
    assert len(page.data['lanes']) == len(lanes.lanes(run))
    assert page.texts['title'][:1] == page.texts['h1']
    assert page.texts['noscript'] and page.texts['td text']


# Whatever means something to a parser of HTML or JSON, or to a terminal.
PARTS = ['</script>', '<script', '<!--', '-->', ']]>', '</td>', '<b onclick=x>', '&lt;', '&#60;']
CHARACTERS = '<>&"\'\\a{}# \n\r\t\x00\x1b\u2028\u202e\ud800\U0001f436'
MARKUP = st.lists(st.sampled_from([*PARTS, *CHARACTERS]), max_size=8).map(''.join)


@ci.SETTINGS
@given(st.lists(EVENTS, max_size=8).map(lambda batch: record(*batch)) | MARKUP.map(run_of))
def test_any_text_is_read_back_as_it_is(run):
    text = html_page.create_report(run)
    page = Page(text)
    assert (text.count('<script'), text.count('</script')) == (2, 2)
    drawn = lanes.lanes(run)
    spans = [entry for lane in drawn if lane.kind != lanes.CONTAINER for entry in lane.spans]
    marks = [entry for lane in drawn for entry in lane.marks if entry.kind != lanes.EVENT]
    expected = sorted(sentence(entry.text) for entry in [*spans, *marks])
    assert sorted(page.texts.get('td text', [])) == expected
    assert [lane['name'] for lane in page.data['lanes']] == [sentence(lane.name) for lane in drawn]
    assert {
        entry for lane in drawn for entry in map(lambda part: sentence(part.text), lane.spans)
    } <= set(page.data['texts'])
    kept = [text for lane in page.data['lanes'] for _, text in lane['log']]
    logged = [sentence(line.text) for lane in drawn if lane.log for _, line in lane.log.first]
    assert kept == logged
    assert ci.controls(text) == []
    assert json.loads(summary.create_report(run)) and json.loads(trace.create_report(run))


def test_the_policy_allows_what_is_on_the_page_and_nothing_else():
    text = html_page.create_report(demo('good'))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ") and 'unsafe' not in policy
    parts = re.findall(r'<(script|style)>(.*?)</\1>', text, re.S)
    for tag, content in parts:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert [tag for tag, _ in parts] == ['style', 'script']
    names = {name for name, _ in Page(text).attributes}
    assert 'style' not in names and not [name for name in names if name.startswith('on')]


def test_the_page_loads_nothing():
    text = html_page.create_report(demo('good'))
    attributes = dict(Page(text).attributes)
    assert attributes['href'] == 'data:,' and 'src' not in attributes
    script = resources.files('kubectl_dog.output.report').joinpath('page.js').read_text('utf-8')
    style = resources.files('kubectl_dog.output.report').joinpath('page.css').read_text('utf-8')
    for word in ('innerHTML', 'outerHTML', 'insertAdjacent', 'document.write', 'eval(', 'fetch('):
        assert word not in script
    assert not re.search(r'https?:|@import|url\(', script + style)
    assert '</' not in script


def title(*batch):
    (text,) = parse(record(*batch)).texts['h1']
    return text


def test_titles():
    api = Target(DEPLOYMENTS, 'shop', 'api')
    assert title(ended(WEB)) == '✗ deploy/web failed after 9s: it is dark'
    assert title(ended(WEB, Verdict.READY)) == '✓ deploy/web ready'
    assert title(ended(WEB, Verdict.PROGRESSING)) == '▸ deploy/web progressing'
    assert title(ended(WEB, Verdict.PAUSED)).startswith('⚠ deploy/web is paused')
    assert title(ended(WEB, Verdict.READY), ended(api)) == (
        '✗ 2 targets: 1 failed, 1 ready after 9s'
    )
    assert title(state(3.0)) == '1 targets without a verdict after 3s'


def test_why_now_and_next_are_blocks():
    cause = Cause('CrashLoop', '', 'main', 'it exits')
    end = ended(
        WEB,
        cause=cause,
        facts=('a fact',),
        log_excerpt=('a', 'b'),
        suggested_commands=('kubectl x',),
    )
    page = parse(record(end))
    assert page.texts['h2 label'] == ['Why', 'Next']
    assert page.texts['pre'] == ['a fact\nlast log lines:\n│ a\n│ b', 'kubectl x']
    api = Target(DEPLOYMENTS, 'shop', 'api')
    several = parse(record(end, ended(api, Verdict.READY)))
    assert several.texts['h3 label'] == ['Why', 'Next']


def test_a_failure_without_an_explanation_has_no_blocks():
    page = parse(record(ended(WEB)))
    assert 'pre' not in page.texts


def test_long_tables_are_shortened(monkeypatch):
    monkeypatch.setattr(html_page, 'MAX_TARGETS', 2)
    monkeypatch.setattr(html_page, 'MAX_PHASES', 4)
    monkeypatch.setattr(html_page, 'MAX_OUTCOMES', 300)
    targets = [Target(DEPLOYMENTS, 'shop', f'web-{number}') for number in range(5)]
    batch = [state(1.0, target=target) for target in targets]
    page = parse(record(*batch, *(ended(target, facts=('a fact',)) for target in targets)))
    shown = page.texts['p']
    assert '4 more targets did not become ready.' in shown
    assert '3 more targets are in the timeline.' in shown
    assert page.texts['td text'][2] == '6 more rows are in the timeline'
    assert len(page.texts['td text']) == 5


def test_states_have_signs():
    page = parse(record(*(state(float(number), value) for number, value in enumerate(State))))
    shown = page.texts['td state'] + page.texts['td state bad']
    assert sorted(text.split()[1] for text in shown) == sorted(value.value for value in State)
    assert all(len(text.split()[0]) == 1 for text in shown)


def test_lines_without_a_label_are_shown_as_they_are():
    lines = ['  a', '  WHY   b', '        c', '  more  d']
    assert html_page._blocks(lines) == [('', ['  a']), ('WHY', ['b', 'c', '  more  d'])]


def test_most_of_many_outcomes_are_closed(monkeypatch):
    monkeypatch.setattr(html_page, 'MAX_OPEN', 1)
    targets = [Target(DEPLOYMENTS, 'shop', name) for name in 'abc']
    page = parse(record(*(ended(target, facts=('a fact',)) for target in targets)))
    assert len(page.texts['section outcome failed']) == 1
    assert [text.split('\n')[0] for text in page.texts['summary']] == [
        f'✗ deploy/{name} failed after 9s: it is dark' for name in 'bc'
    ]
    assert all('a fact' in text for text in page.texts['details outcome failed'])
