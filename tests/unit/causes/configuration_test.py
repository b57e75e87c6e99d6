from __future__ import annotations

import pytest

from kubectl_dog.causes import configuration
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

LOOKUP = Lookup(CONFIGMAPS, 'shop')


def find(message, reason='CreateContainerConfigError', **fields):
    obj = pod(status(state=waiting(reason, message)), phase='Pending')
    return list(configuration.find(view(None, **fields), obj))


def mounts(*messages, state=None, reason='FailedMount', **spec):
    obj = pod(status(state=state or waiting('ContainerCreating')), phase='Pending', **spec)
    events = [kube_event(obj, reason, message) for message in messages]
    return list(configuration.find(view(None, *events), obj))


@pytest.mark.parametrize(
    ('message', 'code', 'subject'),
    (
        ('configmap "app-settings" not found', 'ConfigMapMissing', 'app-settings'),
        ('secret "db" not found', 'SecretMissing', 'db'),
        ("couldn't find key URL in ConfigMap shop/app", 'KeyMissing', 'app/URL'),
        ("couldn't find key URL in Secret shop/app", 'KeyMissing', 'app/URL'),
        (
            'container has runAsNonRoot and image will run as root (pod: "x", container: main)',
            'RunAsNonRoot',
            'main',
        ),
        ('image has non-numeric user, cannot verify user is non-root', 'RunAsNonRoot', 'main'),
        ('container\'s runAsUser breaks non-root policy (pod: "x")', 'RunAsNonRoot', 'main'),
        ('invalid subPath', 'InvalidConfig', 'main'),
    ),
)
def test_parses_messages_of_the_kubelet(message, code, subject):
    [cause] = find(message)
    assert (cause.code, cause.subject) == (code, subject)


def test_a_container_that_cannot_be_created_is_invalid():
    [cause] = find('no command specified', 'CreateContainerError')
    assert (cause.code, cause.reason) == ('InvalidConfig', 'CreateContainerError')


def test_ignores_delays_of_the_kubelet():
    assert find('failed to sync configmap cache: timed out waiting for the condition') == []
    assert mounts('MountVolume.SetUp failed for volume "c": failed to sync secret cache') == []


@pytest.mark.parametrize(
    ('message', 'code', 'subject'),
    (
        (
            'MountVolume.SetUp failed for volume "cfg" : configmap "app" not found',
            'ConfigMapMissing',
            'volume/app',
        ),
        (
            'MountVolume.SetUp failed for volume "cfg" : secret "db" not found',
            'SecretMissing',
            'volume/db',
        ),
        (
            'MountVolume.SetUp failed for volume "cfg" : references non-existent config key: a.ini',
            'KeyMissing',
            'volume/a.ini',
        ),
        ('configmap "app" not found', 'ConfigMapMissing', 'volume/app'),
    ),
)
def test_finds_missing_volume_sources_in_kube_events(message, code, subject):
    [cause] = mounts(message, message)
    assert (cause.code, cause.subject, cause.reason) == (code, subject, 'FailedMount')
    assert tolerance_of(cause).seconds == 35


INI = {'items': [{'key': 'a.ini', 'path': 'a'}]}
CFG = {'name': 'cfg', 'configMap': {'name': 'app', **INI}}


@pytest.mark.parametrize(
    ('volumes', 'named'),
    (
        ([CFG, {**CFG, 'name': 'other'}], ' of ConfigMap "app"'),
        ([{'name': 'cfg', 'secret': {'secretName': 'db', **INI}}], ' of Secret "db"'),
        (
            [{'name': 'cfg', 'projected': {'sources': [{'secret': {'name': 'db', **INI}}, CFG]}}],
            ' of Secret "db" or ConfigMap "app"',
        ),
        ([{'name': 'cfg', 'configMap': {'name': 'app'}}], ''),
    ),
)
def test_names_the_object_that_lacks_the_key_of_a_volume(volumes, named):
    message = (
        'MountVolume.SetUp failed for volume "cfg" : references non-existent config key: a.ini'
    )
    [cause] = mounts(message, volumes=volumes)
    assert cause.message == f'volume "cfg" needs key "a.ini"{named}, which does not exist'


def test_ignores_other_mount_failures():
    assert mounts('MountVolume.SetUp failed for volume "nfs" : exit status 32') == []
    assert mounts('configmap "app" not found', reason='Other') == []


def test_a_mount_failure_is_active_until_a_container_starts():
    assert mounts('configmap "app" not found', state=running()) == []


@pytest.mark.parametrize(
    ('answer', 'recovering', 'evidence'),
    (
        (None, False, ()),
        (Answer('denied'), False, ()),
        (
            Answer('found', ({'metadata': {'name': 'app-setings'}},)),
            False,
            ('a similar ConfigMap exists: "app-setings"',),
        ),
        (
            Answer('found', ({'metadata': {'name': 'zzz'}},)),
            False,
            ('no ConfigMap with a similar name exists in the namespace (1 in total)',),
        ),
        (
            Answer('found', ({'metadata': {'name': 'app-settings'}},)),
            True,
            ('ConfigMap "app-settings" exists now',),
        ),
    ),
)
def test_adds_similar_names(answer, recovering, evidence):
    answers = {LOOKUP: answer} if answer else {}
    [cause] = find('configmap "app-settings" not found', answers=answers)
    assert cause.lookups == (LOOKUP,)
    assert (cause.recovering, cause.evidence) == (recovering, evidence)


KEYS = Lookup(CONFIGMAPS, 'shop', 'app', full_object=True)


@pytest.mark.parametrize(
    ('answer', 'recovering', 'evidence'),
    (
        (None, False, ()),
        (Answer('denied'), False, ()),
        (Answer('found', ({'data': {'modes': 'x'}},)), False, ('a similar key exists: "modes"',)),
        (
            Answer('found', ({'binaryData': {'zzz': 'x'}},)),
            False,
            ('no key with a similar name exists in it (1 in total)',),
        ),
        (Answer('found', ({'data': {'mode': 'x'}},)), True, ('key "mode" exists now',)),
    ),
)
def test_adds_similar_keys_of_a_configmap(answer, recovering, evidence):
    answers = {KEYS: answer} if answer else {}
    [cause] = find("couldn't find key mode in ConfigMap shop/app", answers=answers)
    assert cause.lookups == (KEYS,)
    assert (cause.recovering, cause.evidence) == (recovering, evidence)


def test_never_reads_a_secret():
    [cause] = find("couldn't find key mode in Secret shop/app")
    assert SECRETS not in {lookup.resource for lookup in cause.lookups}
    assert cause.lookups


def test_a_delay_does_not_hide_a_fault():
    causes = mounts('failed to sync configmap cache', 'configmap "app" not found')
    assert [cause.subject for cause in causes] == ['volume/app']


def test_names_the_object_that_lacks_a_key():
    [cause] = find("couldn't find key mode in ConfigMap shop/app")
    assert cause.message == 'ConfigMap "app" has no key "mode"'
