"""The static picture of the timeline is valid XML with all texts."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model import events
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.report import picture
from kubectl_dog.output.report.lanes import lanes
from kubectl_dog.recording import bundled
from tests.unit import ci
from tests.unit.output.report.html_page_test import MARKUP
from tests.unit.output.report.runs import WEB
from tests.unit.output.report.runs import child
from tests.unit.output.report.runs import container
from tests.unit.output.report.runs import demo
from tests.unit.output.report.runs import kube_event
from tests.unit.output.report.runs import log
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import run_of
from tests.unit.output.report.runs import state

SVG = '{http://www.w3.org/2000/svg}'


def draw(run, **options):
    return ElementTree.fromstring(picture.picture(lanes(run), run.seconds, **options))


def texts(root, kind):
    return [node.text for node in root.iter(f'{SVG}text') if node.get('class') == kind]


@pytest.mark.parametrize('name', bundled.names())
def test_pictures_of_recordings_have_every_lane(name):
    run = demo(name)
    root = draw(run)
    drawn = lanes(run)
    for kind in ('target', 'pod', 'container'):
        assert texts(root, kind) == [lane.name for lane in drawn if lane.kind == kind]
    right = max(float(node.get('x')) + float(node.get('width')) for node in root.iter(f'{SVG}rect'))
    assert right < picture.WIDTH


@ci.SETTINGS
@given(MARKUP | st.text(max_size=9))
def test_any_text_is_valid(text):
    root = draw(run_of(text))
    assert {node.tag for node in root.iter()} <= {
        f'{SVG}{tag}' for tag in ('svg', 'rect', 'text', 'path', 'title')
    }


def test_what_is_drawn():
    run = record(
        state(0.0),
        child(1.0, 'running', container()),
        child(2.0, 'main exited 3', container('terminated', 'Error', 3)),
        child(4.0, 'running', container(restarts=1, exit_code=3)),
        kube_event(5.0),
        kube_event(6.0, type='Normal'),
        log(3.0, 'a', 'b'),
        events.TargetEnded(9.0, WEB, Verdict.FAILED, '', '', None, Explanation()),
    )
    root = draw(run, style='.x {}')
    kinds = [node.get('class') for node in root.iter() if node.get('class')]
    for kind in ('failed', 'failing', 'progressing', 'warning', 'event', 'log', 'gap', 'restart'):
        assert kind in kinds
    assert texts(root, 'verdict') == ['failed']
    assert texts(root, 'bar')[:2] == ['▸ 0/3 ready, 0/3 updated: waiting for pods', '▸ running']
    assert texts(root, 'muted')[:2] == ['0s', '1s']
    assert root.find(f'{SVG}style').text == '.x {}'


def test_large_runs_are_cut(monkeypatch):
    monkeypatch.setattr(picture, 'MAX_LANES', 2)
    monkeypatch.setattr(picture, 'MAX_ENTRIES', 3)
    batch = [child(float(at), f'{at}', name=name) for at in range(300) for name in 'abc']
    root = draw(record(state(0.0), *batch))
    assert texts(root, 'muted')[-1] == '… 2 more'
    assert sum(node.get('class') == 'progressing' for node in root.iter()) == 1 + 3
    assert texts(root, 'muted')[:3] == ['0s', '1m', '2m']
