"""Each line that `-o json` prints on a real cluster follows docs/json-v1.schema.json."""

from __future__ import annotations

from tests import schema

from . import manifests
from .stage import READY_SOON
from .stage import scene

SERVE = f'echo listening on :8080; {manifests.RUN}'
# Later than the time for which a cause must be absent until it is reported as gone.
READY_LATE = {**READY_SOON, 'initialDelaySeconds': 20}


def track(stage, command, *objects, flags=()):
    stage.apply(list(objects))
    return stage.dog(*command.split(), '-o', 'json', *flags)


def good_rollout(stage):
    web = manifests.deployment('web', SERVE, probe=READY_SOON, replicas=2)
    return track(stage, 'rollout deploy/web', web)


def second_revision(stage):
    for number in 1, 2:
        web = manifests.deployment('web', f'echo {number}; {SERVE}', probe=READY_SOON)
        result = track(stage, 'rollout deploy/web', web)
    return result


def crash(stage):
    script = r"""printf 'FATAL: caf\351 \033[31m "quoted"\n'; exit 3"""
    return track(stage, 'rollout deploy/web', manifests.deployment('web', script))


def healed_configmap(stage):
    source = {'envFrom': [{'configMapRef': {'name': 'web'}}]}
    stage.apply(manifests.deployment('web', container=source, probe=READY_LATE))
    run = stage.dog.start('rollout', 'deploy/web', '-o', 'json')
    run.wait_for('ConfigMapMissing')
    stage.apply(manifests.configmap('web', A='1'))
    return run.wait(90)


def never_appears(stage):
    web = manifests.deployment('web', probe='true')
    return track(stage, 'rollout deploy/wep', web, flags=('--create-timeout', '2s'))


def one_look(stage):
    web = manifests.deployment('web', probe='false')
    return track(stage, 'rollout deploy/web', web, flags=('--watch=false',))


def interrupted(stage):
    stage.apply(manifests.deployment('web', probe='false'))
    run = stage.dog.start('rollout', 'deploy/web', '-o', 'json')
    run.wait_for('"child"')
    run.interrupt()
    return run.wait()


def follow_with_a_timeout(stage):
    web = manifests.deployment('web', SERVE, probe=READY_SOON)
    return track(stage, 'follow deploy/web', web, flags=('--timeout', '12s'))


def follow_a_pod(stage):
    pod = manifests.pod('smoke', 'echo no; exit 4', restartPolicy='Never')
    return track(stage, 'follow pod/smoke', pod)


# The exit code and the verdict of the run, and the types of lines that it must print.
EXPECTED = {
    good_rollout: (0, 'ready', 'revision state child kube-event log'),
    second_revision: (0, 'ready', 'revision state child kube-event log'),
    crash: (1, 'failed', 'revision state child kube-event log cause'),
    healed_configmap: (0, 'ready', 'cause cause-gone'),
    never_appears: (4, 'never-appeared', 'notice'),
    one_look: (0, 'progressing', 'state'),
    interrupted: (130, 'interrupted', 'state child'),
    follow_with_a_timeout: (3, 'timed-out', 'revision state child kube-event log'),
    follow_a_pod: (0, 'ended', 'state child log'),
}


@scene(*EXPECTED)
def test_every_line_follows_the_schema(played, request):
    code, verdict, types = EXPECTED[request.node.callspec.params['played']]
    *records, ended, summary = schema.read(played.stdout)
    assert (played.code, summary['exitCode'], played.stderr) == (code, code, '')
    assert (ended['type'], ended['verdict']) == ('ended', verdict)
    assert set(types.split()) <= {record['type'] for record in records}


@scene(second_revision)
def test_a_revision_says_what_changed(played):
    [revision] = [record for record in schema.read(played.stdout) if record['type'] == 'revision']
    assert (revision['revision'], revision['previous']) == ('2', '1')
    assert revision['changes'] == ['command of main changed']


@scene(crash)
def test_hostile_text_stays_what_it_is(played):
    assert played.stdout.isascii()
    ended = schema.read(played.stdout)[-2]
    assert set(ended['logExcerpt']) == {'FATAL: caf\ufffd \x1b[31m "quoted"'}
    assert ended['cause']['code'] == ended['reason'] == 'CrashLoop'


@scene(healed_configmap)
def test_a_cause_and_its_going_can_be_matched(played):
    records = schema.read(played.stdout)
    seen, gone = (
        {
            (record['cause']['code'], record['cause']['subject'])
            for record in records
            if record['type'] == kind
        }
        for kind in ('cause', 'cause-gone')
    )
    assert seen == gone == {('ConfigMapMissing', 'web')}
