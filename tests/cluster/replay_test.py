"""A recording of a run replays to the same end, and holds nothing that is private."""

from __future__ import annotations

import base64
import json

import pytest

from . import manifests
from .stage import scene

# From the environment, from a Secret that is used, and from one that is only read.
PRIVATE = ('plain-4711', 'secret-4712', 'other-4713')


def recorded(stage, target, *objects):
    stage.apply(list(objects))
    path = str(stage.folder / 'recording.jsonl')
    live = stage.dog('rollout', target, '-o', 'json', '--record', path)
    return path, live, stage.dog('replay', path, '--instant', '-o', 'json')


def secret(name, value):
    data = {'password': value}
    return {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': name}, 'stringData': data}


def environment(missing=False):
    private = {'name': 'DB_PASSWORD', 'value': PRIVATE[0]}
    source = {'secretRef': {'name': 'db-pasword' if missing else 'db-credentials'}}
    return {'env': [private], 'envFrom': [source]}


SECRETS = (secret('db-credentials', PRIVATE[1]), secret('db-password', PRIVATE[2]))


def recorded_success(stage):
    web = manifests.deployment('web', probe='true', container=environment())
    return recorded(stage, 'deploy/web', *SECRETS, web)


def recorded_crash(stage):
    web = manifests.deployment('web', 'echo FATAL: no; exit 3', container=environment())
    return recorded(stage, 'deploy/web', *SECRETS, web)


def recorded_missing_secret(stage):
    web = manifests.deployment('web', container=environment(missing=True))
    return recorded(stage, 'deploy/web', *SECRETS, web)


def recorded_pod(stage):
    script = 'echo error: no route; exit 4'
    pod = manifests.pod('smoke', script, container=environment(), restartPolicy='Never')
    return recorded(stage, 'pod/smoke', *SECRETS, pod)


ALL = (recorded_success, recorded_crash, recorded_missing_secret, recorded_pod)


def ending(result):
    """The verdict, its explanation, and the exit codes."""
    *_, ended, summary = map(json.loads, result.stdout.splitlines())
    named = ('verdict', 'reason', 'cause', 'facts', 'logExcerpt', 'suggestedCommands', 'at')
    return {**{name: ended[name] for name in named}, 'code': (result.code, summary['exitCode'])}


@scene(*ALL)
def test_a_replay_ends_as_the_run_did(played):
    _, live, replayed = played
    assert ending(replayed) == ending(live)
    assert ending(live)['code'] == (live.code, live.code)


@scene(*ALL)
def test_a_recording_holds_no_private_value(played):
    with open(played[0], encoding='ascii') as lines:
        text = lines.read()
    for value in PRIVATE:
        assert value not in text
        assert base64.b64encode(value.encode()).decode() not in text
    assert 'DB_PASSWORD' in text


@scene(recorded_missing_secret)
def test_the_near_name_of_a_secret_is_told(played):
    assert 'a similar Secret exists: "db-password"' in ending(played[2])['facts']


@pytest.mark.parametrize(
    'old, new, verdict, code',
    [('"Failed"', '"Succeeded"', 'ready', 0), ('"exitCode": 4', '"exitCode": 137', 'failed', 1)],
)
@scene(recorded_pod)
def test_an_edited_status_is_judged_anew(played, stage, old, new, verdict, code):
    with open(played[0], encoding='ascii') as lines:
        text = lines.read()
    edited = stage.folder / 'edited.jsonl'
    edited.write_text(text.replace(old, new))
    result = stage.dog('replay', str(edited), '--instant', '-o', 'json')
    assert (ending(result)['verdict'], result.code) == (verdict, code)
    assert ending(result) != ending(played[2])
