"""No sequence of events makes the plain renderer fail, or hides a cause, a verdict or a command."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import failure_summary
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from tests.unit import ci

TARGETS = st.sampled_from(
    [Target(DEPLOYMENTS, 'shop', 'web'), Target(DEPLOYMENTS, 'shop', 'api'), Target(JOBS, '', 'x')]
)
PODS = st.sampled_from(['web-7c9f-x2x8b', 'web-7c9f-x2x8c', 'api-0', ''])
COUNT = st.integers(0, 4)
WORDS = st.sampled_from(['', 'a', 'b b', 'main exited 1', 'ready', 'running', 'completed'])
AT = st.just(0.0)
PROGRESS = st.none() | st.builds(Progress, COUNT, COUNT, COUNT, COUNT, COUNT)
CODES = st.sampled_from(['CrashLoop', 'SecretMissing', 'NotReady', 'FromAPackage'])
CAUSES = st.builds(
    Cause,
    *(CODES, WORDS, st.sampled_from(['main', 'db', 'data-api-0']), WORDS),
    st.lists(PODS, max_size=3).map(tuple),
    COUNT,
    COUNT,
    evidence=st.lists(WORDS, max_size=2).map(tuple),
    suggested_commands=st.lists(WORDS, max_size=3).map(tuple),
)
LIMITS = st.none() | st.builds(
    events.RunLimit, st.floats(0, 99), st.sampled_from(['--timeout', 'x'])
)
COMMANDS = st.lists(st.sampled_from(['kubectl one', 'kubectl two', 'kubectl three']), max_size=3)
EXPLANATIONS = st.builds(
    Explanation,
    st.none() | CAUSES,
    st.lists(WORDS, max_size=3).map(tuple),
    st.lists(WORDS, max_size=3).map(tuple),
    COMMANDS.map(tuple),
    st.lists(WORDS, max_size=2).map(tuple),
)
STATES = st.builds(
    events.StateChanged, AT, TARGETS, st.sampled_from(State), WORDS, WORDS, PROGRESS, WORDS
)
LINES = st.lists(st.builds(LogLine, COUNT, WORDS), min_size=1, max_size=4).map(tuple)
EVENT = st.one_of(
    STATES,
    st.builds(
        events.RevisionSeen, AT, TARGETS, st.builds(Revision, WORDS, WORDS, st.just(())), COUNT
    ),
    st.builds(
        events.ChildChanged,
        *(AT, TARGETS, st.sampled_from(['Pod', 'Job']), PODS, WORDS, st.just(()), WORDS, COUNT),
        *(st.booleans(), st.booleans(), WORDS, WORDS),
    ),
    st.builds(
        events.KubeEvent,
        *(AT, TARGETS, WORDS, PODS, st.just('Warning'), WORDS, WORDS, COUNT, st.floats(0, 1e6)),
    ),
    st.builds(events.LogChunk, AT, TARGETS, PODS, st.just('main'), LINES, COUNT),
    st.builds(
        events.CauseSeen,
        *(AT, TARGETS, CAUSES, COUNT, st.none() | st.floats(0, 99), st.none() | COUNT, LIMITS),
    ),
    st.builds(events.CauseGone, AT, TARGETS, CAUSES),
    st.builds(events.Notice, AT, st.none() | TARGETS, WORDS),
    st.builds(events.StatusReport, AT, st.lists(STATES, max_size=3).map(tuple)),
)
ENDS = st.lists(
    st.builds(
        events.TargetEnded,
        *(AT, TARGETS, st.sampled_from(Verdict), WORDS, WORDS, PROGRESS, EXPLANATIONS),
    ),
    max_size=3,
    unique_by=lambda event: event.target,
)
SECONDS = st.sampled_from([0.0, 0.0, 0.4, 1.0, 7.0, 40.0])
OPTIONS = st.builds(
    RenderOptions,
    st.just(0.0),
    follow=st.booleans(),
    several=st.booleans(),
    show_namespaces=st.booleans(),
    timestamps=st.booleans(),
    all_logs=st.booleans(),
    columns=st.sampled_from([0, 40, 80]),
)


def play(happened, ends, pauses):
    """The events of a run, with times."""
    at = 0.0
    verdicts = tuple((event.target, event.verdict) for event in ends)
    for number, event in enumerate([*happened, *ends, events.RunEnded(0.0, 0, verdicts)]):
        at += pauses[number % len(pauses)]
        yield event._replace(at=at)


@settings(ci.SETTINGS, max_examples=60)
@given(st.lists(EVENT, max_size=25), ENDS, st.lists(SECONDS, min_size=1, max_size=6), OPTIONS)
def test_causes_verdicts_and_commands_are_always_shown(happened, ends, pauses, options):
    renderer = PlainRenderer(options)
    targets = tuple(event.target for event in ends)
    shown = list(renderer.render(events.RunBegan(0.0, 'rollout', targets)))
    for event in play(happened, ends, pauses):
        shown += renderer.render(event)
        shown += renderer.flush(event.at)
    text = ' '.join(' '.join(shown).split())
    for event in happened:
        if isinstance(event, events.CauseSeen):
            assert f'⚠ {event.cause.code}' in text
    for event in ends:
        if event.verdict in (Verdict.READY, Verdict.ENDED, Verdict.PASSED):
            assert event.verdict.value in text
        elif event.verdict not in (Verdict.PROGRESSING, Verdict.NO_ACCESS):
            assert f'{event.target.label}' in text
            for command in event.explanation.suggested_commands[: failure_summary.MAX_COMMANDS]:
                assert command in text
