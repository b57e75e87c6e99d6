from __future__ import annotations

import pytest

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.items import LogLine
from kubectl_dog.output import log_repeats
from kubectl_dog.output.log_repeats import LogRepeats
from tests.unit.builders import DEPLOY

FRAMES = [f'\tat org.example.Call.run(Call.java:{number})' for number in range(5)]


def chunk(*texts, instance=0, pod='web-7c9f8d6b5-x2x8q', container='main'):
    lines = tuple(LogLine(number, text) for number, text in enumerate(texts))
    return LogChunk(1.0, DEPLOY, pod, container, lines, instance)


def new(repeats, *args, **more):
    return [text for _, text in repeats.new_lines(chunk(*args, **more))]


@pytest.mark.parametrize(
    ('first', 'second', 'is_same'),
    (
        ('ready', 'ready', True),
        ('2026-11-30T10:00:00.123Z up', '2026-12-01T11:22:33.456+01:00 up', True),
        ('2026/11/30 10:00:00 up', '2026/11/30 10:00:09 up', True),
        ('[30/Nov/2026:10:00:00 +0000] up', '[30/Nov/2026:10:00:07 +0000] up', True),
        ('Nov 30 10:00:00 host up', 'Dec  1 10:00:07 host up', True),
        ('I1130 10:00:00.123456 1 main.go:7] up', 'I1201 10:00:09.000001 1 main.go:7] up', True),
        ('10:00:00,123 up', '11:00:00,456 up', True),
        ('ts=1764500000.123 up', 'ts=1764500099.9 up', True),
        ('started in 3.21 seconds', 'started in 4 seconds', True),
        ('(process running for 3.9)', '(process running for 4.1)', True),
        ('pid 17 up', 'pid 23 up', True),
        ('gave up after 3 attempts', 'gave up after 5 attempts', False),
        ('with PID 17', 'with PID 23', True),
        ('PgConnection@5f3b9c57', 'PgConnection@1f2e3d4c', True),
        ('at 0xc000123', 'at 0xc000456', True),
        (
            'id 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
            'id ffffffff-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
            True,
        ),
        ('span 00f067aa0ba902b7', 'span a3ce929d0e0e4736', True),
        ('10.0.0.7:43210 → db', '10.0.0.7:51234 → db', True),
        ('web-7c9f8d6b5-x2x8q joined', 'web-7c9f8d6b5-x2x8q joined', True),
        ('schema is 41', 'schema is 42', False),
        ('exit 1 of 3', 'exit 2 of 3', False),
        ('port :8080', 'port :8081', False),
        ('ready', 'ready.', False),
        ('12345678 rows', '12345679 rows', False),
        ('user deadbeef', 'user feedface', False),
        ('version 1.4.1', 'version 1.4.2', False),
    ),
)
def test_lines_of_a_restart_are_the_same_but_for_times_and_ids(first, second, is_same):
    for follow in (False, True):
        repeats = LogRepeats(follow)
        assert new(repeats, first) == [first]
        assert new(repeats, second, instance=1) == ([] if is_same else [second])


def test_a_run_may_repeat_its_own_lines():
    repeats = LogRepeats(follow=False)
    assert new(repeats, 'retry', 'retry') == ['retry', 'retry']
    assert new(repeats, 'retry', instance=1) == []


@pytest.mark.parametrize(('follow', 'shown'), ((False, []), (True, ['up'])))
def test_replicas_are_compared_except_by_followers(follow, shown):
    repeats = LogRepeats(follow)
    new(repeats, 'up')
    assert new(repeats, 'up', pod='web-7c9f8d6b5-z9z9z') == shown
    assert new(repeats, 'up', container='proxy') == ['up']


def test_what_is_left_out_is_told_once():
    repeats, pods = LogRepeats(follow=False), ['web-7c9f8d6b5-x2x8q']
    new(repeats, 'a', 'b')
    assert repeats.remark(DEPLOY, pods) == ('', '')
    new(repeats, 'a', 'b', 'c', instance=1)
    assert repeats.remark(DEPLOY, pods) == ('same 2 log lines as', '')
    assert repeats.remark(DEPLOY, pods) == ('', '')
    other = 'web-7c9f8d6b5-z9z9z'
    new(repeats, 'c', pod=other)
    assert repeats.remark(DEPLOY, [other]) == ('same log line as', pods[0])


def test_a_remark_about_an_exit_leaves_out_the_next_run():
    repeats, pods = LogRepeats(follow=False), ['web-7c9f8d6b5-x2x8q']
    new(repeats, 'a')
    new(repeats, 'a', *FRAMES, instance=1)
    new(repeats, 'a', instance=2)
    assert repeats.remark(DEPLOY, pods, 2)[0] == '3 more stack frames, same log line as'
    assert repeats.remark(DEPLOY, pods, 2) == ('', '')
    assert repeats.remark(DEPLOY, pods, 3)[0] == 'same log line as'


def test_stack_frames_are_counted_where_nobody_follows():
    trace = ['Error: x', *FRAMES, 'Caused by: y', *FRAMES[:2]]
    shown = ['Error: x', *FRAMES[:2], '        … 3 more stack frames', 'Caused by: y']
    # The frames of the cause were printed before, in this run.
    assert new(LogRepeats(follow=False), *trace) == [*shown, *FRAMES[:2]]
    assert new(LogRepeats(follow=True), *trace) == trace


@pytest.mark.parametrize(
    'frame',
    (
        '    at Object.<anonymous> (/app/index.js:3:9)',
        '   at Shop.Program.Main(String[] args) in /src/Program.cs:line 7',
        '\t... 23 common frames omitted',
        '\t... 7 more',
    ),
)
def test_frames_of_several_languages(frame):
    assert len(new(LogRepeats(follow=False), 'x', *[frame] * 9)) == 1 + log_repeats.MAX_FRAMES


def test_frames_at_the_end_of_a_log_are_told_with_its_exit():
    repeats = LogRepeats(follow=False)
    new(repeats, 'x', *FRAMES)
    assert repeats.remark(DEPLOY, ['web-7c9f8d6b5-x2x8q'], 1) == ('3 more stack frames', '')


def test_new_lines_after_a_restart_have_a_limit_that_is_told():
    repeats, pods = LogRepeats(follow=False), ['web-7c9f8d6b5-x2x8q']
    new(repeats, 'up')
    texts = [f'line of {number} zebras' for number in range(40)]
    assert new(repeats, *texts, instance=1) == texts[: log_repeats.MAX_NEW]
    assert repeats.remark(DEPLOY, pods) == ('10 more log lines not shown', '')


def test_the_first_run_has_no_limit(monkeypatch):
    monkeypatch.setattr(log_repeats, 'MAX_COMPARED', 10)
    monkeypatch.setattr(log_repeats, 'MAX_PRINTED', 10)
    texts = [f'line of {number} zebras' for number in range(100)]
    repeats = LogRepeats(follow=False)
    assert new(repeats, *texts) == texts
    assert new(repeats, *texts) == texts
    assert new(repeats, 'another', pod='web-7c9f8d6b5-z9z9z') == ['another']


def test_the_oldest_logs_are_forgotten(monkeypatch):
    monkeypatch.setattr(log_repeats, 'MAX_LOGS', 2)
    repeats = LogRepeats(follow=True)
    for pod in 'abc':
        new(repeats, 'up', pod=pod)
    assert [new(repeats, 'up', pod=pod, instance=1) for pod in 'cba'] == [[], [], ['up']]
