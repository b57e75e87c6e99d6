"""Text that anybody in the cluster may write, and made to hold us up, costs next to no time."""

from __future__ import annotations

from time import process_time

import pytest

from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.objects import LONGEST_MESSAGE
from kubectl_dog.output.jsonl import JsonRenderer
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.tracking.play import EVENT_WATCH
from tests.unit.tracking.play import Play
from tests.unit.tracking.rollout_test import LOG

# Seconds of CPU for a whole run, which without such text takes hundredths of one.
ENOUGH = 2.0
LENGTH = 200_000
HEXADECIMAL = [('0123456789abcdef' * 1024)[number:] for number in range(30)]


@pytest.fixture
def clock():
    began = process_time()
    return lambda: process_time() - began


def begin(obj, *kube_events):
    play = Play().rollout(deployment(availableReplicas=0), obj, replica_sets=(replica_set(),))
    return play.listed(0, EVENT_WATCH, *kube_events)


def shown(play):
    """What both formats make of everything that was told."""
    plain, json = PlainRenderer(RenderOptions(0.0)), JsonRenderer(RenderOptions(0.0))
    return [
        line
        for event in play.events
        for renderer in (plain, json)
        for line in renderer.render(event)
    ]


def test_a_crash_loop_that_logs_long_words_fails_with_its_last_lines(clock):
    play = begin(pod(status(state=ended(3), last=ended(3), restarts=2), owner='rs-2', age=1))
    lines = tuple(LogLine(number, line) for number, line in enumerate(HEXADECIMAL))
    play.give(0.1, LOG, LogLines(lines)).give(0.2, LOG, LogEnd(2)).until(60)
    assert (play.outcome[:2], clock() < ENOUGH) == (('failed', 'CrashLoop'), True)
    assert play.ended.explanation.log_excerpt == tuple(HEXADECIMAL[-3:])
    assert shown(play)
    assert clock() < ENOUGH


@pytest.mark.parametrize(
    ('reason', 'repeated', 'code'),
    (
        ('FailedMount', '/', 'MountFailed'),
        ('FailedMount', 'for volume "d" : /volumes/', 'MountFailed'),
        ('FailedMount', 'Output: /\n', 'MountFailed'),
        ('FailedMount', 'secret "', 'MountFailed'),
        ('FailedCreatePodSandBox', 'Failed to create pod sandbox: ', 'SandboxFailed'),
    ),
)
def test_a_long_kube_event_of_a_pod_costs_no_time(reason, repeated, code, clock):
    obj = pod(
        status(state=waiting('ContainerCreating')), owner='rs-2', phase='Pending', nodeName='n1'
    )
    message = repeated * (LENGTH // len(repeated))
    play = begin(obj, kube_event(obj, reason, message)).until(30)
    [cause] = {event.cause.code: event.cause for event in play.of(CauseSeen)}.values()
    assert (cause.code, len(cause.message) < LONGEST_MESSAGE + 200) == (code, True)
    assert shown(play)
    assert clock() < ENOUGH


@pytest.mark.parametrize(
    'repeated',
    (
        'Error creating: ',
        'create Pod x failed error: ',
        'exceeded quota: ',
        'exceeded quota: x, requested: a=1, used: a=1',
        "ValidatingAdmissionPolicy 'x' ",
        'x',
    ),
)
def test_a_long_refusal_costs_no_time(repeated, clock):
    owner = replica_set(replicas=0)
    owner['kind'], owner['spec']['replicas'] = 'ReplicaSet', 1
    message = repeated * (LENGTH // len(repeated))
    owner['status']['conditions'] = [
        {'type': 'ReplicaFailure', 'status': 'True', 'reason': 'FailedCreate', 'message': message}
    ]
    play = Play().rollout(deployment(availableReplicas=0), replica_sets=(owner,))
    play.listed(0, EVENT_WATCH, kube_event(owner, 'FailedCreate', message)).until(20)
    assert {event.cause.reason for event in play.of(CauseSeen)} == {'FailedCreate'}
    assert shown(play)
    assert clock() < ENOUGH


@pytest.mark.parametrize('field', ('state', 'last'))
def test_a_long_termination_message_costs_no_time(field, clock):
    end = ended(1, message='a ' * (LENGTH // 2))
    state = {'state': ended(3), 'last': ended(3), field: end}
    play = begin(pod(status(**state, restarts=2), owner='rs-2', age=1)).until(60)
    assert play.outcome[:2] == ('failed', 'CrashLoop')
    assert shown(play)
    assert clock() < ENOUGH


@pytest.mark.parametrize('word', ('configmap "', "couldn't find key ", 'x' * 50, 'x '))
def test_a_long_word_of_a_waiting_container_costs_no_time(word, clock):
    state = waiting('CreateContainerConfigError', word * (LENGTH // len(word)))
    play = begin(pod(status(state=state), owner='rs-2', phase='Pending')).until(60)
    assert play.outcome[:2] == ('failed', 'InvalidConfig')
    assert shown(play)
    assert clock() < ENOUGH


def test_names_that_resemble_what_is_missing_cost_no_time_however_many(clock):
    names = ['ab' * 80 + str(number) for number in range(20_000)]
    assert similar_names('ab' * 95, names)
    assert similar_names('ab' * 95, names)
    assert similar_names('x' * LENGTH, names) == []
    assert clock() < ENOUGH


def test_of_an_ordinary_number_of_names_all_are_looked_at():
    names = [f'other-settings-{number}' for number in range(5_000)]
    assert similar_names('shop-web-database-credentials', [*names, 'shop-web-database-credential'])[
        0
    ] == ('shop-web-database-credential')
