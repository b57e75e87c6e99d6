"""How long the plain output of whole rollouts is, and what is in it."""

from __future__ import annotations

from enum import Enum

import pytest

from kubectl_dog import recorded_runs
from kubectl_dog.model import events
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.recording import bundled
from tests.unit.corpus import corpus
from tests.unit.output import spring


def renamed(value, name):
    """The value with every text about `web` changed to another name."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value.replace('web', name)
    if isinstance(value, tuple):
        parts = [renamed(part, name) for part in value]
        return type(value)(*parts) if hasattr(value, '_fields') else tuple(parts)
    return value


def events_of(session, name=None):
    for event in session:
        if not isinstance(event, (events.RunBegan, events.RunEnded)):
            renewed = renamed(event, name) if name else event
            yield renewed._replace(target=renewed.target._replace(namespace='shop'))


def three_services():
    """A good service, one that crashes (two pods), and one whose Secret is missing: 22 seconds.

    Recorded one by one, and merged by time.
    """
    crash = recorded_runs.replay(str(corpus.path_of('failed/crash-loop')), None).session
    secret = recorded_runs.replay(
        str(corpus.path_of('failed/secret-missing-in-env-from')), None
    ).session
    merged = [
        *events_of(recorded_runs.demo('good', None).session),
        *events_of(crash, 'ledger'),
        *events_of(secret, 'mail'),
    ]
    merged.sort(key=lambda event: event.at)
    ends = [event for event in merged if isinstance(event, events.TargetEnded)]
    verdicts = tuple((event.target, event.verdict) for event in ends)
    targets = tuple(target for target, _ in verdicts)
    began = events.RunBegan(0.0, 'rollout', targets)
    return [began, *merged, events.RunEnded(merged[-1].at, 1, verdicts)]


def story(given, several=False, columns=0):
    renderer = PlainRenderer(RenderOptions(0.0, several=several, columns=columns))
    return [line for event in given for line in renderer.render(event)]


# Before, there were 69 and 50 lines of 4,018 and 2,874 bytes.
@pytest.mark.parametrize(('with_logs', 'lines', 'size'), ((True, 41, 2009), (False, 25, 1500)))
def test_three_services_in_half_a_page(with_logs, lines, size):
    given = [
        event for event in three_services() if with_logs or not isinstance(event, events.LogChunk)
    ]
    shown = story(given, several=True)
    text = '\n'.join(shown)
    assert len(shown) <= lines
    assert len(text.encode()) <= size
    for fact in (
        'revision 2 (was 1): image web 1.4.1 → 1.4.2, 3 replicas',
        'deploy/web         ready: 3/3 updated, none of the old left    took 10s',
        'both pods: container "main" exited with code 3, less than 2s after it started',
        'main exited 3 for the 2nd time',
        'main exited 3 for the 3rd time',
        '✗ deploy/ledger failed after 17s: CrashLoop (CrashLoopBackOff)',
        'last log line: FATAL: cannot open /data/ledger.db: permission denied',
        'kubectl logs -n play ledger-',
        'po/mail-0: container "main" needs Secret "api-token", which does not exist',
        '✗ sts/mail failed after 21s: SecretMissing (CreateContainerConfigError)',
        'kubectl get secrets -n play',
        '1 ready, 2 failed',
    ):
        assert fact in text


@pytest.mark.parametrize('pods', (1, 3))
def test_a_crash_loop_of_spring_in_a_page(pods):
    shown = story(spring.crash_loop(pods))
    assert len(shown) <= 60
    text = '\n'.join(shown)
    assert f'for the 3rd time: same {pods * spring.LINES} log lines as before' in text
    assert text.count('Caused by: java.net.ConnectException') == 2
    assert text.count('Application run failed') == 1


def test_wide_terminals_and_narrow_ones_show_the_same_words():
    words = [
        ' '.join('\n'.join(story(three_services(), True, columns)).split()).replace('…', '')
        for columns in (200, 100)
    ]
    assert words[0] == words[1]


def test_no_line_but_those_of_logs_and_commands_is_wider_than_the_terminal():
    for name in bundled.titles():
        for line in story(recorded_runs.demo(name, None).session, columns=80):
            is_verbatim = '│' in line or 'kubectl ' in line
            assert len(line) <= 80 or is_verbatim, line


@pytest.mark.parametrize(('with_logs', 'lines'), ((True, 41), (False, 25)))
def test_the_demo_of_three_services_is_short(with_logs, lines):
    given = recorded_runs.demo('three-services', None).session
    shown = story(
        (event for event in given if with_logs or not isinstance(event, events.LogChunk)), True
    )
    assert len(shown) <= lines
    assert sum(line.startswith('✗ ') for line in shown) == 2
