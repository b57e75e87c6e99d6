"""All rules together: what they ask for, and what they leave out."""

from __future__ import annotations

from kubectl_dog.checks.batch import Batch
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.run_checks import run_checks
from kubectl_dog.checks.run_checks import unread_notices
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import DEPLOY
from tests.unit.checked import container
from tests.unit.checked import obj
from tests.unit.checked import workload

SETTINGS = Batch(
    [Entry(DEPLOY, workload(containers=[container(envFrom=[{'configMapRef': {'name': 'a'}}])]))]
)
MISSING, PRESENT = Answer('missing'), Answer('found', ({'metadata': {'name': 'shop'}},))
NAMESPACE, OBJECT = Lookup(NAMESPACES, '', 'shop'), Lookup(CONFIGMAPS, 'shop', 'a')
NAMES = Lookup(CONFIGMAPS, 'shop')


def test_lookups_are_asked_for_until_they_are_answered():
    assert {NAMESPACE, OBJECT} <= set(run_checks(SETTINGS, {}).lookups)
    answers = {NAMESPACE: PRESENT, OBJECT: MISSING}
    checked = run_checks(SETTINGS, answers)
    assert checked.causes == {}
    assert checked.lookups[NAMES] is False
    causes = run_checks(SETTINGS, {**answers, NAMES: Answer('denied')}).causes[DEPLOY]
    assert [cause.code for cause in causes] == ['ConfigMapMissing']


def test_an_object_that_was_created_meanwhile_is_no_problem():
    listed = Answer('found', (obj('ConfigMap', 'a'),))
    answers = {NAMESPACE: PRESENT, OBJECT: MISSING, NAMES: listed}
    assert run_checks(SETTINGS, answers).causes == {}


def test_a_missing_namespace_needs_no_list():
    answers = {NAMESPACE: MISSING, Lookup(NAMESPACES, ''): Answer('denied')}
    [cause] = run_checks(SETTINGS, answers).causes[DEPLOY]
    assert (cause.code, cause.evidence) == ('CreateFailed', ())


def test_objects_of_a_new_namespace_are_missing_without_a_read():
    namespace = Entry(DEPLOY._replace(resource=NAMESPACES, namespace='', name='shop'), {})
    batch = Batch([*SETTINGS.entries, namespace])
    checked = run_checks(batch, {NAMESPACE: MISSING, NAMES: Answer('found')})
    assert [cause.code for cause in checked.causes[DEPLOY]] == ['ConfigMapMissing']
    assert OBJECT not in checked.lookups


def test_one_notice_for_each_kind_that_is_not_read():
    lookups = [Lookup(SECRETS, 'shop', name) for name in 'ab']
    lookups += [Lookup(CONFIGMAPS, 'shop'), Lookup(NAMESPACES, '')]
    answers = dict(zip(lookups, map(Answer, ('denied', 'denied', 'failed', 'found'))))
    answers[lookups[2]] = Answer('failed', message='HTTP 503')
    secrets, config_maps = unread_notices(answers, lookups)
    assert 'get' in secrets
    assert config_maps.endswith('HTTP 503')
    assert list(unread_notices({lookups[0]: Answer('failed')}, lookups[:1]))


def test_lists_have_the_objects_of_the_batch_too():
    batch = Batch([Entry(Target(CONFIGMAPS, 'shop', 'own'), obj('ConfigMap', 'own'))])
    listed = Answer('found', (obj('ConfigMap', 'a'),))
    answers = {NAMES: listed, OBJECT: MISSING, Lookup(CONFIGMAPS, 'other'): listed}
    merged = dict(CheckContext(batch, answers).view(DEPLOY).answers)
    assert [entry['metadata']['name'] for entry in merged[NAMES].objects] == ['a', 'own']
    assert {**answers, NAMES: merged[NAMES]} == merged
    assert len(CheckContext(batch, answers).view(DEPLOY).answers) == 3
    denied = CheckContext(batch, {NAMES: Answer('denied')}).view(DEPLOY).answers
    assert denied[NAMES] == Answer('found', (obj('ConfigMap', 'own'),))
