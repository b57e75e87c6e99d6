from __future__ import annotations

import re

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.items import LogLine
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.log_lines import LogLineFormatter
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.short_names import ShortNames
from tests.unit.builders import DEPLOY


def log_lines(colour=False, timestamps=False):
    options = RenderOptions(0.0, timestamps=timestamps, all_logs=True)
    return LogLineFormatter(ShortNames(), Palette(colour), options)


def texts(logs, given):
    return [text for _, text in logs.render(given)]


def chunk(instance=0, pod='web-1', container='main', text='hello'):
    line = LogLine(1_700_000_000_000_000_005, text)
    return LogChunk(1.0, DEPLOY, pod, container, (line,), instance)


def test_each_run_but_the_first_is_marked_once():
    logs = log_lines()
    rendered = [texts(logs, chunk(run)) for run in (0, 0, 1, 1, 11, 0, 0)]
    hello = '     web-1 main │ hello'
    assert rendered == [
        [hello],
        [hello],
        ['     web-1 main ── restart 1 ──', hello],
        [hello],
        ['     web-1 main ── restart 11 ──', hello],
        # Another pod of that name.
        [hello],
        [hello],
    ]


def test_runs_are_counted_for_each_container():
    logs = log_lines()
    assert len(logs.render(chunk(1))) == 2
    assert len(logs.render(chunk(1, container='other'))) == 2
    assert len(logs.render(chunk(1, pod='web-2'))) == 2


def test_timestamps_as_kubectl_prints_them():
    [line] = texts(log_lines(timestamps=True), chunk())
    assert line == '     web-1 main │ 2023-11-14T22:13:20.000000005Z hello'


def test_a_colour_per_pod_and_none_that_means_something():
    logs = log_lines(colour=True)
    codes = [
        re.match(r' +\x1b\[(\d+)m', texts(logs, chunk(pod=pod, container=name))[0])[1]
        for pod, name in (('a', 'x'), ('a', 'y'), ('b', 'x'), ('c', 'x'), ('a', 'x'))
    ]
    assert codes[0] == codes[1] == codes[4]
    assert len({codes[0], codes[2], codes[3]}) == 3
    assert not {'31', '32', '33'} & set(codes)


def test_hostile_names_and_lines_are_escaped():
    [line] = texts(log_lines(), chunk(pod='\x1b[2J', container='\x9b1m', text='\x1b]0;x\x07'))
    assert line.isprintable()
