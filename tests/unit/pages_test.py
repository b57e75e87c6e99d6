"""The pages of the documentation match the program and each other."""

from __future__ import annotations

import importlib
import json
import re

import pytest

from kubectl_dog.model import options
from kubectl_dog.trackers.declarative import foreign_rules
from kubectl_dog.tracking.verdict.foreign_readers import CONTAINER_READERS
from kubectl_dog.tracking.verdict.foreign_readers import READERS
from kubectl_dog.tracking.verdict.target_options import ANNOTATIONS
from tests.page import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ('*.md', 'docs/*.md', '.github/*.md', 'plugins/**/*.md', 'zipapp/*.md')
    for path in ROOT.glob(pattern)
)
GLOSSARY = [
    [cell.strip() for cell in line.strip('|').split(' | ')]
    for line in ROOT.joinpath('docs', 'glossary.md').read_text(encoding='utf-8').splitlines()
    if line.startswith('| ')
][2:]


def read(page):
    return ROOT.joinpath(page).read_text(encoding='utf-8')


def anchors(page):
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r'^#+ (.*)$', read(page), re.M)
    texts = [re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', heading).lower() for heading in headings]
    return {re.sub(r'[^\w\- ]', '', text).replace(' ', '-') for text in texts}


@pytest.mark.parametrize('page', PAGES)
def test_relative_links_lead_to_files_and_headings(page):
    for link in re.findall(r'\]\((?!https?:)([^)\s]+)\)', re.sub('`[^`]*`', '', read(page))):
        name, _, anchor = link.partition('#')
        path = ROOT.joinpath(page).parent.joinpath(name).resolve() if name else ROOT / page
        assert path.exists(), link
        if anchor:
            assert anchor in anchors(path.relative_to(ROOT)), link


def test_index_lists_every_page_of_docs():
    linked = set(re.findall(r'\]\(([\w-]+\.md)\)', read('docs/README.md')))
    assert linked == {path.name for path in ROOT.glob('docs/*.md')} - {'README.md'}


@pytest.mark.parametrize('page', ('README.md', 'CONTRIBUTING.md', 'docs/README.md'))
def test_glossary_is_linked(page):
    assert 'glossary.md)' in read(page)


def test_glossary_is_sorted_and_has_each_term_once():
    terms = [row[0] for row in GLOSSARY]
    assert len(terms) > 40
    assert terms == sorted(set(terms), key=str.lower)


@pytest.mark.parametrize('row', GLOSSARY, ids=lambda row: row[0])
def test_glossary_names_code_and_json_that_exist(row):
    _, _, code, output = (*row, '')[:4]
    dotted, *fields = re.findall(r'`([\w.]+)`', code)
    try:
        value = importlib.import_module(dotted)
    except ModuleNotFoundError:
        module, _, name = dotted.rpartition('.')
        value = getattr(importlib.import_module(module), name)
    assert all(field in value._fields for field in fields)
    definitions = json.loads(read('docs/json-v1.schema.json'))['$defs']
    assert set(re.findall(r'\*([\w-]+)\*', output)) <= set(definitions)
    properties = {name for entry in definitions.values() for name in entry.get('properties', ())}
    assert set(re.findall(r'`(\w+)`', output)) <= properties


def annotation_rows():
    """The values of each annotation in docs/rollout.md, by its name."""
    section = read('docs/rollout.md').partition('## Annotations')[2].partition('\n## ')[0]
    for line in re.findall(r'^\| `.*$', section, re.M):
        names, values = line.split(' | ')[:2]
        for name in re.findall('`([^`]+)`', names):
            yield name, values


def test_page_lists_every_annotation():
    assert sorted(name for name, _ in annotation_rows()) == sorted(ANNOTATIONS)


def test_page_lists_every_annotation_of_other_tools():
    rows = re.findall(r'^\| (`[^|]*) \|', read('docs/annotations.md'), re.M)
    listed = {name for row in rows for name in re.findall('`([^`]+)`', row)}
    on_object = {*READERS, *(f'{name}CONTAINER' for name in CONTAINER_READERS)}
    rules = foreign_rules
    others = {rules.HELM_SUCCESS, rules.HELM_FAILURE, rules.KRANE_CONDITIONS, rules.KRANE_TIMEOUT}
    assert listed == on_object | others


@pytest.mark.parametrize(
    ('annotation', 'words'),
    (
        ('fail-mode', options.FAIL_MODES),
        ('logs-until', options.LOGS_UNTIL),
        ('on-pause', options.PAUSES),
    ),
)
def test_page_lists_every_value_of_an_annotation(annotation, words):
    assert tuple(re.findall('`([^`]+)`', dict(annotation_rows())[annotation])) == words


def test_readme_is_short():
    assert read('README.md').count('\n') <= 170


def test_changelog_has_the_form_of_keep_a_changelog():
    text = read('CHANGELOG.md')
    versions = re.findall(r'^## (.*)$', text, re.M)
    assert versions[0] == '[Unreleased]'
    for version in versions[1:]:
        assert re.fullmatch(r'\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d', version)
    names = [re.findall(r'\[(.*?)\]', version)[0] for version in versions]
    assert re.findall(r'^\[(.*?)\]: https://\S+$', text, re.M) == names
    for section in re.split(r'^## .*$', text, flags=re.M)[1:]:
        types = re.findall(r'^### (.*)$', section, re.M)
        known = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']
        assert types == [name for name in known if name in types]
