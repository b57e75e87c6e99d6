"""Custom resources without a tracker, judged by their status or by rules as data."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

from .harness.processes import until
from .stage import scene

# Another user, so that tests that count the requests of a play do not count these: requests about
# kinds and definitions have no namespace.
AS_OTHER_USER = ('--as', 'custom-tests', '--as-group', 'system:masters')
ANNOTATION = 'kubectl-dog.github.io/rules'
RULES = (
    'ready: {path: status.glow, is: lit}\nfailed: {path: status.glow, is: broken, reason: Broken}'
)


@contextmanager
def defined(stage, rules=''):
    """Define a kind of the play's own, with one object; yields the name of its resource."""
    group = f'{stage.namespace}.example.com'
    name = f'lamps.{group}'
    schema = {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}
    version = {'name': 'v1', 'served': True, 'storage': True, 'subresources': {'status': {}}}
    definition = {
        'apiVersion': 'apiextensions.k8s.io/v1',
        'kind': 'CustomResourceDefinition',
        'metadata': {'name': name, 'annotations': {ANNOTATION: rules} if rules else {}},
        'spec': {
            'group': group,
            'scope': 'Namespaced',
            'names': {'kind': 'Lamp', 'plural': 'lamps', 'singular': 'lamp'},
            'versions': [{**version, 'schema': {'openAPIV3Schema': schema}}],
        },
    }
    stage.apply(definition)
    try:
        assert until(lambda: stage.kubectl.succeeds('get', name), 30)
        hall = {'apiVersion': f'{group}/v1', 'kind': 'Lamp', 'metadata': {'name': 'hall'}}
        stage.apply({**hall, 'spec': {'watts': 5}})
        yield name
    finally:
        stage.kubectl('delete', 'crd', name, '--wait=false')


def patch_status(stage, lamp, **status):
    patch = json.dumps({'status': status})
    stage.kubectl('patch', lamp, 'hall', '--subresource=status', '--type=merge', '-p', patch)


def ready(status, reason, message=''):
    condition = {'type': 'Ready', 'status': status, 'reason': reason, 'message': message}
    return [{**condition, 'lastTransitionTime': '2026-01-01T00:00:00Z', 'observedGeneration': 1}]


def becomes_ready(stage):
    with defined(stage) as lamp:
        patch_status(stage, lamp, conditions=ready('False', 'Creating', 'screwing it in'))
        run = stage.dog.start(
            'rollout', f'{lamp}/hall', *AS_OTHER_USER, '--status-progress-period', '1s'
        )
        run.wait_for('screwing it in')
        patch_status(stage, lamp, conditions=ready('True', 'Lit'))
        return run.wait()


def fails(stage):
    with defined(stage) as lamp:
        patch_status(stage, lamp, conditions=ready('False', 'WiringError', 'no current'))
        return stage.dog('rollout', f'{lamp}/hall', *AS_OTHER_USER)


def stalls(stage):
    with defined(stage) as lamp:
        stalled = {**ready('True', 'InvalidSpec', 'watts must be even')[0], 'type': 'Stalled'}
        patch_status(stage, lamp, conditions=[stalled])
        return stage.dog('rollout', f'{lamp}/hall', *AS_OTHER_USER)


def has_no_status(stage):
    with defined(stage) as lamp:
        return stage.dog('rollout', f'{lamp}/hall', *AS_OTHER_USER)


def changes_without_observed_generation(stage):
    with defined(stage) as lamp:
        lit = {'type': 'Ready', 'status': 'True', 'lastTransitionTime': '2026-01-01T00:00:00Z'}
        patch_status(stage, lamp, conditions=[lit])
        time.sleep(1)
        patch = json.dumps({'spec': {'watts': 7}})
        stage.kubectl('patch', lamp, 'hall', '--type=merge', '-p', patch)
        run = stage.dog.start('rollout', f'{lamp}/hall', *AS_OTHER_USER)
        time.sleep(2)
        patch_status(stage, lamp, conditions=[{**lit, 'status': 'False', 'reason': 'Creating'}])
        time.sleep(6)
        patch_status(stage, lamp, conditions=[lit])
        return run.wait()


def by_annotation(stage):
    with defined(stage, RULES) as lamp:
        patch_status(stage, lamp, glow='dark', conditions=ready('True', 'Lit'))
        run = stage.dog.start(
            'rollout', f'{lamp}/hall', *AS_OTHER_USER, '--status-progress-period', '1s'
        )
        run.wait_for('status.glow to be "lit" (now "dark")')
        patch_status(stage, lamp, glow='lit')
        return run.wait()


def by_annotation_failed(stage):
    """A failure by the definition's rules, and its replay: the recording holds the definition."""
    with defined(stage, RULES) as lamp:
        recording = str(stage.folder / 'recording.jsonl')
        patch_status(stage, lamp, glow='broken')
        live = stage.dog('rollout', f'{lamp}/hall', *AS_OTHER_USER, '--record', recording)
        return live, stage.dog('replay', recording, '--instant')


def broken_annotation(stage):
    with defined(stage, 'ready: lit') as lamp:
        patch_status(stage, lamp, conditions=ready('True', 'Lit'))
        return stage.dog('rollout', f'{lamp}/hall', *AS_OTHER_USER)


def by_file(stage):
    """A failure by rules in a file, which win over the annotation; its replay needs them, too."""
    with defined(stage, RULES) as lamp:
        rules, recording = stage.folder / 'rules.yaml', stage.folder / 'recording.jsonl'
        rules.write_text(
            f'group: {lamp.partition(".")[2]}\nkind: Lamp\n'
            'failed: {path: status.glow, is: dark, reason: Dark, message: "watts: {spec.watts}"}\n'
        )
        patch_status(stage, lamp, glow='dark')
        given = ('--rules', str(rules))
        live = stage.dog(
            'rollout', f'{lamp}/hall', *AS_OTHER_USER, *given, '--record', str(recording)
        )
        return live, stage.dog('replay', str(recording), '--instant', *given)


def definition_denied(stage):
    with defined(stage, RULES) as lamp:
        patch_status(stage, lamp, conditions=ready('True', 'Lit'))
        dog, token = stage.account(lamp)
        return dog('rollout', f'{lamp}/hall', '--token', token)


def one_look(stage):
    with defined(stage, RULES) as lamp:
        patch_status(stage, lamp, glow='lit')
        return stage.dog('rollout', 'status', f'{lamp}/hall', *AS_OTHER_USER, '--watch=false')


@scene(becomes_ready)
def test_what_is_being_made_becomes_ready(played):
    assert played.code == 0, played.output


@scene(fails)
def test_an_error_that_stands_fails(played):
    assert played.code == 1, played.output
    assert 'ConditionFailed (WiringError)' in played.stdout
    assert 'no current' in played.stdout
    assert 28 < played.seconds < 40


@scene(stalls)
def test_what_is_stalled_fails_at_once(played):
    assert played.code == 1, played.output
    assert 'watts must be even' in played.stdout
    assert played.seconds < 5


@scene(has_no_status)
def test_without_a_status_it_is_ready_with_a_notice(played):
    assert played.code == 0, played.output
    assert 'it has no status' in played.stdout


@scene(changes_without_observed_generation)
def test_ready_is_not_believed_before_its_controller_could_look(played):
    assert played.code == 0, played.output
    assert played.seconds > 7


@scene(by_annotation)
def test_rules_on_the_definition(played):
    assert played.code == 0, played.output


@scene(by_annotation_failed)
def test_a_failure_by_rules_on_the_definition(played):
    live, replayed = played
    assert (live.code, replayed.code) == (1, 1), live.output + replayed.output
    assert 'Broken' in live.stdout
    assert 'Broken' in replayed.stdout


@scene(broken_annotation)
def test_broken_rules_on_the_definition_make_nothing_ready(played):
    assert played.code == 70, played.output
    assert 'the rules of its CustomResourceDefinition are broken' in played.stdout


@scene(by_file)
def test_rules_in_a_file_win_and_replay_alike(played):
    live, replayed = played
    assert (live.code, replayed.code) == (1, 1), live.output + replayed.output
    assert 'watts: 5' in live.stdout
    assert live.stdout.splitlines()[-1] == replayed.stdout.splitlines()[-1]


@scene(definition_denied)
def test_where_the_definition_may_not_be_read_it_has_no_rules(played):
    assert played.code == 0, played.output
    assert played.seconds < 10


@scene(one_look)
def test_one_look_asks_for_the_definition(played):
    assert played.code == 0, played.output
    assert 'ready' in played.stdout
