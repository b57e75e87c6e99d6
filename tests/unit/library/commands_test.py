"""The commands of the library, on a cluster in memory."""

from __future__ import annotations

import base64
import copy
import io
import json
from pickle import dumps
from pickle import loads
from types import SimpleNamespace

import pytest

import kubectl_dog
from kubectl_dog.library import follow as followed
from kubectl_dog.library import rollout as rolled
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import RunBegan
from kubectl_dog.model.events import RunEnded
from tests.unit import ci
from tests.unit.builders import deployment
from tests.unit.builders import workload
from tests.unit.library.conftest import named

READY = named(deployment())
FAILED = named(
    workload(
        'Job',
        conditions=[{'type': 'Failed', 'status': 'True', 'reason': 'DeadlineExceeded'}],
    )
)
IGNORE = kubectl_dog.Options(ignore_foreign_annotations=True)
EMPTY = base64.b64encode(b'users: []').decode()
DONE = named(workload('Job', conditions=[{'type': 'Complete', 'status': 'True'}]))


def test_rollout_returns_when_all_is_ready(on):
    cluster, events = on(READY), []
    result = kubectl_dog.rollout('deploy/web', on_event=events.append)
    assert (result.ok, result.exit_code) == (True, 0)
    assert [verdict for _, verdict in result.verdicts] == [kubectl_dog.Verdict.READY]
    assert isinstance(events[0], RunBegan)
    assert isinstance(events[-1], RunEnded)
    assert cluster.is_closed


def test_a_failure_is_an_error_that_names_the_target_and_the_reason(on):
    cluster = on(FAILED)
    with pytest.raises(kubectl_dog.TrackError, match='job/web failed: DeadlineExceeded') as raised:
        kubectl_dog.rollout('job/web')
    assert raised.value.result.exit_code == 1
    assert cluster.is_closed
    on(FAILED)
    assert not kubectl_dog.rollout('job/web', check=False).ok


@pytest.mark.parametrize(
    ('target', 'message'),
    [
        ('web', 'invalid target "web": use TYPE/NAME, such as deploy/web'),
        ('deploy/', 'use TYPE/NAME'),
        ('deploy/a/b', 'use TYPE/NAME'),
        ((), 'no targets'),
    ],
)
def test_invalid_targets_raise_user_error(on, target, message):
    cluster = on()
    with pytest.raises(kubectl_dog.UserError, match=message):
        kubectl_dog.rollout(target)
    assert cluster.is_closed


def test_stop_track_ends_without_an_error_and_others_with_it(on):
    def stop(event):
        raise error

    for error in (kubectl_dog.StopTrack(), KeyError('x')):
        cluster = on(READY)
        if isinstance(error, KeyError):
            with pytest.raises(KeyError):
                kubectl_dog.rollout('deploy/web', on_event=stop)
        else:
            assert kubectl_dog.rollout('deploy/web', on_event=stop).ok
        assert cluster.is_closed


def test_follow_never_fails_but_for_the_time(on):
    on(FAILED)
    assert kubectl_dog.follow('job/web').ok
    on(named(deployment(desired=2, readyReplicas=1, availableReplicas=1)))
    with pytest.raises(kubectl_dog.TrackError, match='deploy/web timed-out'):
        kubectl_dog.follow('deploy/web', options=kubectl_dog.Options(timeout=5.0))


def test_failing_tracker_is_an_error(on, monkeypatch):
    monkeypatch.setattr('kubectl_dog.trackers.kinds.deployment.assess', lambda view: view.oops)
    on(READY)
    with pytest.raises(kubectl_dog.TrackError, match='deploy/web unknown: TrackerErr') as raised:
        kubectl_dog.rollout('deploy/web')
    assert raised.value.result.exit_code == 70
    on(READY)
    with pytest.raises(kubectl_dog.TrackError):
        kubectl_dog.rollout('deploy/web', options=kubectl_dog.Options(once=True))
    on(READY)
    with pytest.raises(kubectl_dog.TrackError):
        rolled.track_deployment('web', 'shop')
    on(READY)
    (status,) = kubectl_dog.status('deploy/web')
    assert (status.state, status.reason) == (State.UNKNOWN, 'TrackerError')


def test_status_assesses_once_and_reports_absent_targets(on):
    on(READY)
    there, gone = kubectl_dog.status(['deploy/web', 'deploy/nope'])
    assert (there.name, there.state) == ('web', State.READY)
    assert (gone.name, gone.state) == ('nope', State.ABSENT)


def test_status_applies_the_options_about_annotations(on):
    annotations = {'pulumi.com/waitFor': 'condition=Lit'}
    web = copy.deepcopy(READY)
    web['metadata']['annotations'] = {**web['metadata'].get('annotations', {}), **annotations}
    for options, state in ((None, 'progressing'), (IGNORE, 'ready')):
        on(web)
        (status,) = kubectl_dog.status('deploy/web', options=options)
        assert status.state.value == state


@pytest.mark.parametrize(('replicas', 'code'), ((1, 0), (2, 4)))
def test_rollout_compares_targets_with_their_files(on, tmp_path, replicas, code):
    web = {'apiVersion': 'apps/v1', **READY}
    file = tmp_path / 'web.json'
    file.write_text(json.dumps({**web, 'spec': {'replicas': replicas}}))
    on(web)
    assert kubectl_dog.rollout(files=file, check=False).exit_code == code


def test_status_accepts_files_and_rejects_unknown_arguments(on, tmp_path):
    (tmp_path / 'web.json').write_text(json.dumps({'apiVersion': 'apps/v1', **READY}))
    for files in (str(tmp_path / 'web.json'), [str(tmp_path)]):
        on(READY)
        (status,) = kubectl_dog.status(files=files)
        assert (status.name, status.state) == ('web', State.READY)
    with pytest.raises(kubectl_dog.UserError, match=r'nope\.yaml'):
        kubectl_dog.status('deploy/web', rules='nope.yaml')
    with pytest.raises(TypeError, match='nonsense'):
        kubectl_dog.status('deploy/web', nonsense=1)


def test_status_raises_if_the_cluster_does_not_answer(on):
    cluster = on(READY)
    cluster.reconcile = lambda wants: None
    with pytest.raises(kubectl_dog.AccessError, match='the cluster did not answer in time'):
        kubectl_dog.status('deploy/web')


@pytest.mark.parametrize('kube', [{}, 7, SimpleNamespace(api_client=None)])
def test_invalid_kube_argument_raises_type_error(kube):
    with pytest.raises(TypeError, match='kube must be an ApiClient, the name of a context'):
        kubectl_dog.rollout('deploy/web', kube=kube)


def test_a_connection_serves_one_call():
    connection = kubectl_dog.connect(server='http://127.0.0.1:1', kubeconfig_base64=EMPTY)
    with pytest.raises(kubectl_dog.TrackError, match='connection refused'):
        kubectl_dog.rollout('deploy/web', kube=connection)
    with pytest.raises(ValueError, match='was closed by the call that used it'):
        kubectl_dog.rollout('deploy/web', kube=connection)


@pytest.mark.parametrize('copied', [copy.copy, copy.deepcopy, lambda error: loads(dumps(error))])
def test_an_error_can_be_sent_to_another_process(on, copied):
    on(FAILED)
    with pytest.raises(kubectl_dog.TrackError) as raised:
        kubectl_dog.rollout('job/web')
    assert str(copied(raised.value)) == str(raised.value)
    assert copied(raised.value).result == raised.value.result


def test_selector_selects_targets(on):
    on({**READY, 'metadata': {**READY['metadata'], 'labels': {'app': 'web'}}})
    assert kubectl_dog.rollout('deploy', selector='app=web').ok
    with pytest.raises(kubectl_dog.UserError, match='with a selector, use a TYPE'):
        kubectl_dog.rollout('deploy/web', selector='app=web')


@pytest.mark.parametrize('kind', ['pod', 'job', 'deployment', 'statefulset', 'daemonset'])
@pytest.mark.parametrize('module', [rolled, followed])
def test_function_per_kind_prints_to_output(on, module, kind):
    on()
    out, options = io.StringIO(), kubectl_dog.Options(timeout=1.0)
    track = getattr(module, f'track_{kind}')
    with pytest.raises(kubectl_dog.TrackError, match='nope'):
        track('nope', 'shop', None, options, output=out)
    assert 'does not exist yet in namespace shop' in out.getvalue()


def test_function_per_kind_escapes_ci_commands(on):
    on()
    out, options = io.StringIO(), kubectl_dog.Options(timeout=1.0)
    with pytest.raises(kubectl_dog.TrackError):
        rolled.track_pod('##[error]x', 'shop', None, options, output=out)
    assert ci.obeyed(out.getvalue()) == []
    assert r'po/#\#[error]x' in out.getvalue()


def test_a_function_per_kind_returns_when_it_is_done(on, capfd):
    on(DONE)
    assert rolled.track_job('web', 'shop').ok
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize(('module', 'verdict'), ((rolled, 'ready'), (followed, 'timed-out')))
def test_follow_per_kind_does_not_stop_at_ready(on, module, verdict):
    on(READY)
    options = kubectl_dog.Options(timeout=1.0)
    try:
        result = module.track_deployment('web', 'shop', None, options)
    except kubectl_dog.TrackError as error:
        result = error.result
    assert [actual.value for _, actual in result.verdicts] == [verdict]


def test_a_missing_namespace_is_an_error_at_once_unless_the_time_is_given(on):
    on()
    with pytest.raises(kubectl_dog.TrackError, match='namespace shop does not exist') as raised:
        kubectl_dog.rollout('deploy/web')
    assert raised.value.result.seconds < 1
    on()
    with pytest.raises(kubectl_dog.TrackError, match='did not appear within 20s'):
        kubectl_dog.rollout('deploy/web', options=kubectl_dog.Options(create_timeout=20.0))
