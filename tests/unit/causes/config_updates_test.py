"""ConfigMaps and Secrets that were updated for a rollout are evidence."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.causes.config_updates import with_config_updates
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

CRASH = Cause('CrashLoop', '', 'main', 'it exits', ('web-1',), evidence=('seen',))
APP = Lookup(CONFIGMAPS, 'shop', 'app')
FROM_APP = {'envFrom': [{'configMapRef': {'name': 'app'}}]}
OTHERS = {
    'env': [{'name': 'A', 'valueFrom': {'secretKeyRef': {'name': 'db', 'key': 'url'}}}],
    'envFrom': [{'configMapRef': {'name': 'app'}}, {'secretRef': {'name': 'db'}}],
}


def templates(*containers, **spec):
    template = {'spec': {'containers': list(containers or [container(**FROM_APP)]), **spec}}
    return RevisionTemplates('8', template, '7', {})


def written(at, created=9000.0, **metadata):
    meta = {'managedFields': [{'time': ago(at)}], 'creationTimestamp': ago(created), **metadata}
    return Answer('found', ({'metadata': meta},))


def explain(answer, old_pods=(), cause=CRASH, shown=None, age=60.0, **fields):
    """The cause with its evidence; its pod is as old as `age`."""
    new_pod = pod(status(), name='web-1', age=age)
    assessed = Assessment(
        State.PROGRESSING,
        pods=(new_pod, pod(name='web-2', age=600.0)),
        other_pods=tuple(old_pods),
        templates=templates() if shown is None else shown,
    )._replace(**fields)
    answers = {APP: answer} if answer else {}
    return with_config_updates(view(answers=answers), cause, assessed)


def old(age, ready=True):
    return pod(name='old', ready=ready, age=age)


@pytest.mark.parametrize(
    ('answer', 'old_pods', 'text'),
    (
        pytest.param(written(100), [], 'updated 40s before', id='shortly before'),
        pytest.param(written(61), [], 'updated just before', id='one second before'),
        pytest.param(written(60), [], 'updated just before', id='in the same second'),
        pytest.param(written(50), [], 'updated 10s after', id='after'),
        pytest.param(written(100, created=100), [], 'created 40s before', id='created'),
        pytest.param(written(659), [], 'updated 9m59s before', id='ten minutes'),
        pytest.param(written(660), [], '', id='longer ago'),
        pytest.param(written(7260), [old(9000)], 'updated 2h before', id='old pods work'),
        pytest.param(written(100), [old(80)], '', id='a younger pod works'),
        pytest.param(written(100), [old(9000), old(80)], '', id='one of them works'),
        pytest.param(written(100), [old(80, ready=False)], 'updated 40s', id='none works'),
        pytest.param(written(100, managedFields=[]), [], '', id='not recorded'),
        pytest.param(written(0, managedFields=[{'time': 'x'}]), [], '', id='unreadable'),
        pytest.param(Answer('missing'), [], '', id='missing'),
        pytest.param(Answer('denied'), [], '', id='denied'),
        pytest.param(None, [], '', id='not read yet'),
    ),
)
def test_an_update_that_pods_which_work_have_not_seen_is_evidence(answer, old_pods, text):
    cause = explain(answer, old_pods)
    assert (cause.optional_lookups, cause.lookups) == ((APP,), ())
    seen, *facts = cause.evidence
    assert seen == 'seen'
    assert [fact.startswith(f'configmap/app was {text}') for fact in facts] == [True] * bool(text)
    assert all(fact.endswith(' pod "web-1" was created') for fact in facts)


@pytest.mark.parametrize(
    ('since', 'old_pods', 'is_named'),
    (
        pytest.param(90, [], False, id='the earlier revision worked with it'),
        pytest.param(110, [], True, id='updated after the earlier revision'),
        pytest.param(1000, [], True, id='long after the earlier revision'),
        pytest.param(90, [old(120)], True, id='only a pod from before it still works'),
    ),
)
def test_an_update_before_a_revision_that_worked_is_no_evidence(since, old_pods, is_named):
    shown = templates()._replace(earlier_created=NOW - since)
    cause = explain(written(100), old_pods, shown=shown)
    assert len(cause.evidence) == 1 + is_named


@pytest.mark.parametrize(
    'fields',
    (
        {'templates': None},
        {'cause': CRASH._replace(pods=('gone',))},
        {'cause': CRASH._replace(code='ImageNotFound')},
        {'shown': templates(container('proxy', **FROM_APP))},
        {'shown': templates(container(env=[{'name': 'A', 'value': 'b'}]))},
    ),
)
def test_nothing_is_read_without_need(fields):
    cause = explain(written(100), **fields)
    assert (cause.evidence, cause.optional_lookups) == (('seen',), ())


def test_objects_of_the_environment_and_then_of_volumes_are_read_up_to_a_limit():
    claim = {'name': 'a', 'persistentVolumeClaim': {'claimName': 'a'}}
    volumes = [claim, {'secret': {'secretName': 'tls'}}, {'configMap': {'name': 'more'}}]
    cause = explain(None, shown=templates(container(**OTHERS), volumes=volumes))
    secrets = [Lookup(SECRETS, 'shop', name) for name in ('db', 'tls')]
    assert cause.optional_lookups == (secrets[0], APP, secrets[1])


def test_init_containers_are_read_too():
    shown = templates(container('other'), initContainers=[container(**FROM_APP)])
    assert explain(None, shown=shown).optional_lookups == (APP,)


OLD, NEW = 'app-k44mhd6h5f', 'app-2456789bcd'


def generated(name, kind='configMapRef'):
    return {'spec': {'containers': [container(envFrom=[{kind: {'name': name}}])]}}


def explain_generated(before, after, **answers):
    shown = RevisionTemplates('8', after, '7', before)
    crashed = pod(status(), name='web-1')
    assessed = Assessment(State.PROGRESSING, pods=(crashed,), templates=shown)
    by_lookup = {
        Lookup(CONFIGMAPS, 'shop', name, full_object=True): answer
        for name, answer in zip((OLD, NEW), (answers.get('old'), answers.get('new')))
        if answer
    }
    return with_config_updates(view(answers=by_lookup), CRASH, assessed)


def contents(**fields):
    return Answer('found', (fields,))


@pytest.mark.parametrize(
    ('before', 'after', 'fact'),
    (
        ({'data': {'a': '1'}}, {'data': {'a': '2'}}, 'a'),
        ({'data': {'a': '1', 'b': '1'}}, {'data': {'b': '1'}, 'binaryData': {'c': '1'}}, 'a, c'),
        ({}, {'data': dict.fromkeys('abcdefg', '')}, 'a, b, c, d, e and 2 more'),
        ({'data': {'a': '1'}}, {'data': {'a': '1'}}, ''),
    ),
)
def test_keys_of_generated_configmaps_are_compared(before, after, fact):
    cause = explain_generated(
        generated(OLD), generated(NEW), old=contents(**before), new=contents(**after)
    )
    facts = [f'configmap/app: changed keys: {fact}'] * bool(fact)
    assert list(cause.evidence[1:]) == facts
    assert [lookup.name for lookup in cause.optional_lookups] == [NEW, OLD]


@pytest.mark.parametrize(
    'answers', ({}, {'new': contents()}, {'old': contents(), 'new': Answer('denied')})
)
def test_generated_configmaps_are_compared_only_if_both_can_be_read(answers):
    assert explain_generated(generated(OLD), generated(NEW), **answers).evidence == ('seen',)


@pytest.mark.parametrize(
    ('before', 'after', 'kind'),
    (
        ('app', NEW, 'configMapRef'),
        (NEW, NEW, 'configMapRef'),
        ('web-2456789bcd', NEW, 'configMapRef'),
        (OLD, NEW, 'secretRef'),
    ),
)
def test_only_metadata_is_read_without_an_earlier_generated_configmap(before, after, kind):
    cause = explain_generated(generated(before, kind), generated(after, kind))
    assert [(it.name, it.full_object) for it in cause.optional_lookups] == [(NEW, False)]


def test_causes_of_a_target_have_the_evidence():
    crashed = pod(status(state=waiting('CrashLoopBackOff'), last=ended(1), restarts=2))
    assessed = Assessment(State.PROGRESSING, pods=(crashed,), templates=templates())
    [cause] = causes_of_target(view(answers={APP: written(100)}), assessed)
    assert cause.evidence == ('configmap/app was updated 40s before pod "web-1" was created',)
