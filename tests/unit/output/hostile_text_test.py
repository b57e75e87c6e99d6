"""No text, wherever it stands in an event or an object, commands a CI system or a terminal."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.tracker_info import DefinitionInfo
from kubectl_dog.model.tracker_info import KindInfo
from kubectl_dog.model.tracker_info import TrackerInfo
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import formats
from kubectl_dog.output import log_merge
from kubectl_dog.output import status_table
from kubectl_dog.output import trackers_table
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.jsonl import JsonRenderer
from kubectl_dog.output.jsonl import dumps
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.status_tree import arrange
from kubectl_dog.output.stream_writer import Writer
from tests.unit import ci

TEXT = ci.TEXT
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
COUNT = st.integers(0, 3)
AT = st.just(1.0)
WEB = Target(DEPLOYMENTS, 'shop', 'web')
RESOURCES = st.just(DEPLOYMENTS) | st.builds(Resource, TEXT, TEXT, TEXT, TEXT, TEXT)
TARGETS = st.builds(Target, RESOURCES, TEXT, TEXT)
PROGRESS = st.none() | st.builds(Progress, COUNT, COUNT, COUNT, COUNT, COUNT)
CAUSES = st.builds(
    Cause, TEXT, TEXT, TEXT, TEXT, TEXTS, COUNT, evidence=TEXTS, suggested_commands=TEXTS
)
EXPLANATIONS = st.builds(Explanation, st.none() | CAUSES, TEXTS, TEXTS, TEXTS, TEXTS)
CONTAINERS = st.builds(
    events.ContainerState, TEXT, TEXT, TEXT, st.none() | COUNT, COUNT, st.booleans()
)
STATES = st.builds(
    events.StateChanged, AT, TARGETS, st.sampled_from(State), TEXT, TEXT, PROGRESS, TEXT
)
LINES = st.lists(st.builds(LogLine, COUNT, TEXT), min_size=1, max_size=4).map(tuple)
END = st.sampled_from(Verdict)
FIELDS = {
    events.RunBegan: (TEXT, st.lists(TARGETS, max_size=2).map(tuple)),
    events.RevisionSeen: (TARGETS, st.builds(Revision, TEXT, TEXT, TEXTS), COUNT),
    events.StateChanged: (TARGETS, st.sampled_from(State), TEXT, TEXT, PROGRESS, TEXT),
    events.ChildChanged: (TARGETS, TEXT, TEXT, TEXT, st.lists(CONTAINERS, max_size=2).map(tuple)),
    events.KubeEvent: (TARGETS, TEXT, TEXT, st.just('Warning') | TEXT, TEXT, TEXT, COUNT, AT),
    events.LogChunk: (TARGETS, TEXT, TEXT, LINES, COUNT),
    events.CauseSeen: (TARGETS, CAUSES, COUNT, st.none() | AT, st.none() | COUNT),
    events.CauseGone: (TARGETS, CAUSES),
    events.Notice: (st.none() | TARGETS, TEXT),
    events.StatusReport: (st.lists(STATES, max_size=3).map(tuple),),
    events.TargetEnded: (TARGETS, END, TEXT, TEXT, PROGRESS, EXPLANATIONS),
    events.RunEnded: (COUNT, st.lists(st.tuples(TARGETS, END), max_size=3).map(tuple)),
}
EVENTS = st.one_of(*(st.builds(kind, AT, *fields) for kind, fields in FIELDS.items()))
LOGS = st.builds(events.LogChunk, AT, *FIELDS[events.LogChunk])
CODECS = st.sampled_from(
    [('utf-8', 'strict'), ('ascii', 'strict'), ('ascii', 'ignore'), ('cp1252', 'strict')]
)
STATUSES = st.lists(
    st.builds(
        Status,
        TEXT,
        TEXT,
        TEXT,
        TEXT,
        st.sampled_from(State),
        TEXT,
        TEXT,
        st.lists(CAUSES, max_size=2),
        TEXT,
    ),
    min_size=1,
    max_size=3,
)
ENTRIES = st.lists(
    st.builds(TrackerInfo, TEXT, TEXT, TEXT, TEXT, TEXT, st.sampled_from(['used', 'broken']), TEXT),
    min_size=1,
    max_size=3,
)


PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)
TRIPLES = st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=2).map(tuple)
NAMES = st.lists(TEXT, max_size=2).map(tuple)
DEFINITIONS = st.builds(DefinitionInfo, TEXT, TEXT, PAIRS, NAMES, TRIPLES, TEXT)
KINDS = st.builds(
    KindInfo,
    TEXT,
    st.sampled_from(['code', 'rules', 'generic']),
    *(TEXT, TEXT, TEXT, NAMES, TEXT, st.none() | DEFINITIONS, TEXT),
)


def test_every_event_is_tried():
    assert set(FIELDS) == set(events.Event.__args__)


def written(lines, codec=('utf-8', 'strict'), trusted_start=False):
    """What arrives where a stream that is no terminal goes to."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, *codec, newline='\n')
    Writer(stream).write(lines, trusted_start)
    return raw.getvalue().decode(codec[0])


def assert_harmless(output):
    assert ci.obeyed(output) == []
    assert ci.controls(output) == []


def rendered(renderer, happened, codec=('utf-8', 'strict')):
    output = ''
    for event in happened:
        lines = list(log_merge.render_batch(renderer, [event]))
        output += written(lines, codec, renderer.has_trusted_start(event))
    return output


@ci.SETTINGS
@given(st.lists(EVENTS, max_size=6), CODECS, *[st.booleans()] * 5)
def test_lines_for_people(happened, codec, colour, several, follow, spaces, timestamps):
    renderer = PlainRenderer(RenderOptions(0.0, colour, several, follow, spaces, timestamps))
    output = rendered(renderer, happened, codec)
    assert_harmless(output)
    assert colour or '\x1b' not in output


@settings(ci.SETTINGS, max_examples=40)
@given(st.sampled_from([*formats.FORMATS]), st.lists(EVENTS, max_size=6), CODECS)
def test_lines_of_every_format(name, happened, codec):
    renderer = formats.create_renderer(name, RenderOptions(0.0))
    assert_harmless(rendered(renderer, happened, codec))


@pytest.mark.parametrize('name', formats.FORMATS)
@settings(ci.SETTINGS, max_examples=10)
@given(LOGS)
def test_a_format_has_no_line_or_one_for_each_log_line(name, chunk):
    lines = formats.create_renderer(name, RenderOptions(0.0)).render(chunk)
    assert len(lines) >= len(chunk.lines) or (name in ('brief', 'quiet') and not lines)


@settings(ci.SETTINGS, max_examples=20)
@given(ci.LONG, st.booleans())
def test_what_is_clipped(text, colour):
    happened = [
        events.LogChunk(1.0, WEB, text, 'main', (LogLine(1, text),)),
        events.Notice(1.0, WEB, text),
        events.Notice(1.0, None, text),
    ]
    assert_harmless(rendered(PlainRenderer(RenderOptions(0.0, colour)), happened))
    assert_harmless(rendered(JsonRenderer(RenderOptions(0.0)), happened))


@ci.SETTINGS
@given(st.lists(LOGS, min_size=2, max_size=6), TEXT, st.booleans())
def test_log_lines_that_are_merged_and_have_a_prefix(chunks, prefix, colour):
    lines = list(log_merge.render_batch(PlainRenderer(RenderOptions(0.0, colour)), chunks))
    assert_harmless(written(lines, trusted_start=True))
    assert ci.obeyed(written([prefix + line for line in lines])) == []


@ci.SETTINGS
@given(st.lists(EVENTS, max_size=6))
def test_lines_for_programs_are_harmless_and_unchanged(happened):
    renderer = JsonRenderer(RenderOptions(0.0))
    output = rendered(renderer, happened)
    assert_harmless(output)
    lines = [line for event in happened for line in JsonRenderer(RenderOptions(0.0)).render(event)]
    assert output == ''.join(f'{line}\n' for line in lines)
    for line in lines:
        assert json.loads(line)['apiVersion'] == 'kubectl-dog/v1'


@ci.SETTINGS
@given(
    st.recursive(
        TEXT | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    )
)
def test_values_are_the_same_after_parsing(value):
    text = dumps(value)
    assert '##' not in text
    usual = json.dumps(value)
    if '\\ud800' not in usual:
        assert json.loads(text) == value


@ci.SETTINGS
@given(STATUSES, CODECS, st.booleans(), st.none() | st.just(40))
def test_tables_and_documents_of_status(statuses, codec, colour, width):
    rows = arrange(statuses, folds=width is not None)
    assert_harmless(written(status_table.render(rows, Palette(colour), 0.0, width), codec))
    document = status_table.document(statuses)
    assert written([document], codec) == f'{document}\n'
    assert_harmless(document)
    present = [status for status in statuses if status.state is not State.ABSENT]
    assert len(json.loads(document)['items']) == len(present)


@ci.SETTINGS
@given(ENTRIES, CODECS, st.booleans())
def test_tables_and_documents_of_trackers(entries, codec, colour):
    assert_harmless(written(trackers_table.table(entries, Palette(colour)), codec))
    document = trackers_table.document(entries)
    assert written([document], codec) == f'{document}\n'
    assert_harmless(document)


@ci.SETTINGS
@given(KINDS, CODECS)
def test_descriptions_of_kinds(info, codec):
    assert_harmless(written(trackers_table.describe(info), codec))
    document = trackers_table.document([], [info])
    assert written([document], codec) == f'{document}\n'
    assert_harmless(document)


@ci.SETTINGS
@given(st.dictionaries(TEXT, TEXT, max_size=4), TEXT)
def test_what_shells_are_offered(values, word):
    answer = cobra_protocol.create_answer(values)
    lines = cobra_protocol.lines(cobra_protocol.filter_by_prefix(answer, word))
    assert_harmless(written(lines))


@pytest.mark.parametrize(
    ('text', 'shown'),
    (
        ('x ##[error]y', r'x #\#[error]y'),
        ('###[error]', r'##\#[error]'),
        ('##vso[a.b]c ##VSO[', r'#\#vso[a.b]c #\#VSO['),
        ('##TeamCity[', r'#\#TeamCity['),
        ('#\xad#[error]', '#\\\xad#[error]'),
        ('##\x1b[0m', '#\\#\x1b[0m'),
        ('  ::error::x', r'  \::error::x'),
        ('\x1b[31m::error::x', '\x1b[31m\\::error::x'),
        ('--- a', r'\--- a'),
        ('a\r::error::x', 'a\r\\::error::x'),
        ('a ::b::', 'a ::b::'),
        ('## Title #1 [x] -- a-b', '## Title #1 [x] -- a-b'),
        ('########', '########'),
        ('─── →', '─── →'),
    ),
)
def test_only_commands_are_broken(text, shown):
    assert written([text]) == f'{shown}\n'


@pytest.mark.parametrize('pod', ('::error::x', '---', '\u200b', ''))
def test_whose_a_log_line_is_begins_no_command(pod):
    chunk = events.LogChunk(1.0, WEB, pod, '', (LogLine(1, '::error::y'),))
    assert_harmless(rendered(PlainRenderer(RenderOptions(0.0)), [chunk], ('ascii', 'ignore')))


def test_a_line_of_the_ending_begins_no_command():
    explained = Explanation(facts=('first', '::error::x'), suggested_commands=('a', '  --- b'))
    ended = events.TargetEnded(1.0, WEB, Verdict.FAILED, '', '', None, explained)
    output = rendered(PlainRenderer(RenderOptions(0.0)), [ended])
    assert_harmless(output)
    assert '\n        \\::error::x\n' in output


def test_dashes_of_another_kind_are_no_command_in_ascii():
    assert written(['——— a'], ('ascii', 'strict')) == '\\--- a\n'
