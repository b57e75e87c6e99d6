"""docs/live.md shows what the program draws."""

from __future__ import annotations

import re

from kubectl_dog import api
from kubectl_dog import recorded_runs
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.live_table import LiveTable
from tests.page import ROOT

PAGE = ROOT.joinpath('docs', 'live.md').read_text(encoding='utf-8')


def screen(demo, at, columns, rows, lines):
    """What is on a screen at a time of a demo: the last `lines` lines, and the table."""
    play = recorded_runs.demo(demo, None)
    renderer = api.renderer('plain', play, colour=False)
    table = LiveTable(lambda target: target.label, Palette(False))
    printed = []
    for event in play.session:
        if event.at <= at:
            printed += renderer.render(event)
            table.add(event)
    return '\n'.join((*printed[-lines:], '', *table.lines(at, columns, rows)))


def test_page_shows_the_screen_of_a_demo():
    [shown] = re.findall(r'```\n(.*?)\n```', PAGE, re.S)
    assert shown == screen('twelve-services', at=5.0, columns=80, rows=24, lines=6)
